"""Configuration files as values: parsed data, the line of every key, or one sentence on why there is none.

Nothing here raises: a file that is missing, broken, too large or not readable is a ``Document`` with a problem. The
parsed data may hold credentials, so it is left out of every ``repr``, and ``evidence`` blots what it says.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from auditor.agents.json_text import DEEPEST, JsonError, KeyPath, line_of, parse
from auditor.agents.masks import names_secret, setting_word
from auditor.agents.positions import toml_lines, yaml_lines
from auditor.model.agent import Evidence
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

_LARGE = 64 * 1024
LARGEST = 4 * 1024 * 1024
_VALUE_MAPS = frozenset({"env", "environment", "envs", "headers", "http_headers", "env_http_headers"})
_AT_LINE = lazy_pattern(r"\(at line (\d+)")


class _Lines:
    """The key lines of one text: all worked out on first use and once, or one by one where the text is large."""

    def __init__(self, work: Callable[[], dict[KeyPath, int]], single: Callable[[KeyPath], int] | None = None) -> None:
        self._work = work
        self._single = single
        self._known: dict[KeyPath, int] | None = None

    def of(self, path: KeyPath) -> int:
        if self._single is not None:
            return self._single(path)
        if self._known is None:
            self._known = self._work()
        return self._known.get(path, 0)


@dataclass(frozen=True)
class Document:
    """One configuration file. ``data`` is a table or list (a string from ``read_text``), or None.

    ``problem`` is empty, or one sentence such as ``line 3: trailing comma; file not effective``. ``duplicates`` names
    keys that are set twice. ``exists`` is False when there is no such file.
    """

    path: Path
    shown: str
    data: Any = field(default=None, repr=False)
    problem: str = ""
    exists: bool = True
    duplicates: tuple[str, ...] = ()
    lines: _Lines = field(default_factory=lambda: _Lines(dict), repr=False, compare=False)

    def get(self, *keys: str | int, default: Any = None) -> Any:
        """The value at a key path, or ``default`` when a step is missing or of another shape."""
        found = self.data
        for key in keys:
            in_list = isinstance(found, list) and isinstance(key, int) and 0 <= key < len(found)
            if not in_list and not (isinstance(found, dict) and key in found):
                return default
            found = found[key]
        return found

    def table(self, *keys: str | int) -> dict[str, Any]:
        """The table at a key path; empty when there is none."""
        found = self.get(*keys)
        return found if isinstance(found, dict) else {}

    def strings(self, *keys: str | int) -> tuple[str, ...]:
        """The strings of the list at a key path; other members are left out."""
        found = self.get(*keys)
        return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()

    def line(self, *keys: str | int) -> int:
        """The line (from 1) that sets a key path, or the nearest key above it that is known; 0 when unknown."""
        for length in range(len(keys), 0, -1):
            known = self.lines.of(keys[:length])
            if known:
                return known
        return 0

    def evidence(self, *keys: str | int, value: str = "", note: str = "") -> Evidence:
        """This file, a key path and its line as ``Evidence``.

        ``value`` defaults to the setting's own word; nothing is said of values under credential names, ``env`` and
        ``headers``, and what is said is blotted.
        """
        names = [key for key in keys if isinstance(key, str)]
        hidden = any(names_secret(name) or name in _VALUE_MAPS for name in names)
        said = setting_word(value) if value else "" if hidden else setting_word(self.get(*keys))
        return Evidence(self.shown, ".".join(names), said, self.line(*keys), note)


def read_json(path: Path, shown: str) -> Document:
    """A file as strict JSON."""
    return _read(path, shown, _strict)


def read_jsonc(path: Path, shown: str) -> Document:
    """A file as JSON with comments and trailing commas."""
    return _read(path, shown, _tolerant)


def read_toml(path: Path, shown: str) -> Document:
    """A file as TOML 1.0."""
    return _read(path, shown, _toml)


def read_yaml(path: Path, shown: str) -> Document:
    """A file as YAML; keys are always strings as written (``on`` stays ``on``), unknown tags are plain values."""
    return _read(path, shown, _yaml)


def read_text(path: Path, shown: str) -> Document:
    """A file as text; ``data`` is the string."""
    return _read(path, shown, _Outcome)


def read_front_matter(path: Path, shown: str) -> Document:
    """The YAML between ``---`` lines at the start of a Markdown file; an empty table when there is none."""
    return _read(path, shown, _front_matter)


@frozen
class _Outcome:
    data: Any = None
    problem: str = ""
    duplicates: tuple[str, ...] = ()
    lines: Callable[[], dict[KeyPath, int]] = dict
    single: Callable[[KeyPath], int] | None = None


def _read(path: Path, shown: str, parser: Callable[[str], _Outcome]) -> Document:
    text, problem = _text(path)
    if text is None:
        return Document(path, shown, problem=problem, exists=bool(problem))
    found = parser(text)
    if found.problem:
        return Document(path, shown, problem=f"{found.problem}; file not effective")
    return Document(path, shown, found.data, duplicates=found.duplicates, lines=_Lines(found.lines, found.single))


def _text(path: Path) -> tuple[str | None, str]:
    """The text of a regular file of at most 4 MiB, or why there is none (empty: no such file)."""
    try:
        # A pipe would block for ever: only regular files are opened.
        if not stat.S_ISREG(path.stat().st_mode):
            return None, "not a regular file; not read"
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            return None, f"larger than {LARGEST // 1024 // 1024} MiB; not read"
        return raw.decode("utf-8-sig"), ""
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except UnicodeDecodeError:
        return None, "not UTF-8 text; file not effective"
    except (OSError, ValueError) as error:
        return None, f"{(getattr(error, 'strerror', None) or 'cannot be opened').lower()}; not read"


def _strict(text: str) -> _Outcome:
    return _json(text, tolerant=False)


def _tolerant(text: str) -> _Outcome:
    return _json(text, tolerant=True)


def _json(text: str, *, tolerant: bool) -> _Outcome:
    """The fast reader first; the slow one when it fails, sees a key twice, or lines are asked for."""
    twice: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(members)
        if len(table) != len(members):
            twice.append("")
        return table

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant)
        duplicates = tuple(parse(text, tolerant=tolerant).duplicates) if twice else ()
    except (ValueError, RecursionError):
        return _slow_json(text, tolerant=tolerant)
    outcome = _container(data, duplicates, lambda: _json_lines(text, tolerant=tolerant))
    return replace(outcome, single=lambda path: line_of(text, path)) if len(text) > _LARGE else outcome


def _slow_json(text: str, *, tolerant: bool) -> _Outcome:
    if not text.strip():
        return _Outcome(problem="line 1: the file is empty")
    try:
        found = parse(text, tolerant=tolerant)
    except JsonError as problem:
        return _Outcome(problem=str(problem))
    return _container(found.value, tuple(found.duplicates), lambda: found.lines)


def _container(data: Any, duplicates: tuple[str, ...], lines: Callable[[], dict[KeyPath, int]]) -> _Outcome:
    if not isinstance(data, (dict, list)):
        return _Outcome(problem="line 1: neither a table nor a list")
    return _Outcome(data, "", duplicates, lines)


def _json_lines(text: str, *, tolerant: bool) -> dict[KeyPath, int]:
    try:
        return parse(text, tolerant=tolerant).lines
    except JsonError:
        return {}


def _no_constant(word: str) -> float:
    raise ValueError(word)


def _toml(text: str) -> _Outcome:
    import tomli

    try:
        data = tomli.loads(text)
    except RecursionError:
        return _Outcome(problem=f"nested deeper than {DEEPEST} levels")
    except ValueError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else max(1, text.rstrip("\n").count("\n") + 1)
        return _Outcome(problem=f"line {line}: not valid TOML")
    return _Outcome(data, lines=lambda: toml_lines(text))


def _yaml(text: str) -> _Outcome:
    import yaml

    from auditor.agents.yaml_text import load

    try:
        data = load(text)
    except RecursionError:
        return _Outcome(problem="nested too deeply")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return _Outcome(problem=f"line {mark.line + 1}: not valid YAML" if mark else "not valid YAML")
    except (ValueError, KeyError, AttributeError, IndexError, TypeError, OverflowError):
        return _Outcome(problem="a value does not fit its YAML tag")
    if data is None:
        return _Outcome({})
    return _container(data, (), lambda: yaml_lines(text))


def _front_matter(text: str) -> _Outcome:
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != "---":
        return _Outcome({})
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), 0)
    # A comment line in place of the first keeps the line numbers.
    found = _yaml("\n".join(["#", *lines[1:end]]))
    return found if isinstance(found.data, dict) or found.problem else _Outcome({})
