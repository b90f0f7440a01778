"""Ordered layers of configuration: which files count, who wins a single value, and where every list item stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditor.agents.documents import Document
from auditor.model.agent import ConfigSource, Evidence, Honoured
from auditor.model.frozen import frozen


@frozen
class Layer:
    """One file in its place in an agent's order of precedence.

    ``scope`` is a word of ``ConfigSource``. ``refused`` holds dotted keys that this scope may not set; a key below a
    refused one is refused too.
    """

    scope: str
    document: Document
    honoured: Honoured = Honoured.YES
    refused: frozenset[str] = frozenset()

    @property
    def counts(self) -> bool:
        """Whether its settings take part: it could be read, and nothing says that it is not honoured."""
        return isinstance(self.document.data, dict) and self.honoured is not Honoured.NO

    def holds(self, *keys: str | int) -> bool:
        """Whether this layer sets a key path (null sets nothing) and may set it."""
        return self.counts and self.document.get(*keys) is not None and not self.refuses(*keys)

    def refuses(self, *keys: str | int) -> bool:
        """Whether this scope may not set a key path."""
        return any(".".join(map(str, keys[:length])) in self.refused for length in range(1, len(keys) + 1))


@frozen
class Setting:
    """An effective value, why it holds, and the layer it comes from (None: a built-in default)."""

    value: Any
    evidence: Evidence
    layer: Layer | None = None

    @property
    def scope(self) -> str:
        """The scope it was set in; ``default`` when no file sets it."""
        return self.layer.scope if self.layer else "default"


def default(key: str, value: Any, said: str = "") -> Setting:
    """A built-in default as a setting whose evidence names no file."""
    return Setting(value, Evidence(key=key, value=said or str(value).lower()))


def scalar(layers: Iterable[Layer], *keys: str | int, kind: type | tuple[type, ...] = object) -> Setting | None:
    """The value of the first layer, highest precedence first, that holds a key path with a value of ``kind``."""
    for layer in layers:
        value = layer.document.get(*keys) if layer.holds(*keys) else None
        if value is not None and isinstance(value, kind):
            return Setting(value, layer.document.evidence(*keys), layer)
    return None


def flag(layers: Iterable[Layer], *keys: str | int, otherwise: bool) -> Setting:
    """A boolean setting, or its built-in default."""
    return scalar(layers, *keys, kind=bool) or default(".".join(map(str, keys)), otherwise)


def union(layers: Iterable[Layer], *keys: str | int) -> tuple[Setting, ...]:
    """Every string of a list over all layers, highest precedence first, each with its own line."""
    found: list[Setting] = []
    for layer in layers:
        items = layer.document.get(*keys) if layer.holds(*keys) else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, str):
                found.append(Setting(item, layer.document.evidence(*keys, index), layer))
    return tuple(found)


def members(layers: Iterable[Layer], *keys: str | int) -> dict[str, Setting]:
    """The members of a table over all layers; for a name that is set twice the higher layer's whole value counts."""
    found: dict[str, Setting] = {}
    for layer in layers:
        table = layer.document.get(*keys) if layer.holds(*keys) else None
        for name, value in (table if isinstance(table, dict) else {}).items():
            if name not in found and not layer.refuses(*keys, name):
                found[name] = Setting(value, layer.document.evidence(*keys, name), layer)
    return found


def sources(layers: Sequence[Layer], known: frozenset[str] = frozenset()) -> tuple[ConfigSource, ...]:
    """What is reported of every file that exists; with ``known`` given, other top-level keys are listed."""
    return tuple(source(layer, known) for layer in layers if layer.document.exists)


def source(layer: Layer, known: frozenset[str] = frozenset()) -> ConfigSource:
    """What is reported of one file: its problem, keys set twice, keys its scope may not set, unknown keys."""
    document = layer.document
    keys = document.data if isinstance(document.data, dict) and known else {}
    unknown = tuple(key for key in keys if key not in known)
    refused = tuple(key for key in sorted(layer.refused) if document.get(*key.split(".")) is not None)
    said = [document.problem, *document.duplicates]
    said += [f"{key} is not honoured from {layer.scope} settings" for key in refused]
    broken = bool(document.problem)
    honoured = Honoured.NO if broken else layer.honoured
    return ConfigSource(document.shown, layer.scope, honoured, "; ".join(part for part in said if part), unknown)
