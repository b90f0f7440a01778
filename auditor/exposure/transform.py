"""What a fix changes, as a pure function on the values that reach and score are derived from.

The answers that a plan gives are never guesses: the changed values go through the same derivation as the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from auditor.exposure import remedies
from auditor.model.agent import (
    AgentRecord,
    Approval,
    CommandClass,
    EnforcedFor,
    EnvMode,
    Evidence,
    ExecMode,
    ExecReach,
    FileRule,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Sandbox,
    Verdict,
)
from auditor.model.credential import Assessment, Environment, LifetimeKind, Power, State
from auditor.model.exposure import Fix, FixKind
from auditor.model.frozen import frozen, replace
from auditor.model.lazy import lazy_pattern
from auditor.model.place import Origin

# The subject of a sandbox fix that is a container around the whole agent.
CONTAINER = "container"
_MAGIC = lazy_pattern(r"([*?\[\]{}\\])")
_MODEST = frozenset({Power.READ, Power.WRITE})
# Boundaries first: a read rule binds further where commands are boxed already.
_ORDER = {kind: place for place, kind in enumerate([FixKind.SANDBOX, FixKind.APPROVAL])}


@frozen
class Inputs:
    """Everything that exposure is derived from."""

    records: tuple[AgentRecord, ...]
    assessments: tuple[Assessment, ...]


def apply(fix: Fix, inputs: Inputs) -> Inputs:
    """The inputs as they are once ``fix`` is done; a credential with nowhere left to stand is gone."""
    changed = (on_assessment(fix, assessment) for assessment in inputs.assessments)
    return Inputs(
        records=tuple(on_record(fix, record) for record in inputs.records),
        assessments=tuple(assessment for assessment in changed if assessment is not None),
    )


def in_order(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """Fixes in the order in which they have to be applied."""
    return tuple(sorted(fixes, key=lambda fix: (_ORDER.get(fix.kind, len(_ORDER)), fix.id)))


def on_record(fix: Fix, record: AgentRecord) -> AgentRecord:
    """One agent's record under a fix; the same record when the fix is not about it."""
    if fix.agent != record.agent or fix.surface not in {"", record.surface}:
        return record
    change = _ON_RECORD.get(fix.kind)
    return change(fix, record) if change else record


def on_assessment(fix: Fix, assessment: Assessment) -> Assessment | None:
    """One credential under a fix; None when no place is left that it stands in."""
    if fix.agent or assessment.credential.fingerprint not in fix.subject:
        return assessment
    if fix.kind in {FixKind.REVOKE, FixKind.ROTATE}:
        return replace(assessment, state=State.INACTIVE, state_note="revoked")
    if fix.kind is FixKind.NARROW:
        return _narrowed(assessment)
    kept = {
        FixKind.MOVE: lambda origin: not origin.is_file,
        FixKind.MCP: lambda origin: origin is not Origin.AGENT_CONFIG,
    }.get(fix.kind)
    return _without(assessment, kept) if kept else assessment


def _narrowed(assessment: Assessment) -> Assessment:
    """As after the replacement by a token that reads and writes in one place outside production, for some weeks."""
    scope, life = assessment.scope, assessment.lifetime
    grants = tuple(grant for grant in scope.grants if grant.power in _MODEST)
    environment = scope.environment if scope.environment is Environment.TEST else Environment.STAGING
    shorter = life.kind in {LifetimeKind.LONG_LIVED, LifetimeKind.UNKNOWN}
    return replace(
        assessment,
        scope=replace(scope, grants=grants or scope.grants[:1], environment=environment),
        lifetime=replace(life, kind=LifetimeKind.EXPIRING, expires_at=None) if shorter else life,
    )


def _without(assessment: Assessment, keep: Callable[[Origin], bool]) -> Assessment | None:
    credential = assessment.credential
    left = tuple(one for one in credential.sightings if keep(one.location.origin))
    return replace(assessment, credential=replace(credential, sightings=left)) if left else None


def _deny(fix: Fix, record: AgentRecord) -> AgentRecord:
    remedy = remedies.of(record.agent, record.surface).deny
    boxed = record.sandbox.kind != "none" and "shell" in record.sandbox.covers
    if remedy is None or (remedy.needs_box and not boxed):
        return record
    enforced = remedy.boxed if boxed and remedy.boxed else remedy.enforced_for
    rules = tuple(_rule(path, remedy.file, fix, enforced) for path in fix.subject)
    return replace(record, read=replace(record.read, rules=(*record.read.rules, *rules)))


