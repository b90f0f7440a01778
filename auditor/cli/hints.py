"""``did you mean …?``: the nearest of the names that would have worked."""

from __future__ import annotations

from collections.abc import Iterable

# What people type out of habit from other scanners, and what it is called here.
HABITS = {
    "--json": "--format json",
    "--sarif": "--format sarif",
    "--report-format": "--format",
    "--severity": "--fail-on",
}


def near(given: str, known: Iterable[str]) -> str:
    """Return ``did you mean …?`` with the name of ``known`` that is nearest to ``given``; empty when none is near."""
    from difflib import get_close_matches

    found = get_close_matches(given, list(known), 1)
    return f"did you mean {HABITS.get(found[0], found[0])}?" if found else ""
