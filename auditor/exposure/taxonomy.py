"""Names that others gave to what a finding shows: OWASP, MITRE and CWE entries, as data with their editions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from auditor.errors import RuleError
from auditor.model.credential import Assessment, Backups, Environment, LifetimeKind, Power, State
from auditor.model.exposure import Means, Reach, Use
from auditor.model.frozen import frozen
from auditor.model.place import Origin, Sighting
from auditor.rulebook.fields import Fields

# What a finding can show, from the most to the least telling.
CHECKS: Final[tuple[str, ...]] = (
    "SECRET",
    "AGENT-READ",
    "AGENT-ACT",
    "DESTROY",
    "BACKUPS",
    "SCOPE",
    "ESCALATE",
    "PIVOT",
    "PUBLISH",
    "SPEND",
    "TTL",
    "STALE",
    "LIVE",
    "MCP",
    "AGENT-CONFIG",
    "ENVIRONMENT",
    "LEAK-LOG",
    "REUSE",
    "ENV-MIX",
    "IN-CODE",
    "KEY",
)
_FIELDS = frozenset({"editions", "checks"})
_OLD = 365
_LOGS = frozenset({Origin.TRANSCRIPT, Origin.HISTORY})
_CONFIG_ENDS = (".env", ".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".properties", ".xml", ".tfvars")
_UNATTENDED = frozenset({Use.FREE, Use.RISK_BASED})


@frozen
class Taxonomy:
    """``editions`` say which list an id's first part names; ``checks`` map a check to ids, best known first."""

    editions: Mapping[str, str]
    checks: Mapping[str, tuple[str, ...]]


def load(path: Path) -> Taxonomy:
    """Read ``rules/taxonomy.yaml``. Raises ``RuleError`` on unknown checks, lists and ids."""
    from auditor.rulebook.load import parse

    return read(parse(path), path.name)


def read(data: Any, source: str) -> Taxonomy:
    """Build the taxonomy from parsed YAML. Raises ``RuleError``."""
    fields = Fields(data, source, _FIELDS)
    editions = fields.raw("editions")
    if not isinstance(editions, dict) or not all(isinstance(text, str) for text in editions.values()):
        raise RuleError(f"{source}: editions must map names to texts")
    held = Fields(fields.raw("checks"), f"{source}: checks", frozenset(CHECKS))
    checks = {name: held.texts(name) for name in CHECKS}
    for name, tags in checks.items():
        strange = [tag for tag in tags if tag.rpartition("/")[0] not in editions]
        if strange:
            raise RuleError(f"{source}: {name}: {strange[0]!r} belongs to no list under `editions`")
    return Taxonomy(dict(editions), checks)


def checks(assessment: Assessment, reaches: Iterable[Reach]) -> tuple[str, ...]:
    """Which of ``CHECKS`` a finding shows, in that order."""
    held = list(reaches)
    shown = {"SECRET", *_of_reach(held), *_of_power(assessment), *_of_life(assessment), *_of_places(assessment)}
    return tuple(check for check in CHECKS if check in shown)


def tags(shown: Iterable[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """The ids that go with the checks shown, each once, in the order of checks."""
    return tuple(dict.fromkeys(tag for check in shown for tag in taxonomy.checks[check]))


def _of_reach(reaches: list[Reach]) -> set[str]:
    found = set()
    if any(reach.means is not Means.NONE for reach in reaches):
        found.add("AGENT-READ")
    if any(reach.use in _UNATTENDED for reach in reaches):
        found.add("AGENT-ACT")
    if any(reach.means is Means.VIA_MCP for reach in reaches):
        found.add("MCP")
    return found


def _of_power(assessment: Assessment) -> set[str]:
    scope = assessment.scope
    powers = set(scope.powers)
    names = {Power.DESTROY: "DESTROY", Power.ADMIN: "ESCALATE", Power.PIVOT: "PIVOT", Power.PUBLISH: "PUBLISH"}
    found = {check for power, check in names.items() if power in powers}
    found |= {"SPEND"} if Power.SPEND in powers else set()
    found |= {"SCOPE"} if powers & {Power.ADMIN, Power.DESTROY} else set()
    found |= {"BACKUPS"} if scope.backups is Backups.INSIDE and powers & {Power.ADMIN, Power.DESTROY} else set()
    return found


def _of_life(assessment: Assessment) -> set[str]:
    life = assessment.lifetime
    found = {"TTL"} if life.kind is LifetimeKind.LONG_LIVED else set()
    found |= {"STALE"} if (life.age_days or 0) > _OLD and life.kind is not LifetimeKind.EXPIRED else set()
    found |= {"LIVE"} if assessment.state is State.ACTIVE else set()
    return found


def _of_places(assessment: Assessment) -> set[str]:
    sightings = assessment.credential.sightings
    origins = {sighting.location.origin for sighting in sightings}
    found = {"LEAK-LOG"} if origins & _LOGS else set()
    found |= {"MCP", "AGENT-CONFIG"} if Origin.AGENT_CONFIG in origins else set()
    found |= {"ENVIRONMENT"} if Origin.ENVIRONMENT in origins else set()
    found |= {"REUSE"} if len({sighting.location.path for sighting in sightings}) > 1 else set()
    found |= {"ENV-MIX"} if _mixed(assessment) else set()
    found |= {"KEY"} if "private key" in assessment.credential.title.lower() else set()
    found |= {"IN-CODE"} if any(map(_in_code, sightings)) else set()
    return found


def _mixed(assessment: Assessment) -> bool:
    """Whether a production credential stands where the path speaks of test or staging."""
    if assessment.scope.environment is not Environment.PRODUCTION:
        return False
    lesser = ("test", "staging", "dev")
    return any(word in one.location.path.lower() for one in assessment.credential.sightings for word in lesser)


def _in_code(sighting: Sighting) -> bool:
    path = sighting.location.path.lower()
    name = path.rpartition("/")[2]
    return bool(sighting.tracked) and not name.startswith(".env") and not path.endswith(_CONFIG_ENDS)
