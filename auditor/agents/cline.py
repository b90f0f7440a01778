"""Cline, in an editor and on the command line: categories that are approved beforehand, and a model that says "safe".

Source: the vendor's pages on auto-approve, configuration, ``.clineignore`` and MCP (docs.cline.bot), and the open
source of its storage. Where the categories stand in the editor's own database, the record is a range.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import by_mode, commanded, mode_rule, wild
from auditor.agents.commands import simple_commands
from auditor.agents.documents import Document, read_json, read_text
from auditor.agents.examples import Answer, strictest
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.json_text import JsonError, parse
from auditor.agents.layers import Layer, Setting, members, scalar, sources
from auditor.agents.stage import (
    Stage,
    answer,
    approved_tools,
    built_in,
    editors,
    installed,
    reading,
    record,
    served,
    stages,
)
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    Evidence,
    ExecMode,
    ExecRule,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Transcript,
    Verdict,
)

ID = "cline"
NAME = "Cline"

_STORE: Final = "globalStorage/saoudrizwan.claude-dev"
_AUTO: Final = "autoApprovalSettings"
_PERMISSIONS: Final = "CLINE_COMMAND_PERMISSIONS"
_ASKS: Final = built_in("executeSafeCommands", "false", "commands are asked for until somebody approves the category")
_UNKNOWN: Final = built_in(
    _AUTO, "unknown", "the approved categories stand in the editor's database; with all of them every command runs"
)
_READS: Final = built_in("readFiles", "true", "files of the workspace are read unasked")
_NETWORK: Final = built_in("network", "free", "a command that runs reaches every host")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace and surface that is seen; both when Cline is named and nothing is seen."""
    records = []
    for stage in stages(around, ID, lambda one: _seen_ide(one) or _seen_cli(one)):
        records += [_record(stage, "ide")] if _seen_ide(stage) or not stage.seen else []
        records += [_record(stage, "cli")] if _seen_cli(stage) or not stage.seen else []
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: the command line's own lists first, then the approved categories."""
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    """Refused patterns and redirections, then the patterns that are let through at all, then the mode."""
    mode = by_mode(rules)
    held = [rule for rule in rules if rule.kind == "filter"]
    return strictest((_filtered(held, part, mode) for part in simple_commands(line)), mode) if held else mode


def _filtered(held: list[ExecRule], part: Any, mode: Answer) -> Answer:
    if part.writes and not any(rule.pattern == ">" for rule in held):
        return Verdict.DENY, (held[0].evidence,)
    for rule in held:
        if rule.effect is Verdict.DENY and wild(rule.pattern, part.text):
            return Verdict.DENY, (rule.evidence,)
    allowed = [rule for rule in held if rule.effect is Verdict.ALLOW and rule.pattern != ">"]
    if allowed and not any(wild(rule.pattern, part.text) for rule in allowed):
        return Verdict.DENY, (allowed[0].evidence,)
    return mode


def _own(stage: Stage) -> Path:
    return stage.around.folder("CLINE_DIR", stage.around.home / ".cline")


def _data(stage: Stage) -> Path:
    return stage.around.folder("CLINE_DATA_DIR", _own(stage) / "data")


def _stores(stage: Stage) -> tuple[Path, ...]:
    return tuple(folder / _STORE for folder in editors(stage.around) if (folder / _STORE).is_dir())


def _seen_ide(stage: Stage) -> bool:
    marks = (stage.workspace / name for name in (".cline", ".clinerules", ".clineignore"))
    return (
        bool(_stores(stage)) or installed(stage.around, "saoudrizwan.claude-dev") or any(one.exists() for one in marks)
    )


def _seen_cli(stage: Stage) -> bool:
    named = any(name.startswith("CLINE_") for name in stage.around.environment)
    return named or (_own(stage).is_dir() and _own(stage) != stage.workspace / ".cline") or _data(stage).is_dir()


def _state(stage: Stage) -> tuple[Layer, ...]:
    """The files that may hold the approved categories; storage moved twice, so the newest speaks first."""
    places = [_data(stage) / name for name in ("settings/global-settings.json", "globalState.json")]
    places += [store / "state" / "globalState.json" for store in _stores(stage)]
    return tuple(stage.layer("user", path, read_json) for path in _newest(places))


def _newest(places: list[Path]) -> list[Path]:
    return sorted((path for path in places if path.is_file()), key=lambda path: path.stat().st_mtime, reverse=True)


def _record(stage: Stage, surface: str) -> AgentRecord:
    state = _state(stage)
    mode, best = _mode(stage, state)
    filters = _filters(stage) if surface == "cli" else ()
    rules = (*filters, mode_rule(*mode))
    free = mode[0] is Verdict.ALLOW
    web = scalar(state, _AUTO, "actions", "useBrowser", kind=bool)
    mcp = _mcp(stage)
    notes = ["what the model calls safe is its own word: there is no list of safe commands"] if state else []
    notes += ["the approved categories stand in the editor's database: between asking and YOLO"] if best else []
    reduced = _reduced(state)
    return record(
        stage,
        ID,
        NAME,
        surface,
        sources=sources((*state, *mcp)),
        read=_reads(stage, state),
        exec=commanded(rules, lambda line: _run(rules, line), (mode[0], (mode[1],)), best),
        network=NetworkReach(
            tool_mode=NetworkMode.FREE if (web and web.value) or free else NetworkMode.ASK, evidence=(_NETWORK,)
        ),
        approval=_approval(mode[0], known=best is None),
        approval_removers=(mode[1],) if free and mode[1].file else (),
        mcp=_servers(stage, mcp, state),
        hooks=_hooks(stage),
        logging=Logging(tuple(Transcript(stage.around.show(path)) for path in _transcripts(stage)), remote="none"),
        reasoning="reduced" if reduced else "unknown",
        self_modify="free" if free and best is None else "ask",
        confidence="low" if best else "medium",
        evidence=(mode[1], *reduced),
        notes=(*notes, "the flags --yolo and -y, and piped input, which needs no approval, are not visible in files"),
    )


