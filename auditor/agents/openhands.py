"""OpenHands: a command line that works as the user, and a server whose agent works in a container.

Source: the vendor's pages (docs.openhands.dev) and the template of its older configuration (All-Hands-AI/OpenHands,
config.template.toml).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import by_mode, commanded, mode_rule
from auditor.agents.documents import read_json, read_toml
from auditor.agents.examples import Answer
from auditor.agents.layers import Layer, Setting, flag, members, scalar, sources
from auditor.agents.stage import Stage, answer, built_in, injected, reading, record, served, stages
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnvMode,
    EnvReach,
    Evidence,
    Logging,
    NetworkReach,
    OnOutside,
    ReadBase,
    Sandbox,
    Transcript,
    Verdict,
)

ID = "openhands"
NAME = "OpenHands"

KNOWN: Final = frozenset(
    "core llm agent sandbox security condenser eval mcp kubernetes extended model_routing cli browser".split()
)
_TABLES: Final = frozenset({"core", "sandbox", "llm", "security"})
_LOCAL: Final = frozenset({"local", "process", "cli"})
_ASKS: Final = built_in("confirmation", "always", "the command line asks before each action")
_READS: Final = built_in("read", "filesystem", "it works as the user, without a sandbox")
_NETWORK: Final = built_in("network", "free", "what runs reaches every host")
_CONFIRMS: Final = "confirmation_mode"


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """The command line's record per workspace where it is seen, and the server's where its configuration stands."""
    records = []
    for stage in stages(around, ID, lambda one: _seen_cli(one) or _seen_server(one)):
        records += [_cli(stage)] if _seen_cli(stage) or not stage.seen else []
        records += [_server(stage)] if _seen_server(stage) else []
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: one mode for every command."""
    return answer(record, action, what, cwd, lambda _: by_mode(record.exec.rules))


def _own(stage: Stage) -> Path:
    return stage.around.home / ".openhands"


def _seen_cli(stage: Stage) -> bool:
    marks = [stage.workspace / name for name in (".openhands", ".openhands_instructions")]
    return _own(stage).is_dir() or any(path.exists() for path in marks)


def _config(stage: Stage) -> Layer:
    return stage.layer("project", stage.workspace / "config.toml", read_toml)


def _seen_server(stage: Stage) -> bool:
    """A ``config.toml`` of the server: two of its tables, as other programs use the name too."""
    return len(_TABLES & set(_config(stage).document.table())) > 1


def _cli(stage: Stage) -> AgentRecord:
    settings = tuple(
        stage.layer("user", _own(stage) / name, read_json) for name in ("agent_settings.json", "settings.json")
    )
    mcp = stage.layer("user", _own(stage) / "mcp.json", read_json)
    rules = (mode_rule(Verdict.ASK, _ASKS),)
    effort = scalar(settings, "llm", "reasoning_effort", kind=str)
    reduced = (effort.evidence,) if effort and effort.value in {"low", "minimal", "none"} else ()
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=sources((*settings, mcp)),
        read=reading(stage, ReadBase.FILESYSTEM, outside=OnOutside.FREE, evidence=(_READS,)),
        exec=commanded(rules, lambda _: by_mode(rules), (Verdict.ASK, (_ASKS,))),
        network=NetworkReach(evidence=(_NETWORK,)),
        approval=Approval.ALWAYS,
        mcp=served(stage, members((mcp,), "mcpServers")),
        hooks=_scripts(stage),
        logging=Logging((Transcript(stage.around.show(_own(stage) / "conversations")),), remote="none"),
        reasoning="reduced" if reduced else "normal",
        evidence=(_ASKS, *reduced),
        notes=("the flags --always-approve, --llm-approve and headless runs are not visible in files",),
    )


