"""On which line a key stands in TOML and YAML; the parsers in use do not tell."""

from __future__ import annotations

import re
from typing import Any

from auditor.agents.json_text import KeyPath
from auditor.model.lazy import lazy_pattern

_BARE = r"[A-Za-z0-9_-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"|' + r"'[^']*'"
_KEY = rf"(?:{_BARE}|{_QUOTED})"
_DOTTED = lazy_pattern(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*")
_PART = lazy_pattern(_KEY)
_GAP = lazy_pattern(r"(?:\s|#[^\n]*)*")
_GAP_OR_COMMA = lazy_pattern(r"(?:[\s,]|#[^\n]*)*")
_SCALAR = lazy_pattern(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|"(?:[^"\\\n]|\\.)*"'
    r"|'''(?:[^']|'(?!''))*'{3,5}|'[^'\n]*'|[^\s,\]}#]+(?: \d[\d:.Z+-]*)?",
    re.DOTALL,
)


def toml_lines(text: str) -> dict[KeyPath, int]:
    """The line of every table header and key of a TOML text; items of arrays and inline tables get their own line."""
    try:
        return _Toml(text).read()
    except RecursionError:
        return {}


def yaml_lines(text: str) -> dict[KeyPath, int]:
    """The line of every key and list item of the first document of a YAML text; empty when it does not parse."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        found: dict[KeyPath, int] = {}
        _walk_yaml(root, (), found, 0)
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return found


def _walk_yaml(node: Any, path: KeyPath, found: dict[KeyPath, int], depth: int) -> None:
    if depth > 64 or len(found) > 200_000:  # noqa: PLR2004 - aliases may repeat a tree without end
        return
    if node is not None and node.id == "mapping":
        for key, value in node.value:
            here = (*path, str(key.value))
            found[here] = key.start_mark.line + 1
            _walk_yaml(value, here, found, depth + 1)
    elif node is not None and node.id == "sequence":
        for index, value in enumerate(node.value):
            here = (*path, index)
            found[here] = value.start_mark.line + 1
            _walk_yaml(value, here, found, depth + 1)


class _Toml:
    """One walk over a text that is known to be TOML: headers, keys, and the members of values."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.found: dict[KeyPath, int] = {}
        self.arrays: dict[KeyPath, int] = {}

    def read(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._to_line_end()
            self._blank()
        return self.found

    def _header(self) -> KeyPath:
        array = self.text.startswith("[[", self.at)
        match = _DOTTED.match(self.text, self.at + (2 if array else 1))
        path = self._below_arrays(_parts(match[1])) if match else ()
        self.found.setdefault(path, self.line)
        if array:
            self.arrays[path] = self.arrays.get(path, -1) + 1
            path = (*path, self.arrays[path])
            self.found[path] = self.line
        return path

    def _below_arrays(self, parts: KeyPath) -> KeyPath:
        """A header's path below the newest element of every array of tables on the way."""
        path: KeyPath = ()
        for part in parts[:-1]:
            path = (*path, part)
            path = (*path, self.arrays[path]) if path in self.arrays else path
        return (*path, *parts[-1:])

    def _pair(self, outer: KeyPath) -> None:
        """``key = value``: notes every step of a dotted key, then the value's members."""
        match = _DOTTED.match(self.text, self.at)
        if match is None or not self.text.startswith("=", match.end()):
            self._move(self.at + 1)
            return
        path = (*outer, *_parts(match[1]))
        for length in range(len(outer) + 1, len(path) + 1):
            self.found.setdefault(path[:length], self.line)
        self._move(match.end() + 1)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._blank()
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self._members(path, "]")
        elif opening == "{":
            self._members(path, "}")
        else:
            match = _SCALAR.match(self.text, self.at)
            self._move(match.end() if match else self.at + 1)

    def _members(self, path: KeyPath, closing: str) -> None:
        """The items of an array, or the pairs of an inline table."""
        self._move(self.at + 1)
        index = 0
        self._blank()
        while self.at < len(self.text) and self.text[self.at] != closing:
            if closing == "]":
                item = (*path, index)
                self.found[item] = self.line
                self._value(item)
                index += 1
            else:
                self._pair(path)
            self._blank(_GAP_OR_COMMA)
        self._move(self.at + 1)

    def _blank(self, gap: re.Pattern[str] = _GAP) -> None:
        match = gap.match(self.text, self.at)
        self._move(match.end() if match else self.at)

    def _to_line_end(self) -> None:
        end = self.text.find("\n", self.at)
        self._move(len(self.text) if end < 0 else end)

    def _move(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to


def _parts(dotted: str) -> KeyPath:
    return tuple(_unquote(part) for part in _PART.findall(dotted))


def _unquote(part: str) -> str:
    if part.startswith("'"):
        return part[1:-1]
    if part.startswith('"'):
        return re.sub(r"\\(.)", r"\1", part[1:-1])
    return part