def _approval(verdict: Verdict, *, known: bool) -> Approval:
    if verdict is Verdict.ALLOW:
        return Approval.NEVER if known else Approval.ON_REQUEST
    return Approval.RISK_BASED if verdict is Verdict.CLASSIFIED else Approval.ON_REQUEST


def _mode(stage: Stage, state: tuple[Layer, ...]) -> tuple[tuple[Verdict, Evidence], ExecMode | None]:
    """What happens with a command, and the best case where only the database knows."""
    yolo = scalar(state, "yoloModeToggled", kind=bool)
    if yolo and yolo.value:
        return (Verdict.ALLOW, yolo.evidence), None
    held = next((layer for layer in state if layer.holds(_AUTO, "actions")), None)
    if held is None:
        stored = bool(_stores(stage)) or installed(stage.around, "saoudrizwan.claude-dev") or _data(stage).is_dir()
        return ((Verdict.ALLOW, _UNKNOWN), ExecMode.ASK) if stored else ((Verdict.ASK, _ASKS), None)
    actions = held.document.table(_AUTO, "actions")
    if held.document.get(_AUTO, "enabled") is False:
        return (Verdict.ASK, held.document.evidence(_AUTO, "enabled")), None
    if actions.get("executeSafeCommands") is not True:
        return (Verdict.ASK, held.document.evidence(_AUTO, "actions", "executeSafeCommands")), None
    if actions.get("executeAllCommands") is True:
        return (Verdict.ALLOW, held.document.evidence(_AUTO, "actions", "executeAllCommands")), None
    return (Verdict.CLASSIFIED, held.document.evidence(_AUTO, "actions", "executeSafeCommands")), None


def _filters(stage: Stage) -> tuple[ExecRule, ...]:
    """The lists of ``CLINE_COMMAND_PERMISSIONS``: what is refused, and all that is let through."""
    said = stage.around.variable(_PERMISSIONS)
    if not said:
        return ()
    evidence = Evidence(key=_PERMISSIONS, note=f"{_PERMISSIONS} in the environment lists the commands")
    try:
        table: Any = parse(said, tolerant=True).value
    except JsonError:
        return ()
    document = Document(Path(_PERMISSIONS), _PERMISSIONS, table if isinstance(table, dict) else {})
    redirects = (ExecRule(Verdict.ALLOW, ">", "filter", False, evidence),)
    return (
        *(ExecRule(Verdict.DENY, word, "filter", False, evidence) for word in document.strings("deny")),
        *(ExecRule(Verdict.ALLOW, word, "filter", False, evidence) for word in document.strings("allow")),
        *(redirects if document.get("allowRedirects") is True else ()),
    )


def _reads(stage: Stage, state: tuple[Layer, ...]) -> ReadReach:
    """Workspace reads, and all others where that category is on; the ignore file only keeps files out of context."""
    inside = scalar(state, _AUTO, "actions", "readFiles", kind=bool)
    outside = scalar(state, _AUTO, "actions", "readFilesExternally", kind=bool)
    path = stage.workspace / ".clineignore"
    rules = ignore_rules((from_file(read_text(path, stage.around.show(path))),), stage.root, EnforcedFor.INDEX)
    shut = inside is not None and not inside.value
    free = not shut and outside is not None and outside.value
    evidence = tuple(one.evidence for one in (inside, outside if free else None) if one) or (_READS,)
    return reading(
        stage,
        ReadBase.NOTHING if shut else ReadBase.WORKSPACE,
        outside=OnOutside.FREE if free else OnOutside.ASK,
        rules=rules,
        evidence=evidence,
    )


def _mcp(stage: Stage) -> tuple[Layer, ...]:
    name = "settings/cline_mcp_settings.json"
    places = _newest([folder / name for folder in (_data(stage), *_stores(stage))])
    return tuple(stage.layer("user", path) for path in places[:1])


def _servers(stage: Stage, mcp: tuple[Layer, ...], state: tuple[Layer, ...]) -> Any:
    """A tool runs unasked when its server lists it and the category is on; an unknown category counts as on."""
    used = scalar(state, _AUTO, "actions", "useMcp", kind=bool)
    on = used is None or bool(used.value)
    return served(stage, members(mcp, "mcpServers"), lambda _, entry: approved_tools("", entry) if on else "no")


def _hooks(stage: Stage) -> tuple[Evidence, ...]:
    documents = stage.around.home / "Documents" / "Cline"
    project = [stage.workspace / name for name in (".cline/hooks", ".clinerules/hooks", ".cline/plugins")]
    folders = [*project, _own(stage) / "hooks", _own(stage) / "plugins", documents / "Hooks", documents / "Plugins"]
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    return tuple(Evidence(stage.around.show(path), note="it runs on events") for path in dict.fromkeys(files))


def _transcripts(stage: Stage) -> tuple[Path, ...]:
    data = _data(stage)
    own = tuple(data / name for name in ("sessions", "db/sessions.db", "logs"))
    return (*own, *(store / name for store in _stores(stage) for name in ("tasks", "checkpoints")))


def _reduced(state: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    keys = ("actModeReasoningEffort", "reasoningEffort", "planModeReasoningEffort")
    found: list[Setting] = [one for key in keys if (one := scalar(state, key, kind=str))]
    return tuple(one.evidence for one in found if one.value in {"low", "minimal", "none"})
