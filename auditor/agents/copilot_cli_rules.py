"""GitHub Copilot CLI's rule words: approved commands, ``shell(…)`` and ``server(tool)`` forms, and the URL lists.

Source: the vendor's pages on configuring the CLI, its configuration folder and managed settings (docs.github.com).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from auditor.agents.command_rules import broad, wild
from auditor.agents.commands import SimpleCommand, simple_commands
from auditor.agents.examples import Answer, strictest
from auditor.agents.layers import Layer, Setting
from auditor.agents.masks import blot
from auditor.agents.places import under
from auditor.agents.stage import built_in
from auditor.model.agent import ExecRule, Verdict

_FORM: Final = re.compile(r"([^()]+)\((.*)\)", re.DOTALL)
_FETCHERS: Final = frozenset({"curl", "wget", "fetch"})
_IDENTIFIED: Final = 2
OTHERWISE: Final[Answer] = (
    Verdict.ASK,
    (built_in("tool_approvals", "ask", "a tool that nobody approved is asked for"),),
)
_PATHS: Final = (
    built_in("paths", "ask", "a command that plainly names a path outside the allowed folders is asked for"),
)
_URLS: Final = (built_in("urls", "ask", "a URL that no list allows is asked for"),)


def approvals(layer: Layer, place: str) -> tuple[ExecRule, ...]:
    """The approvals stored for one absolute folder in ``permissions-config.json``; the file holds no refusals."""
    keys = ("locations", place, "tool_approvals")
    found: list[ExecRule] = []
    entries = layer.document.get(*keys) if layer.holds(*keys) else None
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            found += _approval(layer, entry, (*keys, at))
    return tuple(found)


def _approval(layer: Layer, entry: dict[str, Any], keys: tuple[str | int, ...]) -> list[ExecRule]:
    kind = entry.get("kind")
    if kind == "commands":
        words = entry.get("commandIdentifiers")
        held = [word for word in words if isinstance(word, str)] if isinstance(words, list) else []
        evidence = layer.document.evidence(*keys, "commandIdentifiers")
        return [ExecRule(Verdict.ALLOW, blot(word), "command", _broad(word), evidence) for word in held]
    if kind == "mcp":
        tool = entry.get("toolName")
        pattern = f"{entry.get('serverName', '*')}:{tool or '*'}"
        return [ExecRule(Verdict.ALLOW, pattern, "mcp", not tool, layer.document.evidence(*keys))]
    if kind in {"write", "read", "memory", "custom-tool", "extension-management", "extension-permission-access"}:
        return [ExecRule(Verdict.ALLOW, str(kind), "tool", False, layer.document.evidence(*keys))]
    return []


def managed(words: Iterable[Setting], effect: Verdict) -> tuple[ExecRule, ...]:
    """The rules of one managed list: ``shell``, ``shell(git push)``, ``write``, ``server(tool)``."""
    found = []
    for word in words:
        form = _FORM.fullmatch(word.value.strip())
        name, inside = (form[1].strip(), form[2].strip()) if form else (word.value.strip(), "")
        if name == "shell":
            pattern = inside or "*"
            wide = effect is Verdict.ALLOW and _broad(pattern)
            found.append(ExecRule(effect, blot(pattern), "command", wide, word.evidence))
        elif form:
            found.append(ExecRule(effect, f"{name}:{inside or '*'}", "mcp", not inside, word.evidence))
        else:
            found.append(ExecRule(effect, name, "tool", False, word.evidence))
    return tuple(found)


def url_rules(words: Iterable[Setting], effect: Verdict) -> tuple[ExecRule, ...]:
    """A list of URLs or hosts as rules for what is fetched."""
    return tuple(ExecRule(effect, blot(word.value), "url", word.value.strip() == "*", word.evidence) for word in words)


def approved(rules: Sequence[ExecRule], line: str) -> Answer:
    """Whether every command of a line is approved, whatever paths or addresses it names."""
    return strictest((_one(rules, part) for part in simple_commands(line)), _one(rules, None))


def gated(rules: Sequence[ExecRule], line: str, roots: tuple[str, ...]) -> Answer:
    """The same, with the two gates that look at the words of a command: paths and URLs.

    What a variable hides or a program puts together at run time they do not see, so they stop no command for certain.
    """
    parts = simple_commands(line)
    answers = [_one(rules, part) for part in parts]
    for part in parts:
        words = part.arguments
        if words and words[0] in _FETCHERS:
            answers += [for_url(rules, word) for word in words[1:] if "://" in word]
        answers += [(Verdict.ASK, _PATHS) for word in words[1:] if _outside(word, roots)]
    return strictest(answers, _one(rules, None))


def for_url(rules: Sequence[ExecRule], url: str) -> Answer:
    """What the URL gate says of an address: refused before allowed, otherwise a human is asked."""
    said = url.partition("://")[2] or url
    for effect in (Verdict.DENY, Verdict.ALLOW):
        for rule in rules:
            if rule.kind == "url" and rule.effect is effect and _covers(rule.pattern, said):
                return effect, (rule.evidence,)
    return Verdict.ASK, _URLS


def server_gate(rules: Sequence[ExecRule], server: str) -> str:
    """How many tools of a server are approved beforehand: ``all``, ``some`` or ``no``."""
    gate = "no"
    for rule in rules:
        name, _, tool = rule.pattern.rpartition(":")
        if rule.kind == "mcp" and wild(name, server):
            if rule.effect is not Verdict.ALLOW and tool == "*":
                return "no"
            if rule.effect is Verdict.ALLOW:
                gate = "all" if tool == "*" or gate == "all" else "some"
    return gate


def _covers(pattern: str, said: str) -> bool:
    """Whether a pattern (scheme and path optional, a star in the name) takes in an address without its scheme."""
    wanted = (pattern.partition("://")[2] or pattern).strip().rstrip("/")
    host, slash, _ = wanted.partition("/")
    given = said.partition("/")[0].partition("?")[0]
    return wild(f"{wanted}*", said) if slash else wild(host.lower(), given.lower().rpartition("@")[2])


def _one(rules: Sequence[ExecRule], command: SimpleCommand | None) -> Answer:
    for effect in (Verdict.DENY, Verdict.ASK, Verdict.ALLOW):
        for rule in rules:
            if rule.kind == "command" and rule.effect is effect and _names(rule.pattern, command):
                return effect, (rule.evidence,)
    return OTHERWISE


def _names(pattern: str, command: SimpleCommand | None) -> bool:
    """Whether an identifier names a command: a prefix when it ends in ``:*``, else a program with its subcommand."""
    if pattern.strip() == "*":
        return True
    if command is None:
        return False
    prefix = pattern.endswith(":*")
    wanted = tuple(pattern.removesuffix(":*").split())
    words = command.arguments
    if prefix or len(wanted) <= _IDENTIFIED:
        return bool(wanted) and words[: len(wanted)] == wanted
    return words == wanted


def _outside(word: str, roots: tuple[str, ...]) -> bool:
    if word.startswith("~"):
        return True
    if word.startswith("/"):
        return not under(posixpath.normpath(word), roots)
    return not under(posixpath.normpath(posixpath.join(roots[0], word)), roots) if word.startswith("../") else False


def _broad(pattern: str) -> bool:
    return broad(pattern.removesuffix(":*"))
