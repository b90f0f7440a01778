"""The slow way to the same answer: every expression by ``re`` alone. It exists to prove the engine right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.detect.engine import Event, Expression


class Reference:
    """Nominates like the engine, by trying every expression at every place."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._compiled = [
            (expression.number, re.compile(text.encode("ascii"), re.IGNORECASE if expression.caseless else 0))
            for expression in expressions
            for text in (expression.text, lazy(expression.text))
        ]

    def another(self, expressions: Sequence[Expression]) -> Reference:
        """Return a reference for other ``expressions``."""
        return Reference(expressions)

    def events(self, data: bytes | bytearray | memoryview) -> list[Event]:
        """Return (expression number, end offset) for the furthest and the nearest end at every start."""
        text = bytes(data)
        found: list[Event] = []
        for number, regex in self._compiled:
            place = 0
            while match := regex.search(text, place):
                found.append((number, match.end()))
                place = match.start() + 1
        return found


def lazy(text: str) -> str:
    """The expression with every repeat content with as little as possible."""
    written: list[str] = []
    in_class = False
    escaped = False
    for place, sign in enumerate(text):
        written.append(sign)
        if escaped or sign == "\\":
            escaped = not escaped
            continue
        if sign == "[" and not in_class:
            in_class = True
        elif sign == "]" and in_class:
            in_class = False
        repeats = sign in "*+" or (sign == "}" and not in_class)
        if repeats and not in_class and text[place + 1 : place + 2] != "?":
            written.append("?")
    return "".join(written)
