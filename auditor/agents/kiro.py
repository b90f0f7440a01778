"""Kiro, in the editor and on the command line: capabilities with an effect, kept outside of the repository.

Source: the vendor's pages on permissions of the command line and the editor, custom agents, ``.kiroignore`` and MCP
(kiro.dev/docs). A refusal beats a question, a question beats an allowance, whatever file they stand in.
"""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from auditor.agents.amazon_agents import KNOWN, Agent, path_globs
from auditor.agents.amazon_agents import shell_answer as agent_answer
from auditor.agents.amazon_q import agents, hooks_of, reach_of, removers_of, servers_of, widest
from auditor.agents.command_rules import broad, commanded, wild
from auditor.agents.commands import SimpleCommand, simple_commands
from auditor.agents.documents import read_json, read_text, read_yaml
from auditor.agents.examples import Answer, strictest
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, sources, union
from auditor.agents.masks import blot
from auditor.agents.places import strength
from auditor.agents.stage import Stage, answer, built_in, reading, record, stages, user_data
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    Evidence,
    ExecReach,
    ExecRule,
    FileRule,
    Honoured,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Verdict,
)

ID = "kiro"
NAME = "Kiro"

_EFFECTS: Final = {"deny": Verdict.DENY, "ask": Verdict.ASK, "allow": Verdict.ALLOW}
_TRUSTED: Final = "kiroAgent.trustedCommands"
_ASKS: Final = built_in("shell", "ask", "a command that no rule allows is asked for")
_READS: Final = built_in("fs_read", "allow ./**", "files of the workspace are read unasked")
_INFO: Final = built_in("shell", "allow", "read-only git commands and system information run unasked")
_FREE: Final = (
    "git status",
    "git log",
    "git diff",
    "git show",
    "git branch",
    "pwd",
    "whoami",
    "uname",
    "date",
    "hostname",
)
_NETWORK: Final = built_in("network", "free", "a command that runs reaches every host")
_BUILT_IN: Final = Agent("kiro_default", trusted=("read",))


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace and surface that is seen; both when Kiro is named and nothing is seen."""
    records = []
    for stage in stages(around, ID, lambda one: _seen_ide(one) or _seen_cli(one)):
        records += [_record(stage, "ide")] if _seen_ide(stage) or not stage.seen else []
        records += [_record(stage, "cli")] if _seen_cli(stage) or not stage.seen else []
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: refused, asked, allowed, then the built-in list."""
    if action == "fetch":
        found = [rule for rule in record.exec.rules if rule.kind == "url" and wild(rule.pattern, what)]
        rule = min(found, key=lambda one: strength(one.effect), default=None)
        if rule:
            return rule.effect, (rule.evidence,)
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    if any(rule.kind in {"readonly", "regex"} for rule in rules):
        return agent_answer(rules, line)
    return strictest((_one(rules, part) for part in simple_commands(line)), (Verdict.ASK, (_ASKS,)))


def _one(rules: tuple[ExecRule, ...], part: SimpleCommand) -> Answer:
    held = [rule for at, rule in enumerate(rules) if _speaks(rules, at, part)]
    rule = min(held, key=lambda one: strength(one.effect), default=None)
    return (rule.effect, (rule.evidence,)) if rule else (Verdict.ASK, (_ASKS,))


def _speaks(rules: tuple[ExecRule, ...], at: int, part: SimpleCommand) -> bool:
    """Whether a rule speaks of a command; the exceptions of a pattern stand behind it."""
    rule = rules[at]
    if rule.kind == "prefix":
        wanted = tuple(rule.pattern.split())
        return not part.writes and part.arguments[: len(wanted)] == wanted
    if rule.kind != "glob" or not wild(rule.pattern, part.text):
        return rule.kind == "mode"
    exceptions = takewhile(lambda one: one.kind == "except", rules[at + 1 :])
    return not any(wild(one.pattern, part.text) for one in exceptions)


def _user(stage: Stage) -> Path:
    return stage.around.home / ".kiro"


def _seen_ide(stage: Stage) -> bool:
    own = stage.workspace / ".kiro"
    marks = [own / name for name in ("steering", "specs", "hooks", "settings", "skills")]
    project = own != _user(stage) and any(path.exists() for path in (*marks, stage.workspace / ".kiroignore"))
    return project or user_data(stage.around, "Kiro").is_dir()


def _seen_cli(stage: Stage) -> bool:
    user = [_user(stage) / name for name in ("settings", "agents", "workspace-roots", "sessions", "steering")]
    return any(path.exists() for path in user) or (stage.workspace / ".kiro" / "agents").is_dir()


