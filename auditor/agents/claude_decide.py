"""Claude Code's answer to one question, from the record alone: deny, then ask, then allow, then what the mode does.

Source: the vendor's pages on permissions, permission modes and sandboxing (code.claude.com/docs/en). Where two modes
are possible, because the plan decides, the answer is the weaker of the two.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import Final

from auditor.agents.claude_rules import (
    EXEC_WRAPPERS,
    SHELL_TOOLS,
    Rule,
    fetch_matches,
    mcp_matches,
    parse,
    spelling,
    text_matches,
)
from auditor.agents.commands import SimpleCommand, simple_commands, unwrap
from auditor.agents.globs import matches
from auditor.model.agent import AgentRecord, Evidence, ExecMode, ExecRule, FileRule, Verdict
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

Answer = tuple[Verdict, tuple[Evidence, ...]]

MODE_KEY: Final = "permissions.defaultMode"
AUTO_ALLOW_KEY: Final = "sandbox.autoAllowBashIfSandboxed"
EXCLUDED_KEY: Final = "sandbox.excludedCommands"
BLOCK_READS_KEY: Final = "permissions.blockReadsOutsideWorkingDirectories"
NO_PROMPTS_KEY: Final = "permissions.denyInsteadOfPrompting"
EITHER_MODE: Final = "auto or default"

_STRENGTH: Final = (Verdict.DENY, Verdict.ASK, Verdict.CLASSIFIED, Verdict.ALLOW)
# Commands whose path arguments Claude Code checks against Read rules, as far as the vendor names them.
FILE_COMMANDS: Final = frozenset({"cat", "head", "tail", "sed", "grep", "egrep", "fgrep", "tee"})
_READ_ONLY: Final = frozenset(
    {*("ls", "cat", "echo", "pwd", "head", "tail", "grep", "find", "wc", "which", "diff", "stat", "du", "cd")}
)
_READ_ONLY_GIT: Final = frozenset(
    {*("status", "log", "diff", "show", "branch", "rev-parse", "ls-files", "blame", "describe", "shortlog")}
)
_WITHOUT_PATHS: Final = frozenset({"echo", "pwd", "which"})
_EDIT_COMMANDS: Final = frozenset({"mkdir", "touch", "rm", "rmdir", "mv", "cp", "sed"})
_DOCUMENTATION_HOSTS: Final = frozenset({"docs.python.org", "developer.mozilla.org", "docs.claude.com"})
_HOME: Final = lazy_pattern(r"^(/home/[^/]+|/Users/[^/]+|/root|[A-Za-z]:/Users/[^/]+)(?:/|$)")


@frozen
class _Stage:
    """What every step of a decision needs."""

    record: AgentRecord
    cwd: str
    home: str
    mode: str


def decide(record: AgentRecord, action: str, what: str, cwd: str, *, home: str = "") -> Answer:
    """What happens when the agent tries something.

    ``action``: ``read`` (``what`` is a path), ``run`` (a command line), ``fetch`` (a URL or host) or ``mcp``
    (``server__tool``). ``home`` is what ``~`` stands for; it is guessed from the folders when it is not given.
    """
    place = home or _guess_home(record, cwd)
    stages = [_Stage(record, cwd, place, mode) for mode in modes(record)]
    work = {"read": _read, "run": _run, "fetch": _fetch, "mcp": _mcp}[action]
    return weakest(_answered(stage, work(stage, what)) for stage in stages)


def modes(record: AgentRecord) -> tuple[str, ...]:
    """The permission modes a session may be in, as far as the files tell."""
    said = next((held.value for held in record.exec.evidence if held.key == MODE_KEY), "default")
    return tuple(said.split(" or "))


def weakest(answers: Iterable[Answer]) -> Answer:
    """The answer that lets most through."""
    return max(answers, key=lambda answer: _STRENGTH.index(answer[0]))


def strictest(answers: Iterable[Answer]) -> Answer:
    """The answer that lets least through."""
    return min(answers, key=lambda answer: _STRENGTH.index(answer[0]))


def outside(path: str, roots: tuple[str, ...]) -> bool:
    """Whether a path lies in none of the folders."""
    return not any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in roots)


def _answered(stage: _Stage, answer: Answer) -> Answer:
    """A question that nobody is there to answer is a refusal."""
    if answer[0] is not Verdict.ASK:
        return answer
    silent = _switch(stage.record, NO_PROMPTS_KEY)
    if stage.mode == "dontAsk" or silent:
        return Verdict.DENY, (*answer[1], *([silent] if silent else _mode_evidence(stage)))
    return answer


def _fallback(stage: _Stage) -> Answer:
    """What the mode does with a call that no rule decides."""
    plan_runs = stage.mode == "plan" and stage.record.exec.mode is ExecMode.RISK_BASED
    if stage.mode == "auto" or plan_runs:
        return Verdict.CLASSIFIED, _mode_evidence(stage)
    if stage.mode == "bypassPermissions":
        return Verdict.ALLOW, _mode_evidence(stage)
    return Verdict.ASK, _mode_evidence(stage)


def _mode_evidence(stage: _Stage) -> tuple[Evidence, ...]:
    return tuple(held for held in stage.record.exec.evidence if held.key == MODE_KEY)


def _switch(record: AgentRecord, key: str) -> Evidence | None:
    held = (*record.exec.evidence, *record.read.evidence, *record.sandbox.evidence)
    return next((one for one in held if one.key == key and one.value == "true"), None)


def _read(stage: _Stage, what: str) -> Answer:
    """The file tool on a path."""
    path = _absolute(stage, what)
    for effect in (Verdict.DENY, Verdict.ASK):
        rule = _file_rule(stage, path, effect, by_command=False)
        if rule:
            return effect, (rule.evidence,)
    if not outside(path, stage.record.read.roots):
        return Verdict.ALLOW, stage.record.read.evidence
    blocked = _switch(stage.record, BLOCK_READS_KEY)
    if blocked:
        return Verdict.DENY, (blocked,)
    allowed = _file_rule(stage, path, Verdict.ALLOW, by_command=False)
    return (Verdict.ALLOW, (allowed.evidence,)) if allowed else _fallback(stage)


def _run(stage: _Stage, what: str) -> Answer:
    """A command line: every simple command of it has to pass."""
    commands = simple_commands(what)
    if not commands:
        return _fallback(stage)
    excluded = [held for held in commands if _excluded(stage.record, held)]
    return strictest(_one(stage, command, boxed=not excluded) for command in commands)


def _one(stage: _Stage, command: SimpleCommand, *, boxed: bool) -> Answer:
    held = _auto_allowed(stage) if boxed else ()
    for effect in (Verdict.DENY, Verdict.ASK):
        rule = _bash_rule(stage, command, effect, skip_bare=bool(held) and effect is Verdict.ASK)
        binding = rule or _named_file(stage, command, effect)
        if binding:
            return effect, (binding.evidence,)
    if stage.mode == "bypassPermissions":
        return _fallback(stage)
    blocked = _switch(stage.record, BLOCK_READS_KEY)
    if blocked and not held and _reads_outside(stage, command):
        return Verdict.ASK, (blocked,)
    allowed = None if held else _bash_rule(stage, command, Verdict.ALLOW, skip_bare=False)
    grounds = held or ((allowed.evidence,) if allowed else ())
    return (Verdict.ALLOW, grounds) if grounds else _built_in(stage, command) or _fallback(stage)


def _auto_allowed(stage: _Stage) -> tuple[Evidence, ...]:
    """The evidence that sandboxed commands run with no prompt; empty when they do not."""
    held = _switch(stage.record, AUTO_ALLOW_KEY)
    boxed = stage.record.sandbox.kind != "none" and stage.mode != "plan"
    return (held,) if held and boxed else ()


def _excluded(record: AgentRecord, command: SimpleCommand) -> bool:
    patterns = [held.value for held in record.sandbox.evidence if held.key == EXCLUDED_KEY]
    return any(text_matches(pattern, command.text) for pattern in patterns)


def _bash_rule(stage: _Stage, command: SimpleCommand, effect: Verdict, *, skip_bare: bool) -> ExecRule | None:
    spelled = spelling(command, effect)
    for held in stage.record.exec.rules:
        rule = parse(held.pattern) if held.effect is effect else None
        if rule is None or (skip_bare and rule.bare):
            continue
        if held.broad and effect is Verdict.ALLOW and stage.mode == "auto":
            continue  # auto mode drops rules that would let any program run
        if _covers_shell(rule, effect) and spelled.matched_by(rule):
            return held
    return None


def _covers_shell(rule: Rule, effect: Verdict) -> bool:
    if rule.tool == "*":
        return effect is not Verdict.ALLOW
    # What one of the two shell tools refuses, the other may still do.
    return rule.tool in SHELL_TOOLS if effect is Verdict.ALLOW else rule.tool == "Bash"


def _named_file(stage: _Stage, command: SimpleCommand, effect: Verdict) -> FileRule | None:
    """The path rule that a recognised file command runs into; the vendor does not say so of ``< file``."""
    for path in _named_paths(stage, command):
        rule = _file_rule(stage, path, effect, by_command=True)
        if rule:
            return rule
    return None


def _named_paths(stage: _Stage, command: SimpleCommand) -> tuple[str, ...]:
    arguments = unwrap(command.past(command.assigned), EXEC_WRAPPERS).arguments
    named = [word for word in arguments[1:] if not word.startswith("-")] if _is_file_command(arguments) else []
    return tuple(_absolute(stage, word) for word in named)


def _is_file_command(arguments: tuple[str, ...]) -> bool:
    return bool(arguments) and posixpath.basename(arguments[0]) in FILE_COMMANDS


def _reads_outside(stage: _Stage, command: SimpleCommand) -> bool:
    paths = _named_paths(stage, command)
    vague = _is_file_command(command.arguments) and not command.plain
    return vague or any(outside(path, stage.record.read.roots) for path in paths)


def _file_rule(stage: _Stage, path: str, effect: Verdict, *, by_command: bool) -> FileRule | None:
    for rule in stage.record.read.rules:
        binds = rule.enforced_for.covers_readers if by_command else rule.enforced_for.covers_tool
        if rule.effect is effect and binds and matches(rule.glob, path):
            return rule
    return None


def _built_in(stage: _Stage, command: SimpleCommand) -> Answer | None:
    """Commands that need no prompt inside the folders: the read-only set, and edits in ``acceptEdits`` and ``auto``."""
    if command.writes or not command.plain or command.assigned:
        return None
    arguments = command.arguments
    name = arguments[0] if arguments else ""
    reads = name in _READ_ONLY or (name == "git" and arguments[1:2] and arguments[1] in _READ_ONLY_GIT)
    edits = name in _EDIT_COMMANDS and stage.mode in {"acceptEdits", "auto"}
    if not (reads or edits) or (
        name == "find" and any(word.startswith(("-exec", "-ok", "-del")) for word in arguments)
    ):
        return None
    paths = [word for word in arguments[1:] if not word.startswith("-")] if name not in _WITHOUT_PATHS else []
    paths = [] if name == "git" else paths
    if any(outside(_absolute(stage, word), stage.record.read.roots) for word in (*paths, *command.reads)):
        return None
    said = "a read-only command inside the workspace" if reads else "an edit inside the workspace"
    return Verdict.ALLOW, (Evidence(key="built-in", value=name, note=f"built-in: {said} needs no prompt"),)


def _fetch(stage: _Stage, what: str) -> Answer:
    """The fetch tool on a URL or host."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?", "", what.lower())
    host = re.split(r"[/?#:]", host, maxsplit=1)[0]
    for effect in (Verdict.DENY, Verdict.ASK, Verdict.ALLOW):
        for held in stage.record.exec.rules:
            rule = parse(held.pattern) if held.effect is effect else None
            if rule and fetch_matches(rule, host):
                return effect, (held.evidence,)
    if host in _DOCUMENTATION_HOSTS and stage.mode != "bypassPermissions":
        return Verdict.ALLOW, (Evidence(key="WebFetch", value=host, note="built-in: documentation hosts are open"),)
    return _fallback(stage)


