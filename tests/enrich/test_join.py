"""Sightings of one value become one credential."""

from __future__ import annotations

import random
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from auditor.enrich.join import join, key_id
from auditor.model import Confidence, Power
from auditor.rulebook.schema import Form

VALUE = "acme_" + "q" * 30
OTHER = "acme_" + "r" * 30


def test_one_value_in_three_places_is_one_credential_with_sorted_sightings(make: SimpleNamespace) -> None:
    found = join(
        [make.match(VALUE, "z.py", 9), make.match(VALUE, "a.py", 2), make.match(VALUE, "a.py", 1)], {}, make.key
    )
    assert len(found) == 1
    places = [(one.location.path, one.location.line) for one in found[0].sightings]
    assert places == [("a.py", 1), ("a.py", 2), ("z.py", 9)]


def test_the_surest_rule_names_the_credential_and_one_place_is_one_sighting(make: SimpleNamespace) -> None:
    detectors = {
        "acme-token": make.detector(),
        "generic-secret": make.detector(id="generic-secret", provider="generic", title="Secret", form=Form.VALUE),
    }
    guess = make.match(VALUE, rule="generic-secret", provider="generic", confidence=Confidence.LOW, context="X")
    found = join([guess, make.match(VALUE, context="ACME_TOKEN")], detectors, make.key)
    assert [(one.rule, one.provider, one.title, one.confidence) for one in found] == [
        ("acme-token", "acme", "Acme token", Confidence.HIGH)
    ]
    assert [one.context for one in found[0].sightings] == ["ACME_TOKEN"]


def test_of_equally_sure_rules_the_one_with_more_power_counts(make: SimpleNamespace) -> None:
    wide = make.detector(id="acme-account", form=Form.VALUE, prefix="", powers=tuple(Power))
    narrow = make.detector(id="acme-project", form=Form.VALUE, prefix="")
    detectors = {wide.id: wide, narrow.id: narrow}
    found = join(
        [make.match(VALUE, "a", rule="acme-project"), make.match(VALUE, "b", rule="acme-account")], detectors, make.key
    )
    assert found[0].rule == "acme-account"


def test_what_stood_beside_any_sighting_is_kept_once(make: SimpleNamespace) -> None:
    found = join(
        [
            make.match(VALUE, "a", public={"account": "42"}, sidecars=(("region", "eu"),), nearby=("staging",)),
            make.match(VALUE, "b", public={"account": "42"}, sidecars=(("region", "eu"),), nearby=("prod", "staging")),
        ],
        {},
        make.key,
    )[0]
    assert [part.name for part in found.parts] == ["account"]
    assert found.sidecars == (("region", "eu"),)
    assert found.nearby == ("staging", "prod")


def test_an_opaque_kind_and_a_rule_without_detector_show_nothing_of_the_value(make: SimpleNamespace) -> None:
    shown = join([make.match(VALUE)], {"acme-token": make.detector()}, make.key)[0]
    hidden = join([make.match(VALUE)], {"acme-token": make.detector(opaque=True)}, make.key)[0]
    guest = join([make.match(VALUE)], {}, make.key)[0]
    assert shown.preview == "acme_…" + VALUE[-4:]
    assert VALUE[-4:] not in hidden.preview
    assert VALUE[-4:] not in guest.preview


def test_the_fingerprint_depends_on_the_key_and_the_value(make: SimpleNamespace) -> None:
    first, second = join([make.match(VALUE, "a"), make.match(OTHER, "b")], {}, make.key)
    again = join([make.match(VALUE, "elsewhere")], {}, make.key)[0]
    foreign = join([make.match(VALUE, "a")], {}, b"another key")[0]
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, second.fingerprint, foreign.fingerprint}) == 3


def test_the_key_id_is_32_bits_and_no_part_of_the_key() -> None:
    assert len(key_id(b"k")) == 8
    assert int(key_id(b"k"), 16) >= 0
    assert key_id(b"k") != key_id(b"l")


@given(st.integers())
def test_the_order_of_matches_does_not_matter(make: SimpleNamespace, seed: int) -> None:
    matches = [
        make.match(VALUE, "b.py", 3),
        make.match(VALUE, "a.py", 1, context="ACME"),
        make.match(VALUE, "a.py", 1, rule="other-token", context="X"),
        make.match(OTHER, "c.py", 1, nearby=("prod",)),
        make.match(OTHER, "a.py", 7, confidence=Confidence.LOW),
    ]
    shuffled = random.Random(seed).sample(matches, len(matches))
    detectors = {"acme-token": make.detector()}
    assert join(shuffled, detectors, make.key) == join(matches, detectors, make.key)
