"""Every rule in the book, by its own examples, with both engines."""

from __future__ import annotations

import pytest

from auditor.detect.matcher import Matcher
from auditor.model import Fragment, Origin, Target
from auditor.rulebook.book import Rulebook, read_folders
from auditor.rulebook.check import complaints, text_of
from auditor.rulebook.find import rules_folder

RULES = [
    (provider.id, detector.id)
    for provider in read_folders((rules_folder() / "providers",))
    for detector in provider.detectors
]


def hits(matcher: Matcher, file: str, text: str) -> list[tuple[str, int, int, int]]:
    found = matcher.matches(Fragment(Target(Origin.FILE, file, ""), text.encode()))
    return [(m.rule, m.location.line, m.location.column, m.location.end_column) for m in found]


@pytest.mark.parametrize("rule", [rule for _, rule in RULES])
def test_every_example_is_found_and_no_counter_example_is(rule: str, book: Rulebook, matcher: Matcher) -> None:
    wrong = list(complaints(book.by_id(rule), book, lambda file, text: [h[0] for h in hits(matcher, file, text)]))
    assert not wrong, "\n".join(f"{c.rule}: {c.place} {c.says}" for c in wrong)


@pytest.mark.parametrize("provider", sorted({provider for provider, _ in RULES}))
def test_both_engines_give_the_same_matches(
    provider: str, book: Rulebook, matcher: Matcher, reference: Matcher
) -> None:
    for detector in book.provider(provider).detectors:
        for place, example in enumerate(detector.examples):
            text = text_of(example, detector, book, place)
            assert hits(matcher, example.file, text) == hits(reference, example.file, text), (detector.id, place)


@pytest.mark.parametrize("provider", sorted({provider for provider, _ in RULES}))
def test_every_provider_says_how_to_get_rid_of_it(provider: str, book: Rulebook) -> None:
    value = book.provider(provider)
    assert value.remediation.revoke
    assert value.remediation.rotate
    assert value.remediation.replace
    assert all(reference.startswith("https://") for reference in value.references)
    for detector in value.detectors:
        assert detector.powers or detector.public or detector.identifier, f"{detector.id} has no bare-token default"
        assert all(book.has(pair) for pair in detector.pairs), f"{detector.id} pairs with an unknown rule"


def test_the_book_is_large_enough() -> None:
    assert len({provider for provider, _ in RULES}) >= 90
