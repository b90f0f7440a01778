"""The two ways to a file that every agent has: its own file tool, and a command that it runs.

Pure: a record and a place in, a route out. A verdict that no human decides counts as open, whoever decides it.
"""

from __future__ import annotations

from auditor.agents.places import Place, Route, covered, grounds, quoted, ruling, strength, stricter
from auditor.model.agent import (
    AgentRecord,
    Approval,
    CommandClass,
    CommandVerdict,
    EnforcedFor,
    Evidence,
    ExecMode,
    FileRule,
    OnOutside,
    ReadBase,
    Verdict,
)
from auditor.model.exposure import Means
from auditor.model.frozen import frozen

_OUTSIDE = {OnOutside.DENY: Verdict.DENY, OnOutside.ASK: Verdict.ASK, OnOutside.FREE: Verdict.ALLOW}
_EXAMPLES = {CommandClass.READER: "cat", CommandClass.PROCESS: "python -c", CommandClass.NETWORK: "curl"}
_TAKES = {
    ReadBase.FILESYSTEM: "the whole disk",
    ReadBase.HOME: "the home",
    ReadBase.ROOTS: "the workspace and its further folders",
    ReadBase.WORKSPACE: "the workspace",
    ReadBase.SANDBOXED: "the folders it is given",
}


def file_tool(record: AgentRecord, place: Place) -> Route | None:
    """The route through the agent's own file tool; None where a file tool shows no text (git objects, archives)."""
    if place.kind != "file":
        return None
    inside = covered(record.read.base, record.read.roots, place, record)
    rule = ruling(record, place, lambda enforced: enforced.covers_tool)
    verdict = rule.effect if rule else Verdict.ALLOW if inside else _outside(record)
    evidence = grounds(
        (rule.evidence,) if rule else (),
        record.read.evidence,
        default=Evidence(key="read", value=record.read.base.value, note="built-in default of the file tool"),
    )
    barrier = _said(record, rule, verdict, inside=inside)
    if verdict is Verdict.DENY:
        return Route(Means.NONE, "file tool", barrier, unattended=False, evidence=evidence)
    if verdict is Verdict.ASK:
        return Route(Means.WITH_APPROVAL, "file tool", barrier, unattended=False, evidence=evidence)
    return Route(Means.DIRECT, "file tool", barrier, unattended=True, evidence=evidence)


def _outside(record: AgentRecord) -> Verdict:
    """What the file tool does beyond its base; where no human answers, asking is taken at its worst."""
    verdict = _OUTSIDE[record.read.outside]
    return _beyond(record) if verdict is Verdict.ASK else verdict


def _beyond(record: AgentRecord) -> Verdict:
    return {Approval.RISK_BASED: Verdict.CLASSIFIED, Approval.NEVER: Verdict.ALLOW}.get(record.approval, Verdict.ASK)


def _said(record: AgentRecord, rule: FileRule | None, verdict: Verdict, *, inside: bool) -> str:
    words = {
        Verdict.DENY: "refuses this file",
        Verdict.ASK: "asks a human before it reads this file",
        Verdict.CLASSIFIED: "reads this file unless a model objects",
        Verdict.ALLOW: "reads this file",
    }
    if rule is not None:
        return f"the file tool {words[verdict]} because of {quoted(rule)}"
    if inside:
        return f"nothing: the file tool reads {_TAKES[record.read.base]} without asking"
    return f"the file tool {words[verdict]}, which lies outside its folders"


@frozen
class _Attempt:
    """One class of command tried on a place: what comes of it, and the rule or boundary that stopped it."""

    command: CommandVerdict
    verdict: Verdict
    stop: str = ""
    evidence: tuple[Evidence, ...] = ()
    retried: bool = False


def shell(record: AgentRecord, place: Place) -> Route | None:
    """The route through a command, over every class of command; None for places that no command opens."""
    if place.kind not in {"file", "archive", "object"}:
        return None
    classes = [c for c in CommandClass if not (place.kind == "archive" and c is CommandClass.READER)]
    attempts = [_attempt(record, place, command(record, one)) for one in classes]
    best = max(attempts, key=lambda attempt: strength(attempt.verdict))
    evidence = grounds(
        best.command.evidence or record.exec.evidence,
        best.evidence,
        default=Evidence(key="exec", value=record.exec.mode.value, note="built-in default of the shell tool"),
    )
    name = _name(place, best.command.command_class)
    if best.verdict is Verdict.DENY:
        stops = dict.fromkeys(attempt.stop for attempt in attempts if attempt.stop)
        return Route(Means.NONE, name, "; ".join(stops), unattended=False, evidence=evidence)
    if best.verdict is Verdict.ASK:
        asked = best.stop or f"a human is asked before each command such as `{_example(best.command)}`"
        return Route(Means.WITH_APPROVAL, name, asked, unattended=False, evidence=evidence)
    return Route(Means.VIA_SHELL, name, _open(record, place, best), unattended=True, evidence=evidence)


