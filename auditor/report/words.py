"""Facts as sentences: shared by every report that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from auditor.model.agent import AgentRecord, ExecMode
from auditor.model.credential import Backups, Basis, Confidence, Lifetime, LifetimeKind, Power, Scope, State
from auditor.model.exposure import Band, Finding, Means, Reach, Report, Step, Use
from auditor.model.place import Location, Origin
from auditor.report.layout import DOT
from auditor.report.plain import printable

if TYPE_CHECKING:
    from datetime import datetime

Names = Mapping[tuple[str, str], str]
"""The name of an agent by its id and surface; by its id and no surface, its plain name."""

_EXEC = {
    ExecMode.NONE: "runs no commands",
    ExecMode.ASK: "asks before commands",
    ExecMode.ALLOW_LIST: "runs listed commands unasked",
    ExecMode.RISK_BASED: "lets a classifier judge commands",
    ExecMode.FREE: "runs commands unasked",
}
_NETWORKS = {"none": "no network", "allow-list": "listed hosts only"}
_USES = {
    Use.NONE: "not at all",
    Use.LOCAL_ONLY: "offline only",
    Use.WITH_APPROVAL: "once a human says yes",
    Use.RISK_BASED: "a model decides, no human",
    Use.FREE: "unasked",
}
_BASES = {
    Basis.FORMAT: "by format",
    Basis.CLAIM: "by its claims",
    Basis.SIDECAR: "by what stands beside it",
    Basis.RULE: "by kind",
    Basis.HISTORY: "by history",
    Basis.PROBE: "the provider says so",
    Basis.UNKNOWN: "",
}
_WORST_FIRST = (
    Power.DESTROY,
    Power.ADMIN,
    Power.PIVOT,
    Power.PUBLISH,
    Power.SPEND,
    Power.WRITE,
    Power.READ,
)
_FEW = 3
_DAYS_A_YEAR = 365
_NOTHING = "nothing: "


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 finding``, ``2 findings``; thousands are set apart by a gap."""
    return f"{number:,}".replace(",", " ") + f" {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str]) -> str:
    """``a, b and c``; empty for nothing."""
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)


# --- agents


def names(records: Sequence[AgentRecord]) -> dict[tuple[str, str], str]:
    """Each agent's name, with its surface where it has several."""
    surfaces: dict[str, set[str]] = {}
    for record in records:
        surfaces.setdefault(record.agent, set()).add(record.surface)
    found = {(record.agent, ""): printable(record.name) for record in records}
    for record in records:
        several = f" ({record.surface})" if len(surfaces[record.agent]) > 1 else ""
        found[record.agent, record.surface] = found[record.agent, ""] + several
    return found


def at_work(records: Sequence[AgentRecord]) -> tuple[str, list[tuple[str, str]]]:
    """A sentence on how many agents work here, and each one's name and manner."""
    seen = [record for record in records if not record.assumed]
    assumed = [record for record in records if record.assumed]
    if not records:
        return "No agent was looked for", []
    if not seen:
        return "No agent seen here; assumed", _manners(assumed)
    number = len({record.agent for record in seen})
    lead = f"{count(number, 'agent')} {'works' if number == 1 else 'work'} here"
    return lead, [*_manners(seen), *((name, f"assumed; {manner}") for name, manner in _manners(assumed))]


def _manners(records: Sequence[AgentRecord]) -> list[tuple[str, str]]:
    """Each agent once, as it is on the surface where it may do most."""
    held = sorted(records, key=lambda one: (one.agent, -list(ExecMode).index(one.exec.mode)))
    worst = {agent: next(group) for agent, group in groupby(held, key=lambda one: one.agent)}
    order = dict.fromkeys(record.agent for record in records)
    return [(printable(worst[agent].name), _manner(worst[agent])) for agent in order]


def _manner(record: AgentRecord) -> str:
    told = [_EXEC[record.exec.mode]]
    if record.sandbox.kind != "none" and "shell" in record.sandbox.covers:
        told.append("sandboxed")
    if record.network.mode.value in _NETWORKS and record.exec.mode is not ExecMode.NONE:
        told.append(_NETWORKS[record.network.mode.value])
    return ", ".join(told)


# --- the whole report


def summary(report: Report) -> str:
    """What was found, and in how much."""
    findings = [found for found in report.findings if not found.suppressed]
    places = {(s.location.path, s.location.line) for f in findings for s in f.exposure.assessment.credential.sightings}
    bands = [found.score.band for found in findings]
    told = [f"{bands.count(band)} {band.word}" for band in sorted(Band, reverse=True) if bands.count(band)]
    head = (
        f"{count(len(findings), 'credential')} in {count(len(places), 'place')}" if findings else "No credential found"
    )
    waved = len(report.findings) - len(findings)
    told += [f"{waved} suppressed"] if waved else []
    return DOT.join([head, *told, f"{count(report.files, 'file')}, {report.seconds:.1f} s"])


def next_command(report: Report) -> tuple[str, str]:
    """The command that takes the reader on, and what it tells."""
    where = "" if report.root in {"", ".", "~", "index"} else f" {printable(report.root)}"
    return f"agent-audit agents{where}", "what each agent may do here, and what allows it"


# --- one finding


def place(location: Location) -> str:
    """``path:line``, safe to print; an environment variable has no line."""
    path = printable(location.path)
    line = f":{location.line}" if location.line and location.origin is not Origin.ENVIRONMENT else ""
    return f"{path}{line}" + (f" in commit {printable(location.commit[:7])}" if location.commit else "")