def _permissions(stage: Stage) -> tuple[Layer, ...]:
    """The user's file, and those kept per workspace: which one belongs to which workspace their names do not tell."""
    own = stage.layer("user", _user(stage) / "settings" / "permissions.yaml", read_yaml)
    kept = sorted((_user(stage) / "workspace-roots").glob("*/permissions.yaml"))
    return (own, *(stage.layer("local", path, read_yaml, Honoured.UNKNOWN) for path in kept))


def _entries(layer: Layer) -> list[tuple[dict[str, Any], Evidence]]:
    """The rules of one file: a list, or a table that holds one."""
    data = layer.document.data
    places: list[tuple[tuple[str | int, ...], Any]] = [((), data)] if isinstance(data, list) else []
    places += [((key,), value) for key, value in data.items()] if isinstance(data, dict) else []
    return [
        (rule, layer.document.evidence(*keys, at, "effect"))
        for keys, held in places
        for at, rule in enumerate(held if isinstance(held, list) else ())
        if isinstance(rule, dict) and str(rule.get("effect")) in _EFFECTS
        # A file that may belong to another workspace is counted only where it opens something.
        if layer.honoured is Honoured.YES or rule.get("effect") == "allow"
    ]


def _named(layers: tuple[Layer, ...], capability: str) -> list[tuple[Verdict, list[str], list[str], Evidence]]:
    """The rules of a capability: effect, patterns, exceptions, where they stand."""
    found = []
    for layer in layers:
        for rule, evidence in _entries(layer):
            said = str(rule.get("capability", ""))
            if said == "all" or wild(said, capability):
                match, exclude = (_strings(rule.get(key)) for key in ("match", "exclude"))
                found.append((_EFFECTS[str(rule["effect"])], match or ["*"], exclude, evidence))
    return found


def _record(stage: Stage, surface: str) -> AgentRecord:
    layers = _permissions(stage)
    editor = stage.layer("user", user_data(stage.around, "Kiro") / "settings.json")
    files = _agent_layers(stage) if surface == "cli" else ()
    agent, reach, best = _reach(layers, editor, files, surface)
    mcp = (
        stage.layer("project", stage.workspace / ".kiro" / "settings" / "mcp.json"),
        stage.layer("user", _user(stage) / "settings" / "mcp.json"),
    )
    web = _named(layers, "web_fetch")
    free = any(effect is Verdict.ALLOW and "*" in match for effect, match, _, _ in web)
    writes = [effect for effect, match, _, _ in _named(layers, "fs_write") if {"*", "**"} & set(match)]
    unsure = any(layer.honoured is Honoured.UNKNOWN for layer in layers)
    return record(
        stage,
        ID,
        NAME,
        surface,
        sources=(*sources((*layers, *mcp)), *sources(files, KNOWN), *_editor_source(editor, surface)),
        read=_reads(stage, layers),
        exec=ExecReach(reach.mode, best, reach.rules, reach.verdicts, reach.evidence),
        network=NetworkReach(tool_mode=NetworkMode.FREE if free else NetworkMode.ASK, evidence=(_NETWORK,)),
        approval=Approval.ON_REQUEST,
        approval_removers=removers_of(reach),
        mcp=servers_of(stage, _trusting(layers, agent), mcp),
        hooks=(*hooks_of(agent), *_hooks(stage)),
        logging=Logging((Transcript(stage.around.show(_user(stage) / "sessions")),)),
        reasoning="unknown",
        self_modify="free" if Verdict.ALLOW in writes else "blocked" if Verdict.DENY in writes else "ask",
        confidence="low" if unsure or best else "medium",
        evidence=reach.evidence,
        notes=_notes(agent, unsure=unsure, surface=surface),
    )


def _reach(
    layers: tuple[Layer, ...], editor: Layer, files: tuple[Layer, ...], surface: str
) -> tuple[Agent, ExecReach, Any]:
    """The commands under the permission files; an agent file of the older form counts where it lets more through."""
    rules = _shell_rules(layers, editor if surface == "ide" else None)
    reach = commanded(rules, lambda line: _run(rules, line), (rules[-1].effect, (rules[-1].evidence,)))
    found = agents(files, _BUILT_IN)[1:] if files else ()
    if not found:
        return _BUILT_IN, reach, None
    agent, other = widest(found)
    more = sum(strength(one.verdict) for one in other.verdicts) > sum(strength(one.verdict) for one in reach.verdicts)
    return (
        (agent, reach_of(agent), reach.mode if reach.mode is not other.mode else None) if more else (agent, reach, None)
    )


