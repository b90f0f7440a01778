"""Gemini CLI's policy engine: rules in tiers, and the highest number wins.

Source: the vendor's reference page on the policy engine and the open source of the engine itself (google-gemini,
packages/core/src/policy). A rule's final number is its tier (default 1, extension 2, workspace 3, user 4, admin 5)
plus its priority in thousandths; the first matching rule from the top decides, whatever its effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from auditor.agents.commands import is_broad, simple_commands
from auditor.agents.documents import Document
from auditor.agents.gemini_shell import SHELL, accepted
from auditor.agents.layers import Setting
from auditor.agents.masks import blot
from auditor.model.agent import Evidence, ExecRule, Verdict
from auditor.model.frozen import frozen, replace
from auditor.model.lazy import lazy_pattern

DEFAULT, EXTENSION, WORKSPACE, USER, ADMIN = 1, 2, 3, 4, 5
MODES: Final = {"default": "default", "auto_edit": "autoEdit", "plan": "plan", "yolo": "yolo"}
ALWAYS_ALLOWED: Final = 950

_SHELL_NAMES: Final = frozenset({SHELL, "ShellTool"})
_EFFECTS: Final = {"allow": Verdict.ALLOW, "deny": Verdict.DENY, "ask_user": Verdict.ASK}
_SETTING_FORM: Final = lazy_pattern(r"([A-Za-z0-9_-]+)\((.*)\)", re.DOTALL)
_MOST_PRIORITY: Final = 999

_CORE: Final = ("read_file", "web_fetch", "write_file", "replace")


@frozen
class PolicyRule:
    """One rule as the engine sees it. ``kind``: any, prefix, regex (of the command), args (of the JSON arguments)."""

    effect: Verdict
    tools: tuple[str, ...]
    number: float
    evidence: Evidence
    kind: str = "any"
    pattern: str = ""
    server: str = ""
    modes: tuple[str, ...] = ()
    interactive: bool | None = None
    redirects: bool = False

    def covers(self, tool: str, server: str = "") -> bool:
        """Whether the rule speaks of a tool (of an MCP server, when one is named)."""
        if self.server and (server if self.server != "*" else "*" * bool(server)) != self.server:
            return False
        return any(_names(name, tool, server, scoped=bool(self.server)) for name in self.tools)

    def exec_rule(self) -> ExecRule:
        """The rule for the record; ``+redirect`` in the kind keeps that it also allows output redirection."""
        broad = self.effect is Verdict.ALLOW and (self.kind == "any" or _broad(self.kind, self.pattern))
        kind = self.kind + "+redirect" * self.redirects
        return ExecRule(self.effect, blot(self.pattern), kind, broad, self.evidence)


def built_in(*, headless: bool) -> tuple[PolicyRule, ...]:
    """The rules that ship with the CLI, as far as reading, running, fetching and editing go."""
    gate = Verdict.DENY if headless else Verdict.ASK
    word = "deny" if headless else "ask_user"

    def rule(effect: Verdict, tools: tuple[str, ...], priority: int, said: str, *modes: str) -> PolicyRule:
        evidence = Evidence(key=" ".join(tools), value=said, note=f"built in: {tools[0]} is {said} at {priority}")
        return PolicyRule(effect, tools, _number(DEFAULT, priority), evidence, modes=modes)

    reading = ("read_file", "glob", "grep_search", "list_directory", "google_web_search", "read_many_files")
    return (
        rule(Verdict.ALLOW, reading, 70, "allow", "plan"),
        rule(Verdict.DENY, ("*",), 60, "deny in plan mode", "plan"),
        rule(Verdict.ALLOW, reading, 50, "allow"),
        rule(Verdict.ALLOW, ("web_fetch",), 100, "allow", "autoEdit"),
        rule(Verdict.ALLOW, ("write_file", "replace"), 15, "allow", "autoEdit"),
        rule(gate, (SHELL,), 10, word),
        rule(gate, ("web_fetch",), 10, word),
        rule(gate, ("write_file", "replace"), 10, word),
    )


def from_file(document: Document, tier: int) -> tuple[tuple[PolicyRule, ...], str]:
    """The rules of one policy file and what is wrong with it; one rule that breaks the schema voids the whole file."""
    found: list[PolicyRule] = []
    rules = document.get("rule", default=[])
    if not isinstance(rules, list):
        return (), "rule is not a list of tables; file not effective"
    for index, table in enumerate(rules):
        line = document.line("rule", index)
        wrong = _wrong(table)
        if wrong:
            return (), f"line {line}: {wrong}; file not effective"
        found += _parsed(table, document, index, tier)
    return tuple(found), ""


def from_settings(words: Iterable[tuple[str, Evidence]], effect: Verdict, offset: float) -> tuple[PolicyRule, ...]:
    """The rules that ``tools.allowed`` (0.3) and ``tools.exclude`` (0.4) turn into, in the user tier.

    Brackets make a command prefix for the shell in an allow list; an exclude entry with brackets names no tool at all.
    """
    found = []
    for word, evidence in words:
        form = _SETTING_FORM.fullmatch(word)
        name = form[1] if form else word
        tool = SHELL if name in _SHELL_NAMES else name
        if form and effect is Verdict.DENY:
            continue
        prefix = form[2] if form and tool == SHELL else ""
        kind = "prefix" if prefix else "any"
        found.append(PolicyRule(effect, (tool,), USER + offset, evidence, kind, prefix))
    return tuple(found)


def core(listed: Setting | None) -> tuple[PolicyRule, ...]:
    """What ``tools.core`` takes away: every built-in tool it leaves out, and commands beyond its shell prefixes."""
    if listed is None:
        return ()
    words = [str(word) for word in listed.value]
    shell = [word for word in words if word.partition("(")[0] in _SHELL_NAMES]
    prefixes = " | ".join(word.partition("(")[2].rstrip(")") for word in shell)
    gone = [tool for tool in _CORE if tool not in words]
    gone += [] if shell else [SHELL]
    found = [PolicyRule(Verdict.DENY, (tool,), ADMIN + 1, listed.evidence) for tool in gone]
    if shell and not _SHELL_NAMES.intersection(words):
        found.append(PolicyRule(Verdict.DENY, (SHELL,), ADMIN + 1, listed.evidence, "unless-prefix", prefixes))
    return tuple(found)


def for_server(name: str, effect: Verdict, offset: float, evidence: Evidence) -> PolicyRule:
    """The rule that ``mcp.excluded`` (0.9), a server's ``trust`` (0.2) and ``mcp.allowed`` (0.1) turn into."""
    return PolicyRule(effect, (f"mcp_{name}_*" if name != "*" else "mcp_*",), USER + offset, evidence, server=name)


