"""JSON web tokens (RFC 7519): lifetime, identity and scope from the claims. The signature is not checked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from auditor.enrich import moments
from auditor.enrich.decode.bits import base64_bytes
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.environment import named, of_host
from auditor.enrich.words import tidy
from auditor.model.credential import Environment, Fact, Power
from auditor.model.lazy import lazy_pattern

_LONGEST = 1 << 14
_TOKEN = lazy_pattern(r"(?<![A-Za-z0-9-])(eyJ[A-Za-z0-9_-]{2,})\.(eyJ[A-Za-z0-9_-]{2,})(?:\.[A-Za-z0-9_-]*)?")
_SCOPE_CLAIMS = ("scope", "scp", "scopes", "permissions", "roles")
_IDENTITY_CLAIMS = ("email", "upn", "preferred_username", "client_email", "sub", "client_id", "azp", "appid")
_MOST_SCOPES = 64
# Issuers by the names that their documentation gives: text that the `iss` claim begins with or contains.
_ISSUERS = (
    ("supabase", "supabase"),
    ("kubernetes/serviceaccount", "kubernetes"),
    ("https://kubernetes.default.svc", "kubernetes"),
    ("https://container.googleapis.com", "kubernetes"),
    ("https://oidc.eks.", "kubernetes"),
    ("https://sts.windows.net/", "azure"),
    ("https://login.microsoftonline.com/", "azure"),
    ("https://accounts.google.com", "gcp"),
    ("https://securetoken.google.com", "firebase"),
    ("https://token.actions.githubusercontent.com", "github"),
    ("https://gitlab.com", "gitlab"),
    ("argocd", "argocd"),
    ("jfac@", "jfrog"),
    ("jfrt@", "jfrog"),
    ("https://api.doppler.com", "doppler"),
    ("https://iam.cloud.ibm.com/identity", "ibm_cloud"),
    ("https://api.1password.com", "onepassword"),
)
_SERVICE_ACCOUNT = "kubernetes.io/serviceaccount/"


@forgiving
def read(text: str) -> Decoded | None:
    """Read the first token in ``text``; a prefix such as ``ghs_123_`` or ``Bearer`` may stand before it."""
    found = _TOKEN.search(text[:_LONGEST])
    if found is None:
        return None
    header, claims = (json.loads(base64_bytes(part)) for part in found.groups())
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return of_claims(claims)


def of_claims(claims: Mapping[str, Any]) -> Decoded:
    """What a claim set says. Raises the errors of malformed data, which ``read`` turns into None."""
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat") or _moment(claims, "nbf")
    issuer = tidy(claims.get("iss", ""))
    public, powers, facts = _supabase(claims, issuer)
    return Decoded(
        form="JSON web token",
        expires_at=expires,
        issued_at=issued,
        never="exp" not in claims,
        identity=_identity(claims),
        provider=_provider(issuer),
        scopes=() if powers else _scopes(claims),
        powers=powers,
        resources=_resources(claims),
        environment=_environment(claims, issuer),
        public=public,
        facts=(*((claim("issuer", f"issued by {issuer}"),) if issuer else ()), *facts),
    )


def _moment(claims: Mapping[str, Any], name: str) -> Any:
    value = claims.get(name)
    if isinstance(value, bool) or value is None:
        return None
    return moments.parse(str(value)) if isinstance(value, str) else moments.from_epoch(value)


def _identity(claims: Mapping[str, Any]) -> str:
    account = _service_account(claims)
    if account:
        return account
    shown = (tidy(claims[name]) for name in _IDENTITY_CLAIMS if isinstance(claims.get(name), str))
    return next((one for one in shown if one), "")


def _service_account(claims: Mapping[str, Any]) -> str:
    """The user name that Kubernetes gives a service account, from legacy or bound claims."""
    space, name = claims.get(_SERVICE_ACCOUNT + "namespace"), claims.get(_SERVICE_ACCOUNT + "service-account.name")
    bound = claims.get("kubernetes.io")
    if isinstance(bound, dict) and isinstance(bound.get("serviceaccount"), dict):
        space, name = bound.get("namespace"), bound["serviceaccount"].get("name")
    return f"system:serviceaccount:{tidy(space)}:{tidy(name)}" if space and name else ""


def _scopes(claims: Mapping[str, Any]) -> tuple[str, ...]:
    realm = claims.get("realm_access")
    held = [claims.get(name) for name in _SCOPE_CLAIMS]
    held.append(realm.get("roles") if isinstance(realm, dict) else None)
    found: list[str] = []
    for value in held:
        items = re.split(r"[\s,]+", value) if isinstance(value, str) else value if isinstance(value, list) else []
        found.extend(tidy(item) for item in items if isinstance(item, str))
    return tuple(dict.fromkeys(scope for scope in found if scope))[:_MOST_SCOPES]


def _resources(claims: Mapping[str, Any]) -> tuple[str, ...]:
    named_claims = (("ref", "project"), ("tid", "tenant"), ("repository", "repository"), ("project_path", "project"))
    return tuple(f"{kind} {tidy(claims[name])}" for name, kind in named_claims if isinstance(claims.get(name), str))


def _provider(issuer: str) -> str:
    return next((slug for start, slug in _ISSUERS if issuer.startswith(start)), "")


def _supabase(claims: Mapping[str, Any], issuer: str) -> tuple[bool, tuple[Power, ...], tuple[Fact, ...]]:
    """Supabase's two legacy project keys: one is public by design, the other passes row level security by.

    https://supabase.com/docs/guides/api/api-keys
    """
    if issuer not in {"supabase", "supabase-demo"}:
        return False, (), ()
    if claims.get("role") == "anon":
        return True, (), (claim("powers", "role anon: made for browsers, bound by row level security"),)
    if claims.get("role") == "service_role":
        powers = (Power.READ, Power.WRITE, Power.DESTROY, Power.ADMIN)
        return False, powers, (claim("powers", "role service_role: passes every row level security policy by"),)
    return False, (), ()


def _environment(claims: Mapping[str, Any], issuer: str) -> Environment:
    if issuer == "supabase-demo":
        return Environment.TEST
    stated = next((claims[name] for name in ("environment", "env") if isinstance(claims.get(name), str)), "")
    return named(stated) if stated else of_host(issuer.partition("://")[2].partition("/")[0] or issuer)
