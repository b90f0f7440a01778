"""What the parser of the command line refuses, said our way: what, where, and the nearest thing that would work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import typer

from auditor.cli.hints import HABITS, near
from auditor.errors import UsageError

# The parser's own class for all it refuses. Typer hands out only this child of it.
PROBLEM: Any = typer.BadParameter.__mro__[1]

_NAME = "agent-audit"
_NOT_ONE_OF = re.compile(r"'(?P<given>[^']*)' is not one of (?P<known>.*?)\.?$", re.DOTALL)


def is_help(problem: Any) -> bool:
    """Whether the parser has no problem, but shows its help because no command was given."""
    return str(problem.message).startswith("Usage:")


def explained(problem: Any, command: str = "") -> UsageError:
    """Return the parser's ``problem`` as our own error, with the nearest command, option or value as its hint.

    ``command`` is the first word of the command line, for the problems that do not say where they arose.
    """
    context = problem.ctx
    where = context.command_path if context else f"{_NAME} {command}".strip()
    if getattr(problem, "param", None) is not None:
        return _parameter(problem, where)
    option = getattr(problem, "option_name", "")
    if option and hasattr(problem, "possibilities"):
        return _error(where, f"no such option: {option}", _hint(option, [*_options(context), *HABITS], where))
    commands = tuple(getattr(context.command, "commands", ())) if context else ()
    if commands:
        given = _first_quoted(problem.message)
        return _error(where, f"no such command: {given}", _hint(given, commands, where))
    return _error(where, _sentence(problem.message), f"`{where} --help` shows what it takes")


def _error(where: str, what: str, hint: str) -> UsageError:
    command = where.removeprefix(_NAME).strip()
    return UsageError(f"{command}: {what}" if command else what, hint)


def _parameter(problem: Any, where: str) -> UsageError:
    parameter = problem.param
    is_option = parameter.param_type_name == "option"
    name = max(parameter.opts, key=len) if is_option else parameter.make_metavar(problem.ctx)
    refused = _NOT_ONE_OF.search(problem.message)
    if refused:
        known = re.findall(r"'([^']*)'", refused["known"])
        what = f"{name} {refused['given']}: not one of {', '.join(known)}"
        return _error(where, what, _hint(refused["given"], known, where))
    said = _sentence(problem.message) or "a value is missing"
    return _error(where, f"{name}: {said}", f"`{where} --help` shows what it takes")


def _hint(given: str, known: Iterable[str], where: str) -> str:
    return near(given, known) or f"`{where} --help` lists what there is"


def _options(context: Any) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        yield from (name for name in parameter.opts if name.startswith("--"))


def _first_quoted(message: str) -> str:
    quoted = re.search(r"'([^']*)'", message)
    return quoted[1] if quoted else message


def _sentence(message: str) -> str:
    """The parser's words in the middle of ours: no capital, no full stop."""
    text = message.strip().rstrip(".")
    return text[:1].lower() + text[1:]
