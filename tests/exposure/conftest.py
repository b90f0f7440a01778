"""Made-up assessments, reaches and agent records, and the project's own scoring rules."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.exposure.scoring import Scoring, load
from auditor.model import (
    AgentRecord,
    Assessment,
    Backups,
    Basis,
    Confidence,
    Credential,
    Environment,
    Evidence,
    Fact,
    Grant,
    Lifetime,
    LifetimeKind,
    Location,
    Means,
    Origin,
    Power,
    Reach,
    Scope,
    Secret,
    Sighting,
    State,
    Use,
)
from auditor.rulebook.schema import Provider, Remediation

ROOT = Path(__file__).parents[2]
EXPIRY = datetime(2027, 6, 1, tzinfo=timezone.utc)


def location(path: str = "scripts/domains.sh", line: int = 14, origin: Origin = Origin.FILE) -> Location:
    return Location(path, line, 8, 44, origin)


def real(path: str) -> str:
    return f"/home/u/{path[2:]}" if path.startswith("~/") else f"/repo/{path}"


def credential(number: int = 0, **given: Any) -> Credential:
    secret = Secret(f"acme_{number:030d}")
    places = given.pop("places", (location(),))
    tracked = given.pop("tracked", None)
    base: dict[str, Any] = {
        "rule": "acme-token",
        "provider": "acme",
        "title": "Acme account token",
        "secret": secret,
        "fingerprint": secret.fingerprint(b"tests", "acme"),
        "preview": "[REDACTED len=35]",
        "confidence": Confidence.HIGH,
        "sightings": tuple(Sighting(one, real(one.path), "ACME_TOKEN", tracked) for one in places),
    }
    return Credential(**{**base, **given})


def assessment(*powers: Power, number: int = 0, **given: Any) -> Assessment:
    kind = given.pop("kind", LifetimeKind.LONG_LIVED)
    facts = tuple(Fact(field, "made up", Basis.RULE) for field in given.pop("notes", ()))
    scope = Scope(
        grants=tuple(Grant(power, "the whole account", Basis.RULE) for power in powers),
        identity=given.pop("identity", "ops@acme.example"),
        backups=given.pop("backups", Backups.OUTSIDE),
        backups_note=given.pop("backups_note", ""),
        environment=given.pop("environment", Environment.UNKNOWN),
        facts=facts,
    )
    lifetime = Lifetime(kind, expires_at=given.pop("expires_at", None), renewable=given.pop("renewable", False))
    state = given.pop("state", State.UNKNOWN)
    return Assessment(given.pop("credential", None) or credential(number, **given), lifetime, scope, state)


def reach(means: Means = Means.DIRECT, use: Use = Use.FREE, agent: str = "cursor", **given: Any) -> Reach:
    base: dict[str, Any] = {
        "surface": "ide",
        "location": location(),
        "route": "file tool" if means is Means.DIRECT else "cat in the shell",
        "barrier": "nothing stops a command such as `cat` from reading this file",
        "unattended": means > Means.WITH_APPROVAL,
        "evidence": (Evidence(".cursor/permissions.json", "terminalAllowlist", "*", 3),),
        "network": "nothing stops a command from reaching api.acme.example",
    }
    return Reach(agent=agent, means=means, use=use, **{**base, **given})


def record(agent: str = "cursor", **given: Any) -> AgentRecord:
    return AgentRecord(**{"agent": agent, "name": agent.title(), "surface": "ide", "workspace": "/repo", **given})


def provider(**given: Any) -> Provider:
    base: dict[str, Any] = {
        "id": "acme",
        "name": "Acme",
        "category": "infra",
        "homepage": "https://acme.example",
        "hosts": ("api.acme.example",),
        "detectors": (),
        "scopes": (),
        "backups": Backups.INSIDE,
        "backups_note": "",
        "remediation": Remediation(
            "acme.example/tokens, delete the token.", "Make the new one first.", ("a token for one project",)
        ),
        "references": (),
    }
    return Provider(**{**base, **given})


@pytest.fixture(scope="session")
def scoring() -> Scoring:
    return load(ROOT / "rules" / "scoring.yaml")


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    return SimpleNamespace(
        location=location,
        credential=credential,
        assessment=assessment,
        reach=reach,
        record=record,
        provider=provider,
        expiry=EXPIRY,
        root=ROOT,
    )
