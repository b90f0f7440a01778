"""Claude Code's environment, hooks, logs, reasoning effort, and the front matter of agents and skills.

Source: the vendor's pages on env-vars, hooks, claude-directory, monitoring-usage, model-config, sub-agents and skills
(code.claude.com/docs/en).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from auditor.agents.claude_settings import Claude
from auditor.agents.documents import Document, read_front_matter
from auditor.agents.layers import Layer, members, scalar
from auditor.agents.masks import setting_word
from auditor.agents.mcp import is_literal
from auditor.model.agent import EnvMode, EnvReach, Evidence, InjectedVariable, Logging, Transcript

# What the scrub takes away: the vendor names Anthropic and cloud providers' credentials.
_SCRUBBED: Final = (
    *("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "AWS_ACCESS_KEY_ID"),
    *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK", "GOOGLE_APPLICATION_CREDENTIALS"),
    *("GOOGLE_CREDENTIALS", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"),
)
_COMMAND_KEYS: Final = (
    *("apiKeyHelper", "awsAuthRefresh", "awsCredentialExport", "gcpAuthRefresh", "otelHeadersHelper"),
    *("statusLine", "fileSuggestion"),
)
_CONTENT_SWITCHES: Final = (
    *("OTEL_LOG_USER_PROMPTS", "OTEL_LOG_TOOL_DETAILS", "OTEL_LOG_TOOL_CONTENT", "OTEL_LOG_ASSISTANT_RESPONSES"),
    "OTEL_LOG_RAW_API_BODIES",
)
_STORES: Final = (
    *("projects", "file-history", "paste-cache", "image-cache", "uploads", "debug", "plans", "tasks", "session-env"),
    *("shell-snapshots", "backups"),
)
_REDUCED: Final = frozenset({"low", "medium"})
_MOST_FILES: Final = 300


def environment(claude: Claude, *, boxed: bool) -> EnvReach:
    """What commands and MCP servers inherit; ``boxed``: commands cannot leave the sandbox, so its filter holds."""
    scrub = claude.switched_on("CLAUDE_CODE_SUBPROCESS_ENV_SCRUB")
    listed = claude.switched_on("CLAUDE_CODE_MCP_ALLOWLIST_ENV")
    hidden = _hidden_variables(claude) if boxed else ()
    removed = (*(_SCRUBBED if scrub else ()), *(name for name, _ in hidden))
    evidence = [held.evidence for held in (scrub, listed) if held] + [found for _, found in hidden]
    mcp = EnvMode.MINIMAL if listed else EnvMode.FILTERED if scrub else EnvMode.ALL
    return EnvReach(
        shell=EnvMode.FILTERED if removed else EnvMode.ALL,
        mcp=mcp,
        removed=removed,
        injected=tuple(_injected(claude)),
        evidence=tuple(evidence),
    )


def hooks(claude: Claude) -> tuple[Evidence, ...]:
    """Every hook and helper: a program that the settings run by themselves."""
    off = scalar(claude.layers, "disableAllHooks", kind=bool)
    managed = scalar(claude.layers, "allowManagedHooksOnly", kind=bool)
    found: list[Evidence] = []
    for layer in claude.layers:
        if layer.counts and not (off and off.value) and (not (managed and managed.value) or layer.scope == "managed"):
            found.extend(_layer_hooks(layer))
    for key in _COMMAND_KEYS:
        held = scalar(claude.layers, key)
        found += [held.evidence] if held else []
    return tuple(found)


def logging(claude: Claude) -> Logging:
    """Where transcripts stay and for how long, and what is exported."""
    kept = scalar(claude.layers, "cleanupPeriodDays", kind=(int, float))
    days = int(kept.value) if kept and not isinstance(kept.value, bool) else 30
    quiet = claude.switched_on("CLAUDE_CODE_SKIP_PROMPT_HISTORY")
    shown = claude.around.show
    stores = tuple(Transcript(shown(claude.config / name), days) for name in _STORES)
    history = Transcript(shown(claude.config / "history.jsonl"), None, contains_tool_output=False)
    exported = claude.switched_on("CLAUDE_CODE_ENABLE_TELEMETRY")
    logs = claude.variable("OTEL_LOGS_EXPORTER") if exported else None
    content = [held for name in _CONTENT_SWITCHES if (held := claude.switched_on(name))] if exported else []
    evidence = [held.evidence for held in (kept, quiet, exported, logs, *content) if held]
    return Logging(
        transcripts=() if quiet else (*stores, history),
        audit=setting_word(logs.value) if logs else "",
        content_logged=bool(content),
        evidence=tuple(evidence),
    )


def reasoning(claude: Claude) -> str:
    """``reduced`` when effort is low or medium, thinking is off or a small model is set; else ``normal``."""
    effort = claude.variable("CLAUDE_CODE_EFFORT_LEVEL") or scalar(claude.layers, "effortLevel", kind=str)
    thinking = scalar(claude.layers, "alwaysThinkingEnabled", kind=bool)
    budget = claude.variable("MAX_THINKING_TOKENS")
    model = scalar(claude.layers, "model", kind=str) or claude.variable("ANTHROPIC_MODEL")
    off = (
        (effort is not None and str(effort.value).lower() in _REDUCED)
        or (thinking is not None and not thinking.value)
        or (budget is not None and budget.value.strip() == "0")
        or claude.switched_on("CLAUDE_CODE_DISABLE_THINKING") is not None
        or claude.switched_on("CLAUDE_CODE_DISABLE_ADAPTIVE_THINKING") is not None
        or (model is not None and "haiku" in str(model.value).lower())
    )
    return "reduced" if off else "normal"


def front_matter(claude: Claude) -> tuple[Evidence, ...]:
    """Sub-agents that bypass permissions, and skills and commands that bring broad tools with them."""
    found: list[Evidence] = []
    for document in _documents(claude):
        mode = document.get("permissionMode")
        if str(mode) in {"bypassPermissions", "auto", "dontAsk"}:
            found.append(document.evidence("permissionMode", note="a sub-agent of its own mode"))
        tools = document.get("allowed-tools")
        listed = tools if isinstance(tools, list) else str(tools or "").split(",")
        if any(str(tool).strip() in {"Bash", "Bash(*)", "Bash(:*)", "*"} for tool in listed):
            found.append(document.evidence("allowed-tools", value="Bash", note="skills need no trust for it"))
    return tuple(found)


def _injected(claude: Claude) -> Iterable[InjectedVariable]:
    for name, held in members(claude.layers, "env").items():
        yield InjectedVariable(name, is_literal(str(held.value)), held.evidence)


def _hidden_variables(claude: Claude) -> tuple[tuple[str, Evidence], ...]:
    found = []
    for layer in claude.layers:
        entries = layer.document.get("sandbox", "credentials", "envVars") if layer.counts else None
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if (
                isinstance(entry, dict)
                and str(entry.get("mode")) in {"deny", "mask"}
                and isinstance(entry.get("name"), str)
            ):
                where = layer.document.evidence("sandbox", "credentials", "envVars", index, value=str(entry["mode"]))
                found.append((entry["name"], where))
    return tuple(found)


def _layer_hooks(layer: Layer) -> Iterable[Evidence]:
    """``hooks: {Event: [{matcher, hooks: [{type, command}]}]}``."""
    for event, groups in layer.document.table("hooks").items():
        for outer, group in enumerate(groups if isinstance(groups, list) else ()):
            inner: Any = group.get("hooks") if isinstance(group, dict) else None
            for index, entry in enumerate(inner if isinstance(inner, list) else ()):
                said = entry.get("command", entry.get("url", "")) if isinstance(entry, dict) else ""
                keys = ("hooks", event, outer, "hooks", index)
                held = layer.document.evidence(*keys, value=setting_word(said) or "hook")
                yield Evidence(held.file, f"hooks.{event}", held.value, held.line, held.note)


def _documents(claude: Claude) -> Iterable[Document]:
    folders = [claude.workspace / ".claude", claude.config]
    paths: list[Path] = []
    for folder in dict.fromkeys(folders):
        for name, pattern in (("agents", "*.md"), ("commands", "*.md"), ("skills", "*/SKILL.md")):
            paths.extend(_found(folder / name, pattern))
    for path in paths[:_MOST_FILES]:
        yield read_front_matter(path, claude.around.show(path))


def _found(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
