"""The scoring rules as values: ``rules/scoring.yaml`` read whole, or a ``RuleError`` that names the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from auditor.errors import RuleError
from auditor.model.credential import Backups, Power
from auditor.model.exposure import Band
from auditor.model.frozen import frozen
from auditor.rulebook.fields import Fields

# What a factor's levels are called in code, from the safest to the most dangerous one.
LEVELS: dict[str, tuple[str, ...]] = {
    "R": ("none", "unknown", "with-approval", "via-mcp", "via-shell", "inherited", "direct"),
    "U": ("none", "local-only", "unknown", "with-approval", "risk-based", "free"),
    "P": (*(power.value for power in Power), "unknown"),
    "L": ("expired", "ephemeral", "expiring", "renewable", "unknown", "long-lived", "never"),
    "V": ("public", "half", "dead", "locked", "questionable", "unknown", "active"),
    "E": ("test", "staging", "unknown", "production"),
}
BACKUPS: tuple[str, ...] = (
    Backups.NONE.value,
    Backups.OUTSIDE.value,
    Backups.UNKNOWN.value,
    Backups.INSIDE.value,
)
# Powers have no one order; the others' levels do, and the weights have to follow it.
_UNORDERED = "P"
_FIELDS = frozenset({"version", "bands", "factors", "backups", "caps"})
_FACTOR_FIELDS = frozenset({"name", "asks", "levels"})
_LEVEL_FIELDS = frozenset({"letter", "weight", "says"})
_CAP_FIELDS = frozenset({"when", "most", "says"})
_TOP = 100


@frozen
class Level:
    """One answer to a factor's question: its letter in the vector, its weight in 0..1, its sentence."""

    name: str
    letter: str
    weight: float
    says: str


@frozen
class FactorRule:
    """One factor: its letter, its name and question, and its levels by name."""

    letter: str
    name: str
    asks: str
    levels: Mapping[str, Level]


@frozen
class Cap:
    """The most that a score can be while each named factor is at one of the named levels."""

    when: tuple[tuple[str, frozenset[str]], ...]
    most: int
    says: str


@frozen
class Scoring:
    """All of ``rules/scoring.yaml``. ``bands`` are (band, lowest score), best first down to ``INFO`` at 0."""

    version: int
    bands: tuple[tuple[Band, int], ...]
    factors: Mapping[str, FactorRule]
    backups: Mapping[str, Level]
    caps: tuple[Cap, ...]

    def band(self, value: int) -> Band:
        """The band that a score falls into."""
        return next(band for band, lowest in self.bands if value >= lowest)


def load(path: Path) -> Scoring:
    """Read the file at ``path``. Raises ``RuleError`` when it is not readable, not closed, or breaks an order."""
    from auditor.rulebook.load import parse

    return read(parse(path), path.name)


def read(data: Any, source: str) -> Scoring:
    """Build the rules from parsed YAML. Raises ``RuleError``."""
    fields = Fields(data, source, _FIELDS)
    factors = Fields(fields.raw("factors"), f"{source}: factors", frozenset(LEVELS))
    built = {letter: _factor(letter, factors.raw(letter), f"{source}: factor {letter}") for letter in LEVELS}
    return Scoring(
        version=int(fields.number("version")),
        bands=_bands(fields.raw("bands"), f"{source}: bands"),
        factors=built,
        backups=_levels(fields.raw("backups"), f"{source}: backups", BACKUPS, ordered=True),
        caps=tuple(_cap(item, f"{source}: caps") for item in fields.items("caps")),
    )


def _factor(letter: str, data: Any, where: str) -> FactorRule:
    fields = Fields(data, where, _FACTOR_FIELDS)
    levels = _levels(fields.raw("levels"), where, LEVELS[letter], ordered=letter != _UNORDERED)
    best = min(level.weight for name, level in levels.items() if name != "unknown")
    if levels["unknown"].weight < best:
        raise RuleError(f"{where}: unknown weighs less than the best known level")
    return FactorRule(letter, fields.text("name"), fields.text("asks"), levels)


def _levels(data: Any, where: str, names: tuple[str, ...], *, ordered: bool) -> dict[str, Level]:
    fields = Fields(data, where, frozenset(names))
    levels = {name: _level(name, fields.raw(name), f"{where}: level {name}") for name in names}
    if ordered:
        _check_order(levels.values(), where)
    letters = [level.letter for level in levels.values() if level.letter]
    if len(set(letters)) != len(letters):
        raise RuleError(f"{where}: two levels share a letter", "a vector must be readable backwards")
    return levels


def _level(name: str, data: Any, where: str) -> Level:
    fields = Fields(data, where, _LEVEL_FIELDS)
    weight = fields.number("weight")
    if not 0 <= weight <= 1:
        raise RuleError(f"{where}: weight {weight} is not between 0 and 1")
    return Level(name, fields.text("letter"), weight, fields.text("says"))


def _check_order(levels: Iterable[Level], where: str) -> None:
    for safer, worse in pairwise(levels):
        if safer.weight > worse.weight:
            raise RuleError(f"{where}: {worse.name} weighs less than {safer.name}, which is safer")


def _bands(data: Any, where: str) -> tuple[tuple[Band, int], ...]:
    fields = Fields(data, where, frozenset(band.word for band in Band if band is not Band.INFO))
    bands = [(band, int(fields.number(band.word))) for band in sorted(Band, reverse=True) if band is not Band.INFO]
    for (_, above), (band, lowest) in pairwise([(None, _TOP + 1), *bands, (Band.INFO, 0)]):
        if lowest >= above:
            raise RuleError(f"{where}: {band.word if band else ''} must begin below the band above it")
    return (*bands, (Band.INFO, 0))


def _cap(data: Any, where: str) -> Cap:
    fields = Fields(data, where, _CAP_FIELDS)
    when = Fields(fields.raw("when"), f"{where}: when", frozenset(LEVELS))
    conditions = []
    for letter, names in LEVELS.items():
        held = frozenset(when.texts(letter))
        if held - set(names):
            raise RuleError(
                f"{where}: unknown level {min(held - set(names))!r} of {letter}", f"one of: {', '.join(names)}"
            )
        if held:
            conditions.append((letter, held))
    if not conditions:
        raise RuleError(f"{where}: a cap needs at least one condition under `when`")
    return Cap(tuple(conditions), int(fields.number("most")), fields.text("says"))
