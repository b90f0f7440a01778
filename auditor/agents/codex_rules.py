"""Codex's command rules: ``*.rules`` files and the rules of requirements, and what they say of a command.

A ``.rules`` file is Starlark; only calls with literal arguments are read, which is how Codex writes them itself. The
most restrictive of all matching rules wins. Source: the vendor's page on rules (developers.openai.com/codex/rules).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from auditor.agents.codex_settings import Codex
from auditor.agents.commands import SimpleCommand, is_broad, simple_commands
from auditor.agents.documents import read_text
from auditor.agents.masks import blot
from auditor.model.agent import ConfigSource, Evidence, ExecRule, Honoured, Verdict
from auditor.model.frozen import frozen

Pattern = tuple[tuple[str, ...], ...]

_DECISIONS: Final = {"allow": Verdict.ALLOW, "prompt": Verdict.ASK, "forbidden": Verdict.DENY}
_OTHER_CALLS: Final = frozenset({"host_executable", "network_rule"})
_SHELLS: Final = frozenset({"bash", "sh", "zsh"})


@frozen
class RuleBook:
    """All rules in force, and the files they came from."""

    rules: tuple[ExecRule, ...]
    sources: tuple[ConfigSource, ...]


def rule_book(codex: Codex) -> RuleBook:
    """Read every rules file, and the rules that requirements add."""
    rules: list[ExecRule] = list(_required(codex))
    sources: list[ConfigSource] = []
    for folder, scope, honoured in codex.rule_folders():
        for path in _files(folder):
            found, problem, exists = _read(path, codex.around.show(path))
            if exists:
                sources.append(ConfigSource(codex.around.show(path), scope, honoured, problem))
            if honoured is not Honoured.NO:
                rules.extend(found)
    return RuleBook(tuple(rules), tuple(sources))


def pattern_of(rule: ExecRule) -> Pattern:
    """A rule's pattern: for every position the words that fit there."""
    return _pattern(rule.pattern)


@lru_cache(maxsize=4096)
def _pattern(written: str) -> Pattern:
    try:
        said = json.loads(written)
    except ValueError:
        return ()
    return tuple(tuple(part) if isinstance(part, list) else (str(part),) for part in said)


def fits(pattern: Pattern, arguments: tuple[str, ...]) -> bool:
    """Whether a command begins with the pattern."""
    if not pattern or len(arguments) < len(pattern) or arguments[0] not in pattern[0]:
        return False
    return all(word in words for word, words in zip(arguments, pattern, strict=False))


def matching(rules: Iterable[ExecRule], arguments: tuple[str, ...]) -> ExecRule | None:
    """The most restrictive rule that matches a command; None when none does."""
    order = (Verdict.DENY, Verdict.ASK, Verdict.ALLOW)
    found = [rule for rule in rules if fits(pattern_of(rule), arguments)]
    return min(found, key=lambda rule: order.index(rule.effect), default=None)


def commands_of(line: str) -> tuple[tuple[str, ...], ...]:
    """The commands that rules are asked about: the parts of a plain script, else the whole script as one command."""
    found = simple_commands(line)
    if len(found) == 1 and found[0].plain:
        return _inner(found[0])
    if found and all(_is_plain(command) for command in found):
        return tuple(command.arguments for command in found)
    return (("bash", "-lc", line),)


def _inner(command: SimpleCommand) -> tuple[tuple[str, ...], ...]:
    """A lone ``bash -lc 'script'`` is looked into; anything else is itself."""
    arguments = command.arguments
    shell = len(arguments) == 3 and arguments[0].rpartition("/")[2] in _SHELLS and arguments[1] in {"-c", "-lc"}  # noqa: PLR2004
    if shell and arguments[2] != "":
        held = commands_of(arguments[2])
        return held if held != (("bash", "-lc", arguments[2]),) else (arguments,)
    return (arguments,) if _is_plain(command) else (("bash", "-lc", command.text),)


def _is_plain(command: SimpleCommand) -> bool:
    redirected = command.reads or command.writes or "<" in command.text or ">" in command.text
    return command.plain and not command.nested and not command.assigned and not redirected


def _required(codex: Codex) -> Iterable[ExecRule]:
    """``[rules].prefix_rules`` of requirements: they may prompt or forbid, never allow."""
    said = codex.requirements.get("rules", "prefix_rules")
    for index, entry in enumerate(said if isinstance(said, list) else ()):
        pattern = _tokens(entry.get("pattern")) if isinstance(entry, dict) else None
        effect = _DECISIONS.get(str(entry.get("decision"))) if isinstance(entry, dict) else None
        if pattern and effect in {Verdict.DENY, Verdict.ASK}:
            where = codex.requirements.evidence("rules", "prefix_rules", index, value=json.dumps(pattern))
            yield _rule(effect, pattern, where)


def _tokens(said: Any) -> list[Any] | None:
    """``[{token = "git"}, {any_of = ["push"]}]`` or plain words as a pattern."""
    found: list[Any] = []
    for part in said if isinstance(said, list) else ():
        if isinstance(part, dict):
            part = part.get("token", part.get("any_of"))  # noqa: PLW2901
        words = part if isinstance(part, list) else [part]
        if not words or not all(isinstance(word, str) for word in words):
            return None
        found.append(part)
    return found or None


def _rule(effect: Verdict, pattern: list[Any], evidence: Evidence) -> ExecRule:
    fixed = tuple(part if isinstance(part, str) else str(part[0]) for part in pattern if part)
    return ExecRule(effect, blot(json.dumps(pattern)), "prefix", effect is Verdict.ALLOW and is_broad(fixed), evidence)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.rules"))
    except OSError:
        return []


def _read(path: Path, shown: str) -> tuple[list[ExecRule], str, bool]:
    """The rules of one file, what is wrong with it, and whether it exists."""
    import ast

    document = read_text(path, shown)
    if document.data is None:
        return [], document.problem, document.exists
    try:
        tree = ast.parse(document.data)
    except SyntaxError as error:
        return [], f"line {error.lineno or 1}: not valid Starlark; file not effective", True
    except (ValueError, RecursionError, MemoryError):
        return [], "cannot be parsed; file not effective", True
    rules: list[ExecRule] = []
    unknown: list[int] = []
    for node in tree.body:
        call = node.value if isinstance(node, ast.Expr) else None
        rule = _call(call, shown)
        rules += [rule] if isinstance(rule, ExecRule) else []
        unknown += [node.lineno] if rule is None else []
    said = f"line {unknown[0]}: not a rule with literal arguments; its effect is unknown" if unknown else ""
    return rules, said, True


def _call(node: Any, shown: str) -> ExecRule | bool | None:
    """``prefix_rule(…)`` as a rule; True for what has no effect on commands; None for what cannot be told."""
    import ast

    if isinstance(node, ast.Constant):
        return True
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    if node.func.id != "prefix_rule":
        return True if node.func.id in _OTHER_CALLS else None
    try:
        said = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg}
        pattern = said.get("pattern", ast.literal_eval(node.args[0]) if node.args else None)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    effect = _DECISIONS.get(str(said.get("decision", "allow")))
    tokens = _tokens(pattern)
    if effect is None or tokens is None:
        return None
    word = next(key for key, value in _DECISIONS.items() if value is effect)
    value = blot(f"{word} {json.dumps(tokens)}")
    return _rule(effect, tokens, Evidence(shown, "prefix_rule", value, node.lineno))
