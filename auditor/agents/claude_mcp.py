"""Claude Code's MCP servers: which files name them, which of them start, and whose tools need no prompt.

Source: the vendor's pages on MCP and managed MCP (code.claude.com/docs/en).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.agents.claude_rules import mcp_matches, parse, text_matches
from auditor.agents.claude_settings import Claude, managed_folder
from auditor.agents.documents import Document, read_json
from auditor.agents.layers import scalar, union
from auditor.agents.mcp import server
from auditor.model.agent import ConfigSource, Evidence, ExecRule, Honoured, McpServer, Verdict
from auditor.model.frozen import replace


def servers(claude: Claude, rules: tuple[ExecRule, ...], modes: tuple[str, ...]) -> tuple[McpServer, ...]:
    """Every server a session would start, once per name: local before project before user entries."""
    found: dict[str, McpServer] = {}
    for name, entry, evidence in _entries(claude):
        if name in found or not _admitted(claude, name, entry) or _denied(rules, name):
            continue
        found[name] = server(
            name,
            entry,
            evidence,
            base=claude.workspace.as_posix(),
            home=claude.around.home.as_posix(),
            auto_approved=_approved(rules, name, modes),
        )
    return tuple(found.values())


def mcp_sources(claude: Claude) -> tuple[ConfigSource, ...]:
    """The MCP files that exist."""
    managed, project = _managed(claude), _project(claude)
    found = [ConfigSource(managed.shown, "managed", Honoured.YES, managed.problem)] if managed.exists else []
    if project.exists:
        honoured = Honoured.NO if project.problem or managed.data is not None else Honoured.IF_TRUSTED
        said = project.problem or ("managed-mcp.json takes its place" if managed.data is not None else "")
        found.append(ConfigSource(project.shown, "project", honoured, said))
    return tuple(found)


def _entries(claude: Claude) -> Iterable[tuple[str, Any, Evidence]]:
    managed = _managed(claude)
    if managed.data is not None:
        yield from _listed(managed, "mcpServers")
        return
    yield from _listed(claude.state, "projects", claude.state_key, "mcpServers")
    refused = set(_names(claude, "disabledMcpjsonServers"))
    for name, entry, evidence in _listed(_project(claude), "mcpServers"):
        if name not in refused:
            yield name, entry, replace(evidence, note=evidence.note or _approval(claude, name))
    yield from _listed(claude.state, "mcpServers")


def _listed(document: Document, *keys: str) -> Iterable[tuple[str, Any, Evidence]]:
    for name, entry in document.table(*keys).items():
        yield name, entry, document.evidence(*keys, name)


def _approval(claude: Claude, name: str) -> str:
    """How a server of ``.mcp.json`` comes to start."""
    everything = scalar(claude.layers, "enableAllProjectMcpServers", kind=bool)
    if everything and everything.value:
        return "enableAllProjectMcpServers starts it without a question"
    if name in _names(claude, "enabledMcpjsonServers"):
        return "approved by enabledMcpjsonServers"
    return "starts after one approval, and unasked in claude -p"


def _names(claude: Claude, key: str) -> tuple[str, ...]:
    said = [held.value for held in union(claude.layers, key)]
    return (*said, *claude.state.strings("projects", claude.state_key, key))


def _admitted(claude: Claude, name: str, entry: Any) -> bool:
    """Whether the allow and deny lists of administrators let a server start."""
    if any(_names_it(item, name, entry) for item in _policy(claude, "deniedMcpServers")):
        return False
    allowed = _policy(claude, "allowedMcpServers")
    listed = any(layer.holds("allowedMcpServers") for layer in claude.layers)
    return not listed or any(_names_it(item, name, entry) for item in allowed)


def _policy(claude: Claude, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for layer in claude.layers:
        items = layer.document.get(key) if layer.holds(key) else None
        found += [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return found


def _names_it(item: dict[str, Any], name: str, entry: Any) -> bool:
    table = entry if isinstance(entry, dict) else {}
    args = table.get("args")
    command = [table["command"], *(args if isinstance(args, list) else [])] if table.get("command") else None
    by_url = isinstance(item.get("serverUrl"), str) and isinstance(table.get("url"), str)
    return (
        item.get("serverName") == name
        or (command is not None and item.get("serverCommand") == command)
        or (by_url and text_matches(str(item["serverUrl"]), str(table["url"])))
    )


def _denied(rules: tuple[ExecRule, ...], name: str) -> bool:
    """Whether a deny rule removes every tool of a server."""
    for held in rules:
        rule = parse(held.pattern) if held.effect is Verdict.DENY else None
        if rule and (rule.tool == "*" or (rule.tool.startswith("mcp__") and _whole(rule.tool, name))):
            return True
    return False


def _whole(tool: str, name: str) -> bool:
    rule = parse(tool)
    wanted = tool.removeprefix("mcp__").partition("__")[2]
    return wanted in {"", "*"} and rule is not None and mcp_matches(rule, name, "")


def _approved(rules: tuple[ExecRule, ...], name: str, modes: tuple[str, ...]) -> str:
    """How many of a server's tools run with no prompt: no, some or all."""
    if "bypassPermissions" in modes:
        return "all"
    found = "no"
    for held in rules:
        if held.effect is not Verdict.ALLOW or held.kind != "mcp":
            continue
        if _whole(held.pattern, name):
            return "all"
        if held.pattern.startswith(f"mcp__{name}__"):
            found = "some"
    return found


def _managed(claude: Claude) -> Document:
    path = managed_folder(claude.around) / "managed-mcp.json"
    return read_json(path, claude.around.show(path))


def _project(claude: Claude) -> Document:
    path = claude.workspace / ".mcp.json"
    return read_json(path, claude.around.show(path))
