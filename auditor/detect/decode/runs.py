"""Base64 (once, url-safe, wrapped, compressed, UTF-16) and hex, as patches of decoded text."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auditor.detect.candidates import Page
from auditor.detect.decode.clues import BASE64_LEAD, HEX_LEAD
from auditor.detect.decode.view import Patch
from auditor.model.lazy import lazy_pattern

_BASE64 = lazy_pattern(rb"[0-9A-Za-z+/_-]{12,}")
_HEX = lazy_pattern(rb"[0-9a-fA-F]{24,}")
_PADDING = lazy_pattern(rb"={0,2}")
# How a long run goes on: on the next line, indented or not, or behind the line break that a string literal spells out.
_BREAK = lazy_pattern(rb"(?:\\{1,2}r)?\\{1,2}n|\r?\n[ \t]{0,80}")
_BINARY_ADDRESS = lazy_pattern(
    rb"data:(?:(?:image|font|audio|video)/|application/(?:(?:x-)?font|octet-stream|wasm|pdf|vnd))[^,\"'\s]{0,80},$"
    rb"|sourceMappingURL=data:[^,\"'\s]{0,80},$",
    re.IGNORECASE,
)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_TEXT = bytes({9, 10, 13, 27, *range(0x20, 0x7F)})
_CONTROLS = bytes({*range(0x20), 0x7F} - {9, 10, 13, 27})
_SHORTEST = 22
_WRAPPED = 40
_SHORTEST_TEXT = 12
_MOST_UNPACKED = 4 << 20
_RATIO = 200
_ADDRESS_BYTES = 140
_FOUR, _THREE = 4, 3
_COMMAND_LEAD, _GZIP_LEAD = 16, 5


class Line(NamedTuple):
    """One line of a run, or all of it: the bytes from ``low`` to ``high``."""

    low: int
    high: int


def base64_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the text in the base64 runs whose first letters end at ``ends``."""
    for lines in _runs(page.data, [end - BASE64_LEAD for end in ends], _BASE64):
        if not _is_signed(page.data, lines):
            yield from _decoded(page.data, lines, utf16=False)


def utf16_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the text of commands that are passed as base64 of UTF-16 (about_PowerShell.exe: -EncodedCommand)."""
    for lines in _runs(page.data, [end - _COMMAND_LEAD for end in ends], _BASE64):
        yield from _decoded(page.data, lines, utf16=True)


def gzip_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the text in base64 runs of gzip data (RFC 1952) whose first five letters end at ``ends``."""
    for lines in _runs(page.data, [end - _GZIP_LEAD for end in ends], _BASE64):
        packed = bytes_of(page.data, lines)
        text = _unpacked(packed) if packed else b""
        if text:
            yield Patch(lines[0].low, lines[-1].high, text, even=False)


