from __future__ import annotations

from auditor.enrich.hush import hush
from auditor.model import Evidence, Location, Origin, Secret, Sighting, Skip

PLAIN = "kQ7_" + "made-up-value"


def test_a_value_that_stands_in_a_name_is_blotted_out() -> None:
    said = hush((Evidence("a.json", f"allow.curl {PLAIN} {PLAIN}", PLAIN, 3),), [Secret(PLAIN)])
    assert said == (Evidence("a.json", "allow.curl [REDACTED] [REDACTED]", "[REDACTED]", 3),)


def test_the_longest_value_wins_where_one_begins_another() -> None:
    assert hush(Skip(f"{PLAIN}-longer", ""), [Secret(PLAIN), Secret(f"{PLAIN}-longer")]).what == "[REDACTED]"


def test_what_holds_no_value_stays_the_same_object() -> None:
    place = Location("a.txt", 1, 2, 3, Origin.STORE)
    assert hush(place, [Secret(PLAIN)]) is place


def test_the_path_that_is_opened_stays_and_the_one_that_is_shown_does_not() -> None:
    found = hush(Sighting(Location(f"{PLAIN}.txt", 1, 1, 1), f"/x/{PLAIN}.txt"), [Secret(PLAIN)])
    assert (found.location.path, found.real) == ("[REDACTED].txt", f"/x/{PLAIN}.txt")


def test_short_values_are_words_as_often_as_not() -> None:
    assert hush(Skip("the shop", "shop"), [Secret("shop")]) == Skip("the shop", "shop")


def test_no_secret_means_no_work() -> None:
    value = (Skip(PLAIN, ""),)
    assert hush(value, []) is value