def command(record: AgentRecord, command_class: CommandClass) -> CommandVerdict:
    """The record's verdict for a class; where the dialect gave none, the worst that the mode allows."""
    if record.exec.mode is ExecMode.NONE:
        return CommandVerdict(command_class, Verdict.DENY, "", record.exec.evidence)
    if any(verdict.command_class is command_class for verdict in record.exec.verdicts):
        return record.exec.verdict(command_class)
    worst = {ExecMode.FREE: Verdict.ALLOW, ExecMode.RISK_BASED: Verdict.CLASSIFIED}.get(record.exec.mode, Verdict.ASK)
    worst = Verdict.ALLOW if record.approval is Approval.NEVER else worst
    return CommandVerdict(command_class, worst, "", record.exec.evidence)


def boundary(record: AgentRecord, place: Place) -> tuple[str, tuple[Evidence, ...]] | None:
    """What the operating system puts between any sandboxed process and the place; None when nothing."""
    if not place.path:
        return None
    rule = ruling(record, place, lambda enforced: enforced.covers_processes)
    if rule is not None and rule.effect is Verdict.DENY:
        return f"the sandbox hides this file from every command because of {quoted(rule)}", (rule.evidence,)
    roots = record.read.shell_roots or record.read.roots
    if rule is not None or covered(record.read.shell_base, roots, place, record):
        return None
    return "the sandbox shows commands only the folders they are given", record.sandbox.evidence


def _attempt(record: AgentRecord, place: Place, tried: CommandVerdict) -> _Attempt:
    """One class of command against the rules that bind it, then against the boundary that binds every process."""
    if tried.verdict is Verdict.DENY:
        return _Attempt(tried, Verdict.DENY, "commands are refused")
    verdict: Verdict = tried.verdict
    stop, evidence = "", tuple[Evidence, ...]()
    rule = ruling(record, place, _reader_rules) if tried.command_class is CommandClass.READER else None
    if rule is not None and rule.effect is not Verdict.ALLOW:
        verdict, evidence = stricter(verdict, rule.effect), (rule.evidence,)
        stop = f"{quoted(rule)} binds commands that are known to read files"
    edge = boundary(record, place)
    if edge is not None:
        verdict = stricter(verdict, _escape(record))
        stop, evidence = _escape_words(record, edge[0]), edge[1]
    return _Attempt(tried, verdict, stop, evidence, retried=edge is not None)


def _reader_rules(enforced: EnforcedFor) -> bool:
    # Rules that bind every process are the boundary's, which an escape may lift.
    return enforced.covers_readers and not enforced.covers_processes


def _escape(record: AgentRecord) -> Verdict:
    """What leaving the sandbox takes; a model may be the one that is asked."""
    if record.sandbox.escape == "ask":
        return _beyond(record)
    return Verdict.ALLOW if record.sandbox.escape == "auto" else Verdict.DENY


def _escape_words(record: AgentRecord, stop: str) -> str:
    if record.sandbox.escape == "ask":
        return f"{stop}; a human may let a command run outside it"
    return stop


def _open(record: AgentRecord, place: Place, best: _Attempt) -> str:
    """Why the command gets through, and why the rules that look as if they stopped it do not."""
    example = _example(best.command)
    lead = f"only a model judges a command such as `{example}`; " if best.verdict is Verdict.CLASSIFIED else ""
    if best.retried:
        return f"{lead}the sandbox stops a command, but the agent may run one outside it unasked"
    if place.kind == "object":
        return f"{lead}nothing: a git command such as `git show` prints what is no longer in the working tree"
    readers = ruling(record, place, lambda enforced: enforced.covers_readers)
    tool = ruling(record, place, lambda enforced: enforced.covers_tool)
    if readers is not None and readers.effect is Verdict.DENY:
        held = "the file tool and `cat`" if readers.enforced_for.covers_tool else "`cat`"
        return f"{lead}the deny rule {quoted(readers)} stops {held}, not another program such as `{example}`"
    if tool is not None and tool.effect is Verdict.DENY:
        return f"{lead}the deny rule {quoted(tool)} stops the file tool, not a command such as `{example}`"
    return f"{lead}nothing stops a command such as `{example}` from reading this file"


def _example(verdict: CommandVerdict) -> str:
    """The command for a sentence; of a reader only the program, as its example names some other file."""
    said = verdict.example or _EXAMPLES[verdict.command_class]
    return said.partition(" ")[0] if verdict.command_class is CommandClass.READER else said


def _name(place: Place, command_class: CommandClass) -> str:
    if place.kind == "object":
        return "git show in the shell"
    if place.kind == "archive":
        return "unpacking in the shell"
    return "cat in the shell" if command_class is CommandClass.READER else "any process in the shell"
