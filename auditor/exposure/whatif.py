"""What the scores would be under a set of fixes: derived again from changed values, never estimated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from auditor.exposure.score import score, worst
from auditor.exposure.scoring import Scoring
from auditor.exposure.transform import in_order, on_assessment, on_record
from auditor.model.agent import AgentRecord
from auditor.model.credential import Assessment
from auditor.model.exposure import Finding, Fix, Reach, Score
from auditor.model.frozen import frozen

_Ids = frozenset[str]
_Who = tuple[str, str]


class Derive(Protocol):
    """How reach is derived; the one implementation is ``agents.reach.derive``."""

    def __call__(
        self, record: AgentRecord, assessment: Assessment, *, hosts: tuple[str, ...] = ()
    ) -> tuple[Reach, ...]:
        """The agent's reach to every sighting of the credential."""


@frozen
class Grounds:
    """What scores follow from besides the credentials: the agents, how reach is derived, the scoring rules.

    ``hosts`` are the names on which each provider (by id) answers.
    """

    records: tuple[AgentRecord, ...]
    derive: Derive
    scoring: Scoring
    hosts: Mapping[str, tuple[str, ...]]

    def reaches(self, record: AgentRecord, assessment: Assessment) -> tuple[Reach, ...]:
        """One agent's reach to every sighting of a credential."""
        return self.derive(record, assessment, hosts=self.hosts.get(assessment.credential.provider, ()))


class WhatIf:
    """Call it with the ids of fixes to get each finding's score under them; findings that are gone are missing.

    The answer is worked out finding by finding when it is looked at, only what a fix touches is derived again, and
    everything once worked out is kept: asking about many sets of fixes stays cheap.
    """

    def __init__(self, findings: Iterable[Finding], fixes: Iterable[Fix], grounds: Grounds) -> None:
        self._findings = {finding.id: finding for finding in findings}
        self._fixes = {fix.id: fix for fix in fixes}
        self._grounds = grounds
        self._scores: dict[tuple[str, _Ids], Score | None] = {}
        self._worst: dict[tuple[str, _Who, _Ids, _Ids], Reach | None] = {}
        self._told: dict[tuple[str, _Ids, Reach | None], Score] = {}
        self._changed: dict[tuple[int, _Ids], AgentRecord] = {}

    def __call__(self, chosen: _Ids) -> Mapping[str, Score]:
        """The score of every finding that is left once the fixes named by ``chosen`` are done."""
        return _Answer(self, chosen)

    @property
    def names(self) -> Iterable[str]:
        """The ids of all findings."""
        return self._findings

    def one(self, name: str, chosen: _Ids) -> Score | None:
        """One finding's score under ``chosen``; None when nothing is left of it."""
        relevant = chosen & self._touching[name]
        if not relevant:
            return self._findings[name].score
        key = (name, relevant)
        if key not in self._scores:
            self._scores[key] = self._scored(name, relevant)
        return self._scores[key]

    @cached_property
    def _touching(self) -> dict[str, _Ids]:
        """For each finding the fixes that could change its score: its own, and those of agents that cut it."""
        found: dict[str, set[str]] = defaultdict(set)
        owners: dict[str, list[str]] = defaultdict(list)
        for name, finding in self._findings.items():
            owners[finding.exposure.assessment.credential.fingerprint].append(name)
        for fix in self._fixes.values():
            touched = fix.cuts if fix.agent else [name for one in fix.subject for name in owners.get(one, ())]
            for name in touched:
                found[name].add(fix.id)
        return {name: frozenset(found[name]) for name in self._findings}

    def _scored(self, name: str, chosen: _Ids) -> Score | None:
        own = frozenset(one for one in chosen if not self._fixes[one].agent)
        assessment: Assessment | None = self._findings[name].exposure.assessment
        for fix in in_order(self._fixes[one] for one in own):
            assessment = on_assessment(fix, assessment) if assessment is not None else None
        if assessment is None:
            return None
        held = (self._worst_of(name, who, assessment, own, chosen - own) for who in self._agents[name])
        reach = worst((one for one in held if one is not None), self._grounds.scoring)
        key = (name, own, reach)
        if key not in self._told:
            self._told[key] = score(assessment, () if reach is None else (reach,), self._grounds.scoring)
        return self._told[key]

    @cached_property
    def _agents(self) -> dict[str, dict[_Who, list[Reach]]]:
        """For each finding its reaches by agent and surface."""
        found: dict[str, dict[_Who, list[Reach]]] = {}
        for name, finding in self._findings.items():
            by_agent: dict[_Who, list[Reach]] = defaultdict(list)
            for reach in finding.exposure.reaches:
                by_agent[reach.agent, reach.surface].append(reach)
            found[name] = dict(by_agent)
        return found

    def _worst_of(self, name: str, who: _Who, assessment: Assessment, own: _Ids, chosen: _Ids) -> Reach | None:
        """The worst that one agent can do to a finding; an agent that no fix is about keeps the reaches it has."""
        about = frozenset(one for one in chosen if (self._fixes[one].agent, self._fixes[one].surface) == who)
        key = (name, who, own, about)
        if key not in self._worst:
            left = {sighting.location for sighting in assessment.credential.sightings}
            held: Iterable[Reach] = (one for one in self._agents[name][who] if one.location in left)
            if about:
                held = self._derived(who, assessment, about)
            self._worst[key] = worst(held, self._grounds.scoring)
        return self._worst[key]

    def _derived(self, who: _Who, assessment: Assessment, about: _Ids) -> Iterator[Reach]:
        for number, record in enumerate(self._grounds.records):
            if (record.agent, record.surface) == who:
                yield from self._grounds.reaches(self._under(number, record, about), assessment)

    def _under(self, number: int, record: AgentRecord, about: _Ids) -> AgentRecord:
        key = (number, about)
        if key not in self._changed:
            for fix in in_order(self._fixes[one] for one in about):
                record = on_record(fix, record)
            self._changed[key] = record
        return self._changed[key]


class _Answer(Mapping[str, Score]):
    """Scores under one set of fixes, worked out as they are asked for."""

    def __init__(self, whatif: WhatIf, chosen: _Ids) -> None:
        self._whatif = whatif
        self._chosen = chosen

    def __getitem__(self, name: str) -> Score:
        found = self._whatif.one(name, self._chosen)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._whatif.names if self._whatif.one(name, self._chosen) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
