"""Crush: tools that are allowed by name, commands that are blocked or harmless by a built-in list, and live values.

Source: the vendor's README and the open source of the program (charmbracelet/crush, its configuration and shell tool).
A value with ``$(…)`` in a configuration file is run when the file is loaded, with no question of trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import by_mode, commanded, mode_rule
from auditor.agents.commands import simple_commands
from auditor.agents.documents import read_json, read_text
from auditor.agents.examples import Answer
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, Setting, members, scalar, sources, union
from auditor.agents.stage import (
    Stage,
    answer,
    built_in,
    config_folder,
    data_folder,
    reading,
    record,
    served,
    stages,
    upward,
)
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    Evidence,
    ExecRule,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Verdict,
)

ID = "crush"
NAME = "Crush"

KNOWN: Final = frozenset(
    {
        *("$schema", "models", "providers", "mcp", "lsp", "options", "permissions", "tools", "recent_models", "hooks"),
        *("agents", "tui"),
    }
)
_NAMES: Final = (".crush.json", "crush.json")
# Programs that the shell tool never starts, whoever allowed it.
_BLOCKED: Final = frozenset(
    """
    alias aria2c axel chrome curl curlie firefox http-prompt httpie links lynx nc safari scp ssh telnet w3m wget xh
    doas su sudo apk apt apt-cache apt-get dnf dpkg emerge home-manager makepkg opkg pacman paru pkg pkg_add pkg_delete
    portage rpm yay yum zypper at batch chkconfig crontab fdisk mkfs mount parted service systemctl umount
    firewall-cmd ifconfig ip iptables netstat pfctl route ufw
    """.split()
)
_HARMLESS: Final = frozenset(
    """
    cal date df du echo free groups hostname id ls printenv ps pwd set top type uname unset uptime whatis whereis which
    whoami
    """.split()
)
_GIT: Final = frozenset(
    "blame branch describe diff grep log ls-files ls-remote remote rev-parse shortlog show status tag".split()
)
_CHAINING: Final = (";", "|", "&&", "$(", "`", ">", "<", "\n", "&")
_ASKS: Final = built_in("permissions.allowed_tools", "ask", "a tool that is not allowed by name is asked for")
_STOP: Final = built_in("bash", "blocked", "the shell tool does not start network and system programs such as curl")
_SAFE: Final = built_in("bash", "allow", "harmless commands such as ls and git status run unasked")
_READS: Final = built_in("view", "workspace", "files below the folder it is started in are read unasked")
_NETWORK: Final = built_in("network", "free", "what a command starts reaches every host")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where Crush is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: blocked, harmless, then whether the shell tool is allowed by name."""
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    mode = by_mode(rules)
    parts = simple_commands(line)
    if mode[0] is Verdict.DENY:
        return mode
    if any(part.arguments and part.arguments[0] in _BLOCKED for part in parts):
        return Verdict.DENY, (_STOP,)
    chained = any(mark in line for mark in _CHAINING)
    if not chained and len(parts) == 1 and _harmless(parts[0].arguments):
        return Verdict.ALLOW, (_SAFE,)
    return mode


def _harmless(words: tuple[str, ...]) -> bool:
    if not words:
        return False
    return words[0] in _HARMLESS or (words[0] == "git" and len(words) > 1 and words[1] in _GIT)


def _user(stage: Stage) -> tuple[Path, Path]:
    """The user's file, and the state that the program writes itself."""
    around = stage.around
    if around.platform == "win32":
        local = around.folder("LOCALAPPDATA", around.home / "AppData" / "Local") / "crush"
        return local / "crush.json", local / "crush.json"
    return config_folder(around) / "crush" / "crush.json", data_folder(around) / "crush" / "crush.json"


def _seen(stage: Stage) -> bool:
    project = [folder / name for folder in upward(stage) for name in _NAMES]
    marks = [stage.workspace / name for name in (".crush", ".crushignore", "CRUSH.md")]
    named = any(name.startswith("CRUSH_") for name in stage.around.environment)
    return named or any(path.exists() for path in (*project, *marks, *_user(stage)))


def _layers(stage: Stage) -> tuple[Layer, ...]:
    project = [folder / name for folder in upward(stage) for name in _NAMES if folder != stage.around.home]
    user = dict.fromkeys(_user(stage))
    return (
        *(stage.layer("project", path, read_json) for path in project),
        *(stage.layer("user", path, read_json) for path in user),
    )


