"""Private keys in OpenSSH, PEM and PuTTY form, and OpenSSH certificates: kind, size, passphrase, validity.

OpenSSH: PROTOCOL.key and PROTOCOL.certkeys of its source; PEM: RFC 7468, RFC 8017 appendix A, RFC 5958.
"""

from __future__ import annotations

import struct

from auditor.enrich import moments
from auditor.enrich.decode.bits import armoured, base64_bytes, take_string
from auditor.enrich.decode.decoded import Decoded, claim, forgiving, form
from auditor.enrich.words import listed, tidy
from auditor.model.credential import Basis, Fact
from auditor.model.lazy import lazy_pattern

_MAGIC = b"openssh-key-v1\0"
_CERTIFICATE = lazy_pattern(r"((?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+-cert-v01@openssh\.com) ([A-Za-z0-9+/=]{40,})")
# How many strings of public key material stand before the serial number.
_MATERIAL = {"ssh-rsa": 2, "ssh-dss": 4, "ssh-ed25519": 1, "ecdsa-sha2": 2, "sk-ssh-ed": 2, "sk-ecdsa-": 3}
_FOREVER = 2**64 - 1
_SEQUENCE, _INTEGER = 0x30, 0x02
_LONG_FORM = 0x80


@forgiving
def read(text: str) -> Decoded | None:
    """Read a private key or an OpenSSH certificate; None for anything else."""
    certified = _CERTIFICATE.search(text)
    if certified:
        return _certificate(certified.group(1), base64_bytes(certified.group(2)))
    if text.lstrip().startswith("PuTTY-User-Key-File-"):
        return _putty(text)
    block = armoured(text)
    if block is None or not block[0].endswith("PRIVATE KEY"):
        return None
    label, body = block
    if label == "OPENSSH PRIVATE KEY":
        return _openssh(base64_bytes(body))
    return _pem(label, body)


def _key(kind: str, *, locked: bool, facts: tuple[Fact, ...] = ()) -> Decoded:
    said = "protected by a passphrase" if locked else "not protected by a passphrase: whoever reads it can use it"
    return Decoded(
        form="private key",
        basis=Basis.FORMAT,
        never=True,
        locked=locked,
        facts=(form("kind", f"{kind} private key"), form("locked" if locked else "kind", said), *facts),
    )


def _openssh(data: bytes) -> Decoded | None:
    if not data.startswith(_MAGIC):
        return None
    cipher, at = take_string(data, len(_MAGIC))
    _, at = take_string(data, at)
    _, at = take_string(data, at)
    public, _ = take_string(data, at + 4)
    name, at = take_string(public, 0)
    kind = name.decode("ascii")
    if kind == "ssh-rsa":
        _, at = take_string(public, at)
        modulus, _ = take_string(public, at)
        kind = f"{kind} {_bits(modulus)} bit"
    return _key(tidy(kind), locked=cipher != b"none")


def _pem(label: str, body: str) -> Decoded | None:
    kind = label.removesuffix("PRIVATE KEY").strip()
    if "ENCRYPTED" in kind or "ENCRYPTED" in body:
        return _key("PEM", locked=True)
    data = base64_bytes(body)
    if data[0] != _SEQUENCE:
        return None
    size = _rsa_size(data) if kind in {"RSA", ""} else 0
    return _key(f"{kind or 'PKCS#8'} {size} bit" if size else kind or "PKCS#8", locked=False)


def _rsa_size(data: bytes) -> int:
    """Bits of the modulus in a PKCS#1 key; 0 when the second element is no integer (PKCS#8 names its algorithm)."""
    _, at, _ = _element(data, 0)
    _, _, at = _element(data, at)
    tag, start, end = _element(data, at)
    return _bits(data[start:end]) if tag == _INTEGER else 0


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, start and end of the DER element at ``at``."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & _LONG_FORM:
        count = length & ~_LONG_FORM
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise ValueError("the element is cut off")
    return tag, start, start + length


def _bits(number: bytes) -> int:
    return int.from_bytes(number, "big").bit_length()


def _putty(text: str) -> Decoded:
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    kind = next(value for name, value in fields.items() if name.strip().startswith("PuTTY-User-Key-File-"))
    return _key(tidy(f"PuTTY {kind}"), locked=fields["Encryption"].strip() != "none")


def _certificate(kind: str, data: bytes) -> Decoded | None:
    name, at = take_string(data, 0)
    if name.decode("ascii") != kind:
        return None
    for _ in range(1 + next(count for start, count in _MATERIAL.items() if kind.startswith(start))):
        _, at = take_string(data, at)
    at += 8 + 4
    key_id, at = take_string(data, at)
    principals, at = take_string(data, at)
    after, before = struct.unpack_from(">QQ", data, at)
    names = _names(principals)
    return Decoded(
        form="OpenSSH certificate",
        expires_at=None if before == _FOREVER else moments.from_epoch(before),
        issued_at=moments.from_epoch(after),
        never=before == _FOREVER,
        identity=tidy(key_id.decode("utf-8", "replace")),
        resources=(f"principals {listed(names)}",) if names else (),
        facts=(claim("resources", f"valid for {listed(names) or 'every principal'}"),),
    )


def _names(principals: bytes) -> list[str]:
    found, at = [], 0
    while at < len(principals):
        name, at = take_string(principals, at)
        found.append(tidy(name.decode("utf-8", "replace")))
    return found
