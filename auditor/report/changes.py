"""Which change to name beside a finding, and what it is worth: read off the report, nothing is estimated here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.model.exposure import Band, Effect, Finding, Fix, Report
from auditor.model.frozen import frozen
from auditor.report.layout import DOT, TIE
from auditor.report.plain import printable

_COSTLIEST = 5
_LONG_EDIT = 320


@frozen
class Change:
    """One fix beside one finding, and what the fix alone would make of it (None: that was not worked out)."""

    fix: Fix
    effect: Effect | None
    enough: bool


def by_id(report: Report) -> dict[str, Fix]:
    """The report's fixes by id."""
    return {fix.id: fix for fix in report.fixes}


def changes_for(finding: Finding, fixes: Mapping[str, Fix], chosen: Sequence[str]) -> list[Change]:
    """The change to make first and, when that is a setting, the one at the credential itself; none for none.

    A change that is enough by itself comes first: one of the cheapest cut (``chosen``), then the cheapest, then the one
    that leaves least.
    """
    planned = frozenset(chosen)
    known = (_change(finding, fixes[name]) for name in finding.fixes if name in fixes)
    found = sorted(known, key=lambda one: _rank(one, planned))
    if not found:
        return []
    own = [one for one in found if not one.fix.agent and one.enough]
    return [found[0], own[0]] if found[0].fix.agent and own else found[:1]


def _change(finding: Finding, fix: Fix) -> Change:
    effect = next((one for one in finding.effects if one.fix == fix.id), None)
    goal = min(finding.score.band, Band.HIGH)
    return Change(fix, effect, effect is not None and (effect.band is None or effect.band < goal))


def _rank(one: Change, chosen: frozenset[str]) -> tuple[bool, bool, int, int, str]:
    left = one.effect.score if one.effect and one.effect.score is not None else 0
    return (not one.enough, one.fix.id not in chosen, one.fix.cost, left, one.fix.id)


def told(change: Change) -> str:
    """``Cursor: ask before commands run · cost 2 of 5 · then medium 48``; its parts are not broken."""
    parts = (printable(change.fix.title), f"cost {change.fix.cost} of {_COSTLIEST}", _outcome(change))
    return DOT.join([parts[0], *(part.replace(" ", TIE) for part in parts[1:] if part)])


def _outcome(change: Change) -> str:
    """What is left once the change is made: ``then low 19``."""
    effect = change.effect
    if effect is None:
        return ""
    if effect.band is None:
        return "then it is gone"
    return f"{'then' if change.enough else 'alone still'} {effect.band.word} {effect.score}"


def edit(fix: Fix) -> str:
    """What to write or where to go, cut at the end of a sentence where it is long."""
    text = printable(fix.edit)
    if len(text) <= _LONG_EDIT:
        return text
    end = text.rfind(". ", 0, _LONG_EDIT)
    return text[: end + 1] if end > 0 else text[: _LONG_EDIT - 1].rstrip() + "…"
