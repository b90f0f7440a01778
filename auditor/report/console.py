"""The report for people: worst first, one block a finding, the next command last.

Colour follows ``NO_COLOR``, then ``FORCE_COLOR`` (empty means unset for both), then ``TERM=dumb``, then the terminal.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.model.exposure import Band, Finding, Report
from auditor.report import words
from auditor.report.plain import printable

_STYLES = {
    Band.CRITICAL: "bold white on red",
    Band.HIGH: "bold red",
    Band.MEDIUM: "yellow",
    Band.LOW: "cyan",
    Band.INFO: "dim",
}
_NARROW, _WIDE = 60, 120
_PLAIN_WIDTH = 100
_MANY_SKIPS = 5


def render(report: Report, *, fail_on: Band = Band.HIGH, quiet: bool = False, width: int = _PLAIN_WIDTH) -> str:
    """Return the report as plain text of ``width`` columns."""
    stream = io.StringIO()
    _print(
        Console(file=stream, width=width, color_system=None, highlight=False, legacy_windows=False),
        report,
        fail_on,
        quiet,
    )
    return stream.getvalue()


def show(report: Report, stream: TextIO, *, fail_on: Band, quiet: bool, **_options: Any) -> None:
    """Print the report to ``stream``, coloured when that is a terminal that wants it."""
    coloured = wants_colour(stream, os.environ)
    width = _width(stream)
    console = Console(
        file=stream,
        width=width,
        force_terminal=coloured,
        color_system="auto" if coloured else None,
        no_color=not coloured,
        highlight=False,
        soft_wrap=False,
    )
    _print(console, report, fail_on, quiet)


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether ``stream`` is to be coloured."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return environment.get("TERM") != "dumb" and stream.isatty()


def _width(stream: TextIO) -> int:
    if not stream.isatty() and "COLUMNS" not in os.environ:
        return _PLAIN_WIDTH
    return max(_NARROW, min(_WIDE, shutil.get_terminal_size().columns))


def _print(console: Console, report: Report, fail_on: Band, quiet: bool) -> None:
    _head(console, report)
    shown = [f for f in report.findings if not f.suppressed and f.score.band >= (fail_on if quiet else Band.LOW)]
    for number, finding in enumerate(shown, start=1):
        console.print()
        _finding(console, number, finding)
    _foot(console, report, shown)


def _head(console: Console, report: Report) -> None:
    console.print(Text(words.agents_line(report.agents)))
    for note in dict.fromkeys(note for record in report.agents if record.assumed for note in record.notes[:1]):
        console.print(Text(f"  {printable(note)}", style="dim"))
    console.print(Text(words.summary_line(report), style="bold"))


def _finding(console: Console, number: int, finding: Finding) -> None:
    credential = finding.exposure.assessment.credential
    head = Table.grid(padding=(0, 1), expand=True)
    head.add_column(no_wrap=True)
    head.add_column(ratio=1, overflow="fold")
    head.add_column(justify="right", overflow="fold", max_width=max(20, console.width // 2))
    band = Text(f"{number:>2} ") + Text(
        f" {finding.score.band.word.upper()} {finding.score.value} ", style=_STYLES[finding.score.band]
    )
    place = words.place(credential.sightings[0].location)
    head.add_row(band, Text(printable(credential.title), style="bold"), Text(place, style="blue"))
    console.print(head)
    rows = Table.grid(padding=(0, 1))
    rows.add_column(style="dim", no_wrap=True, min_width=6)
    rows.add_column(overflow="fold")
    for label, says in words.facts(finding):
        rows.add_row(label, Text(says))
    console.print(Padding(rows, (0, 0, 0, 5)))


def _foot(console: Console, report: Report, shown: Sequence[Finding]) -> None:
    for line in _closing(report, shown):
        console.print(line)


def _closing(report: Report, shown: Sequence[Finding]) -> Iterator[Text]:
    hidden = len([f for f in report.findings if not f.suppressed]) - len(shown)
    if hidden:
        yield Text(
            f"\n{words.count(hidden, 'finding')} of lower exposure not shown; --format json lists all", style="dim"
        )
    if report.skipped:
        yield Text(f"\n{words.count(len(report.skipped), 'place')} not read:", style="yellow")
        for skip in report.skipped[:_MANY_SKIPS]:
            yield Text(f"  {printable(skip.what)}: {printable(skip.why)}")
        if len(report.skipped) > _MANY_SKIPS:
            yield Text(f"  … and {len(report.skipped) - _MANY_SKIPS} more; --format json lists all")
    if not report.complete:
        yield Text("The scan is not complete: what was not read is not clean.", style="bold yellow")
    cut = words.cheapest_cut(report)
    if cut:
        yield Text(f"\n{cut}", style="bold")
    yield Text(f"\nNext: {words.next_command(report)}")
