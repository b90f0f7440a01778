"""Continue, in an editor and as ``cn``: per-tool policies, and a headless run in which nobody can be asked.

Source: the vendor's pages on tool permissions, configuration and MCP (docs.continue.dev) and the open source of ``cn``:
of one file's lists the stricter is looked at first. The editor keeps its policies in its own state: a range.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import broad, by_mode, commanded, mode_rule, wild
from auditor.agents.documents import read_json, read_text, read_yaml
from auditor.agents.examples import Answer
from auditor.agents.globs import escape
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, Setting, sources, union
from auditor.agents.masks import blot
from auditor.agents.stage import Stage, answer, built_in, installed, reading, record, served, stages
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    Evidence,
    ExecMode,
    ExecRule,
    FileRule,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Transcript,
    Verdict,
)

ID = "continue"
NAME = "Continue"

KNOWN: Final = frozenset(
    """
    name version schema models context rules prompts docs mcpServers data env requestOptions metadata
    allow ask exclude tabAutocompleteModel embeddingsProvider reranker customCommands contextProviders slashCommands
    systemMessage completionOptions allowAnonymousTelemetry userToken ui experimental
    """.split()
)
_LISTS: Final = (("exclude", Verdict.DENY), ("ask", Verdict.ASK), ("allow", Verdict.ALLOW))
_FORM: Final = re.compile(r"([^()]+)(?:\((.*)\))?", re.DOTALL)
_NAMES: Final = {
    "shell": ("Bash", "run_terminal_command", "runTerminalCommand"),
    "read": ("Read", "read_file"),
    "url": ("Fetch", "fetch"),
    "edit": ("Write", "Edit", "write_file", "edit_file"),
}
_MARKS: Final = (".continue", ".continuerules", ".continuerc.json", ".continueignore")
_ASKS: Final = built_in("Bash", "ask", "a command is asked for")
_UNKNOWN: Final = built_in("Bash", "unknown", "the policy stands in the editor's state; set to Automatic, commands run")
_READS: Final = built_in("Read", "allow", "files are read unasked")
_FETCHES: Final = built_in("Fetch", "allow", "addresses are fetched unasked")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """The editor's record per workspace, and those of the command line where its permissions file is seen."""
    records = []
    for stage in stages(around, ID, _seen):
        records.append(_ide(stage))
        if (_own(stage) / "permissions.yaml").exists() or not stage.seen:
            records += [_cli(stage, headless=one) for one in (False, True)]
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: excluded, then asked, then allowed, then the built-in policy."""
    gate = Verdict.DENY if record.surface == "headless" else Verdict.ASK
    if action == "fetch":
        found = next((rule for rule in record.exec.rules if rule.kind == "url" and wild(rule.pattern, what)), None)
        if found:
            return (gate if found.effect is Verdict.ASK else found.effect), (found.evidence,)
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    """The first rule that matches the line as a whole; what stands behind a separator is not looked at apart."""
    found = next((rule for rule in rules if rule.kind == "glob" and wild(rule.pattern, line.strip())), None)
    return (found.effect, (found.evidence,)) if found else by_mode(rules)


def _own(stage: Stage) -> Path:
    return stage.around.folder("CONTINUE_GLOBAL_DIR", stage.around.home / ".continue")


def _seen(stage: Stage) -> bool:
    project = (stage.workspace / name for name in _MARKS if stage.workspace / name != _own(stage))
    return _kept(stage) or any(path.exists() for path in project)


def _kept(stage: Stage) -> bool:
    return _own(stage).is_dir() or installed(stage.around, "continue.continue")


def _ide(stage: Stage) -> AgentRecord:
    kept = _kept(stage)
    mode = (Verdict.ALLOW, _UNKNOWN) if kept else (Verdict.ASK, _ASKS)
    rules = (mode_rule(*mode),)
    notes = ("the policy of each tool stands in the editor's state: between asking and Automatic",) if kept else ()
    return _record(
        stage,
        "ide",
        read=reading(stage, ReadBase.WORKSPACE, outside=OnOutside.ASK, rules=_ignored(stage), evidence=(_READS,)),
        exec=commanded(rules, lambda line: _run(rules, line), (mode[0], (mode[1],)), ExecMode.ASK if kept else None),
        network=NetworkReach(tool_mode=NetworkMode.FREE, evidence=(_FETCHES,)),
        approval=Approval.ON_REQUEST,
        confidence="low" if kept else "medium",
        evidence=(mode[1],),
        notes=notes,
    )


def _cli(stage: Stage, *, headless: bool) -> AgentRecord:
    held = stage.layer("user", _own(stage) / "permissions.yaml", read_yaml)
    gate = Verdict.DENY if headless else Verdict.ASK
    shell = _rules(held, "shell", gate)
    rules = (*shell, *_rules(held, "url", gate), mode_rule(gate, _ASKS))
    fetch = next((rule for rule in rules if rule.kind == "url" and rule.pattern == "*"), None)
    free = fetch is None or fetch.effect is Verdict.ALLOW
    whole = next((rule for rule in shell if rule.pattern == "*"), None)
    otherwise: Answer = (whole.effect, (whole.evidence,)) if whole else (gate, (_ASKS,))
    edits = _first(held, "edit")
    return _record(
        stage,
        "headless" if headless else "cli",
        held,
        read=_reads(stage, held, gate),
        exec=commanded(rules, lambda line: _run(rules, line), otherwise),
        network=NetworkReach(
            tool_mode=NetworkMode.FREE if free else NetworkMode.NONE if headless else NetworkMode.ASK,
            evidence=(fetch.evidence if fetch else _FETCHES,),
        ),
        approval=Approval.NEVER if headless else Approval.ON_REQUEST,
        approval_removers=tuple(rule.evidence for rule in shell if rule.broad),
        self_modify="free" if edits is Verdict.ALLOW else "blocked" if headless or edits is Verdict.DENY else "ask",
        evidence=otherwise[1],
        notes=("the flags --auto, --allow and --readonly are not visible in files; --readonly leaves Bash available",),
    )


def _record(stage: Stage, surface: str, held: Layer | None = None, **parts: Any) -> AgentRecord:
    configs = _configs(stage)
    own = _own(stage)
    reduced = _reduced(configs)
    keep = (
        [Evidence(stage.around.show(own / "config.ts"), note="it is run as code")]
        if (own / "config.ts").is_file()
        else []
    )
    folders = tuple(Transcript(stage.around.show(own / name)) for name in ("sessions", "dev_data", "logs"))
    return record(
        stage,
        ID,
        NAME,
        surface,
        sources=sources((*((held,) if held else ()), *configs), KNOWN),
        mcp=served(stage, _servers(configs), lambda name, _: _gate(held, name), trustless=True),
        hooks=tuple(keep),
        logging=Logging(folders, remote="none"),
        reasoning="reduced" if reduced else "normal",
        **parts,
    )


def _configs(stage: Stage) -> tuple[Layer, ...]:
    """The files that models and servers come from, the project's first."""
    folder = stage.workspace / ".continue"
    own = _own(stage)
    bases = (("project", folder), ("user", own)) if folder != own else (("user", own),)
    found = [
        stage.layer(scope, path, read_json if path.suffix == ".json" else read_yaml)
        for scope, base in bases
        for path in sorted((base / "mcpServers").glob("*"))
        if path.suffix in {".yaml", ".yml", ".json"}
    ]
    found += [stage.layer("project", stage.workspace / ".continuerc.json")]
    return (*found, stage.layer("user", own / "config.yaml", read_yaml), stage.layer("user", own / "config.json"))


