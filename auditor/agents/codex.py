"""Codex: configuration of every layer, requirements and rules turned into one record per workspace.

Source: the vendor's documentation (developers.openai.com/codex) and the command line tool's own source.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents import codex_decide as engine
from auditor.agents.codex_extras import environment, hooks, logging, reasoning, servers
from auditor.agents.codex_permissions import Bounds, bounds
from auditor.agents.codex_rules import RuleBook, pattern_of, rule_book
from auditor.agents.codex_settings import Codex, allowed, default_evidence, locate, seen, sources
from auditor.agents.commands import is_network
from auditor.agents.examples import verdicts
from auditor.agents.layers import Setting, flag
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    Evidence,
    ExecMode,
    ExecReach,
    ExecRule,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Sandbox,
    Verdict,
)
from auditor.model.frozen import frozen, replace

ID: Final = "codex"
NAME: Final = "Codex"

_POLICIES: Final = ("untrusted", "on-request", "on-failure", "never")
_APPROVALS: Final = {
    "untrusted": Approval.ALWAYS,
    "on-request": Approval.ON_REQUEST,
    "on-failure": Approval.ON_REQUEST,
    "granular": Approval.ON_REQUEST,
    "never": Approval.NEVER,
}
_WEB: Final = {"live": NetworkMode.FREE, "cached": NetworkMode.NONE, "disabled": NetworkMode.NONE}


@frozen
class _Gate:
    """Who is asked, why, and whether leaving the sandbox may be asked for at all."""

    approval: Approval
    evidence: tuple[Evidence, ...]
    may_leave: bool


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """One record per workspace where Codex is seen or was named; none elsewhere."""
    found = []
    for workspace in around.workspaces:
        marks = seen(around, workspace)
        if marks or ID in around.named or ID in around.launched_here:
            found.append(_record(locate(around, workspace), marks))
    return tuple(found)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> tuple[Verdict, tuple[Evidence, ...]]:
    """Answer one question by the vendor's own order: rules, then sandbox and approval policy; see ``codex_decide``."""
    return engine.decide(record, action, what, cwd)


def _record(codex: Codex, marks: tuple[Path, ...]) -> AgentRecord:
    held = bounds(codex)
    gate = _gate(codex)
    book = rule_book(codex)
    boxed = _boxed(codex, held)
    base = AgentRecord(
        agent=ID,
        name=NAME,
        surface="cli",
        workspace=codex.workspace.as_posix(),
        assumed=not marks,
        sources=(*sources(codex), *book.sources),
        trust=codex.trust,
        read=_read_reach(codex, held, gate, boxed=boxed),
        exec=_exec_reach(held, gate, book, boxed=boxed),
        network=_network(codex, held, book, boxed=boxed),
        env=environment(codex),
        approval=gate.approval,
        sandbox=_sandbox(held, gate, book, boxed=boxed),
        mcp=servers(codex, everything=held.mode == "danger-full-access" and gate.approval is Approval.NEVER),
        hooks=hooks(codex),
        logging=logging(codex),
        reasoning=reasoning(codex),
        self_modify="ask" if boxed else "free" if held.mode == "danger-full-access" else "ask",
        confidence="low" if not marks else "medium" if codex.trust.state == "unknown" else "high",
        evidence=tuple(Evidence(codex.around.show(path), note="shows that Codex is used here") for path in marks),
        notes=_notes(codex, held, boxed=boxed),
    )
    judged = verdicts(lambda line: engine.decide(base, "run", line, base.workspace), _lines(book.rules))
    return replace(base, exec=replace(base.exec, verdicts=judged), approval_removers=_removers(codex, held, gate, book))


def _boxed(codex: Codex, held: Bounds) -> bool:
    """Whether commands run in a sandbox: always, except in full access and on Windows where none is set up."""
    windows = codex.around.platform == "win32" and codex.setting("windows", "sandbox", kind=str) is None
    return held.mode != "danger-full-access" and not windows


def _gate(codex: Codex) -> _Gate:
    """The approval policy within requirements, and the reviewer that may stand in for a human."""
    granular = _granular(codex)
    said = codex.setting("approval_policy", kind=str)
    if said is not None and said.value not in _POLICIES:
        said = None
    policy = granular or allowed(codex, "allowed_approval_policies", said or _default_policy(codex), _POLICIES)
    policy = policy or _default_policy(codex)
    word = "granular" if granular else str(policy.value)
    evidence = replace(policy.evidence, key=engine.POLICY_KEY, value=word)
    reviewer = allowed(
        codex, "allowed_approvals_reviewers", codex.setting("approvals_reviewer", kind=str), ("user", "auto_review")
    )
    approval = _APPROVALS[word]
    may_leave = word != "never" and not (granular and not _may_ask(granular.value))
    if reviewer and reviewer.value in {"auto_review", "guardian_subagent"} and approval is Approval.ON_REQUEST:
        return _Gate(Approval.RISK_BASED, (evidence, reviewer.evidence), may_leave)
    return _Gate(approval, (evidence,), may_leave)


def _default_policy(codex: Codex) -> Setting:
    word = "untrusted" if codex.trust.state == "untrusted" else "on-request"
    said = f"the approval policy is {word} in a folder whose trust is {codex.trust.state}"
    return Setting(word, default_evidence("approval_policy", word, said))


def _granular(codex: Codex) -> Setting | None:
    """``approval_policy = { granular = {…} }``; the older ``reject`` means the opposite."""
    for name in ("granular", "reject"):
        found = codex.setting("approval_policy", name, kind=dict)
        if found:
            table: dict[str, Any] = found.value
            asks = {key: bool(value) if name == "granular" else not value for key, value in table.items()}
            return Setting(asks, found.evidence, found.layer)
    return None


