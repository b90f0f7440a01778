"""Cursor's rule words: ``Shell(…)``, ``Read(…)``, ``WebFetch(…)`` and ``Mcp(…)`` of the CLI, and the IDE's allow-lists.

Source: the vendor's reference pages on CLI permissions and on ``permissions.json`` (cursor.com/docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Final

from auditor.agents.commands import SimpleCommand, is_broad, simple_commands
from auditor.agents.examples import Answer, strictest
from auditor.agents.globs import escape
from auditor.agents.layers import Setting
from auditor.agents.masks import blot
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import EnforcedFor, Evidence, ExecRule, FileRule, Verdict
from auditor.model.lazy import lazy_pattern

_WORD: Final = lazy_pattern(r"(Shell|Read|Write|WebFetch|Mcp)\((.*)\)", re.DOTALL)
_KINDS: Final = {"Shell": "shell", "Write": "write", "WebFetch": "fetch", "Mcp": "mcp"}


def cli_rules(words: Iterable[Setting], effect: Verdict) -> tuple[ExecRule, ...]:
    """The rules of one ``permissions`` list that do not speak of reading files; words that are no rule are left out."""
    found = []
    for word in words:
        form = _WORD.fullmatch(word.value.strip())
        if form and form[1] in _KINDS:
            kind = _KINDS[form[1]]
            broad = effect is Verdict.ALLOW and kind in {"shell", "mcp"} and _broad(kind, form[2])
            found.append(ExecRule(effect, blot(form[2]), kind, broad, word.evidence))
    return tuple(found)


def read_rules(words: Iterable[Setting], effect: Verdict, around: Surroundings, workspace: str) -> tuple[FileRule, ...]:
    """The ``Read(glob)`` rules of one list; relative globs count from the workspace."""
    forms = ((word, _WORD.fullmatch(word.value.strip())) for word in words)
    return tuple(
        FileRule(effect, word.value, glob, EnforcedFor.TOOL, word.evidence)
        for word, form in forms
        if form and form[1] == "Read"
        for glob in _globs(form[2].strip(), around, workspace)
    )


def listed(words: Iterable[Setting]) -> tuple[ExecRule, ...]:
    """The IDE's ``terminalAllowlist`` as rules: the start of a command, or ``program:arguments`` with wildcards."""
    return tuple(
        ExecRule(Verdict.ALLOW, blot(word.value), "listed", _broad("listed", word.value), word.evidence)
        for word in words
        if word.value.strip()
    )


def shell_answer(rules: Sequence[ExecRule], line: str, otherwise: Answer) -> Answer:
    """What the lists say of a command line: each command in it needs an allow rule, and one deny refuses the line.

    ``otherwise`` is what happens with a command that no rule names.
    """
    parts = simple_commands(line)
    return strictest((_one(rules, part, otherwise) for part in parts), otherwise)


def lines(rules: Iterable[ExecRule]) -> tuple[str, ...]:
    """Allow rules as command lines to ask about: what stands before the first wildcard."""
    kept = (rule.pattern for rule in rules if rule.effect is Verdict.ALLOW and rule.kind in {"shell", "listed"})
    found = (pattern.replace(":", " ", 1).partition("*")[0].strip() for pattern in kept)
    return tuple(dict.fromkeys(line for line in found if line))


def for_host(rules: Iterable[ExecRule], what: str) -> ExecRule | None:
    """The ``WebFetch`` rule that decides a URL or host: deny before allow; ``*.x`` is any name below ``x``."""
    host = (what.partition("://")[2] or what).partition("/")[0].partition(":")[0].lower()
    found = [rule for rule in rules if rule.kind == "fetch" and fnmatchcase(host, rule.pattern.strip().lower())]
    return min(found, key=lambda rule: rule.effect is not Verdict.DENY, default=None)


def server_gate(words: Iterable[str], server: str) -> str:
    """How far ``server:tool`` words (globs, case ignored) approve a server: ``all``, ``some`` or ``no``."""
    gate = "no"
    for word in words:
        name, _, tool = word.strip().lower().partition(":")
        if fnmatchcase(server.lower(), name or "*"):
            if tool in {"", "*"}:
                return "all"
            gate = "some"
    return gate


def _one(rules: Sequence[ExecRule], command: SimpleCommand, otherwise: Answer) -> Answer:
    for effect in (Verdict.DENY, Verdict.ALLOW):
        for rule in rules:
            if rule.effect is effect and _matches(rule, command):
                return effect, (rule.evidence,)
    return otherwise


def _matches(rule: ExecRule, command: SimpleCommand) -> bool:
    words = command.arguments
    if not words:
        return False
    program, colon, wanted = rule.pattern.strip().partition(":")
    rest = " ".join(words[1:])
    if rule.kind == "shell":
        return fnmatchcase(words[0], program) and (not colon or fnmatchcase(rest, wanted or "*"))
    if rule.kind != "listed":
        return False
    if colon:
        return words[0] == program and fnmatchcase(rest, wanted or "*")
    return program == "*" or command.text.startswith(program)


def _globs(said: str, around: Surroundings, workspace: str) -> tuple[str, ...]:
    """A glob of the CLI as absolute ones; a name that ends in a slash is what is below it."""
    text = said.replace("~", around.home.as_posix(), 1) if said.startswith("~") else said
    text = text if text.startswith("/") else f"{escape(workspace)}/{text.removeprefix('./')}"
    if text.endswith("/"):
        return (f"{text}**",)
    return (text,) if "*" in text else (text, f"{text}/**")


def _broad(kind: str, pattern: str) -> bool:
    if kind == "mcp":
        return pattern.strip().startswith("*")
    program, _, rest = pattern.strip().partition(":")
    words = simple_commands(f"{program} {rest}".strip())
    return bool(words) and is_broad(words[0].arguments)


def unlisted(verdict: Verdict, key: str, value: str, note: str) -> Answer:
    """The answer for what no rule names, with a built-in reason."""
    return verdict, (Evidence(key=key, value=value, note=note),)
