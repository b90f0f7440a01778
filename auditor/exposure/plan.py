"""The cheapest set of fixes that takes every finding below a band.

Small questions are searched to the end; a question too big for that gets a good answer, and the bound that shows how
far it can be from the best one.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.model.agent import AgentRecord
from auditor.model.exposure import Band, Finding, Fix, Score

# How many sets of fixes are looked at before the best answer so far is taken.
_MOST_SETS = 3000
ReEvaluate = Callable[[frozenset[str]], Mapping[str, Score]]


@dataclass(frozen=True)
class Plan:
    """Fixes in the order to do them, and what they achieve.

    ``cut`` are the findings taken below ``below``, ``left`` those that no known fix takes there. ``lower_bound`` is a
    cost that no other answer can beat; ``exact`` says that this answer costs just that, or was searched to the end.
    ``after`` are the scores once all is done; a finding that is gone is missing there.
    """

    below: Band
    fixes: tuple[Fix, ...]
    cost: int
    cut: tuple[str, ...]
    left: tuple[str, ...]
    exact: bool
    lower_bound: int
    agents: tuple[str, ...]
    after: Mapping[str, Score]

    @property
    def sentence(self) -> str:
        """``3 changes take 5 credentials below "high"``."""
        changes = f"{len(self.fixes)} change{'s' if len(self.fixes) != 1 else ''}"
        credentials = f"{len(self.cut)} credential{'s' if len(self.cut) != 1 else ''}"
        verb = "takes" if len(self.fixes) == 1 else "take"
        return f'{changes} {verb} {credentials} below "{self.below.word}"'


def plan(
    findings: Sequence[Finding],
    agents: Iterable[AgentRecord],
    fixes: Sequence[Fix],
    *,
    below: Band,
    re_evaluate: ReEvaluate,
) -> Plan:
    """Choose fixes so that every finding falls below ``below``, at the least cost.

    ``re_evaluate`` gives the scores under a set of fix ids; suppressed findings are nobody's business here.
    """
    above = frozenset(one.id for one in findings if one.score.band >= below and not one.suppressed)
    search = _Search(above, fixes, below, re_evaluate)
    possible = above - search.open(frozenset(search.fixes))
    chosen, exact = search.best(possible)
    bound = search.cost(chosen) if exact else search.bound(possible, frozenset())
    after = re_evaluate(chosen)
    used = tuple(sorted((search.fixes[name] for name in chosen), key=lambda fix: (fix.cost, -len(fix.cuts), fix.id)))
    named = {fix.agent for fix in used if fix.agent}
    return Plan(
        below=below,
        fixes=used,
        cost=search.cost(chosen),
        cut=tuple(one.id for one in findings if one.id in possible),
        left=tuple(one.id for one in findings if one.id in above - possible),
        exact=exact,
        lower_bound=bound,
        agents=tuple(dict.fromkeys(record.agent for record in agents if record.agent in named)),
        after=after,
    )


class _Search:
    """Branch and bound: of the findings still open, the one with the fewest ways out decides what is tried next."""

    def __init__(self, above: frozenset[str], fixes: Sequence[Fix], below: Band, re_evaluate: ReEvaluate) -> None:
        self._below = below
        self._re_evaluate = re_evaluate
        self._above = above
        self.fixes = self._useful([fix for fix in fixes if above & set(fix.cuts)])
        self._ways = {name: [fix for fix in self.fixes.values() if name in fix.cuts] for name in above}
        self._best: frozenset[str] = frozenset()
        self._best_cost = 0

    def cost(self, chosen: Iterable[str]) -> int:
        """What a set of fixes costs."""
        return sum(self.fixes[name].cost for name in chosen)

    def open(self, chosen: frozenset[str]) -> frozenset[str]:
        """The findings that are still at or above the band under ``chosen``."""
        scores = self._re_evaluate(chosen)
        return frozenset(name for name in self._above if name in scores and scores[name].band >= self._below)

    def best(self, possible: frozenset[str]) -> tuple[frozenset[str], bool]:
        """The cheapest set that closes all of ``possible``, and whether every cheaper one was ruled out."""
        self._best = self._greedy(possible)
        self._best_cost = self.cost(self._best)
        if self.bound(possible, frozenset()) >= self._best_cost:
            return self._best, True
        return self._best, self._descend(possible)

    def bound(self, still: frozenset[str], chosen: frozenset[str]) -> int:
        """A cost that closing ``still`` cannot undercut: findings that share no fix have to be paid for one by one."""
        paid, used = 0, set[str]()
        for name in sorted(still, key=lambda one: (len(self._ways[one]), one)):
            ways = [fix for fix in self._ways[name] if fix.id not in chosen]
            if ways and not used & {fix.id for fix in ways}:
                used |= {fix.id for fix in ways}
                paid += min(fix.cost for fix in ways)
        return paid

    def _useful(self, fixes: list[Fix]) -> dict[str, Fix]:
        """Without the fixes that another one, no dearer, replaces whole: alone it closes all that they touch."""
        closes = {fix.id: (self._above & set(fix.cuts)) - self.open(frozenset({fix.id})) for fix in fixes}
        kept: dict[str, Fix] = {}
        for fix in sorted(fixes, key=lambda one: (one.cost, -len(closes[one.id]), -len(one.cuts))):
            touched = self._above & set(fix.cuts)
            if not any(touched <= closes[other] for other in kept):
                kept[fix.id] = fix
        return kept

    def _greedy(self, possible: frozenset[str]) -> frozenset[str]:
        """Always the fix that closes most for its cost; where none closes anything alone, the one that touches most.

        What a fix closes is asked again only when it comes to the front, so that many fixes cost few questions.
        """
        chosen: frozenset[str] = frozenset()
        still = possible & self.open(chosen)
        queue = self._queue(chosen, still)
        while still:
            _, name = heapq.heappop(queue)
            gain = self._gain(name, chosen, still)
            if queue and (gain, name) > queue[0]:
                heapq.heappush(queue, (gain, name))
                continue
            if gain >= 0:
                touching = [fix for fix in self.fixes.values() if fix.id not in chosen and still & set(fix.cuts)]
                name = min(touching, key=lambda fix: (-len(still & set(fix.cuts)), fix.cost, fix.id)).id
            chosen |= {name}
            still &= self.open(chosen)
            if gain >= 0:
                queue = self._queue(chosen, still)
        return self._pruned(chosen, possible)

    def _queue(self, chosen: frozenset[str], still: frozenset[str]) -> list[tuple[float, str]]:
        queue = [(self._gain(name, chosen, still), name) for name in self.fixes if name not in chosen]
        heapq.heapify(queue)
        return queue

    def _gain(self, name: str, chosen: frozenset[str], still: frozenset[str]) -> float:
        """Findings closed for each unit of cost, negative so that the least is the best."""
        if not still & set(self.fixes[name].cuts):
            return 0.0
        return -len(still - self.open(chosen | {name})) / self.fixes[name].cost

    def _pruned(self, chosen: frozenset[str], possible: frozenset[str]) -> frozenset[str]:
        """Without what turned out to be unneeded, dearest first."""
        for name in sorted(chosen, key=lambda one: (-self.fixes[one].cost, one)):
            if not possible & self.open(chosen - {name}):
                chosen -= {name}
        return chosen

    def _descend(self, possible: frozenset[str]) -> bool:
        """Try every set that could still be cheaper; False when the allowance ran out before the end."""
        seen: set[frozenset[str]] = set()
        waiting = [frozenset[str]()]
        while waiting:
            chosen = waiting.pop()
            if chosen in seen:
                continue
            if len(seen) >= _MOST_SETS:
                return False
            seen.add(chosen)
            still = possible & self.open(chosen)
            spent = self.cost(chosen)
            if not still and spent < self._best_cost:
                self._best, self._best_cost = chosen, spent
            if not still or spent + self.bound(still, chosen) >= self._best_cost:
                continue
            name = min(still, key=lambda one: (len(self._ways[one]), one))
            ways = sorted((fix for fix in self._ways[name] if fix.id not in chosen), key=lambda fix: (fix.cost, fix.id))
            waiting.extend(chosen | {fix.id} for fix in reversed(ways))
        return True
