"""The last net under "the plaintext is never spoken": values that stand in names are blotted out of what is said.

A saved command may carry a token, and then the key path of a sighting does; a file may be named after one. No stage
means to repeat it, and this one sees to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_
from typing import Any, TypeVar

from auditor.model.frozen import replace
from auditor.model.secret import Secret

_BLOT = "[REDACTED]"
# Shorter values are words as often as not; what is said of them is masked where they were found.
_SHORTEST = 8
# Where a file is opened again, which is never shown; and ids, which are our own.
_UNSAID = frozenset({"real", "taxonomy", "effects", "cuts", "fingerprint", "vector"})
Said = TypeVar("Said")


def hush(value: Said, secrets: Iterable[Secret]) -> Said:
    """Return ``value``, a tree of frozen values and tuples, with every one of ``secrets`` in its texts blotted out."""
    plain = {secret.reveal() for secret in secrets}
    starts: dict[str, list[str]] = {}
    for text in sorted((text for text in plain if len(text) >= _SHORTEST), key=lambda text: (-len(text), text)):
        starts.setdefault(text[:_SHORTEST], []).append(text)
    hushed: Said = _Hush(starts).of(value) if starts else value
    return hushed


class _Hush:
    """Each distinct text is looked at once; values in which nothing changes stay the same objects."""

    def __init__(self, starts: dict[str, list[str]]) -> None:
        self._starts = starts
        self._known: dict[str, str] = {}
        self._kinds: dict[type, tuple[str, ...]] = {}

    def of(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return value if len(value) < _SHORTEST else self._text(value)
        if kind is tuple:
            found = [self.of(one) for one in value]
            return value if all(map(is_, found, value)) else tuple(found)
        if kind not in self._kinds:
            self._kinds[kind] = _told(kind)
        return self._fields(value, self._kinds[kind])

    def _fields(self, value: Any, names: tuple[str, ...]) -> Any:
        changed = {}
        for name in names:
            old = getattr(value, name)
            new = self.of(old)
            if new is not old:
                changed[name] = new
        return replace(value, **changed) if changed else value

    def _text(self, text: str) -> str:
        if text not in self._known:
            self._known[text] = self._blotted(text)
        return self._known[text]

    def _blotted(self, text: str) -> str:
        at = 0
        while at <= len(text) - _SHORTEST:
            held = self._starts.get(text[at : at + _SHORTEST], ())
            found = next((secret for secret in held if text.startswith(secret, at)), "")
            if found:
                text = text[:at] + _BLOT + text[at + len(found) :]
                at += len(_BLOT)
            else:
                at += 1
        return text


def _told(kind: type) -> tuple[str, ...]:
    """The fields of a frozen value that may hold words from outside; none of anything else."""
    names: tuple[str, ...] = getattr(kind, "__match_args__", ()) if "__dataclass_fields__" in vars(kind) else ()
    return tuple(name for name in names if name not in _UNSAID)
