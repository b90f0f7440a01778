"""Characters that are written as escapes: in URLs, in HTML and XML, in string literals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from auditor.detect.candidates import Page
from auditor.detect.decode.view import Patch
from auditor.model.lazy import lazy_pattern

# RFC 3986, section 2.1; only ASCII that prints: nothing else stands in a credential.
_PERCENT = lazy_pattern(rb"%([2-7][0-9A-Fa-f])")
_ENTITY = lazy_pattern(
    rb"&(?:#[xX]0{0,6}([2-7][0-9a-fA-F])|#0{0,6}(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])|([a-zA-Z]{2,6}));"
)
# The named references of HTML (html.spec.whatwg.org, section 13.5) for signs that credentials hold.
_NAMED = {
    b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'", b"colon": b":", b"sol": b"/", b"commat": b"@",
    b"lowbar": b"_", b"equals": b"=", b"plus": b"+", b"period": b".", b"num": b"#", b"dollar": b"$", b"excl": b"!",
}  # fmt: skip
# Any number of backslashes: a string inside a string doubles them.
_ESCAPE = lazy_pattern(
    rb"\\+(?:u00([2-7][0-9a-fA-F])|u\{0{0,4}([2-7][0-9a-fA-F])\}|x([2-7][0-9a-fA-F])|([01][0-7][0-7])|(/))"
)
_FAR = 512
_LEAD = 16
_MOST = 20_000

Meaning = Callable[["re.Match[bytes]"], "bytes | None"]


def percent_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the characters that stand percent-encoded around ``ends``."""
    return _patches(page.data, ends, _PERCENT, lambda match: bytes.fromhex(match[1].decode()))


def entity_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the characters that stand as character references around ``ends``."""
    return _patches(page.data, ends, _ENTITY, _referenced)


def escape_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    r"""Yield the characters that stand as ``\u003d``, ``\u{3d}``, ``\x3d``, ``\075`` and ``\/`` around ``ends``."""
    return _patches(page.data, ends, _ESCAPE, _escaped)


def _patches(data: bytes, ends: Sequence[int], form: re.Pattern[bytes], meaning: Meaning) -> Iterator[Patch]:
    for low, high in _stretches(ends, len(data)):
        for match in form.finditer(data, low, high):
            text = meaning(match)
            if text is not None:
                yield Patch(match.start(), match.end(), text)


def _stretches(ends: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """Yield where to look: each event with what follows it, those near each other at once."""
    low = high = -1
    for end in sorted(ends)[:_MOST]:
        if end - _LEAD > high:
            if high > low:
                yield low, high
            low = max(0, high, end - _LEAD)
        high = min(size, end + _FAR)
    if high > low:
        yield low, high


def _referenced(match: re.Match[bytes]) -> bytes | None:
    if match[1]:
        return bytes.fromhex(match[1].decode())
    return bytes((int(match[2]),)) if match[2] else _NAMED.get(match[3].lower())


def _escaped(match: re.Match[bytes]) -> bytes | None:
    digits = match[1] or match[2] or match[3]
    if digits:
        return bytes.fromhex(digits.decode())
    if match[5]:
        return b"/"
    code = int(match[4], 8)
    return bytes((code,)) if 0x20 <= code < 0x7F else None  # noqa: PLR2004 - the range of printable ASCII


READERS = {"percent": percent_patches, "entity": entity_patches, "escape": escape_patches}
"""Who reads the escapes that a clue of this name tells of."""
