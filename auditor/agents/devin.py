"""Devin: a machine in the cloud that holds a copy of the repository, and a command line with permission words.

Source: the vendor's pages (docs.devin.ai, cli.devin.ai/docs). The names of the command line's files are not documented
for certain; the likely ones are read, with low confidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from auditor.agents.amazon_agents import path_globs
from auditor.agents.command_rules import broad, by_mode, commanded, mode_rule, wild
from auditor.agents.commands import simple_commands
from auditor.agents.examples import Answer, strictest
from auditor.agents.layers import Layer, Setting, sources, union
from auditor.agents.masks import blot
from auditor.agents.places import strength
from auditor.agents.stage import Stage, answer, built_in, cloned, config_folder, reading, record, stages
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    EnvMode,
    EnvReach,
    ExecRule,
    FileRule,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Sandbox,
    Verdict,
)

ID = "devin"
NAME = "Devin"

_WORD: Final = re.compile(r"(Read|Write|Exec|Fetch)\((.*)\)", re.DOTALL)
_EFFECTS: Final = (("deny", Verdict.DENY), ("ask", Verdict.ASK), ("allow", Verdict.ALLOW))
_FILES: Final = ("config.local.json", "config.json", "settings.json")
_ASKS: Final = built_in("permissions", "ask", "a command that no rule names is asked for")
_READS: Final = built_in("read", "workspace", "files of the workspace are read unasked")
_VM: Final = built_in("sandbox", "vm", "it works on a machine of its own, with a copy of the repository")
_FREE: Final = built_in("exec", "free", "on its own machine nothing is asked for")
_NETWORK: Final = built_in("network", "free", "what runs reaches every host")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """The cloud's record per workspace that was prepared for it, and the command line's where its files are seen."""
    records = []
    for stage in stages(around, ID, lambda one: _seen_cloud(one) or _seen_cli(one)):
        records += [_cloud(stage)] if _seen_cloud(stage) or not stage.seen else []
        records += [_cli(stage)] if _seen_cli(stage) else []
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: refused, asked, allowed, then the mode."""
    if action == "fetch":
        found = [rule for rule in record.exec.rules if rule.kind == "url" and _fetches(rule.pattern, what)]
        rule = min(found, key=lambda one: strength(one.effect), default=None)
        if rule:
            return rule.effect, (rule.evidence,)
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    mode = by_mode(rules)
    return strictest((_one(rules, part.text, mode) for part in simple_commands(line)), mode)


def _one(rules: tuple[ExecRule, ...], text: str, mode: Answer) -> Answer:
    held = [rule for rule in rules if rule.kind == "glob" and _starts(rule.pattern, text)]
    rule = min(held, key=lambda one: strength(one.effect), default=None)
    return (rule.effect, (rule.evidence,)) if rule else mode


def _starts(pattern: str, text: str) -> bool:
    """Whether a command is the pattern, or starts with it as whole words."""
    return wild(pattern, text) or wild(f"{pattern} *", text)


def _fetches(pattern: str, what: str) -> bool:
    host = (what.partition("://")[2] or what).partition("/")[0]
    return wild(pattern, what) or wild(pattern.removeprefix("domain:"), host)


def _seen_cloud(stage: Stage) -> bool:
    return (stage.workspace / ".devin").is_dir() or bool(stage.around.variable("DEVIN_API_KEY"))


def _seen_cli(stage: Stage) -> bool:
    return (config_folder(stage.around) / "devin").is_dir() or any(layer.document.exists for layer in _layers(stage))


def _layers(stage: Stage) -> tuple[Layer, ...]:
    project = [stage.layer("project", stage.workspace / ".devin" / name) for name in _FILES]
    user = [stage.layer("user", config_folder(stage.around) / "devin" / name) for name in _FILES]
    return (*project, *user)


def _cloud(stage: Stage) -> AgentRecord:
    rules = (mode_rule(Verdict.ALLOW, _FREE),)
    return record(
        stage,
        ID,
        NAME,
        "cloud",
        read=cloned(stage),
        exec=commanded(rules, lambda _: by_mode(rules), (Verdict.ALLOW, (_FREE,))),
        network=NetworkReach(tool_mode=NetworkMode.FREE, evidence=(_NETWORK,)),
        env=EnvReach(EnvMode.NONE, EnvMode.NONE, evidence=(_VM,)),
        approval=Approval.NEVER,
        sandbox=Sandbox(
            "vm", ("shell", "file-tool", "mcp", "fetch"), reads="confined", writes="confined", evidence=(_VM,)
        ),
        logging=Logging(evidence=(_VM,)),
        reasoning="unknown",
        self_modify="free",
        evidence=(_VM, _FREE),
        notes=("secrets that the organisation or a session gives it are not on disk",),
    )


def _cli(stage: Stage) -> AgentRecord:
    held = _layers(stage)
    words = [(word, effect) for key, effect in _EFFECTS for word in union(held, "permissions", key)]
    rules = (*_rules(words), mode_rule(Verdict.ASK, _ASKS))
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=sources(held),
        read=reading(
            stage,
            ReadBase.WORKSPACE,
            outside=OnOutside.ASK,
            rules=tuple(_paths(stage, words)),
            evidence=(_READS,),
        ),
        exec=commanded(rules, lambda line: _run(rules, line), (Verdict.ASK, (_ASKS,))),
        network=NetworkReach(evidence=(_NETWORK,)),
        approval=Approval.ON_REQUEST,
        approval_removers=tuple(rule.evidence for rule in rules if rule.broad),
        reasoning="unknown",
        confidence="low",
        evidence=(_ASKS,),
        notes=("rules of the team stand on a server, and the names of the files are not documented for certain",),
    )


def _rules(words: Iterable[tuple[Setting, Verdict]]) -> Iterable[ExecRule]:
    for word, effect in words:
        form = _WORD.fullmatch(word.value.strip())
        if form and form[1] == "Exec":
            pattern = form[2].strip().removesuffix(":*") or "*"
            yield ExecRule(effect, blot(pattern), "glob", effect is Verdict.ALLOW and broad(pattern), word.evidence)
        elif form and form[1] == "Fetch":
            yield ExecRule(effect, blot(form[2].strip()), "url", False, word.evidence)
        elif word.value.strip().lower() in {"exec", "bash", "shell"}:
            yield ExecRule(effect, "*", "glob", effect is Verdict.ALLOW, word.evidence)


def _paths(stage: Stage, words: Iterable[tuple[Setting, Verdict]]) -> Iterable[FileRule]:
    for word, effect in words:
        form = _WORD.fullmatch(word.value.strip())
        if form and form[1] == "Read":
            for glob in path_globs(stage, form[2].strip()):
                yield FileRule(effect, word.value, glob, EnforcedFor.TOOL, word.evidence)
