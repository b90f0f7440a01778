"""The application: its commands, and nothing that is not needed to print help."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from auditor import __version__
from auditor.cli import agents, rules, scan, usage
from auditor.cli.hook import COMPLETING
from auditor.errors import ExitCode

_NAME = "agent-audit"

app = typer.Typer(
    name=_NAME,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Which long-lived credentials can the AI agents here reach, what could each destroy, and which few changes "
    "close that?",
    epilog="Start with: agent-audit scan .",
)
app.command("scan", epilog=scan.EXAMPLES)(scan.scan)
app.command("agents")(agents.agents)
app.add_typer(rules.rules, name="rules")


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
    if COMPLETING in os.environ:  # a shell asks what may follow; typer answers and exits
        app(args=arguments, prog_name=_NAME)
    try:
        command = typer.main.get_command(app)
        with command.make_context(_NAME, list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    except usage.PROBLEM as problem:
        if usage.is_help(problem):
            typer.echo(problem.format_message(), err=True)
            return ExitCode.USAGE
        raise usage.explained(problem, arguments[0]) from None
    return ExitCode.CLEAN
