"""Gemini CLI, interactive and headless: settings in layers, the policy engine, the ``.env`` search and the sandboxes.

Source: the vendor's reference pages (configuration, policy engine, sandbox, trusted folders, enterprise controls) and
the open source of the CLI (google-gemini, packages/cli and packages/core).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditor.agents.examples import Answer, absolute, allowed_lines, for_fetch, for_path, for_server, verdicts
from auditor.agents.gemini_policy import MODES, PolicyRule, first
from auditor.agents.gemini_reach import env_reach, exec_reach, read_reach
from auditor.agents.gemini_rules import Policies, approval_mode, collect, servers
from auditor.agents.gemini_sandbox import Boundary, boundary
from auditor.agents.gemini_settings import KNOWN, Folders, Scene, folders, scene, seen_by_user, seen_in
from auditor.agents.gemini_shell import SHELL, shell_answer
from auditor.agents.layers import flag, scalar, sources
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    Evidence,
    ExecReach,
    ExecRule,
    Logging,
    McpServer,
    NetworkMode,
    NetworkReach,
    Transcript,
    Verdict,
)

ID = "gemini"
NAME = "Gemini CLI"

_MODE_KEY: Final = "general.defaultApprovalMode"
_SMALL_BUDGET: Final = 1024
_DAYS: Final = {"h": 1 / 24, "d": 1, "w": 7, "m": 30, "y": 365}
_FETCHING: Final = {Verdict.ALLOW: NetworkMode.FREE, Verdict.ASK: NetworkMode.ASK, Verdict.DENY: NetworkMode.NONE}
_EDITING: Final = {Verdict.ALLOW: "free", Verdict.ASK: "ask", Verdict.DENY: "blocked"}


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """An interactive and a headless record per workspace where the CLI is seen, or everywhere when it is named."""
    held = folders(around)
    by_user = seen_by_user(around, held)
    records: list[AgentRecord] = []
    for workspace in around.workspaces or (around.home,):
        seen = by_user or seen_in(workspace)
        if seen or ID in around.named:
            records += [_record(around, held, workspace, headless=one, seen=seen) for one in (False, True)]
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: rules by number, then what the surface does with a question."""
    if action == "read":
        return for_path(record, absolute(what, cwd))
    if action == "fetch":
        return for_fetch(record, what)
    if action == "mcp":
        return for_server(record, what)
    return _run(record.exec.rules, what, record.surface == "headless", _mode_of(record.exec))


def _run(rules: tuple[ExecRule, ...], line: str, headless: bool, mode: str) -> Answer:
    return shell_answer(rules, line, headless=headless, edits=mode in {"autoEdit", "yolo"})


def _mode_of(reach: ExecReach) -> str:
    said = next((held.value for held in reach.evidence if held.key == _MODE_KEY), "default")
    return MODES.get(said, "default")


def _record(around: Surroundings, held: Folders, workspace: Path, *, headless: bool, seen: bool) -> AgentRecord:
    stage = scene(around, held, workspace, headless=headless)
    mode = approval_mode(stage)
    policies = collect(stage, mode.value)
    edge = boundary(stage)
    rules = tuple(rule.exec_rule() for rule in policies.rules if rule.covers(SHELL))
    answers = verdicts(lambda line: _run(rules, line, headless, mode.value), allowed_lines(rules))
    mcp, refused = servers(stage, policies.rules, sandboxed="mcp" in edge.sandbox.covers)
    fetch, edit = (first(policies.rules, tool) for tool in ("web_fetch", "write_file"))
    reduced = _reduced(stage)
    return AgentRecord(
        agent=ID,
        name=NAME,
        surface="headless" if headless else "cli",
        workspace=workspace.as_posix(),
        assumed=not seen,
        sources=(*sources(stage.layers, KNOWN), *policies.sources),
        trust=stage.trust,
        read=read_reach(stage, policies.rules, edge),
        exec=exec_reach(rules, answers, mode, headless=headless),
        network=_network(edge, fetch),
        env=env_reach(stage, edge),
        approval=Approval.NEVER if headless else Approval.ON_REQUEST,
        approval_removers=_removers(rules, mcp, stage),
        sandbox=edge.sandbox,
        mcp=mcp,
        hooks=_hooks(stage),
        logging=_logging(stage),
        reasoning="reduced" if reduced else "normal",
        self_modify=_EDITING.get(edit.effect if edit else Verdict.ASK, "ask"),
        confidence="low" if not seen else "high" if stage.trust.state != "unknown" else "medium",
        evidence=(*stage.trusted_by, mode.evidence, *reduced),
        notes=_notes(stage, policies, edge, refused),
    )


