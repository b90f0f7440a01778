"""GitHub Copilot's agent mode in VS Code: permission level, terminal rules, sandbox, MCP servers and trust.

Source: the vendor's pages on approvals, agent sandboxing, security, settings and MCP configuration
(microsoft/vscode-docs), and the open source of the editor for built-in rules (microsoft/vscode).
"""

from __future__ import annotations

from typing import Final

from auditor.agents.copilot_sandbox import Box, box
from auditor.agents.copilot_settings import (
    GLOBAL,
    Board,
    asks_for_trust,
    board,
    seen_by_user,
    seen_in,
    variants,
)
from auditor.agents.copilot_terminal import BLOCK_WRITES, IGNORE_BUILT_IN, lines, terminal_answer, terminal_rules
from auditor.agents.copilot_tools import (
    edits_settings,
    env_reach,
    hooks,
    logging,
    mcp_layers,
    reasoning,
    servers,
    url_rules,
)
from auditor.agents.examples import Answer, absolute, for_fetch, for_path, for_server, verdicts
from auditor.agents.layers import Setting, sources
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    ConfigSource,
    Evidence,
    ExecMode,
    ExecReach,
    ExecRule,
    McpServer,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Trust,
    Verdict,
)

ID = "copilot-vscode"
NAME = "GitHub Copilot in VS Code"

_LEVEL: Final = "chat.permissions.default"
_ENABLE: Final = "chat.tools.terminal.enableAutoApprove"
_ASSISTED: Final = "chat.assistedPermissions.enabled"
_AGENT: Final = "chat.agent.enabled"
_ELIGIBLE: Final = "chat.tools.eligibleForAutoApproval"
_SANDBOX: Final = "sandbox"
_UNASKED: Final = frozenset({"autoApprove", "autopilot", "true"})
_FOLDERS: Final = ("chat.additionalReadAccessFolders", "github.copilot.chat.additionalReadAccessFolders")
_INHERITS: Final = Evidence(key="env", value="all", note="built in: the terminal inherits the editor's environment")
_CAPABLE: Final = frozenset({"runInTerminal", "run_in_terminal", "runCommands", "execute", "execute/runInTerminal"})


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace and VS Code (variant and profile) in which Copilot is seen, or all when it is named."""
    records: list[AgentRecord] = []
    for workspace in around.workspaces or (around.home,):
        boards = [board(around, variant, workspace) for variant in variants(around)]
        by_user = [held for held in boards if seen_by_user(held.variant, held)]
        project = seen_in(workspace, boards[0])
        shown = by_user or (boards[:1] if project or ID in around.named else [])
        records += [_record(held, seen=bool(by_user) or project) for held in shown]
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: the permission level, the sandbox, the rules, then a human or a model."""
    if action == "read":
        return for_path(record, absolute(what, cwd))
    if action == "mcp":
        return for_server(record, what)
    if action == "fetch":
        return _fetch(record, what)
    return _run(record.exec.rules, record.exec.evidence, what, record.workspace)


def _run(rules: tuple[ExecRule, ...], evidence: tuple[Evidence, ...], line: str, workspace: str) -> Answer:
    held = {one.key: one for one in evidence}
    if _value(held, _AGENT) == "false":
        return Verdict.DENY, (held[_AGENT],)
    if _value(held, _ELIGIBLE) == "false":
        return Verdict.ASK, (held[_ELIGIBLE],)
    for key in (GLOBAL, _LEVEL):
        if _value(held, key) in _UNASKED:
            return Verdict.ALLOW, (held[key],)
    if _SANDBOX in held:
        return Verdict.ALLOW, (held[_SANDBOX],)
    otherwise: Answer = (Verdict.ASK, ())
    if _value(held, _ASSISTED) == "true":
        otherwise = (Verdict.CLASSIFIED, (held[_ASSISTED],))
    if _value(held, _ENABLE) == "false":
        return otherwise[0], (held[_ENABLE],)
    built_in = _value(held, IGNORE_BUILT_IN) != "true"
    writes = _value(held, BLOCK_WRITES)
    return terminal_answer(rules, line, workspace, built_in=built_in, writes=writes, otherwise=otherwise)