def _rule(path: str, file: str, fix: Fix, enforced: EnforcedFor) -> FileRule:
    evidence = Evidence(file, note=f"by fix {fix.id}")
    return FileRule(Verdict.DENY, path, _MAGIC.sub(r"\\\1", path), enforced, evidence)


def _box(fix: Fix, record: AgentRecord) -> AgentRecord:
    if CONTAINER in fix.subject:
        return _container(fix, record)
    remedy = remedies.of(record.agent, record.surface).box
    if remedy is None:
        return record
    said = (Evidence(remedy.file, note=f"by fix {fix.id}"),)
    sandbox = replace(
        record.sandbox,
        kind="process",
        covers=tuple(dict.fromkeys((*record.sandbox.covers, "shell"))),
        network="blocked" if remedy.network is NetworkMode.NONE else "confined",
        escape=remedy.escape,
        fail_open=False,
        evidence=said,
    )
    deny = remedies.of(record.agent, record.surface).deny
    rules = tuple(_stronger(rule, deny) for rule in record.read.rules)
    network = NetworkReach(remedy.network, tool_mode=record.network.tool_mode, evidence=said)
    return replace(record, sandbox=sandbox, network=network, read=replace(record.read, rules=rules))


def _stronger(rule: FileRule, deny: remedies.Deny | None) -> FileRule:
    """A read rule that the dialect hands on to the operating system once commands are boxed."""
    if deny is None or deny.boxed is None or rule.enforced_for is not deny.enforced_for:
        return rule
    return replace(rule, enforced_for=deny.boxed)


def _container(fix: Fix, record: AgentRecord) -> AgentRecord:
    said = (Evidence(note=f"a container with nothing but the workspace, by fix {fix.id}"),)
    boxed = ("shell", "file-tool", "mcp", "hooks", "fetch")
    return replace(
        record,
        read=replace(
            record.read,
            base=ReadBase.WORKSPACE,
            outside=OnOutside.DENY,
            roots=(record.workspace,),
            shell_base=ReadBase.WORKSPACE,
            shell_roots=(record.workspace,),
        ),
        sandbox=Sandbox("container", boxed, "confined", "confined", "blocked", evidence=said),
        network=NetworkReach(NetworkMode.NONE, tool_mode=NetworkMode.NONE, evidence=said),
        env=replace(record.env, shell=EnvMode.MINIMAL, mcp=EnvMode.MINIMAL, injected=(), dotenv=()),
        mcp=tuple(replace(server, sandboxed=True) for server in record.mcp),
    )


def _ask(fix: Fix, record: AgentRecord) -> AgentRecord:
    remedy = remedies.of(record.agent, record.surface).ask
    if remedy is None:
        return record
    said = (Evidence(remedy.file, note=f"by fix {fix.id}"),)
    verdicts = tuple(
        replace(one, verdict=Verdict.ASK, evidence=said)
        if one.verdict in {Verdict.ALLOW, Verdict.CLASSIFIED} and (remedy.readers or not _is_reader(one.command_class))
        else one
        for one in record.exec.verdicts
    )
    rules = tuple(rule for rule in record.exec.rules if rule.effect is not Verdict.ALLOW)
    asked = ExecReach(ExecMode.ASK, None, rules, verdicts, said)
    return replace(record, exec=asked, approval=Approval.ON_REQUEST, approval_removers=())


def _is_reader(command_class: CommandClass) -> bool:
    return command_class is CommandClass.READER


def _filter(fix: Fix, record: AgentRecord) -> AgentRecord:
    remedy = remedies.of(record.agent, record.surface).env
    boxed = record.sandbox.kind != "none" and "shell" in record.sandbox.covers
    if remedy is None or (remedy.needs_box and not boxed):
        return record
    env = record.env
    shell = EnvMode.FILTERED if env.shell is EnvMode.ALL else env.shell
    kept = tuple(name for name in env.kept if name not in fix.subject)
    return replace(record, env=replace(env, shell=shell, removed=(*env.removed, *fix.subject), kept=kept))


def _mcp(fix: Fix, record: AgentRecord) -> AgentRecord:
    servers = tuple(
        replace(server, auto_approved="no") if server.name in fix.subject else server for server in record.mcp
    )
    return replace(record, mcp=servers)


_ON_RECORD: dict[FixKind, Callable[[Fix, AgentRecord], AgentRecord]] = {
    FixKind.DENY_READ: _deny,
    FixKind.SANDBOX: _box,
    FixKind.APPROVAL: _ask,
    FixKind.ENV_FILTER: _filter,
    FixKind.MCP: _mcp,
}
