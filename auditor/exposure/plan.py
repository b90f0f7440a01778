"""The cheapest set of fixes that takes every finding below a band."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from auditor.exposure.search import ReEvaluate, Search
from auditor.model.agent import AgentRecord
from auditor.model.exposure import Band, Finding, Fix, Score
from auditor.model.frozen import frozen


@frozen
class Plan:
    """Fixes in the order to do them, and what they achieve.

    ``cut`` are the findings taken below ``below``, ``left`` those that no known fix takes there. ``lower_bound`` is a
    cost that no other answer can beat; ``exact``: this answer is the cheapest there is. ``agents`` are the ids of those
    whose settings change. ``after`` are the scores once all is done; a finding that is gone is missing there.
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
        changes = f"{len(self.fixes)} change{'' if len(self.fixes) == 1 else 's'}"
        credentials = f"{len(self.cut)} credential{'' if len(self.cut) == 1 else 's'}"
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

    ``re_evaluate`` gives the scores under a set of fix ids (``whatif.WhatIf``). Suppressed findings do not count. A
    small question is searched to the end; one too big for that gets a good answer, and ``lower_bound`` says how far it
    can be from the best.
    """
    above = [one.id for one in findings if one.score.band >= below and not one.suppressed]
    search = Search(above, fixes, below, re_evaluate)
    chosen, bound = search.best()
    used = sorted((search.fixes[name] for name in chosen), key=lambda fix: (fix.cost, -len(fix.cuts), fix.id))
    named = {fix.agent for fix in used if fix.agent}
    cost = search.cost(chosen)
    return Plan(
        below=below,
        fixes=tuple(used),
        cost=cost,
        cut=tuple(name for name in above if name in search.possible),
        left=tuple(name for name in above if name not in search.possible),
        exact=bound == cost,
        lower_bound=bound,
        agents=tuple(dict.fromkeys(record.agent for record in agents if record.agent in named)),
        after={name: value for name, value in re_evaluate(chosen).items() if name in search.touched},
    )
