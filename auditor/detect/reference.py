"""The slow way to the same answer: every expression by ``re`` alone. It exists to prove the engine right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.detect.engine import Event, Expression


class Reference:
    """Nominates like the engine, by trying every expression at every place."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._compiled = [
            (
                expression.number,
                re.compile(expression.text.encode("ascii"), re.IGNORECASE if expression.caseless else 0),
            )
            for expression in expressions
        ]

    def another(self, expressions: Sequence[Expression]) -> Reference:
        """Return a reference for other ``expressions``."""
        return Reference(expressions)

    def events(self, data: bytes | bytearray | memoryview) -> list[Event]:
        """Return (expression number, end offset) for the first end at every start."""
        text = bytes(data)
        found: list[Event] = []
        for number, regex in self._compiled:
            place = 0
            while match := regex.search(text, place):
                found.append((number, match.end()))
                place = match.start() + 1
        return found
