"""Goose: one mode for every tool, ignore files that bind its own tools, and extensions as servers.

Source: the vendor's guides on permissions, configuration files, environment variables and ``.gooseignore``
(goose-docs), which disagree on the mode when none is set: the wider one is counted, the narrower one is the best case.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import commanded, named_file
from auditor.agents.documents import read_text, read_yaml
from auditor.agents.examples import Answer
from auditor.agents.ignores import Ignores, from_file, ignore_rules
from auditor.agents.layers import Layer, Setting, default, members, scalar, sources
from auditor.agents.stage import (
    INHERITS,
    Stage,
    answer,
    built_in,
    config_folder,
    data_folder,
    reading,
    record,
    roaming,
    served,
    stages,
)
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    EnvMode,
    EnvReach,
    Evidence,
    ExecMode,
    ExecRule,
    FileRule,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Verdict,
)

ID = "goose"
NAME = "Goose"

_MODE: Final = "GOOSE_MODE"
_MODES: Final = {
    "auto": Verdict.ALLOW,
    "smart_approve": Verdict.CLASSIFIED,
    "approve": Verdict.ASK,
    "chat": Verdict.DENY,
}
_APPROVAL: Final = {
    Verdict.ALLOW: Approval.NEVER,
    Verdict.CLASSIFIED: Approval.RISK_BASED,
    Verdict.ASK: Approval.ON_REQUEST,
    Verdict.DENY: Approval.ALWAYS,
}
_LEVELS: Final = {"always_allow": Verdict.ALLOW, "ask_before": Verdict.ASK, "never_allow": Verdict.DENY}
_SHELLS: Final = frozenset({"developer__shell", "shell"})
_EDITS: Final = frozenset({"developer__text_editor", "text_editor", "developer__write", "write", "edit"})
_REMOTE: Final = frozenset({"stdio", "sse", "streamable_http"})
_BUILT_IN: Final = Ignores(
    ("**/.env", "**/.env.*", "**/secrets.*"),
    note="built in: without an ignore file Goose leaves out .env and secrets.*",
)
_READS: Final = built_in("read", "filesystem", "its tools open every file of the user")
_NETWORK: Final = built_in("network", "free", "commands reach every host")
KNOWN_PREFIXES: Final = ("GOOSE_", "SECURITY_", "CLAUDE_", "GEMINI", "OTEL_", "LANGFUSE_", "OPENAI_", "ANTHROPIC_")
_KNOWN: Final = frozenset({"extensions", "slash_commands", "experiments", "tunnel", "active_provider", "tracker"})


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where Goose is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: the ignore files, the tool's own permission, then the mode."""
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, record.read.rules, line, cwd))


def _run(rules: tuple[ExecRule, ...], files: tuple[FileRule, ...], line: str, cwd: str) -> Answer:
    shell = next(rule for rule in rules if rule.kind == "shell")
    verdict = (shell.effect, (shell.evidence,))
    return verdict if shell.effect is Verdict.DENY else named_file(files, line, cwd) or verdict


def _config(stage: Stage) -> Path:
    around = stage.around
    root = around.variable("GOOSE_PATH_ROOT")
    if root:
        return Path(around.expand(root, around.home)) / "config"
    if around.platform == "win32":
        return roaming(around) / "Block" / "goose" / "config"
    return config_folder(around) / "goose"


def _seen(stage: Stage) -> bool:
    marks = (stage.workspace / name for name in (".gooseignore", ".goosehints", ".goose"))
    named = any(name.startswith("GOOSE_") for name in stage.around.environment)
    return named or _config(stage).is_dir() or any(path.exists() for path in marks)


def _setting(stage: Stage, config: Layer, key: str) -> Setting | None:
    """A setting of either kind: its variable of the environment before the file."""
    return stage.variable(key) or scalar((config,), key, kind=(str, bool, int))


