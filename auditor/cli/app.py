"""The application: its commands, and nothing that is not needed to print help."""

from __future__ import annotations

from typing import Annotated

import typer

from auditor import __version__
from auditor.cli import agents, scan
from auditor.errors import ExitCode

app = typer.Typer(
    name="agent-audit",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Which long-lived credentials can the AI agents here reach, what could each destroy, and which few changes "
    "close that?",
    epilog="Start with: agent-audit scan .",
)
app.command("scan")(scan.scan)
app.command("agents")(agents.agents)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"agent-audit {__version__}")
        raise typer.Exit(ExitCode.CLEAN)


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=lambda value: _version(wanted=value), is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    del version


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code. Raises ``AuditError`` for what a person must act on."""
    try:
        result = app(args=arguments, prog_name="agent-audit", standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else ExitCode.USAGE
    return int(result or 0)
