"""``View``: a stretch of a text with what is encoded in it read as it is meant, and the way back to the bytes it is from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from auditor.detect.languages import Written
from auditor.model.frozen import frozen

# What stands around an encoded stretch names it and belongs to it: keys, quotes, the other half of a pair.
_CONTEXT = 256


class Patch(NamedTuple):
    """The bytes ``low`` to ``high`` of the outer text mean ``text``.

    ``even``: every byte of ``text`` stands for an equal share of them, in order; otherwise all stand for the whole.
    """

    low: int
    high: int
    text: bytes
    even: bool = True


class _Piece(NamedTuple):
    """A stretch of a view from ``at`` to ``stop``, and the outer bytes it stands for."""

    at: int
    stop: int
    low: int
    high: int
    even: bool


@frozen
class Reading:
    """How a view is to be judged.

    ``names``: values that are credentials only by the name before them count, not just tokens, keys and URLs.
    ``firm``: this is what the text means, so it goes before what the same bytes look like as they stand. ``anew``:
    what is unchanged counts too, since the text is written in another way than the file around it.
    ``hides``: outer stretches that are no values as they stand, only encoded ones.
    """

    names: bool = False
    firm: bool = False
    anew: bool = False
    hides: tuple[tuple[int, int], ...] = ()


class View:
    """Decoded text: ``data``, how it is written, how it is to be judged, and where its bytes are from."""

    __slots__ = ("_pieces", "_starts", "data", "kind", "reading")

    def __init__(self, data: bytes, pieces: Sequence[_Piece], kind: Written, reading: Reading) -> None:
        self.data = data
        self.kind = kind
        self.reading = reading
        self._pieces = pieces
        self._starts = [piece.at for piece in pieces]

    def outer(self, start: int, end: int) -> tuple[int, int]:
        """Return the outer bytes that the bytes ``start`` to ``end`` (more than none) of this view stand for."""
        first, last = self._piece(start), self._piece(end - 1)
        return _place(first, start), max(_place(last, end, up=True), _place(first, start) + 1)

    def _piece(self, offset: int) -> _Piece:
        return self._pieces[bisect_right(self._starts, offset) - 1]


def _place(piece: _Piece, offset: int, *, up: bool = False) -> int:
    if not piece.even:
        return piece.high if up else piece.low
    share = (offset - piece.at) * (piece.high - piece.low)
    size = piece.stop - piece.at
    return piece.low + (-(-share // size) if up else share // size)


def view_of(data: bytes, span: tuple[int, int], patches: Iterable[Patch], kind: Written, reading: Reading) -> View:
    """Return the bytes of ``span`` with ``patches`` (in order, apart from each other, inside it) in their places."""
    at, stop = span
    pieces: list[_Piece] = []
    texts: list[bytes] = []
    length = 0
    for patch in (*patches, Patch(stop, stop, b"")):
        for piece in (Patch(at, patch.low, data[at : patch.low]), patch):
            if piece.text:
                pieces.append(_Piece(length, length + len(piece.text), piece.low, piece.high, piece.even))
                texts.append(piece.text)
                length += len(piece.text)
        at = patch.high
    return View(b"".join(texts), pieces, kind, reading)


def views_of(
    data: bytes, patches: Iterable[Patch], kind: Written, reading: Reading, context: int = _CONTEXT
) -> Iterator[View]:
    """Yield the surroundings of ``patches`` (in order, apart) with them in place; those near each other come together."""
    group: list[Patch] = []
    for patch in patches:
        if group and patch.low - group[-1].high > 2 * context:
            yield _around(data, group, kind, reading, context)
            group = []
        group.append(patch)
    if group:
        yield _around(data, group, kind, reading, context)


def _around(data: bytes, group: Sequence[Patch], kind: Written, reading: Reading, context: int) -> View:
    span = (max(0, group[0].low - context), min(len(data), group[-1].high + context))
    return view_of(data, span, group, kind, reading)
