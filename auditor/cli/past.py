"""The flags of a history scan, checked: what git would take for granted or guess is refused here."""

from __future__ import annotations

import re

from auditor.errors import UsageError
from auditor.model.frozen import frozen

_AGO = re.compile(r"(?P<count>\d{1,5}) ?(?P<unit>d|w|m|y|days?|weeks?|months?|years?)( ago)?")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_DAY = 86_400
_REVISIONS = re.compile(r"[^\s\x00-\x1f-][^\s\x00-\x1f]*")


@frozen
class HistoryFlags:
    """``--history`` and what narrows or widens it, as given."""

    wanted: bool = False
    since: str = ""
    range_: str = ""
    all_refs: bool = False
    unreachable: bool = False


def check(flags: HistoryFlags, *, paths: bool, staged: bool) -> None:
    """Raise ``UsageError`` when ``flags`` say nothing together. ``paths``, ``staged``: whether those are given too."""
    more = {
        "--since": flags.since,
        "--range": flags.range_,
        "--all-refs": flags.all_refs,
        "--unreachable": flags.unreachable,
    }
    given = [name for name, value in more.items() if value]
    if given and not flags.wanted:
        raise UsageError(f"{given[0]} says which history, but none is asked for", f"add it: --history {given[0]}")
    if flags.wanted and staged:
        raise UsageError("--history and --staged look at two different things", "run one after the other")
    if flags.wanted and not paths:
        raise UsageError("--history: of which repository?", "name its folder: agent-audit scan --history .")
    if flags.range_ and (flags.all_refs or flags.unreachable):
        raise UsageError(f"--range and {given[-1]} exclude each other", "a range names its commits itself")
    if flags.range_ and not _REVISIONS.fullmatch(flags.range_):
        raise UsageError(f"--range {flags.range_}: not a range of commits", "write it as git does: main..feature")


def moment(given: str) -> int | None:
    """Return ``--since`` in epoch seconds, None when it is not given.

    An ISO 8601 date or time (local unless it says otherwise) or an age: ``90 days``, ``2w``, ``1 year ago``.
    Raises ``UsageError`` for anything else: git would guess, and a guess may leave everything out.
    """
    if not given:
        return None
    from datetime import datetime

    age = _AGO.fullmatch(given.strip())
    try:
        if age:
            return int(datetime.now().astimezone().timestamp()) - int(age["count"]) * _DAYS[age["unit"][0]] * _DAY
        return int(datetime.fromisoformat(given.strip().replace("Z", "+00:00")).timestamp())
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"--since {given}: not a date", "write 2025-10-05, or an age: 90 days") from None
