"""Rules proven: run over their examples by the engine and by plain ``re``, and tried with texts made to be hard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from auditor.detect.engine import Engine
from auditor.detect.expressions import plan
from auditor.detect.matcher import Matcher
from auditor.detect.reference import Reference
from auditor.detect.spans import exact
from auditor.errors import RuleError
from auditor.model.frozen import frozen, replace
from auditor.model.place import Fragment, Origin, Target
from auditor.rulebook import check
from auditor.rulebook.book import Rulebook
from auditor.rulebook.check import Complaint, Find, Look
from auditor.rulebook.schema import Detector, Form, Provider
from auditor.rulebook.strain import Trial, attacks, pathological

_LOOK_AHEAD = 512


@frozen
class Bench:
    """A rulebook and two ways to look with it: by the engine, and by plain ``re``."""

    book: Rulebook
    engine: Look
    reference: Look


def bench(providers: Sequence[Provider]) -> Bench:
    """Return the ways to look with ``providers``. Raises ``RuleError`` when ids repeat or a pattern is refused."""
    book = Rulebook.of(providers)
    planned = plan(tuple(book.detectors()))
    fast = Matcher(book, Engine.compile(planned.expressions), planned.groups, planned.named_from)
    slow = Matcher(book, Reference(planned.expressions), planned.groups, planned.named_from)
    return Bench(book, look_of(fast), look_of(slow))


def faults(detectors: Iterable[Detector], on: Bench, *, own: bool) -> Iterator[Complaint]:
    """Yield the examples that do not hold, and those that the two matchers see differently.

    ``own``: the rules are a user's; where another rule goes before one of them, it is asked to hold alone.
    """
    for detector in detectors:
        yield from check.complaints(detector, on.book, ids_of(on.engine), alone(detector, on.book) if own else None)
        yield from check.disagreements(detector, on.book, on.engine, on.reference)


def refuse(book: Rulebook, matcher: Matcher, slugs: Iterable[str]) -> None:
    """Raise ``RuleError`` for the first rule of the providers ``slugs`` whose examples do not hold."""
    for slug in slugs:
        for detector in book.provider(slug).detectors:
            for wrong in check.complaints(detector, book, ids_of(look_of(matcher)), alone(detector, book)):
                what = f"provider {slug!r}: {wrong.rule}: {wrong.place} {wrong.says}"
                raise RuleError(
                    what, "a rule that fails its own examples is not used; `agent-audit rules check` tells all"
                )


def strained(detectors: Iterable[Detector]) -> Iterator[Complaint]:
    """Yield the patterns that a crafted text keeps busy for seconds."""
    trials = []
    for detector in detectors:
        if detector.form is not Form.CARRIER:
            look = exact(detector)
            texts = attacks(detector.regex, look.reach + _LOOK_AHEAD)
            trials.append(
                Trial(detector.id, look.regex.pattern.decode("ascii"), look.regex.flags & re.IGNORECASE, texts)
            )
    for rule in pathological(trials):
        yield Complaint(
            rule, "pattern", "takes seconds on a crafted text: let no two neighbouring repeats fit the same"
        )


def alone(detector: Detector, book: Rulebook) -> Find:
    """Look with one rule only, no other beside it; compiled when first used."""
    made: list[Find] = []

    def find(file: str, text: str) -> list[str]:
        if not made:
            provider = replace(book.provider(detector.provider), detectors=(detector,))
            planned = plan(provider.detectors)
            engine = Engine.compile(planned.expressions[: len(planned.groups)])
            matcher = Matcher(Rulebook.of([provider]), engine, planned.groups, planned.named_from)
            made.append(ids_of(look_of(matcher)))
        return made[0](file, text)

    return find


def look_of(matcher: Matcher) -> Look:
    """``matcher`` as a function of file name and text."""

    def look(file: str, text: str) -> list[tuple[str, int, int, int]]:
        found = matcher.matches(Fragment(Target(Origin.FILE, file, ""), text.encode()))
        return [(m.rule, m.location.line, m.location.column, m.location.end_column) for m in found]

    return look


def ids_of(look: Look) -> Callable[[str, str], list[str]]:
    """The rules that a look finds, one entry a match."""
    return lambda file, text: [hit[0] for hit in look(file, text)]
