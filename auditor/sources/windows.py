"""Bytes from anywhere, as fragments of bounded size: windows that overlap, in UTF-8 whatever the encoding was."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator

from auditor.model.lines import advance, sequence_start
from auditor.model.place import Fragment, Target

Fill = Callable[[memoryview], int]
"""Write bytes to the front of the view, return how many; 0 at the end, as ``readinto`` does."""

WINDOW = 4 << 20
OVERLAP = 64 << 10

_HEAD = 4096
_STEP = 64 << 10
# UTF-16-LE's mark begins UTF-32-LE's: the longer ones come first.
_MARKS = (
    (b"\xef\xbb\xbf", ""),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_MARK_STARTS = frozenset(mark[0] for mark, _ in _MARKS)
_SHORTEST_GUESS = 8
_SPACES = "\t\n\r\f"
_BEYOND_ASCII, _LEAD_OF_TWO, _LEAD_OF_THREE, _LEAD_OF_FOUR = 0x80, 0xC0, 0xE0, 0xF0


class Windows:
    """One buffer, used again for every stream, and the cutting of streams into fragments.

    ``window`` is the buffer's size in bytes; ``overlap`` is how much of one window comes again in the next. A quarter
    of the overlap is what a match is given to look ahead, the rest bounds the length of a match that spans a border.
    """

    def __init__(self, window: int = WINDOW, overlap: int = OVERLAP) -> None:
        if window < overlap + 4 * len(_MARKS):
            raise ValueError("a window must be longer than its overlap")
        self.size = window
        self.buffer = bytearray(window)
        self.view = memoryview(self.buffer)
        self._overlap = overlap
        self._margin = overlap // 4

    def fragments(self, target: Target, fill: Fill, held: int = 0) -> Iterator[Fragment]:
        """Yield all of a stream; ``held`` bytes of it stand at the front of the buffer already.

        Each fragment is valid until the next is asked for. An empty stream has none.
        """
        end, more = self._top_up(held, fill)
        codec, mark = sniff(self.buffer, end)
        if codec:
            first = bytes(self.view[mark:end])
            end, more = self._top_up(0, fill := transcoded(codec, first, fill if more else _nothing))
        elif mark:
            self.view[: end - mark] = self.view[mark:end]
            end, more = self._top_up(end - mark, fill) if more else (end - mark, False)
        if end:
            yield from self._cut(target, fill, end, more=more)

    def _cut(self, target: Target, fill: Fill, end: int, *, more: bool) -> Iterator[Fragment]:
        view, line, column, fresh = self.view, 1, 0, 0
        while more:
            stop = _whole_sequences(view, end)
            fresh_to = stop - self._margin
            yield Fragment(target, view[:stop], line, column, fresh, fresh_to)
            start = sequence_start(view, stop - self._overlap)
            line, column = advance(view[:start], line, column)
            view[: end - start] = view[start:end]
            fresh = fresh_to - start
            end, more = self._top_up(end - start, fill)
        yield Fragment(target, view[:end], line, column, fresh)

    def _top_up(self, end: int, fill: Fill) -> tuple[int, bool]:
        while end < self.size:
            count = fill(self.view[end:])
            if not count:
                return end, False
            end += count
        return end, True


def sniff(buffer: bytearray, end: int) -> tuple[str, int]:
    """Return the codec the first ``end`` bytes need before matching (empty: none) and the length of their mark."""
    if not end:
        return "", 0
    if buffer[0] in _MARK_STARTS:
        for mark, codec in _MARKS:
            if buffer.startswith(mark, 0, end):
                return codec, len(mark)
    if buffer.find(0, 0, min(end, _HEAD)) < 0:
        return "", 0
    return _guess(bytes(buffer[: min(end, _HEAD) & ~1])), 0


def transcoded(codec: str, first: bytes, fill: Fill) -> Fill:
    """Return a ``Fill`` of UTF-8 for a stream in ``codec`` that begins with ``first``; what is malformed is U+FFFD."""
    pieces = _pieces(codec, first, fill)
    pending = memoryview(b"")

    def fill_utf8(view: memoryview) -> int:
        nonlocal pending
        while not pending:
            piece = next(pieces, None)
            if piece is None:
                return 0
            pending = memoryview(piece)
        count = min(len(view), len(pending))
        view[:count] = pending[:count]
        pending = pending[count:]
        return count

    return fill_utf8


def _pieces(codec: str, first: bytes, fill: Fill) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for at in range(0, len(first), _STEP):
        yield decoder.decode(first[at : at + _STEP]).encode()
    scratch = bytearray(_STEP)
    while count := fill(memoryview(scratch)):
        yield decoder.decode(bytes(scratch[:count])).encode()
    yield decoder.decode(b"", final=True).encode()


def _nothing(_view: memoryview) -> int:
    return 0


def _guess(head: bytes) -> str:
    """Name the UTF-16 form of text without a mark, by where its NULs stand; empty when it is no such text."""
    half = len(head) // 2
    if len(head) < _SHORTEST_GUESS:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    codec = "utf-16-le" if odd > even else "utf-16-be"
    plenty = max(even, odd) * 5 >= half * 2 and min(even, odd) * 10 <= half
    return codec if plenty and _is_text(head, codec) else ""


def _is_text(head: bytes, codec: str) -> bool:
    # Binary headers of small 16-bit numbers look like UTF-16 too, but are full of control characters.
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return all(character >= " " or character in _SPACES for character in text)


def _whole_sequences(view: memoryview, end: int) -> int:
    """Return ``end`` without the bytes of a UTF-8 sequence that goes on after it."""
    for back in range(1, min(4, end + 1)):
        byte = view[end - back]
        if byte >= _LEAD_OF_TWO:
            needed = 2 + (byte >= _LEAD_OF_THREE) + (byte >= _LEAD_OF_FOUR)
            return end - back if needed > back else end
        if byte < _BEYOND_ASCII:
            return end
    return end
