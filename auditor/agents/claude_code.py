"""Claude Code: settings of every scope turned into one record per workspace.

Source: the vendor's documentation (code.claude.com/docs/en): settings, permissions, permission-modes, sandboxing, mcp,
model-config, claude-directory, monitoring-usage.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditor.agents import claude_decide as engine
from auditor.agents.claude_extras import environment, front_matter, hooks, logging, reasoning
from auditor.agents.claude_mcp import mcp_sources, servers
from auditor.agents.claude_rules import domain_of, exec_rule, file_rules, parse, problems
from auditor.agents.claude_sandbox import Box, sandbox, sandbox_rules, shell_reach
from auditor.agents.claude_settings import MODES, Claude, locate, seen, sources, starts_in_auto
from auditor.agents.claude_verdicts import verdicts
from auditor.agents.layers import Setting, scalar, union
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    CommandVerdict,
    Evidence,
    ExecMode,
    ExecReach,
    ExecRule,
    FileRule,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Verdict,
)
from auditor.model.frozen import frozen, replace

ID: Final = "claude-code"
NAME: Final = "Claude Code"

_EFFECTS: Final = (Verdict.DENY, Verdict.ASK, Verdict.ALLOW)
_MODE: Final = {
    "default": (ExecMode.ASK, Approval.ON_REQUEST, OnOutside.ASK),
    "acceptEdits": (ExecMode.ASK, Approval.ON_REQUEST, OnOutside.ASK),
    "plan": (ExecMode.ASK, Approval.ON_REQUEST, OnOutside.ASK),
    "auto": (ExecMode.RISK_BASED, Approval.RISK_BASED, OnOutside.ASK),
    "dontAsk": (ExecMode.NONE, Approval.NEVER, OnOutside.DENY),
    "bypassPermissions": (ExecMode.FREE, Approval.NEVER, OnOutside.FREE),
}


@frozen
class _Mode:
    """The permission mode a session starts in: every possible one, and what else may let a model decide."""

    names: tuple[str, ...]
    evidence: Evidence
    classifier: bool

    @property
    def worst(self) -> str:
        return "auto" if "auto" in self.names else self.names[0]


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """One record per workspace where Claude Code is seen or was named; none elsewhere."""
    found = []
    for workspace in around.workspaces:
        marks = seen(around, workspace)
        if marks or ID in around.named or ID in around.launched_here:
            found.append(_record(locate(around, workspace), marks))
    return tuple(found)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> tuple[Verdict, tuple[Evidence, ...]]:
    """Answer one question by the vendor's own order: deny, ask, allow, then the mode; see ``claude_decide``."""
    return engine.decide(record, action, what, cwd)


def _record(claude: Claude, marks: tuple[Path, ...]) -> AgentRecord:
    mode = _mode(claude)
    box = sandbox(claude, mode.names)
    rules = _exec_rules(claude)
    base = AgentRecord(
        agent=ID,
        name=NAME,
        surface="cli",
        workspace=claude.workspace.as_posix(),
        version=claude.version,
        assumed=not marks,
        sources=(*sources(claude), *mcp_sources(claude)),
        trust=claude.trust,
        read=_read_reach(claude, mode, box),
        exec=_exec_reach(claude, mode, box, rules),
        network=_network(claude, mode, box),
        env=environment(claude, boxed=box.sandbox.kind != "none" and box.sandbox.escape == "never"),
        approval=Approval.RISK_BASED if mode.classifier else _MODE[mode.worst][1],
        sandbox=box.sandbox,
        mcp=servers(claude, rules, mode.names),
        hooks=hooks(claude),
        logging=logging(claude),
        reasoning=reasoning(claude),
        self_modify="free" if "bypassPermissions" in mode.names else "ask",
        confidence="low" if not marks else "high" if len(mode.names) == 1 else "medium",
        evidence=_marks(claude, marks),
        notes=_notes(claude, mode, box),
    )
    with_verdicts = replace(base, exec=replace(base.exec, verdicts=verdicts(base, claude.around.home.as_posix())))
    return replace(with_verdicts, approval_removers=_removers(claude, with_verdicts, mode))


def _marks(claude: Claude, marks: tuple[Path, ...]) -> tuple[Evidence, ...]:
    return tuple(Evidence(claude.around.show(path), note="shows that Claude Code is used here") for path in marks)


