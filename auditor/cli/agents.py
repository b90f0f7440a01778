"""``agent-audit agents``: the effective permissions of every agent here, each with the file and line that set it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def agents(
    paths: Annotated[list[Path] | None, typer.Argument(help="Workspaces; the current folder by default.")] = None,
    *,
    agent: Annotated[
        list[str] | None, typer.Option("--agent", help="Assume this agent works here (repeatable).")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show which agents work here, what each may read, run and reach, and what set it."""
    from auditor.agents import survey
    from auditor.cli.job import JobFlags, make_job
    from auditor.pipeline import surroundings
    from auditor.report import agents as report

    places = tuple(str(path) for path in paths or (Path(),))
    job = make_job(JobFlags(paths=places, agents=tuple(agent or ())), os.environ, None)
    records = survey(surroundings(job))
    report.show(records, sys.stdout, as_json=json_)
