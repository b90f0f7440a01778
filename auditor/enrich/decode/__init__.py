"""Reading a credential's own text: one module a format, loaded when a rule asks for it.

A module has ``read(text) -> Decoded | None``; some also have ``read_parts(parts) -> Decoded | None`` for credentials
whose telling half stands beside the secret.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from auditor.enrich.decode.decoded import Decoded
from auditor.model.credential import Credential
from auditor.rulebook.schema import Detector

FORMATS: Final[dict[str, str]] = {
    "jwt": "jwt",
    "pypi-macaroon": "pypi_macaroon",
    "fly-macaroon": "fly_macaroon",
    "azure-sas": "azure_sas",
    "aws-presigned": "aws_presigned",
    "gcs-presigned": "gcs_presigned",
    "certificate": "certificate",
    "ssh-key": "ssh_key",
    "pgp-key": "pgp_key",
    "aws-key-id": "aws_key_id",
    "stripe-mode": "stripe_mode",
    "kubeconfig": "kubeconfig",
    "gcp-service-account": "gcp_service_account",
    "docker-auth": "docker_auth",
    "basic": "basic",
    "url-userinfo": "url_userinfo",
}
# Providers whose key ids tell the account and the kind of the secret that they stand beside.
_BESIDE: Final[dict[str, str]] = {"aws": "aws-key-id"}


def read(name: str, text: str) -> Decoded | None:
    """Read ``text`` with the decoder ``name``; None when the name or the text is not known."""
    module = _module(name)
    return module.read(text) if module else None


def of(credential: Credential, detector: Detector) -> Decoded | None:
    """What the credential says of itself by its detector's decoder: the secret first, then what stands beside it."""
    module = _module(detector.decoder)
    found: Decoded | None = module.read(credential.secret.reveal()) if module else None
    module = module or _module(_BESIDE.get(detector.provider, ""))
    if found is None and module and credential.parts:
        found = _beside(module, credential)
    return found


def _beside(module: Any, credential: Credential) -> Decoded | None:
    if hasattr(module, "read_parts"):
        named = {part.name: part.value.reveal() for part in credential.parts}
        found: Decoded | None = module.read_parts(named)
        return found
    readings = (module.read(part.value.reveal()) for part in credential.parts)
    return next((reading for reading in readings if reading is not None), None)


def _module(name: str) -> Any:
    file = FORMATS.get(name)
    return import_module(f"auditor.enrich.decode.{file}") if file else None