def _record(stage: Stage) -> AgentRecord:
    held = _layers(stage)
    allowed = union(held, "permissions", "allowed_tools")
    mode = _mode(held, allowed)
    rules = (mode_rule(*mode),)
    fetch = next((word for word in allowed if word.value.partition(":")[0] in {"fetch", "download"}), None)
    edit = next((word for word in allowed if word.value.partition(":")[0] in {"edit", "write", "multiedit"}), None)
    reduced = _reduced(held)
    live = tuple(_live(held))
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=sources(held, KNOWN),
        read=_reads(stage, allowed),
        exec=commanded(rules, lambda line: _run(rules, line), (mode[0], (mode[1],))),
        network=NetworkReach(
            tool_mode=NetworkMode.FREE if fetch else NetworkMode.ASK,
            evidence=(_NETWORK, *((fetch.evidence,) if fetch else ())),
        ),
        approval=Approval.ON_REQUEST,
        approval_removers=(mode[1],) if mode[0] is Verdict.ALLOW else (),
        mcp=served(stage, members(held, "mcp"), lambda name, _: _gate(allowed, name), trustless=True),
        hooks=(*live, *_started(held)),
        logging=_logging(stage, held),
        reasoning="reduced" if reduced else "normal",
        self_modify="free" if edit else "ask",
        evidence=(mode[1], *reduced),
        notes=_notes(live),
    )


def _mode(held: tuple[Layer, ...], allowed: tuple[Setting, ...]) -> tuple[Verdict, Evidence]:
    off = next((word for word in union(held, "options", "disabled_tools") if word.value == "bash"), None)
    if off:
        return Verdict.DENY, off.evidence
    own = next((word for word in allowed if word.value in {"bash", "bash:execute"}), None)
    return (Verdict.ALLOW, own.evidence) if own else (Verdict.ASK, _ASKS)


def _reads(stage: Stage, allowed: tuple[Setting, ...]) -> Any:
    """The workspace; everything once the view tool is allowed by name. Ignore files only shape listings."""
    view = next((word for word in allowed if word.value.partition(":")[0] == "view"), None)
    paths = (stage.workspace / ".gitignore", stage.workspace / ".crushignore")
    held = (from_file(read_text(path, stage.around.show(path))) for path in paths)
    return reading(
        stage,
        ReadBase.FILESYSTEM if view else ReadBase.WORKSPACE,
        outside=OnOutside.FREE if view else OnOutside.ASK,
        rules=ignore_rules(held, stage.root, EnforcedFor.INDEX),
        evidence=(view.evidence if view else _READS,),
    )


def _gate(allowed: tuple[Setting, ...], name: str) -> str:
    return "some" if any(word.value.startswith(f"mcp_{name}_") for word in allowed) else "no"


def _live(held: tuple[Layer, ...]) -> Iterator[Evidence]:
    """Values that are run as commands when the file is loaded."""
    for layer in held:
        for keys in _running(layer.document.data if layer.counts else None, ()):
            evidence = layer.document.evidence(*keys)
            note = "a command in this value is run when the file is loaded"
            yield Evidence(evidence.file, evidence.key, "", evidence.line, note)


def _running(node: Any, keys: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(node, str) and "$(" in node:
        yield keys
    pairs: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield from _running(value, (*keys, key))


def _started(held: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    """Language servers of the project: programs that are started with it."""
    return tuple(
        layer.document.evidence("lsp", name)
        for layer in held
        if layer.scope == "project" and layer.counts
        for name in layer.document.table("lsp")
    )


def _logging(stage: Stage, held: tuple[Layer, ...]) -> Logging:
    """The database and the log stand inside the repository unless a setting moves them."""
    said = scalar(held, "options", "data_directory", kind=str)
    folder = Path(stage.around.expand(said.value, stage.workspace)) if said else stage.workspace / ".crush"
    paths = (folder / "crush.db", folder / "logs" / "crush.log")
    evidence = (said.evidence,) if said else ()
    return Logging(tuple(Transcript(stage.around.show(path)) for path in paths), remote="none", evidence=evidence)


def _reduced(held: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    effort = scalar(held, "models", "large", "reasoning_effort", kind=str)
    return (effort.evidence,) if effort and effort.value in {"low", "minimal", "none"} else ()


def _notes(live: tuple[Evidence, ...]) -> tuple[str, ...]:
    said = ["the flag --yolo is not visible in files", "the built-in lists are those of the open source, early 2026"]
    if live:
        said.append(f"{live[0].file} holds a value that is run as a command when it is loaded")
    return tuple(said)
