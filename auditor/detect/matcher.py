"""One fragment in, its matches out: nominate, decide, attribute, resolve, pair."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from auditor.detect.attribution import attribute
from auditor.detect.candidates import Candidate, Page, from_carrier, from_detector
from auditor.detect.carriers import CARRIERS
from auditor.detect.context import key_path, nearby, sidecars
from auditor.detect.decode.clues import TELLTALES, Nominates, Sieve
from auditor.detect.decode.settle import Hit, settled
from auditor.detect.decode.views import DEEPEST, Budget, views
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
_TRANSCRIPT = ".jsonl"


class Matcher:
    """Finds credentials in fragments with one rulebook and one engine."""

    def __init__(self, book: Rulebook, engine: Nominates, groups: Sequence[Sequence[int]], named_from: int) -> None:
        self._book = book
        self._engine = engine
        self._groups = groups
        self._named_from = named_from
        self._sieve = Sieve(engine.another)

    def matches(self, fragment: Fragment) -> tuple[Match, ...]:
        """Return the matches that are new in ``fragment``, in order of place, one for each value and place."""
        path = fragment.target.path
        events, runs = self._engine.events(fragment.data), self._sieve.clues(fragment.data, path)
        if not events and not runs:
            return ()
        data = bytes(fragment.data)
        page = Page(data, path, written(path), is_packed(path, data[:_HEAD]))
        fresh = [hit for hit in self._hits(page, events, runs, Budget()) if fragment.owns(hit.high)]
        lines = LineIndex(fragment)
        return tuple(self._match(hit, fragment, page, lines) for hit in fresh)

    def _hits(self, page: Page, events: Sequence[Event], runs: Sequence[tuple[str, int]], budget: Budget) -> list[Hit]:
        """Everything found in ``page`` and in what is encoded in it, in order of place."""
        kept = resolve(self._attributed(self._candidates(events, page), page))
        hits = [Hit(one.candidate.start, one.candidate.end, one, page) for one in paired(kept, page.data)]
        for view in views(page, self._clues(events, runs)) if budget.depth < DEEPEST else ():
            if not budget.allows(view):
                break
            inner = Page(view.data, page.path, view.kind)
            with budget:
                found = self._hits(inner, self._engine.events(view.data), self._sieve.clues(view.data, ""), budget)
            hits = settled(hits, found, page, view)
        return hits

    def _clues(self, events: Sequence[Event], runs: Sequence[tuple[str, int]]) -> dict[str, list[int]]:
        """What tells of encoded text, and where each ends."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, end in events:
            place = number - len(self._groups)
            if place >= 0:
                found[CARRIERS[place].name if place < len(CARRIERS) else TELLTALES[place - len(CARRIERS)][0]].append(
                    end
                )
        for name, end in runs:
            found[name].append(end)
        return found

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
            elif generic_counts and number < carriers_from + len(CARRIERS):
                found.extend(from_carrier(CARRIERS[number - carriers_from], ends, page))
        return found

    def _named(self, ends: Sequence[int], page: Page) -> dict[int, list[int]]:
        """The detectors whose exact names stand before the values that end at ``ends``."""
        found: dict[int, list[int]] = {}
        for member, end in owners(self._book.names, page.data, ends):
            found.setdefault(member, []).append(end)
        return found

    def _of_detectors(self, members: Mapping[int, Sequence[int]], page: Page) -> Iterator[Candidate]:
        for member, ends in members.items():
            detector = self._book.detector(member)
            anyones = self._book.provider(detector.provider).category == _ANYONES
            yield from from_detector(detector, ends, page, anyones=anyones)

    def _attributed(self, candidates: Iterable[Candidate], page: Page) -> list[Candidate]:
        return [attribute(c, page, self._book) if c.detector is None else c for c in candidates]

    def _match(self, hit: Hit, fragment: Fragment, page: Page, lines: LineIndex) -> Match:
        target, candidate, inner = fragment.target, hit.item.candidate, hit.page
        line, column, end_column = lines.locate(hit.low, hit.high)
        detector = candidate.detector or self._book.by_id(candidate.rule)
        key = (
            candidate.key
            if inner is page
            else _joined_key(key_path(page.data, hit.low, page.path, page.kind), candidate.key)
        )
        return Match(
            rule=candidate.rule,
            provider=detector.provider,
            secret=Secret(inner.text(candidate.start, candidate.end)),
            location=Location(target.path, line, column, end_column, target.origin, target.commit or ""),
            confidence=candidate.confidence,
            context=key,
            parts=(*(Part(name, Secret(value)) for name, value in candidate.groups), *hit.item.parts),
            sidecars=sidecars(inner.data, candidate.start, candidate.end),
            nearby=nearby(inner.data, candidate.start, page.path, key),
            real=target.real,
            store=target.store,
            tracked=target.tracked,
            detail=_detail(page, hit.low),
        )


def _joined_key(outer: str, inner: str) -> str:
    """The key path of a value inside a value; what both tell is said once."""
    if not inner or outer.endswith(inner):
        return outer
    return f"{outer}.{inner}" if outer and not inner.endswith(outer) else inner


def _detail(page: Page, low: int) -> str:
    """What part of a conversation stands at ``low``, where lines are an agent's transcript."""
    if not page.path.endswith(_TRANSCRIPT):
        return ""
    from auditor.detect.decode.transcripts import detail

    return detail(page.data, low)


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
