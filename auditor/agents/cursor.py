"""Cursor, in the editor and on the command line: two surfaces that share files and differ in who is asked.

Source: the vendor's pages on agent security, run modes, permissions, sandbox, ignore files, CLI configuration, hooks
and MCP (cursor.com/docs). The editor keeps its run mode in its own database, so its record is a range: what is shown
is the widest mode, ``exec.best`` the narrowest.
"""

from __future__ import annotations

from typing import Any, Final

from auditor.agents.cursor_files import Box, Scene, box, ignored, scene, seen_cli, seen_ide, trusts
from auditor.agents.cursor_rules import (
    cli_rules,
    for_host,
    lines,
    listed,
    read_rules,
    server_gate,
    shell_answer,
    unlisted,
)
from auditor.agents.examples import Answer, absolute, for_fetch, for_path, for_server, verdicts
from auditor.agents.layers import Setting, default, members, scalar, sources, union
from auditor.agents.mcp import server
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnvMode,
    EnvReach,
    Evidence,
    ExecMode,
    ExecReach,
    ExecRule,
    Honoured,
    Logging,
    McpServer,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Sandbox,
    Transcript,
    Trust,
    Verdict,
)

ID = "cursor"
NAME = "Cursor"

_MODE: Final = "approvalMode"
_RUN_MODE: Final = unlisted(
    Verdict.ALLOW, "run mode", "unknown", "the run mode is not in a file; in Run Everything no command is asked for"
)
_INHERITS: Final = Evidence(key="env", value="all", note="built in: commands inherit the whole environment")
_READS: Final = Evidence(key="read", value="filesystem", note="built in: files outside the workspace are read unasked")
_IDE_NOTES: Final = (
    "the run mode is kept in Cursor's own database: between an allow-list that asks and Run Everything",
    "the default run mode, Auto-review, runs sandboxed commands unasked, with about a hundred hosts open",
    "team policies and the allow-lists of the settings window are not on disk",
)
_NETWORK: Final = {
    **dict.fromkeys(("enabled", "allow", "allow-all", "all", "true", "full"), NetworkMode.FREE),
    **dict.fromkeys(("disabled", "deny", "none", "false", "off"), NetworkMode.NONE),
}


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace and surface that is seen; both surfaces when Cursor is named and nothing is seen."""
    records: list[AgentRecord] = []
    for workspace in around.workspaces or (around.home,):
        ide, cli = seen_ide(around, workspace), seen_cli(around, workspace)
        named = ID in around.named and not (ide or cli)
        held = scene(around, workspace) if ide or cli or named else None
        if held and (ide or named):
            records.append(_ide(held, seen=ide))
        if held and (cli or named):
            records.append(_cli(held, seen=cli))
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone; deny rules first, then allow rules, then the mode."""
    if action == "read":
        return for_path(record, absolute(what, cwd))
    if action == "mcp":
        return for_server(record, what)
    if action == "fetch":
        rule = for_host(record.exec.rules, what)
        return (rule.effect, (rule.evidence,)) if rule else for_fetch(record, what)
    return shell_answer(record.exec.rules, what, _otherwise(record.surface, record.exec, record.sandbox))


def _otherwise(surface: str, reach: ExecReach, sandbox: Sandbox) -> Answer:
    """What happens with a command that no rule names, worst case first."""
    if surface == "ide":
        return _RUN_MODE
    said = next((held for held in reach.evidence if held.key == _MODE), Evidence(key=_MODE, value="allowlist"))
    if said.value == "unrestricted":
        return Verdict.ALLOW, (said,)
    if sandbox.kind != "none":
        return Verdict.ALLOW, (said, *sandbox.evidence)
    return (Verdict.CLASSIFIED if said.value == "auto-review" else Verdict.ASK), (said,)


