"""What else Copilot in VS Code has at hand: MCP servers, hooks, the environment, logs and approved URLs.

Source: the vendor's pages on MCP configuration, hooks, settings and monitoring (microsoft/vscode-docs).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.copilot_settings import Board
from auditor.agents.documents import Document, read_jsonc
from auditor.agents.layers import Layer, Setting, members
from auditor.agents.masks import blot
from auditor.agents.mcp import is_literal, server
from auditor.model.agent import (
    EnvReach,
    Evidence,
    ExecRule,
    Honoured,
    InjectedVariable,
    Logging,
    McpServer,
    Transcript,
    Verdict,
)

_INHERITS: Final = Evidence(key="env", value="all", note="built in: the terminal inherits the editor's environment")


def url_rules(held: Board) -> tuple[ExecRule, ...]:
    """Approved and asked-for URL patterns of the fetch tool."""
    found = []
    for pattern, setting in held.entries("chat.tools.urls.autoApprove").items():
        value: Any = setting.value
        approve = value.get("approveRequest") if isinstance(value, dict) else value
        effect = Verdict.ALLOW if approve is True else Verdict.ASK
        broad = effect is Verdict.ALLOW and pattern.partition("://")[2].startswith("*")
        found.append(ExecRule(effect, blot(pattern), "url", broad, setting.evidence))
    return tuple(found)


def env_reach(held: Board) -> EnvReach:
    """The terminal gets the editor's environment and ``terminal.integrated.env.<platform>``."""
    system = {"darwin": "osx", "win32": "windows"}.get(held.around.platform, "linux")
    entries = held.entries(f"terminal.integrated.env.{system}")
    injected = tuple(
        InjectedVariable(name, is_literal(setting.value), setting.evidence)
        for name, setting in entries.items()
        if isinstance(setting.value, str)
    )
    return EnvReach(injected=injected, evidence=(_INHERITS,))


def mcp_layers(held: Board) -> tuple[Layer, ...]:
    """Files that list servers: the workspace's, the portable one, the user's."""
    project = (held.workspace / ".vscode" / "mcp.json", held.workspace / ".mcp.json")
    user = held.variant.folder / "mcp.json"
    return (
        *(Layer("project", _document(held, path), Honoured.IF_TRUSTED) for path in project),
        Layer("user", _document(held, user)),
    )


def _document(held: Board, path: Path) -> Document:
    return read_jsonc(path, held.around.show(path))


def servers(held: Board, layers: tuple[Layer, ...], *, unasked: bool, boxed: bool) -> tuple[McpServer, ...]:
    """Servers by name, the workspace's before the user's; sandboxed ones are approved by that alone."""
    access = held.setting("chat.mcp.access", "all")
    if access.value in ("none", False):
        return ()
    entries = {**members(layers, "mcpServers"), **members(layers, "servers")}
    for sheet in held.sheets:
        table = sheet.get("mcp")
        inside = table.get("servers") if isinstance(table, dict) else None
        for name, entry in (inside if isinstance(inside, dict) else {}).items():
            entries.setdefault(name, Setting(entry, sheet.evidence("mcp", "servers", name), sheet.layer))
    found = []
    for name, setting in entries.items():
        own = isinstance(setting.value, dict) and setting.value.get("sandboxEnabled") is True
        found.append(
            server(
                name,
                setting.value,
                setting.evidence,
                base=held.workspace.as_posix(),
                home=held.around.home.as_posix(),
                auto_approved="all" if unasked or own else "no",
                sandboxed=own or boxed,
            )
        )
    return tuple(found)


def hooks(held: Board) -> tuple[Evidence, ...]:
    """Hook files of the repository and folders of hooks that settings name."""
    files = sorted((held.workspace / ".github" / "hooks").glob("*.json"))
    named = held.entries("chat.hookFilesLocations").values()
    return (
        *(Evidence(held.around.show(path), "hooks", "", 0, "runs programs on the agent's events") for path in files),
        *(setting.evidence for setting in named if setting.value is True),
    )


def logging(held: Board) -> Logging:
    """Chat sessions in the user data, file history, and OpenTelemetry export."""
    exported = held.setting("github.copilot.chat.otel.enabled", False)
    content = held.setting("github.copilot.chat.otel.captureContent", False)
    kind = held.setting("github.copilot.chat.otel.exporterType", "otlp")
    shown = held.around.show
    return Logging(
        (
            Transcript(shown(held.variant.data / "workspaceStorage")),
            Transcript(shown(held.variant.data / "globalStorage")),
            Transcript(shown(held.variant.data / "History"), contains_tool_output=False),
        ),
        audit=f"opentelemetry ({kind.value})" if exported.value is True else "",
        content_logged=exported.value is True and content.value is True,
        evidence=(exported.evidence,) if exported.layer else (),
    )


def reasoning(held: Board) -> str:
    """The effort lives in the model picker; only one setting of it is known by name."""
    effort = held.setting("github.copilot.chat.anthropic.thinking.effort", "")
    return {"low": "reduced", "medium": "normal", "high": "normal"}.get(str(effort.value), "unknown")


def edits_settings(held: Board) -> bool:
    """Whether edits of the workspace's own settings are approved beforehand; built in, they ask."""
    entries = held.entries("chat.tools.edits.autoApprove")
    return any(".vscode" in glob and setting.value is True for glob, setting in entries.items())
