"""Typical situations and their scores, as a table that is reviewed like code.

``WRITE_GOLDEN=1`` in the environment rewrites the table; the difference is then read before it is kept.
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from auditor.exposure.score import score
from auditor.exposure.scoring import Scoring
from auditor.model import Backups, Band, Confidence, Environment, LifetimeKind, Means, Power, State, Use

READ, WRITE, ADMIN, DESTROY, SPEND, PUBLISH, PIVOT = Power
EVERYTHING = tuple(Power)
PRODUCTION = {"environment": Environment.PRODUCTION}
STAGING = {"environment": Environment.STAGING}
TEST = {"environment": Environment.TEST}
INSIDE = {"backups": Backups.INSIDE}
UNSURE = {"confidence": Confidence.LOW}
D, E, S, M, A, N = Means.DIRECT, Means.INHERITED, Means.VIA_SHELL, Means.VIA_MCP, Means.WITH_APPROVAL, Means.NONE
FREE, JUDGED, ASKED, OFFLINE, NOTHING = Use.FREE, Use.RISK_BASED, Use.WITH_APPROVAL, Use.LOCAL_ONLY, Use.NONE

SITUATIONS: list[tuple[str, tuple[Power, ...], dict[str, Any], tuple[Means, Use]]] = [
    ("account token, backups inside, production, agent runs anything", EVERYTHING, {**INSIDE, **PRODUCTION}, (S, FREE)),
    ("the same in the workspace", EVERYTHING, {**INSIDE, **PRODUCTION}, (D, FREE)),
    ("the same, environment not known", EVERYTHING, INSIDE, (S, FREE)),
    ("the same, a model judges commands", EVERYTHING, INSIDE, (S, JUDGED)),
    ("the same, a human approves commands", EVERYTHING, INSIDE, (D, ASKED)),
    ("the same, a human approves reading and commands", EVERYTHING, INSIDE, (A, ASKED)),
    ("the same, sandbox without network", EVERYTHING, INSIDE, (D, OFFLINE)),
    ("the same, hidden by the sandbox", EVERYTHING, {**INSIDE, **PRODUCTION}, (N, NOTHING)),
    ("the same, expired", EVERYTHING, {**INSIDE, **PRODUCTION, "kind": LifetimeKind.EXPIRED}, (D, FREE)),
    ("the same, seen to work", EVERYTHING, {**INSIDE, **PRODUCTION, "state": State.ACTIVE}, (D, FREE)),
    (
        "cloud key: write, destroy, spend; backups unknown",
        (WRITE, DESTROY, SPEND),
        {"backups": Backups.UNKNOWN},
        (S, FREE),
    ),
    ("cloud session of twelve hours", (WRITE, DESTROY, SPEND), {"kind": LifetimeKind.EPHEMERAL}, (S, FREE)),
    (
        "cloud session that renews itself",
        (WRITE, DESTROY),
        {"kind": LifetimeKind.EPHEMERAL, "renewable": True},
        (S, FREE),
    ),
    ("key id without its secret", (WRITE, DESTROY), {"notes": ("identifier",), **UNSURE}, (D, FREE)),
    ("production database owner, agent runs anything", (READ, WRITE, ADMIN, DESTROY), PRODUCTION, (D, FREE)),
    ("production database, reads and writes", (READ, WRITE), PRODUCTION, (D, FREE)),
    ("staging database owner, agent runs anything", (READ, WRITE, ADMIN, DESTROY), STAGING, (D, FREE)),
    ("local database, agent runs anything", (READ, WRITE, DESTROY), TEST, (D, FREE)),
    ("source host token with CI secrets", (READ, WRITE, PUBLISH, PIVOT), {}, (E, FREE)),
    ("package upload token", (PUBLISH,), {}, (D, FREE)),
    ("package upload token, a human approves commands", (PUBLISH,), {}, (D, ASKED)),
    ("payment key: write and spend, unattended", (READ, WRITE, SPEND), {}, (S, FREE)),
    ("payment key in live mode, unattended", (READ, WRITE, SPEND), PRODUCTION, (S, FREE)),
    ("payment key in test mode, unattended", (READ, WRITE, SPEND), TEST, (S, FREE)),
    ("model API key: spend, inherited", (SPEND,), {}, (E, FREE)),
    ("token held by a tool server with approved tools", (READ, WRITE), {}, (M, FREE)),
    ("read-only API key, unattended", (READ,), {}, (D, FREE)),
    ("read-only API key, a human approves commands", (READ,), {}, (D, ASKED)),
    ("read-only API key, a human approves everything", (READ,), {}, (A, ASKED)),
    ("SSH key without passphrase", (WRITE, DESTROY, PIVOT), {}, (S, FREE)),
    ("SSH key with a passphrase", (WRITE, DESTROY, PIVOT), {"notes": ("locked",)}, (S, FREE)),
    ("token whose powers nobody knows, unattended", (), {}, (D, FREE)),
    ("generic password, low confidence", (), UNSURE, (D, FREE)),
    ("generic password, low confidence, test folder", (READ, WRITE, DESTROY), {**UNSURE, **TEST}, (D, FREE)),
    ("token that ends within weeks, unattended", (READ, WRITE), {"kind": LifetimeKind.EXPIRING}, (D, FREE)),
    ("token of unknown life, unattended", (READ, WRITE), {"kind": LifetimeKind.UNKNOWN}, (D, FREE)),
    ("revoked account token", EVERYTHING, {**INSIDE, "state": State.INACTIVE}, (D, FREE)),
    ("publishable key", (READ, WRITE), {"state": State.PUBLIC}, (D, FREE)),
]


def test_typical_situations_score_as_the_table_says(make: SimpleNamespace, scoring: Scoring) -> None:
    lines = []
    for name, powers, given, route in SITUATIONS:
        found = score(make.assessment(*powers, **given), [make.reach(*route)], scoring)
        lines.append(f"{found.value:3} {found.band.word:8} {found.vector:36} {name}")
    table = "\n".join(lines) + "\n"
    golden = make.root / "tests" / "exposure" / "golden_scores.txt"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(table, encoding="utf-8")
    assert table == golden.read_text(encoding="utf-8")


def band(make: SimpleNamespace, scoring: Scoring, name: str) -> Band:
    powers, given, route = next(row[1:] for row in SITUATIONS if row[0] == name)
    return score(make.assessment(*powers, **given), [make.reach(*route)], scoring).band


def test_the_landmarks_lie_in_their_bands(make: SimpleNamespace, scoring: Scoring) -> None:
    assert band(make, scoring, "account token, backups inside, production, agent runs anything") is Band.CRITICAL
    assert band(make, scoring, "production database owner, agent runs anything") is Band.CRITICAL
    assert band(make, scoring, "payment key: write and spend, unattended") is Band.HIGH
    assert band(make, scoring, "staging database owner, agent runs anything") is Band.HIGH
    assert band(make, scoring, "the same, hidden by the sandbox") <= Band.MEDIUM
    assert band(make, scoring, "read-only API key, a human approves everything") <= Band.MEDIUM
    assert band(make, scoring, "generic password, low confidence, test folder") is Band.LOW
    assert band(make, scoring, "publishable key") is Band.INFO
