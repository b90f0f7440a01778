"""Regular expressions out of configuration files, matched so that none of them can hold up the audit.

They may come from a repository somebody else wrote. What could take very long is not run at all: the caller says what
holds in doubt, which is always the answer that is worse to learn late.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from auditor.model.lazy import lazy_pattern

_LONGEST: Final = 2048
_MOST_OPEN: Final = 4
_NAMED: Final = lazy_pattern(r"\(\?<(?![=!])")
_CLASS: Final = lazy_pattern(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_ESCAPED: Final = lazy_pattern(r"\\.", re.DOTALL)
_OPEN: Final = lazy_pattern(r"[*+]|\{\d*,\d*\}")
_REPEATED_GROUP: Final = lazy_pattern(r"\)(?:[*+]|\{)")
_BACK_REFERENCE: Final = lazy_pattern(r"\\[1-9k]")


def finds(pattern: str, text: str, *, ignore_case: bool = False, doubt: bool) -> bool:
    """Whether a JavaScript-style pattern is found in a text; ``doubt`` where it cannot be told in bounded time."""
    compiled = _compiled(pattern, ignore_case)
    return doubt if compiled is None else compiled.search(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str] | None:
    if len(pattern) > _LONGEST or not _bounded(pattern):
        return None
    try:
        return re.compile(_NAMED.sub("(?P<", pattern), re.IGNORECASE if ignore_case else 0)
    except re.error:
        return None


def _bounded(pattern: str) -> bool:
    """Whether a pattern has few open-ended repetitions and repeats no group, so that tries stay polynomial and few."""
    if _BACK_REFERENCE.search(pattern):
        return False
    bare = _CLASS.sub("c", _ESCAPED.sub("e", pattern))
    return not _REPEATED_GROUP.search(bare) and len(_OPEN.findall(bare)) <= _MOST_OPEN
