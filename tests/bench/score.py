"""How well credentials are found in labelled files: ``python -m tests.bench.score [--peers]``.

Line by line: a credential's line that is reported is a true positive, a line that holds nothing but look-alikes and is
reported is a false one, and a reported line without any label is noise. Without ``--tree DIR --labels FILE`` the corpus
is generated.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from auditor import sources
from auditor.detect.matcher import Matcher
from auditor.detect.prepare import prepare
from auditor.model import Confidence
from auditor.rulebook.find import rules_folder
from auditor.workers import Crew
from tests.bench.corpus import Label, write
from tests.bench.peers import PEERS, Hit

GROUPS = ("formats", "generic", "url")
ALL = "together"
Unit = tuple[str, int, str]


@dataclass(frozen=True)
class Score:
    """Lines rightly and wrongly reported, and missed, of one group."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of reported labelled lines that hold a credential; 1 when nothing was reported."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of credentials' lines that were reported; 1 when there are none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Truth:
    """The labels of one split of a tree, and how many lines it has."""

    labels: tuple[Label, ...]
    lines: int

    @cached_property
    def by_line(self) -> Mapping[tuple[str, int], tuple[Label, ...]]:
        """Every label on every line that it covers."""
        found: dict[tuple[str, int], list[Label]] = defaultdict(list)
        for label in self.labels:
            for line in range(label.line, label.end_line + 1):
                found[label.file, line].append(label)
        return {place: tuple(labels) for place, labels in found.items()}

    def units(self, *, truth: bool) -> frozenset[Unit]:
        """The (file, line, group) of credentials, or of lines that hold nothing but look-alikes."""
        if truth:
            return frozenset((label.file, label.line, label.group) for label in self.labels if label.truth)
        return frozenset(
            (file, line, labels[0].group)
            for (file, line), labels in self.by_line.items()
            if all(label.truth is False for label in labels)
        )


@dataclass(frozen=True)
class Result:
    """What one tool reported, held against the labels: a score by group and together, and the unlabelled lines."""

    scores: Mapping[str, Score]
    noise: frozenset[tuple[str, int]]
    lines: int

    @property
    def noise_rate(self) -> float:
        """Unlabelled reported lines in a thousand."""
        return 1000 * len(self.noise) / self.lines if self.lines else 0.0


def judge(hits: Iterable[Hit], truth: Truth) -> Result:
    """Hold ``hits`` against ``truth``; hits in files of another split are no part of it."""
    files = {label.file for label in truth.labels}
    placed = {place for hit in hits if hit.file in files for place in _places(hit, truth)}
    reached = {label for place in placed for label in truth.by_line.get(place, ()) if label.truth}
    right = {(label.file, label.line, label.group) for label in reached}
    wrong = {unit for unit in truth.units(truth=False) if unit[:2] in placed}
    missed = truth.units(truth=True) - right
    scores = {group: _score(group, right, wrong, missed) for group in GROUPS}
    scores[ALL] = Score(len(right), len(wrong), len(missed))
    return Result(scores, frozenset(place for place in placed if place not in truth.by_line), truth.lines)


def _places(hit: Hit, truth: Truth) -> list[tuple[str, int]]:
    """The lines of ``hit`` that hold a credential, or its first line when none does."""
    lines = [(hit.file, line) for line in range(hit.line, max(hit.line, hit.end_line) + 1)]
    return [place for place in lines if any(label.truth for label in truth.by_line.get(place, ()))] or lines[:1]


def _score(group: str, *units: Iterable[Unit]) -> Score:
    return Score(*(sum(unit[2] == group for unit in found) for found in units))


def matcher() -> Matcher:
    """Return the matcher as it ships."""
    return prepare((rules_folder() / "providers",), None)[1]


def ours(tree: Path, with_: Matcher | None = None) -> list[Hit]:
    """Run our own sources and matcher over ``tree``, in this process."""
    haul = Crew(sources.Reader().read, (with_ or matcher()).matches, 1).run(sources.walk((tree,)))
    root = tree.as_posix().rstrip("/") + "/"
    return [
        Hit(
            (match.real or match.location.path).removeprefix(root),
            match.location.line,
            match.location.column,
            match.location.end_column,
            match.rule,
            match.confidence.word,
        )
        for match in haul.matches
    ]


