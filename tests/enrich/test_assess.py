"""Everything that is known of a credential, joined."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from types import SimpleNamespace

from auditor.enrich.assess import assess
from auditor.model import Basis, LifetimeKind, State


def jwt(**claims: object) -> str:
    parts = ({"alg": "HS256"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def test_a_claim_of_the_value_reaches_lifetime_scope_and_state(make: SimpleNamespace, now: datetime) -> None:
    token = jwt(exp=int((now - timedelta(days=1)).timestamp()), scope="orders.read", sub="svc-1")
    found = assess(make.credential(token), make.detector(decoder="jwt"), make.provider(), now=now)
    assert (found.lifetime.kind, found.state) == (LifetimeKind.EXPIRED, State.INACTIVE)
    assert found.scope.identity == "svc-1"
    assert [power.value for power in found.scope.powers] == ["read"]


def test_public_kinds_are_public_whatever_else_holds(make: SimpleNamespace, now: datetime) -> None:
    by_rule = assess(make.credential(), make.detector(public=True), make.provider(), now=now)
    anon = jwt(iss="supabase", role="anon", exp=1)
    by_claim = assess(make.credential(anon), make.detector(decoder="jwt"), make.provider(), now=now)
    assert by_rule.state is by_claim.state is State.PUBLIC


def test_the_age_counts_from_the_oldest_commit(make: SimpleNamespace, now: datetime) -> None:
    when = now - timedelta(days=412, hours=3)
    found = assess(make.credential(), make.detector(), make.provider(), now=now, history=("3fa9c1e" + "0" * 33, when))
    assert (found.lifetime.age_days, found.lifetime.first_seen) == (412, when)
    assert found.lifetime.first_commit == "3fa9c1e" + "0" * 33
    assert any(fact.field == "first_seen" and fact.basis is Basis.HISTORY for fact in found.lifetime.facts)


def test_without_history_the_issue_date_and_then_the_file_tell_the_age(make: SimpleNamespace, now: datetime) -> None:
    written = now - timedelta(days=3)
    token = jwt(iat=int((now - timedelta(days=30)).timestamp()))
    issued = assess(make.credential(token), make.detector(decoder="jwt"), make.provider(), now=now, file_time=written)
    plain = assess(make.credential(), make.detector(), make.provider(), now=now, file_time=written)
    ageless = assess(make.credential(), make.detector(), make.provider(), now=now)
    assert (issued.lifetime.age_days, plain.lifetime.age_days, ageless.lifetime.age_days) == (30, 3, None)


def test_a_file_from_the_future_is_no_days_old(make: SimpleNamespace, now: datetime) -> None:
    found = assess(make.credential(), make.detector(), make.provider(), now=now, file_time=now + timedelta(days=2))
    assert found.lifetime.age_days == 0


def test_no_sentence_holds_the_value(make: SimpleNamespace, now: datetime) -> None:
    value = "hunter2" + "plaintext" * 3
    url = f"postgres://postgres:{value}@db.prod.acme.example/shop"
    found = assess(make.credential(url), make.detector(decoder="url-userinfo"), make.provider(), now=now)
    assert value not in repr(found)
    assert found.scope.identity == "postgres"