def hex_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the text in the hex runs whose first digits end at ``ends``."""
    for lines in _runs(page.data, [end - HEX_LEAD for end in ends], _HEX):
        digits = b"".join(page.data[line.low : line.high] for line in lines)
        text = bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
        if is_text(text):
            yield from shared(lines, text, digits=2, size=1)


def is_text(data: bytes, shortest: int = _SHORTEST_TEXT) -> bool:
    """Whether at least 19 in 20 characters of ``data`` are printable, and it has at least ``shortest`` bytes."""
    if len(data) < shortest:
        return False
    try:
        data.decode("utf-8")
        strange = len(data) - len(data.translate(None, _CONTROLS))
    except UnicodeDecodeError:
        strange = len(data.translate(None, _TEXT))
    return strange * 20 <= len(data)


def _runs(data: bytes, starts: Sequence[int], letters: re.Pattern[bytes]) -> Iterator[list[Line]]:
    """Yield each run as its lines, in order and apart."""
    covered = 0
    for start in sorted(starts):
        if start < covered or _is_binary(data, start):
            continue
        first = letters.match(data, start)
        if first is None:
            continue
        lines = [Line(start, first.end())]
        if first.end() - start >= _WRAPPED:
            _follow(data, lines, letters)
        covered = lines[-1].high
        if sum(line.high - line.low for line in lines) >= _SHORTEST:
            yield lines


def _follow(data: bytes, lines: list[Line], letters: re.Pattern[bytes]) -> None:
    """Add the lines a run goes on with: all as long as the first, the last one shorter."""
    width = lines[0].high - lines[0].low
    shape = re.compile(letters.pattern.replace(b"{12,}", b"+").replace(b"{24,}", b"+"))
    while lines[-1].high - lines[-1].low == width:
        gap = _BREAK.match(data, lines[-1].high)
        found = shape.match(data, gap.end()) if gap else None
        if found is None or found.end() - found.start() > width:
            return
        lines.append(Line(found.start(), found.end()))


def _is_binary(data: bytes, start: int) -> bool:
    """Whether a run is the content of a picture, a font or a source map, by the data URL before it (RFC 2397)."""
    before = data[max(0, start - _ADDRESS_BYTES) : start]
    return before.endswith(b",") and _BINARY_ADDRESS.search(before) is not None


def _is_signed(data: bytes, lines: Sequence[Line]) -> bool:
    """Whether a run is the head or the claims of a JWT: that is a token by itself."""
    low, high = lines[0].low, lines[-1].high
    if data[low : low + 3] != b"eyJ":
        return False
    return data[low - 1 : low] == b"." or data[high : high + 4] == b".eyJ"


def bytes_of(data: bytes, lines: Sequence[Line]) -> bytes:
    """Return what the base64 of ``lines`` decodes to; nothing when it is damaged."""
    letters = b"".join(data[line.low : line.high] for line in lines).translate(_URL_SAFE)
    whole = len(letters) - (len(letters) % _FOUR == 1)
    try:
        return binascii.a2b_base64(letters[:whole] + b"=" * (-whole % _FOUR))
    except binascii.Error:
        return b""


def _decoded(data: bytes, lines: list[Line], *, utf16: bool) -> Iterator[Patch]:
    text = bytes_of(data, lines)
    if utf16:
        text = text[: len(text) & ~1].decode("utf-16-le", "replace").encode()
        if is_text(text):
            yield Patch(lines[0].low, lines[-1].high, text)
    elif is_text(text):
        padding = _PADDING.match(data, lines[-1].high)
        yield from shared(lines, text, digits=_FOUR, size=_THREE, padding=len(padding[0]) if padding else 0)


def shared(lines: Sequence[Line], text: bytes, *, digits: int, size: int, padding: int = 0) -> Iterator[Patch]:
    """Yield a patch for each line with the bytes of ``text`` that begin on it: ``digits`` letters give ``size`` bytes.

    ``padding`` letters behind the last line belong to it.
    """
    letters = at = 0
    for place, (low, high) in enumerate(lines):
        last = place == len(lines) - 1
        letters += high - low
        stop = len(text) if last else min(len(text), -(-letters * size // digits))
        whole = (high - low) // digits * digits
        cut = at + whole * size // digits
        if last and cut < stop:
            yield from _tail(Patch(low, low + whole, text[at:cut]), Patch(low + whole, high + padding, text[cut:stop]))
        else:
            yield Patch(low, high, text[at:stop])
        at = stop


def _tail(full: Patch, rest: Patch) -> Iterator[Patch]:
    """The groups that are complete, and the shorter one at the end, which has a share of its own."""
    if full.text:
        yield full
    yield rest


def _unpacked(packed: bytes) -> bytes:
    """The text that ``packed`` holds; nothing when it is no text, is damaged, or is out of all proportion."""
    import zlib

    most = min(_MOST_UNPACKED, len(packed) * _RATIO)
    try:
        text = zlib.decompressobj(wbits=31).decompress(packed, most)
    except zlib.error:
        return b""
    return text if is_text(text) else b""


READERS = {"base64": base64_patches, "hex": hex_patches, "gzip": gzip_patches, "command": utf16_patches}
"""Who reads the runs that a clue of this name tells of."""
