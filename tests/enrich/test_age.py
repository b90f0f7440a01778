"""Since when a history has held a value."""

from __future__ import annotations

from datetime import datetime, timezone

from auditor.enrich.age import first_seen
from auditor.model import Secret

VALUE = "acme_" + "z" * 24


def test_the_oldest_version_that_holds_the_value_is_told() -> None:
    versions = [("c3", 3000, f"a={VALUE}".encode()), ("c2", 2000, f"b={VALUE}".encode()), ("c1", 1000, b"nothing yet")]
    assert first_seen(versions, Secret(VALUE)) == ("c2", datetime.fromtimestamp(2000, tz=timezone.utc))


def test_a_value_that_was_removed_and_came_back_counts_from_its_first_day() -> None:
    versions = [("c3", 3000, VALUE.encode()), ("c2", 2000, b"removed"), ("c1", 1000, VALUE.encode())]
    found = first_seen(versions, Secret(VALUE))
    assert found is not None
    assert found[0] == "c1"


def test_a_value_that_no_version_holds_has_no_age() -> None:
    assert first_seen([("c1", 1000, b"other")], Secret(VALUE)) is None
    assert first_seen([], Secret(VALUE)) is None


def test_a_key_of_several_lines_is_found_in_its_escaped_form_too() -> None:
    secret = Secret("-----BEGIN X-----\nabc\n-----END X-----")
    assert first_seen([("c1", 1000, b'{"k": "-----BEGIN X-----\\nabc\\n-----END X-----"}')], secret) is not None
