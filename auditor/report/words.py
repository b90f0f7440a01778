"""Facts as sentences: shared by every report that people read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from auditor.model.agent import AgentRecord, ExecMode
from auditor.model.credential import Backups, Confidence, Lifetime, LifetimeKind, Power, Scope, State
from auditor.model.exposure import Band, Finding, Fix, Means, Reach, Report
from auditor.model.place import Location
from auditor.report.plain import printable

_EXEC = {
    ExecMode.NONE: "runs no commands",
    ExecMode.ASK: "asks before commands",
    ExecMode.ALLOW_LIST: "runs listed commands unasked",
    ExecMode.RISK_BASED: "runs commands its classifier lets pass",
    ExecMode.FREE: "runs commands unasked",
}
_FEW = 3
_DAYS_A_YEAR = 365


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 finding``, ``2 findings``; thousands are set apart by a thin gap."""
    return f"{number:,}".replace(",", " ") + f" {noun if number == 1 else plural or noun + 's'}"


def agents_line(records: Sequence[AgentRecord]) -> str:
    """Who works here, in one sentence."""
    seen: dict[str, AgentRecord] = {}
    for record in records:
        known = seen.get(record.name)
        if known is None or list(ExecMode).index(record.exec.mode) > list(ExecMode).index(known.exec.mode):
            seen[record.name] = record
    if not seen:
        return "No agent was looked for."
    names = [f"{name} ({_manner(record)})" for name, record in seen.items()]
    if all(record.assumed for record in seen.values()):
        return f"Assumed to work here: {', '.join(names)}"
    verb = "works" if len(seen) == 1 else "work"
    return f"{count(len(seen), 'agent')} {verb} here: {', '.join(names)}"


def _manner(record: AgentRecord) -> str:
    said = _EXEC[record.exec.mode]
    if record.sandbox.kind != "none":
        said += f", {record.sandbox.kind} sandbox"
    return said + (", no network" if record.network.mode.value == "none" else "")


def summary_line(report: Report) -> str:
    """What was found, and in how much."""
    findings = [found for found in report.findings if not found.suppressed]
    places = {(s.location.path, s.location.line) for f in findings for s in f.exposure.assessment.credential.sightings}
    bands = [found.score.band for found in findings]
    told = [f"{bands.count(band)} {band.word}" for band in sorted(Band, reverse=True) if bands.count(band)]
    head = (
        f"{count(len(findings), 'credential')} in {count(len(places), 'place')}" if findings else "No credential found"
    )
    return " · ".join([head, *told, f"{count(report.files, 'file')}, {report.seconds:.1f} s"])


def place(location: Location) -> str:
    """``path:line``, safe to print."""
    path = printable(location.path)
    return f"{path}:{location.line}" if location.line else path


def facts(finding: Finding) -> Iterator[tuple[str, str]]:
    """The labelled lines of one finding."""
    assessment = finding.exposure.assessment
    credential = assessment.credential
    yield "value", _value(finding)
    yield "reach", reach_sentence(finding.exposure.reaches)
    yield "life", life_sentence(assessment.lifetime)
    yield "power", power_sentence(assessment.scope, assessment.state)
    if len(credential.sightings) > 1:
        others = [place(one.location) for one in credential.sightings[1 : _FEW + 1]]
        more = len(credential.sightings) - 1 - len(others)
        yield "also", ", ".join(others) + (f" and {more} more" if more else "")


def _value(finding: Finding) -> str:
    credential = finding.exposure.assessment.credential
    name = credential.sightings[0].context
    told = [credential.preview]
    if name:
        told.append(f"in {printable(name)}")
    if credential.confidence is not Confidence.HIGH:
        told.append(f"{credential.confidence.word} confidence")
    return " · ".join(told)


def reach_sentence(reaches: Sequence[Reach]) -> str:
    """The worst route, and how many agents share it."""
    open_ = [reach for reach in reaches if reach.means > Means.NONE]
    if not open_:
        return reaches[0].barrier if reaches else "no agent reaches it"
    worst = open_[0]
    others = sorted({reach.agent for reach in open_} - {worst.agent})
    also = f" (also {', '.join(others)})" if others else ""
    return printable(f"{worst.agent}: {worst.barrier}{also}")


def life_sentence(life: Lifetime) -> str:
    """How long it lives and since when it is known."""
    said = {
        LifetimeKind.LONG_LIVED: "never expires by itself",
        LifetimeKind.EXPIRING: "expires",
        LifetimeKind.EXPIRED: "expired",
        LifetimeKind.EPHEMERAL: "short-lived",
        LifetimeKind.UNKNOWN: "lifetime unknown",
    }[life.kind]
    if life.expires_at:
        said = f"{'expired' if life.kind is LifetimeKind.EXPIRED else 'expires'} {_day(life.expires_at)}"
    told = [f"{said} ({life.basis.value})"]
    if life.renewable:
        told.append("renewed by a refresh token beside it")
    if life.age_days is not None:
        told.append(f"first seen {_ago(life.age_days)}" + (f" in {life.first_commit[:7]}" if life.first_commit else ""))
    return " · ".join(told)


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _ago(days: int) -> str:
    if days == 0:
        return "today"
    return f"{count(days, 'day')} ago" if days < 2 * _DAYS_A_YEAR else f"{days // _DAYS_A_YEAR} years ago"


def power_sentence(scope: Scope, state: State) -> str:
    """What it can do, over what, and what becomes of the backups."""
    if state is State.PUBLIC:
        return "public by design"
    powers = ", ".join(power.value for power in scope.powers) or "unknown"
    over = f" over {printable(scope.resources[0])}" if scope.resources else ""
    told = [f"{powers}{over} ({scope.basis.value})"]
    if scope.environment.value != "unknown":
        told.append(scope.environment.value)
    if scope.backups is Backups.INSIDE and Power.DESTROY in scope.powers:
        told.append("backups die with it")
    return " · ".join(told)


def fixes_of(finding: Finding, fixes: Sequence[Fix]) -> list[Fix]:
    """The fixes that cut this finding, cheapest first."""
    return sorted((fix for fix in fixes if finding.id in fix.cuts), key=lambda fix: (fix.cost, fix.id))


def cheapest_cut(report: Report) -> str:
    """One line on the few changes that matter most; empty when nothing is high."""
    bad = {found.id for found in report.findings if found.score.band >= Band.HIGH and not found.suppressed}
    chosen = [fix for fix in report.fixes if bad & set(fix.cuts)]
    if not bad or not chosen:
        return ""
    return f"{count(len(bad), 'finding')} at high or above; {count(len(chosen), 'change')} proposed"


def next_command(report: Report) -> str:
    """The command that takes the reader on."""
    if not report.findings:
        return "agent-audit agents"
    return (
        "agent-audit scan . --format json for every fact and its basis; agent-audit agents for what each agent may do"
    )
