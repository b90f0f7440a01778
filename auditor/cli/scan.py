"""``agent-audit scan``: find, assess, report; exit 1 when something is at or above the band asked for."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = """\b
agent-audit scan .               a project, with all that is hidden or ignored
agent-audit scan --home --env    what this machine hands to every agent
agent-audit scan --staged        what the next commit would bring
agent-audit scan --history .     a project, and all it ever held
git log -p | agent-audit scan -  anything that prints

Exit codes: 0 clean, 1 findings, 2 usage, 3 not complete, 130 interrupted.
"""


class BandName(str, Enum):
    """Bands as words for ``--fail-on``."""

    critical = "critical"
    high = "high"
    medium = "medium"
    low = "low"
    info = "info"


class FormatName(str, Enum):
    """Report formats."""

    console = "console"
    json = "json"
    sarif = "sarif"


def scan(
    paths: Annotated[list[str] | None, typer.Argument()] = None,
    *,
    staged: Annotated[
        bool, typer.Option("--staged", help="Scan what the next commit would bring (the git index).")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Also scan what the commits of HEAD ever held (git history).")
    ] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="History: only commits made since 2025-10-05, or 90 days.")
    ] = "",
    range_: Annotated[
        str, typer.Option("--range", metavar="A..B", help="History: only the commits of a range, as git writes it.")
    ] = "",
    all_refs: Annotated[bool, typer.Option("--all-refs", help="History: all branches, tags and stashes.")] = False,
    unreachable: Annotated[
        bool, typer.Option("--unreachable", help="History: also what only reflogs, or nothing at all, lead to.")
    ] = False,
    env: Annotated[bool, typer.Option("--env", help="Also scan this process's environment variables.")] = False,
    home: Annotated[
        bool, typer.Option("--home", help="Also scan the credential files that tools leave in the home.")
    ] = False,
    agent: Annotated[
        list[str] | None, typer.Option("--agent", help="Assume this agent works here (repeatable).")
    ] = None,
    format_: Annotated[FormatName, typer.Option("--format", "-f", help="What to print.")] = FormatName.console,
    output: Annotated[
        list[str] | None, typer.Option("--output", "-o", help="Also write FORMAT=FILE (repeatable).")
    ] = None,
    fail_on: Annotated[
        BandName, typer.Option("--fail-on", help="Exit 1 for findings in this band or above.")
    ] = BandName.high,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Report only: findings do not change the exit code.")
    ] = False,
    rules: Annotated[
        list[Path] | None, typer.Option("--rules", help="Folder with more provider rules (repeatable).")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Glob of paths to leave out (repeatable).")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes to use; 0 means one a processor.")] = 0,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither read nor write the compiled rules' cache.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only findings at or above --fail-on.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="On an internal error, print where it happened.")] = False,
) -> None:
    """Find the long-lived credentials agents can reach here, and what each could destroy.

    PATHS are files and folders; - is standard input. Nothing leaves this machine.
    """
    del debug
    from auditor.cli.audit import Order, audit
    from auditor.cli.job import JobFlags
    from auditor.cli.past import HistoryFlags

    flags = JobFlags(
        tuple(paths or ()),
        staged,
        env,
        home,
        tuple(agent or ()),
        tuple(rules or ()),
        tuple(exclude or ()),
        jobs,
        no_cache,
        HistoryFlags(history, since, range_, all_refs, unreachable),
    )
    order = Order(flags, format_.value, tuple(output or ()), fail_on.value, exit_zero, quiet)
    raise typer.Exit(audit(order))
