"""JetBrains Junie: an allow-list and a Brave mode that the IDE keeps, and an ignore file that only asks.

Source: the vendor's pages on user approval, the action allow-list and project settings (jetbrains.com/help/junie).
"""

from __future__ import annotations

from typing import Final

from auditor.agents.command_rules import by_mode, commanded, mode_rule
from auditor.agents.documents import read_json, read_text
from auditor.agents.examples import Answer
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, members, sources
from auditor.agents.stage import Stage, answer, built_in, config_folder, reading, record, served, stages
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    ExecMode,
    FileRule,
    Honoured,
    Logging,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Verdict,
)

ID = "junie"
NAME = "JetBrains Junie"

_ASKS: Final = built_in("brave mode", "off", "commands are asked for until somebody allows them or turns Brave mode on")
_UNKNOWN: Final = built_in("brave mode", "unknown", "the IDE keeps the mode; in Brave mode nothing is asked for")
_READS: Final = built_in("read", "workspace", "files of the project are read unasked")
_NETWORK: Final = built_in("network", "free", "a command that runs reaches every host")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where Junie is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: the ignore file asks, the mode says the rest."""
    return answer(record, action, what, cwd, lambda _: by_mode(record.exec.rules))


def _seen(stage: Stage) -> bool:
    marks = [stage.workspace / name for name in (".junie", ".aiignore")]
    idea = any(True for _ in (stage.workspace / ".idea").glob("junie*.xml"))
    return idea or _kept(stage) or any(path.exists() for path in marks)


def _kept(stage: Stage) -> bool:
    """Whether Junie has kept something for this user: then its mode may have been changed."""
    if (stage.around.home / ".junie").is_dir():
        return True
    around = stage.around
    bases = {
        "darwin": around.home / "Library" / "Application Support",
        "win32": around.folder("APPDATA", around.home / "AppData" / "Roaming"),
    }
    base = bases.get(around.platform, config_folder(around)) / "JetBrains"
    return any(True for _ in base.glob("*/options/*unie*.xml"))


def _record(stage: Stage) -> AgentRecord:
    kept = _kept(stage)
    mode = (Verdict.ALLOW, _UNKNOWN) if kept else (Verdict.ASK, _ASKS)
    rules = (mode_rule(*mode),)
    mcp = (
        stage.layer("project", stage.workspace / ".junie" / "mcp" / "mcp.json"),
        stage.layer("user", stage.around.home / ".junie" / "mcp" / "mcp.json"),
    )
    listed = stage.layer("user", stage.around.home / ".junie" / "allowlist.json", read_json, Honoured.UNKNOWN)
    return record(
        stage,
        ID,
        NAME,
        "ide",
        sources=sources((listed, *mcp)),
        read=reading(stage, ReadBase.WORKSPACE, outside=OnOutside.ASK, rules=_asked(stage), evidence=(_READS,)),
        exec=commanded(rules, lambda _: by_mode(rules), (mode[0], (mode[1],)), ExecMode.ASK if kept else None),
        network=NetworkReach(evidence=(_NETWORK,)),
        approval=Approval.ON_REQUEST,
        mcp=served(stage, members(mcp, "mcpServers")),
        logging=Logging((Transcript(stage.around.show(stage.around.home / ".junie" / "sessions")),)),
        reasoning="unknown",
        confidence="low" if kept else "medium",
        evidence=(mode[1],),
        notes=_notes(listed, kept=kept),
    )


def _asked(stage: Stage) -> tuple[FileRule, ...]:
    """The ignore file's paths: Junie asks before it views or edits them, and does not say so of commands."""
    path = stage.workspace / ".aiignore"
    rules = ignore_rules((from_file(read_text(path, stage.around.show(path))),), stage.root, EnforcedFor.TOOL)
    return tuple(
        FileRule(Verdict.ASK, rule.original, rule.glob, rule.enforced_for, rule.evidence, rule.excepts)
        for rule in rules
    )


def _notes(listed: Layer, *, kept: bool) -> tuple[str, ...]:
    said = ["a pattern of the allow-list that is not anchored lets chained commands through"]
    if kept:
        said.append("the allow-list and Brave mode are kept by the IDE: between asking and running everything")
    if listed.document.exists:
        said.append("the form of allowlist.json is not documented; its rules are not evaluated")
    return tuple(said)
