"""Roo Code: prefix lists of commands, toggles in the editor's database, and an ignore file that watches some readers.

Source: the vendor's pages on auto-approving, ``.rooignore`` and MCP (docs.roocode.com) and the open source of the
extension. The toggles are in no file, unless a settings file is imported at start: the record is a range.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import broad, by_mode, commanded, mode_rule, starts
from auditor.agents.commands import simple_commands
from auditor.agents.documents import read_text, read_yaml
from auditor.agents.examples import Answer, absolute, strictest
from auditor.agents.globs import matches
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, Setting, default, members, scalar, sources, union
from auditor.agents.masks import blot
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
    FileRule,
    Honoured,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Transcript,
    Trust,
    Verdict,
)

ID = "roo"
NAME = "Roo Code"

_EXTENSION: Final = "rooveterinaryinc.roo-cline"
_IMPORTED: Final = "globalSettings"
# The programs whose arguments are looked up in .rooignore; everything else passes.
_WATCHED: Final = frozenset(
    {
        *("cat", "less", "more", "head", "tail", "grep", "awk", "sed"),
        *("get-content", "gc", "type", "select-string", "sls"),
    }
)
_USUAL: Final = ("git log", "git diff", "git show")
_ASKS: Final = built_in("alwaysAllowExecute", "false", "commands are asked for until somebody switches that off")
_UNKNOWN: Final = built_in("alwaysAllowExecute", "unknown", "the toggle is in the editor's database; counted as on")
_READS: Final = built_in("alwaysAllowReadOnly", "false", "each file is asked for until somebody switches that off")
_READS_UNKNOWN: Final = built_in(
    "alwaysAllowReadOnly", "unknown", "counted as on: files of the workspace are read unasked"
)
_NETWORK: Final = built_in("network", "free", "a command that runs reaches every host")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where Roo Code is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: the ignore file, then the longest prefix of either list."""
    return answer(
        record,
        action,
        what,
        cwd,
        lambda line: _ignored(record.read.rules, line, cwd) or _run(record.exec.rules, line),
    )


def _ignored(rules: tuple[FileRule, ...], line: str, cwd: str) -> Answer | None:
    """The refusal of a line whose first program is a known reader and that names an ignored file as it stands."""
    words = line.split()
    if not words or words[0].lower() not in _WATCHED:
        return None
    for word in words[1:]:
        path = absolute(word, cwd)
        for rule in rules:
            named = not word.startswith(("-", "/")) and ":" not in word and matches(rule.glob, path)
            if named and not any(matches(glob, path) for glob in rule.excepts):
                return rule.effect, (rule.evidence,)
    return None


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    """Every command of a line by its longest prefix; what no list names is asked for."""
    if any(rule.kind == "mode" for rule in rules):
        return by_mode(rules)
    asked = (Verdict.ASK, (built_in("allowedCommands", "ask", "no list names the command"),))
    return strictest((_one(rules, part.text, asked) for part in simple_commands(line)), asked)


def _one(rules: tuple[ExecRule, ...], text: str, asked: Answer) -> Answer:
    held = [rule for rule in rules if rule.kind == "prefix" and starts(text, rule.pattern)]
    # Of two prefixes that are as long, the refusal wins; a star is shorter than every word.
    found = max(held, key=lambda rule: (len(rule.pattern.strip("*")), rule.effect is Verdict.DENY), default=None)
    return (found.effect, (found.evidence,)) if found else asked


def _stores(stage: Stage) -> tuple[Path, ...]:
    found = (folder / "globalStorage" / _EXTENSION for folder in editors(stage.around))
    return tuple(path for path in found if path.is_dir())


def _seen(stage: Stage) -> bool:
    marks = [stage.workspace / name for name in (".roo", ".roomodes", ".rooignore")]
    rules = any(True for _ in stage.workspace.glob(".roorules*"))
    own = (stage.around.home / ".roo").is_dir()
    stored = bool(_stores(stage)) or installed(stage.around, _EXTENSION)
    return rules or own or stored or any(path.exists() for path in marks) or _configured(stage)


