"""The kill chain reads as sentences, each with its place."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from auditor.exposure.paths import chain
from auditor.model import Backups, Environment, Evidence, Exposure, LifetimeKind, Means, Origin, Power, State, Use

KINDS = ["agent", "permission", "sighting", "credential", "identity", "power", "asset"]


def test_the_path_of_the_incident_is_told_link_by_link(make: SimpleNamespace) -> None:
    found = make.assessment(
        Power.READ, Power.DESTROY, backups=Backups.INSIDE, environment=Environment.PRODUCTION, provider="railway"
    )
    found = replace(found, lifetime=replace(found.lifetime, age_days=412, first_commit="3fa9c1e"))
    steps = chain(Exposure(found, (make.reach(Means.VIA_SHELL),)))
    assert [step.kind for step in steps] == KINDS
    said = [step.says for step in steps]
    barrier = "nothing stops a command such as `cat` from reading this file"
    assert said == [
        "cursor (ide) runs commands without asking anybody",
        f"by cat in the shell, left in between: {barrier}; .cursor/permissions.json:3 sets terminalAllowlist to *",
        "scripts/domains.sh:14 holds it under ACME_TOKEN",
        "Acme account token, which lives until it is revoked, 412 days old",
        "railway: its holder acts as ops@acme.example",
        "it may read and destroy with no further question",
        "the whole account in production, its backups included",
    ]
    assert (steps[1].file, steps[1].line) == (".cursor/permissions.json", 3)
    assert (steps[2].file, steps[2].line) == ("scripts/domains.sh", 14)


def test_without_a_word_the_weakest_barrier_is_told(make: SimpleNamespace) -> None:
    reaches = (
        make.reach(Means.WITH_APPROVAL, Use.WITH_APPROVAL, "codex"),
        make.reach(Means.DIRECT, Use.FREE, "gemini"),
    )
    assert chain(Exposure(make.assessment(), reaches))[0].says.startswith("gemini")
    assert chain(Exposure(make.assessment(), reaches), reaches[0])[0].says.startswith("codex")
    assert chain(Exposure(make.assessment(), ())) == ()


def test_a_closed_way_is_told_as_closed(make: SimpleNamespace) -> None:
    reach = make.reach(Means.NONE, Use.NONE, barrier="the sandbox hides this file", evidence=())
    permission = chain(Exposure(make.assessment(), (reach,)))[1]
    assert permission.says == "the way is closed: the sandbox hides this file"


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        (Origin.ENVIRONMENT, "the environment variable ACME_TOKEN holds it"),
        (Origin.TRANSCRIPT, "notes.txt:7, a transcript of an agent, holds a copy under ACME_TOKEN"),
        (Origin.HISTORY, "notes.txt:7, a shell's history, holds a copy under ACME_TOKEN"),
        (Origin.AGENT_CONFIG, "notes.txt:7, an agent's own configuration, holds it under ACME_TOKEN"),
    ],
)
def test_places_are_called_by_what_they_are(make: SimpleNamespace, origin: Origin, says: str) -> None:
    place = make.location("notes.txt", 7, origin)
    found = make.assessment(credential=make.credential(places=(place,)))
    assert chain(Exposure(found, (make.reach(location=place),)))[2].says == says


def test_further_copies_are_counted(make: SimpleNamespace) -> None:
    places = (make.location("a", 1), make.location("b", 2), make.location("c", 3))
    found = make.assessment(credential=make.credential(places=places))
    assert "2 more places hold it too" in chain(Exposure(found, (make.reach(location=places[0]),)))[2].says


def test_what_is_not_known_is_said(make: SimpleNamespace) -> None:
    found = make.assessment(identity="", kind=LifetimeKind.UNKNOWN, backups=Backups.UNKNOWN)
    steps = {
        step.kind: step.says for step in chain(Exposure(found, (make.reach(evidence=(Evidence(note="built in"),)),)))
    }
    assert "whoever it was made for" in steps["identity"]
    assert steps["power"] == "nothing tells what it may do"
    assert "of unknown life" in steps["credential"]
    assert steps["asset"] == "whatever it opens"
    assert steps["permission"].endswith("; built in")


def test_a_credential_that_was_seen_to_work_is_told_so(make: SimpleNamespace) -> None:
    found = make.assessment(Power.READ, state=State.ACTIVE, kind=LifetimeKind.EXPIRING, expires_at=make.expiry)
    steps = {step.kind: step.says for step in chain(Exposure(found, (make.reach(),)))}
    assert "is accepted as" in steps["identity"]
    assert "2027-06-01" in steps["credential"]