def _shell_rules(layers: tuple[Layer, ...], editor: Layer | None) -> tuple[ExecRule, ...]:
    found: list[ExecRule] = []
    for effect, match, exclude, evidence in _named(layers, "shell"):
        for word in match:
            if word == "*" and not exclude and effect is not Verdict.ALLOW:
                found.append(ExecRule(effect, "*", "mode", False, evidence))
                continue
            wide = effect is Verdict.ALLOW and broad(word)
            found.append(ExecRule(effect, blot(word), "glob", wide, evidence))
            found += [ExecRule(effect, blot(one), "except", False, evidence) for one in exclude]
    for said in union((editor,), _TRUSTED) if editor else ():
        pattern = said.value if "*" in said.value else f"{said.value}*"
        found.append(ExecRule(Verdict.ALLOW, blot(pattern), "glob", broad(said.value), said.evidence))
    return (*found, *_urls(layers), *_last(found))


def _urls(layers: tuple[Layer, ...]) -> tuple[ExecRule, ...]:
    return tuple(
        ExecRule(effect, word, "url", False, evidence)
        for effect, match, _, evidence in _named(layers, "web_fetch")
        for word in match
    )


def _last(found: list[ExecRule]) -> tuple[ExecRule, ...]:
    """What is left: a rule for every command where there is one, else the built-in list and a question."""
    whole = [one for one in found if one.kind == "mode"]
    if whole:
        return (min(whole, key=lambda one: strength(one.effect)),)
    after = dict(zip(found, [*found[1:], None], strict=False))
    for one in found:
        following = after[one]
        bare = following is None or following.kind != "except"
        if one.kind == "glob" and one.pattern == "*" and one.effect is Verdict.ALLOW and bare:
            return (ExecRule(Verdict.ALLOW, "*", "glob", True, one.evidence),)
    free = tuple(ExecRule(Verdict.ALLOW, word, "prefix", False, _INFO) for word in _FREE)
    return (*free, ExecRule(Verdict.ASK, "", "rest", False, _ASKS))


def _reads(stage: Stage, layers: tuple[Layer, ...]) -> Any:
    """Workspace reads, with the rules over paths; the ignore file binds the file tools."""
    path = stage.workspace / ".kiroignore"
    rules = list(ignore_rules((from_file(read_text(path, stage.around.show(path))),), stage.root, EnforcedFor.TOOL))
    every: Evidence | None = None
    for effect, match, exclude, evidence in _named(layers, "fs_read"):
        excepts = tuple(glob for word in exclude for glob in path_globs(stage, word))
        for word in match:
            if word in {"*", "**", "/**"} and effect is Verdict.ALLOW and not exclude:
                every = evidence
            globs = ("/**",) if word in {"*", "**"} else path_globs(stage, word)
            rules += [FileRule(effect, word, glob, EnforcedFor.TOOL, evidence, excepts) for glob in globs]
    return reading(
        stage,
        ReadBase.FILESYSTEM if every else ReadBase.WORKSPACE,
        outside=OnOutside.FREE if every else OnOutside.ASK,
        rules=tuple(rules),
        evidence=(every or _READS,),
    )


def _trusting(layers: tuple[Layer, ...], agent: Agent) -> Agent:
    """The agent with the servers that the permission files allow as a whole."""
    allowed = [word for effect, match, _, _ in _named(layers, "mcp") for word in match if effect is Verdict.ALLOW]
    if agent.layer is not None or not allowed:
        return agent
    return Agent(agent.name, None, (*agent.trusted, *(f"@{word.removeprefix('@')}" for word in allowed)))


def _agent_layers(stage: Stage) -> tuple[Layer, ...]:
    places = (("project", stage.workspace / ".kiro" / "agents"), ("user", _user(stage) / "agents"))
    return tuple(
        stage.layer(scope, path, read_json) for scope, folder in places for path in sorted(folder.glob("*.json"))
    )


def _hooks(stage: Stage) -> tuple[Evidence, ...]:
    files = sorted((stage.workspace / ".kiro" / "hooks").glob("*"))
    return tuple(Evidence(stage.around.show(path), note="it runs on events") for path in files)


def _editor_source(editor: Layer, surface: str) -> Any:
    ours = any(key.startswith("kiroAgent.") for key in editor.document.table()) or editor.document.problem
    return sources((editor,)) if surface == "ide" and ours else ()


def _notes(agent: Agent, *, unsure: bool, surface: str) -> tuple[str, ...]:
    said = ["whether ignore files bind commands is not documented; they are counted as open to every program"]
    if unsure:
        said.append("files kept per workspace do not name theirs: what one of them allows is counted here")
    if agent.layer is not None:
        said.append(f"the agent {agent.name} is counted where it lets more through than the permission files")
    if surface == "cli":
        said.append("the flags --trust-all-tools, --trust-tools and --no-interactive are not visible in files")
    return tuple(said)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
