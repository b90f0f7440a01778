"""The command lines of hooks, understood without the parser: to load that takes longer than to scan what is staged.

Only ``scan`` with paths and the few options below is understood; everything else is left to the parser, which means the
same by these words.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.cli.audit import Order

COMPLETING = "_AGENT_AUDIT_COMPLETE"
_BANDS = ("critical", "high", "medium", "low", "info")


def order_of(arguments: Sequence[str]) -> Order | None:
    """Return what a plain ``scan`` command line asks for; None when the parser is needed."""
    if arguments[:1] != ["scan"] or COMPLETING in os.environ:
        return None
    paths: list[str] = []
    said = {"--staged": False, "--quiet": False, "--exit-zero": False}
    band = "high"
    words = iter(arguments[1:])
    for word in words:
        if word in said:
            said[word] = True
        elif word == "--fail-on" and (given := next(words, "")) in _BANDS:
            band = given
        elif word.startswith("-"):
            return None
        else:
            paths.append(word)
    from auditor.cli.audit import Order
    from auditor.cli.job import JobFlags

    job = JobFlags(paths=tuple(paths), staged=said["--staged"])
    return Order(job, fail_on=band, exit_zero=said["--exit-zero"], quiet=said["--quiet"])
