"""Codex's environment policy, MCP servers, hooks, logs and reasoning effort.

Source: the vendor's configuration reference and pages on MCP and hooks (developers.openai.com/codex), and the command
line tool's own source for the environment's defaults and the approval of MCP tools.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from auditor.agents.codex_settings import Codex, honoured_project, pinned
from auditor.agents.documents import Document, read_json
from auditor.agents.layers import Setting, members
from auditor.agents.masks import setting_word
from auditor.agents.mcp import is_literal, server
from auditor.model.agent import (
    EnvMode,
    EnvReach,
    Evidence,
    Honoured,
    InjectedVariable,
    Logging,
    McpServer,
    Transcript,
)

_DEFAULT_EXCLUDES: Final = ("*KEY*", "*SECRET*", "*TOKEN*")
_INHERIT: Final = {"all": EnvMode.ALL, "core": EnvMode.MINIMAL, "none": EnvMode.NONE}
_REDUCED: Final = frozenset({"none", "minimal", "low"})
_POLICY: Final = "shell_environment_policy"


def environment(codex: Codex) -> EnvReach:
    """What commands inherit: everything, unless the policy filters; MCP servers get a short list of plain variables."""
    inherit = codex.setting(_POLICY, "inherit", kind=str)
    mode = _INHERIT.get(str(inherit.value) if inherit else "all", EnvMode.ALL)
    keep = codex.setting(_POLICY, "ignore_default_excludes", kind=bool)
    exclude = codex.setting(_POLICY, "exclude", kind=list)
    only = codex.setting(_POLICY, "include_only", kind=list)
    removed = [*(_DEFAULT_EXCLUDES if keep and not keep.value else ()), *_strings(exclude)]
    kept = _strings(only)
    if kept:
        removed = ["*"]
    if mode is EnvMode.ALL and removed:
        mode = EnvMode.FILTERED
    dotenv = codex.home / ".env"
    return EnvReach(
        shell=mode,
        mcp=EnvMode.MINIMAL,
        removed=_any_case(removed),
        kept=_any_case(kept),
        injected=tuple(_injected(codex)),
        dotenv=(dotenv.as_posix(),) if dotenv.is_file() else (),
        evidence=tuple(held.evidence for held in (inherit, keep, exclude, only) if held),
    )


def servers(codex: Codex, *, everything: bool) -> tuple[McpServer, ...]:
    """Every MCP server that is on and that requirements admit; ``everything``: full access without approvals."""
    found = []
    for name, held in members(codex.layers, "mcp_servers").items():
        entry = held.value if isinstance(held.value, dict) else {}
        if entry.get("enabled") is False or not _identified(codex, name, entry):
            continue
        approved = "all" if everything else _approved(entry)
        base, home = codex.workspace.as_posix(), codex.around.home.as_posix()
        found.append(server(name, entry, held.evidence, base=base, home=home, auto_approved=approved))
    return tuple(found)


def hooks(codex: Codex) -> tuple[Evidence, ...]:
    """Every hook, and the notifier: programs that the configuration runs by itself."""
    found: list[Evidence] = []
    only = pinned(codex, "allow_managed_hooks_only", kind=bool)
    managed_only = only is not None and only.value
    for layer in codex.layers:
        if layer.counts and (not managed_only or layer.scope == "managed"):
            found.extend(_hook_table(layer.document, ("hooks",)))
    found.extend(_hook_table(codex.requirements, ("hooks",)))
    if managed_only:
        return tuple(found)
    files = [codex.home / "hooks.json"]
    if honoured_project(codex.trust) is not Honoured.NO:
        files.insert(0, codex.workspace / ".codex" / "hooks.json")
    for path in dict.fromkeys(files):
        document = read_json(path, codex.around.show(path))
        found.extend(_hook_table(document, ("hooks",)))
    notify = codex.setting("notify")
    return (*found, *((notify.evidence,) if notify else ()))


def logging(codex: Codex) -> Logging:
    """Where sessions are kept and what is exported."""
    shown = codex.around.show
    history = codex.setting("history", "persistence", kind=str)
    folder = codex.setting("log_dir", kind=str)
    logs = codex.around.expand(folder.value, codex.workspace) if folder else shown(codex.home / "log")
    stores = [Transcript(shown(codex.home / name)) for name in ("sessions", "archived_sessions")]
    if not history or history.value != "none":
        stores.append(Transcript(shown(codex.home / "history.jsonl"), contains_tool_output=False))
    exporter = codex.setting("otel", "exporter")
    prompts = codex.setting("otel", "log_user_prompt", kind=bool)
    name = _exporter(exporter)
    return Logging(
        transcripts=(*stores, Transcript(logs)),
        audit=name,
        content_logged=bool(name and prompts and prompts.value),
        evidence=tuple(held.evidence for held in (history, exporter, prompts) if held),
    )


def reasoning(codex: Codex) -> str:
    """``reduced`` for an effort of none, minimal or low; ``normal`` else."""
    effort = codex.setting("model_reasoning_effort", kind=str)
    return "reduced" if effort and effort.value in _REDUCED else "normal"


def _strings(held: Setting | None) -> list[str]:
    return [item for item in held.value if isinstance(item, str)] if held else []


def _any_case(globs: list[str]) -> tuple[str, ...]:
    """The vendor matches names without regard to case."""
    return tuple(dict.fromkeys(form for glob in globs for form in (glob, glob.upper(), glob.lower())))


def _injected(codex: Codex) -> Iterable[InjectedVariable]:
    for name, held in members(codex.layers, _POLICY, "set").items():
        yield InjectedVariable(
            name, is_literal(str(held.value)), Evidence(held.evidence.file, held.evidence.key, "", held.evidence.line)
        )


def _approved(entry: dict[str, Any]) -> str:
    """How many tools need no approval: ``auto``, the default, lets those through that call themselves read-only."""
    mode = str(entry.get("default_tools_approval_mode", "auto"))
    if mode == "approve":
        return "all"
    tools = entry.get("tools")
    single = tools.values() if isinstance(tools, dict) else ()
    some = any(isinstance(tool, dict) and tool.get("approval_mode") == "approve" for tool in single)
    return "some" if some or mode in {"auto", "writes"} else "no"


def _identified(codex: Codex, name: str, entry: dict[str, Any]) -> bool:
    """Whether requirements admit a server: by its name and its exact command or address."""
    listed = codex.requirements.get("mcp_servers")
    if not isinstance(listed, dict):
        return True
    identity = codex.requirements.get("mcp_servers", name, "identity")
    if not isinstance(identity, dict):
        return False
    key = "command" if "command" in identity else "url"
    return identity.get(key) == entry.get(key)


def _hook_table(document: Document, keys: tuple[str, ...]) -> Iterable[Evidence]:
    """``{Event: [{matcher, hooks: [{type, command}]}]}`` below ``keys``."""
    for event, groups in document.table(*keys).items():
        for outer, group in enumerate(groups if isinstance(groups, list) else ()):
            inner = group.get("hooks") if isinstance(group, dict) else None
            for index, entry in enumerate(inner if isinstance(inner, list) else ()):
                said = setting_word(entry.get("command", "")) if isinstance(entry, dict) else ""
                held = document.evidence(*keys, event, outer, "hooks", index, value=said or "hook")
                yield Evidence(held.file, f"hooks.{event}", held.value, held.line)


def _exporter(held: Setting | None) -> str:
    """The exporter's name: a word, or the one key of a table."""
    if held is None or held.value == "none":
        return ""
    if isinstance(held.value, dict):
        return str(next(iter(held.value), ""))
    return setting_word(held.value)
