"""Windsurf's Cascade: four levels for the terminal, prefix lists, and ignore files that only shape the index.

Source: the vendor's pages on the terminal, ``.codeiumignore`` and MCP (docs.windsurf.com). Where the level is not in
the settings it stands in the editor's database or with the team: a range.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditor.agents.command_rules import broad, by_mode, commanded, mode_rule
from auditor.agents.commands import simple_commands
from auditor.agents.documents import read_text
from auditor.agents.examples import Answer, strictest
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, members, scalar, sources, union
from auditor.agents.masks import blot
from auditor.agents.stage import Stage, answer, approved_tools, built_in, reading, record, served, stages, user_data
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    Evidence,
    ExecMode,
    ExecRule,
    FileRule,
    Honoured,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Trust,
    Verdict,
)

ID = "windsurf"
NAME = "Windsurf"

_LEVEL: Final = "windsurf.cascadeCommandsAutoExecution"
_ALLOW: Final = "windsurf.cascadeCommandsAllowList"
_DENY: Final = "windsurf.cascadeCommandsDenyList"
_LEVELS: Final = {
    **dict.fromkeys(("off", "disabled", "never", "allowlist", "allowlist only"), Verdict.ASK),
    "auto": Verdict.CLASSIFIED,
    "turbo": Verdict.ALLOW,
}
_OFF: Final = frozenset({"off", "disabled", "never"})
_MARKS: Final = (".windsurf", ".windsurfrules", ".codeiumignore")
_ASKS: Final = built_in(_LEVEL, "off", "commands are asked for until somebody chooses a level")
_UNKNOWN: Final = built_in(_LEVEL, "unknown", "the level is in the editor's database; on Turbo every command runs")
_READS: Final = built_in("read", "workspace", "files of the workspace are read unasked")
_NETWORK: Final = built_in("network", "free", "a command that runs reaches every host")
_APPROVAL: Final = {Verdict.ALLOW: Approval.NEVER, Verdict.CLASSIFIED: Approval.RISK_BASED}


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where Windsurf is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: refused prefixes ask, allowed ones run, the level says the rest."""
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    mode = by_mode(rules)
    return strictest((_one(rules, part.arguments, mode) for part in simple_commands(line)), mode)


def _one(rules: tuple[ExecRule, ...], words: tuple[str, ...], mode: Answer) -> Answer:
    for effect in (Verdict.ASK, Verdict.ALLOW):
        for rule in rules:
            wanted = tuple(rule.pattern.split())
            if rule.kind == "prefix" and rule.effect is effect and wanted and words[: len(wanted)] == wanted:
                return effect, (rule.evidence,)
    return mode


def _own(stage: Stage) -> Path:
    return stage.around.home / ".codeium"


def _seen(stage: Stage) -> bool:
    marks = (stage.workspace / name for name in _MARKS)
    return _kept(stage) or any(path.exists() for path in marks)


def _kept(stage: Stage) -> bool:
    return user_data(stage.around, "Windsurf").is_dir() or (_own(stage) / "windsurf").is_dir()


def _record(stage: Stage) -> AgentRecord:
    settings = (
        stage.layer("project", stage.workspace / ".vscode" / "settings.json", honoured=Honoured.UNKNOWN),
        stage.layer("user", user_data(stage.around, "Windsurf") / "settings.json"),
    )
    verdict, evidence, best, off = _level(stage, settings[1:])
    lists = _lists(settings)
    rules = (*(rule for rule in lists if not off or rule.effect is Verdict.ASK), mode_rule(verdict, evidence))
    mcp = (stage.layer("user", _own(stage) / "windsurf" / "mcp_config.json"),)
    known = best is None
    listed = [rule.evidence for rule in rules if rule.kind == "prefix" and rule.broad]
    ours = tuple(layer for layer in settings if _speaks(layer))
    return record(
        stage,
        ID,
        NAME,
        "ide",
        sources=sources((*ours, *mcp)),
        trust=Trust(required=False, state="unknown"),
        read=reading(stage, ReadBase.WORKSPACE, outside=OnOutside.ASK, rules=_ignored(stage), evidence=(_READS,)),
        exec=commanded(rules, lambda line: _run(rules, line), (verdict, (evidence,)), best),
        network=NetworkReach(tool_mode=NetworkMode.ASK, evidence=(_NETWORK,)),
        approval=_APPROVAL.get(verdict, Approval.ON_REQUEST) if known else Approval.ON_REQUEST,
        approval_removers=(*((evidence,) if evidence.file and verdict is Verdict.ALLOW else ()), *listed),
        mcp=served(stage, members(mcp, "mcpServers"), approved_tools),
        logging=Logging(_transcripts(stage)),
        reasoning="unknown",
        self_modify="free" if known and verdict is Verdict.ALLOW else "ask",
        confidence="medium" if known else "low",
        evidence=(evidence,),
        notes=_notes(known=known),
    )


def _transcripts(stage: Stage) -> tuple[Transcript, ...]:
    database = user_data(stage.around, "Windsurf") / "globalStorage" / "state.vscdb"
    return tuple(Transcript(stage.around.show(path)) for path in (_own(stage) / "windsurf" / "cascade", database))


def _speaks(layer: Layer) -> bool:
    return bool(layer.document.problem) or any(key.startswith("windsurf.") for key in layer.document.table())


def _level(stage: Stage, user: tuple[Layer, ...]) -> tuple[Verdict, Evidence, ExecMode | None, bool]:
    """What holds for a command that no list names, why, the best case, and whether the lists are off."""
    said = scalar(user, _LEVEL, kind=str)
    word = str(said.value).lower() if said else ""
    if said and word in _LEVELS:
        return _LEVELS[word], said.evidence, None, word in _OFF
    if _kept(stage):
        return Verdict.ALLOW, _UNKNOWN, ExecMode.ASK, False
    return Verdict.ASK, _ASKS, None, False


def _lists(settings: tuple[Layer, ...]) -> tuple[ExecRule, ...]:
    """The lists of all files; what stands on the deny list is asked for, not refused."""
    found = []
    for key, effect in ((_DENY, Verdict.ASK), (_ALLOW, Verdict.ALLOW)):
        for word in union(settings, key):
            wide = effect is Verdict.ALLOW and broad(word.value)
            found.append(ExecRule(effect, blot(word.value.strip()), "prefix", wide, word.evidence))
    return tuple(found)


def _ignored(stage: Stage) -> tuple[FileRule, ...]:
    paths = (_own(stage) / ".codeiumignore", stage.workspace / ".gitignore", stage.workspace / ".codeiumignore")
    held = (from_file(read_text(path, stage.around.show(path))) for path in paths)
    return ignore_rules(held, stage.root, EnforcedFor.INDEX)


def _notes(*, known: bool) -> tuple[str, ...]:
    said = ["ignore files keep files out of the index; that the agent cannot read them is not documented"]
    if not known:
        said.append("the terminal's level stands in the editor's database or with the team: between asking and Turbo")
    return tuple(said)
