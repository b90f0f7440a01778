"""Text inside JSON strings: settings that were pasted or printed there, and the cells of notebooks.

In JSON only quoted values count. A string's own lines are another matter: ``"DB_PASSWORD=…\\nDB_HOST=…"`` is a settings
file in a string, in a tool's answer or in a notebook's output as often as anywhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from auditor.detect.candidates import Page
from auditor.detect.decode.view import Patch, Reading, View, view_of
from auditor.detect.languages import Written
from auditor.model.lazy import lazy_pattern

# A string may stand in a string, which doubles every backslash.
_BREAK = lazy_pattern(rb"\\+n")
_ESCAPE = lazy_pattern(rb"\\+(?:([nrt])|([\"'/])|u00([2-7][0-9a-fA-F]))|\\{2,}")
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_SETTING = lazy_pattern(
    rb"[^\w\r\n]{0,12}(?:\d{1,6}[^\w\r\n]{1,8})?(?:(?:export|set|env|set_env|ENV)\s+)?[A-Za-z_][\w.\-]{0,80}\s{0,4}[:=]\s{0,4}"
    rb"[^\s\"'<>(){}]{1,2000}[^\s\"'<>(){};,]\s*\Z"
)
_OPENS = lazy_pattern(rb"[\[{,:(=]\s{0,200}\Z")
_LIST = lazy_pattern(rb"\"(source|text|text/plain|text/html|traceback)\"\s*:\s*\[\s*\"")
_STRING_GAP = lazy_pattern(rb"\"\s*,\s*\"")
_STRING_REST = lazy_pattern(rb"(?:[^\"\\]|\\.)*", re.DOTALL)
_LINES_BYTES = 4000
_LONGEST = 1 << 20
_MOST = 2000
_AS_CODE = Reading(names=True, anew=True)
_AS_SETTINGS = Reading(names=True, firm=True, anew=True)


def setting_views(page: Page, ends: Sequence[int]) -> Iterator[View]:
    """Yield the lines that look like settings, of those around ``ends``, with their escapes read."""
    covered = 0
    for end in sorted(ends)[:_MOST]:
        if end <= covered:
            continue
        span = _line(page.data, end)
        if span is None or span[0] < covered:
            continue
        covered = span[1]
        patches = list(_unescaped(page.data, *span))
        view = view_of(page.data, span, patches, Written.CONFIG, _AS_SETTINGS)
        if _SETTING.match(view.data):
            yield view


def _line(data: bytes, end: int) -> tuple[int, int] | None:
    """The line of a string's text around ``end``: between line breaks that are spelled out, or the string's ends."""
    opening = _opening(data, end)
    if opening is None:
        return None
    rest = _STRING_REST.match(data, end, min(len(data), end + _LINES_BYTES))
    stop = rest.end() if rest else end
    following = _BREAK.search(data, end, stop)
    low = opening + 1
    for found in _BREAK.finditer(data, low, end):
        low = found.end()
    return low, following.start() if following else stop


def _opening(data: bytes, end: int) -> int | None:
    """The quote that opens the string around ``end``; None when ``end`` stands in none, or far inside one."""
    low = max(0, end - _LINES_BYTES)
    at = data.rfind(b'"', low, end)
    while at >= 0 and _is_escaped(data, at):
        at = data.rfind(b'"', low, at)
    if at >= 0:
        return at if _OPENS.search(data, max(0, at - _LINES_BYTES), at) else None
    last = -1
    for found in _BREAK.finditer(data, low, end):
        last = found.end() - 1
    return last if last >= 0 else None


def _is_escaped(data: bytes, at: int) -> bool:
    before = data[max(0, at - 64) : at]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


def cell_views(page: Page, ends: Sequence[int]) -> Iterator[View]:
    """Yield the joined text of a notebook's cells and outputs that have any of ``ends`` (rising) in them.

    The format keeps each line as a string of a list (nbformat.readthedocs.io, "The Notebook file format").
    """
    for found in _LIST.finditer(page.data):
        low, gaps, high = found.end(), list[tuple[int, int]](), 0
        at = low
        while True:
            rest = _STRING_REST.match(page.data, at, min(len(page.data), at + _LONGEST))
            high = rest.end() if rest else at
            gap = _STRING_GAP.match(page.data, high)
            if gap is None:
                break
            gaps.append(gap.span())
            at = gap.end()
        place = bisect_left(ends, low)
        if place < len(ends) and ends[place] <= high:
            kind = Written.CODE if found[1] == b"source" else Written.UNKNOWN
            yield view_of(page.data, (low, high), _cell(page.data, low, high, gaps), kind, _AS_CODE)


def _cell(data: bytes, low: int, high: int, gaps: Sequence[tuple[int, int]]) -> Iterator[Patch]:
    at = low
    for gap_low, gap_high in (*gaps, (high, high)):
        yield from _unescaped(data, at, gap_low)
        if gap_high > gap_low:
            yield Patch(gap_low, gap_high, b"")
        at = gap_high


def _unescaped(data: bytes, low: int, high: int) -> Iterator[Patch]:
    for found in _ESCAPE.finditer(data, low, high):
        if found[1]:
            text = _CONTROLS[found[1]]
        elif found[2]:
            text = found[2]
        else:
            text = bytes.fromhex(found[3].decode()) if found[3] else b"\\"
        yield Patch(found.start(), found.end(), text)
