"""What the scores would be under a set of fixes: derived again from changed values, never estimated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from auditor.exposure.score import score
from auditor.exposure.scoring import Scoring
from auditor.exposure.transform import in_order, on_assessment, on_record
from auditor.model.agent import AgentRecord
from auditor.model.credential import Assessment
from auditor.model.exposure import Finding, Fix, Reach, Score


class Derive(Protocol):
    """How reach is derived; the one implementation is ``agents.reach.derive``."""

    def __call__(
        self, record: AgentRecord, assessment: Assessment, *, hosts: tuple[str, ...] = ()
    ) -> tuple[Reach, ...]:
        """The agent's reach to every sighting of the credential."""


@dataclass(frozen=True)
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
    """Call it with the ids of fixes to get each finding's score under them; findings that are gone are left out.

    Only what a fix touches is derived again, and every answer is kept: asking about many sets of fixes stays cheap.
    """

    def __init__(self, findings: Iterable[Finding], fixes: Iterable[Fix], grounds: Grounds) -> None:
        self._findings = {finding.id: finding for finding in findings}
        self._fixes = {fix.id: fix for fix in fixes}
        self._grounds = grounds
        self._scores: dict[tuple[str, tuple[str, ...]], Score | None] = {}
        self._changed: dict[tuple[int, tuple[str, ...]], AgentRecord] = {}

    def __call__(self, chosen: frozenset[str]) -> dict[str, Score]:
        """The score of every finding that is left once the fixes named by ``chosen`` are done."""
        found = dict(self._now)
        for name in {name for fix in chosen for name in self._touched.get(fix, ())}:
            value = self.one(name, chosen)
            if value is None:
                del found[name]
            else:
                found[name] = value
        return found

    def one(self, name: str, chosen: frozenset[str]) -> Score | None:
        """One finding's score under ``chosen``; None when nothing is left of it."""
        relevant = tuple(sorted(chosen & self._touching[name]))
        if not relevant:
            return self._findings[name].score
        key = (name, relevant)
        if key not in self._scores:
            self._scores[key] = self._scored(self._findings[name], relevant)
        return self._scores[key]

    @cached_property
    def _touching(self) -> dict[str, set[str]]:
        """For each finding the fixes that could change its score: its own, and those of agents that reach it."""
        own: dict[str, set[str]] = defaultdict(set)
        agents: set[str] = set()
        for fix in self._fixes.values():
            if fix.agent:
                agents.add(fix.id)
            for fingerprint in () if fix.agent else fix.subject:
                own[fingerprint].add(fix.id)
        cuts: dict[str, set[str]] = defaultdict(set)
        for name in agents:
            for cut in self._fixes[name].cuts:
                cuts[cut].add(name)
        return {
            name: own[finding.exposure.assessment.credential.fingerprint] | cuts[name]
            for name, finding in self._findings.items()
        }

    @cached_property
    def _touched(self) -> dict[str, list[str]]:
        """The other way round: for each fix the findings it could change."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, fixes in self._touching.items():
            for fix in fixes:
                found[fix].append(name)
        return dict(found)

    @cached_property
    def _now(self) -> dict[str, Score]:
        return {name: finding.score for name, finding in self._findings.items()}

    def _scored(self, finding: Finding, chosen: tuple[str, ...]) -> Score | None:
        held = in_order(self._fixes[name] for name in chosen)
        assessment: Assessment | None = finding.exposure.assessment
        for fix in held:
            assessment = on_assessment(fix, assessment) if assessment is not None else None
        if assessment is None:
            return None
        return score(assessment, self._reaches(finding, assessment, held), self._grounds.scoring)

    def _reaches(self, finding: Finding, assessment: Assessment, held: tuple[Fix, ...]) -> list[Reach]:
        """The reaches under the fixes; an agent that no fix is about keeps those it has."""
        moved = assessment.credential.sightings != finding.exposure.assessment.credential.sightings
        touched = {(fix.agent, fix.surface) for fix in held if fix.agent}
        left = {sighting.location for sighting in assessment.credential.sightings}
        found = [
            one
            for one in finding.exposure.reaches
            if (one.agent, one.surface) not in touched and (not moved or one.location in left)
        ]
        for number, record in enumerate(self._grounds.records):
            if (record.agent, record.surface) in touched:
                found.extend(self._grounds.reaches(self._under(number, record, held), assessment))
        return found

    def _under(self, number: int, record: AgentRecord, held: tuple[Fix, ...]) -> AgentRecord:
        own = tuple(fix for fix in held if (fix.agent, fix.surface) == (record.agent, record.surface))
        key = (number, tuple(fix.id for fix in own))
        if key not in self._changed:
            for fix in own:
                record = on_record(fix, record)
            self._changed[key] = record
        return self._changed[key]
