"""Amazon Q Developer CLI: agents as JSON files, a built-in one that reads every file, and trusted tools.

Source: the vendor's pages on the agent format, the built-in tools and MCP (aws/amazon-q-developer-cli, docs). Which
agent a run uses is told by a flag or a setting: where neither stands in a file the widest agent is counted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditor.agents.amazon_agents import (
    KNOWN,
    READ,
    WRITE,
    Agent,
    file_rules,
    server_gate,
    shell_answer,
    shell_rules,
)
from auditor.agents.command_rules import commanded
from auditor.agents.documents import read_json
from auditor.agents.examples import Answer
from auditor.agents.layers import Layer, Setting, members, scalar, sources
from auditor.agents.places import strength
from auditor.agents.stage import Stage, answer, built_in, data_folder, reading, record, served, stages
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    Evidence,
    ExecMode,
    ExecReach,
    Logging,
    McpServer,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Transcript,
)

ID = "amazon-q"
NAME = "Amazon Q Developer CLI"

BUILT_IN: Final = Agent("q_cli_default", trusted=("fs_read",))
_NETWORK: Final = built_in("network", "free", "a command that runs reaches every host")
_ORDER: Final = tuple(ExecMode)


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where the CLI is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: refused patterns, trusted tools, allowed patterns, readers."""
    return answer(record, action, what, cwd, lambda line: shell_answer(record.exec.rules, line))


def _user(stage: Stage) -> Path:
    return stage.around.home / ".aws" / "amazonq"


def _seen(stage: Stage) -> bool:
    return _user(stage).is_dir() or (stage.workspace / ".amazonq").is_dir() or _data(stage).is_dir()


def _data(stage: Stage) -> Path:
    if stage.around.platform == "darwin":
        return stage.around.home / "Library" / "Application Support" / "amazon-q"
    return data_folder(stage.around) / "amazon-q"


def _layers(stage: Stage) -> tuple[Layer, ...]:
    """The agent files, the workspace's before the user's of the same name."""
    places = (("project", stage.workspace / ".amazonq" / "cli-agents"), ("user", _user(stage) / "cli-agents"))
    return tuple(
        stage.layer(scope, path, read_json) for scope, folder in places for path in sorted(folder.glob("*.json"))
    )


def agents(layers: tuple[Layer, ...], usual: Agent) -> tuple[Agent, ...]:
    """The agents that can be chosen by name, the built-in one among them unless a file takes its name."""
    found: dict[str, Agent] = {}
    for layer in layers:
        name = str(layer.document.get("name") or layer.document.path.stem)
        if layer.counts:
            found.setdefault(name, Agent(name, layer))
    return (found.pop(usual.name, usual), *found.values())


def widest(found: tuple[Agent, ...]) -> tuple[Agent, ExecReach]:
    """The agent that lets most through, with its commands."""
    reaches = [(agent, reach_of(agent)) for agent in found]
    return max(
        reaches,
        key=lambda one: (
            sum(strength(verdict.verdict) for verdict in one[1].verdicts),
            _ORDER.index(one[1].mode),
        ),
    )


def reach_of(agent: Agent) -> ExecReach:
    """How commands run under one agent."""
    rules = shell_rules(agent)
    return commanded(rules, lambda line: shell_answer(rules, line), (rules[-1].effect, (rules[-1].evidence,)))


def reads_of(agent: Agent, stage: Stage) -> ReadReach:
    """What the read tool opens: everything when it is trusted, else the workspace and the paths it is given."""
    trusted = agent.trusts(READ)
    said = trusted or built_in("fs_read", "workspace", "the read tool asks beyond the folder it is started in")
    return reading(
        stage,
        ReadBase.FILESYSTEM if trusted else ReadBase.WORKSPACE,
        outside=OnOutside.FREE if trusted else OnOutside.ASK,
        rules=file_rules(agent, stage),
        evidence=(said,),
    )


def hooks_of(agent: Agent) -> tuple[Evidence, ...]:
    """The commands an agent starts on events."""
    if agent.layer is None:
        return ()
    return tuple(agent.layer.document.evidence("hooks", event) for event in agent.layer.document.table("hooks"))


def removers_of(reach: ExecReach) -> tuple[Evidence, ...]:
    """A trusted shell and broad patterns, where a file says so."""
    return tuple(dict.fromkeys(rule.evidence for rule in reach.rules if rule.broad and rule.evidence.file))


def _record(stage: Stage) -> AgentRecord:
    layers = _layers(stage)
    settings = stage.layer("user", _data(stage) / "settings.json", read_json)
    chosen = scalar((settings,), "chat.defaultAgent", kind=str)
    found = agents(layers, BUILT_IN)
    named = tuple(one for one in found if chosen and one.name == chosen.value)
    agent, reach = widest(named or found)
    usual = reach_of(found[0])
    sure = bool(named) or (len(found) == 1 and agent.layer is not None)
    best = None if sure else ExecMode.ASK if found[0].layer is None else usual.mode
    best = None if best is reach.mode else best
    mcp = (
        stage.layer("project", stage.workspace / ".amazonq" / "mcp.json"),
        stage.layer("user", _user(stage) / "mcp.json"),
    )
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=(*sources(layers, KNOWN), *sources((settings, *mcp))),
        read=reads_of(agent, stage),
        exec=ExecReach(reach.mode, best, reach.rules, reach.verdicts, reach.evidence),
        network=NetworkReach(evidence=(_NETWORK,)),
        approval=Approval.ON_REQUEST,
        approval_removers=removers_of(reach),
        mcp=servers_of(stage, agent, mcp),
        hooks=hooks_of(agent),
        logging=Logging((Transcript(stage.around.show(_data(stage) / "data.sqlite3")),)),
        reasoning="unknown",
        self_modify="free" if agent.trusts(WRITE) else "ask",
        confidence="medium" if sure else "low",
        evidence=(*reach.evidence, *((chosen.evidence,) if chosen else ())),
        notes=_notes(agent, found, sure=sure),
    )


def servers_of(stage: Stage, agent: Agent, mcp: tuple[Layer, ...]) -> tuple[McpServer, ...]:
    """The servers of the agent's own file, and those of the shared files unless the agent leaves them out."""
    own = members((agent.layer,), "mcpServers") if agent.layer else {}
    shared: dict[str, Setting] = {}
    said = agent.layer.document if agent.layer else None
    flags = [said.get(key) for key in ("useLegacyMcpJson", "includeMcpJson")] if said else [True]
    if True in flags or flags == [None, None]:
        shared = members(mcp, "mcpServers")
    return served(stage, {**shared, **own}, lambda name, entry: server_gate(agent, name, entry))


def _notes(agent: Agent, found: tuple[Agent, ...], *, sure: bool) -> tuple[str, ...]:
    said = ["the flags --trust-all-tools, --trust-tools and --no-interactive are not visible in files"]
    if not sure and len(found) > 1:
        others = ", ".join(one.name for one in found)
        said.append(f"a run may use any of these agents: {others}; {agent.name} lets most through")
    if agent.layer is None:
        said.append("the vendor's pages differ on whether reading commands run unasked; they are counted as running")
    said.append("the AWS tool acts with the profile of the environment")
    return tuple(said)
