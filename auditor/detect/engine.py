"""The door to hyperscan: one pass over the bytes that says which expression ends where.

The engine only nominates. It has no groups and no look-around, so every event is decided again by ``re``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from auditor.errors import RuleError
from auditor.model.frozen import frozen

Event = tuple[int, int]


@frozen
class Expression:
    """One expression for the engine: its text, whether case counts, and the number reported with each event.

    ``origin`` names the rules it comes from, for the error when the engine refuses it.
    """

    number: int
    text: str
    caseless: bool
    origin: str = ""


def engine_version() -> str:
    """The engine's version: a compiled set is of no use to another."""
    import hyperscan

    return str(getattr(hyperscan, "__version__", ""))


class Engine:
    """A compiled set of expressions."""

    def __init__(self, database: Any) -> None:
        self._database = database

    @classmethod
    def compile(cls, expressions: Sequence[Expression]) -> Engine:
        """Compile ``expressions``. Raises ``RuleError`` naming the rule that the engine refuses."""
        import hyperscan

        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        try:
            database.compile(
                expressions=[expression.text.encode("ascii") for expression in expressions],
                ids=[expression.number for expression in expressions],
                flags=[hyperscan.HS_FLAG_CASELESS if e.caseless else 0 for e in expressions],
            )
        except hyperscan.HyperscanError as error:
            raise RuleError(_refused(expressions, error), "write a shorter pattern, or smaller repeats") from None
        return cls(database)

    @classmethod
    def load(cls, data: bytes) -> Engine:
        """Take back what ``dump`` gave. Raises ``ValueError`` when the bytes are damaged or of another platform."""
        import hyperscan

        try:
            database = hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
        except hyperscan.HyperscanError as error:
            raise ValueError(str(error)) from None
        return cls(database)

    def another(self, expressions: Sequence[Expression]) -> Engine:
        """Return an engine of the same kind for other ``expressions``."""
        return type(self).compile(expressions)

    def dump(self) -> bytes:
        """Return the compiled set as bytes for ``load`` on the same platform and engine."""
        import hyperscan

        return bytes(hyperscan.dumpb(self._database))

    def events(self, data: bytes | bytearray | memoryview) -> list[Event]:
        """Return (expression number, end offset) for every place where an expression ends, in scan order."""
        found: list[Event] = []
        keep = found.append

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            keep((number, end))

        self._scan(data, note)
        return found

    def _scan(self, data: bytes | bytearray | memoryview, note: Callable[..., None]) -> None:
        self._database.scan(data, match_event_handler=note)


def _refused(expressions: Sequence[Expression], error: Exception) -> str:
    import hyperscan

    for expression in expressions:
        try:
            hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(expressions=[expression.text.encode("ascii")])
        except hyperscan.HyperscanError as cause:  # noqa: PERF203 - the slow way is taken once, on the way out
            return f"rule {expression.origin or expression.text[:80]}: the matching engine refuses it: {cause}"
    return f"the matching engine refuses the rules: {error}"
