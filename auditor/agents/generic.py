"""A local coding agent of which nothing is known: what the mainstream ones do when nobody configured them.

It reads the workspace freely, asks before it reads elsewhere and before each command, hands its whole environment on,
and has no sandbox. That is what the vendors' own defaults have in common (Claude Code, Gemini CLI, VS Code Copilot,
Cline, Kiro and others), so what this agent reaches is what any of them would reach.
"""

from __future__ import annotations

from pathlib import Path

from auditor.agents.examples import Answer, absolute, for_path, verdicts
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnvMode,
    EnvReach,
    Evidence,
    ExecMode,
    ExecReach,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Sandbox,
    Trust,
    Verdict,
)

ID = "generic"
NAME = "a local coding agent"

_READS = Evidence(key="read", value="workspace", note="assumed: the file tool reads the workspace without asking")
_ASKS = Evidence(key="exec", value="ask", note="assumed: a human is asked before each command")
_NETWORK = Evidence(key="network", value="free", note="assumed: an approved command reaches every host")
_INHERITS = Evidence(key="env", value="all", note="assumed: commands inherit the whole environment")
_OPEN = Evidence(key="sandbox", value="none", note="assumed: no sandbox confines commands")
_ALONE = "no agent was found; what is shown holds for a local agent with nothing configured"
_NAMED = "asked for by name; what is shown holds for a local agent with nothing configured"


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """One assumed record per workspace; the caller asks only when no agent is seen, or when it is named."""
    said = _NAMED if ID in around.named else _ALONE
    return tuple(_record(workspace, said) for workspace in around.workspaces or (around.home,))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """``read`` is free inside the workspace, everything else asks."""
    if action == "read":
        return for_path(record, absolute(what, cwd))
    return Verdict.ASK, (_ASKS,)


def _record(workspace: Path, said: str) -> AgentRecord:
    return AgentRecord(
        agent=ID,
        name=NAME,
        surface="cli",
        workspace=workspace.as_posix(),
        assumed=True,
        trust=Trust(),
        read=ReadReach(ReadBase.WORKSPACE, OnOutside.ASK, (workspace.as_posix(),), evidence=(_READS,)),
        exec=ExecReach(ExecMode.ASK, verdicts=verdicts(lambda _: (Verdict.ASK, (_ASKS,))), evidence=(_ASKS,)),
        network=NetworkReach(NetworkMode.FREE, tool_mode=NetworkMode.ASK, evidence=(_NETWORK,)),
        env=EnvReach(EnvMode.ALL, EnvMode.ALL, evidence=(_INHERITS,)),
        approval=Approval.ON_REQUEST,
        sandbox=Sandbox(evidence=(_OPEN,)),
        logging=Logging(),
        reasoning="unknown",
        self_modify="ask",
        confidence="low",
        evidence=(_READS, _ASKS),
        notes=(said,),
    )
