"""Where reports go: the one to print, and those to write to files, each whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from auditor.cli.hints import near
from auditor.errors import IncompleteError, UsageError
from auditor.model.exposure import Band, Report
from auditor.model.frozen import frozen

# Renderers by format; each module has `render(report, **options) -> str` and `show(report, stream, **options)`.
FORMATS = {
    "console": "auditor.report.console",
    "json": "auditor.report.json_report",
    "sarif": "auditor.report.sarif",
}
FOR_PEOPLE = "console"
_ENDINGS = {".sarif.json": "sarif", ".txt": "console"}


@frozen
class Writer:
    """One report to make; ``path`` None means standard output."""

    format: str
    path: Path | None


def parse(outputs: Sequence[str], printed: str) -> tuple[Writer, ...]:
    """Return the writers for ``--output FORMAT=FILE`` values, files first, and the printed format.

    A file alone tells its format by its ending. Raises ``UsageError`` for a format or a place that cannot be.
    """
    writers = tuple(_writer(text) for text in outputs)
    for number, writer in enumerate(writers):
        if writer.path in {other.path for other in writers[:number]}:
            raise UsageError(f"--output {outputs[number]}: {writer.path} is named twice", "give each its own file")
    return (*writers, Writer(printed, None))


def _writer(text: str) -> Writer:
    name, equals, file = text.partition("=")
    if not equals:
        name, file = _by_ending(text), text
    if name not in FORMATS:
        said = f"unknown format {name!r}" if name else "a format is missing"
        hint = near(name, FORMATS) or f"write FORMAT=FILE; formats: {', '.join(FORMATS)}"
        raise UsageError(f"--output {text}: {said}", hint)
    if not file:
        raise UsageError(f"--output {text}: a file is missing", f"write {name}=FILE")
    path = Path(file)
    _refuse(path, text)
    return Writer(name, path)


def _by_ending(name: str) -> str:
    for ending, known in _ENDINGS.items():
        if name.endswith(ending):
            return known
    return Path(name).suffix.lstrip(".")


def _refuse(path: Path, text: str) -> None:
    """Raise ``UsageError`` for a place where no report can be written, before the scan takes its time."""
    if path.is_symlink():
        raise UsageError(f"--output {text}: a symbolic link; no report is written through one", "name another file")
    if path.is_dir():
        raise UsageError(f"--output {text}: is a folder", "name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"--output {text}: there is no folder {path.parent}", "make the folder first")


def write(report: Report, writers: Sequence[Writer], *, fail_on: Band, quiet: bool) -> None:
    """Render ``report`` for every writer.

    Raises ``IncompleteError`` when a file cannot be written and ``BrokenPipeError`` when nobody reads what is printed.
    """
    for writer in writers:
        module: Any = import_module(FORMATS[writer.format])
        if writer.path is None:
            stream = _stream(writer.format)
            module.show(report, stream, fail_on=fail_on, quiet=quiet)
            stream.flush()
        else:
            save(writer.path, module.render(report, fail_on=fail_on, quiet=quiet))


def _stream(name: str) -> TextIO:
    """Standard output; UTF-8 for programs, for people whatever the terminal speaks, with escapes for the rest."""
    reconfigure: Any = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(**({"errors": "backslashreplace"} if name == FOR_PEOPLE else {"encoding": "utf-8"}))
    return sys.stdout


def hush() -> None:
    """Let what is still to be printed vanish: nobody reads it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def save(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, readable by the owner only, in one step, never through a symbolic link.

    Raises ``IncompleteError`` when that cannot be done; nothing is left behind then.
    """
    from tempfile import mkstemp

    name = ""
    try:
        handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(name, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(name)
        what = f"{path}: the report could not be written: {error.strerror or 'the system refused'}"
        raise IncompleteError(what, "choose another place") from None
