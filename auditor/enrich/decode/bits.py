"""Base64 in all its spellings, and the pieces of binary formats that several decoders share."""

from __future__ import annotations

import base64
import re
import struct

from auditor.model.lazy import lazy_pattern

_LONGEST = 1 << 20
_ALPHABET = lazy_pattern(r"[A-Za-z0-9+/=]*")
_ARMOUR = lazy_pattern(r"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)(?:-----END \1-----|\Z)", re.DOTALL)
_JOINED = lazy_pattern(r"[\"'][ \t]*\+[ \t]*$", re.MULTILINE)
# What source code, YAML and comments put between the lines of a key.
_WRAPPING = str.maketrans("", "", "\"'`,>|#*&;\\")


def base64_bytes(text: str) -> bytes:
    """Decode standard or URL-safe base64 with or without padding. Raises ``ValueError`` on anything else."""
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    if not plain or len(plain) > _LONGEST or not _ALPHABET.fullmatch(plain):
        raise ValueError("not base64")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def base64_text(text: str) -> str:
    """Decode base64 that holds UTF-8. Raises ``ValueError`` when it does not."""
    return base64_bytes(text).decode("utf-8")


def armoured(text: str) -> tuple[str, str] | None:
    r"""The label and body of the first ``-----BEGIN …-----`` block, whose end may be cut off.

    ``\n`` written as two characters is a line break; quotes and other marks that wrap the lines are taken away.
    """
    found = _ARMOUR.search(text.replace("\\r", "").replace("\\n", "\n"))
    return (found.group(1), _JOINED.sub("", found.group(2)).translate(_WRAPPING)) if found else None


def take_string(data: bytes, at: int) -> tuple[bytes, int]:
    """An SSH string (32-bit length, then bytes) at ``at``, and where it ends. RFC 4251 section 5."""
    (length,) = struct.unpack_from(">I", data, at)
    end = at + 4 + length
    if end > len(data):
        raise ValueError("the string is cut off")
    return data[at + 4 : end], end
