"""Where reports go: the one to print, and those to write to files, each whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from auditor.errors import IncompleteError, UsageError
from auditor.model.exposure import Band, Report

# Renderers by format; each module has `render(report, **options) -> str`.
FORMATS = {
    "console": "auditor.report.console",
    "json": "auditor.report.json_report",
    "sarif": "auditor.report.sarif",
}


@dataclass(frozen=True)
class Writer:
    """One report to make; ``path`` None means standard output."""

    format: str
    path: Path | None


def parse(outputs: Sequence[str], printed: str) -> tuple[Writer, ...]:
    """Return the writers for ``--output FORMAT=FILE`` values and the printed format. Raises ``UsageError``."""
    return (*(_writer(text) for text in outputs), Writer(printed, None))


def _writer(text: str) -> Writer:
    name, equals, path = text.partition("=")
    if not equals or not path:
        name, path = Path(text).suffix.lstrip("."), text
    if name not in FORMATS:
        raise UsageError(
            f"--output {text}: unknown format {name!r}", f"write FORMAT=FILE; formats: {', '.join(FORMATS)}"
        )
    return Writer(name, Path(path))


def write(report: Report, writers: Sequence[Writer], *, fail_on: Band, quiet: bool) -> None:
    """Render ``report`` for every writer. Raises ``IncompleteError`` when a file cannot be written."""
    for writer in writers:
        module: Any = import_module(FORMATS[writer.format])
        if writer.path is None:
            module.show(report, sys.stdout, fail_on=fail_on, quiet=quiet)
        else:
            save(writer.path, module.render(report, fail_on=fail_on, quiet=quiet))


def save(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, readable by the owner only, in one step, never through a symbolic link."""
    if path.is_symlink():
        raise IncompleteError(f"{path}: is a symbolic link; reports are not written through links", "name another file")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(name, path)
    except OSError as error:
        raise IncompleteError(
            f"{path}: the report could not be written: {error.strerror}", "choose another place"
        ) from None
