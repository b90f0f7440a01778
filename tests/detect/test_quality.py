"""How much is found and how much is wrongly reported, on the labelled corpus of ``tests/bench``.

The floors follow what has been reached; they rise, and never fall without a reason in the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.detect.matcher import Matcher
from auditor.model import Confidence
from auditor.rulebook.book import Rulebook
from auditor.rulebook.schema import Form
from tests.bench.corpus import LABELS, Page, pages, write
from tests.bench.peers import Hit
from tests.bench.score import Result, at_least, judge, ours, read_labels, truths
from tests.bench.templates import FOLDER

# group: precision and recall at medium confidence and above
FLOORS = {"formats": (0.95, 0.90), "generic": (0.93, 0.65), "url": (0.95, 0.90), "together": (0.95, 0.72)}
CALIBRATION = {Confidence.HIGH: 0.9, Confidence.MEDIUM: 0.6}
MOST_NOISE = 0.5


@dataclass(frozen=True)
class Bench:
    """The corpus on disk and what the matcher reports in it."""

    tree: Path
    hits: Sequence[Hit]
    pages: Sequence[Page]

    def result(self, hits: Sequence[Hit]) -> Result:
        labels = read_labels(self.tree.parent / LABELS)
        return judge(hits, truths(self.tree, labels)["dev"])


@pytest.fixture(scope="module")
def bench(matcher: Matcher, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("bench")
    made = tuple(pages())
    write(folder, made)
    return Bench(folder / "files", ours(folder / "files", matcher), made)


def test_the_same_seed_makes_the_same_corpus(bench: Bench) -> None:
    assert tuple(pages()) == bench.pages


def test_another_seed_makes_other_values(bench: Bench) -> None:
    assert [page.data for page in pages("another")] != [page.data for page in bench.pages]


def test_the_corpus_is_large_and_varied(bench: Bench) -> None:
    labels = [label for page in bench.pages for label in page.labels]
    spots: Mapping[bool, set[tuple[str, int, str]]] = {
        truth: {(label.template, label.line, label.place) for label in labels if label.truth is truth}
        for truth in (True, False)
    }
    kinds = {Path(page.path).suffix or Path(page.path).name for page in bench.pages}
    assert sum(label.truth is True for label in labels) >= 600
    assert sum(label.truth is False for label in labels) >= 3000
    assert len(spots[True]) >= 150
    assert len(spots[False]) >= 250
    assert len(kinds) >= 25
    assert {label.split for label in labels} == {"dev", "held-out"}


def test_every_label_lies_in_its_text(bench: Bench) -> None:
    for page in bench.pages:
        lines = page.text.split("\n")
        for label in page.labels:
            assert 1 <= label.column <= len(lines[label.line - 1]) + 1, (page.path, label)
            assert label.end_column <= len(lines[label.end_line - 1]) + 1, (page.path, label)
            if label.truth and label.line == label.end_line:
                value = lines[label.line - 1][label.column - 1 : label.end_column - 1]
                assert value, (page.path, label)
                assert not set(value) & set("«»@") or label.kind != "@pw", (page.path, label)


def test_the_templates_themselves_hold_no_token(matcher: Matcher, book: Rulebook) -> None:
    found = [hit for hit in ours(FOLDER, matcher) if book.by_id(hit.rule).form in {Form.TOKEN, Form.VALUE}]
    assert not at_least(found, Confidence.MEDIUM)


@pytest.mark.parametrize("group", FLOORS)
def test_precision_and_recall_hold_their_floors(group: str, bench: Bench) -> None:
    score = bench.result(at_least(bench.hits, Confidence.MEDIUM)).scores[group]
    precision, recall = FLOORS[group]
    assert score.precision >= precision, score
    assert score.recall >= recall, score


@pytest.mark.parametrize("confidence", CALIBRATION)
def test_findings_are_as_sure_as_they_say(confidence: Confidence, bench: Bench) -> None:
    result = bench.result([hit for hit in bench.hits if hit.confidence == confidence.word])
    score = result.scores["together"]
    assert score.right / (score.right + score.wrong + len(result.noise)) >= CALIBRATION[confidence], score


def test_hardly_anything_is_reported_where_nothing_is_labelled(bench: Bench) -> None:
    assert bench.result(bench.hits).noise_rate <= MOST_NOISE
