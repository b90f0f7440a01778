"""SARIF 2.1.0 as code hosts read it (OASIS SARIF 2.1.0; GitHub "SARIF support for code scanning").

One run a file; paths are relative and percent-encoded; the kill chain is a code flow. Suppressed findings and places
outside the scanned tree are left out: hosts cannot show them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO
from urllib.parse import quote

from auditor import __version__
from auditor.model.exposure import Finding, Means, Report, Step
from auditor.model.lazy import lazy_pattern
from auditor.model.place import Location, Origin, Sighting
from auditor.report import changes, sarif_rules, words
from auditor.report.line_hash import LineHashes
from auditor.report.plain import printable, safe
from auditor.report.sarif_rules import Document

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Hosts show this many results and drop the rest without order; we keep the worst and say how many are left out.
_MOST_RESULTS = 5000
_MOST_RELATED = 20
_MOST_NOTES = 1000
_SHOWN = {Origin.FILE, Origin.INDEX, Origin.AGENT_CONFIG, Origin.TRANSCRIPT, Origin.HISTORY, Origin.ARCHIVE}
_PLAIN_PATH = lazy_pattern(r"[A-Za-z0-9_./-]+")
_CWE = lazy_pattern(r"external/cwe/cwe-(\d+)")
_ELSEWHERE = lazy_pattern(r"^(?:~|/|\.\./|[A-Za-z]:/)")


def render(report: Report, *, category: str = "repo", **_options: Any) -> str:
    """Return the report as SARIF text; the same report and tree give the same bytes.

    ``category`` tells several uploads for one commit apart.
    """
    return json.dumps(document(report, category), ensure_ascii=False) + "\n"


def show(report: Report, stream: TextIO, **options: Any) -> None:
    """Write the report to ``stream``."""
    stream.write(render(report, **options))


def document(report: Report, category: str = "repo") -> Document:
    """The SARIF log as JSON-ready data."""
    told = [found for found in report.findings if not found.suppressed]
    placed = [found for found in told if _places(found)]
    kept = placed[:_MOST_RESULTS]
    results = _Results(report)
    log: Document = safe(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": _driver()},
                    "taxonomies": [sarif_rules.taxonomy()],
                    "automationDetails": {"id": f"agent-audit/{category}/"},
                    "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the folder that was scanned"}}},
                    "columnKind": "unicodeCodePoints",
                    "redactionTokens": ["[REDACTED]"],
                    "invocations": [_invocation(report, len(placed) - len(kept), len(told) - len(placed))],
                    "results": [results.of(found) for found in kept],
                }
            ],
        }
    )
    return log


def _driver() -> Document:
    return {
        "name": "agent-audit",
        "semanticVersion": __version__,
        "informationUri": sarif_rules.HELP,
        "supportedTaxonomies": [{"name": sarif_rules.TAXONOMY, "index": 0}],
        "rules": sarif_rules.rules(),
    }


class _Results:
    """Findings as results; each file is hashed once."""

    def __init__(self, report: Report) -> None:
        self._hashes = LineHashes()
        self._names = words.names(report.agents)
        self._fixes = changes.by_id(report)
        self._cut = report.cut.fixes if report.cut else ()

    def of(self, found: Finding) -> Document:
        """One finding; its first place in the tree is where the alert stands."""
        places = _places(found)
        first, others = places[0], places[1 : _MOST_RELATED + 1]
        rule, index = sarif_rules.rule_of(found)
        result: Document = {
            "ruleId": rule,
            "ruleIndex": index,
            "level": sarif_rules.LEVELS[found.score.band],
            "rank": float(found.score.value),
            "message": {"text": self._message(found, others, len(places) - 1)},
            "locations": [{"physicalLocation": _physical(first.location)}],
            "partialFingerprints": self._fingerprints(found, first),
            "taxa": [sarif_rules.taxon(number) for number in _cwes(found)],
            "properties": {
                "tags": list(found.taxonomy),
                "vector": found.score.vector,
                "confidence": found.exposure.assessment.credential.confidence.word,
            },
        }
        if others:
            result["relatedLocations"] = [
                {"id": number, "physicalLocation": _physical(one.location), "message": {"text": "It stands here too."}}
                for number, one in enumerate(others, start=1)
            ]
        if found.path:
            steps = [_flow_step(step, number, first) for number, step in enumerate(found.path, start=1)]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        return result

    def _fingerprints(self, found: Finding, first: Sighting) -> Mapping[str, str]:
        own = {"agentAuditFingerprint/v1": found.exposure.assessment.credential.fingerprint}
        line = self._hashes.of(first.real, first.location.line)
        return {"primaryLocationLineHash": line, **own} if line else own

    def _message(self, found: Finding, others: Sequence[Sighting], number: int) -> str:
        told = [_first_sentence(found, self._names), printable(words.reach_sentence(found, self._names)) + "."]
        if others:
            links = [f"[{_link_text(words.place(one.location))}]({place})" for place, one in enumerate(others, start=1)]
            more = f" and {number - len(others)} more" if number > len(others) else ""
            told.append(f"It also stands in {', '.join(links)}{more}.")
        first = changes.changes_for(found, self._fixes, self._cut)[:1]
        told += [f"Fix: {printable(change.fix.title)}." for change in first]
        return " ".join(told)


def _first_sentence(found: Finding, known: words.Names) -> str:
    """What it is, who gets at it, the worst it can do, and the score: all that is shown where space is short."""
    assessment, worst = found.exposure.assessment, found.worst
    who = words.name_of(worst, known) if worst and worst.means > Means.NONE else "no agent now"
    worst_power = words.worst_power(assessment.scope)
    over = assessment.scope.resources[0] if assessment.scope.resources and worst_power else ""
    can = f", can {worst_power} {over}".rstrip() if worst_power else ""
    text = f"{assessment.credential.title} within reach of {who}{can} (exposure {found.score.value})"
    return printable(text.replace(". ", ", ")) + "."


def _places(found: Finding) -> list[Sighting]:
    """The sightings a host can show: inside the scanned tree."""
    sightings = found.exposure.assessment.credential.sightings
    return [one for one in sightings if one.location.origin in _SHOWN and _inside(one.location.path)]


def _inside(path: str) -> bool:
    return bool(path) and not _ELSEWHERE.match(path)


def _cwes(found: Finding) -> Iterator[str]:
    for tag in found.taxonomy:
        number = _CWE.fullmatch(tag)
        if number and number[1] in sarif_rules.CWES:
            yield number[1]


def _link_text(text: str) -> str:
    """Text inside an embedded link, its own brackets escaped (SARIF 3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", text)


def _physical(place: Location) -> Document:
    line, column = max(place.line, 1), max(place.column, 1)
    return {
        "artifactLocation": {"uri": _uri(place.path), "uriBaseId": "%SRCROOT%"},
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": line,
            "endColumn": max(place.end_column, column + 1),
        },
    }


