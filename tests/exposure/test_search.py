"""The search finds the cheapest set: it agrees with trying every one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from auditor.exposure.search import ReEvaluate, Search
from auditor.model import Band, Fix, FixKind, Score

HIGH, LOW = (Score(80, Band.HIGH, "", ()), Score(20, Band.LOW, "", ()))
AGENTS = ("claude-code", "codex", "cursor")


def fix(name: str, cost: int, cuts: tuple[str, ...], agent: str = "") -> Fix:
    kind = FixKind.APPROVAL if agent else FixKind.REVOKE
    return Fix(name, name, kind, cuts, cost, agent=agent, surface="cli" if agent else "")


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[str], list[Fix], ReEvaluate]:
    """Findings that are open while any agent in their way lacks one of the sets of fixes that stops it."""
    names = [f"f{number}" for number in range(draw(st.integers(1, 4)))]
    fixes = [fix(f"own-{name}", draw(st.integers(1, 5)), (name,)) for name in names if draw(st.booleans())]
    stops: dict[tuple[str, str], list[frozenset[str]]] = {}
    for agent in AGENTS[: draw(st.integers(0, 3))]:
        offered = [f"{agent}-{number}" for number in range(draw(st.integers(1, 3)))]
        in_the_way = [name for name in names if draw(st.booleans())]
        fixes.extend(fix(one, draw(st.integers(1, 5)), tuple(in_the_way), agent) for one in offered)
        sets = st.sets(st.sampled_from(offered), min_size=1).map(frozenset)
        for name in in_the_way:
            stops[name, agent] = draw(st.lists(sets, max_size=2))

    def scores(chosen: frozenset[str]) -> Mapping[str, Score]:
        found = {}
        for name in names:
            ways = [held for (one, _), held in stops.items() if one == name]
            stopped = bool(ways) and all(any(some <= chosen for some in held) for held in ways)
            found[name] = LOW if stopped or f"own-{name}" in chosen else HIGH
        return found

    return names, fixes, scores


def cheapest(names: list[str], fixes: list[Fix], scores: ReEvaluate) -> tuple[set[str], int]:
    """By trying every set: what can be closed, and what closing all that costs."""
    ids = [one.id for one in fixes]
    cost = {one.id: one.cost for one in fixes}
    possible = {name for name in names if scores(frozenset(ids))[name] is LOW}
    sets = map(frozenset, chain.from_iterable(combinations(ids, size) for size in range(len(ids) + 1)))
    closing = (some for some in sets if all(scores(some)[name] is LOW for name in possible))
    return possible, min(sum(cost[one] for one in some) for some in closing)


@given(questions())
def test_the_answer_is_the_cheapest_of_all_sets(question: tuple[list[str], list[Fix], ReEvaluate]) -> None:
    names, fixes, scores = question
    search = Search(names, fixes, Band.HIGH, scores)
    chosen, bound = search.best()
    possible, least = cheapest(names, fixes, scores)
    assert search.possible == possible
    assert all(scores(chosen)[name] is LOW for name in possible)
    assert search.cost(chosen) == bound == least


@given(questions())
def test_the_order_of_fixes_does_not_change_the_answer(question: tuple[list[str], list[Fix], ReEvaluate]) -> None:
    names, fixes, scores = question
    first = Search(names, fixes, Band.HIGH, scores).best()
    assert Search(names[::-1], fixes[::-1], Band.HIGH, scores).best() == first


def test_a_question_too_big_to_finish_gets_a_closing_answer_and_an_honest_bound(monkeypatch: object) -> None:
    from auditor.exposure import search as module

    names = [f"f{number}" for number in range(6)]
    # Every finding is closed by any two of three settings: no finding's own view shows what sharing saves.
    fixes = [fix(f"s{number}", 2, tuple(names), "codex") for number in range(3)]
    fixes += [fix(f"own-{name}", 3, (name,)) for name in names]

    def scores(chosen: frozenset[str]) -> Mapping[str, Score]:
        two = sum(one.startswith("s") for one in chosen) >= 2
        return {name: LOW if two or f"own-{name}" in chosen else HIGH for name in names}

    original = module._MOST_QUESTIONS
    module._MOST_QUESTIONS = 0
    try:
        chosen, bound = Search(names, fixes, Band.HIGH, scores).best()
    finally:
        module._MOST_QUESTIONS = original
    assert all(scores(chosen)[name] is LOW for name in names)
    assert 0 < bound <= 4