def facts(finding: Finding, known: Names) -> Iterator[tuple[str, str]]:
    """The labelled lines of one finding: value, reach, use, life, power, and the other places."""
    assessment = finding.exposure.assessment
    yield "value", _value(finding)
    yield "reach", reach_sentence(finding, known)
    if finding.worst is not None and finding.worst.means > Means.NONE:
        yield "use", f"{_USES[finding.worst.use]}; {printable(finding.worst.network)}".removesuffix("; ")
    yield "life", life_sentence(assessment.lifetime)
    yield "power", power_sentence(assessment.scope, assessment.state)
    others = assessment.credential.sightings[1:]
    if others:
        more = f" and {len(others) - _FEW} more" if len(others) > _FEW else ""
        yield "also", ", ".join(place(one.location) for one in others[:_FEW]) + more


def _value(finding: Finding) -> str:
    credential = finding.exposure.assessment.credential
    name = printable(credential.sightings[0].context)
    told = [printable(credential.preview)]
    told += [f"in {name}"] if name else []
    told += ["committed to git"] if any(one.tracked for one in credential.sightings) else []
    told += [f"{credential.confidence.word} confidence"] if credential.confidence is not Confidence.HIGH else []
    return DOT.join(told)


def reach_sentence(finding: Finding, known: Names) -> str:
    """The worst route, and who else gets at it."""
    reaches = finding.exposure.reaches
    if not reaches:
        return "no agent was looked at"
    worst = finding.worst or max(reaches, key=lambda one: (one.means, one.use, one.unattended))
    said = f"{name_of(worst, known)}: {worst.barrier.removeprefix(_NOTHING)}"
    if worst.means is Means.NONE:
        return printable(f"no agent gets at it; {said}")
    return printable(said) + _others(worst, reaches, known)


def _others(worst: Reach, reaches: Sequence[Reach], known: Names) -> str:
    """The other agents with a way to it: first those that go unasked."""
    reaching = [one for one in reaches if one.means > Means.NONE and one.agent != worst.agent]
    free = {known.get((one.agent, ""), one.agent) for one in reaching if one.unattended}
    asked = {known.get((one.agent, ""), one.agent) for one in reaching} - free
    told = [f"also {listed(sorted(free))}"] if free else []
    told += [f"asking first: {listed(sorted(asked))}"] if asked else []
    return f" ({'; '.join(told)})" if told else ""


def name_of(reach: Reach, known: Names) -> str:
    """The agent's name, else its id."""
    return known.get((reach.agent, reach.surface), reach.agent)


def life_sentence(life: Lifetime) -> str:
    """How long it lives, how that is known, and since when it is known."""
    said = {
        LifetimeKind.LONG_LIVED: "never expires by itself",
        LifetimeKind.EXPIRING: "ends within months",
        LifetimeKind.EXPIRED: "expired",
        LifetimeKind.EPHEMERAL: "lives a day at most",
        LifetimeKind.UNKNOWN: "how long it lives is not known",
    }[life.kind]
    if life.expires_at:
        said = f"{'expired' if life.kind is LifetimeKind.EXPIRED else 'expires'} {_day(life.expires_at)}"
    told = [_based(said, life.basis)]
    if life.renewable:
        told.append("a refresh token beside it renews it")
    if life.age_days is not None:
        told.append(f"first seen {_ago(life.age_days)}" + _in(life.first_commit))
    return DOT.join(told)


def _in(commit: str | None) -> str:
    return f" in {printable(commit[:7])}" if commit else ""


def _based(said: str, basis: Basis) -> str:
    return f"{said} ({_BASES[basis]})" if _BASES[basis] else said


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _ago(days: int) -> str:
    if days == 0:
        return "today"
    return f"{count(days, 'day')} ago" if days < 2 * _DAYS_A_YEAR else f"{days // _DAYS_A_YEAR} years ago"


def power_sentence(scope: Scope, state: State) -> str:
    """What it can do, worst first, over what, and what becomes of the backups."""
    if state is State.PUBLIC:
        return "public by design"
    powers = ", ".join(power.value for power in _WORST_FIRST if power in scope.powers)
    over = f" over {printable(scope.resources[0])}" if scope.resources and powers else ""
    told = [_based(f"{powers}{over}", scope.basis) if powers else "what it may do is not known"]
    if state is State.INACTIVE:
        told.append("no longer works")
    if state is State.ACTIVE:
        told.append("works")
    if scope.identity and f"({printable(scope.identity)})" not in over:
        told.append(f"acts as {printable(scope.identity)}")
    if scope.environment.value != "unknown":
        told.append(scope.environment.value)
    if scope.backups is Backups.INSIDE and {Power.DESTROY, Power.ADMIN} & set(scope.powers):
        told.append("backups die with it")
    return DOT.join(told)


def worst_power(scope: Scope) -> str:
    """The word for the worst it can do; empty when that is not known."""
    return next((power.value for power in _WORST_FIRST if power in scope.powers), "")


def chain(finding: Finding, known: Names) -> str:
    """The kill chain in short: agent → what lets it → place → provider → the worst it can do."""
    steps = {step.kind: step for step in finding.path}
    worst, assessment = finding.worst, finding.exposure.assessment
    if worst is None or not steps:
        return ""
    permission = steps.get("permission", Step("permission", ""))
    allows = f"{permission.file}:{permission.line}" if permission.file and permission.line else permission.file
    power = worst_power(assessment.scope)
    breaks = assessment.scope.backups is Backups.INSIDE and power in {"destroy", "admin"}
    links = (
        name_of(worst, known),
        allows or "its defaults",
        place(worst.location),
        assessment.credential.provider,
        power + (" with backups" if breaks else ""),
    )
    return " → ".join(printable(link) for link in links if link)