def _servers(configs: tuple[Layer, ...]) -> dict[str, Setting]:
    """Servers by name: a list of entries, a table of them, or a file that is one entry itself."""
    found: dict[str, Setting] = {}
    for layer in configs:
        held = layer.document.get("mcpServers") if layer.counts else None
        pairs: list[tuple[Any, Any, tuple[str | int, ...]]] = []
        if isinstance(held, dict):
            pairs = [(name, entry, ("mcpServers", name)) for name, entry in held.items()]
        elif isinstance(held, list):
            pairs = [(one.get("name"), one, ("mcpServers", at)) for at, one in enumerate(held) if isinstance(one, dict)]
        elif layer.counts and layer.document.get("command"):
            pairs = [(layer.document.get("name"), layer.document.data, ("command",))]
        for name, entry, keys in pairs:
            named = str(name or layer.document.path.stem)
            found.setdefault(named, Setting(_flat(entry), _placed(layer, named, keys), layer))
    return found


def _placed(layer: Layer, name: str, keys: tuple[str | int, ...]) -> Evidence:
    evidence = layer.document.evidence(*keys)
    return Evidence(evidence.file, f"mcpServers.{name}", "", evidence.line)


def _flat(entry: Any) -> Any:
    """An entry with the headers of its ``requestOptions`` where other clients have them."""
    options = entry.get("requestOptions") if isinstance(entry, dict) else None
    return {**entry, "headers": options["headers"]} if isinstance(options, dict) and "headers" in options else entry