def _ide(held: Scene, *, seen: bool) -> AgentRecord:
    edge = box(held, escape="auto", said=_RUN_MODE[1])
    words = union(held.permissions, "terminalAllowlist")
    rules = listed(words)
    instructions = tuple(item.evidence for item in union(held.permissions, "autoRun", "allow_instructions"))
    reach = ExecReach(
        ExecMode.FREE,
        ExecMode.ALLOW_LIST if rules else ExecMode.ASK,
        rules,
        verdicts(lambda line: shell_answer(rules, line, _RUN_MODE), lines(rules)),
        (*_RUN_MODE[1], *(word.evidence for word in words), *instructions),
    )
    trust = trusts(held)
    servers = _servers(held, [word.value for word in union(held.permissions, "mcpAllowlist")], otherwise="some")
    allowed = tuple(item.evidence for item in union(held.permissions, "mcpAllowlist") if item.value.startswith("*"))
    database = held.around.show(held.data / "globalStorage" / "state.vscdb")
    return _record(
        held,
        seen=seen,
        surface="ide",
        edge=edge,
        exec=reach,
        # Run Everything runs commands outside the sandbox, so its hosts confine nothing for certain.
        network=NetworkReach(tool_mode=NetworkMode.FREE, evidence=_RUN_MODE[1]),
        trust=Trust(required=bool(trust.value), state="unknown" if trust.value else "not-applicable"),
        approval=Approval.RISK_BASED,
        approval_removers=(*_removers(rules, edge), *allowed),
        mcp=servers,
        transcripts=(database, held.around.show(held.data / "workspaceStorage")),
        notes=_IDE_NOTES,
    )


def _cli(held: Scene, *, seen: bool) -> AgentRecord:
    mode = scalar(held.cli, _MODE, kind=str) or default(_MODE, "allowlist")
    allow, deny = (union(held.cli, "permissions", word) for word in ("allow", "deny"))
    rules = (*cli_rules(deny, Verdict.DENY), *cli_rules(allow, Verdict.ALLOW))
    edge = _cli_box(held, mode)
    reads = (*read_rules(deny, Verdict.DENY, held.around, held.root), *ignored(held))
    reach = ExecReach(mode=_cli_mode(mode.value, rules, edge), rules=rules, evidence=(mode.evidence,))
    otherwise = _otherwise("cli", reach, edge.sandbox)
    reach = ExecReach(
        mode=reach.mode,
        rules=rules,
        verdicts=verdicts(lambda line: shell_answer(rules, line, otherwise), lines(rules)),
        evidence=reach.evidence,
    )
    free = mode.value == "unrestricted"
    approved = [rule.pattern for rule in rules if rule.kind == "mcp" and rule.effect is Verdict.ALLOW]
    fetch = NetworkMode.FREE if free else NetworkMode.ASK
    folder = held.around.home / ".cursor"
    return _record(
        held,
        seen=seen,
        surface="cli",
        edge=edge,
        rules=reads,
        exec=reach,
        network=NetworkReach(edge.network, edge.hosts, edge.denied, fetch, (mode.evidence, *edge.sandbox.evidence)),
        trust=Trust(),
        approval={"unrestricted": Approval.NEVER, "auto-review": Approval.RISK_BASED}.get(
            mode.value, Approval.ON_REQUEST
        ),
        approval_removers=((mode.evidence,) if free else ()) + _removers(rules, edge),
        mcp=_servers(held, approved, otherwise="all" if free else "no"),
        transcripts=tuple(held.around.show(folder / name) for name in ("chats", "projects")),
        notes=("the flags --force and --sandbox are not visible in files; --force runs every command",),
    )


