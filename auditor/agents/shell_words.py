"""Shell command lines as simple commands: words, assignments, redirections and what stands in substitutions.

A reader for permission rules, not a shell: whatever it does not understand stays in the text of a command, so a rule
that has to match the whole text does not match by accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

_DEEPEST = 6
_REDIRECT = lazy_pattern(r"\d*(?:>>|>\||>&|<<<|<<-?|<&|<>|>|<)(?!\()|&>>?")
_OPERATOR = lazy_pattern(r"&&|\|\||\|&|;;&?|;&|[;|&()\n]")
ASSIGNMENT = lazy_pattern(r"[A-Za-z_]\w*\+?=")
_KEYWORDS = frozenset({"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "esac"})
_QUOTED = lazy_pattern(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)


@frozen
class Word:
    """One shell word: its value without quotes, where it starts in the command's text, and whether it is literal."""

    value: str
    start: int
    plain: bool


@frozen
class SimpleCommand:
    """One command of a line. ``text`` is as written without leading blanks; ``words`` exclude redirections.

    ``reads`` are files given by ``<``. ``writes``: output goes to a file. ``nested``: it stands in a substitution.
    """

    text: str
    words: tuple[Word, ...]
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    nested: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words' values, leading assignments left out."""
        return tuple(word.value for word in self.words[self.assigned :])

    @property
    def assigned(self) -> int:
        """How many leading words are ``NAME=value``."""
        for index, word in enumerate(self.words):
            if not ASSIGNMENT.match(word.value):
                return index
        return len(self.words)

    @property
    def plain(self) -> bool:
        """Whether every word is literal: no variable, substitution or glob."""
        return all(word.plain for word in self.words)

    def past(self, count: int) -> SimpleCommand:
        """The same command without its first ``count`` words."""
        if count <= 0 or count >= len(self.words):
            return self
        start = self.words[count].start
        words = tuple(Word(word.value, word.start - start, word.plain) for word in self.words[count:])
        return SimpleCommand(self.text[start:], words, self.reads, self.writes, self.nested)


@lru_cache(maxsize=2048)
def simple_commands(line: str) -> tuple[SimpleCommand, ...]:
    """Every command of a shell line, in order, those inside ``$(…)``, backticks and ``<(…)`` included."""
    return tuple(_Lexer(line, 0).commands())


class _Lexer:
    """Cuts a line into words and operators; substitutions are collected and read afterwards."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text.replace("\\\n", " ")
        self.depth = depth
        self.at = 0
        self.inner: list[str] = []
        self.heredocs: list[str] = []
        self.reset()

    def reset(self) -> None:
        self.words: list[Word] = []
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.start = -1
        self.end = -1

    def commands(self) -> Iterator[SimpleCommand]:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\r":
                self.at += 1
            elif character == "#":
                self.at = self._line_end()
            elif redirect := _REDIRECT.match(self.text, self.at):
                self._redirect(redirect)
            elif operator := _OPERATOR.match(self.text, self.at):
                yield from self._flush()
                self.at = operator.end()
                if operator[0] == "\n":
                    self._skip_heredocs()
            else:
                self._add(self._word())
        yield from self._flush()

    def _flush(self) -> Iterator[SimpleCommand]:
        words = self._without_keywords()
        if words or self.reads or self.writes:
            start = words[0].start if words else self.start
            text = self.text[start : self.end].strip()
            shifted = tuple(Word(word.value, word.start - start, word.plain) for word in words)
            yield SimpleCommand(text, shifted, tuple(self.reads), tuple(self.writes), self.depth > 0)
        waiting, self.inner = self.inner, []
        self.reset()
        if self.depth < _DEEPEST:
            for text in waiting:
                yield from _Lexer(text, self.depth + 1).commands()

    def _without_keywords(self) -> list[Word]:
        words = self.words
        while words and words[0].value in _KEYWORDS:
            words = words[1:]
        if words and words[0].value in {"for", "case", "select", "function"}:
            return []
        return words

    def _add(self, word: Word) -> None:
        self.words.append(word)
        self.start = word.start if self.start < 0 else self.start
        self.end = self.at

    def _redirect(self, found: re.Match[str]) -> None:
        self.start = self.at if self.start < 0 else self.start
        self.at = found.end()
        while self.text[self.at : self.at + 1] in {" ", "\t"}:
            self.at += 1
        target = self._word().value if self.at < len(self.text) and self.text[self.at] not in "\n;|&" else ""
        kind = found[0].lstrip("0123456789")
        if kind in {"<<", "<<-"}:
            self.heredocs.append(target)
        elif kind in {"<", "<>"}:
            self.reads.append(target)
        elif ">" in kind and not (kind.endswith("&") and target.isdigit()):
            self.writes.append(target)
        self.end = self.at

    def _word(self) -> Word:
        start, value, plain = self.at, "", True
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\r\n;|&()<>" and not self._process_substitution():
                break
            taken, literal = self._piece(character)
            value += taken
            plain = plain and literal
        if self.at == start:
            self.at += 1
        return Word(value, start, plain)

    def _piece(self, character: str) -> tuple[str, bool]:
        """The next piece of a word as its value, and whether it is literal; moves past it."""
        quoted = _QUOTED.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            return self._unquoted(quoted[0])
        start = self.at
        if character in "$`<>":
            self.at = self._expansion_end(self.text, self.at, self.inner)
            return self.text[start : self.at], False
        self.at += 1
        return character, character not in "*?[{"

    def _unquoted(self, quoted: str) -> tuple[str, bool]:
        if quoted.startswith("'"):
            return quoted[1:-1], True
        if quoted.startswith("\\"):
            return quoted[1:], True
        body = quoted[1:-1]
        at = 0
        expands = False
        while at < len(body):
            if body[at] in "$`":
                at, expands = self._expansion_end(body, at, self.inner), True
            else:
                at += 2 if body[at] == "\\" else 1
        return re.sub(r'\\(["\\$`])', r"\1", body), not expands

    def _process_substitution(self) -> bool:
        return self.text.startswith(("<(", ">("), self.at)

    @staticmethod
    def _expansion_end(text: str, at: int, inner: list[str]) -> int:
        """Where an expansion that starts at ``at`` ends; the commands in it are added to ``inner``."""
        if text[at] == "`":
            end = text.find("`", at + 1)
            end = len(text) if end < 0 else end
            inner.append(text[at + 1 : end])
            return end + 1
        opening = text[at + 1 : at + 2]
        if opening == "(":
            end = _matching(text, at + 1, "(", ")")
            inner.append(text[at + 2 : end])
            return end + 1
        if opening == "{":
            return _matching(text, at + 1, "{", "}") + 1
        return at + 1

    def _line_end(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def _skip_heredocs(self) -> None:
        for word in self.heredocs:
            found = re.compile(rf"^\t*{re.escape(word)}$", re.MULTILINE).search(self.text, self.at)
            self.at = found.end() if found else len(self.text)
        self.heredocs = []


def _matching(text: str, at: int, opening: str, closing: str) -> int:
    """Where the bracket at ``at`` closes, quotes stepped over; the end of the text when it never does."""
    depth = 0
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += (text[at] == opening) - (text[at] == closing)
        if depth == 0:
            return at
        at += 1
    return len(text)
