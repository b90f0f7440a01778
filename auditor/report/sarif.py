"""SARIF 2.1.0 as code hosts read it (OASIS SARIF 2.1.0; GitHub "SARIF support for code scanning").

One run a file; a rule is a check and a band, because hosts take the severity from the rule; paths are relative; the
kill chain is a code flow. Suppressed findings and places outside the tree are left out: hosts cannot show them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TextIO
from urllib.parse import quote

from auditor import __version__
from auditor.model.exposure import Band, Finding, Report, Step
from auditor.model.place import Location, Origin, Sighting
from auditor.report.line_hash import LineHashes
from auditor.report.plain import printable

Document = dict[str, Any]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_HELP = "https://github.com/agent-audit/agent-audit#readme"
# Hosts show this many results and drop the rest without order; we keep the worst and say how many are left out.
_MOST_RESULTS = 5000
_MOST_TAGS = 10
_LEVELS = {
    Band.CRITICAL: "error",
    Band.HIGH: "error",
    Band.MEDIUM: "warning",
    Band.LOW: "note",
    Band.INFO: "note",
}
# Inside each published band, away from its edges (9.0 itself belongs to none).
_SEVERITIES = {Band.CRITICAL: "9.5", Band.HIGH: "8.0", Band.MEDIUM: "5.5", Band.LOW: "2.5", Band.INFO: "0.5"}
_SHOWN = {Origin.FILE, Origin.INDEX, Origin.AGENT_CONFIG, Origin.TRANSCRIPT, Origin.HISTORY, Origin.ARCHIVE}
_FULL = {
    "AA101": "A long-lived credential stands where coding agents can reach it.",
    "AA102": "A short-lived or expired credential stands where coding agents can reach it.",
}


def render(report: Report, **_options: Any) -> str:
    """Return the report as SARIF text; the same report gives the same bytes."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def show(report: Report, stream: TextIO, **options: Any) -> None:
    """Write the report to ``stream``."""
    stream.write(render(report, **options))


def document(report: Report) -> Document:
    """The SARIF log as JSON-ready data."""
    shown = [found for found in report.findings if not found.suppressed and _places(found)]
    kept = shown[:_MOST_RESULTS]
    rules = sorted({_rule_id(found) for found in kept})
    hashes = LineHashes()
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules, kept)},
                "taxonomies": [{"name": "CWE", "taxa": [{"id": "798", "name": "Use of Hard-coded Credentials"}]}],
                "automationDetails": {"id": "agent-audit/repo/"},
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the folder that was scanned"}}},
                "columnKind": "unicodeCodePoints",
                "redactionTokens": ["[REDACTED]"],
                "invocations": [_invocation(report, len(shown) - len(kept))],
                "results": [_result(found, rules, hashes) for found in kept],
            }
        ],
    }


def _driver(rules: Sequence[str], findings: Sequence[Finding]) -> Document:
    return {
        "name": "agent-audit",
        "semanticVersion": __version__,
        "informationUri": _HELP,
        "supportedTaxonomies": [{"name": "CWE", "index": 0}],
        "rules": [_rule(rule, findings) for rule in rules],
    }


def _check(found: Finding) -> str:
    from auditor.model.credential import LifetimeKind

    short = {LifetimeKind.EPHEMERAL, LifetimeKind.EXPIRED}
    return "AA102" if found.exposure.assessment.lifetime.kind in short else "AA101"


def _rule_id(found: Finding) -> str:
    return f"{_check(found)}/{found.score.band.word}"