def _record(stage: Stage) -> AgentRecord:
    folder = _config(stage)
    config = stage.layer("user", folder / "config.yaml", read_yaml)
    allowed = stage.layer("user", folder / "permission.yaml", read_yaml)
    stored = _setting(stage, config, _MODE)
    mode = stored if stored and str(stored.value).lower() in _MODES else default(_MODE, "auto")
    verdict = _MODES[str(mode.value).lower()]
    tools = _tools(allowed) if verdict in {Verdict.ASK, Verdict.CLASSIFIED} else ()
    shell = _shell(config, tools, verdict, mode)
    rules = (shell, *tools)
    files = _ignored(stage, folder)
    sure = mode is stored
    reduced = _reduced(stage, config)
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=_sources(config, allowed),
        read=reading(stage, ReadBase.FILESYSTEM, outside=OnOutside.FREE, rules=files, evidence=(_READS,)),
        exec=commanded(
            rules,
            lambda line: _run(rules, (), line, stage.root),
            (shell.effect, (shell.evidence,)),
            None if sure else ExecMode.RISK_BASED,
        ),
        network=NetworkReach(
            tool_mode=NetworkMode.FREE if verdict is Verdict.ALLOW else NetworkMode.ASK, evidence=(_NETWORK,)
        ),
        env=EnvReach(EnvMode.ALL, EnvMode.ALL, evidence=(INHERITS,)),
        approval=_APPROVAL[verdict],
        approval_removers=_removers(mode, tools),
        mcp=_servers(stage, config, tools, verdict),
        logging=_logging(stage, config),
        reasoning="reduced" if reduced else "unknown",
        self_modify={Verdict.ALLOW: "free", Verdict.DENY: "blocked"}.get(_edit(tools, verdict), "ask"),
        confidence="medium" if sure else "low",
        evidence=(mode.evidence, *reduced),
        notes=_notes(stage, config, sure=sure),
    )


def _tools(allowed: Layer) -> tuple[ExecRule, ...]:
    """The permissions of single tools: the user's own group before what the model was once asked about."""
    found = []
    for group in ("user", "smart_approve"):
        for level, effect in _LEVELS.items():
            names = allowed.document.get(group, level) if allowed.counts else None
            for at, name in enumerate(names if isinstance(names, list) else ()):
                if isinstance(name, str):
                    evidence = allowed.document.evidence(group, level, at)
                    found.append(ExecRule(effect, name, "tool", False, evidence))
    return tuple(found)


def _shell(config: Layer, tools: tuple[ExecRule, ...], verdict: Verdict, mode: Setting) -> ExecRule:
    """What happens with every command: one answer for the shell tool."""
    off = config.document.get("extensions", "developer", "enabled") if config.counts else None
    if off is False:
        evidence = config.document.evidence("extensions", "developer", "enabled")
        return ExecRule(Verdict.DENY, "*", "shell", False, evidence)
    own = next((rule for rule in tools if rule.pattern in _SHELLS), None)
    if own is not None and verdict is not Verdict.DENY:
        return ExecRule(own.effect, "*", "shell", own.effect is Verdict.ALLOW, own.evidence)
    return ExecRule(verdict, "*", "shell", verdict is Verdict.ALLOW, mode.evidence)


def _edit(tools: tuple[ExecRule, ...], verdict: Verdict) -> Verdict:
    return next((rule.effect for rule in tools if rule.pattern in _EDITS), verdict)


def _ignored(stage: Stage, folder: Path) -> tuple[FileRule, ...]:
    """The ignore files of user and project, or the built-in names; they bind arguments of its shell tool too."""
    paths = (folder / ".gooseignore", stage.workspace / ".gooseignore")
    held = [from_file(read_text(path, stage.around.show(path))) for path in paths if path.is_file()]
    return ignore_rules(held or [_BUILT_IN], stage.root, EnforcedFor.KNOWN_SHELL)


