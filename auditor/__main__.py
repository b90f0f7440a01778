"""The way in: ``agent-audit`` and ``python -m auditor``. Every failure becomes a sentence and its own exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from auditor import __version__
from auditor.errors import AuditError, ExitCode


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line ``argv`` (default: this process's) and exit; never raises anything but ``SystemExit``."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    code = int(ExitCode.CLEAN)
    _open_what_is_closed()
    try:
        if arguments in (["--version"], ["-V"]):  # answered without loading the command line's machinery
            sys.stdout.write(f"agent-audit {__version__}\n")
        else:
            code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing more to say, and nothing to say it to.
        from auditor.cli.output import hush

        hush()
    except KeyboardInterrupt:
        code = _say("interrupted; the scan is not complete", "", ExitCode.INTERRUPTED)
    except OSError as error:  # a full disk behind standard output
        code = _say(f"the output could not be written: {error.strerror}", "", ExitCode.INCOMPLETE)
    raise SystemExit(code)


def _open_what_is_closed() -> None:
    """Give standard output and error a place to go to when they were closed (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open until the process ends


def _run(arguments: list[str]) -> int:
    try:
        from auditor.cli.hook import order_of

        order = order_of(arguments)
        if order is not None:
            from auditor.cli.audit import audit

            return audit(order)
        from auditor.cli.app import run

        return run(arguments)
    except AuditError as error:
        return _say(error.what, error.hint, error.code)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last door: a crash must never look like a finding
        return _crash(error, debug="--debug" in arguments)


def _say(what: str, hint: str, code: ExitCode) -> int:
    from auditor.report.plain import printable

    sys.stderr.write(f"agent-audit: {printable(what)}\n")
    if hint:
        sys.stderr.write(f"  → {printable(hint)}\n")
    return int(code)


def _crash(error: Exception, *, debug: bool) -> int:
    """Say where it went wrong; a traceback's places only, never its values, which could be secrets."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "unknown place"
    if debug:
        for frame in frames:
            sys.stderr.write(f"  {os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}\n")
    what = f"internal error ({type(error).__name__} at {where}); the scan is not complete"
    return _say(what, "run again with --debug and report the places it prints", ExitCode.INCOMPLETE)


if __name__ == "__main__":
    main()