def _network(edge: Boundary, fetch: PolicyRule | None) -> NetworkReach:
    """Commands reach what the sandbox leaves; the fetch tool what the policy says."""
    said = Evidence(key="network", value=edge.network.value, note=f"the network of commands is {edge.network.value}")
    tool = _FETCHING.get(fetch.effect if fetch else Verdict.ASK, NetworkMode.ASK)
    return NetworkReach(edge.network, tool_mode=tool, evidence=(said, *((fetch.evidence,) if fetch else ())))


def _removers(rules: tuple[ExecRule, ...], mcp: tuple[McpServer, ...], stage: Scene) -> tuple[Evidence, ...]:
    broad = [rule.evidence for rule in rules if rule.effect is Verdict.ALLOW and rule.broad]
    trusted = [server.evidence for server in mcp if server.auto_approved != "no"]
    bypass = [held for held in stage.trusted_by if held.key == "GEMINI_CLI_TRUST_WORKSPACE"]
    return tuple(dict.fromkeys((*broad, *trusted, *bypass)))


def _hooks(stage: Scene) -> tuple[Evidence, ...]:
    """Hooks and the commands that discover or call tools: programs the CLI starts by itself."""
    found = []
    for layer in stage.layers:
        events = layer.document.table("hooks") if layer.holds("hooks") else {}
        found += [layer.document.evidence("hooks", event) for event, value in events.items() if isinstance(value, list)]
        for keys in (("tools", "discoveryCommand"), ("tools", "callCommand"), ("mcp", "serverCommand")):
            found += [layer.document.evidence(*keys)] if layer.holds(*keys) else []
    return tuple(found)


def _logging(stage: Scene) -> Logging:
    """Chats under the user's ``.gemini/tmp`` and OpenTelemetry export."""
    kept = flag(stage.layers, "general", "sessionRetention", "enabled", otherwise=True)
    age = scalar(stage.layers, "general", "sessionRetention", "maxAge", kind=str)
    place = stage.around.show(stage.folders.user / "tmp")
    days = _days(age.value if age else "30d") if kept.value else None
    enabled = flag(stage.layers, "telemetry", "enabled", otherwise=False)
    variable = stage.around.variable("GEMINI_TELEMETRY_ENABLED").lower()
    exported = variable in {"true", "1"} if variable else bool(enabled.value)
    target = scalar(stage.layers, "telemetry", "target", kind=str)
    prompts = flag(stage.layers, "telemetry", "logPrompts", otherwise=True)
    return Logging(
        (Transcript(place, days),),
        audit=f"opentelemetry ({target.value if target else 'local'})" if exported else "",
        content_logged=exported and bool(prompts.value),
        evidence=tuple(held.evidence for held in (kept, age, enabled, prompts if exported else None) if held),
    )


def _days(age: str) -> int | None:
    number, unit = age[:-1], age[-1:]
    return round(int(number) * _DAYS[unit]) if number.isdigit() and unit in _DAYS else None


def _reduced(stage: Scene) -> tuple[Evidence, ...]:
    """What turns the model's thinking down: a small budget, a low level, or a lite model; empty for the default."""
    name = stage.around.variable("GEMINI_MODEL")
    if name:
        lite = Evidence(key="GEMINI_MODEL", value=name, note="set in the environment")
        return (lite,) if "flash-lite" in name else ()
    for layer in stage.layers:
        said = layer.document.get("model", "name") if layer.counts else None
        if isinstance(said, str) and "flash-lite" in said:
            return (layer.document.evidence("model", "name"),)
        for keys, value in _settings(layer.document.table("modelConfigs") if layer.counts else {}, ("modelConfigs",)):
            small = keys[-1] == "thinkingBudget" and isinstance(value, int) and 0 <= value < _SMALL_BUDGET
            low = keys[-1] == "thinkingLevel" and str(value).upper() in {"LOW", "MINIMAL"}
            if small or low:
                return (layer.document.evidence(*keys),)
    return ()


def _settings(node: object, keys: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], object]]:
    """Every leaf of a nested table with its key path."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found: list[tuple[tuple[str | int, ...], object]] = []
    for key, value in pairs:
        inside = isinstance(value, (dict, list))
        found += _settings(value, (*keys, key)) if inside else [((*keys, key), value)]
    return found


def _notes(stage: Scene, policies: Policies, edge: Boundary, refused: tuple[str, ...]) -> tuple[str, ...]:
    said = list(edge.notes)
    blocked = flag(stage.layers, "security", "disableYoloMode", otherwise=False)
    secure = flag(stage.layers, "admin", "secureModeEnabled", otherwise=False)
    if not (blocked.value or secure.value):
        said.append("the flags --yolo and --approval-mode are not visible in files; either would run every command")
    if stage.trust.state == "unknown":
        said.append("the folder is on no list; project settings are counted as if it were trusted")
    if refused:
        said.append(f"every tool of these MCP servers is refused: {', '.join(refused)}")
    return (*said, *policies.notes)
