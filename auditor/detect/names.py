"""Exact names looked up: which detectors does the name before a value belong to?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from auditor.detect.keynames import words

Names = Mapping[str, Sequence[int]]

_NAME = re.compile(rb"[A-Za-z][\w.\- ]{1,80}")
# How far before a value its name may begin: the name, the gap the engine allows, the first signs of the value.
_REACH = 140
_MOST_WORDS = 10


def owners(names: Names, data: bytes, end: int) -> tuple[int, ...]:
    """Return the detectors whose exact name stands before the value that the engine saw end at ``end``.

    A name may stand inside a longer one: ``MY_RAILWAY_TOKEN_STAGING`` holds ``RAILWAY_TOKEN``.
    """
    found: dict[int, None] = {}
    before = data[max(0, end - _REACH) : end].replace(b"-D", b"- ")  # a property on a command line is no part of a name
    for name in _NAME.findall(before):
        for part in _stretches(words(name.decode("ascii", "replace"))):
            found.update(dict.fromkeys(names.get(part, ())))
    return tuple(found)


def _stretches(parts: Sequence[str]) -> Iterator[str]:
    """Every run of neighbouring words of a name, joined."""
    kept = parts[-_MOST_WORDS:]
    for start in range(len(kept)):
        joined = ""
        for part in kept[start:]:
            joined += part
            yield joined
