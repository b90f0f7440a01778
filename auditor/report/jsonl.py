"""One finding a line, then one line with everything else: for pipes and log collectors.

A finding's line is the object of the JSON report (``$defs/finding`` of its schema); the last line, which is there even
when nothing was found, is the report without its findings (``$defs/closing``).
"""

from __future__ import annotations

import json
from typing import Any, TextIO

from auditor.model.exposure import Report
from auditor.report import document


def render(report: Report, **_options: Any) -> str:
    """Return the report as JSON lines; the same report gives the same bytes."""
    lines = [*map(document.finding, report.findings), document.closing(report)]
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)


def show(report: Report, stream: TextIO, **options: Any) -> None:
    """Write the report to ``stream``."""
    stream.write(render(report, **options))
