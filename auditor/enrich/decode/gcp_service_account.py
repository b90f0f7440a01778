"""Keys of Google Cloud service accounts and the files of signed-in users.

https://cloud.google.com/iam/docs/keys-create-delete and https://google.aip.dev/auth/4110
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from auditor.enrich.decode.bits import base64_text
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.environment import named
from auditor.enrich.words import tidy
from auditor.model.credential import Basis

_DOMAIN = ".iam.gserviceaccount.com"


@forgiving
def read(text: str) -> Decoded | None:
    """Read the JSON of a key file, or its base64 form; None for other JSON."""
    plain = text.strip()
    fields = json.loads(plain if plain.startswith("{") else base64_text(plain))
    return _of_fields(fields) if isinstance(fields, dict) else None


def read_parts(parts: Mapping[str, str]) -> Decoded | None:
    """Read the fields that stand beside the private key: ``client_email`` or ``account``, and ``project_id``."""
    email = parts.get("client_email") or parts.get("account", "")
    if "@" not in email and "key_id" not in parts:
        return None
    return _of_fields({**parts, "type": "service_account", "client_email": email})


def _of_fields(fields: Mapping[str, object]) -> Decoded | None:
    kind = fields.get("type")
    if kind == "authorized_user":
        project = tidy(fields.get("quota_project_id") or "")
        facts = (claim("kind", "a signed-in user's refresh token: it mints access tokens until it is revoked"),)
        return Decoded(
            "Google user credentials", Basis.FORMAT, provider="gcp", resources=_project(project), facts=facts
        )
    if kind != "service_account":
        return None
    email = tidy(fields.get("client_email") or "")
    project = tidy(fields.get("project_id") or "") or _project_of(email)
    return Decoded(
        form="Google Cloud service account key",
        basis=Basis.FORMAT,
        never=True,
        identity=email,
        provider="gcp",
        resources=_project(project),
        environment=named(f"{project} {email.partition('@')[0]}"),
        facts=(claim("identity", f"service account {email}"),) if email else (),
    )


def _project_of(email: str) -> str:
    _, at, domain = email.partition("@")
    return domain.removesuffix(_DOMAIN) if at and domain.endswith(_DOMAIN) else ""


def _project(project: str) -> tuple[str, ...]:
    return (f"project {project}",) if project else ()
