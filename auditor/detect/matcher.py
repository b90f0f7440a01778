"""One fragment in, its matches out: nominate, decide, attribute, resolve, pair."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from auditor.detect.attribution import attribute
from auditor.detect.candidates import Candidate, Page, from_carrier, from_detector
from auditor.detect.carriers import CARRIERS
from auditor.detect.context import nearby, sidecars
from auditor.detect.engine import Event
from auditor.detect.languages import is_lock_file, is_packed, written
from auditor.detect.names import owners
from auditor.detect.pairs import paired
from auditor.model.credential import Confidence, Match, Part
from auditor.model.frozen import replace
from auditor.model.lines import LineIndex
from auditor.model.place import Fragment, Location
from auditor.model.secret import Secret
from auditor.rulebook.book import Rulebook
from auditor.rulebook.schema import Form

_ANYONES = "generic"
_HEAD = 16_384


class Nominates(Protocol):
    """Anything that says which expression ends where: the engine, or the slow reference."""

    def events(self, data: bytes | bytearray | memoryview) -> list[Event]:
        """Return (expression number, end offset) pairs."""


class Matcher:
    """Finds credentials in fragments with one rulebook and one engine."""

    def __init__(self, book: Rulebook, engine: Nominates, groups: Sequence[Sequence[int]], named_from: int) -> None:
        self._book = book
        self._engine = engine
        self._groups = groups
        self._named_from = named_from

    def matches(self, fragment: Fragment) -> tuple[Match, ...]:
        """Return the matches that are new in ``fragment``, in order of place, one for each value and place."""
        events = self._engine.events(fragment.data)
        if not events:
            return ()
        path = fragment.target.path
        data = bytes(fragment.data)
        page = Page(data, path, written(path), is_packed(path, data[:_HEAD]))
        kept = resolve(self._attributed(self._candidates(events, page), page))
        fresh = [c for c in paired(kept, page.data) if fragment.owns(c.candidate.end)]
        lines = LineIndex(fragment)
        return tuple(self._match(item.candidate, item.parts, fragment, page, lines) for item in fresh)

    def _candidates(self, events: Sequence[Event], page: Page) -> list[Candidate]:
        by_number: dict[int, list[int]] = defaultdict(list)
        for number, end in events:
            by_number[number].append(end)
        found: list[Candidate] = []
        carriers_from = len(self._groups)
        generic_counts = not is_lock_file(page.path)
        for number, ends in by_number.items():
            ends.sort()
            if number < self._named_from:
                found.extend(self._of_detectors(dict.fromkeys(self._groups[number], ends), page))
            elif number < carriers_from:
                found.extend(self._of_detectors(self._named(ends, page), page))
            elif generic_counts:
                found.extend(from_carrier(CARRIERS[number - carriers_from], ends, page))
        return found

    def _named(self, ends: Sequence[int], page: Page) -> dict[int, list[int]]:
        """The detectors whose exact names stand before the values that end at ``ends``."""
        found: dict[int, list[int]] = {}
        for end in ends:
            for member in owners(self._book.names, page.data, end):
                found.setdefault(member, []).append(end)
        return found

    def _of_detectors(self, members: Mapping[int, Sequence[int]], page: Page) -> Iterator[Candidate]:
        for member, ends in members.items():
            detector = self._book.detector(member)
            anyones = self._book.provider(detector.provider).category == _ANYONES
            yield from from_detector(detector, ends, page, anyones=anyones)

    def _attributed(self, candidates: Iterable[Candidate], page: Page) -> list[Candidate]:
        return [attribute(c, page, self._book) if c.detector is None else c for c in candidates]

    def _match(
        self, candidate: Candidate, parts: tuple[Part, ...], fragment: Fragment, page: Page, lines: LineIndex
    ) -> Match:
        target = fragment.target
        line, column, end_column = lines.locate(candidate.start, candidate.end)
        detector = candidate.detector or self._book.by_id(candidate.rule)
        return Match(
            rule=candidate.rule,
            provider=detector.provider,
            secret=Secret(page.text(candidate.start, candidate.end)),
            location=Location(target.path, line, column, end_column, target.origin, target.commit or ""),
            confidence=candidate.confidence,
            context=candidate.key,
            parts=(*(Part(name, Secret(value)) for name, value in candidate.groups), *parts),
            sidecars=sidecars(page.data, candidate.start, candidate.end),
            nearby=nearby(page.data, candidate.start, page.path, candidate.key),
            real=target.real,
            store=target.store,
            tracked=target.tracked,
        )


def resolve(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep one candidate for every stretch of text: the surest form, then the surer, then the longer one.

    Between two kinds of one provider the one whose exact name stands before the value wins, whatever its form.
    """
    best = sorted(_named_first(candidates), key=lambda c: (-c.rank, -c.confidence, c.start - c.end, c.start, c.rule))
    starts: list[int] = []
    kept: list[Candidate] = []
    for candidate in best:
        place = bisect_left(starts, candidate.end)
        if place and kept[place - 1].end > candidate.start:
            continue
        starts.insert(place, candidate.start)
        kept.insert(place, candidate)
    return kept


def _named_first(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    best: dict[tuple[str, int], int] = {}
    for candidate in candidates:
        if candidate.detector is not None:
            place = (candidate.detector.provider, candidate.start)
            best[place] = max(best.get(place, 0), candidate.rank)
    for candidate in candidates:
        detector = candidate.detector
        if detector is not None and detector.form is Form.VALUE and candidate.confidence is Confidence.HIGH:
            yield replace(candidate, rank=best[detector.provider, candidate.start] + 1)
        else:
            yield candidate