def _words(held: Layer, kind: str) -> list[tuple[Verdict, str, str, Evidence]]:
    """The words of the lists that speak of a tool: effect, pattern of its argument, the word, where it stands."""
    found = []
    for key, effect in _LISTS:
        for word in union((held,), key):
            form = _FORM.fullmatch(word.value.strip())
            if form and any(wild(form[1].strip(), name) for name in _NAMES[kind]):
                found.append((effect, (form[2] or "").strip() or "*", word.value, word.evidence))
    return found


def _rules(held: Layer, kind: str, gate: Verdict) -> tuple[ExecRule, ...]:
    """The rules of one tool, stricter lists first; where nobody can be asked, asking excludes."""
    place = "glob" if kind == "shell" else kind
    return tuple(
        ExecRule(
            gate if effect is Verdict.ASK else effect,
            blot(pattern),
            place,
            kind == "shell" and effect is Verdict.ALLOW and broad(pattern),
            evidence,
        )
        for effect, pattern, _, evidence in _words(held, kind)
    )


def _first(held: Layer, kind: str) -> Verdict | None:
    return next((effect for effect, pattern, _, _ in _words(held, kind) if pattern == "*"), None)


def _reads(stage: Stage, held: Layer, gate: Verdict) -> ReadReach:
    """The read tool opens any file unless a list says otherwise; the first rule that matches a path counts."""
    found: list[FileRule] = []
    earlier: list[str] = []
    for effect, pattern, word, evidence in _words(held, "read"):
        glob = _glob(stage, pattern)
        if effect is not Verdict.ALLOW:
            said = gate if effect is Verdict.ASK else effect
            found.append(FileRule(said, word, glob, EnforcedFor.TOOL, evidence, tuple(earlier)))
        earlier.append(glob)
    return reading(
        stage,
        ReadBase.FILESYSTEM,
        outside=OnOutside.FREE,
        rules=(*found, *_ignored(stage)),
        evidence=(_READS,),
    )


def _glob(stage: Stage, pattern: str) -> str:
    if pattern == "*":
        return "/**"
    if pattern.startswith(("/", "~")):
        return stage.around.expand(pattern, stage.workspace)
    return f"{escape(stage.root)}/{pattern.removeprefix('./')}"


def _ignored(stage: Stage) -> tuple[FileRule, ...]:
    paths = (_own(stage) / ".continueignore", stage.workspace / ".continueignore")
    held = (from_file(read_text(path, stage.around.show(path))) for path in paths)
    return ignore_rules(held, stage.root, EnforcedFor.INDEX)


def _gate(held: Layer | None, name: str) -> str:
    """How many tools of a server are approved: only the command line has a file that says so."""
    if held is None:
        return "no"
    for key, effect in _LISTS:
        for word in union((held,), key):
            if wild(word.value.strip(), f"mcp__{name}__tool") or wild(word.value.strip(), f"{name}_tool"):
                return "all" if effect is Verdict.ALLOW else "no"
    return "no"


def _reduced(configs: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    found = []
    for layer in configs:
        models = layer.document.get("models") if layer.counts else None
        for at, _ in enumerate(models if isinstance(models, list) else ()):
            keys = ("models", at, "defaultCompletionOptions", "reasoning")
            found += [layer.document.evidence(*keys)] if layer.document.get(*keys) is False else []
    return tuple(found)
