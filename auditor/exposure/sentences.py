"""Small helpers for sentences."""

from __future__ import annotations

from collections.abc import Iterable


def listed(items: Iterable[str]) -> str:
    """``a, b and c``; empty for nothing."""
    held = list(items)
    if len(held) <= 1:
        return "".join(held)
    return f"{', '.join(held[:-1])} and {held[-1]}"


def counted(number: int, one: str, many: str) -> str:
    """``1 day``, ``2 days``."""
    return f"{number} {one if number == 1 else many}"
