"""Looking for the cheapest set of fixes that closes every finding.

A finding is closed by a change at the credential, or when every agent that holds it open is dealt with; agents are
independent of each other, and more fixes never open anything. From that follow the good first answer (close what one
agent-wide bundle closes, or each finding by itself, whichever closes more for its cost), the lower bound, and the
search in between, which branches over one agent of one finding at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations

from auditor.model.exposure import Band, Fix, Score

ReEvaluate = Callable[[frozenset[str]], Mapping[str, Score]]

# How many questions on single findings the search may ask before the best answer so far is taken.
_MOST_QUESTIONS = 150_000
_MOST_IN_A_BUNDLE = 3
_NONE: frozenset[str] = frozenset()


class Search:
    """One question: which fixes take the findings ``above`` below a band?

    ``fixes`` are those that matter, by id; ``possible`` the findings that all of them together close; ``touched`` those
    that any of them changes.
    """

    def __init__(self, above: Sequence[str], fixes: Iterable[Fix], below: Band, re_evaluate: ReEvaluate) -> None:
        self._below = below
        self._re_evaluate = re_evaluate
        self._above = frozenset(above)
        self._own: dict[str, list[Fix]] = defaultdict(list)
        self._settings: dict[str, dict[tuple[str, str], list[Fix]]] = defaultdict(lambda: defaultdict(list))
        self.fixes = {fix.id: fix for fix in fixes if self._above & set(fix.cuts)}
        self.touched = {name for fix in self.fixes.values() for name in fix.cuts}
        for fix in sorted(self.fixes.values(), key=lambda one: (one.cost, -len(one.cuts), one.id)):
            for name in self._above & set(fix.cuts):
                (self._settings[name][fix.agent, fix.surface] if fix.agent else self._own[name]).append(fix)
        everything = frozenset(self.fixes)
        self.possible = frozenset(name for name in self._above if not self._is_open(name, everything))
        self._by_settings = frozenset(name for name in self.possible if not self._is_open(name, self._all(name, None)))

    def cost(self, chosen: Iterable[str]) -> int:
        """What a set of fixes costs."""
        return sum(self.fixes[name].cost for name in chosen)

    def best(self) -> tuple[frozenset[str], int]:
        """The cheapest set found that closes all that can be closed, and a cost that no set can undercut."""
        best = self._first()
        bound = self._bound(self.possible, _NONE)
        if bound >= self.cost(best):
            return best, self.cost(best)
        better, finished = self._descend(best)
        return better, self.cost(better) if finished else bound

    # --- questions

    def _is_open(self, name: str, chosen: frozenset[str]) -> bool:
        found = self._re_evaluate(chosen).get(name)
        return found is not None and found.band >= self._below

    def _still(self, names: Iterable[str], chosen: frozenset[str]) -> frozenset[str]:
        scores = self._re_evaluate(chosen)
        found = ((name, scores.get(name)) for name in names)
        return frozenset(name for name, value in found if value is not None and value.band >= self._below)

    def _all(self, name: str, but: tuple[str, str] | None) -> frozenset[str]:
        """Every setting that touches a finding, without those of one agent."""
        groups = (fixes for who, fixes in self._settings[name].items() if who != but)
        return frozenset(fix.id for fixes in groups for fix in fixes)

    def _holds_open(self, name: str, who: tuple[str, str], chosen: frozenset[str]) -> bool:
        """Whether this agent would keep the finding open even if every other one were dealt with."""
        return self._is_open(name, chosen | self._all(name, who))

    # --- the first answer

    def _first(self) -> frozenset[str]:
        chosen, still = _NONE, self._still(self.possible, _NONE)
        alone = {name: self._alone(name) for name in still}
        bundles = dict.fromkeys(bundle for name in sorted(still) for bundle in self._bundles(name))
        while still:
            moves = [move for move in (bundle - chosen for bundle in bundles) if move]
            gains = [(len(still - self._still(still, chosen | move)) / self.cost(move), move) for move in moves]
            gain, move = max(gains, key=lambda one: (one[0], -len(one[1]), sorted(one[1])), default=(0.0, _NONE))
            single = min((self.cost(alone[name]), name) for name in still)
            if gain == 0 or gain < 1 / single[0]:
                move = alone[single[1]]
            chosen |= move
            still = self._still(still, chosen)
        return self._pruned(chosen)

    def _alone(self, name: str) -> frozenset[str]:
        """The cheapest way to close one finding that the first look finds: at the credential, or in all settings."""
        single = next((fix for fix in self._own[name] if not self._is_open(name, frozenset({fix.id}))), None)
        ways = [frozenset({single.id})] if single else [frozenset(fix.id for fix in self._own[name])]
        ways += self._bundles(name)
        closing = [way for way in ways if way and not self._is_open(name, way)]
        return min(closing, key=lambda way: (self.cost(way), sorted(way)), default=self._everything(name))

    def _everything(self, name: str) -> frozenset[str]:
        return frozenset(fix.id for fix in self._own[name]) | self._all(name, None)

    def _bundles(self, name: str) -> list[frozenset[str]]:
        """The settings, cheapest for each agent, that together close a finding; empty when settings cannot."""
        if name not in self._by_settings:
            return []
        held = [self._cheapest(name, who) for who in self._settings[name] if self._holds_open(name, who, _NONE)]
        return [frozenset(chain.from_iterable(held))] if held else []

    def _cheapest(self, name: str, who: tuple[str, str]) -> frozenset[str]:
        offered = self._settings[name][who]
        sizes = range(1, min(len(offered), _MOST_IN_A_BUNDLE) + 1)
        sets = [frozenset(fix.id for fix in some) for size in sizes for some in combinations(offered, size)]
        sets.sort(key=lambda one: (self.cost(one), len(one), sorted(one)))
        closing = (one for one in sets if not self._holds_open(name, who, one))
        return next(closing, frozenset(fix.id for fix in offered))

    def _pruned(self, chosen: frozenset[str]) -> frozenset[str]:
        """Without what turned out to be unneeded, dearest first."""
        for name in sorted(chosen, key=lambda one: (-self.fixes[one].cost, one)):
            touched = self.possible & set(self.fixes[name].cuts)
            if not self._still(touched, chosen - {name}):
                chosen -= {name}
        return chosen

    # --- the bound and the search

    def _bound(self, still: Iterable[str], chosen: frozenset[str]) -> int:
        """A cost that closing ``still`` cannot undercut.

        What settings cannot close pays for a change of its own. Of the rest, whatever is spent on settings leaves those
        findings to their own changes that would have needed more of it.
        """
        paid, choices = 0, []
        for name in still:
            own = min((fix.cost for fix in self._own[name] if fix.id not in chosen), default=None)
            if name not in self._by_settings:
                paid += own or 0
            else:
                choices.append((self._settings_cost(name, chosen), own))
        return paid + min(_spending(choices))

    def _settings_cost(self, name: str, chosen: frozenset[str]) -> int:
        """What closing a finding by settings costs at least: one of them for each agent still in the way."""
        return sum(
            min((fix.cost for fix in fixes if fix.id not in chosen), default=0)
            for who, fixes in self._settings[name].items()
            if self._holds_open(name, who, chosen)
        )

    def _descend(self, best: frozenset[str]) -> tuple[frozenset[str], bool]:
        """Try every set that could still be cheaper than ``best``; the flag says whether all were tried."""
        seen: set[frozenset[str]] = set()
        waiting, asked = [_NONE], 0
        while waiting:
            chosen = waiting.pop()
            if chosen in seen:
                continue
            if asked > _MOST_QUESTIONS:
                return best, False
            seen.add(chosen)
            still = self._still(self.possible, chosen)
            asked += len(self.possible) + sum(len(self._settings[name]) for name in still)
            if not still and self.cost(chosen) < self.cost(best):
                best = chosen
            if still and self.cost(chosen) + self._bound(still, chosen) < self.cost(best):
                waiting.extend(self._branches(still, chosen))
        return best, True

    def _branches(self, still: frozenset[str], chosen: frozenset[str]) -> Iterator[frozenset[str]]:
        """What to add next, for the finding that leaves least choice; the cheapest comes last and is tried first."""
        _, ways = min(((name, self._ways(name, chosen)) for name in still), key=lambda one: (len(one[1]), one[0]))
        for fix in sorted(ways, key=lambda one: (-one.cost, len(one.cuts), one.id)):
            yield chosen | {fix.id}

    def _ways(self, name: str, chosen: frozenset[str]) -> list[Fix]:
        """Of these fixes every set that closes the finding holds one: its own, and those of one agent in the way."""
        own = [fix for fix in self._own[name] if fix.id not in chosen]
        if name not in self._by_settings:
            return own or [self.fixes[one] for one in self._everything(name) - chosen]
        in_the_way = (fixes for who, fixes in self._settings[name].items() if self._holds_open(name, who, chosen))
        return own + [fix for fix in next(in_the_way, []) if fix.id not in chosen]


def _spending(choices: list[tuple[int, int | None]]) -> Iterator[int]:
    """For each amount that could be spent on settings, what it and the changes it leaves over cost at least.

    ``choices`` are (cost by settings, cost of an own change or None) of each finding.
    """
    for spent in {0, *(settings for settings, _ in choices)}:
        left = [own for settings, own in choices if settings > spent]
        if None not in left:
            yield spent + sum(own for own in left if own is not None)
