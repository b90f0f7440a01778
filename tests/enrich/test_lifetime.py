"""Which statement on a credential's life wins, and what kind of life it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.enrich.decode.decoded import Decoded
from auditor.enrich.lifetime import infer, of_date
from auditor.model import Basis, LifetimeKind
from auditor.rulebook.schema import LifetimeClass, LifetimeRule

EPHEMERAL, EXPIRING, EXPIRED, LONG, UNKNOWN = (
    LifetimeKind.EPHEMERAL,
    LifetimeKind.EXPIRING,
    LifetimeKind.EXPIRED,
    LifetimeKind.LONG_LIVED,
    LifetimeKind.UNKNOWN,
)


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        (LifetimeClass.NEVER, 0, LONG),
        (LifetimeClass.NEVER_DEFAULT, 0, LONG),
        (LifetimeClass.IDLE, 365, LONG),
        (LifetimeClass.IDLE, 0, LONG),
        (LifetimeClass.IDLE, 0.02, EPHEMERAL),
        (LifetimeClass.DEFAULT, 365, LONG),
        (LifetimeClass.DEFAULT, 90, LONG),
        (LifetimeClass.DEFAULT, 30, EXPIRING),
        (LifetimeClass.DEFAULT, 0.33, EPHEMERAL),
        (LifetimeClass.DEFAULT, 0, UNKNOWN),
        (LifetimeClass.MAX, 366, LONG),
        (LifetimeClass.MAX, 90, EXPIRING),
        (LifetimeClass.MAX, 1, EPHEMERAL),
        (LifetimeClass.SHORT, 0, EPHEMERAL),
        (LifetimeClass.SESSION, 0, UNKNOWN),
        (LifetimeClass.SESSION, 14, EXPIRING),
        (LifetimeClass.EMBEDDED, 0, UNKNOWN),
        (LifetimeClass.UNKNOWN, 0, UNKNOWN),
    ],
)
def test_with_nothing_else_known_the_rule_decides(
    make: SimpleNamespace, now: datetime, kind: LifetimeClass, days: float, expected: LifetimeKind
) -> None:
    found = infer(make.credential(), make.detector(lifetime=LifetimeRule(kind, days)), now=now)
    assert (found.kind, found.basis, found.expires_at) == (expected, Basis.RULE, None)
    assert found.facts


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=-1), EXPIRED),
        (timedelta(0), EXPIRED),
        (timedelta(hours=8), EPHEMERAL),
        (timedelta(days=30), EXPIRING),
        (timedelta(days=90), EXPIRING),
        (timedelta(days=91), LONG),
    ],
)
def test_a_date_beside_it_beats_the_rule(
    make: SimpleNamespace, now: datetime, left: timedelta, expected: LifetimeKind
) -> None:
    credential = make.credential(sidecars=(("expires_at", (now + left).isoformat()),))
    found = infer(credential, make.detector(), now=now)
    assert (found.kind, found.basis) == (expected, Basis.SIDECAR)
    assert found.expires_at == now + left


def test_its_own_claim_beats_a_date_beside_it_and_both_are_told(make: SimpleNamespace, now: datetime) -> None:
    credential = make.credential(sidecars=(("expiry", (now - timedelta(days=9)).isoformat()),))
    claims = Decoded("made-up token", expires_at=now + timedelta(days=200))
    found = infer(credential, make.detector(), now=now, decoded=claims)
    assert (found.kind, found.basis) == (LONG, Basis.CLAIM)
    assert {fact.basis for fact in found.facts} == {Basis.CLAIM, Basis.SIDECAR, Basis.RULE}


def test_a_form_without_expiry_beats_a_date_beside_it(make: SimpleNamespace, now: datetime) -> None:
    credential = make.credential(sidecars=(("expires_at", (now - timedelta(days=9)).isoformat()),))
    claims = Decoded("made-up key", basis=Basis.FORMAT, never=True)
    found = infer(credential, make.detector(), now=now, decoded=claims)
    assert (found.kind, found.basis) == (LONG, Basis.FORMAT)


def test_a_brief_form_takes_its_date_from_beside_it(make: SimpleNamespace, now: datetime) -> None:
    credential = make.credential(sidecars=(("expiration", (now - timedelta(days=9)).isoformat()),))
    brief = Decoded("made-up session", basis=Basis.FORMAT, brief=True)
    assert infer(credential, make.detector(), now=now, decoded=brief).kind is EXPIRED
    assert infer(make.credential(), make.detector(), now=now, decoded=brief).kind is EPHEMERAL


def test_a_duration_with_no_base_gives_a_kind_but_no_date(make: SimpleNamespace, now: datetime) -> None:
    found = infer(make.credential(sidecars=(("expires_in", "3600"),)), make.detector(), now=now)
    assert (found.kind, found.expires_at) == (EPHEMERAL, None)
    assert "nothing tells" in found.facts[0].says


def test_a_duration_with_its_base_gives_a_date(make: SimpleNamespace, now: datetime) -> None:
    issued = now - timedelta(hours=3)
    sidecars = (("expires_in", "3600"), ("issued_at", str(int(issued.timestamp()))))
    found = infer(make.credential(sidecars=sidecars), make.detector(), now=now)
    assert (found.kind, found.expires_at) == (EXPIRED, issued + timedelta(hours=1))


@pytest.mark.parametrize("name", ["tokenExpiresAt", "expires_at", "expiresat", "auth.expiry", "expires", "valid_until"])
@pytest.mark.parametrize("scale", [1, 1000])
def test_names_and_units_of_expiry_dates_are_understood(
    make: SimpleNamespace, now: datetime, name: str, scale: int
) -> None:
    expires = now + timedelta(days=10)
    credential = make.credential(sidecars=((name, str(int(expires.timestamp()) * scale)),))
    assert infer(credential, make.detector(), now=now).expires_at == expires


def test_of_several_dates_beside_it_the_latest_counts(make: SimpleNamespace, now: datetime) -> None:
    sidecars = (("expires_at", "2026-01-01"), ("expiry", "2027-12-01T00:00:00Z"))
    assert infer(make.credential(sidecars=sidecars), make.detector(), now=now).kind is LONG


def test_a_refresh_token_beside_it_makes_it_renewable(make: SimpleNamespace, now: datetime) -> None:
    held = infer(make.credential(sidecars=(("refresh_token", "present"),)), make.detector(), now=now)
    absent = infer(make.credential(sidecars=(("refresh_token", "null"),)), make.detector(), now=now)
    assert held.renewable
    assert any(fact.field == "renewable" for fact in held.facts)
    assert not absent.renewable


@given(
    expires=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - the zone is added below
    steps=st.lists(st.integers(0, 4000), min_size=2, max_size=2),
)
def test_moving_time_forward_never_prolongs_a_life(now: datetime, expires: datetime, steps: list[int]) -> None:
    order = [LONG, EXPIRING, EPHEMERAL, EXPIRED]
    end = expires.replace(tzinfo=now.tzinfo)
    early, late = sorted(steps)
    first = of_date(end, None, now + timedelta(days=early))
    second = of_date(end, None, now + timedelta(days=late))
    assert order.index(first) <= order.index(second)
    assert (first is EXPIRED) == (end <= now + timedelta(days=early))
