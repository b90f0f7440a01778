"""The report as plain data: JSON schema 1. Names may grow, never change meaning.

The published schema is ``report.schema.json`` beside this file; every object in it is closed. Every text that leaves
here is printable: file names and settings are data, whatever their owner put into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from auditor import __version__
from auditor.model.agent import AgentRecord, Evidence, McpServer, Verdict
from auditor.model.credential import Fact, Lifetime, Scope
from auditor.model.exposure import Band, Cut, Effect, Finding, Fix, Reach, Report, Step
from auditor.model.place import Sighting
from auditor.report.plain import safe

SCHEMA_VERSION = 1
Document = dict[str, Any]


def report(value: Report) -> Document:
    """The whole report as JSON-ready data, keys in reading order."""
    around = closing(value)
    found = {"findings": [finding(one) for one in value.findings]}
    last = {name: around.pop(name) for name in ("fixes", "cut", "skipped")}
    return {**around, **found, **last}


def closing(value: Report) -> Document:
    """The report without its findings."""
    document: Document = safe(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "agent-audit", "version": __version__, "key_id": value.key_id},
            "root": value.root,
            "complete": value.complete,
            "summary": summary(value),
            "agents": [_agent(record) for record in value.agents],
            "fixes": [_fix(one) for one in value.fixes],
            "cut": _cut(value.cut) if value.cut else None,
            "skipped": [{"what": skip.what, "why": skip.why} for skip in value.skipped],
        }
    )
    return document


def summary(value: Report) -> Document:
    """Counts: credentials by band, agents, files and bytes read.

    Wall time is left out, so that two runs give the same bytes.
    """
    bands = [found.score.band for found in value.findings]
    return {
        "credentials": len(value.findings),
        "by_band": {band.word: bands.count(band) for band in sorted(Band, reverse=True)},
        "agents": len({record.agent for record in value.agents if not record.assumed}),
        "files": value.files,
        "bytes": value.bytes,
        "skipped": len(value.skipped),
        "seconds": None,
    }


def agent(record: AgentRecord) -> Document:
    """One agent's effective permissions."""
    document: Document = safe(_agent(record))
    return document


def finding(found: Finding) -> Document:
    """One finding."""
    document: Document = safe(_finding(found))
    return document


def _agent(record: AgentRecord) -> Document:
    return {
        "id": record.agent,
        "name": record.name,
        "surface": record.surface,
        "assumed": record.assumed,
        "confidence": record.confidence,
        "evidence": _evidences(record.evidence),
        "sources": [
            {"path": s.path, "scope": s.scope, "honoured": s.honoured.value, "problem": s.problem}
            for s in record.sources
        ],
        "read": _read(record),
        "exec": record.exec.mode.value,
        "network": record.network.mode.value,
        "env": record.env.shell.value,
        "approval": record.approval.value,
        "sandbox": {
            "kind": record.sandbox.kind,
            "covers": list(record.sandbox.covers),
            "reads": record.sandbox.reads,
            "network": record.sandbox.network,
            "escape": record.sandbox.escape,
            "fail_open": record.sandbox.fail_open,
        },
        "reasoning": record.reasoning,
        "logging": {
            "transcripts": [{"path": t.path, "retention_days": t.retention_days} for t in record.logging.transcripts],
            "audit": record.logging.audit,
            "remote": record.logging.remote,
        },
        "mcp": [_server(server) for server in record.mcp],
        "notes": list(record.notes),
    }


def _read(record: AgentRecord) -> Document:
    return {
        "base": record.read.base.value,
        "outside": record.read.outside.value,
        "shell": record.read.shell_base.value,
        "denied": [
            {"pattern": rule.original, "binds": rule.enforced_for.value, "evidence": _evidence(rule.evidence)}
            for rule in record.read.rules
            if rule.effect is Verdict.DENY
        ],
    }


def _server(server: McpServer) -> Document:
    return {
        "name": server.name,
        "transport": server.transport,
        "abilities": list(server.abilities),
        "auto_approved": server.auto_approved,
        "literal_secret": server.literal_secret,
        "unpinned": server.unpinned,
        "evidence": _evidence(server.evidence),
    }