def _rule(rule: str, findings: Sequence[Finding]) -> Document:
    check, band_word = rule.split("/")
    band = Band[band_word.upper()]
    tags = {tag for found in findings if _rule_id(found) == rule for tag in found.taxonomy}
    return {
        "id": rule,
        "name": "ReachableCredential" if check == "AA101" else "ReachableShortLivedCredential",
        "shortDescription": {"text": f"Credential within reach of agents ({band_word} exposure)"},
        "fullDescription": {"text": _FULL[check]},
        "help": {
            "text": "Revoke or narrow the credential, move it behind a secret manager, or take the agent's way to it.",
            "markdown": "Run `agent-audit scan .` for the kill chain, its evidence, and the cheapest cut.",
        },
        "helpUri": _HELP,
        "defaultConfiguration": {"level": _LEVELS[band]},
        "properties": {
            "tags": _tags(tags),
            "precision": "high",
            "security-severity": _SEVERITIES[band],
        },
        "relationships": [
            {"target": {"id": "798", "index": 0, "toolComponent": {"name": "CWE", "index": 0}}, "kinds": ["superset"]}
        ],
    }


def _tags(tags: set[str]) -> list[str]:
    own = ["security", "external/cwe/cwe-798"]
    rest = sorted(tag for tag in tags if not tag.startswith("CWE"))
    return [*own, *rest][:_MOST_TAGS]


def _result(found: Finding, rules: Sequence[str], hashes: LineHashes) -> Document:
    places = _places(found)
    first = places[0]
    rule = _rule_id(found)
    result: Document = {
        "ruleId": rule,
        "ruleIndex": list(rules).index(rule),
        "level": _LEVELS[found.score.band],
        "rank": float(found.score.value),
        "message": {"text": _message(found)},
        "locations": [{"physicalLocation": _physical(first.location)}],
        "partialFingerprints": {
            "primaryLocationLineHash": hashes.of(first.real, first.location.line),
            "agentAuditFingerprint/v1": found.exposure.assessment.credential.fingerprint,
        },
    }
    if len(places) > 1:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(place.location), "message": {"text": "also stands here"}}
            for number, place in enumerate(places[1:], start=1)
        ]
    if found.path:
        steps = [_flow_step(step, number, first) for number, step in enumerate(found.path, start=1)]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _places(found: Finding) -> list[Sighting]:
    """The sightings a host can show: inside the scanned tree."""
    sightings = found.exposure.assessment.credential.sightings
    return [s for s in sightings if s.location.origin in _SHOWN and not s.location.path.startswith(("~", "/", "../"))]


def _message(found: Finding) -> str:
    credential = found.exposure.assessment.credential
    powers = ", ".join(power.value for power in found.exposure.assessment.scope.powers) or "unknown powers"
    reach = found.exposure.reaches[0] if found.exposure.reaches else None
    how = f" {printable(reach.barrier)}." if reach else ""
    return f"{printable(credential.title)} ({powers}) within reach of agents, exposure {found.score.value}.{how}"


def _physical(place: Location) -> Document:
    return {
        "artifactLocation": {"uri": _uri(place.path), "uriBaseId": "%SRCROOT%"},
        "region": {
            "startLine": max(place.line, 1),
            "startColumn": max(place.column, 1),
            "endLine": max(place.line, 1),
            "endColumn": max(place.end_column, 1),
        },
    }


def _uri(path: str) -> str:
    return quote(path.replace("\\", "/").encode("utf-8", "surrogateescape"), safe="/")


def _flow_step(step: Step, number: int, anchor: Sighting) -> Document:
    """A step with a file of the tree stands there; the others are anchored on the secret's line."""
    inside = bool(step.file) and not step.file.startswith(("~", "/", "../"))
    place = Location(step.file, step.line or 1, 1, 1) if inside else anchor.location
    location: Document = {
        "physicalLocation": _physical(place),
        "message": {"text": f"{number}. {printable(step.says)}"},
    }
    if not inside:
        location["logicalLocations"] = [{"fullyQualifiedName": printable(step.says)[:200], "kind": "resource"}]
    importance = "essential" if step.kind in {"sighting", "permission"} else "important"
    return {"executionOrder": number, "importance": importance, "location": location}


def _invocation(report: Report, dropped: int) -> Document:
    notes = [f"{printable(skip.what)} was not read: {printable(skip.why)}" for skip in report.skipped]
    if dropped:
        notes.append(f"{dropped} findings of lower exposure are left out: hosts show {_MOST_RESULTS} at most")
    return {
        "executionSuccessful": report.complete,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": note}} for note in notes[:1000]],
    }
