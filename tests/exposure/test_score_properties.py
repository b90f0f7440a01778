"""What must hold of every score, whatever the weights are tuned to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.exposure.score import score
from auditor.exposure.scoring import Scoring
from auditor.model import Backups, Band, Confidence, Environment, LifetimeKind, Means, Power, State, Use

EVERYTHING = tuple(Power)
# Each dimension from its narrowest to its widest value.
LIVES: list[dict[str, Any]] = [
    {"kind": LifetimeKind.EXPIRED},
    {"kind": LifetimeKind.EPHEMERAL},
    {"kind": LifetimeKind.EXPIRING},
    {"kind": LifetimeKind.UNKNOWN},
    {"kind": LifetimeKind.LONG_LIVED, "dated": True},
    {"kind": LifetimeKind.LONG_LIVED},
]
ENVIRONMENTS = [Environment.TEST, Environment.STAGING, Environment.UNKNOWN, Environment.PRODUCTION]
BACKUPS = [Backups.NONE, Backups.OUTSIDE, Backups.UNKNOWN, Backups.INSIDE]
STATES = [State.PUBLIC, State.INACTIVE, State.UNKNOWN, State.ACTIVE]
CONFIDENCES = list(Confidence)
MEANS, USES = list(Means), list(Use)

powers = st.lists(st.sampled_from(EVERYTHING), unique=True).map(tuple)
routes = st.lists(st.tuples(st.sampled_from(MEANS), st.sampled_from(USES)), max_size=5)
situations = st.fixed_dictionaries(
    {
        "powers": powers,
        "life": st.integers(0, len(LIVES) - 1),
        "renewable": st.booleans(),
        "environment": st.integers(0, len(ENVIRONMENTS) - 1),
        "backups": st.integers(0, len(BACKUPS) - 1),
        "state": st.integers(0, len(STATES) - 1),
        "confidence": st.integers(0, len(CONFIDENCES) - 1),
        "routes": routes,
    }
)


def value(make: SimpleNamespace, scoring: Scoring, case: dict[str, Any]) -> int:
    return scored(make, scoring, case).value


def scored(make: SimpleNamespace, scoring: Scoring, case: dict[str, Any]) -> Any:
    life = LIVES[case["life"]]
    found = make.assessment(
        *case["powers"],
        kind=life["kind"],
        expires_at=make.expiry if life.get("dated") else None,
        renewable=case["renewable"],
        environment=ENVIRONMENTS[case["environment"]],
        backups=BACKUPS[case["backups"]],
        state=STATES[case["state"]],
        confidence=CONFIDENCES[case["confidence"]],
    )
    return score(found, [make.reach(means, use) for means, use in case["routes"]], scoring)


@given(case=situations, step=st.sampled_from(["life", "environment", "backups", "state", "confidence"]))
def test_widening_a_factor_never_lowers_the_score(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any], step: str
) -> None:
    most = {"life": LIVES, "environment": ENVIRONMENTS, "backups": BACKUPS, "state": STATES, "confidence": CONFIDENCES}
    wider = {**case, step: min(case[step] + 1, len(most[step]) - 1)}
    assert value(make, scoring, wider) >= value(make, scoring, case)


@given(case=situations, extra=st.sampled_from(EVERYTHING))
def test_another_power_never_lowers_the_score(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any], extra: Power
) -> None:
    held = case["powers"] or (Power.READ,)
    wider = {**case, "powers": tuple(dict.fromkeys((*held, extra)))}
    assert value(make, scoring, wider) >= value(make, scoring, {**case, "powers": held})


@given(case=situations, extra=st.tuples(st.sampled_from(MEANS), st.sampled_from(USES)))
def test_another_way_to_it_never_lowers_the_score(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any], extra: tuple[Means, Use]
) -> None:
    held = case["routes"] or [(Means.NONE, Use.NONE)]
    wider = {**case, "routes": [*held, extra]}
    assert value(make, scoring, wider) >= value(make, scoring, {**case, "routes": held})


@given(case=situations, means=st.integers(0, 4), use=st.integers(0, 3))
def test_a_weaker_barrier_and_a_freer_use_never_lower_the_score(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any], means: int, use: int
) -> None:
    narrow = value(make, scoring, {**case, "routes": [(Means(means), Use(use))]})
    assert value(make, scoring, {**case, "routes": [(Means(means + 1), Use(use))]}) >= narrow
    assert value(make, scoring, {**case, "routes": [(Means(means), Use(use + 1))]}) >= narrow


@given(case=situations)
def test_renewability_never_lowers_the_score(make: SimpleNamespace, scoring: Scoring, case: dict[str, Any]) -> None:
    with_it = value(make, scoring, {**case, "renewable": True})
    assert with_it >= value(make, scoring, {**case, "renewable": False})


@given(case=situations)
def test_not_knowing_is_never_better_than_the_best_that_could_be_known(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any]
) -> None:
    def at_least(unknown: dict[str, Any], best: dict[str, Any]) -> None:
        assert value(make, scoring, {**case, **unknown}) >= value(make, scoring, {**case, **best})

    at_least({"powers": ()}, {"powers": (Power.READ,)})
    at_least({"life": 3}, {"life": 0})
    at_least({"environment": 2}, {"environment": 0})
    at_least({"backups": 2}, {"backups": 1})
    at_least({"state": 2}, {"state": 1})
    at_least({"routes": []}, {"routes": [(Means.NONE, Use.NONE)]})


@given(case=situations)
def test_what_is_expired_or_dead_is_never_above_low_and_what_is_public_never_above_info(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any]
) -> None:
    assert scored(make, scoring, {**case, "life": 0}).band <= Band.LOW
    assert scored(make, scoring, {**case, "state": 1}).band <= Band.LOW
    assert scored(make, scoring, {**case, "state": 0}).band is Band.INFO


@given(case=situations)
def test_the_same_credential_behind_a_boundary_with_no_network_is_at_most_medium(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any]
) -> None:
    for use in (Use.NONE, Use.LOCAL_ONLY):
        assert scored(make, scoring, {**case, "routes": [(Means.NONE, use)]}).band <= Band.MEDIUM


@given(case=situations)
def test_a_score_is_made_of_its_factors_and_says_why(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any]
) -> None:
    found = scored(make, scoring, case)
    product = 100.0
    for factor in found.factors:
        product *= factor.weight
    assert found.value <= round(product) + 1
    assert 0 <= found.value <= 100
    assert "".join(factor.letter for factor in found.factors) == "RUPLVE"
    assert found.vector == "AEX:1/" + "/".join(f"{one.letter}:{one.level}" for one in found.factors)
    assert all(factor.says.endswith((".", "!")) for factor in found.factors)
    assert found.band is scoring.band(found.value)


@given(case=situations, seed=st.randoms())
def test_the_order_of_reaches_does_not_matter(
    make: SimpleNamespace, scoring: Scoring, case: dict[str, Any], seed: Any
) -> None:
    shuffled = list(case["routes"])
    seed.shuffle(shuffled)
    assert scored(make, scoring, {**case, "routes": shuffled}) == scored(make, scoring, case)


INCIDENT: dict[str, Any] = {"backups": Backups.INSIDE, "environment": Environment.PRODUCTION}


@pytest.mark.parametrize("means", [Means.VIA_SHELL, Means.DIRECT, Means.INHERITED])
def test_an_account_token_that_takes_the_backups_along_is_at_the_top_of_the_scale(
    make: SimpleNamespace, scoring: Scoring, means: Means
) -> None:
    found = score(make.assessment(*EVERYTHING, **INCIDENT), [make.reach(means)], scoring)
    assert found.value >= 97
    unknown = {**INCIDENT, "environment": Environment.UNKNOWN}
    found = score(make.assessment(*EVERYTHING, **unknown), [make.reach(means)], scoring)
    assert found.band is Band.CRITICAL
    assert found.value >= 94


def test_unattended_use_of_what_destroys_stays_high_in_staging(make: SimpleNamespace, scoring: Scoring) -> None:
    staged = make.assessment(Power.DESTROY, environment=Environment.STAGING)
    assert score(staged, [make.reach(Means.VIA_SHELL)], scoring).band >= Band.HIGH


@pytest.mark.parametrize("power", [Power.DESTROY, Power.ADMIN])
def test_unattended_use_of_what_destroys_or_administers_production_is_critical(
    make: SimpleNamespace, scoring: Scoring, power: Power
) -> None:
    found = make.assessment(power, environment=Environment.PRODUCTION)
    assert score(found, [make.reach(Means.VIA_SHELL)], scoring).band is Band.CRITICAL


def test_an_incident_scores_as_its_vector_says(make: SimpleNamespace, scoring: Scoring) -> None:
    found = score(make.assessment(*EVERYTHING, **INCIDENT), [make.reach(Means.VIA_SHELL)], scoring)
    assert (found.value, found.vector) == (97, "AEX:1/R:S/U:F/P:D+B/L:N/V:U/E:P")
    said = {factor.letter: factor.says for factor in found.factors}
    assert "cursor (ide) by cat in the shell" in said["R"]
    assert ".cursor/permissions.json:3" in said["R"]
    assert "api.acme.example" in said["U"]
    assert "the whole account" in said["P"]