def _mode(claude: Claude) -> _Mode:
    """The effective ``permissions.defaultMode``; refused values fall through to the next layer."""
    no_auto = _disabled(claude, "disableAutoMode")
    no_bypass = _disabled(claude, "disableBypassPermissionsMode")
    for layer in claude.layers:
        held = scalar((layer,), "permissions", "defaultMode", kind=str)
        name = held.value if held else ""
        if held is None or name not in MODES or (name == "auto" and (no_auto or layer.scope in {"project", "local"})):
            continue
        if name == "bypassPermissions" and no_bypass:
            break
        name = "default" if name == "manual" else name
        return _Mode((name,), replace(held.evidence, value=name), classifier=name == "plan" and not no_auto)
    if no_auto or not starts_in_auto(claude):
        note = "built-in default: the mode is default, a human is asked"
        return _Mode(("default",), Evidence(key=engine.MODE_KEY, value="default", note=note), classifier=False)
    note = "built-in default: auto mode on some plans, asking on others; no file tells the plan"
    return _Mode(
        ("auto", "default"), Evidence(key=engine.MODE_KEY, value=engine.EITHER_MODE, note=note), classifier=True
    )


def _disabled(claude: Claude, name: str) -> bool:
    held = scalar(claude.layers, "permissions", name) or scalar(claude.layers, name)
    return held is not None and held.value == "disable"


def _exec_rules(claude: Claude) -> tuple[ExecRule, ...]:
    found = []
    for effect in _EFFECTS:
        for setting in union(claude.rule_layers(), "permissions", effect.value):
            rule = exec_rule(setting, effect)
            found.extend([rule] if rule else [])
    return tuple(found)


def _read_reach(claude: Claude, mode: _Mode, box: Box) -> ReadReach:
    added = union(claude.layers, "permissions", "additionalDirectories")
    folders = [claude.around.expand(setting.value, claude.workspace) for setting in added]
    roots = tuple(dict.fromkeys((claude.workspace.as_posix(), *folders)))
    blocked = scalar(claude.layers, "permissions", "blockReadsOutsideWorkingDirectories", kind=bool)
    evidence = tuple(setting.evidence for setting in added)
    outside = _MODE[mode.worst][2]
    if blocked and blocked.value:
        note = "since version 2.1.257"
        evidence, outside = (*evidence, replace(blocked.evidence, note=note)), OnOutside.DENY
    shell_base, shell_roots = shell_reach(claude, box, roots, blocked=bool(blocked and blocked.value))
    free = outside is OnOutside.FREE
    return ReadReach(
        base=ReadBase.FILESYSTEM if free else ReadBase.ROOTS if folders else ReadBase.WORKSPACE,
        outside=outside,
        roots=roots,
        rules=(*_file_rules(claude, box), *sandbox_rules(claude, box)),
        shell_base=shell_base,
        shell_roots=shell_roots,
        evidence=evidence,
    )


def _file_rules(claude: Claude, box: Box) -> tuple[FileRule, ...]:
    found: list[FileRule] = []
    for effect in _EFFECTS:
        for setting in union(claude.rule_layers(), "permissions", effect.value):
            if setting.layer:
                anchors = claude.anchors(setting.layer)
                found.extend(file_rules(setting, effect, anchors, sandboxed=box.reads_confined))
    return tuple(found)


def _exec_reach(claude: Claude, mode: _Mode, box: Box, rules: tuple[ExecRule, ...]) -> ExecReach:
    listed = any(rule.effect is Verdict.ALLOW and rule.kind in {"exact", "prefix", "glob"} for rule in rules)
    refused = any(rule.effect is Verdict.DENY and _takes_bash_away(rule) for rule in rules)
    evidence = [mode.evidence]
    silent = scalar(claude.layers, "permissions", "denyInsteadOfPrompting", kind=bool)
    evidence += [replace(silent.evidence, note="since version 2.1.319")] if silent and silent.value else []
    if refused:
        return ExecReach(ExecMode.NONE, None, rules, (), tuple(evidence))
    worst = _exec_mode(mode.worst, listed=listed, classifier=mode.classifier)
    if box.auto_allowed:
        return ExecReach(ExecMode.FREE, None, rules, (), (*evidence, box.auto_allowed))
    best = _exec_mode("default", listed=listed, classifier=False) if len(mode.names) > 1 else None
    return ExecReach(worst, best, rules, (), tuple(evidence))


def _takes_bash_away(rule: ExecRule) -> bool:
    said = parse(rule.pattern)
    return said is not None and said.bare and said.tool in {"Bash", "*"}


