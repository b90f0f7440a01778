"""A rule's own proof: every example is found once, by this rule; no counter-example is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.model.frozen import frozen
from auditor.rulebook.book import Rulebook
from auditor.rulebook.exemplar import exemplar, fill
from auditor.rulebook.schema import Detector, Example, Form

Find = Callable[[str, str], list[str]]
"""(file name, text) to the ids of the rules that match, one entry a match."""


@frozen
class Complaint:
    """One example that does not behave: the rule, which example, and what to do about it."""

    rule: str
    place: str
    says: str


def specimen(detector: Detector, seed: str) -> str:
    """A made-up value for ``detector``; for a carrier rule, a password-like one."""
    if detector.form is Form.CARRIER:
        return exemplar("[a-z]{3}[0-9][A-Z][a-z]{2}[0-9][A-Za-z0-9]{6}", seed)
    if detector.form is Form.PATTERN:
        return exemplar(detector.regex.removeprefix("(?i)"), seed)
    return exemplar(detector.regex.removeprefix("(?i)"), seed, checksum=detector.checksum)


def text_of(example: Example, detector: Detector, book: Rulebook, place: int) -> str:
    """The example's text with its slots filled, the same on every machine."""

    def other(rule: str, seed: str) -> str:
        return specimen(book.by_id(rule), seed)

    return fill(example.text, f"{detector.id}-{place}", lambda seed: specimen(detector, seed), other)


def complaints(detector: Detector, book: Rulebook, find: Find) -> Iterator[Complaint]:
    """Yield what is wrong with ``detector``'s examples when ``find`` looks at them."""
    for place, example in enumerate(detector.examples):
        hits = find(example.file, text_of(example, detector, book, place))
        count = hits.count(detector.id)
        where = f"{'example' if example.wanted else 'counter-example'} {place + 1} ({example.file})"
        if example.wanted and count == 0:
            also = f"; found instead: {', '.join(hits)}" if hits else ""
            yield Complaint(detector.id, where, f"is not found{also}")
        elif not example.wanted and count:
            yield Complaint(detector.id, where, "is found, but must not be")
