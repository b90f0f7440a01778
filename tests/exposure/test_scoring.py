"""The scoring rules are closed, ordered, and complain with the place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.errors import RuleError
from auditor.exposure.scoring import LEVELS, Scoring, read
from auditor.model import Band, Environment, LifetimeKind, Means, Power, Use
from auditor.rulebook.load import parse


@pytest.fixture
def data(make: SimpleNamespace) -> Any:
    return copy.deepcopy(parse(make.root / "rules" / "scoring.yaml"))


def test_bands_begin_where_the_documentation_says(scoring: Scoring) -> None:
    edges = {100: "critical", 90: "critical", 89: "high", 70: "high", 69: "medium", 40: "medium", 39: "low", 10: "low"}
    assert {value: scoring.band(value).word for value in edges} == edges
    assert scoring.band(9) is scoring.band(0) is Band.INFO


def test_every_value_of_the_model_has_its_level() -> None:
    assert {means.word for means in Means} <= set(LEVELS["R"])
    assert {use.word for use in Use} <= set(LEVELS["U"])
    assert {power.value for power in Power} <= set(LEVELS["P"])
    assert {kind.value for kind in LifetimeKind} <= set(LEVELS["L"])
    assert {environment.value for environment in Environment} == set(LEVELS["E"])


def test_every_level_says_something_of_its_own(scoring: Scoring) -> None:
    for factor in scoring.factors.values():
        sentences = [level.says for level in factor.levels.values()]
        assert factor.asks.endswith("?")
        assert all(sentence.endswith(".") for sentence in sentences)
        assert len(set(sentences)) == len(sentences)


def drop_level(data: Any) -> None:
    del data["factors"]["R"]["levels"]["direct"]


def add_level(data: Any) -> None:
    data["factors"]["R"]["levels"]["telepathy"] = {"letter": "T", "weight": 1, "says": "x"}


def swap(data: Any) -> None:
    data["factors"]["U"]["levels"]["free"]["weight"] = 0.1


def heavy(data: Any) -> None:
    data["factors"]["P"]["levels"]["read"]["weight"] = 1.5


def kind_unknown(data: Any) -> None:
    data["factors"]["P"]["levels"]["unknown"]["weight"] = 0.1


def same_letter(data: Any) -> None:
    data["factors"]["E"]["levels"]["test"]["letter"] = "P"


def crossed_bands(data: Any) -> None:
    data["bands"]["high"] = 95


def odd_cap(data: Any) -> None:
    data["caps"][0]["when"] = {"V": ["pubic"]}


def empty_cap(data: Any) -> None:
    data["caps"][0]["when"] = {}


def extra_field(data: Any) -> None:
    data["weights"] = {}


def no_factors(data: Any) -> None:
    del data["factors"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (drop_level, "factor R: level direct"),
        (add_level, "factor R: unknown field 'telepathy'"),
        (swap, "free weighs less than risk-based"),
        (heavy, "weight 1.5"),
        (kind_unknown, "factor P: unknown weighs less"),
        (same_letter, "factor E: two levels share a letter"),
        (crossed_bands, "high must begin below"),
        (odd_cap, "unknown level 'pubic'"),
        (empty_cap, "at least one condition"),
        (extra_field, "unknown field 'weights'"),
        (no_factors, "factors: expected a mapping"),
    ],
)
def test_rules_that_break_their_contract_do_not_load(data: Any, spoil: Callable[[Any], None], says: str) -> None:
    spoil(data)
    with pytest.raises(RuleError) as caught:
        read(data, "scoring.yaml")
    assert says in caught.value.what
    assert caught.value.what.startswith("scoring.yaml")