def _server(stage: Stage) -> AgentRecord:
    config = _config(stage)
    asks = flag((config,), "security", _CONFIRMS, otherwise=False)
    rules = (mode_rule(Verdict.ASK if asks.value else Verdict.ALLOW, asks.evidence),)
    runtime = scalar((config,), "core", "runtime", kind=str)
    boxed = runtime is None or runtime.value not in _LOCAL
    roots, mounts = _mounted(stage, config)
    effort = scalar((config,), "llm", "reasoning_effort", kind=str)
    reduced = (effort.evidence,) if effort and effort.value in {"low", "minimal", "none"} else ()
    base = ReadBase.SANDBOXED if boxed else ReadBase.FILESYSTEM
    box = _box(runtime, mounts)
    return record(
        stage,
        ID,
        NAME,
        "desktop",
        sources=sources((config,), KNOWN),
        read=reading(
            stage,
            base,
            outside=OnOutside.DENY if boxed else OnOutside.FREE,
            roots=roots,
            shell_base=base,
            shell_roots=(stage.root, *roots) if boxed else (),
            evidence=mounts or (_READS,),
        ),
        exec=commanded(rules, lambda _: by_mode(rules), (rules[0].effect, (asks.evidence,))),
        network=NetworkReach(evidence=(_NETWORK,)),
        env=_env(config, boxed=boxed),
        approval=Approval.ALWAYS if asks.value else Approval.NEVER,
        approval_removers=() if asks.value else (asks.evidence,),
        **({"sandbox": box} if boxed else {}),
        mcp=_servers(stage, config, boxed=boxed),
        hooks=_scripts(stage),
        logging=_logging(stage, config),
        reasoning="reduced" if reduced else "normal",
        self_modify="ask" if asks.value else "free",
        evidence=(asks.evidence, *reduced),
        notes=("the server's own container usually holds the engine's socket, which is as good as the machine",),
    )


def _box(runtime: Setting | None, mounts: tuple[Evidence, ...]) -> Sandbox:
    said = (
        runtime.evidence if runtime else built_in("runtime", "docker", "each conversation has a container of its own")
    )
    return Sandbox("container", ("shell", "file-tool"), reads="confined", writes="confined", evidence=(said, *mounts))


def _mounted(stage: Stage, config: Layer) -> tuple[tuple[str, ...], tuple[Evidence, ...]]:
    """The folders of this machine that the container is given, and what says so."""
    said = stage.variable("SANDBOX_VOLUMES") or scalar((config,), "sandbox", "volumes", kind=str)
    pairs = [word.split(":") for word in str(said.value).split(",")] if said else []
    found = [stage.around.expand(pair[0].strip(), stage.workspace) for pair in pairs if pair[0].strip()]
    base = scalar((config,), "core", "workspace_base", kind=str)
    mount = scalar((config,), "core", "workspace_mount_path", kind=str)
    found += [stage.around.expand(one.value, stage.workspace) for one in (mount, base) if one]
    return tuple(dict.fromkeys(found)), tuple(one.evidence for one in (said, mount, base) if one)


def _env(config: Layer, *, boxed: bool) -> EnvReach:
    """A container gets what the settings name; without one everything is inherited."""
    mode = EnvMode.MINIMAL if boxed else EnvMode.ALL
    said = built_in("env", mode.value, "the container gets the variables that the settings name")
    return EnvReach(mode, mode, injected=injected(config, "sandbox", "runtime_startup_env_vars"), evidence=(said,))


def _servers(stage: Stage, config: Layer, *, boxed: bool) -> Any:
    """The servers of the older form: lists per transport, an entry being an address or a table."""
    found: dict[str, Setting] = {}
    for key in ("stdio_servers", "sse_servers", "shttp_servers"):
        items = config.document.get("mcp", key) if config.counts else None
        for at, item in enumerate(items if isinstance(items, list) else ()):
            entry = {"url": item} if isinstance(item, str) else item if isinstance(item, dict) else {}
            name = str(entry.get("name") or entry.get("url") or f"{key}[{at}]")
            if "api_key" in entry:
                entry = {**entry, "headers": {"Authorization": entry["api_key"]}}
            found[name] = Setting(entry, config.document.evidence("mcp", key, at), config)
    return served(stage, found, sandboxed=boxed)


def _scripts(stage: Stage) -> tuple[Evidence, ...]:
    files = [stage.workspace / ".openhands" / name for name in ("setup.sh", "pre-commit.sh")]
    return tuple(
        Evidence(stage.around.show(path), note="it is run when a conversation starts or commits")
        for path in files
        if path.is_file()
    )


def _logging(stage: Stage, config: Layer) -> Logging:
    store = scalar((config,), "core", "file_store_path", kind=str)
    path = scalar((config,), "core", "save_trajectory_path", kind=str)
    found = [Path(stage.around.expand(one.value, stage.workspace)) for one in (store, path) if one]
    paths = found or [_own(stage) / "conversations"]
    evidence = tuple(one.evidence for one in (store, path) if one)
    return Logging(tuple(Transcript(stage.around.show(one)) for one in paths), remote="none", evidence=evidence)
