"""The JSON report (schema 1), one document."""

from __future__ import annotations

import json
from typing import Any, TextIO

from auditor.model.exposure import Report
from auditor.report.document import report as document


def render(report: Report, **_options: Any) -> str:
    """Return the report as JSON text; the same report gives the same bytes."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def show(report: Report, stream: TextIO, **options: Any) -> None:
    """Write the report to ``stream``."""
    stream.write(render(report, **options))
