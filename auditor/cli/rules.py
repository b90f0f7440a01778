"""``agent-audit rules``: what is looked for, the page of one rule, the proof of your own, rules from other scanners."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.errors import ExitCode

if TYPE_CHECKING:
    from auditor.rulebook.book import Rulebook
    from auditor.rulebook.schema import Detector

rules = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="See, prove and import rules.")

More = Annotated[list[Path] | None, typer.Option("--rules", help="Folder with more provider rules (repeatable).")]


@rules.command("list")
def list_rules(
    *,
    provider: Annotated[str, typer.Option("--provider", "-p", help="Only the rules of this provider.")] = "",
    json_: Annotated[bool, typer.Option("--json", help="Print JSON instead of columns.")] = False,
    more: More = None,
) -> None:
    """List every rule: id, provider, confidence, lifetime, powers, title."""
    from auditor.cli import rulelist

    book = _book(more)
    found = [detector for detector in book.detectors() if provider in {"", detector.provider}]
    if not found:
        from auditor.cli.hints import near
        from auditor.errors import UsageError

        raise UsageError(
            f"rules list: no such provider: {provider}", near(provider, book.slugs) or "`agent-audit rules list`"
        )
    sys.stdout.write(rulelist.as_json(found) if json_ else rulelist.as_columns(found))


@rules.command()
def show(
    rule: Annotated[str, typer.Argument(metavar="RULE")],
    *,
    more: More = None,
) -> None:
    """Show a rule's page: what it finds, how long that lives, what it can do, how to end it. RULE is a rule's id."""
    from auditor.rulebook.page import page

    book = _book(more)
    sys.stdout.write("\n".join(page(one, book.provider(one.provider), book) for one in _named(book, rule)))


@rules.command()
def check(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
) -> None:
    """Prove the rules of DIR (default: those that ship): examples, counter-examples, both matchers, hard texts.

    Exit codes: 0 all hold, 2 a file is wrong or an example does not hold.
    """
    from auditor.cli.proof import prove

    raise typer.Exit(ExitCode.USAGE if prove(folder, sys.stdout, sys.stderr) else ExitCode.CLEAN)


@rules.command("import")
def import_rules(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    *,
    into: Annotated[Path, typer.Option("--into", help="Folder for the provider files.")],
) -> None:
    """Turn the rules of a gitleaks or betterleaks FILE (TOML) into provider files that prove themselves.

    What cannot be taken over is listed with its reason. Use them with: agent-audit scan . --rules DIR
    """
    from auditor.cli.imports import take

    take(file, into, sys.stdout)


def _book(more: list[Path] | None) -> Rulebook:
    from auditor.cli.job import rule_folders
    from auditor.rulebook.book import Rulebook, read_folders
    from auditor.rulebook.find import rules_folder

    shipped = rules_folder() / "providers"
    return Rulebook.of(read_folders((shipped, *rule_folders(more or ())), proven=shipped))


def _named(book: Rulebook, name: str) -> tuple[Detector, ...]:
    """The rule of that id, or all rules of the provider of that name. Raises ``RuleError`` with the nearest id."""
    if not book.has(name) and name in book.slugs:
        return book.provider(name).detectors
    return (book.by_id(name),)
