"""The labelled development corpus: ``python -m tests.bench.corpus FOLDER`` writes it with ``labels.jsonl`` beside it.

Small files as real repositories hold them, about two hundred kinds by hand, each filled several times with other names
and values. Every credential and every look-alike in them is labelled, so that what else is reported is noise. A third
of the templates is held out: scored, but never looked at while the matcher is tuned.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from auditor.rulebook.book import Rulebook, read_folders
from auditor.rulebook.exemplar import exemplar
from auditor.rulebook.find import rules_folder
from auditor.rulebook.schema import Detector, Form
from tests.bench.templates import Filler, Mark, Template, read

SEED = "agent-audit"
LABELS = "labels.jsonl"
_HELD_OUT = 0.3
_PLAIN = re.compile(r"[!-&(-\[\]-~]{8,400}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_TRIES = 40


@dataclass(frozen=True)
class Label:
    """What stands at a place: a credential (``truth``), a look-alike (False) or something arguable (None).

    Lines and columns count from 1 in characters, ``end_column`` is exclusive. ``place`` says where such values stand,
    ``kind`` what it was made from, ``split`` is ``dev`` or ``held-out``.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    truth: bool | None
    group: str
    place: str
    kind: str
    template: str
    split: str


@dataclass(frozen=True)
class Page:
    """One file of the corpus: its path, its text as decoded, its bytes, and its labels."""

    path: str
    text: str
    data: bytes
    labels: tuple[Label, ...]
    split: str


def pages(seed: str = SEED) -> Iterator[Page]:
    """Yield the whole corpus, the same for the same seed and rules."""
    for template in read():
        for copy in range(template.copies):
            yield _page(template, copy, seed, _samples())


@cache
def _samples() -> Samples:
    return Samples(Rulebook.of(read_folders((rules_folder() / "providers",))))


def _page(template: Template, copy: int, seed: str, samples: Samples) -> Page:
    filler = Filler(f"{seed}/{template.id}/{copy}", samples.one_file())
    path = f"{template.id}-{copy}/{filler.path(template)}"
    text, marks = filler.text(template)
    split = "held-out" if _share(template.id) < _HELD_OUT else "dev"
    data = text.replace("\n", template.newline).encode(template.encoding)
    return Page(path, text, data, tuple(_label(path, mark, template.id, split) for mark in marks), split)


def _label(path: str, mark: Mark, template: str, split: str) -> Label:
    span = (mark.line, mark.column, mark.end_line, mark.end_column)
    return Label(path, *span, mark.truth, mark.group, mark.where, mark.kind, template, split)


def _share(name: str) -> float:
    return int.from_bytes(_digest(name), "big") / 2**32


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:4]


class Samples:
    """Tokens in the shapes of the rulebook, for the slots ``@rk1`` (a rule's name), ``@rv1`` (its value) and others.

    ``tv``: a value that identifies itself; ``tx``: its prefix with a mask; ``tp``: its prefix; ``te``: cut by dots.
    """

    def __init__(self, book: Rulebook) -> None:
        usable = [d for d in book.detectors() if not (d.public or d.identifier or d.needs_pair)]
        self._book = book
        self._named = [d for d in usable if _names(d) and d.form in {Form.TOKEN, Form.VALUE} and self.made(d)]
        self._tokens = [d for d in usable if d.form is Form.TOKEN and d.prefix and self.made(d)]

    @staticmethod
    def made(detector: Detector, seed: str = "a") -> str:
        """Return a value that ``detector``'s whole expression matches, empty when none was met."""
        for attempt in range(_TRIES):
            value = exemplar(detector.regex, f"{seed}/{attempt}", checksum=detector.checksum)
            if _PLAIN.fullmatch(value) and re.fullmatch(detector.regex, value, re.IGNORECASE * detector.ignore_case):
                return value
        return ""

    def one_file(self) -> _OneFile:
        """Return what fills the slots of one file."""
        return _OneFile(self)

    def choose(self, chance: random.Random, slot: str) -> Detector:
        """Return a rule for ``slot``: the one that a draw ranks first, so that new rules move few old choices."""
        draw = str(chance.random())
        return min(self._named if slot.startswith("r") else self._tokens, key=lambda d: _digest(draw + d.id))

    def by_id(self, rule: str) -> Detector:
        """Return the rule called ``rule``."""
        return self._book.by_id(rule)


class _OneFile:
    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._chosen: dict[str, Detector] = {}

    def __call__(self, chance: random.Random, slot: str, argument: str) -> str:
        if slot == "rule":
            return self._samples.made(self._samples.by_id(argument), str(chance.random()))
        family = ("r" if slot.startswith("r") else "t") + slot[-1]
        if family not in self._chosen:
            self._chosen[family] = self._samples.choose(chance, slot)
        detector = self._chosen[family]
        if slot.startswith("rk"):
            return _names(detector)[0]
        if slot[:2] in {"rv", "tv"}:
            return self._samples.made(detector, str(chance.random()))
        return detector.prefix + {"tx": "x" * 24, "tp": "", "te": "..."}[slot[:2]]


def _names(detector: Detector) -> Sequence[str]:
    return [key for key in detector.keys if _NAME.fullmatch(key)]


def write(folder: Path, made: Iterable[Page] | None = None) -> Path:
    """Write ``made`` (None: the corpus) into ``folder``; return the path of its labels, beside the tree ``files``."""
    labels: list[Label] = []
    for page in pages() if made is None else made:
        target = folder / "files" / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page.data)
        labels.extend(page.labels)
    listing = folder / LABELS
    listing.write_text("".join(json.dumps(asdict(label), ensure_ascii=False) + "\n" for label in labels), "utf-8")
    return listing


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1]))}\n")
