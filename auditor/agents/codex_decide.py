"""Codex's answer to one question, from the record alone.

A command runs unasked inside the sandbox; leaving it takes an approval or a rule. Source: the vendor's pages on agent
approvals and security and on rules (developers.openai.com/codex), and the command line tool's own source.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

from auditor.agents.codex_rules import commands_of, matching
from auditor.agents.globs import matches
from auditor.model.agent import AgentRecord, Approval, Evidence, NetworkMode, ReadBase, Verdict

Answer = tuple[Verdict, tuple[Evidence, ...]]

POLICY_KEY: Final = "approval_policy"
_STRENGTH: Final = (Verdict.DENY, Verdict.ASK, Verdict.CLASSIFIED, Verdict.ALLOW)
# Commands that the strictest approval policy trusts.
_SAFE: Final = frozenset(
    {
        *("cat", "cd", "cut", "echo", "expr", "false", "grep", "head", "id", "ls", "nl", "paste", "pwd", "rev", "seq"),
        *("stat", "tail", "tr", "true", "uname", "uniq", "wc", "which", "whoami", "rg", "find"),
    }
)
_SAFE_GIT: Final = frozenset({"status", "log", "diff", "show", "branch"})
_UNSAFE_OPTIONS: Final = frozenset(
    {
        *("-exec", "-execdir", "-ok", "-okdir", "-delete", "-fls", "-fprint", "-fprint0", "-fprintf", "--pre"),
        *("--hostname-bin", "--search-zip", "-z"),
    }
)
_READERS: Final = frozenset({"cat", "head", "tail", "grep", "sed", "rg", "nl", "cut", "less", "more", "sort", "wc"})


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """What happens when the agent tries something.

    ``action``: ``read`` (a path), ``run`` (a command line), ``fetch`` (a URL) or ``mcp`` (``server__tool``).
    """
    if action == "run":
        return _run(record, what, cwd)
    if action == "read":
        return _read(record, _absolute(what, cwd))
    if action == "mcp":
        return _mcp(record, what)
    return _fetch(record)


def _run(record: AgentRecord, line: str, cwd: str) -> Answer:
    answers = [_one(record, arguments, cwd) for arguments in commands_of(line)]
    return min(answers, key=lambda answer: _STRENGTH.index(answer[0]))


def _one(record: AgentRecord, arguments: tuple[str, ...], cwd: str) -> Answer:
    """The rules first, then the sandbox and the approval policy."""
    rule = matching(record.exec.rules, arguments)
    if rule is not None:
        asked = _asked(record) if rule.effect is Verdict.ASK else rule.effect
        return asked, (rule.evidence,)
    hidden = _hidden(record, arguments, cwd)
    if hidden:
        return Verdict.DENY, (hidden,)
    policy = tuple(held for held in record.exec.evidence if held.key == POLICY_KEY)
    if record.approval is Approval.ALWAYS or (record.sandbox.kind == "none" and not _open(record)):
        return (Verdict.ALLOW if _is_safe(arguments) else _asked(record)), policy
    return Verdict.ALLOW, (*record.sandbox.evidence, *policy)


def _asked(record: AgentRecord) -> Verdict:
    """What a prompt comes to: nobody answers it, a model does, or a human."""
    if record.approval is Approval.NEVER:
        return Verdict.DENY
    return Verdict.CLASSIFIED if record.approval is Approval.RISK_BASED else Verdict.ASK


def _open(record: AgentRecord) -> bool:
    """Whether commands run outside any sandbox because the configuration says so."""
    return any(held.value.endswith("danger-full-access") for held in record.exec.evidence)


def _hidden(record: AgentRecord, arguments: tuple[str, ...], cwd: str) -> Evidence | None:
    """The deny rule that a file reader runs into."""
    if not arguments or arguments[0].rpartition("/")[2] not in _READERS:
        return None
    for word in arguments[1:]:
        path = _absolute(word, cwd)
        for rule in record.read.rules:
            if rule.effect is Verdict.DENY and rule.enforced_for.covers_readers and matches(rule.glob, path):
                return rule.evidence
    return None


def _is_safe(arguments: tuple[str, ...]) -> bool:
    name = arguments[0].rpartition("/")[2] if arguments else ""
    if name == "git":
        return arguments[1:2] != () and arguments[1] in _SAFE_GIT
    if name == "sed":
        return len(arguments) <= 4 and arguments[1:2] == ("-n",) and bool(re.fullmatch(r"\d+(,\d+)?p", arguments[2]))  # noqa: PLR2004
    return name in _SAFE and not _UNSAFE_OPTIONS & {word.split("=", 1)[0] for word in arguments}


def _read(record: AgentRecord, path: str) -> Answer:
    for rule in record.read.rules:
        if rule.effect is Verdict.DENY and rule.enforced_for.covers_tool and matches(rule.glob, path):
            return Verdict.DENY, (rule.evidence,)
    inside = any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in record.read.roots)
    if inside or record.read.base is ReadBase.FILESYSTEM:
        return Verdict.ALLOW, record.read.evidence
    return _asked(record), record.read.evidence


def _fetch(record: AgentRecord) -> Answer:
    found = {NetworkMode.NONE: Verdict.DENY, NetworkMode.ASK: _asked(record)}
    return found.get(record.network.tool_mode, Verdict.ALLOW), record.network.evidence


def _mcp(record: AgentRecord, what: str) -> Answer:
    name = what.removeprefix("mcp__").partition("__")[0]
    server = next((one for one in record.mcp if one.name == name), None)
    if server is None:
        return Verdict.DENY, ()
    return (_asked(record) if server.auto_approved == "no" else Verdict.ALLOW), (server.evidence,)


def _absolute(word: str, cwd: str) -> str:
    if word.startswith("~/"):
        home = re.match(r"^(/home/[^/]+|/Users/[^/]+|/root)(?:/|$)", cwd)
        word = (home[1] if home else "/root") + word[1:]
    return posixpath.normpath(posixpath.join(cwd, word))
