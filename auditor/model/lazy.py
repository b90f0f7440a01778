"""Regular expressions that are compiled when they are first used: a hook pays for those that its file needs."""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "scanner")
_FACTS = ("pattern", "flags", "groups", "groupindex")


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what ``re.compile`` would, as far as a pattern's methods and attributes go; errors come on first use."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern(Generic[AnyStr]):
    """Stands in for a compiled pattern, and takes over its methods once it is compiled."""

    def __init__(self, text: AnyStr, flags: int) -> None:
        self._text: AnyStr = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in (*_METHODS, *_FACTS):
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        vars(self).update((known, getattr(compiled, known)) for known in (*_METHODS, *_FACTS))
        return getattr(compiled, name)
