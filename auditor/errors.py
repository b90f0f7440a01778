"""One error tree and the exit codes (DESIGN 3.10).

AuditError
  UsageError        2  the command line or a configuration file is wrong
    RuleError       2  a rule file is wrong: file, id and field are named
  IncompleteError   3  the scan could not be finished
  ProbeError        4  a required probe could not complete
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with; nothing but findings ever exits 1."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    PROBE = 4
    INTERRUPTED = 130


class AuditError(Exception):
    """A failure that a person can act on: ``what`` happened and where, then ``hint``, what to do next."""

    code = ExitCode.INCOMPLETE

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class UsageError(AuditError):
    """The command line or a configuration file cannot be obeyed as written."""

    code = ExitCode.USAGE


class RuleError(UsageError):
    """A rule file breaks its own contract; ``what`` names file, rule id and field."""


class IncompleteError(AuditError):
    """The scan could not be finished."""

    code = ExitCode.INCOMPLETE


class ProbeError(AuditError):
    """A probe that was required could not complete."""

    code = ExitCode.PROBE
