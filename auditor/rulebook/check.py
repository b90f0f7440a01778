"""A rule's own proof: every example is found once, by this rule; no counter-example is; two ways to match agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from auditor.errors import RuleError
from auditor.model.frozen import frozen
from auditor.rulebook.book import Rulebook
from auditor.rulebook.exemplar import exemplar, fill
from auditor.rulebook.schema import Detector, Example, Form, Provider

Find = Callable[[str, str], list[str]]
"""(file name, text) to the ids of the rules that match, one entry a match."""

Look = Callable[[str, str], list[tuple[str, int, int, int]]]
"""(file name, text) to (rule id, line, column, end column) of every match."""


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


def complaints(detector: Detector, book: Rulebook, find: Find, alone: Find | None = None) -> Iterator[Complaint]:
    """Yield what is wrong with ``detector``'s examples when ``find`` looks at them.

    ``alone`` looks without the shipped rules: an example that a shipped rule claims for itself is proven there.
    """
    for place, example in enumerate(detector.examples):
        text = text_of(example, detector, book, place)
        hits = find(example.file, text)
        if example.wanted and detector.id not in hits:
            if alone is None or detector.id not in alone(example.file, text):
                also = f"; found instead: {', '.join(hits)}" if hits else ""
                yield Complaint(detector.id, _named(example, place), f"is not found{also}")
        elif not example.wanted and detector.id in hits:
            yield Complaint(detector.id, _named(example, place), "is found, but must not be")


def disagreements(detector: Detector, book: Rulebook, engine: Look, reference: Look) -> Iterator[Complaint]:
    """Yield the examples of ``detector`` in which the plain reference finds it where the fast engine does not.

    The other way round nothing is proven: the reference tries one end for every start, the engine all of them.
    """
    for place, example in enumerate(detector.examples):
        text = text_of(example, detector, book, place)
        missed = set(reference(example.file, text)) - set(engine(example.file, text))
        if any(hit[0] == detector.id for hit in missed):
            yield Complaint(detector.id, _named(example, place), "is found by plain `re`, but not by the engine")


def _named(example: Example, place: int) -> str:
    return f"{'example' if example.wanted else 'counter-example'} {place + 1} ({example.file})"


def read(folder: Path) -> dict[str, Provider]:
    """Return the providers of ``folder`` by file name, sorted. Raises ``RuleError`` for what is wrong or missing."""
    from auditor.rulebook import load

    found = {path.name: load.provider(load.parse(path), path.name) for path in sorted(folder.glob("*.yaml"))}
    if not found:
        raise RuleError(f"{folder}: holds no .yaml file", "name the folder of your provider files")
    return found
