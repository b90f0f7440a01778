"""The hand-written file templates of the corpus, and how one is filled.

A template file holds blocks that begin with ``=== id path [xN] [crlf|utf16|bom]``. In path and text,

    @maker, @maker:argument     is a made-up value (``values.MAKERS``); ``@@`` before anything else is one ``@``
    «~a|b»                      is one of the alternatives, unlabelled
    «+g.class:a|b»              is a credential: group f(ormats), g(eneric) or u(rl), then a word for where it stands
    «-g.class:a|b»              is a look-alike, which nobody should report
    «?a»                        may be seen either way: it counts for nothing

A bar within an alternative is written ``\\|``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.values import MAKERS, SIZED, STEADY

FOLDER = Path(__file__).parent / "templates"
GROUPS = {"f": "formats", "g": "generic", "u": "url"}
_USUAL_COPIES = 4
_ENCODINGS = {"utf16": "utf-16", "bom": "utf-8-sig"}
_SLOT = re.compile(r"«([~?]|[+-]([fgu])\.([\w-]+):)([^»]*)»")
_BAR = re.compile(r"(?<!\\)\|")
_RULE_SLOTS = tuple(f"{name}{number}" for name in ("rk", "rv", "tv", "tx", "tp", "te") for number in range(1, 6))
_NAMES = "|".join(sorted([*MAKERS, *_RULE_SLOTS], key=len, reverse=True))
_SIZED = "|".join(sorted(SIZED))
_MADE = re.compile(
    rf"@@(?!(?:{_NAMES})(?![0-9A-Za-z]))|@(?:(?P<sized>{_SIZED}):(?P<size>\d+)|rule:(?P<rule>[a-z0-9-]+)|(?P<name>{_NAMES}))"
    r"(?![0-9A-Za-z])"
)

Rules = Callable[[random.Random, str, str], str]
"""(chance, slot, argument) to what a slot for a rule's token holds; the same slot of a file, the same rule."""


@dataclass(frozen=True)
class Template:
    """One file to be: where it lies, its text with slots, how often it is made, and how its bytes are written."""

    id: str
    path: str
    text: str
    copies: int = _USUAL_COPIES
    encoding: str = "utf-8"
    newline: str = "\n"


@dataclass(frozen=True)
class Mark:
    """A labelled stretch of a filled template; lines and columns from 1, ``end_column`` exclusive.

    ``truth`` is None where opinions differ. ``kind`` is the alternative it was made from.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    truth: bool | None
    group: str
    where: str
    kind: str


def read() -> Iterator[Template]:
    """Yield every template, in order of file and place."""
    for path in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            head, _, text = block.partition("\n")
            yield _template(head.split(), text.rstrip("\n") + "\n")


def _template(head: list[str], text: str) -> Template:
    name, path, *flags = head
    copies = next((int(flag[1:]) for flag in flags if re.fullmatch(r"x\d+", flag)), _USUAL_COPIES)
    encoding = next((_ENCODINGS[flag] for flag in flags if flag in _ENCODINGS), "utf-8")
    return Template(name, path, text, copies, encoding, "\r\n" if "crlf" in flags else "\n")


class Filler:
    """Fills one copy of a template: the same seed, the same text."""

    def __init__(self, seed: str, rules: Rules) -> None:
        self._chance = random.Random(seed)
        self._rules = rules
        self._steady: dict[str, str] = {}

    def path(self, template: Template) -> str:
        """Return where this copy lies, without the folder that keeps copies apart."""
        return "".join(text for text, _ in self._pieces(template.path))

    def text(self, template: Template) -> tuple[str, tuple[Mark, ...]]:
        """Return the text of this copy (lines end with LF) and its marks, in order of place."""
        line = column = 1
        written: list[str] = []
        marks: list[Mark] = []
        for text, slot in self._pieces(template.text):
            breaks = text.count("\n")
            end_line = line + breaks
            end_column = len(text) - text.rfind("\n") if breaks else column + len(text)
            if slot:
                marks.append(_mark(slot, (line, column, end_line, end_column)))
            written.append(text)
            line, column = end_line, end_column
        return "".join(written), tuple(marks)

    def _pieces(self, text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        place = 0
        for match in _SLOT.finditer(text):
            yield self._made(text[place : match.start()]), {}
            kind = self._chance.choice(_BAR.split(match[4])).replace("\\|", "|")
            sign = match[1][0]
            slot = {"sign": sign, "group": match[2] or "", "where": match[3] or "", "kind": kind}
            yield self._made(kind), {} if sign == "~" else slot
            place = match.end()
        yield self._made(text[place:]), {}

    def _made(self, text: str) -> str:
        return _MADE.sub(self._value, text)

    def _value(self, match: re.Match[str]) -> str:
        name = match["sized"] or match["name"] or ""
        if match["rule"]:
            return self._rules(self._chance, "rule", match["rule"])
        if not name:
            return "@"
        if name in STEADY:
            if name not in self._steady:
                self._steady[name] = MAKERS[name](self._chance, "")
            return self._steady[name]
        if name in MAKERS:
            return MAKERS[name](self._chance, match["size"] or "")
        return self._rules(self._chance, name, "")


def _mark(slot: Mapping[str, str], span: tuple[int, int, int, int]) -> Mark:
    truth = {"+": True, "-": False}.get(slot["sign"])
    return Mark(*span, truth, GROUPS.get(slot["group"], ""), slot["where"], slot["kind"])
