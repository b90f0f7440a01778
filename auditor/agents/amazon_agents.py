"""The agent files of Amazon Q Developer CLI and of Kiro's first command lines: tools, trusted tools, settings of tools.

Source: the vendor's pages on the agent format and the built-in tools (aws/amazon-q-developer-cli, docs) and the open
source of the shell tool. A tool that is trusted needs none of its allow patterns; refusals stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from auditor.agents.command_rules import broad, wild
from auditor.agents.commands import simple_commands
from auditor.agents.examples import Answer
from auditor.agents.globs import escape
from auditor.agents.layers import Layer
from auditor.agents.masks import blot
from auditor.agents.patterns import finds
from auditor.agents.stage import Stage, built_in
from auditor.model.agent import EnforcedFor, Evidence, ExecRule, FileRule, Verdict
from auditor.model.frozen import frozen

SHELL: Final = ("execute_bash", "shell", "execute_cmd")
READ: Final = ("fs_read", "read")
WRITE: Final = ("fs_write", "write")
KNOWN: Final = frozenset(
    """
    $schema name description prompt mcpServers tools toolAliases allowedTools resources hooks toolsSettings
    useLegacyMcpJson includeMcpJson model keyboardShortcut welcomeMessage
    """.split()
)
_READERS: Final = frozenset("ls cat echo pwd which head tail find grep dir type".split())
_CHAINING: Final = ("<(", "$(", "`", ">", "&&", "||", "&", ";", "\n")
_UNSAFE_FIND: Final = ("-exec", "-delete", "-ok", "-fprint", "-fls")
_ASKS: Final = built_in("allowedTools", "ask", "a tool that is not trusted is asked for")
_READONLY: Final = built_in("allowReadOnly", "true", "commands such as cat and grep may run without asking")


@frozen
class Agent:
    """One agent: its file, or None for the built-in one with the tools that it trusts."""

    name: str
    layer: Layer | None = None
    trusted: tuple[str, ...] = ()

    def words(self, key: str) -> list[tuple[str, Evidence]]:
        """The strings of a list of the file, each with its line; the trusted tools of the built-in agent."""
        if self.layer is None:
            said = self.trusted if key == "allowedTools" else ("*",) if key == "tools" else ()
            return [(word, built_in(key, word, f"the built-in agent trusts {word}")) for word in said]
        items = self.layer.document.get(key)
        held = enumerate(items) if isinstance(items, list) else ()
        return [(one, self.layer.document.evidence(key, at)) for at, one in held if isinstance(one, str)]

    def trusts(self, names: Sequence[str]) -> Evidence | None:
        """What says that one of a tool's names runs without a prompt; a star alone says nothing."""
        return next((why for word, why in self.words("allowedTools") if word != "*" and _named(word, names)), None)

    def setting(self, tool: Sequence[str], key: str) -> tuple[Any, Evidence]:
        """A setting of a tool under any of its names, and where it stands; None when there is none."""
        for name in tool if self.layer is not None and self.layer.counts else ():
            value = self.layer.document.get("toolsSettings", name, key) if self.layer else None
            if value is not None and self.layer is not None:
                return value, self.layer.document.evidence("toolsSettings", name, key)
        return None, _ASKS


def shell_rules(agent: Agent) -> tuple[ExecRule, ...]:
    """The rules for commands in the order they are looked at, the last one being what is left."""
    tools = agent.words("tools")
    if agent.layer is not None and not any(_named(word, SHELL) or word in {"*", "@builtin"} for word, _ in tools):
        missing = agent.layer.document.evidence("tools", value="without a shell")
        return (ExecRule(Verdict.DENY, "*", "mode", False, missing),)
    found = _patterns(agent, "deniedCommands", Verdict.DENY)
    trusted = agent.trusts(SHELL)
    if trusted:
        return (*found, ExecRule(Verdict.ALLOW, "*", "mode", True, trusted))
    found += _patterns(agent, "allowedCommands", Verdict.ALLOW)
    for key in ("autoAllowReadonly", "allowReadOnly"):
        value, evidence = agent.setting(SHELL, key)
        if isinstance(value, bool):
            found += [ExecRule(Verdict.ALLOW, "", "readonly", False, evidence)] if value else []
            break
    else:
        found.append(ExecRule(Verdict.ALLOW, "", "readonly", False, _READONLY))
    strict, evidence = agent.setting(SHELL, "denyByDefault")
    effect = Verdict.DENY if strict is True else Verdict.ASK
    return (*found, ExecRule(effect, "*", "mode", False, evidence if strict is True else _ASKS))


