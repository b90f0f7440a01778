"""X.509 certificates: when they end, whom they name, and whether they sign others."""

from __future__ import annotations

import warnings

from auditor.enrich.decode import ssh_key
from auditor.enrich.decode.bits import armoured, base64_text
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.words import listed, tidy
from auditor.model.credential import Fact, Power

_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
# Members of this group bypass every access rule of a Kubernetes cluster:
# https://kubernetes.io/docs/reference/access-authn-authz/rbac/
_CLUSTER_ADMIN = "system:masters"


@forgiving
def read(text: str) -> Decoded | None:
    """Read the first certificate of a PEM text; a private key without one is read as such."""
    return certified(text) or ssh_key.read(text)


@forgiving
def certified(text: str) -> Decoded | None:
    """Read the first certificate of a PEM text, or of its base64 form as kubeconfig files write it."""
    pem = _pem(text)
    if pem is None:
        return None
    with warnings.catch_warnings():
        # Odd serial numbers and old curves are worth reading, not worth a warning on somebody's terminal.
        warnings.simplefilter("ignore")
        return _of_pem(pem)


def _pem(text: str) -> bytes | None:
    block = armoured(text)
    if block is None and "-" not in text:
        block = armoured(base64_text(text))
    start = _after_key(text) if block and block[0] not in _LABELS else block
    if start is None or start[0] not in _LABELS:
        return None
    return f"-----BEGIN CERTIFICATE-----{start[1]}-----END CERTIFICATE-----\n".encode("ascii")


def _after_key(text: str) -> tuple[str, str] | None:
    """The certificate of a file that begins with its private key."""
    plain = text.replace("\\n", "\n")
    at = plain.find("-----BEGIN CERTIFICATE-----")
    return armoured(plain[at:]) if at >= 0 else None


def _of_pem(pem: bytes) -> Decoded:
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(pem)
    attributes = list(certificate.subject)
    names = [tidy(a.value) for a in attributes if a.oid == x509.NameOID.COMMON_NAME]
    groups = [tidy(a.value) for a in attributes if a.oid == x509.NameOID.ORGANIZATION_NAME]
    admin = _CLUSTER_ADMIN in groups
    facts = [claim("identity", f"certificate for {listed([*names, *groups]) or 'nobody by name'}")]
    if admin:
        facts.append(claim("powers", f"group {_CLUSTER_ADMIN}: unconditional cluster administrator"))
    signs = _signs(certificate)
    if signs:
        facts.append(claim("powers", "a certificate authority: it can vouch for anybody"))
    return Decoded(
        form="X.509 certificate",
        expires_at=certificate.not_valid_after_utc,
        issued_at=certificate.not_valid_before_utc,
        identity=names[0] if names else "",
        powers=_powers(admin=admin, signs=signs),
        facts=tuple(facts) + _groups(groups),
    )


def _powers(*, admin: bool, signs: bool) -> tuple[Power, ...]:
    if admin:
        return (Power.READ, Power.WRITE, Power.ADMIN, Power.DESTROY, Power.PIVOT)
    return (Power.ADMIN, Power.PIVOT) if signs else ()


def _groups(groups: list[str]) -> tuple[Fact, ...]:
    return (claim("resources", f"groups {listed(groups)}"),) if groups else ()


def _signs(certificate: object) -> bool:
    from cryptography import x509

    assert isinstance(certificate, x509.Certificate)
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False