def _value(held: dict[str, Evidence], key: str) -> str:
    return held[key].value if key in held else ""


def _fetch(record: AgentRecord, what: str) -> Answer:
    """The fetch tool: approved URL patterns first, then what the level does."""
    for rule in record.exec.rules:
        if rule.kind == "url" and what.startswith(rule.pattern.rstrip("*/")):
            return rule.effect, (rule.evidence,)
    return for_fetch(record, what)


def _record(held: Board, *, seen: bool) -> AgentRecord:
    settings = _settings(held)
    unasked = any(settings[key].evidence.value in _UNASKED for key in (GLOBAL, _LEVEL))
    assisted = settings[_ASSISTED].value is True
    edge = box(held, unasked=unasked)
    rules = (*terminal_rules(held), *url_rules(held))
    reach = _exec(held, settings, rules, edge, unasked=unasked)
    layers = mcp_layers(held)
    mcp = servers(held, layers, unasked=unasked, boxed="mcp" in edge.sandbox.covers)
    trust = asks_for_trust(held)
    approval = Approval.NEVER if unasked else Approval.RISK_BASED if assisted else Approval.ON_REQUEST
    return AgentRecord(
        agent=ID,
        name=f"{NAME}{held.variant.label}",
        surface="ide",
        workspace=held.workspace.as_posix(),
        assumed=not seen,
        sources=(*held.sources(), *sources(layers), *_other_files(held)),
        trust=Trust(required=trust.value is True, state="unknown" if trust.value is True else "not-applicable"),
        read=_reads(held, edge, unasked=unasked),
        exec=reach,
        network=_network(edge, unasked=unasked),
        env=env_reach(held),
        approval=approval,
        approval_removers=_removers(held, settings, rules, edge, mcp),
        sandbox=edge.sandbox,
        mcp=mcp,
        hooks=hooks(held),
        logging=logging(held),
        reasoning=reasoning(held),
        self_modify="free" if unasked or edits_settings(held) else "ask",
        confidence="medium" if seen else "low",
        evidence=tuple(setting.evidence for setting in settings.values() if setting.layer),
        notes=_notes(held),
    )


def _settings(held: Board) -> dict[str, Setting]:
    """The settings that decide whether anybody is asked; of two that may be in force the worse."""
    old = held.setting("chat.tools.autoApprove", False)
    whole = held.setting(GLOBAL, False, worst=(True,))
    found = {
        GLOBAL: Setting(True, old.evidence, old.layer) if old.value is True and not whole.layer else whole,
        _LEVEL: held.setting(_LEVEL, "default", worst=("autoApprove", "autopilot")),
        _ASSISTED: held.setting(_ASSISTED, False, worst=(True,)),
        _ENABLE: held.setting(_ENABLE, True, worst=(True,)),
        _AGENT: held.setting(_AGENT, True, worst=(True,)),
        IGNORE_BUILT_IN: held.setting(IGNORE_BUILT_IN, False),
        BLOCK_WRITES: held.setting(BLOCK_WRITES, "outsideWorkspace", worst=("never",)),
    }
    return {key: Setting(setting.value, _keyed(setting, key), setting.layer) for key, setting in found.items()}


def _keyed(setting: Setting, key: str) -> Evidence:
    """The evidence under the setting's own name, whatever file form or older name it came in."""
    held = setting.evidence
    return Evidence(held.file, key, held.value, held.line, held.note)


