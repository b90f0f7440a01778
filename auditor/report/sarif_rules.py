"""The rules of the SARIF report: the same ten in every run, because hosts compare rules between uploads.

A rule is a check and a band: hosts take the severity from the rule, and a risk that changed is another alert. Limits
and fields are those of GitHub, "SARIF support for code scanning".
"""

from __future__ import annotations

from typing import Any, Final

from auditor.model.credential import LifetimeKind, State
from auditor.model.exposure import Band, Finding
from auditor.model.frozen import frozen

Document = dict[str, Any]

HELP: Final = "https://github.com/agent-audit/agent-audit#readme"
LEVELS: Final = {
    Band.CRITICAL: "error",
    Band.HIGH: "error",
    Band.MEDIUM: "warning",
    Band.LOW: "note",
    Band.INFO: "note",
}
# Inside each published band, away from its edges (9.0 itself belongs to none).
_SEVERITIES = {Band.CRITICAL: "9.5", Band.HIGH: "8.0", Band.MEDIUM: "5.5", Band.LOW: "2.5", Band.INFO: "0.5"}
_MEANS = {
    Band.CRITICAL: "An agent can use it unasked, and what it opens can be lost for good.",
    Band.HIGH: "Little stands between an agent and harm that is hard to undo.",
    Band.MEDIUM: "One barrier is left, or the harm is bounded.",
    Band.LOW: "It opens little, or a barrier that no agent passes is left.",
    Band.INFO: "It opens nothing, or is made to be public.",
}
# CWE 4.14: every weakness that a finding may be tagged with.
CWES: Final = {
    "250": "Execution with Unnecessary Privileges",
    "260": "Password in Configuration File",
    "266": "Incorrect Privilege Assignment",
    "321": "Use of Hard-coded Cryptographic Key",
    "522": "Insufficiently Protected Credentials",
    "526": "Cleartext Storage of Sensitive Information in an Environment Variable",
    "532": "Insertion of Sensitive Information into Log File",
    "540": "Inclusion of Sensitive Information in Source Code",
    "552": "Files or Directories Accessible to External Parties",
    "613": "Insufficient Session Expiration",
    "798": "Use of Hard-coded Credentials",
}
TAXONOMY: Final = "CWE"


@frozen
class _Check:
    name: str
    short: str
    full: str
    steps: tuple[str, ...]
    tags: tuple[str, ...]


_STEPS = (
    "Follow the path shown with the alert: it begins at the agent and the setting that lets it, and ends at the asset.",
    "Make the change that the alert names. `agent-audit scan .` lists the cheapest changes over all findings.",
    "Replace the credential by one that may do less, or ends soon, and revoke the old one where it was made.",
    "Keep the new one in a secret manager or the system's keychain; a file holds a reference to it.",
)
_CHECKS = {
    "AA101": _Check(
        name="LongLivedCredentialWithinReach",
        short="Long-lived credential within reach of coding agents",
        full="A credential that does not end by itself stands where a coding agent can read it. Prose rules do not "
        "stop an agent that may run commands; what counts is what it can read, run and reach. The exposure score joins "
        "reach, unattended use, powers, lifetime and environment.",
        steps=_STEPS,
        tags=(
            "security",
            "external/cwe/cwe-798",
            "external/cwe/cwe-522",
            "owasp-asi/ASI03",
            "owasp-nhi/NHI2-2025",
            "owasp-nhi/NHI7-2025",
            "owasp-llm/LLM02-2026",
            "owasp-llm/LLM03-2026",
            "mitre-attack/T1552.001",
        ),
    ),
    "AA102": _Check(
        name="ShortLivedCredentialWithinReach",
        short="Short-lived, dead or public credential within reach of coding agents",
        full="A credential that ends within a day, has ended, no longer works or is made to be public stands where a "
        "coding agent can read it. It opens little by itself, and shows a place where the next one will stand.",
        steps=(
            "Find out what put it there: a login, a build step, a pasted answer.",
            "Delete it, and let the program that needs one ask for it when it runs.",
        ),
        tags=(
            "security",
            "external/cwe/cwe-522",
            "owasp-asi/ASI03",
            "owasp-nhi/NHI2-2025",
            "owasp-llm/LLM02-2026",
            "mitre-attack/T1552.001",
        ),
    ),
}
_SHORT_LIVED = frozenset({LifetimeKind.EPHEMERAL, LifetimeKind.EXPIRED})
_IDS = tuple(f"{check}/{band.word}" for check in _CHECKS for band in sorted(Band, reverse=True))


def rule_of(found: Finding) -> tuple[str, int]:
    """The id and index of the rule that a finding belongs to."""
    assessment = found.exposure.assessment
    ended = assessment.lifetime.kind in _SHORT_LIVED or assessment.state in {State.INACTIVE, State.PUBLIC}
    rule = f"{'AA102' if ended else 'AA101'}/{found.score.band.word}"
    return rule, _IDS.index(rule)


def rules() -> list[Document]:
    """All rules, in a fixed order."""
    return [_rule(*rule.split("/")) for rule in _IDS]


def taxonomy() -> Document:
    """The part of CWE that findings are tagged with."""
    taxa = [{"id": number, "name": name} for number, name in CWES.items()]
    return {"name": TAXONOMY, "version": "4.14", "organization": "MITRE", "isComprehensive": False, "taxa": taxa}


def taxon(number: str) -> Document:
    """A reference to one CWE of ``taxonomy``."""
    return {"id": number, "index": list(CWES).index(number), "toolComponent": {"name": TAXONOMY, "index": 0}}


def _rule(check_id: str, word: str) -> Document:
    check, band = _CHECKS[check_id], Band[word.upper()]
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(check.steps, start=1))
    prose = f"{check.full}\n\n{word.capitalize()} exposure: {_MEANS[band]}"
    return {
        "id": f"{check_id}/{word}",
        "name": f"{check.name}{word.capitalize()}",
        "shortDescription": {"text": f"{check.short} ({word} exposure)"},
        "fullDescription": {"text": f"{check.full} {_MEANS[band]}"},
        "help": {
            "text": f"{prose}\n\nWhat to do:\n{steps}".replace("`", ""),
            "markdown": f"{prose}\n\n**What to do**\n\n{steps}",
        },
        "helpUri": HELP,
        "defaultConfiguration": {"level": LEVELS[band]},
        "properties": {
            "tags": list(check.tags),
            "precision": "high",
            "security-severity": _SEVERITIES[band],
        },
        "relationships": [
            {"target": taxon(tag.removeprefix("external/cwe/cwe-")), "kinds": ["superset"]}
            for tag in check.tags
            if tag.startswith("external/cwe/")
        ],
    }
