"""The report for people: worst first, one block a finding, the cheapest cut, the next command last."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from auditor.model.exposure import Band, Finding, Fix, Report
from auditor.report import changes, layout, words
from auditor.report.layout import Line
from auditor.report.plain import printable

_STYLES = {
    Band.CRITICAL: "bold white on red",
    Band.HIGH: "bold red",
    Band.MEDIUM: "yellow",
    Band.LOW: "cyan",
    Band.INFO: "dim",
}
_CHAINED = Band.HIGH
# How many findings are told in full: of those below high, and at all; the others take a line each.
_MANY, _VERY_MANY = 20, 100
_MANY_SKIPS = 5
_MANY_CHANGES = 10
_LABEL = 7
_GAP = 2


def render(
    report: Report, *, fail_on: Band = Band.HIGH, quiet: bool = False, width: int = layout.PLAIN_WIDTH, **_: Any
) -> str:
    """Return the report as plain text of at most ``width`` columns."""
    return layout.plain(_lines(report, fail_on, quiet=quiet, width=width))


def show(report: Report, stream: TextIO, *, fail_on: Band = Band.HIGH, quiet: bool = False, **_: Any) -> None:
    """Print the report to ``stream``: in its width, coloured when it wants that."""
    width = layout.width_of(stream, os.environ)
    layout.show(_lines(report, fail_on, quiet=quiet, width=width), stream)


def _lines(report: Report, fail_on: Band, *, quiet: bool, width: int) -> Iterator[Line]:
    least = fail_on if quiet else Band.LOW
    shown = [found for found in report.findings if not found.suppressed and found.score.band >= least]
    yield from _head(report, width)
    yield from _Blocks(report, shown, width).lines()
    yield from _foot(report, shown, width)


def _head(report: Report, width: int) -> Iterator[Line]:
    lead, agents = words.at_work(report.agents)
    inline = ", ".join(f"{name} ({manner})" for name, manner in agents)
    if not agents or layout.cells(inline) + len(lead) + _GAP <= width:
        yield from _text(f"{lead}: {inline}" if agents else lead, width)
    else:
        yield from _text(f"{lead}:", width)
        column = max(layout.cells(name) for name, _ in agents) + 2 * _GAP
        for name, manner in agents:
            yield from layout.block(f"  {name}", manner, width=width, indent=min(column, width // 2), dim="")
    yield from _text(words.summary(report), width, "bold")


class _Blocks:
    """The findings, numbered, all laid out alike."""

    def __init__(self, report: Report, shown: Sequence[Finding], width: int) -> None:
        self._shown = shown
        self._width = width
        self._names = words.names(report.agents)
        self._fixes = changes.by_id(report)
        self._cut = report.cut.fixes if report.cut else ()
        self._digits = max(2, len(str(len(shown))))
        self._told: dict[str, int] = {}
        self._badge = max((len(_badge(one)) for one in shown), default=0)

    def lines(self) -> Iterator[Line]:
        brief = False
        for number, finding in enumerate(self._shown, start=1):
            was_brief, brief = brief, number > (_MANY if finding.score.band < Band.HIGH else _VERY_MANY)
            if not (brief and was_brief):
                yield ()
            yield from self._title(number, finding)
            if not brief:
                yield from self._facts(number, finding)

    def _title(self, number: int, finding: Finding) -> Iterator[Line]:
        """The band, the title, and on the right the place; on a line of its own where both do not fit."""
        credential = finding.exposure.assessment.credential
        title, place = printable(credential.title), words.place(credential.location)
        badge, space = _badge(finding), " " * (self._badge - len(_badge(finding)) + 1)
        lead = self._digits + 1 + self._badge + 1
        room = self._width - lead - layout.cells(title) - layout.cells(place)
        first, *more = layout.wrap(title, self._width - lead)
        head: Line = ((f"{number:>{self._digits}} ", ""), (badge, _STYLES[finding.score.band]), (space, ""))
        if room >= _GAP:
            yield (*head, (title, "bold"), (" " * room, ""), (place, "blue"))
            return
        yield (*head, (first, "bold"))
        for line in more:
            yield ((" " * lead, ""), (line, "bold"))
        yield from self._row("where", place, "blue")

    def _facts(self, number: int, finding: Finding) -> Iterator[Line]:
        for label, says in words.facts(finding, self._names):
            yield from self._row(label, says)
        if finding.score.band >= _CHAINED:
            yield from self._row("chain", words.chain(finding, self._names))
        yield from self._changes(number, finding)

    def _changes(self, number: int, finding: Finding) -> Iterator[Line]:
        """What to do first; how to do it is told once, beside the first finding it helps."""
        found = changes.changes_for(finding, self._fixes, self._cut)
        if not found:
            return
        first, *others = found
        known = self._told.setdefault(first.fix.id, number)
        yield from self._row(
            "fix",
            changes.told(first) + ("" if known == number else f"{layout.DOT}as{layout.TIE}in{layout.TIE}{known}"),
            "green",
        )
        if finding.score.band > Band.LOW:
            yield from self._row("", changes.edit(first.fix) if known == number else "")
            for other in others:
                yield from self._row("or", changes.told(other), "green")

    def _row(self, label: str, says: str, style: str = "") -> Iterator[Line]:
        if says:
            margin = " " * (self._digits + 1 + _GAP)
            column = len(margin) + _LABEL
            yield from layout.block(f"{margin}{label}", says, width=self._width, indent=column, style=style)


def _badge(finding: Finding) -> str:
    return f" {finding.score.band.word.upper()} {finding.score.value} "


# --- what follows the findings


def _foot(report: Report, shown: Sequence[Finding], width: int) -> Iterator[Line]:
    for note in report.notes:
        yield from _text(printable(note), width, "dim")
    hidden = sum(1 for found in report.findings if not found.suppressed) - len(shown)
    if hidden:
        yield ()
        said = f"{words.count(hidden, 'finding')} of lower exposure not shown; --format json lists all"
        yield from _text(said, width, "dim")
    yield from _skipped(report, width)
    yield from _cut(report, shown, width)
    command, tells = words.next_command(report)
    yield ()
    yield from layout.block("Next: ", f"{command.replace(' ', layout.TIE)} — {tells}", width=width, indent=6, dim="")


def _skipped(report: Report, width: int) -> Iterator[Line]:
    if report.skipped:
        yield ()
        yield from _text(f"{words.count(len(report.skipped), 'place')} not read:", width, "yellow")
        for skip in report.skipped[:_MANY_SKIPS]:
            yield from layout.block("", f"{printable(skip.what)}: {printable(skip.why)}", width=width, indent=_GAP)
        if len(report.skipped) > _MANY_SKIPS:
            more = len(report.skipped) - _MANY_SKIPS
            yield from layout.block("", f"… and {more} more; --format json lists all", width=width, indent=_GAP)
    if not report.complete:
        yield ()
        yield from _text("The scan is not complete: what was not read is not clean.", width, "bold yellow")


def _cut(report: Report, shown: Sequence[Finding], width: int) -> Iterator[Line]:
    """The cheapest cut as it was worked out: what it takes below high, change by change, and what it leaves."""
    cut = report.cut
    if cut is None:
        return
    fixes = changes.by_id(report)
    steps = [fixes[name] for name in cut.fixes if name in fixes]
    yield ()
    verb = "takes" if len(steps) == 1 else "take"
    said = (
        f"{words.count(len(steps), 'change')} {verb} {words.count(len(cut.findings), 'finding')} below {cut.below.word}"
    )
    yield from _text(f"{'Cheapest cut' if cut.exact else 'Cheapest cut found'}: {said}", width, "bold")
    numbers = {finding.id: number for number, finding in enumerate(shown, start=1)}
    steps.sort(key=lambda fix: (fix.cost, min((numbers.get(name, len(numbers)) for name in fix.cuts), default=0)))
    for fix in steps[:_MANY_CHANGES]:
        yield from layout.block(
            "  -", f"{printable(fix.title)}{_cuts(fix, cut.findings, numbers)}", width=width, indent=4
        )
    if len(steps) > _MANY_CHANGES:
        yield from layout.block("", f"… and {len(steps) - _MANY_CHANGES} more", width=width, indent=4)
    if cut.left:
        stay = "stays" if len(cut.left) == 1 else "stay"
        left = f"{words.count(len(cut.left), 'finding')} {stay} at {cut.below.word} or above: no known change is enough"
        yield from layout.block("", left, width=width, indent=_GAP, style="dim")


def _cuts(fix: Fix, findings: Sequence[str], numbers: Mapping[str, int]) -> str:
    held = [str(numbers[name]) for name in findings if name in fix.cuts and name in numbers]
    return f"{layout.DOT}{words.listed(held)}" if held else ""


def _text(says: str, width: int, style: str = "") -> Iterator[Line]:
    for line in layout.wrap(says, width):
        yield ((line, style),)
