"""Names taken apart into words, and foreign text made fit to be shown."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.lazy import lazy_pattern

_LONGEST_SHOWN = 80
_LONGEST_READ = 1024
_CAMEL = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLIT = lazy_pattern(r"[^A-Za-z0-9]+")
_TAIL_DIGITS = lazy_pattern(r"(?<=[a-z])\d+$")
_TOKEN_LIKE = lazy_pattern(r"(?=[A-Za-z+/=_]*\d)(?=[0-9+/=_]*[A-Za-z])[A-Za-z0-9+/=_]{32,}")


def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a name: ``stripeLiveKey`` and ``STRIPE-live_key2`` give ``stripe live key``."""
    spaced = _CAMEL.sub(" ", name)
    return tuple(_TAIL_DIGITS.sub("", word.lower()) for word in _SPLIT.split(spaced) if word)


def tidy(value: object) -> str:
    """``value`` as one short printable line, for sentences: control characters gone, at most 80 characters.

    Text that itself looks like a credential becomes empty: what a token says of itself is foreign text.
    """
    line = "".join(char for char in str(value)[:_LONGEST_READ] if char.isprintable()).strip()
    if _TOKEN_LIKE.search(line):
        return ""
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"


def listed(values: Iterable[str], most: int = 4) -> str:
    """``a, b, c and 5 more``."""
    shown = list(values)
    if len(shown) <= most:
        return ", ".join(shown)
    return ", ".join(shown[:most]) + f" and {len(shown) - most} more"