def _mcp(stage: _Stage, what: str) -> Answer:
    """One tool of an MCP server, as ``server__tool`` with or without ``mcp__`` before it."""
    server, _, tool = what.removeprefix("mcp__").partition("__")
    for effect in (Verdict.DENY, Verdict.ASK, Verdict.ALLOW):
        for held in stage.record.exec.rules:
            rule = parse(held.pattern) if held.effect is effect else None
            if rule and mcp_matches(rule, server, tool):
                return effect, (held.evidence,)
    return _fallback(stage)


def _absolute(stage: _Stage, word: str) -> str:
    said = re.sub(r"^(?:\$\{HOME\}|\$HOME|~)(?=/|$)", stage.home, word)
    return posixpath.normpath(posixpath.join(stage.cwd, said)) if said else said


def _guess_home(record: AgentRecord, cwd: str) -> str:
    """The home, from a rule that was written with ``~`` or from where the folders are."""
    for rule in record.read.rules:
        written = re.search(r"\(~/([^*?\[]*[^*?\[/])", rule.original)
        if written and f"/{written[1]}" in rule.glob:
            return rule.glob[: rule.glob.index(f"/{written[1]}")]
    for folder in (record.workspace, cwd, *record.read.roots):
        found = _HOME.match(folder)
        if found:
            return found[1]
    return "/root"
