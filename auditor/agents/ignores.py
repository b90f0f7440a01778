"""Ignore files (gitignore syntax) as rules over paths, with what a later ``!`` line takes back."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.agents.documents import Document
from auditor.agents.globs import gitignore_to_globs
from auditor.agents.masks import setting_word
from auditor.model.agent import EnforcedFor, Evidence, FileRule, Verdict
from auditor.model.frozen import frozen, replace


@frozen
class Ignores:
    """The lines of one ignore file, or of a built-in list (``shown`` empty, lines without a number)."""

    lines: tuple[str, ...]
    shown: str = ""
    note: str = ""


def from_file(document: Document) -> Ignores:
    """An ignore file that was read as text; none at all when it could not be."""
    return Ignores(tuple(str(document.data or "").splitlines()), document.shown)


def ignore_rules(stack: Iterable[Ignores], base: str, enforced: EnforcedFor) -> tuple[FileRule, ...]:
    """Deny rules for lists that count from the absolute folder ``base``, each later one speaking last.

    A ``!`` line takes its paths back from every line before it. That a file below an ignored folder cannot be taken
    back (gitignore(5)) is left out: what may be readable counts as readable.
    """
    rules: list[FileRule] = []
    for ignores in stack:
        for number, line in enumerate(ignores.lines, start=1):
            text = line.strip()
            if text.startswith("!"):
                back = gitignore_to_globs(text[1:], base)
                rules = [replace(rule, excepts=(*rule.excepts, *back)) for rule in rules if rule.glob not in back]
                continue
            note = ignores.note or f"ignores {setting_word(text)}"
            said = Evidence(ignores.shown, line=number if ignores.shown else 0, note=note)
            rules += [FileRule(Verdict.DENY, text, glob, enforced, said) for glob in gitignore_to_globs(line, base)]
    return tuple(rules)
