"""OpenPGP secret keys (RFC 9580): owner, expiry of the key, and whether a passphrase protects it."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.enrich import moments
from auditor.enrich.decode.bits import armoured, base64_bytes
from auditor.enrich.decode.decoded import Decoded, claim, forgiving, form
from auditor.enrich.words import tidy
from auditor.model.lazy import lazy_pattern

_SIGNATURE, _SECRET_KEY, _USER_ID = 2, 5, 13
_SELF_SIGNATURES = frozenset({0x10, 0x11, 0x12, 0x13, 0x1F})
_CREATED, _KEY_EXPIRY = 2, 9
_V4, _V6 = 4, 6
_VERSIONS = (_V4, _V6)
# Public material before the passphrase marker: numbers of RSA, Elgamal and DSA; bytes of the fixed curves.
_NUMBERS = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4}
_CURVES = frozenset({18, 19, 22})
_ECDH = 18
_FIXED = {25: 32, 26: 56, 27: 32, 28: 57}
_CHECKSUM = lazy_pattern(r"^=[A-Za-z0-9+/]{4}\s*$", re.MULTILINE)
_HEADERS = lazy_pattern(r"^(?:[A-Za-z-]+: .*\r?\n)+\r?\n?", re.MULTILINE)
# Lengths: one byte below the first mark, two below the second, parts below the third, which means four.
_ONE_BYTE, _TWO_BYTES, _FOUR_BYTES = 192, 224, 255
_WIDEST_OLD_LENGTH = 4


@dataclass
class _Seen:
    created: int = 0
    locked: bool = False
    user: str = ""
    signed: int = -1
    lasts: int = 0


@forgiving
def read(text: str) -> Decoded | None:
    """Read an armoured secret key block; None for anything else."""
    block = armoured(text)
    if block is None or block[0] != "PGP PRIVATE KEY BLOCK":
        return None
    body = _HEADERS.sub("", _CHECKSUM.sub("", block[1]).lstrip(), count=1)
    seen = _Seen()
    for tag, packet in _packets(base64_bytes(body)):
        _take(seen, tag, packet)
    return _decoded(seen) if seen.created else None


def _decoded(seen: _Seen) -> Decoded:
    expires = moments.from_epoch(seen.created + seen.lasts) if seen.lasts else None
    said = "protected by a passphrase" if seen.locked else "not protected by a passphrase: whoever reads it can sign"
    who = (claim("identity", f"belongs to {seen.user}"),) if seen.user else ()
    return Decoded(
        form="OpenPGP secret key",
        expires_at=expires,
        issued_at=moments.from_epoch(seen.created),
        never=not seen.lasts,
        identity=seen.user,
        locked=seen.locked,
        facts=(form("locked" if seen.locked else "kind", said), *who),
    )


def _take(seen: _Seen, tag: int, packet: bytes) -> None:
    if tag == _SECRET_KEY and not seen.created:
        seen.created, seen.locked = _secret_key(packet)
    elif tag == _USER_ID and not seen.user:
        seen.user = tidy(packet.decode("utf-8", "replace"))
    elif tag == _SIGNATURE and packet[0] in _VERSIONS and packet[1] in _SELF_SIGNATURES:
        signed, lasts = _subpackets(packet)
        if signed > seen.signed:
            seen.signed, seen.lasts = signed, lasts


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each packet, in both header forms. Raises ``ValueError`` when one is cut off."""
    at = 0
    while at < len(data):
        head = data[at]
        if not head & 0x80:
            raise ValueError("no packet")
        if head & 0x40:
            tag, (length, start) = head & 0x3F, _new_length(data, at + 1)
        else:
            tag, size = (head >> 2) & 0x0F, 1 << (head & 0x03)
            if size > _WIDEST_OLD_LENGTH:
                raise ValueError("a packet of unknown length")
            length, start = int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size
        if start + length > len(data):
            raise ValueError("the packet is cut off")
        yield tag, data[start : start + length]
        at = start + length


def _new_length(data: bytes, at: int) -> tuple[int, int]:
    """The length at ``at`` (also of subpackets) and where the body begins."""
    first = data[at]
    if first < _ONE_BYTE:
        return first, at + 1
    if first < _TWO_BYTES:
        return ((first - _ONE_BYTE) << 8) + data[at + 1] + _ONE_BYTE, at + 2
    if first == _FOUR_BYTES:
        return int(struct.unpack_from(">I", data, at + 1)[0]), at + 5
    raise ValueError("a packet in parts")


def _secret_key(packet: bytes) -> tuple[int, bool]:
    """Creation time (epoch seconds) and whether the marker after the public half says that it is encrypted."""
    version, created, algorithm = packet[0], *struct.unpack_from(">IB", packet, 1)
    if version not in _VERSIONS:
        raise ValueError("an old key")
    at = 6 if version == _V4 else 10
    if algorithm in _NUMBERS:
        for _ in range(_NUMBERS[algorithm]):
            at = _number(packet, at)
    elif algorithm in _CURVES:
        at = _number(packet, at + 1 + packet[at])
        at += 1 + packet[at] if algorithm == _ECDH else 0
    else:
        at += _FIXED[algorithm]
    return int(created), packet[at] != 0


def _number(packet: bytes, at: int) -> int:
    (bits,) = struct.unpack_from(">H", packet, at)
    return int(at + 2 + (bits + 7) // 8)


def _subpackets(packet: bytes) -> tuple[int, int]:
    """When a signature was made, and after how many seconds it lets the key end (0: never)."""
    wide = packet[0] == _V6
    size = int.from_bytes(packet[4 : 8 if wide else 6], "big")
    at = 8 if wide else 6
    end = at + size
    signed = lasts = 0
    while at < end:
        length, start = _new_length(packet, at)
        kind, body = packet[start] & 0x7F, packet[start + 1 : start + length]
        if kind == _CREATED:
            signed = int.from_bytes(body, "big")
        elif kind == _KEY_EXPIRY:
            lasts = int.from_bytes(body, "big")
        at = start + length
    return signed, lasts