def _may_ask(table: dict[str, bool]) -> bool:
    return table.get("sandbox_approval", True)


def _read_reach(codex: Codex, held: Bounds, gate: _Gate, *, boxed: bool) -> ReadReach:
    workspace = codex.workspace.as_posix()
    roots = tuple(dict.fromkeys((*((workspace,) if held.reads is ReadBase.FILESYSTEM else ()), *held.roots)))
    free = held.reads is ReadBase.FILESYSTEM
    return ReadReach(
        base=held.reads,
        outside=OnOutside.FREE if free else OnOutside.ASK if gate.may_leave else OnOutside.DENY,
        roots=roots,
        rules=held.rules,
        shell_base=held.reads if boxed else ReadBase.FILESYSTEM,
        shell_roots=held.roots if boxed else (),
        evidence=held.evidence,
    )


def _exec_reach(held: Bounds, gate: _Gate, book: RuleBook, *, boxed: bool) -> ExecReach:
    free = boxed or held.mode == "danger-full-access"
    mode = ExecMode.FREE if free and gate.approval is not Approval.ALWAYS else ExecMode.ASK
    if mode is ExecMode.ASK and any(rule.effect is Verdict.ALLOW for rule in book.rules):
        mode = ExecMode.ALLOW_LIST
    return ExecReach(mode, None, book.rules, (), (*gate.evidence, *held.evidence))


def _network(codex: Codex, held: Bounds, book: RuleBook, *, boxed: bool) -> NetworkReach:
    """What commands reach; a rule that lets a network client out of the sandbox opens it all."""
    web = codex.setting("web_search", kind=str)
    word = str(web.value) if web else "live" if held.mode == "danger-full-access" else "cached"
    tool = _WEB.get(word, NetworkMode.ASK)
    ways_out = _ways_out(book)
    shown = (*held.network_evidence, *((web.evidence,) if web else ()))
    if not boxed:
        return NetworkReach(NetworkMode.FREE, (), (), tool, shown)
    if ways_out:
        return NetworkReach(NetworkMode.FREE, held.hosts, (), tool, (*(rule.evidence for rule in ways_out), *shown))
    return NetworkReach(held.network, held.hosts, held.denied, tool, shown)


def _ways_out(book: RuleBook) -> tuple[ExecRule, ...]:
    """Allow rules for network clients whose target is open, and for programs that run anything."""
    return tuple(rule for rule in book.rules if rule.effect is Verdict.ALLOW and (rule.broad or _is_client(rule)))


def _is_client(rule: ExecRule) -> bool:
    words = tuple(part[0] for part in pattern_of(rule) if part)
    return is_network(words) and (len(words) == 1 or words[:2] == ("git", "push"))


def _sandbox(held: Bounds, gate: _Gate, book: RuleBook, *, boxed: bool) -> Sandbox:
    if not boxed:
        return Sandbox(evidence=held.evidence)
    broad = [rule for rule in book.rules if rule.effect is Verdict.ALLOW and rule.broad]
    network = {NetworkMode.NONE: "blocked", NetworkMode.FREE: "open"}.get(held.network, "confined")
    return Sandbox(
        kind="process",
        covers=("shell", "file-tool"),
        reads="confined" if held.rules or held.reads is not ReadBase.FILESYSTEM else "open",
        writes="blocked" if held.mode == "read-only" else "confined",
        network="confined" if network == "blocked" and _ways_out(book) else network,
        escape="auto" if broad else "ask" if gate.may_leave else "never",
        evidence=(*held.evidence, *(rule.evidence for rule in broad)),
    )


def _lines(rules: tuple[ExecRule, ...]) -> tuple[str, ...]:
    """The commands that allow rules name."""
    named = (rule for rule in rules if rule.effect is Verdict.ALLOW)
    lines = (" ".join(part[0] for part in pattern_of(rule) if part) for rule in named)
    return tuple(line for line in lines if line)


def _removers(codex: Codex, held: Bounds, gate: _Gate, book: RuleBook) -> tuple[Evidence, ...]:
    """The settings that take a human out: full access, no approvals, a reviewing model, rules that let things out."""
    found = list(held.evidence) if held.mode == "danger-full-access" else []
    if gate.approval in {Approval.NEVER, Approval.RISK_BASED}:
        found += gate.evidence
    found += [rule.evidence for rule in _ways_out(book)]
    warned = codex.setting("notice", "hide_full_access_warning", kind=bool)
    if warned and warned.value:
        found.append(replace(warned.evidence, note="full access was used on this machine"))
    return tuple(dict.fromkeys(found))


def _notes(codex: Codex, held: Bounds, *, boxed: bool) -> tuple[str, ...]:
    """What the files leave open or say wrongly, a sentence each."""
    found = [
        "a running session may have other flags (--sandbox, --ask-for-approval, --yolo); no file tells",
        *held.notes,
    ]
    if codex.trust.state == "unknown":
        found.append("the folder's trust is not decided yet: project files count once it is trusted")
    if codex.around.platform == "win32" and not boxed and held.mode != "danger-full-access":
        found.append("no Windows sandbox is set up: commands run unconfined once approved")
    if any(layer.document.get("profiles") or layer.document.get("profile") for layer in codex.layers):
        found.append("[profiles] tables and profile = are read only by versions before 0.134")
    if flag(codex.layers, "allow_login_shell", otherwise=True).value:
        found.append("login shells read the shell's own start files, which may bring filtered variables back")
    return tuple(found)
