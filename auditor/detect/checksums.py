"""Checksums that let a scanner tell a real token from a made-up one without asking anyone.

Sources: GitHub's engineering post on token formats (2021), GitLab's routable token documentation, and, for
Cloudflare and Grafana, the scheme confirmed on their public test fixtures.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_GITHUB_CHECKED = 6
_CRC_HEX = 8
_ROUTABLE_CRC = 7


def fits(name: str, token: str) -> bool | None:
    """Whether ``token`` carries the checksum scheme ``name`` correctly; None when the scheme says nothing."""
    check = _SCHEMES.get(name)
    return check(token) if check else None


def _digits(number: int, alphabet: str, width: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        text = alphabet[rest] + text
    return text.rjust(width, "0")


def _github(token: str) -> bool:
    body = token.split("_", 1)[1]
    expected = _digits(zlib.crc32(body[:-_GITHUB_CHECKED].encode()), _BASE62, _GITHUB_CHECKED)
    return body[-_GITHUB_CHECKED:] == expected


def _cloudflare(token: str) -> bool:
    body = token.split("_", 1)[1]
    return body[-_CRC_HEX:].lower() == f"{zlib.crc32(body[:-_CRC_HEX].encode()):08x}"


def _grafana(token: str) -> bool:
    body, _, tail = token.rpartition("_")
    return tail.lower() == zlib.crc32(body.encode()).to_bytes(4, "little").hex()


def _gitlab_routable(token: str) -> bool:
    body, tail = token[:-_ROUTABLE_CRC], token[-_ROUTABLE_CRC:]
    return tail == _digits(zlib.crc32(body.encode()), _BASE36, _ROUTABLE_CRC)


_SCHEMES: dict[str, Callable[[str], bool]] = {
    "github-crc32": _github,
    "cloudflare-crc32": _cloudflare,
    "grafana-crc32": _grafana,
    "gitlab-routable": _gitlab_routable,
}
