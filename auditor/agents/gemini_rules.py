"""All policy rules that count for one Gemini CLI session, from files and settings, and its MCP servers."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from auditor.agents.documents import read_jsonc, read_toml
from auditor.agents.gemini_policy import (
    ADMIN,
    EXTENSION,
    MODES,
    USER,
    PolicyRule,
    built_in,
    core,
    first,
    for_server,
    from_file,
    from_settings,
    in_order,
)
from auditor.agents.gemini_settings import Scene
from auditor.agents.layers import Setting, default, flag, members, scalar, union
from auditor.agents.mcp import server
from auditor.model.agent import ConfigSource, Evidence, Honoured, McpServer, Verdict
from auditor.model.frozen import frozen

_WORKSPACE_NOTE: Final = "policy files of a workspace are not loaded by the CLI; not effective"
_GROUP_OR_OTHER: Final = stat.S_IWGRP | stat.S_IWOTH


@frozen
class Policies:
    """The rules of a session, highest number first, the policy files behind them, and what is to be said of them."""

    rules: tuple[PolicyRule, ...]
    sources: tuple[ConfigSource, ...]
    notes: tuple[str, ...] = ()


def approval_mode(held: Scene) -> Setting:
    """The approval mode a session starts in (the vendor's word); ``yolo`` is not accepted from settings."""
    said = scalar(held.layers, "general", "defaultApprovalMode", kind=str)
    known = said is not None and said.value in MODES and said.value != "yolo"
    if said is None or not known or not held.trusted:
        return default("general.defaultApprovalMode", "default")
    return Setting(MODES[said.value], said.evidence, said.layer)


def collect(held: Scene, mode: str) -> Policies:
    """Every rule, in the engine's order for this mode and surface."""
    files, seen, notes = _from_files(held)
    always = not flag(held.layers, "security", "disableAlwaysAllow", otherwise=False).value
    listed = core(scalar(held.layers, "tools", "core", kind=list))
    rules = (*listed, *files, *_from_settings(held), *built_in(headless=held.headless))
    return Policies(in_order(rules, mode, headless=held.headless, always=always), seen, notes)


def servers(
    held: Scene, rules: tuple[PolicyRule, ...], *, sandboxed: bool
) -> tuple[tuple[McpServer, ...], tuple[str, ...]]:
    """The MCP servers that may be called, and the names of those whose every tool is refused."""
    off = scalar(held.layers, "admin", "mcp", "enabled", kind=bool)
    if not held.trusted or (off and not off.value):
        return (), ()
    taken, refused = [], []
    for name, setting in _entries(held).items():
        whole = first(rules, f"mcp_{name}_any", name)
        some = any(rule.effect is Verdict.ALLOW and _of_server(rule, name) for rule in rules)
        gate = whole.effect if whole else Verdict.DENY if held.headless else Verdict.ASK
        if gate is Verdict.DENY and not some:
            refused.append(name)
            continue
        taken.append(
            server(
                name,
                setting.value,
                setting.evidence,
                base=held.workspace.as_posix(),
                home=held.around.home.as_posix(),
                auto_approved="all" if gate is Verdict.ALLOW else "some" if some else "no",
                started_without_trust=held.headless and setting.scope == "project",
                sandboxed=sandboxed,
            )
        )
    return tuple(taken), tuple(refused)


def _entries(held: Scene) -> dict[str, Setting]:
    """The entries by name: settings before extensions, kept to ``mcp.allowed`` and without ``mcp.excluded``."""
    found = members(held.layers, "mcpServers")
    for folder in _extensions(held):
        path = folder / "gemini-extension.json"
        document = read_jsonc(path, held.around.show(path))
        for name, entry in document.table("mcpServers").items():
            found.setdefault(name, Setting(entry, document.evidence("mcpServers", name)))
    allowed = {item.value for item in union(held.layers, "mcp", "allowed")}
    excluded = {item.value for item in union(held.layers, "mcp", "excluded")}
    return {
        name: setting
        for name, setting in found.items()
        if name not in excluded and "*" not in excluded and (not allowed or "*" in allowed or name in allowed)
    }


def _of_server(rule: PolicyRule, name: str) -> bool:
    named = any(tool.startswith(f"mcp_{name}_") for tool in rule.tools)
    return rule.kind in {"any", "args"} and (rule.server == name or named)


def _from_settings(held: Scene) -> tuple[PolicyRule, ...]:
    """What ``tools.*``, ``mcp.*`` and ``mcpServers.*.trust`` add in the user tier."""

    def words(*keys: str) -> Iterable[tuple[str, Evidence]]:
        return ((item.value, item.evidence) for item in union(held.layers, *keys))

    rules = [
        *from_settings(words("tools", "exclude"), Verdict.DENY, 0.4),
        *from_settings(words("tools", "allowed"), Verdict.ALLOW, 0.3),
        *(for_server(name, Verdict.DENY, 0.9, said) for name, said in words("mcp", "excluded")),
        *(for_server(name, Verdict.ALLOW, 0.1, said) for name, said in words("mcp", "allowed")),
    ]
    for name, setting in members(held.layers, "mcpServers").items():
        trusts = isinstance(setting.value, dict) and setting.value.get("trust") is True
        if trusts and setting.layer:
            said = setting.layer.document.evidence("mcpServers", name, "trust")
            rules.append(for_server(name, Verdict.ALLOW, 0.2, said))
    return tuple(rules)


def _from_files(held: Scene) -> tuple[tuple[PolicyRule, ...], tuple[ConfigSource, ...], tuple[str, ...]]:
    """The rules of every policy file: the machine's, the user's (or ``policyPaths``), the extensions'."""
    rules: list[PolicyRule] = []
    seen: list[ConfigSource] = []
    standard = held.folders.system / "policies"
    secure = _secure(standard, owned=held.around.system_root == Path("/"))
    own = _paths(held, "policyPaths") or (held.folders.policies,)
    more = () if _files(standard) else _paths(held, "adminPolicyPaths")
    for folder, tier, scope in (
        *((path, ADMIN, "managed") for path in (standard, *more)),
        *((path, USER, "user") for path in own),
        *((path / "policies", EXTENSION, "user") for path in _extensions(held)),
    ):
        unsafe = folder == standard and not secure
        for path in _files(folder):
            found, source = _one_file(held, path, tier, scope, unsafe=unsafe)
            rules += found
            seen.append(source)
    ignored = _files(held.workspace / ".gemini" / "policies")
    seen += [ConfigSource(held.around.show(path), "project", Honoured.NO, _WORKSPACE_NOTE) for path in ignored]
    return tuple(rules), tuple(seen), (_WORKSPACE_NOTE,) if ignored else ()


def _one_file(
    held: Scene, path: Path, tier: int, scope: str, *, unsafe: bool
) -> tuple[tuple[PolicyRule, ...], ConfigSource]:
    document = read_toml(path, held.around.show(path))
    found, problem = from_file(document, tier)
    problem = document.problem or problem
    if unsafe:
        problem = "the folder is not owned by root or others may write to it; file not effective"
    if tier == EXTENSION:  # an extension may neither approve anything nor speak for yolo mode
        found = tuple(rule for rule in found if rule.effect is not Verdict.ALLOW and "yolo" not in rule.modes)
    honoured = Honoured.NO if problem else Honoured.YES
    return (() if problem else found), ConfigSource(document.shown, scope, honoured, problem)


def _paths(held: Scene, key: str) -> tuple[Path, ...]:
    said: Any = scalar(held.layers, key, kind=list)
    words = [held.expanded(word) for word in said.value] if said else []
    return tuple(Path(held.around.expand(word, held.workspace)) for word in words if word)


def _files(folder: Path) -> tuple[Path, ...]:
    """The policy files of a folder in order, or the one file that is named instead of a folder."""
    if folder.suffix == ".toml" and folder.is_file():
        return (folder,)
    try:
        return tuple(sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.is_file()))
    except OSError:
        return ()


def _extensions(held: Scene) -> tuple[Path, ...]:
    try:
        return tuple(sorted(path for path in (held.folders.user / "extensions").iterdir() if path.is_dir()))
    except OSError:
        return ()


def _secure(folder: Path, *, owned: bool) -> bool:
    """Whether only root can change a folder; below another root than ``/`` the owner says nothing."""
    try:
        found = folder.stat()
    except OSError:
        return False
    return not found.st_mode & _GROUP_OR_OTHER and (found.st_uid == 0 or not owned)
