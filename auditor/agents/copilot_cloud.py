"""GitHub Copilot's coding agent: a machine in the cloud that holds a copy of the repository and asks nobody.

Source: the vendor's pages on the agent's environment and its firewall (docs.github.com). The firewall binds what the
agent's shell tool starts; setup steps and MCP servers pass it by.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import by_mode, commanded, mode_rule
from auditor.agents.documents import read_yaml
from auditor.agents.examples import Answer
from auditor.agents.layers import Layer, sources
from auditor.agents.mcp import is_literal
from auditor.agents.stage import Stage, answer, built_in, cloned, record, stages, upward
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnvMode,
    EnvReach,
    InjectedVariable,
    Logging,
    NetworkMode,
    NetworkReach,
    Sandbox,
    Verdict,
)

ID = "copilot-cloud"
NAME = "GitHub Copilot coding agent"

_JOB: Final = "copilot-setup-steps"
_FILES: Final = tuple(f".github/workflows/{_JOB}.{ending}" for ending in ("yml", "yaml"))
# The firewall's own list is long; these of it let anybody keep data, and the package hosts beside them are not needed.
_HOSTS: Final = ("github.com", "*.github.com", "*.githubusercontent.com", "*.githubcopilot.com", "ghcr.io")
_FREE: Final = built_in("exec", "free", "on its own machine nothing is asked for; a human reviews the pull request")
_VM: Final = built_in("sandbox", "vm", "it works on a runner of its own, with a copy of the repository")
_WALL: Final = built_in("firewall", "on", "the firewall lets the shell tool reach a recommended list of hosts")
_ENV: Final = built_in("env", "job", "commands inherit the environment of the job, not of this machine")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace that was prepared for the coding agent."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: every command runs, on a machine that holds the repository."""
    return answer(record, action, what, cwd, lambda _: by_mode(record.exec.rules))


def _root(stage: Stage) -> Path:
    return upward(stage)[-1]


def _seen(stage: Stage) -> bool:
    return any((_root(stage) / name).is_file() for name in _FILES)


def _record(stage: Stage) -> AgentRecord:
    found = [stage.layer("ci", _root(stage) / name, read_yaml) for name in _FILES if (_root(stage) / name).is_file()]
    rules = (mode_rule(Verdict.ALLOW, _FREE),)
    steps = tuple(step for layer in found for step in _steps(layer))
    return record(
        stage,
        ID,
        NAME,
        "cloud",
        sources=sources(found),
        read=cloned(stage),
        exec=commanded(rules, lambda _: by_mode(rules), (Verdict.ALLOW, (_FREE,))),
        network=NetworkReach(NetworkMode.ALLOW_LIST, _HOSTS, tool_mode=NetworkMode.ALLOW_LIST, evidence=(_WALL,)),
        env=EnvReach(EnvMode.NONE, EnvMode.NONE, injected=_variables(found, steps), evidence=(_ENV,)),
        approval=Approval.NEVER,
        sandbox=Sandbox(
            "vm",
            ("shell", "file-tool", "mcp"),
            reads="confined",
            writes="confined",
            network="confined",
            evidence=(_VM, _WALL),
        ),
        hooks=tuple(layer.document.evidence("jobs", _JOB, "steps", at) for layer, at, _ in steps),
        logging=Logging(evidence=(_VM,)),
        reasoning="unknown",
        self_modify="free",
        evidence=(_VM, _FREE, _WALL),
        notes=_notes(found, steps),
    )


def _steps(layer: Layer) -> list[tuple[Layer, int, dict[str, Any]]]:
    items = layer.document.get("jobs", _JOB, "steps") if layer.counts else None
    return [
        (layer, at, step) for at, step in enumerate(items if isinstance(items, list) else ()) if isinstance(step, dict)
    ]


def _variables(
    found: list[Layer], steps: tuple[tuple[Layer, int, dict[str, Any]], ...]
) -> tuple[InjectedVariable, ...]:
    """Variables of the workflow and its job, and those of a step that hands its environment on."""
    places: list[tuple[Layer, tuple[str | int, ...]]] = []
    for layer in found:
        places += [(layer, ("env",)), (layer, ("jobs", _JOB, "env"))]
    places += [(layer, ("jobs", _JOB, "steps", at, "env")) for layer, at, step in steps if _hands_on(step)]
    return tuple(
        InjectedVariable(str(name), is_literal(value), layer.document.evidence(*keys, name))
        for layer, keys in places
        for name, value in (layer.document.table(*keys) if layer.counts else {}).items()
    )


def _hands_on(step: dict[str, Any]) -> bool:
    return "GITHUB_ENV" in str(step.get("run", ""))


def _notes(found: list[Layer], steps: tuple[tuple[Layer, int, dict[str, Any]], ...]) -> tuple[str, ...]:
    said = [
        "the firewall binds what the shell tool starts, not MCP servers and not the setup steps",
        "the secrets of the environment named copilot and the MCP servers of the repository's settings are not on disk",
    ]
    for layer in found:
        jobs = (layer.document.get("permissions"), layer.document.get("jobs", _JOB, "permissions"))
        if any(isinstance(one, dict) and one.get("id-token") == "write" for one in jobs):
            said.append(f"{layer.document.shown} lets the job log in to a cloud (id-token: write)")
    said += [
        f"{layer.document.shown}:{layer.document.line('jobs', _JOB, 'steps', at)} hands variables on to the agent"
        for layer, at, step in steps
        if _hands_on(step)
    ]
    return tuple(said)