def _exec_mode(name: str, *, listed: bool, classifier: bool) -> ExecMode:
    mode = _MODE[name][0]
    if name == "plan" and classifier:
        return ExecMode.RISK_BASED
    return ExecMode.ALLOW_LIST if listed and mode in {ExecMode.ASK, ExecMode.NONE} else mode


def _network(claude: Claude, mode: _Mode, box: Box) -> NetworkReach:
    """What commands reach (all, unless the sandbox confines them) and what the fetch tool asks about."""
    said: dict[Verdict, list[tuple[str, Evidence]]] = {effect: [] for effect in _EFFECTS}
    for effect in _EFFECTS:
        for setting in union(claude.rule_layers(), "permissions", effect.value):
            rule = parse(setting.value)
            domain = domain_of(rule) if rule else ""
            said[effect].extend([(domain, setting.evidence)] if domain else [])
    allowed = [domain for domain, _ in said[Verdict.ALLOW]]
    denied = [domain for domain, _ in said[Verdict.DENY]]
    tool = NetworkMode.ALLOW_LIST if allowed else NetworkMode.ASK
    if "*" in denied:
        tool = NetworkMode.NONE
    elif "*" in allowed or "bypassPermissions" in mode.names:
        tool = NetworkMode.FREE
    evidence = tuple(held for pairs in said.values() for _, held in pairs)
    hosts = tuple(dict.fromkeys((*box.hosts, *allowed)))
    refused = tuple(dict.fromkeys((*box.denied, *denied)))
    if not box.network_confined:
        return NetworkReach(NetworkMode.FREE, hosts, (), tool, evidence)
    modes = NetworkMode.FREE if "*" in hosts else box.network_mode
    return NetworkReach(modes, hosts, refused, tool, (*box.network_evidence, *evidence))


def _removers(claude: Claude, record: AgentRecord, mode: _Mode) -> tuple[Evidence, ...]:
    """The settings that take a human out: mode, broad rules, the sandbox's auto-allow, blanket MCP approval."""
    found = [mode.evidence] if set(mode.names) & {"auto", "bypassPermissions", "dontAsk"} else []
    found += [rule.evidence for rule in record.exec.rules if rule.effect is Verdict.ALLOW and rule.broad]
    found += [verdict.evidence[0] for verdict in record.exec.verdicts if _removes(verdict)]
    for key in ("enableAllProjectMcpServers", "skipDangerousModePermissionPrompt"):
        held = scalar(claude.layers, key, kind=bool)
        found += [held.evidence] if held and held.value else []
    return tuple(dict.fromkeys((*found, *front_matter(claude))))


def _removes(verdict: CommandVerdict) -> bool:
    return verdict.verdict is Verdict.ALLOW and bool(verdict.evidence)


def _notes(claude: Claude, mode: _Mode, box: Box) -> tuple[str, ...]:
    """What the files leave open or say wrongly, a sentence each."""
    found = ["a running session may have been started in another mode (--permission-mode); no file tells"]
    if len(mode.names) > 1:
        found.append("the plan and the version decide whether sessions start in auto mode: the worse case is shown")
    if claude.trust.state != "trusted":
        found.append("project settings grant rights only once the folder is trusted; claude -p never asks for trust")
    for effect in _EFFECTS:
        for setting in union(claude.rule_layers(), "permissions", effect.value):
            said = problems(setting, effect)
            found.extend([f"{_place(setting)}: {said}"] if said else [])
    if any(held.key == "hooks.PreToolUse" for held in hooks(claude)):
        found.append("PreToolUse hooks may approve or block calls; what their programs do is not evaluated")
    return (*found, *_redirections(claude), *box.notes)


def _redirections(claude: Claude) -> tuple[str, ...]:
    """Variables of repository files that send requests, and the credentials in them, to another address."""
    found = []
    for layer in claude.layers:
        names = layer.document.table("env") if layer.counts and layer.scope in {"project", "local"} else {}
        for name in names:
            if name.endswith("_BASE_URL") or name.upper() in {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}:
                said = layer.document.evidence("env", name)
                found.append(f"{said.file}:{said.line}: {name} sends requests, and the key in them, to another address")
    if scalar(claude.layers, "enabledPlugins", kind=dict):
        found.append("plugins are enabled: the hooks, servers and skills they bring are not read")
    return tuple(found)


def _place(setting: Setting) -> str:
    held = setting.evidence
    return f"{held.file}:{held.line}" if held.line else held.file
