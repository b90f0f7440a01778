"""kubeconfig files and their pieces: a static token, a client certificate, or a helper that mints short tokens.

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor.enrich.decode import certificate, jwt
from auditor.enrich.decode.bits import base64_text
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.environment import named, of_host, worst
from auditor.enrich.words import listed, tidy
from auditor.model.credential import Environment

_FORM = "Kubernetes credential"
_LONGEST = 1 << 20


@forgiving
def read(text: str) -> Decoded | None:
    """Read a whole file, plain or in base64, a bearer token, or certificate data; None for anything else."""
    return _file(text) or _piece(text) or _file(base64_text(text))


def _piece(text: str) -> Decoded | None:
    found = jwt.read(text) or certificate.certified(text)
    return replace(found, form=_FORM, provider="kubernetes") if found else None


def _file(text: str) -> Decoded | None:
    if "users:" not in text and '"users"' not in text:
        return None
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(text[:_LONGEST], Loader=loader)  # noqa: S506 - both loaders are safe ones
    except yaml.YAMLError:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("users"), list):
        return None
    readings = [reading for reading in (_user(entry) for entry in data["users"]) if reading is not None]
    servers = _servers(data)
    # Several users in one file: the one that lives longest tells how dangerous the file is.
    best = max(readings, key=_lasting, default=Decoded(_FORM, provider="kubernetes"))
    return replace(
        best,
        resources=(*best.resources, *((f"cluster {listed(servers)}",) if servers else ())),
        environment=_environment(data, servers),
    )


def _lasting(found: Decoded) -> tuple[bool, float]:
    return found.never, found.expires_at.timestamp() if found.expires_at else 0.0


def _user(entry: Any) -> Decoded | None:
    name, user = tidy(entry.get("name", "")), entry.get("user")
    if not isinstance(user, Mapping):
        return None
    found = None
    if isinstance(user.get("token"), str):
        found = jwt.read(user["token"]) or Decoded(_FORM)
    elif isinstance(user.get("client-certificate-data"), str):
        found = certificate.certified(user["client-certificate-data"])
    elif isinstance(user.get("exec"), Mapping) or isinstance(user.get("auth-provider"), Mapping):
        said = claim("kind", "no token is stored: a helper mints short ones with the rights of whoever is signed in")
        found = Decoded(_FORM, brief=True, facts=(said,))
    if found is None:
        return None
    return replace(found, form=_FORM, identity=found.identity or name, provider="kubernetes")


def _servers(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for entry in data.get("clusters") or []:
        cluster = entry.get("cluster") if isinstance(entry, Mapping) else None
        server = cluster.get("server") if isinstance(cluster, Mapping) else None
        if isinstance(server, str):
            found.append(tidy(server.partition("://")[2].partition("/")[0].rpartition("@")[2]))
    return tuple(dict.fromkeys(found))


def _environment(data: Mapping[str, Any], servers: tuple[str, ...]) -> Environment:
    contexts = [named(str(entry.get("name", ""))) for entry in data.get("contexts") or []]
    told = [*contexts, *(of_host(server.rpartition(":")[0] or server) for server in servers)]
    known = [one for one in told if one is not Environment.UNKNOWN]
    return worst(known) if known else Environment.UNKNOWN