def shell_answer(rules: Sequence[ExecRule], line: str) -> Answer:
    """The first rule that speaks of a line as a whole."""
    for rule in rules:
        if rule.kind == "mode" or (rule.kind == "regex" and _fits(rule, line)):
            return rule.effect, (rule.evidence,)
        if rule.kind == "readonly" and read_only(line):
            return rule.effect, (rule.evidence,)
    return Verdict.ASK, (_ASKS,)


def read_only(line: str) -> bool:
    """Whether a line is made of the readers that count as harmless, joined by nothing but pipes."""
    if any(mark in line for mark in _CHAINING):
        return False
    parts = simple_commands(line)
    return bool(parts) and all(_harmless(part.arguments) for part in parts)


def file_rules(agent: Agent, stage: Stage) -> tuple[FileRule, ...]:
    """The paths that are refused to the read tool, and those it opens without a prompt."""
    found = []
    for key, effect in (("deniedPaths", Verdict.DENY), ("allowedPaths", Verdict.ALLOW)):
        items, evidence = agent.setting(READ, key)
        for word in items if isinstance(items, list) else ():
            if isinstance(word, str):
                globs = path_globs(stage, word)
                found += [FileRule(effect, word, glob, EnforcedFor.TOOL, evidence) for glob in globs]
    return tuple(found)


def path_globs(stage: Stage, word: str) -> tuple[str, ...]:
    """A path or glob of a settings file as absolute globs; a name without a star is a folder too."""
    said = word.removeprefix("./")
    if said.startswith(("~", "$HOME", "/")):
        said = stage.around.expand(said, stage.workspace)
    elif not said.startswith("**"):
        said = f"{escape(stage.root)}/{said}"
    else:
        said = f"/{said}"
    return (said,) if "*" in said else (said, f"{said.rstrip('/')}/**")


def server_gate(agent: Agent, name: str, entry: dict[str, Any]) -> str:
    """How many tools of a server run without a prompt: ``@server``, ``@server/tool`` or the entry's own list."""
    words = [word for word, _ in agent.words("allowedTools") if word.startswith("@")]
    if any(wild(word[1:], name) or word in {f"@{name}/*", "@mcp"} for word in words if word != "@builtin"):
        return "all"
    approved = entry.get("autoApprove")
    listed = approved if isinstance(approved, list) else []
    if "*" in listed:
        return "all"
    return "some" if listed or any(word.startswith(f"@{name}/") for word in words) else "no"


def _named(word: str, names: Sequence[str]) -> bool:
    return word == "@builtin" or any(wild(word.removeprefix("@builtin/"), name) for name in names)


def _patterns(agent: Agent, key: str, effect: Verdict) -> list[ExecRule]:
    items, evidence = agent.setting(SHELL, key)
    held = [word for word in items if isinstance(word, str)] if isinstance(items, list) else []
    return [ExecRule(effect, blot(word), "regex", effect is Verdict.ALLOW and broad(word), evidence) for word in held]


def _fits(rule: ExecRule, line: str) -> bool:
    return finds(rf"\A(?:{rule.pattern})\Z", line.strip(), doubt=rule.effect is Verdict.ALLOW)


def _harmless(words: tuple[str, ...]) -> bool:
    if not words or words[0] not in _READERS:
        return False
    return words[0] != "find" or not any(word.startswith(_UNSAFE_FIND) for word in words[1:])