def in_order(rules: Iterable[PolicyRule], mode: str, *, headless: bool, always: bool) -> tuple[PolicyRule, ...]:
    """The rules that count in a mode, highest number first; equal ones as given.

    ``always`` False (``security.disableAlwaysAllow``) drops what a person once allowed for good. In headless mode a
    question is a refusal.
    """
    kept = [
        replace(rule, effect=Verdict.DENY) if headless and rule.effect is Verdict.ASK else rule
        for rule in rules
        if (not rule.modes or mode in rule.modes)
        and (rule.interactive is None or rule.interactive is not headless)
        and (always or round(rule.number % 1 * 1000) != ALWAYS_ALLOWED)
    ]
    return tuple(sorted(kept, key=lambda rule: -rule.number))


def first(rules: Sequence[PolicyRule], tool: str, server: str = "") -> PolicyRule | None:
    """The rule that decides a tool as a whole; rules over arguments are passed over."""
    return next((rule for rule in rules if rule.kind == "any" and rule.covers(tool, server)), None)


def _names(name: str, tool: str, server: str, *, scoped: bool) -> bool:
    """Whether a rule's tool name means a tool: itself, ``*``, ``mcp_*``, ``mcp_server_*`` or, scoped, a short one."""
    if name in {"*", tool} or (name in _SHELL_NAMES and tool in _SHELL_NAMES):
        return True
    if not server:
        return False
    if name in {"mcp_*", f"mcp_{server}_*"}:
        return True
    return scoped and tool == f"mcp_{server}_{name}"


def _wrong(table: Any) -> str:
    """Why a rule breaks the schema, as the end of a sentence; empty when it does not."""
    if not isinstance(table, dict):
        return "a rule is not a table"
    if table.get("decision") not in tuple(_EFFECTS):
        return "decision is not allow, deny or ask_user"
    priority = table.get("priority")
    if isinstance(priority, bool) or not isinstance(priority, int) or not 0 <= priority <= _MOST_PRIORITY:
        return "priority is not a whole number from 0 to 999"
    names = table.get("toolName", "*")
    listed = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return "" if isinstance(names, str) or listed else "toolName is neither a name nor a list of names"


def _parsed(table: dict[str, Any], document: Document, index: int, tier: int) -> list[PolicyRule]:
    """One table as rules, one per command prefix; none where the command forms are used wrongly."""
    names = table.get("toolName", "*")
    tools = tuple(names) if isinstance(names, list) else (str(names),)
    patterns = _patterns(table, tools)
    evidence = document.evidence("rule", index, value=str(table["decision"]))
    modes = table.get("modes")
    interactive = table.get("interactive")
    rule = PolicyRule(
        effect=_EFFECTS[table["decision"]],
        tools=tools,
        number=_number(tier, table["priority"]),
        evidence=replace(evidence, key="decision", note=f"rule for {' '.join(tools)}, priority {table['priority']}"),
        server=str(table.get("mcpName") or ""),
        modes=tuple(map(str, modes)) if isinstance(modes, list) else (),
        interactive=interactive if isinstance(interactive, bool) else None,
        redirects=table.get("allowRedirection", table.get("allow_redirection")) is True,
    )
    return [replace(rule, kind=kind, pattern=pattern) for kind, pattern in patterns]


def _patterns(table: dict[str, Any], tools: tuple[str, ...]) -> list[tuple[str, str]]:
    prefix, regex, args = (table.get(key) for key in ("commandPrefix", "commandRegex", "argsPattern"))
    used = [value for value in (prefix, regex, args) if value is not None]
    about_shell = tools == (SHELL,)
    if len(used) > 1 or (used and args is None and not about_shell) or table.get("toolAnnotations"):
        return []
    if prefix is not None:
        prefixes = prefix if isinstance(prefix, list) else [prefix]
        return [("prefix", text) for text in prefixes if isinstance(text, str) and text]
    if isinstance(regex, str):
        return [("regex", regex)]
    if args is None:
        return [("any", "")]
    return [("args", args)] if isinstance(args, str) and accepted(args) else []


def _broad(kind: str, pattern: str) -> bool:
    if kind == "prefix":
        return any(is_broad(part.arguments) for part in simple_commands(pattern))
    return pattern in {".*", ".", ""} or pattern.startswith(".*")


def _number(tier: int, priority: int) -> float:
    return tier + priority / 1000
