"""Providers as plain data and back: what the cache keeps, so that a later run neither checks nor parses the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.model.credential import Backups, Confidence, Environment, Power
from auditor.rulebook.schema import (
    Detector,
    Example,
    Form,
    LifetimeClass,
    LifetimeRule,
    Provider,
    Remediation,
    ScopeRule,
)


def to_plain(provider: Provider) -> dict[str, Any]:
    """Return ``provider`` as mappings, lists, texts and numbers that JSON can hold."""
    from dataclasses import asdict

    return asdict(provider)


def from_plain(data: Mapping[str, Any]) -> Provider:
    """Return the provider that ``to_plain`` gave, after a way through JSON."""
    said = _tuples(data)
    said["detectors"] = tuple(_detector(item) for item in data["detectors"])
    said["scopes"] = tuple(ScopeRule(item["match"], _powers(item), item["over"]) for item in data["scopes"])
    said["backups"] = Backups(data["backups"])
    said["remediation"] = Remediation(**_tuples(data["remediation"]))
    return Provider(**said)


def _detector(data: Mapping[str, Any]) -> Detector:
    said = _tuples(data)
    lifetime = data["lifetime"]
    said["form"] = Form(data["form"])
    said["confidence"] = Confidence(data["confidence"])
    said["environment"] = Environment(data["environment"])
    said["lifetime"] = LifetimeRule(LifetimeClass(lifetime["kind"]), lifetime["days"], lifetime["note"])
    said["powers"] = _powers(data)
    said["examples"] = tuple(Example(**item) for item in data["examples"])
    return Detector(**said)


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _powers(data: Mapping[str, Any]) -> tuple[Power, ...]:
    return tuple(map(Power, data["powers"]))
