"""The exposure score of one credential: six factors, each with its evidence, multiplied.

Pure. For each agent the worst route counts, for the finding the worst agent: the score is the highest over all reaches.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.exposure.scoring import Cap, Level, Scoring
from auditor.exposure.sentences import counted
from auditor.model.credential import Assessment, Backups, Confidence, Fact, Lifetime, LifetimeKind, Power, State
from auditor.model.exposure import Factor, Means, Reach, Score, Use

_MEANS = {means: means.word for means in Means}
_USES = {use: use.word for use in Use}
_BREAKING = frozenset({Power.DESTROY, Power.ADMIN})
_WORST = Power.DESTROY.value
_MOST_EVIDENCE = 3


def score(assessment: Assessment, reaches: Iterable[Reach], scoring: Scoring) -> Score:
    """Score a credential by the worst of ``reaches``; with none at all, reach and use count as unknown."""
    reach = worst(reaches, scoring)
    levels = {
        "R": _reach_level(reach, scoring),
        "U": _use_level(reach, scoring),
        "P": _power_level(assessment, scoring),
        "L": _life_level(assessment.lifetime, scoring),
        "V": _validity_level(assessment, scoring),
        "E": scoring.factors["E"].levels[assessment.scope.environment.value],
    }
    backups = _surcharge(assessment, scoring)
    weights = {letter: level.weight for letter, level in levels.items()}
    weights["P"] = min(weights["P"] + backups.weight, 1.0)
    product = 1.0
    for weight in weights.values():
        product *= weight
    caps = [cap for cap in scoring.caps if _holds(cap, levels)]
    value = min([round(100 * product), *(cap.most for cap in caps)])
    marks = {letter: level.letter for letter, level in levels.items()}
    marks["P"] += f"+{backups.letter}" if backups.letter else ""
    said = _sentences(assessment, reach, levels, backups, caps)
    return Score(
        value=value,
        band=scoring.band(value),
        vector=f"AEX:{scoring.version}/" + "/".join(f"{letter}:{mark}" for letter, mark in marks.items()),
        factors=tuple(Factor(letter, marks[letter], round(weights[letter], 4), said[letter]) for letter in levels),
    )


def worst(reaches: Iterable[Reach], scoring: Scoring) -> Reach | None:
    """The reach that weighs most; of equals the one with the weaker barrier, then the first by agent and place."""
    held = [((weight(one, scoring), one.means, one.use, one.unattended), one) for one in reaches]
    if not held:
        return None
    top = max(rank for rank, _ in held)
    return min((one for rank, one in held if rank == top), key=lambda one: (one.agent, one.surface, one.location))


def weight(reach: Reach, scoring: Scoring) -> float:
    """What a reach contributes to the score: the weight of its means times that of its use, 0 to 1."""
    levels = scoring.factors
    return levels["R"].levels[_MEANS[reach.means]].weight * levels["U"].levels[_USES[reach.use]].weight


def _reach_level(reach: Reach | None, scoring: Scoring) -> Level:
    return scoring.factors["R"].levels["unknown" if reach is None else _MEANS[reach.means]]


def _use_level(reach: Reach | None, scoring: Scoring) -> Level:
    return scoring.factors["U"].levels["unknown" if reach is None else _USES[reach.use]]


def _power_level(assessment: Assessment, scoring: Scoring) -> Level:
    """The heaviest power held; of equally heavy ones destruction is named, since nothing undoes it."""
    levels = scoring.factors["P"].levels
    held = [levels[power.value] for power in assessment.scope.powers]
    return max(held, key=lambda level: (level.weight, level.name == _WORST), default=levels["unknown"])


def _surcharge(assessment: Assessment, scoring: Scoring) -> Level:
    breaks = _BREAKING & {grant.power for grant in assessment.scope.grants}
    return scoring.backups[(assessment.scope.backups if breaks else Backups.NONE).value]


def _life_level(life: Lifetime, scoring: Scoring) -> Level:
    levels = scoring.factors["L"].levels
    if life.kind is LifetimeKind.LONG_LIVED:
        return levels["long-lived" if life.expires_at else "never"]
    level = levels[life.kind.value]
    if life.renewable and life.kind is not LifetimeKind.EXPIRED:
        return max(level, levels["renewable"], key=lambda one: one.weight)
    return level


def _validity_level(assessment: Assessment, scoring: Scoring) -> Level:
    """What state and detection say; of several doubts the one that leaves least."""
    levels = scoring.factors["V"].levels
    state = {State.PUBLIC: "public", State.INACTIVE: "dead", State.ACTIVE: "active"}.get(assessment.state)
    if state is not None:
        return levels[state]
    noted = {fact.field for fact in assessment.scope.facts}
    doubts = [levels["unknown"]]
    doubts += [levels["half"]] if "identifier" in noted else []
    doubts += [levels["locked"]] if "locked" in noted else []
    doubts += [levels["questionable"]] if assessment.credential.confidence is Confidence.LOW else []
    return min(doubts, key=lambda level: level.weight)


def _holds(cap: Cap, levels: dict[str, Level]) -> bool:
    return all(levels[letter].name in names for letter, names in cap.when)


def _sentences(
    assessment: Assessment, reach: Reach | None, levels: dict[str, Level], backups: Level, caps: list[Cap]
) -> dict[str, str]:
    """Each factor's sentence: the level's, then what it rests on; a cap is told with the factor that triggers it."""
    scope = assessment.scope
    evidence = {
        "R": _reach_evidence(reach),
        "U": (reach.network,) if reach is not None else (),
        "P": (_powers(assessment), backups.says, scope.backups_note if backups.letter == "B" else ""),
        "L": (*_age(assessment.lifetime), *_facts(assessment.lifetime.facts, "expires_at", "kind")[:1]),
        "V": (assessment.state_note, f"detection confidence is {assessment.credential.confidence.word}"),
        "E": _facts(scope.facts, "environment"),
    }
    said = {letter: _joined(levels[letter].says, *evidence[letter]) for letter in levels}
    for cap in caps:
        letter = cap.when[0][0]
        said[letter] = f"{said[letter]} {cap.says}"
    return said


def _reach_evidence(reach: Reach | None) -> tuple[str, ...]:
    if reach is None:
        return ()
    shown = [item.sentence for item in reach.evidence[:_MOST_EVIDENCE]]
    return (f"{reach.agent} ({reach.surface}) by {reach.route}", f"left in between: {reach.barrier}", *shown)


def _powers(assessment: Assessment) -> str:
    powers = ", ".join(power.value for power in assessment.scope.powers)
    over = "; ".join(assessment.scope.resources)
    return f"{powers} over {over}" if powers and over else powers


def _age(life: Lifetime) -> tuple[str, ...]:
    if not life.age_days:
        return ()
    return (f"{'' if life.first_commit else 'at least '}{counted(life.age_days, 'day', 'days')} old",)


def _facts(facts: Iterable[Fact], *fields: str) -> tuple[str, ...]:
    return tuple(fact.says for fact in facts if fact.field in fields)


def _joined(says: str, *evidence: str) -> str:
    """The level's sentence, and after a colon what it rests on."""
    grounds = "; ".join(dict.fromkeys(one.strip().rstrip(".") for one in evidence if one.strip()))
    return f"{says.rstrip('.')}: {grounds}." if grounds else says