def _record(
    held: Scene, *, seen: bool, surface: str, edge: Box, transcripts: tuple[str, ...], **parts: Any
) -> AgentRecord:
    """What both surfaces share: reads, environment, hooks, files."""
    rules = parts.pop("rules", None)
    network: NetworkReach = parts["network"]
    files = (*held.cli, *held.sandbox) if surface == "cli" else (*held.permissions, *held.sandbox, *held.editor)
    return AgentRecord(
        agent=ID,
        name=NAME,
        surface=surface,
        workspace=held.root,
        assumed=not seen,
        sources=sources((*files, *held.mcp, *held.hooks)),
        read=ReadReach(
            ReadBase.FILESYSTEM,
            OnOutside.FREE,
            (held.root,),
            ignored(held) if rules is None else rules,
            edge.shell_base,
            edge.shell_roots,
            (_READS,),
        ),
        env=EnvReach(EnvMode.ALL, EnvMode.ALL, evidence=(_INHERITS,)),
        sandbox=edge.sandbox,
        hooks=_hooks(held),
        logging=Logging(tuple(Transcript(path) for path in transcripts)),
        reasoning="unknown",
        self_modify="free" if parts["approval"] is Approval.NEVER else "ask",
        confidence="low" if surface == "ide" or not seen else "medium",
        evidence=network.evidence,
        **parts,
    )


def _cli_box(held: Scene, mode: Setting) -> Box:
    """The CLI's sandbox: ``sandbox.mode`` decides; without it only Auto-review runs commands in one."""
    said = scalar(held.cli, "sandbox", "mode", kind=(str, bool))
    word = str(said.value).lower() if said else "enabled" if mode.value == "auto-review" else "disabled"
    if word in {"disabled", "false", "off", "none"} or mode.value == "unrestricted":
        return Box(Sandbox(evidence=(said.evidence if said else mode.evidence,)))
    edge = box(held, escape="ask", said=(said.evidence,) if said else (mode.evidence,))
    network = scalar(held.cli, "sandbox", "networkAccess", kind=(str, bool))
    level = _NETWORK.get(str(network.value).lower()) if network else None
    reading = scalar(held.cli, "sandbox", "readBoundary", kind=str)
    confined = reading is not None and reading.value == "workspace"
    return Box(
        edge.sandbox,
        ReadBase.SANDBOXED if confined else edge.shell_base,
        (held.root, *edge.shell_roots) if confined else edge.shell_roots,
        level or edge.network,
        edge.hosts,
        edge.denied,
    )


def _cli_mode(mode: str, rules: tuple[ExecRule, ...], edge: Box) -> ExecMode:
    if mode == "unrestricted":
        return ExecMode.FREE
    if mode == "auto-review":
        return ExecMode.RISK_BASED
    if edge.sandbox.kind != "none":
        return ExecMode.FREE
    listed_shell = any(rule.kind == "shell" and rule.effect is Verdict.ALLOW for rule in rules)
    return ExecMode.ALLOW_LIST if listed_shell else ExecMode.ASK


def _removers(rules: tuple[ExecRule, ...], edge: Box) -> tuple[Evidence, ...]:
    """Broad allow rules, and a sandbox that was switched off in a file."""
    broad = tuple(rule.evidence for rule in rules if rule.broad)
    off = tuple(held for held in edge.sandbox.evidence if held.value in {"insecure_none", "disabled"} and held.file)
    return (*broad, *off)


def _servers(held: Scene, approved: list[str], *, otherwise: str) -> tuple[McpServer, ...]:
    """The MCP servers of project and user; ``otherwise`` is what holds for a server that no list names."""
    return tuple(
        server(
            name,
            setting.value,
            setting.evidence,
            base=held.root,
            home=held.around.home.as_posix(),
            auto_approved=_gate(server_gate(approved, name), otherwise),
        )
        for name, setting in members(held.mcp, "mcpServers").items()
    )


def _gate(found: str, otherwise: str) -> str:
    order = ("no", "some", "all")
    return max(found, otherwise, key=order.index)


def _hooks(held: Scene) -> tuple[Evidence, ...]:
    """Programs that Cursor starts on events; every level's hooks run."""
    return tuple(
        layer.document.evidence("hooks", event)
        for layer in held.hooks
        if layer.counts and layer.honoured is not Honoured.NO
        for event in layer.document.table("hooks")
    )
