"""Checks that a finding shows, and the public lists they stand for."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.errors import RuleError
from auditor.exposure.taxonomy import CHECKS, Taxonomy, checks, load, read, tags
from auditor.model import Backups, Environment, LifetimeKind, Means, Origin, Power, State, Use
from auditor.rulebook.load import parse


@pytest.fixture(scope="module")
def taxonomy(make: SimpleNamespace) -> Taxonomy:
    return load(make.root / "rules" / "taxonomy.yaml")


def test_every_check_has_tags_of_lists_with_an_edition(taxonomy: Taxonomy) -> None:
    assert all(taxonomy.checks[check] for check in CHECKS)
    used = {tag.rpartition("/")[0] for held in taxonomy.checks.values() for tag in held}
    assert used == set(taxonomy.editions)


def test_the_incident_shows_what_it_is_known_for(make: SimpleNamespace, taxonomy: Taxonomy) -> None:
    found = make.assessment(*Power, backups=Backups.INSIDE)
    shown = checks(found, (make.reach(Means.VIA_SHELL),))
    assert set(shown) >= {"SECRET", "AGENT-READ", "AGENT-ACT", "DESTROY", "BACKUPS", "SCOPE", "TTL"}
    named = tags(shown, taxonomy)
    assert {"owasp-asi/ASI03", "owasp-nhi/NHI7-2025", "mitre-attack/T1485", "mitre-attack/T1490"} <= set(named)
    assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    ("given", "reach", "check"),
    [
        ({}, (Means.NONE, Use.NONE), None),
        ({}, (Means.VIA_MCP, Use.WITH_APPROVAL), "MCP"),
        ({"state": State.ACTIVE}, (Means.NONE, Use.NONE), "LIVE"),
        ({"origin": Origin.TRANSCRIPT}, (Means.NONE, Use.NONE), "LEAK-LOG"),
        ({"origin": Origin.AGENT_CONFIG}, (Means.NONE, Use.NONE), "AGENT-CONFIG"),
        ({"origin": Origin.ENVIRONMENT}, (Means.NONE, Use.NONE), "ENVIRONMENT"),
        ({"tracked": True}, (Means.NONE, Use.NONE), "IN-CODE"),
        ({"title": "SSH private key"}, (Means.NONE, Use.NONE), "KEY"),
    ],
)
def test_each_circumstance_shows_its_check(
    make: SimpleNamespace, given: dict[str, Any], reach: tuple[Means, Use], check: str | None
) -> None:
    given = dict(given)
    place = make.location("src/app.py", 3, given.pop("origin", Origin.FILE))
    made = make.credential(places=(place,), **{key: given.pop(key) for key in ("tracked", "title") if key in given})
    found = make.assessment(Power.READ, kind=LifetimeKind.EXPIRING, credential=made, **given)
    shown = set(checks(found, (make.reach(*reach),))) - {"SECRET", "AGENT-READ"}
    assert shown == ({check} if check and check != "AGENT-CONFIG" else {"MCP", "AGENT-CONFIG"} if check else set())


def test_age_reuse_and_mixed_environments_are_seen(make: SimpleNamespace) -> None:
    places = (make.location("tests/a.env"), make.location("deploy/b.env"))
    found = make.assessment(environment=Environment.PRODUCTION, credential=make.credential(places=places))
    found = replace(found, lifetime=replace(found.lifetime, age_days=400))
    assert {"STALE", "REUSE", "ENV-MIX"} <= set(checks(found, ()))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ({"checks": {"SECRET": ["made-up/1"]}}, "belongs to no list"),
        ({"checks": {"SECRETS": []}}, "unknown field 'SECRETS'"),
        ({"editions": ["x"]}, "editions must map"),
        ({"more": 1}, "unknown field 'more'"),
    ],
)
def test_a_taxonomy_that_breaks_its_contract_does_not_load(
    make: SimpleNamespace, spoil: dict[str, Any], says: str
) -> None:
    data = {**copy.deepcopy(parse(make.root / "rules" / "taxonomy.yaml")), **spoil}
    with pytest.raises(RuleError, match=says):
        read(data, "taxonomy.yaml")
