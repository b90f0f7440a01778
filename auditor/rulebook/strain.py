"""Patterns that a crafted text could keep busy for good: texts to try them with, and a trial with an end.

``re`` tries every way to split a text between nested or neighbouring repeats. A text that fits almost, repeated, and
then fails, shows whether a pattern has that weakness.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from auditor.model.frozen import frozen
from auditor.rulebook.exemplar import made
from auditor.rulebook.syntax import constants, tree

# What a match is given on a window; sound patterns need a thousandth of it.
SECONDS = 3.0
_SHORT = 40
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
_BREAKS = ("\x00", "")
# The watchdog of faulthandler ends the process even while a match holds the interpreter.
_TRIAL = """
import faulthandler, json, os, re, sys
null = open(os.devnull, "w")
for line in sys.stdin:
    name, pattern, flags, texts, seconds = json.loads(line)
    print(name, flush=True)
    regex = re.compile(pattern.encode("latin-1"), flags)
    faulthandler.dump_traceback_later(seconds, exit=True, file=null)
    for text in texts:
        for _ in regex.finditer(text.encode("latin-1")):
            pass
    faulthandler.cancel_dump_traceback_later()
"""


@frozen
class Trial:
    """A pattern (ASCII text) with its ``re`` flags under a name, and the texts it has to get through."""

    name: str
    pattern: str
    flags: int
    texts: tuple[str, ...]


def attacks(pattern: str, length: int) -> tuple[str, ...]:
    """Return texts of about ``length`` characters that keep ``pattern`` busy: every repeat pumped up, then broken."""
    found: dict[str, None] = {}
    for before, body in _repeats(list(tree(pattern.removeprefix("(?i)")))):
        head = made(before, "head")
        pump = made(body, "pump")
        for text in (head + pump * length, head + pump[:1] * length, (head + pump) * length):
            for size in (_SHORT, length):
                found.update(dict.fromkeys(text[:size] + end for end in _BREAKS))
    return tuple(found)


def _repeats(items: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
    """Every repeat in the parsed ``items``: what stands before it, and what it repeats."""
    for place, (operator, argument) in enumerate(items):
        before = items[:place]
        if operator in _REPEATS:
            body = list(argument[2])
            yield before, body
            yield from (([*before, *inner], pumped) for inner, pumped in _repeats(body))
        elif operator is constants.SUBPATTERN:
            yield from (([*before, *inner], pumped) for inner, pumped in _repeats(list(argument[3])))
        elif operator is constants.BRANCH:
            for branch in argument[1]:
                yield from (([*before, *inner], pumped) for inner, pumped in _repeats(list(branch)))


def pathological(trials: Iterable[Trial], seconds: float = SECONDS) -> tuple[str, ...]:
    """Return the names of the trials that are not through after ``seconds``; each costs no more than that."""
    waiting = list(trials)
    failed: list[str] = []
    while waiting:
        lines = [json.dumps([t.name, t.pattern, t.flags, t.texts, seconds]) for t in waiting]
        command = [sys.executable, "-I", "-c", _TRIAL]
        done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=False)  # noqa: S603
        started = done.stdout.split()
        if done.returncode == 0 or not started:
            break
        failed.append(started[-1])
        waiting = waiting[len(started) :]
    return tuple(failed)