def at_least(hits: Iterable[Hit], confidence: Confidence) -> list[Hit]:
    """Return the hits that are as sure as ``confidence`` or surer."""
    words = {level.word for level in Confidence if level >= confidence}
    return [hit for hit in hits if hit.confidence in words]


def truths(tree: Path, labels: Sequence[Label]) -> dict[str, Truth]:
    """Return the labels by split; files of the tree without a label count as lines of the first split."""
    split_of = {label.file: label.split for label in labels}
    splits = sorted(set(split_of.values()))
    lines: dict[str, int] = defaultdict(int)
    for path in tree.rglob("*"):
        if path.is_file():
            lines[split_of.get(path.relative_to(tree).as_posix(), splits[0])] += path.read_bytes().count(b"\n")
    return {split: Truth(tuple(label for label in labels if label.split == split), lines[split]) for split in splits}


def read_labels(listing: Path) -> list[Label]:
    """Read labels, one JSON object a line; all but file, line, truth and group may be left out."""
    return [_read(json.loads(line)) for line in listing.read_text("utf-8").splitlines() if line.strip()]


def _read(row: dict[str, object]) -> Label:
    usual = {"column": 1, "end_line": row["line"], "end_column": 1 << 30, "place": "", "kind": "", "template": ""}
    return Label(**{**usual, "split": "all", **row})  # type: ignore[arg-type]


def rows(name: str, result: Result) -> list[str]:
    """Return the lines of the table for one tool."""
    return [
        f"| {name} | {group} | {score.right} | {score.wrong} | {score.missed} | {score.precision:.3f} "
        f"| {score.recall:.3f} | {score.f1:.3f} | {f'{result.noise_rate:.2f}' if group == ALL else ''} |"
        for group, score in result.scores.items()
    ]


HEAD = (
    "| tool | group | right | wrong | missed | precision | recall | F1 | noise per 1 000 lines |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
)


def reports(tree: Path, arguments: argparse.Namespace) -> dict[str, list[Hit]]:
    """Run every tool that was asked for; name to what it reported."""
    own = ours(tree)
    found = {f"agent-audit ≥ {level.word}": at_least(own, level) for level in Confidence}
    for name, (usual, run) in PEERS.items() if arguments.peers else ():
        binary = getattr(arguments, name.replace("-", "_")) or shutil.which(usual)
        if binary is None:
            sys.stderr.write(f"{name} is not on PATH: left out\n")
        else:
            found[name] = run(binary, tree)
    return found


def main() -> None:
    """Print the table, dev and held-out apart."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        listing = arguments.labels or write(Path(folder))
        tree = (arguments.tree or Path(folder) / "files").resolve()
        labels = read_labels(listing)
        found = reports(tree, arguments)
        for split, truth in truths(tree, labels).items():
            sys.stdout.write("\n".join([f"\n{split}: {truth.lines} lines", "", *HEAD, ""]))
            for name, hits in found.items():
                sys.stdout.write("\n".join([*rows(name, judge(hits, truth)), ""]))
        if arguments.lessons:
            from tests.bench.lessons import lessons

            arguments.lessons.write_text(lessons(ours(tree), truths(tree, labels), tree), "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.score", description=__doc__)
    parser.add_argument("--tree", type=Path, help="a labelled tree (default: the generated corpus)")
    parser.add_argument("--labels", type=Path, help="its labels, JSON lines")
    parser.add_argument("--peers", action="store_true", help="run the other scanners too")
    parser.add_argument("--lessons", type=Path, help="write misses and false alarms of the dev split here, with lines")
    for name in PEERS:
        parser.add_argument(f"--{name}", help=f"where {name} is (default: on PATH)")
    arguments = parser.parse_args()
    if (arguments.tree is None) != (arguments.labels is None):
        parser.error("--tree and --labels go together")
    return arguments


if __name__ == "__main__":
    main()
