"""Reading rule data field by field: what is missing, misspelt or of the wrong kind is an error that says where."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from auditor.errors import RuleError

Word = TypeVar("Word", bound=Enum)


class Fields:
    """A mapping from a rule file, read field by field; every complaint names where it stands."""

    def __init__(self, data: Any, where: str, known: frozenset[str], *, proven: bool = False) -> None:
        if not isinstance(data, Mapping):
            raise RuleError(f"{where}: expected a mapping, found {type(data).__name__}")
        self._data = data
        self.where = where
        self.proven = proven
        for name in data:
            if name not in known:
                from difflib import get_close_matches

                near = get_close_matches(str(name), known, 1)
                raise RuleError(f"{where}: unknown field {name!r}", f"did you mean {near[0]!r}?" if near else "")

    def text(self, name: str, default: str | None = None) -> str:
        """A string field; required when there is no default."""
        value = self._data.get(name, default)
        if not isinstance(value, str):
            raise RuleError(f"{self.where}: field {name!r} must be a text", f"write `{name}: …`")
        return value.strip()

    def number(self, name: str) -> float:
        """A number field, 0 when absent."""
        value = self._data.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise RuleError(f"{self.where}: field {name!r} must be a number")
        return float(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A true/false field."""
        value = self._data.get(name, default)
        if not isinstance(value, bool):
            raise RuleError(f"{self.where}: field {name!r} must be true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings, empty when absent."""
        value = self._data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RuleError(f"{self.where}: field {name!r} must be a list of texts")
        return tuple(value)

    def items(self, name: str) -> list[Any]:
        """A list of anything, empty when absent."""
        value = self._data.get(name, [])
        if not isinstance(value, list):
            raise RuleError(f"{self.where}: field {name!r} must be a list")
        return value

    def word(self, name: str, kind: type[Word], default: Word) -> Word:
        """One of an enum's values."""
        value = self._data.get(name, default.value)
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(member.value) for member in kind)
            raise RuleError(f"{self.where}: field {name!r} is {value!r}", f"one of: {known}") from None

    def raw(self, name: str) -> Any:
        """The value as parsed, None when absent."""
        return self._data.get(name)
