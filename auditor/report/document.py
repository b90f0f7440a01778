"""The report as plain data: JSON schema 1. Names may grow, never change meaning.

The published schema is ``report.schema.json`` beside this file; every object in it is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from auditor import __version__
from auditor.model.agent import AgentRecord, Evidence, McpServer
from auditor.model.credential import Fact, Lifetime, Scope
from auditor.model.exposure import Band, Finding, Fix, Reach, Report, Step
from auditor.model.place import Sighting
from auditor.report.plain import printable

SCHEMA_VERSION = 1
Document = dict[str, Any]


def report(value: Report) -> Document:
    """The whole report as JSON-ready data, keys in reading order."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "agent-audit", "version": __version__, "key_id": value.key_id},
        "root": printable(value.root),
        "complete": value.complete,
        "summary": summary(value),
        "agents": [agent(record) for record in value.agents],
        "findings": [finding(found) for found in value.findings],
        "fixes": [fix(one) for one in value.fixes],
        "skipped": [{"what": printable(skip.what), "why": printable(skip.why)} for skip in value.skipped],
    }


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
    return {
        "id": record.agent,
        "name": record.name,
        "surface": record.surface,
        "assumed": record.assumed,
        "confidence": record.confidence,
        "evidence": [evidence(one) for one in record.evidence],
        "sources": [
            {"path": printable(s.path), "scope": s.scope, "honoured": s.honoured.value, "problem": printable(s.problem)}
            for s in record.sources
        ],
        "read": {
            "base": record.read.base.value,
            "outside": record.read.outside.value,
            "shell": record.read.shell_base.value,
            "denied": [
                {
                    "pattern": printable(rule.original),
                    "binds": rule.enforced_for.value,
                    "evidence": evidence(rule.evidence),
                }
                for rule in record.read.rules
                if rule.effect.value == "deny"
            ],
        },
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
            "transcripts": [
                {"path": printable(t.path), "retention_days": t.retention_days} for t in record.logging.transcripts
            ],
            "audit": record.logging.audit,
            "remote": record.logging.remote,
        },
        "mcp": [_server(server) for server in record.mcp],
        "notes": [printable(note) for note in record.notes],
    }


def _server(server: McpServer) -> Document:
    return {
        "name": printable(server.name),
        "transport": server.transport,
        "abilities": list(server.abilities),
        "auto_approved": server.auto_approved,
        "literal_secret": server.literal_secret,
        "unpinned": server.unpinned,
        "evidence": evidence(server.evidence),
    }


def evidence(one: Evidence) -> Document:
    """Why something holds: file, line, key and the sentence."""
    return {
        "file": printable(one.file),
        "line": one.line or None,
        "key": printable(one.key),
        "value": printable(one.value),
        "says": printable(one.sentence),
    }


def finding(found: Finding) -> Document:
    """One finding."""
    assessment = found.exposure.assessment
    credential = assessment.credential
    return {
        "id": found.id,
        "rule": credential.rule,
        "provider": credential.provider,
        "title": printable(credential.title),
        "band": found.score.band.word,
        "score": found.score.value,
        "vector": found.score.vector,
        "factors": [
            {"factor": f.letter, "level": f.level, "weight": f.weight, "says": printable(f.says)}
            for f in found.score.factors
        ],
        "confidence": credential.confidence.word,
        "fingerprint": credential.fingerprint,
        "preview": printable(credential.preview),
        "sightings": [sighting(one) for one in credential.sightings],
        "lifetime": lifetime(assessment.lifetime),
        "scope": scope(assessment.scope),
        "state": assessment.state.value,
        "reach": [reach(one) for one in found.exposure.reaches],
        "path": [step(one) for one in found.path],
        "fixes": list(found.fixes),
        "taxonomy": list(found.taxonomy),
        "suppressed": found.suppressed or None,
    }


def sighting(one: Sighting) -> Document:
    """Where the credential stands."""
    place = one.location
    return {
        "origin": place.origin.value,
        "path": printable(place.path),
        "line": place.line,
        "column": place.column,
        "end_column": place.end_column,
        "commit": place.commit or None,
        "tracked": one.tracked,
        "context": printable(one.context),
    }


def lifetime(value: Lifetime) -> Document:
    """How long it lives, and how that is known."""
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


def scope(value: Scope) -> Document:
    """What it can do: words, and beside them each grant with its basis."""
    return {
        "powers": [power.value for power in value.powers],
        "resources": [printable(resource) for resource in value.resources],
        "identity": printable(value.identity),
        "backups": value.backups.value,
        "backups_note": printable(value.backups_note),
        "environment": value.environment.value,
        "basis": value.basis.value,
        "grants": [
            {"power": g.power.value, "resource": printable(g.resource), "basis": g.basis.value} for g in value.grants
        ],
        "facts": _facts(value.facts),
    }


def _facts(facts: Sequence[Fact]) -> list[Document]:
    return [{"field": fact.field, "says": printable(fact.says), "basis": fact.basis.value} for fact in facts]


def reach(one: Reach) -> Document:
    """How one agent gets at one sighting."""
    return {
        "agent": one.agent,
        "surface": one.surface,
        "path": printable(one.location.path),
        "line": one.location.line,
        "means": one.means.word,
        "use": one.use.word,
        "route": printable(one.route),
        "barrier": printable(one.barrier),
        "unattended": one.unattended,
        "network": printable(one.network),
        "evidence": [evidence(item) for item in one.evidence],
    }


def step(one: Step) -> Document:
    """One link of the kill chain."""
    return {"kind": one.kind, "says": printable(one.says), "file": printable(one.file), "line": one.line or None}


def fix(one: Fix) -> Document:
    """One change."""
    return {
        "id": one.id,
        "title": printable(one.title),
        "kind": one.kind.value,
        "cuts": list(one.cuts),
        "cost": one.cost,
        "edit": printable(one.edit),
    }


def moment(value: datetime | None) -> str | None:
    """ISO 8601 in UTC to the second, None for none."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None