def _uri(path: str) -> str:
    if _PLAIN_PATH.fullmatch(path):
        return path
    return quote(path.replace("\\", "/").encode("utf-8", "surrogateescape"), safe="/")


def _flow_step(step: Step, number: int, anchor: Sighting) -> Document:
    """A step with a file of the tree stands there; the others are anchored on the secret's line, and say so."""
    inside = _inside(step.file)
    place = anchor.location if step.kind == "sighting" or not inside else Location(step.file, step.line or 1, 1, 2)
    location: Document = {
        "physicalLocation": _physical(place),
        "message": {"text": f"{number}. {step.kind}{'' if inside else ', not a file here'}: {printable(step.says)}"},
    }
    if not inside:
        location["logicalLocations"] = [{"fullyQualifiedName": printable(step.says)[:200], "kind": "resource"}]
    importance = "essential" if step.kind == "sighting" else "important"
    return {"executionOrder": number, "importance": importance, "location": location}


def _invocation(report: Report, dropped: int, elsewhere: int) -> Document:
    notes = [f"{printable(skip.what)} was not read: {printable(skip.why)}" for skip in report.skipped]
    if len(notes) > _MOST_NOTES:
        notes = [*notes[:_MOST_NOTES], f"{len(notes) - _MOST_NOTES} more places were not read"]
    if dropped:
        notes.append(
            f"{words.count(dropped, 'finding')} of lower exposure left out: hosts show {_MOST_RESULTS} at most"
        )
    if elsewhere:
        notes.append(f"{words.count(elsewhere, 'finding')} outside the scanned tree left out; the JSON report has all")
    return {
        "executionSuccessful": report.complete,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": note}} for note in notes],
    }
