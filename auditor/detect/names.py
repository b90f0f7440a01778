"""Exact names looked up: which detectors does the name before a value belong to?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from auditor.detect.keynames import words
from auditor.model.lazy import lazy_pattern

Names = Mapping[str, Sequence[int]]

_NAME = re.compile(rb"[A-Za-z][\w.\- ]{1,80}")
# How far before a value its name may begin: the name, the gap the engine allows, the first signs of the value.
_REACH = 120
_MOST_WORDS = 9
_NEAREST = 3
_VALUE = 64
_SIGNS = lazy_pattern(rb"[0-9A-Za-z+/_.\-$|]+$")


def owners(names: Names, data: bytes, ends: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (detector number, event) for the exact names that stand before the values around the engine's ``ends``.

    A name may stand inside a longer one: ``MY_RAILWAY_TOKEN_STAGING`` holds ``RAILWAY_TOKEN``. Several figures of one
    value are one question.
    """
    asked = -1
    for end in ends:
        start = _value_start(data, end)
        if start == asked:
            continue
        asked = start
        # A property on a command line (-Dname=value) is no part of the name.
        before = data[max(0, start - _REACH) : start].replace(b"-D", b"- ")
        for name in _NAME.findall(before)[-_NEAREST:]:
            for number in _known(names, words(name.decode("ascii", "replace"))):
                yield number, end


def _value_start(data: bytes, end: int) -> int:
    """Where the value begins whose first signs the engine saw."""
    low = max(0, end - _VALUE)
    tail = _SIGNS.search(data[low:end])
    return low + tail.start() if tail else end


def _known(names: Names, parts: Sequence[str]) -> Iterator[int]:
    """The detectors of every run of neighbouring words of a name that is itself a name."""
    kept = parts[-_MOST_WORDS:]
    for start in range(len(kept)):
        joined = ""
        for part in kept[start:]:
            joined += part
            if joined in names:
                yield from names[joined]