def _exec(
    held: Board, settings: dict[str, Setting], rules: tuple[ExecRule, ...], edge: Box, *, unasked: bool
) -> ExecReach:
    evidence = tuple(setting.evidence for setting in settings.values())
    eligible = held.entries(_ELIGIBLE)
    evidence += tuple(
        _keyed(setting, _ELIGIBLE) for name, setting in eligible.items() if name in _CAPABLE and setting.value is False
    )
    if edge.on:
        said = edge.sandbox.evidence[0]
        note = "commands in the sandbox run without asking"
        evidence += (Evidence(said.file, _SANDBOX, said.value, said.line, note),)
    root = held.workspace.as_posix()
    answers = verdicts(lambda line: _run(rules, evidence, line, root), lines(rules))
    approving = any(rule.effect is Verdict.ALLOW and rule.kind != "url" for rule in rules)
    forced = any(one.key == _ELIGIBLE for one in evidence)
    if settings[_AGENT].value is False:
        mode = ExecMode.NONE
    elif forced:
        mode = ExecMode.ASK
    elif unasked or edge.on:
        mode = ExecMode.FREE
    elif settings[_ASSISTED].value is True:
        mode = ExecMode.RISK_BASED
    else:
        mode = ExecMode.ALLOW_LIST if approving and settings[_ENABLE].value is not False else ExecMode.ASK
    return ExecReach(mode, rules=rules, verdicts=answers, evidence=evidence)


def _reads(held: Board, edge: Box, *, unasked: bool) -> ReadReach:
    """The file tools read the workspace and the further folders that settings name; no ignore file binds them."""
    words = [word for key in _FOLDERS for word in held.words(key)]
    further = [held.around.expand(word.value, held.workspace) for word in words]
    said = Evidence(key="read", value="workspace", note="built in: the file tools read the workspace without asking")
    return ReadReach(
        ReadBase.ROOTS if further else ReadBase.WORKSPACE,
        OnOutside.FREE if unasked else OnOutside.ASK,
        tuple(dict.fromkeys((held.workspace.as_posix(), *further))),
        edge.rules,
        evidence=(said, *(word.evidence for word in words)),
    )


def _network(edge: Box, *, unasked: bool) -> NetworkReach:
    said = Evidence(key="network", value=edge.network.value, note=f"the network of commands is {edge.network.value}")
    tool = NetworkMode.FREE if unasked else NetworkMode.ASK
    return NetworkReach(edge.network, edge.hosts, edge.denied, tool, (said, *edge.sandbox.evidence))


def _removers(
    held: Board, settings: dict[str, Setting], rules: tuple[ExecRule, ...], edge: Box, mcp: tuple[McpServer, ...]
) -> tuple[Evidence, ...]:
    level = [settings[key].evidence for key in (GLOBAL, _LEVEL) if settings[key].evidence.value in _UNASKED]
    judged = [settings[_ASSISTED].evidence] if settings[_ASSISTED].value is True else []
    replies = held.setting("chat.tools.terminal.autoReplyToPrompts", False)
    return tuple(
        dict.fromkeys(
            (
                *level,
                *judged,
                *(rule.evidence for rule in rules if rule.broad and rule.kind != "url"),
                *(edge.sandbox.evidence[:1] if edge.on else ()),
                *(one.evidence for one in mcp if one.auto_approved != "no"),
                *((replies.evidence,) if replies.value is True else ()),
            )
        )
    )


def _other_files(held: Board) -> tuple[ConfigSource, ...]:
    """Instruction files: they prove use and set nothing."""
    path = held.workspace / ".github" / "copilot-instructions.md"
    return (ConfigSource(held.around.show(path), "project"),) if path.is_file() else ()


def _notes(held: Board) -> tuple[str, ...]:
    said = ["the permission level chosen in a chat and the trust of the folder are not in a file"]
    said += [
        f"{one.sentence}: builds before August 2025 took it from a workspace and then ran every tool unasked"
        for one in held.refused()
    ]
    if any(not sheet.sure and sheet.layer.document.exists for sheet in held.sheets):
        said.append(
            "settings of a .code-workspace or a remote count where they widen: whether they are in use is unknown"
        )
    return tuple(said)
