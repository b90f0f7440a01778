"""Byte offsets in a fragment to lines and columns for people.

A column counts characters: a well-formed UTF-8 sequence is one, and so is every byte that belongs to none (so that
the columns of Latin-1 and binary text count bytes). Lines end at LF; the CR before it stays on its line.
"""

from __future__ import annotations

from auditor.model.place import Fragment

_LF = b"\n"
_CONTINUATION_MASK = 0xC0
_CONTINUATION = 0x80
_LONGEST_SEQUENCE = 4


def count_characters(data: bytes | bytearray | memoryview) -> int:
    """Return how many characters ``data`` holds; well-formed UTF-8 sequences count one, other bytes one each."""
    return len(str(data, "utf-8", "surrogateescape"))


def sequence_start(data: bytes | bytearray | memoryview, offset: int) -> int:
    """Return ``offset``, or up to three bytes less, so that no UTF-8 sequence stands on both sides of it."""
    for at in range(offset, max(offset - _LONGEST_SEQUENCE, -1), -1):
        if at < len(data) and data[at] & _CONTINUATION_MASK != _CONTINUATION:
            return at if data[at] >= _CONTINUATION_MASK else offset
    return offset


def advance(data: bytes | bytearray | memoryview, line: int, column: int) -> tuple[int, int]:
    """Return the line (from 1) and the column (from 0) after ``data``, which began at ``line`` and ``column``."""
    text = bytes(data)
    breaks = text.count(_LF)
    if not breaks:
        return line, column + count_characters(text)
    return line + breaks, count_characters(text[text.rfind(_LF) + 1 :])


class LineIndex:
    """Lines and columns of one fragment.

    Looking up rising offsets reads the fragment once in all; going back to an earlier line starts over.
    """

    def __init__(self, fragment: Fragment) -> None:
        self._fragment = fragment
        self._view = memoryview(fragment.data)
        self._restart()

    def locate(self, start: int, end: int) -> tuple[int, int, int]:
        """Return line, column and end column (exclusive), all from 1, of the bytes ``start`` to ``end``.

        A span over several lines ends, for the column, where its first line does.
        """
        safe = sequence_start(self._view, start)
        self._move_to(safe)
        column = self._column + count_characters(self._view[safe:start])
        span = bytes(self._view[start:end])
        first = span.partition(_LF)[0]
        if len(first) < len(span):
            first = first.removesuffix(b"\r")
        return self._line, column + 1, column + 1 + count_characters(first)

    def _restart(self) -> None:
        self._line = self._fragment.first_line
        self._column = self._lead = self._fragment.first_column
        self._at = self._line_start = 0

    def _move_to(self, offset: int) -> None:
        if offset < self._line_start:
            self._restart()
        elif offset < self._at:
            self._at, self._column = self._line_start, self._lead
        passed = bytes(self._view[self._at : offset])
        cut = passed.rfind(_LF) + 1
        if cut:
            self._line += passed.count(_LF)
            self._line_start, self._lead, self._column = self._at + cut, 0, 0
        self._column += count_characters(passed[cut:])
        self._at = offset


def locate(fragment: Fragment, start: int, end: int) -> tuple[int, int, int]:
    """Return line, column and end column of one span; for several spans of a fragment keep a ``LineIndex``."""
    return LineIndex(fragment).locate(start, end)