def _configured(stage: Stage) -> bool:
    return any(key.startswith("roo-cline.") for layer in _editor(stage) for key in layer.document.table())


def _editor(stage: Stage) -> tuple[Layer, ...]:
    """The editor's settings, the workspace's before the user's."""
    project = stage.layer("project", stage.workspace / ".vscode" / "settings.json", honoured=Honoured.IF_TRUSTED)
    return (project, *(stage.layer("user", folder / "settings.json") for folder in editors(stage.around)))


def _toggles(stage: Stage, editor: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The settings file that is imported at start, where one is named."""
    named = scalar(editor, "roo-cline.autoImportSettingsPath", kind=str)
    if not named or not named.value:
        return ()
    return (stage.layer("user", Path(stage.around.expand(named.value, stage.around.home))),)


def _record(stage: Stage) -> AgentRecord:
    editor = _editor(stage)
    held = _toggles(stage, editor)
    stored = bool(_stores(stage)) or installed(stage.around, _EXTENSION)
    runs, known = _toggle(held, "alwaysAllowExecute", stored=stored, unknown=_UNKNOWN, off=_ASKS)
    lists = _lists(editor, held)
    rules = lists if runs.value else (*lists, mode_rule(Verdict.ASK, runs.evidence))
    asked: Answer = (Verdict.ASK, (runs.evidence,))
    reach = commanded(rules if runs.value else rules[-1:], lambda line: _run(rules, line), asked)
    star = any(rule.pattern == "*" and rule.effect is Verdict.ALLOW for rule in lists)
    widest = ExecMode.FREE if runs.value and star else reach.mode
    best = None if known else ExecMode.ASK
    mcp = _mcp(stage)
    protected = scalar(held, _IMPORTED, "alwaysAllowWriteProtected", kind=bool)
    browser = scalar(held, _IMPORTED, "alwaysAllowBrowser", kind=bool)
    return record(
        stage,
        ID,
        NAME,
        "ide",
        sources=sources((*_ours(editor), *held, *mcp)),
        trust=Trust(required=True, state="unknown"),
        read=_reads(stage, held, stored=stored),
        exec=reach.__class__(widest, best, rules, reach.verdicts, reach.evidence),
        network=NetworkReach(
            tool_mode=NetworkMode.FREE if browser and browser.value else NetworkMode.ASK, evidence=(_NETWORK,)
        ),
        approval=Approval.ON_REQUEST,
        approval_removers=_removers(rules, protected, mcp, on=bool(runs.value)),
        mcp=_servers(stage, mcp, held, stored=stored),
        logging=_logging(stage, held),
        reasoning="unknown",
        self_modify="free" if protected and protected.value else "ask",
        confidence="low" if best else "medium",
        evidence=(runs.evidence,),
        notes=_notes(stage, known=known),
    )


def _ours(editor: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The editor's files that say something of Roo Code, or that cannot be read."""
    return tuple(
        layer
        for layer in editor
        if layer.document.problem or any(key.startswith("roo-cline.") for key in layer.document.table())
    )


def _toggle(
    held: tuple[Layer, ...], key: str, *, stored: bool, unknown: Evidence, off: Evidence
) -> tuple[Setting, bool]:
    """A toggle with its master switch, and whether a file tells it; what only the database knows counts as on."""
    master = scalar(held, _IMPORTED, "autoApprovalEnabled", kind=bool)
    own = scalar(held, _IMPORTED, key, kind=bool)
    if master and not master.value:
        return Setting(False, master.evidence, master.layer), True
    if own:
        return own, True
    return (Setting(True, unknown), False) if stored else (Setting(False, off), True)


def _lists(editor: tuple[Layer, ...], held: tuple[Layer, ...]) -> tuple[ExecRule, ...]:
    """The allowed and refused prefixes: of the editor's files the higher list counts, imported ones are added."""
    found = []
    for key, effect, usual in (
        ("deniedCommands", Verdict.DENY, ()),
        ("allowedCommands", Verdict.ALLOW, _USUAL),
    ):
        top = next((layer for layer in editor if isinstance(layer.document.get(f"roo-cline.{key}"), list)), None)
        words = union((top,), f"roo-cline.{key}") if top else tuple(default(key, word, word) for word in usual)
        words = (*words, *union(held, _IMPORTED, key))
        found += [
            ExecRule(
                effect, blot(word.value.strip()), "prefix", effect is Verdict.ALLOW and broad(word.value), word.evidence
            )
            for word in words
            if word.value.strip()
        ]
    return tuple(found)


def _reads(stage: Stage, held: tuple[Layer, ...], *, stored: bool) -> ReadReach:
    path = stage.workspace / ".rooignore"
    rules = ignore_rules((from_file(read_text(path, stage.around.show(path))),), stage.root, EnforcedFor.KNOWN_SHELL)
    inside, _ = _toggle(held, "alwaysAllowReadOnly", stored=stored, unknown=_READS_UNKNOWN, off=_READS)
    beyond = scalar(held, _IMPORTED, "alwaysAllowReadOnlyOutsideWorkspace", kind=bool)
    free = bool(inside.value and beyond and beyond.value)
    return reading(
        stage,
        ReadBase.WORKSPACE if inside.value else ReadBase.NOTHING,
        outside=OnOutside.FREE if free else OnOutside.ASK,
        rules=rules,
        evidence=(inside.evidence, *((beyond.evidence,) if beyond and free else ())),
    )


def _mcp(stage: Stage) -> tuple[Layer, ...]:
    stores = [store / "settings" / "mcp_settings.json" for store in _stores(stage)]
    return (
        stage.layer("project", stage.workspace / ".roo" / "mcp.json"),
        *(stage.layer("user", path) for path in stores),
    )


def _servers(stage: Stage, mcp: tuple[Layer, ...], held: tuple[Layer, ...], *, stored: bool) -> Any:
    """A tool runs unasked when its server lists it and the toggle is on; the project's file may list tools itself."""
    on, _ = _toggle(held, "alwaysAllowMcp", stored=stored, unknown=_UNKNOWN, off=_ASKS)
    return served(stage, members(mcp, "mcpServers"), lambda _, entry: approved_tools("", entry) if on.value else "no")


def _removers(
    rules: tuple[ExecRule, ...], protected: Setting | None, mcp: tuple[Layer, ...], *, on: bool
) -> tuple[Evidence, ...]:
    found = [rule.evidence for rule in rules if on and rule.kind == "prefix" and rule.broad]
    found += [protected.evidence] if protected and protected.value else []
    found += [
        layer.document.evidence("mcpServers", name, "alwaysAllow")
        for layer in mcp
        if layer.scope == "project"
        for name, entry in layer.document.table("mcpServers").items()
        if isinstance(entry, dict) and entry.get("alwaysAllow")
    ]
    return tuple(found)


def _logging(stage: Stage, held: tuple[Layer, ...]) -> Logging:
    stores = _stores(stage) or (Path(stage.home) / ".config/Code/User/globalStorage" / _EXTENSION,)
    sent = scalar(held, _IMPORTED, "telemetrySetting", kind=str)
    return Logging(
        tuple(Transcript(stage.around.show(store / "tasks")) for store in stores),
        remote="none",
        evidence=(sent.evidence,) if sent else (),
    )


def _notes(stage: Stage, *, known: bool) -> tuple[str, ...]:
    said = ["the ignore file stops its file tools and a few reading programs, in the workspace alone"]
    if not known:
        said.append("the toggles stand in the editor's database: between asking and running what the lists allow")
    modes = read_yaml(stage.workspace / ".roomodes", ".roomodes").get("customModes")
    if isinstance(modes, list) and modes:
        said.append("modes of the project limit or widen which tools a mode has (.roomodes)")
    return tuple(said)
