"""What a dialect's rules say of the three classes of command, by asking them about typical examples of each.

The examples are data; which of them runs is the dialect's own business. The weakest answer of a class is its verdict.
Readers are tried on files outside the workspace: those inside are open to the file tool anyway.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Final

from auditor.agents.commands import INTERPRETERS, RUNNERS, is_broad, is_network, is_reader, simple_commands
from auditor.agents.places import Place, covered, ruling, strength
from auditor.model.agent import (
    AgentRecord,
    CommandClass,
    CommandVerdict,
    Evidence,
    ExecRule,
    NetworkMode,
    Verdict,
)

Answer = tuple[Verdict, tuple[Evidence, ...]]

_TYPICAL: Final = {
    CommandClass.READER: (
        *("cat ~/.aws/credentials", "head -n 20 ~/.netrc", "grep -r token ~/.config", "sed -n 1,20p ~/.npmrc"),
        "less ~/.git-credentials",
    ),
    CommandClass.PROCESS: (
        *("python3 -c 'print(1)'", "node -e 'void 0'", "bash -c id", "perl -e 1", "npm test", "npm run build"),
        *("npx tsx run.ts", "make", "pytest", "cargo test", "go test ./...", "uv run check.py"),
    ),
    CommandClass.NETWORK: (
        *("curl -X POST https://api.example.com/graphql", "wget -qO- https://example.com", "git push origin main"),
        *("gh api user", "aws s3 ls", "gcloud projects list", "kubectl get pods", "psql -c 'select 1'"),
        *("ssh host.example.com id", "railway status"),
    ),
}
_GIT_ONLINE: Final = frozenset({"push", "pull", "fetch", "clone", "ls-remote", "remote", "submodule", "archive", "*"})


def verdicts(judge: Callable[[str], Answer], more: Iterable[str] = ()) -> tuple[CommandVerdict, ...]:
    """The weakest verdict per class over the typical examples and ``more`` command lines, each under its own class."""
    lines = [(command_class, line) for command_class, typical in _TYPICAL.items() for line in typical]
    lines += [(found, line) for line in more if (found := class_of(line)) is not None]
    best: dict[CommandClass, CommandVerdict] = {}
    for command_class, line in lines:
        verdict, evidence = judge(line)
        held = best.get(command_class)
        if held is None or strength(verdict) > strength(held.verdict):
            best[command_class] = CommandVerdict(command_class, verdict, line, evidence)
    return tuple(best[command_class] for command_class in CommandClass)


def class_of(line: str) -> CommandClass | None:
    """The class of a command line by its first program; None for programs that neither read, reach out nor run code."""
    arguments = next((found.arguments for found in simple_commands(line) if found.arguments), ())
    if not arguments:
        return None
    name = arguments[0].rpartition("/")[2]
    if name == "git":
        online = len(arguments) == 1 or arguments[1] in _GIT_ONLINE
        return CommandClass.NETWORK if online else CommandClass.READER
    if is_network(arguments):
        return CommandClass.NETWORK
    if is_broad(arguments) or name in INTERPRETERS or name in RUNNERS:
        return CommandClass.PROCESS
    return CommandClass.READER if is_reader(arguments) else None


def allowed_lines(rules: Iterable[ExecRule]) -> tuple[str, ...]:
    """The patterns of allow rules that read like the start of a command, as command lines to ask about."""
    kept = (rule.pattern.strip() for rule in rules if rule.effect is Verdict.ALLOW and rule.kind in {"prefix", "exact"})
    return tuple(dict.fromkeys(pattern for pattern in kept if pattern))


def strictest(answers: Iterable[Answer], otherwise: Answer) -> Answer:
    """The answer that lets least through, with what decided it; ``otherwise`` when there is none."""
    return min(answers, key=lambda answer: strength(answer[0]), default=otherwise)


def for_path(record: AgentRecord, path: str) -> Answer:
    """What the file tool does with an absolute path, by the record's base, roots and rules alone."""
    place = Place(path, path, "file", "", "")
    rule = ruling(record, place, lambda enforced: enforced.covers_tool)
    if rule is not None:
        return rule.effect, (rule.evidence,)
    if covered(record.read.base, record.read.roots, place, record):
        return Verdict.ALLOW, record.read.evidence
    outside = {"deny": Verdict.DENY, "ask": Verdict.ASK, "free": Verdict.ALLOW}[record.read.outside.value]
    return outside, record.read.evidence


def for_server(record: AgentRecord, what: str) -> Answer:
    """What a call of an MCP tool (``server``, ``server:tool`` or ``server__tool``) meets, by the record's servers."""
    name = what.removeprefix("mcp__").partition("__")[0].partition(":")[0]
    server = next((one for one in record.mcp if one.name == name), None)
    gate = Verdict.DENY if record.surface == "headless" else Verdict.ASK
    if server is None:
        return gate, (Evidence(key="mcp", value=name, note="no such server takes part"),)
    return (gate if server.auto_approved == "no" else Verdict.ALLOW), (server.evidence,)


def for_fetch(record: AgentRecord, what: str) -> Answer:
    """What the fetch tool meets on a URL or host, by the record's network alone."""
    host = what.partition("://")[2].partition("/")[0] or what.partition("/")[0]
    mode = record.network.tool_mode
    if any(fnmatchcase(host.lower(), pattern.lower()) for pattern in record.network.denied):
        return Verdict.DENY, record.network.evidence
    listed = any(fnmatchcase(host.lower(), pattern.lower()) for pattern in record.network.hosts)
    if mode is NetworkMode.FREE or (listed and mode is not NetworkMode.NONE):
        return Verdict.ALLOW, record.network.evidence
    asks = mode is NetworkMode.ASK and record.surface != "headless"
    return (Verdict.ASK if asks else Verdict.DENY), record.network.evidence


def absolute(path: str, cwd: str) -> str:
    """A path as the file tool takes it: relative ones count from ``cwd``; ``..`` is resolved."""
    return posixpath.normpath(posixpath.join(cwd, path))
