"""The definitions of home stores: one YAML file a store in ``rules/stores``, checked whole and frozen.

- ``id``: kebab-case, the file's own name; ``name``: what people call it; ``provider``: a slug, ``generic`` if many
- ``origin``: store, agent-config, shell-history or transcript; ``format``: one of ``FORMATS``
- ``paths``: texts, or mappings of ``path``, ``platforms``, ``except`` (globs over the base name) and ``list`` (a
  variable with several paths); each begins with ``~/`` or a variable, and may hold ``*``, ``?``, ``[…]`` and ``**``
- ``holds``: one sentence, what can stand in it; ``safer``: one sentence, what would keep it off the disk
- ``references``: the vendor's own pages
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.errors import RuleError
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern
from auditor.model.place import Origin

PLATFORMS = ("linux", "macos", "windows")
_FORMAT_NAMES = "binary env ini json jsonl lines netrc pem pgpass properties shell sqlite text token toml urls xml yaml"
FORMATS = frozenset(_FORMAT_NAMES.split())

_ORIGINS = {origin.value: origin for origin in (Origin.STORE, Origin.AGENT_CONFIG, Origin.HISTORY, Origin.TRANSCRIPT)}
_FIELDS = ("id", "name", "provider", "origin", "format", "paths", "holds", "safer", "references")
_PLACE_FIELDS = ("path", "platforms", "except", "list")
_KEBAB = lazy_pattern(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG = lazy_pattern(r"[a-z0-9]+([-_][a-z0-9]+)*")
_PATH = lazy_pattern(r"(~|\$[A-Za-z_][A-Za-z0-9_]*)(/[^/]+)*")
_SENTENCE = lazy_pattern(r"[A-Z~.`][^\n]*[^.\n]\.")


@frozen
class StorePath:
    """Where a store may stand: ``~/…`` or ``$VARIABLE/…``, on which platforms (none named: on all).

    ``excepted`` are globs of base names that do not belong to it; ``several``: the variable holds a list of paths.
    """

    path: str
    platforms: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    several: bool = False


@frozen
class Store:
    """One kind of file that a program keeps in a home, what it holds and what would be safer."""

    id: str
    name: str
    provider: str
    origin: Origin
    format: str
    paths: tuple[StorePath, ...]
    holds: str
    safer: str
    references: tuple[str, ...]


def load(folder: Path) -> tuple[Store, ...]:
    """Read every ``*.yaml`` in ``folder`` (``rules/stores``) and return the stores sorted by id.

    Raises:
        RuleError: a file cannot be read, is no YAML, or breaks the schema; names file and field.
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.yaml"), key=lambda path: path.stem))


def _read(path: Path) -> Store:
    from auditor.rulebook.load import parse

    return _Checker(path.name).store(parse(path), path.stem)


class _Checker:
    """Turns one file's data into a ``Store``; every complaint names the file and the field."""

    def __init__(self, file: str) -> None:
        self._file = file

    def store(self, data: Any, stem: str) -> Store:
        fields = self._mapping(data, _FIELDS, "the file")
        if fields["id"] != stem or not _KEBAB.fullmatch(stem):
            raise self._wrong("id", f"must be the file's own name in kebab-case, {stem!r}")
        origin = _ORIGINS.get(self._text(fields, "origin"))
        if origin is None:
            raise self._wrong("origin", f"must be one of {', '.join(_ORIGINS)}")
        if self._text(fields, "format") not in FORMATS:
            raise self._wrong("format", f"must be one of {', '.join(sorted(FORMATS))}")
        return Store(
            id=stem,
            name=self._text(fields, "name"),
            provider=self._text(fields, "provider", _SLUG, "must be a provider's slug"),
            origin=origin,
            format=fields["format"],
            paths=tuple(self._place(place) for place in self._list(fields, "paths")),
            holds=self._text(fields, "holds", _SENTENCE, "must be one sentence that ends in a full stop"),
            safer=self._text(fields, "safer", _SENTENCE, "must be one sentence that ends in a full stop"),
            references=tuple(self._reference(page) for page in self._list(fields, "references")),
        )

    def _place(self, data: Any) -> StorePath:
        if isinstance(data, str):
            data = {"path": data}
        fields = self._mapping(data, _PLACE_FIELDS, "paths", required=("path",))
        path = self._text(fields, "path", _PATH, "must begin with ~/ or with a $VARIABLE, in the paths")
        if ".." in path.split("/"):
            raise self._wrong("paths", f"must not climb with '..': {path!r}")
        platforms = tuple(self._list(fields, "platforms")) if "platforms" in fields else ()
        if unknown := [name for name in platforms if name not in PLATFORMS]:
            raise self._wrong("platforms", f"unknown {unknown[0]!r}, must be of {', '.join(PLATFORMS)}")
        excepted = tuple(self._list(fields, "except")) if "except" in fields else ()
        if not all(isinstance(glob, str) and glob for glob in excepted):
            raise self._wrong("except", "must be a list of globs")
        several = fields.get("list", False)
        if not isinstance(several, bool) or (several and not path.startswith("$")):
            raise self._wrong("list", "must be true or false, and true only for a variable")
        return StorePath(path, platforms, excepted, several)

    def _reference(self, page: Any) -> str:
        if not isinstance(page, str) or not page.startswith("https://"):
            raise self._wrong("references", "must be https:// addresses")
        return page

    def _mapping(
        self, data: Any, known: tuple[str, ...], where: str, required: tuple[str, ...] | None = None
    ) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            raise self._wrong(where, "must be a mapping")
        for name in data:
            if name not in known:
                import difflib

                near = difflib.get_close_matches(str(name), known, 1)
                raise self._wrong(str(name), "unknown field", f"did you mean {near[0]!r}?" if near else "")
        for name in known if required is None else required:
            if name not in data:
                raise self._wrong(name, "missing")
        return data

    def _text(self, fields: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None, rule: str = "") -> str:
        value = fields[name]
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(name, "must be a text")
        if form is not None and not form.fullmatch(value):
            raise self._wrong(name, rule)
        return value

    def _list(self, fields: Mapping[str, Any], name: str) -> list[Any]:
        value = fields[name]
        if not isinstance(value, list) or not value:
            raise self._wrong(name, "must be a list that is not empty")
        return value

    def _wrong(self, field: str, problem: str, hint: str = "") -> RuleError:
        return RuleError(f"{self._file}: {field}: {problem}", hint)
