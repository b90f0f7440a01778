"""The kill chain: from the agent over the permission and the place to what would be lost, in sentences."""

from __future__ import annotations

from auditor.exposure.sentences import counted, listed
from auditor.model.agent import Evidence
from auditor.model.credential import Assessment, Backups, LifetimeKind, Power, State
from auditor.model.exposure import Exposure, Means, Reach, Step, Use
from auditor.model.place import Origin, Sighting

_ACTS = {
    Use.FREE: "runs commands without asking anybody",
    Use.RISK_BASED: "runs what a model, not a human, lets through",
    Use.WITH_APPROVAL: "runs commands after a human said yes",
    Use.LOCAL_ONLY: "runs commands that reach no network",
    Use.NONE: "runs nothing that could use it",
}
_LIVES = {
    LifetimeKind.EPHEMERAL: "which lives a day at most",
    LifetimeKind.EXPIRING: "which ends within months",
    LifetimeKind.EXPIRED: "which has expired",
    LifetimeKind.LONG_LIVED: "which lives until it is revoked",
    LifetimeKind.UNKNOWN: "of unknown life",
}
_PLACES = {
    Origin.ENVIRONMENT: "the environment variable {name} holds it",
    Origin.STDIN: "standard input held it",
    Origin.COMMIT: "{place} in commit {commit} still holds it",
    Origin.TRANSCRIPT: "{place}, a transcript of an agent, holds a copy",
    Origin.HISTORY: "{place}, a shell's history, holds a copy",
    Origin.AGENT_CONFIG: "{place}, an agent's own configuration, holds it",
}
_VERBS = {Power.ADMIN: "administer", Power.PIVOT: "read other credentials"}
_NOTHING_KNOWN = "nothing tells what it may do"
_BREAKING = frozenset({Power.DESTROY, Power.ADMIN})


def chain(exposure: Exposure, reach: Reach | None = None) -> tuple[Step, ...]:
    """The seven links of the path that ``reach`` takes; without one, of the reach with the weakest barrier.

    An exposure that no agent was looked at for has no path.
    """
    taken = reach or max(exposure.reaches, key=lambda one: (one.means, one.use), default=None)
    if taken is None:
        return ()
    return (
        _agent(taken),
        _permission(taken),
        _sighting(exposure.assessment, taken),
        _credential(exposure.assessment),
        _identity(exposure.assessment),
        _power(exposure.assessment, taken),
        _asset(exposure.assessment),
    )


def _agent(reach: Reach) -> Step:
    return Step("agent", f"{reach.agent} ({reach.surface}) {_ACTS[reach.use]}")


def _permission(reach: Reach) -> Step:
    """What lets it, and the line that says so: the first evidence that stands in a file, else the default."""
    grounds = next((one for one in reach.evidence if one.file), next(iter(reach.evidence), Evidence()))
    shown = f"; {grounds.sentence}" if grounds != Evidence() else ""
    if reach.means is Means.NONE:
        return Step("permission", f"the way is closed: {reach.barrier}{shown}", grounds.file, grounds.line)
    return Step("permission", f"by {reach.route}, left in between: {reach.barrier}{shown}", grounds.file, grounds.line)


def _sighting(assessment: Assessment, reach: Reach) -> Step:
    where = reach.location
    place = f"{where.path}:{where.line}" if where.line else where.path
    sightings = assessment.credential.sightings
    seen = next((one for one in sightings if one.location == where), Sighting(where))
    said = _PLACES.get(where.origin, "{place} holds it")
    under = f" under {seen.context}" if seen.context and where.origin is not Origin.ENVIRONMENT else ""
    others = len(sightings) - 1
    more = f"; {counted(others, 'more place holds', 'more places hold')} it too" if others else ""
    told = said.format(place=place, name=seen.context or where.path, commit=where.commit[:7])
    return Step("sighting", f"{told}{under}{more}", where.path, where.line)


def _credential(assessment: Assessment) -> Step:
    credential, life = assessment.credential, assessment.lifetime
    lives = "which a refresh token beside it renews" if life.renewable else _LIVES[life.kind]
    if life.expires_at is not None and life.kind not in {LifetimeKind.EXPIRED, LifetimeKind.UNKNOWN}:
        lives += f" ({life.expires_at:%Y-%m-%d})"
    least = "" if life.first_commit else "at least "
    age = f", {least}{counted(life.age_days, 'day', 'days')} old" if life.age_days else ""
    return Step("credential", f"{credential.title}, {lives}{age}")


def _identity(assessment: Assessment) -> Step:
    provider = assessment.credential.provider
    who = assessment.scope.identity or "whoever it was made for"
    seen = "is accepted" if assessment.state is State.ACTIVE else "acts"
    return Step("identity", f"{provider}: its holder {seen} as {who}")


def _power(assessment: Assessment, reach: Reach) -> Step:
    powers = assessment.scope.powers
    said = f"it may {listed([_VERBS.get(power, power.value) for power in powers])}" if powers else _NOTHING_KNOWN
    free = " with no further question" if reach.use is Use.FREE and powers else ""
    return Step("power", f"{said}{free}")


def _asset(assessment: Assessment) -> Step:
    scope = assessment.scope
    over = listed(scope.resources) or "whatever it opens"
    place = f" in {scope.environment.value}" if scope.environment.value != "unknown" else ""
    breaks = bool(_BREAKING & set(scope.powers))
    backups = {Backups.INSIDE: ", its backups included", Backups.UNKNOWN: ", perhaps its backups too"}
    return Step("asset", f"{over}{place}{backups.get(scope.backups, '') if breaks else ''}")
