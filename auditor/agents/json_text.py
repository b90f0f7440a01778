"""A small JSON reader that knows the line of every key: strict JSON, or JSON with comments and trailing commas.

The standard library's reader is faster and is tried first; this one answers what that cannot: on which line a key
stands, whether a key is set twice, and, in plain words, what is wrong on which line (RFC 8259; JSONC as VS Code reads
it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from auditor.model.lazy import lazy_pattern

KeyPath = tuple[str | int, ...]

DEEPEST = 128
_TOKEN = lazy_pattern(
    r"""(?P<space>[ \t\r\n]+)|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")
    |(?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_$][\w$]*)|(?P<mark>[{}\[\],:])""",
    re.VERBOSE | re.DOTALL,
)
_SPACE = lazy_pattern(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_WORDS = {"true": True, "false": False, "null": None}


class JsonError(ValueError):
    """What is wrong with a JSON text and on which line (from 1)."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


@dataclass
class Parsed:
    """A value, the line of every key path in it, and the keys that are set more than once."""

    value: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)


def parse(text: str, *, tolerant: bool = False) -> Parsed:
    """The value of a JSON text with its lines; ``tolerant`` allows comments and trailing commas.

    Raises:
        JsonError: when the text is not JSON, with the line.
    """
    return _Reader(text, tolerant=tolerant).whole()


def line_of(text: str, path: KeyPath) -> int:
    """The line of one key path in a text that is known to be strict JSON; 0 when it is not there.

    Values beside the way are stepped over by the standard library's scanner: for large files with few questions.
    """
    at = _gap(text, 0)
    found = 0
    for step in path:
        members = dict(_members(text, at))
        if step not in members:
            return 0
        found, at = members[step]
    return text.count("\n", 0, found) + 1


def _members(text: str, at: int) -> Iterator[tuple[str | int, tuple[int, int]]]:
    """The keys or indexes of the value at ``at``, each with where it and its value start."""
    opening, at = text[at : at + 1], _gap(text, at + 1)
    index = 0
    while opening in {"{", "["} and at < len(text) and text[at] not in "}]":
        start, name = at, index
        key: str | int = name
        if opening == "{":
            key, at = _DECODER.raw_decode(text, at)
            at = _gap(text, _gap(text, at) + 1)
        yield key, (start, at)
        _, at = _DECODER.raw_decode(text, at)
        at = _gap(text, at)
        at = _gap(text, at + 1) if text[at : at + 1] == "," else at
        index += 1


def _gap(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


class _Reader:
    def __init__(self, text: str, *, tolerant: bool) -> None:
        self.text = text
        self.tolerant = tolerant
        self.at = 0
        self.line = 1
        self.kind = ""
        self.mark = ""
        self.from_line = 1
        self.out = Parsed()

    def whole(self) -> Parsed:
        self.step()
        self.out.value = self.value((), 0)
        if self.kind:
            raise JsonError(self.from_line, "text after the end of the value")
        return self.out

    def step(self) -> None:
        """Move to the next token; at the end of the text ``kind`` is empty."""
        while self.at < len(self.text):
            found = _TOKEN.match(self.text, self.at)
            if found is None:
                raise JsonError(self.line, self._bad_character())
            self.kind, self.mark, self.from_line = found.lastgroup or "", found[0], self.line
            self.at = found.end()
            self.line += self.mark.count("\n")
            if self.kind == "comment" and not self.tolerant:
                raise JsonError(self.from_line, "a comment is not allowed")
            if self.kind not in {"space", "comment"}:
                return
        self.kind, self.mark, self.from_line = "", "", self.line

    def value(self, path: KeyPath, depth: int) -> Any:
        if depth > DEEPEST:
            raise JsonError(self.from_line, f"nested deeper than {DEEPEST} levels")
        if self.mark == "{":
            return self._object(path, depth)
        if self.mark == "[":
            return self._array(path, depth)
        said = self._scalar()
        self.step()
        return said

    def _scalar(self) -> Any:
        if self.kind == "string":
            return self._string()
        if self.kind == "number":
            return _number(self.mark)
        if self.kind == "word" and self.mark in _WORDS:
            return _WORDS[self.mark]
        raise JsonError(self.from_line, "the text ends too early" if not self.kind else "a value is missing")

    def _string(self) -> str:
        try:
            return str(json.loads(self.mark))
        except ValueError:
            raise JsonError(self.from_line, "a wrong escape in a string") from None

    def _object(self, path: KeyPath, depth: int) -> dict[str, Any]:
        said: dict[str, Any] = {}
        self.step()
        while self.mark != "}":
            if self.kind != "string":
                raise JsonError(self.from_line, "a key in double quotes is missing")
            key, line = self._string(), self.from_line
            self.step()
            self._expect(":", "a colon is missing")
            here = (*path, key)
            if key in said:
                self.out.duplicates.append(f"line {line}: {'.'.join(map(str, here))} is set again; the last one counts")
                self._forget(here)
            self.out.lines[here] = line
            said[key] = self.value(here, depth + 1)
            self._comma("}")
        self.step()
        return said

    def _array(self, path: KeyPath, depth: int) -> list[Any]:
        said: list[Any] = []
        self.step()
        while self.mark != "]":
            here = (*path, len(said))
            self.out.lines[here] = self.from_line
            said.append(self.value(here, depth + 1))
            self._comma("]")
        self.step()
        return said

    def _comma(self, closing: str) -> None:
        """Between two members: a comma, or the closing mark; a comma before the mark only when tolerant."""
        if self.mark == closing and self.kind == "mark":
            return
        line = self.from_line
        self._expect(",", "a comma is missing" if self.kind else "the text ends too early")
        if self.mark == closing and not self.tolerant:
            raise JsonError(line, "trailing comma")

    def _expect(self, mark: str, what: str) -> None:
        if self.kind != "mark" or self.mark != mark:
            raise JsonError(self.from_line, what)
        self.step()

    def _forget(self, path: KeyPath) -> None:
        for known in [key for key in self.out.lines if key[: len(path)] == path]:
            del self.out.lines[known]

    def _bad_character(self) -> str:
        character = self.text[self.at]
        if character == '"':
            return "a string is not closed"
        return "a key or string in single quotes" if character == "'" else "an unexpected character"


def _number(token: str) -> int | float:
    """A JSON number; integers beyond 300 digits become infinite floats as JavaScript makes them."""
    if any(mark in token for mark in ".eE") or len(token) > 300:  # noqa: PLR2004
        return float(token)
    return int(token)
