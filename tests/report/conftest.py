"""Made-up reports, down to the last field, and a stream that says it is a terminal."""

from __future__ import annotations

import io
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.model import (
    AgentRecord,
    Approval,
    Assessment,
    Backups,
    Band,
    Basis,
    CommandClass,
    CommandVerdict,
    Confidence,
    Credential,
    Cut,
    Effect,
    EnforcedFor,
    Environment,
    Evidence,
    ExecMode,
    ExecReach,
    Exposure,
    Fact,
    Factor,
    FileRule,
    Finding,
    Fix,
    FixKind,
    Grant,
    Lifetime,
    LifetimeKind,
    Location,
    McpServer,
    Means,
    Power,
    Reach,
    Report,
    Scope,
    Score,
    Secret,
    Sighting,
    Skip,
    State,
    Step,
    Transcript,
    Use,
    Verdict,
)
from auditor.model.agent import Logging, ReadReach

PLAINTEXT = "acme_" + "k7Qp2Lw9Zx4Rt6Vb1Nm8"
_BANDS = {Band.CRITICAL: 95, Band.HIGH: 78, Band.MEDIUM: 55, Band.LOW: 20, Band.INFO: 4}


def location(path: str = "scripts/domains.sh", line: int = 14, **given: Any) -> Location:
    return Location(path, line, 8, 33, **given)


def evidence(**given: Any) -> Evidence:
    return Evidence(
        **{"file": ".cursor/permissions.json", "key": "terminalAllowlist", "value": "curl", "line": 3, **given}
    )


def reach(**given: Any) -> Reach:
    base: dict[str, Any] = {
        "agent": "cursor",
        "surface": "ide",
        "location": location(),
        "means": Means.DIRECT,
        "use": Use.FREE,
        "route": "file tool",
        "barrier": "nothing: the file tool reads the whole disk without asking",
        "unattended": True,
        "evidence": (evidence(),),
        "network": "nothing stops a command from reaching api.acme.example",
    }
    return Reach(**{**base, **given})


def fix(number: int = 1, **given: Any) -> Fix:
    base: dict[str, Any] = {
        "id": f"FX-{number:08x}",
        "title": "Cursor: ask before commands run",
        "kind": FixKind.APPROVAL,
        "cuts": ("AX-00000001",),
        "cost": 2,
        "edit": 'In ~/.cursor/permissions.json, set "terminalAllowlist": [].',
        "agent": "cursor",
        "surface": "ide",
    }
    return Fix(**{**base, **given})


def own_fix(number: int = 9, **given: Any) -> Fix:
    base = {"title": "Revoke the Acme token", "kind": FixKind.REVOKE, "cost": 4, "edit": "acme.example/tokens"}
    return fix(number, **{**base, "agent": "", "surface": "", **given})


def credential(**given: Any) -> Credential:
    secret = given.pop("secret", Secret(PLAINTEXT))
    base: dict[str, Any] = {
        "rule": "acme-token",
        "provider": "acme",
        "title": "Acme account token",
        "secret": secret,
        "fingerprint": secret.fingerprint(b"tests", "acme"),
        "preview": secret.preview("acme_"),
        "confidence": Confidence.HIGH,
        "sightings": (Sighting(location(), "", "ACME_TOKEN"),),
    }
    return Credential(**{**base, **given})


def finding(number: int = 1, band: Band = Band.CRITICAL, **given: Any) -> Finding:
    held = given.pop("credential", None) or credential(**given.pop("about", {}))
    reaches = given.pop("reaches", (reach(location=held.location),))
    lifetime = Lifetime(
        LifetimeKind.LONG_LIVED,
        first_seen=datetime(2025, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        first_commit="3fa9c1e" + "0" * 33,
        age_days=412,
        basis=Basis.RULE,
        facts=(Fact("kind", "tokens of this kind never expire", Basis.RULE),),
    )
    scope = Scope(
        tuple(Grant(power, "every project of the account", Basis.RULE) for power in (Power.READ, Power.DESTROY)),
        identity="ops@acme.example",
        backups=Backups.INSIDE,
        environment=Environment.PRODUCTION,
        basis=Basis.RULE,
        facts=(Fact("powers", "the default of its kind", Basis.RULE),),
    )
    base: dict[str, Any] = {
        "id": f"AX-{number:08x}",
        "exposure": Exposure(
            Assessment(
                held, given.pop("lifetime", lifetime), given.pop("scope", scope), given.pop("state", State.UNKNOWN)
            ),
            reaches,
        ),
        "score": Score(_BANDS[band], band, "AEX:1/R:D/U:F/P:D+B/L:N/V:U/E:P", (Factor("R", "D", 1.0, "It reads it."),)),
        "path": chain(held) if reaches else (),
        "fixes": ("FX-00000001", "FX-00000009"),
        "taxonomy": ("owasp-asi/ASI03", "external/cwe/cwe-798", "external/cwe/cwe-522"),
        "worst": reaches[0] if reaches else None,
        "effects": (Effect("FX-00000001", 55, Band.MEDIUM), Effect("FX-00000009", 19, Band.LOW)),
    }
    return Finding(**{**base, **given})


def chain(held: Credential) -> tuple[Step, ...]:
    place = held.location
    return (
        Step("agent", "cursor (ide) runs commands without asking anybody"),
        Step("permission", "by file tool", ".cursor/permissions.json", 3),
        Step("sighting", f"{place.path}:{place.line} holds it", place.path, place.line),
        Step("credential", held.title),
        Step("identity", "acme: its holder acts as ops@acme.example"),
        Step("power", "it may read and destroy"),
        Step("asset", "every project of the account, its backups included"),
    )


def record(**given: Any) -> AgentRecord:
    base: dict[str, Any] = {
        "agent": "cursor",
        "name": "Cursor",
        "surface": "ide",
        "workspace": "/repo",
        "read": ReadReach(
            rules=(
                FileRule(Verdict.DENY, ".env", "/repo/.env", EnforcedFor.TOOL, evidence(key="ignore", value=".env")),
            ),
            evidence=(evidence(file="", note="built in: the workspace is read unasked"),),
        ),
        "exec": ExecReach(
            ExecMode.FREE,
            verdicts=(CommandVerdict(CommandClass.NETWORK, Verdict.ALLOW, "curl https://x.example", (evidence(),)),),
            evidence=(evidence(),),
        ),
        "approval": Approval.NEVER,
        "approval_removers": (evidence(), evidence(line=4)),
        "mcp": (McpServer("files", "stdio", "npx files", evidence(file=".mcp.json"), abilities=("read-files",)),),
        "logging": Logging((Transcript("~/.cursor/chats", 30), Transcript("~/.cursor/logs"))),
        "evidence": (evidence(),),
        "notes": ("the run mode is not in a file",),
    }
    return AgentRecord(**{**base, **given})


def report(*findings: Finding, **given: Any) -> Report:
    base: dict[str, Any] = {
        "root": ".",
        "complete": True,
        "findings": findings,
        "agents": (record(),),
        "fixes": (fix(), own_fix()),
        "skipped": (),
        "files": 1204,
        "bytes": 7_654_321,
        "seconds": 0.4,
        "key_id": "0a1b2c3d",
    }
    return Report(**{**base, **given})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    return SimpleNamespace(
        chain=chain,
        credential=credential,
        cut=Cut,
        effect=Effect,
        evidence=evidence,
        finding=finding,
        fix=fix,
        location=location,
        own_fix=own_fix,
        plaintext=PLAINTEXT,
        reach=reach,
        record=record,
        report=report,
        sighting=Sighting,
        skip=Skip,
        terminal=Terminal,
    )
