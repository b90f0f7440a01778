"""The sandbox of VS Code's agents: commands in it run unasked, and it confines less than its name says.

Source: the vendor's page on agent sandboxing (microsoft/vscode-docs). Reads stay open except for denied paths, and the
network is open unless a setting closes it.
"""

from __future__ import annotations

from typing import Final

from auditor.agents.copilot_settings import Board
from auditor.agents.globs import escape
from auditor.agents.layers import Setting
from auditor.model.agent import EnforcedFor, Evidence, FileRule, NetworkMode, Sandbox, Verdict
from auditor.model.frozen import frozen

ENABLED: Final = "chat.agent.sandbox.enabled"
_OLD: Final = "chat.tools.terminal.sandbox.enabled"
_PATHS: Final = "chat.agent.sandbox.fileSystem.userConfiguredPaths"
_ON: Final = (True, "on", "allowNetwork", "true")


@frozen
class Box:
    """The record's part of the sandbox, the paths it hides, and the network of commands in it."""

    sandbox: Sandbox
    rules: tuple[FileRule, ...] = ()
    network: NetworkMode = NetworkMode.FREE
    hosts: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    on: bool = False


def box(held: Board, *, unasked: bool) -> Box:
    """The sandbox in force. ``unasked``: the permission level also lets commands out of it without a question."""
    switch = held.setting(ENABLED, "off")
    old = held.setting(_OLD, False)
    chosen = switch if switch.value in _ON else old
    if chosen.value not in _ON:
        return Box(Sandbox(evidence=(switch.evidence,)))
    leaves = held.setting("chat.agent.sandbox.allowUnsandboxedCommands", True, worst=(True,))
    mode, hosts, denied, why = _network(held, chosen)
    servers = held.setting("chat.agent.sandbox.mcpServers", True)
    sandbox = Sandbox(
        "process",
        ("shell", "mcp") if servers.value is True and chosen is switch else ("shell",),
        reads="open",
        writes="confined",
        network={NetworkMode.FREE: "open", NetworkMode.NONE: "blocked"}.get(mode, "confined"),
        escape="never" if leaves.value is not True else "auto" if unasked else "ask",
        evidence=(chosen.evidence, leaves.evidence, *why),
    )
    return Box(sandbox, _hidden(held), mode, hosts, denied, on=True)


def _network(
    held: Board, chosen: Setting
) -> tuple[NetworkMode, tuple[str, ...], tuple[str, ...], tuple[Evidence, ...]]:
    allow = held.setting("chat.agent.sandbox.network.allowNetwork", True, worst=(True,))
    allowed = held.words("chat.agent.sandbox.network.allowedDomains")
    denied = held.words("chat.agent.sandbox.network.deniedDomains")
    evidence = tuple(item.evidence for item in (allow, *allowed, *denied))
    hosts, shut = (tuple(item.value for item in items) for items in (allowed, denied))
    if hosts:
        return NetworkMode.ALLOW_LIST, hosts, shut, evidence
    is_open = allow.value is True or chosen.value == "allowNetwork"
    return (NetworkMode.FREE if is_open else NetworkMode.NONE), (), shut, evidence


def _hidden(held: Board) -> tuple[FileRule, ...]:
    """Denied paths, which bind commands; whether they bind the editor's own file tool is not documented."""
    system = {"darwin": "mac", "win32": "windows"}.get(held.around.platform, "linux")
    words = (
        *held.words(f"{_PATHS}.deniedPaths"),
        *held.words(_PATHS, "deniedPaths"),
        *held.words(f"chat.agent.sandbox.FileSystem.{system}", "denyRead"),
    )
    found = []
    for word in words:
        path = held.around.expand(word.value.removesuffix("/**").rstrip("/") or "/", held.workspace)
        glob = path if any(sign in word.value for sign in "*?[") else escape(path)
        found += [
            FileRule(Verdict.DENY, word.value, one, EnforcedFor.OS_COMMANDS, word.evidence)
            for one in (glob, f"{glob}/**")
        ]
    return tuple(found)
