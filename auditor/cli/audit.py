"""One audit from its flags to its exit code: the job, the report, where that goes. Nothing here knows the parser."""

from __future__ import annotations

import os
import sys

from auditor.cli import output as out
from auditor.cli.job import JobFlags
from auditor.cli.progress import Meter
from auditor.errors import ExitCode
from auditor.model.exposure import Band, Report
from auditor.model.frozen import frozen


@frozen
class Order:
    """What is asked for: ``job`` says what to scan, the rest what becomes of the report.

    ``printed`` is the format on standard output, ``outputs`` are as given to ``--output``, ``fail_on`` a band's word.
    """

    job: JobFlags
    printed: str = "console"
    outputs: tuple[str, ...] = ()
    fail_on: str = "high"
    exit_zero: bool = False
    quiet: bool = False


def audit(order: Order) -> ExitCode:
    """Do it. Raises ``AuditError`` for what a person must act on."""
    from auditor.cli.job import make_job
    from auditor.pipeline import run

    writers = out.parse(order.outputs, order.printed)
    job = make_job(order.job, os.environ, sys.stdin)
    with Meter(sys.stderr, os.environ) as meter:
        report = run(job, meter.progress())
    band = Band[order.fail_on.upper()]
    code = _code(report, band, exit_zero=order.exit_zero)
    try:
        out.write(report, writers, fail_on=band, quiet=order.quiet)
    except BrokenPipeError:  # the reader went away (`| head`); the verdict stands
        out.hush()
    if code is ExitCode.INCOMPLETE and order.printed != out.FOR_PEOPLE:
        sys.stderr.write(_what_is_missing(report))
    return code


def _code(report: Report, band: Band, *, exit_zero: bool) -> ExitCode:
    worst = max((finding.score.band for finding in report.findings if not finding.suppressed), default=None)
    if not report.complete:
        return ExitCode.INCOMPLETE
    if worst is not None and worst >= band and not exit_zero:
        return ExitCode.FINDINGS
    return ExitCode.CLEAN


def _what_is_missing(report: Report) -> str:
    """One sentence for those who only see stderr; a report for programs goes to stdout."""
    from auditor.report.plain import printable
    from auditor.report.words import count

    first = report.skipped[0]
    more = f", and {count(len(report.skipped) - 1, 'more place')}" if len(report.skipped) > 1 else ""
    return f"agent-audit: the scan is not complete: {printable(first.what)}: {printable(first.why)}{more}\n"