def _evidence(one: Evidence) -> Document:
    return {"file": one.file, "line": one.line or None, "key": one.key, "value": one.value, "says": one.sentence}


def _evidences(held: Sequence[Evidence]) -> list[Document]:
    return [_evidence(one) for one in held]


def _finding(found: Finding) -> Document:
    assessment = found.exposure.assessment
    credential = assessment.credential
    return {
        "id": found.id,
        "rule": credential.rule,
        "provider": credential.provider,
        "title": credential.title,
        "band": found.score.band.word,
        "score": found.score.value,
        "vector": found.score.vector,
        "factors": [
            {"factor": f.letter, "level": f.level, "weight": f.weight, "says": f.says} for f in found.score.factors
        ],
        "confidence": credential.confidence.word,
        "fingerprint": credential.fingerprint,
        "preview": credential.preview,
        "sightings": [_sighting(one) for one in credential.sightings],
        "lifetime": _lifetime(assessment.lifetime),
        "scope": _scope(assessment.scope),
        "state": assessment.state.value,
        "reach": [_reach(one, worst=one == found.worst) for one in found.exposure.reaches],
        "path": [_step(one) for one in found.path],
        "fixes": list(found.fixes),
        "effects": [_effect(one) for one in found.effects],
        "taxonomy": list(found.taxonomy),
        "suppressed": found.suppressed or None,
    }


def _sighting(one: Sighting) -> Document:
    place = one.location
    return {
        "origin": place.origin.value,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_column": place.end_column,
        "commit": place.commit or None,
        "tracked": one.tracked,
        "context": one.context,
    }


def _lifetime(value: Lifetime) -> Document:
    return {
        "kind": value.kind.value,
        "expires_at": moment(value.expires_at),
        "first_seen": moment(value.first_seen),
        "first_commit": value.first_commit,
        "age_days": value.age_days,
        "renewable": value.renewable,
        "basis": value.basis.value,
        "facts": _facts(value.facts),
    }


def _scope(value: Scope) -> Document:
    """What it can do: words, and beside them each grant with its basis."""
    return {
        "powers": [power.value for power in value.powers],
        "resources": list(value.resources),
        "identity": value.identity,
        "backups": value.backups.value,
        "backups_note": value.backups_note,
        "environment": value.environment.value,
        "basis": value.basis.value,
        "grants": [{"power": g.power.value, "resource": g.resource, "basis": g.basis.value} for g in value.grants],
        "facts": _facts(value.facts),
    }


def _facts(facts: Sequence[Fact]) -> list[Document]:
    return [{"field": fact.field, "says": fact.says, "basis": fact.basis.value} for fact in facts]


def _reach(one: Reach, *, worst: bool) -> Document:
    return {
        "agent": one.agent,
        "surface": one.surface,
        "path": one.location.path,
        "line": one.location.line,
        "means": one.means.word,
        "use": one.use.word,
        "route": one.route,
        "barrier": one.barrier,
        "unattended": one.unattended,
        "network": one.network,
        "worst": worst,
        "evidence": _evidences(one.evidence),
    }


def _step(one: Step) -> Document:
    return {"kind": one.kind, "says": one.says, "file": one.file, "line": one.line or None}


def _effect(one: Effect) -> Document:
    return {"fix": one.fix, "score": one.score, "band": None if one.band is None else one.band.word}


def _fix(one: Fix) -> Document:
    return {
        "id": one.id,
        "title": one.title,
        "kind": one.kind.value,
        "cuts": list(one.cuts),
        "cost": one.cost,
        "edit": one.edit,
        "agent": one.agent or None,
        "surface": one.surface or None,
    }


def _cut(value: Cut) -> Document:
    return {
        "below": value.below.word,
        "fixes": list(value.fixes),
        "cost": value.cost,
        "findings": list(value.findings),
        "left": list(value.left),
        "exact": value.exact,
    }


def moment(value: datetime | None) -> str | None:
    """ISO 8601 in UTC to the second, None for none."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None