def _servers(stage: Stage, config: Layer, tools: tuple[ExecRule, ...], verdict: Verdict) -> Any:
    """The extensions that are programs or addresses of their own; names taken from the keyring count as carried."""

    def gate(name: str, _entry: dict[str, Any]) -> str:
        own = [rule for rule in tools if rule.pattern.startswith(f"{name}__") and rule.effect is Verdict.ALLOW]
        if verdict is Verdict.ALLOW:
            return "all"
        return "some" if own or verdict is Verdict.CLASSIFIED else "no"

    entries = {
        name: Setting({**entry.value, "env_vars": entry.value.get("env_keys")}, entry.evidence, entry.layer)
        for name, entry in members((config,), "extensions").items()
        if isinstance(entry.value, dict) and entry.value.get("type") in _REMOTE
    }
    return served(stage, entries, gate)


def _removers(mode: Setting, tools: tuple[ExecRule, ...]) -> tuple[Evidence, ...]:
    found = [mode.evidence] if mode.value == "auto" else []
    found += [rule.evidence for rule in tools if rule.effect is Verdict.ALLOW and rule.pattern in _SHELLS]
    return tuple(found)


def _sources(config: Layer, allowed: Layer) -> Any:
    keys = config.document.data if isinstance(config.document.data, dict) else {}
    known = _KNOWN | {key for key in keys if key.startswith(KNOWN_PREFIXES) or key.endswith(("_HOST", "_API_KEY"))}
    return (*sources((config,), known), *sources((allowed,), frozenset({"user", "smart_approve"})))


def _logging(stage: Stage, config: Layer) -> Logging:
    around = stage.around
    root = around.variable("GOOSE_PATH_ROOT")
    if root:
        data = Path(around.expand(root, around.home)) / "data"
    elif around.platform == "darwin":
        data = around.home / "Library" / "Application Support" / "Block" / "goose"
    else:
        data = data_folder(around) / "goose"
    logs = around.folder("XDG_STATE_HOME", around.home / ".local" / "state") / "goose" / "logs"
    exported = _setting(stage, config, "OTEL_EXPORTER_OTLP_ENDPOINT")
    traced = _setting(stage, config, "LANGFUSE_URL") or _setting(stage, config, "LANGFUSE_SECRET_KEY")
    found = [name for name, said in (("opentelemetry", exported), ("langfuse", traced)) if said]
    return Logging(
        (Transcript(around.show(data / "sessions")), Transcript(around.show(logs))),
        audit=" and ".join(found),
        content_logged=traced is not None,
        remote="none",
        evidence=(Evidence(exported.evidence.file, exported.evidence.key, "", exported.evidence.line),)
        if exported
        else (),
    )


def _reduced(stage: Stage, config: Layer) -> tuple[Evidence, ...]:
    """Thinking that is turned down: the low level Gemini 3 starts with, or Claude's switched off by name."""
    model = _setting(stage, config, "GOOSE_MODEL")
    level, thinks = (_setting(stage, config, key) for key in ("GEMINI3_THINKING_LEVEL", "CLAUDE_THINKING_ENABLED"))
    name = str(model.value).lower() if model else ""
    if level and str(level.value).lower() == "low":
        return (level.evidence,)
    if model and "gemini-3" in name and level is None:
        return (model.evidence, built_in("GEMINI3_THINKING_LEVEL", "low", "Gemini 3 thinks at the low level"))
    if thinks and str(thinks.value).lower() in {"false", "0"} and "claude" in name:
        return (thinks.evidence,)
    return ()


def _notes(stage: Stage, config: Layer, *, sure: bool) -> tuple[str, ...]:
    said = ["ignore files bind its own editor and the arguments of its shell tool, not what a program opens"]
    if not sure:
        said.append("no mode is set: the vendor's pages name both auto and smart_approve as the default")
    if any((stage.workspace / name).exists() for name in ("recipe.yaml", "recipe.json", ".goose/recipes")):
        said.append("a recipe of the repository can add extensions for the run that uses it")
    if _setting(stage, config, "GOOSE_ALLOWLIST"):
        said.append("GOOSE_ALLOWLIST limits which extensions may start; the list stands on a server")
    return tuple(said)
