"""Made-up matches, credentials, detectors and providers."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.enrich.join import join
from auditor.model import Backups, Confidence, Credential, Location, Match, Part, Power, Secret
from auditor.rulebook.schema import Detector, Form, LifetimeClass, LifetimeRule, Provider, Remediation

KEY = b"a key for tests"


def detector(**given: Any) -> Detector:
    base: dict[str, Any] = {
        "id": "acme-token",
        "provider": "acme",
        "title": "Acme token",
        "form": Form.TOKEN,
        "regex": "acme_[a-z]{20}",
        "prefix": "acme_",
        "confidence": Confidence.HIGH,
        "lifetime": LifetimeRule(LifetimeClass.NEVER),
        "powers": (Power.READ, Power.WRITE),
        "over": "the whole account",
    }
    return Detector(**{**base, **given})


def provider(**given: Any) -> Provider:
    base: dict[str, Any] = {
        "id": "acme",
        "name": "Acme",
        "category": "saas",
        "homepage": "https://acme.example",
        "hosts": ("api.acme.example",),
        "detectors": (),
        "scopes": (),
        "backups": Backups.INSIDE,
        "backups_note": "backups live with the volume",
        "remediation": Remediation("revoke it", "rotate it", ("a scoped token",)),
        "references": ("https://acme.example/docs",),
    }
    return Provider(**{**base, **given})


def match(secret: str = "acme_" + "q" * 30, path: str = "app/config.py", line: int = 1, **given: Any) -> Match:
    parts = tuple(Part(name, Secret(value)) for name, value in given.pop("public", {}).items())
    base: dict[str, Any] = {
        "rule": "acme-token",
        "provider": "acme",
        "secret": Secret(secret),
        "location": Location(path, line, 1, 1 + len(secret)),
        "confidence": Confidence.HIGH,
        "parts": parts,
    }
    return Match(**{**base, **given})


def credential(secret: str = "acme_" + "q" * 30, **given: Any) -> Credential:
    return join([match(secret, **given)], {}, KEY)[0]


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    return SimpleNamespace(detector=detector, provider=provider, match=match, credential=credential, key=KEY)


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
