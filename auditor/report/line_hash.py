"""``primaryLocationLineHash`` as the upload action computes it, so that alerts survive edits elsewhere in the file.

The algorithm (documented behaviour of the code-scanning upload action): text as UTF-16 code units without spaces and
tabs, line ends as LF, a sentinel and zeros behind; a rolling hash to base 37 modulo 2^64 over 100 units from each
line's first; lower-case hex, a colon, and the how-manieth line with that hash it is.
"""

from __future__ import annotations

import array
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain, repeat

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_TOP = pow(_BASE, _WINDOW, 1 << 64)
_SENTINEL = 65_535
_LF, _CR = 10, 13
_DROPPED = frozenset({32, 9})
# A second or so of plain Python; bigger files with a finding are rare.
_MOST_BYTES = 2 << 20


class LineHashes:
    """Hashes by file and line; each file is read once."""

    def __init__(self) -> None:
        self._known: dict[str, list[str]] = {}

    def of(self, real: str, line: int) -> str:
        """The hash of ``line`` (from 1) of the file ``real``; empty when the file is gone, too big or has no such line.

        The upload action fills in what is missing.
        """
        if real not in self._known:
            self._known[real] = _read(real)
        lines = self._known[real]
        return lines[line - 1] if 0 < line <= len(lines) else ""


def _read(real: str) -> list[str]:
    try:
        with open(real, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError):
        return []
    return line_hashes(data.decode("utf-8", "replace")) if len(data) <= _MOST_BYTES else []


def line_hashes(text: str) -> list[str]:
    """The hash of every line of ``text``."""
    seen: Counter[str] = Counter()
    found = []
    for value in _rolling(text):
        digest = f"{value:x}"
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return found


def _units(text: str) -> list[int]:
    units = array.array("H")
    units.frombytes(text.encode("utf-16-le", "surrogatepass"))
    if sys.byteorder == "big":  # pragma: no cover
        units.byteswap()
    kept: list[int] = []
    for place, unit in enumerate(units):
        if unit in _DROPPED:
            continue
        if unit == _CR:
            kept.append(_LF)
        elif not (unit == _LF and place and units[place - 1] == _CR):
            kept.append(unit)
    return kept


def _rolling(text: str) -> Iterator[int]:
    """The hash of the window that starts at each line's first unit, in line order."""
    units = _units(text)
    starts = {0} | {place + 1 for place, unit in enumerate(units) if unit == _LF}
    stream = list(chain(units, (_SENTINEL,), repeat(0, _WINDOW)))
    value = 0
    for place, unit in enumerate(stream):
        gone = stream[place - _WINDOW] if place >= _WINDOW else 0
        value = (_BASE * value + unit - _TOP * gone) & _MASK
        if place - _WINDOW + 1 in starts:
            yield value
