"""Every spelling of a point in time that token files use."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.enrich.moments import from_epoch, parse

NOON = datetime(2027, 3, 1, 12, 30, 15, tzinfo=timezone.utc)
SECONDS = int(NOON.timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-01T12:30:15Z",
        "2027-03-01T12:30:15.123456789Z",
        '"2027-03-01T12:30:15+00:00"',
        "2027-03-01T13:30:15+01:00",
        "2027-03-01T07:00:15-0530",
        "2027-03-01 12:30:15",
        "2027-03-01 12:30:15 UTC",
        "20270301T123015Z",
        "20270301123015",
        "Mon, 01 Mar 2027 12:30:15 GMT",
        str(SECONDS),
        f"{SECONDS}.25",
        str(SECONDS * 1000),
        str(SECONDS * 1_000_000),
        str(SECONDS * 1_000_000_000),
    ],
)
def test_every_spelling_of_one_moment_is_read(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.replace(microsecond=0) == NOON


def test_a_bare_date_lasts_until_its_end() -> None:
    assert parse("2027-03-01") == datetime(2027, 3, 1, 23, 59, 59, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "3600", "0", "-5", "2027-13-01", "2027-02-30T00:00:00Z", "1970-01-02", "9" * 30, "1e9", "12:30"],
)
def test_what_names_no_moment_of_our_days_is_not_guessed(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = parse(text)
    assert found is None or found.tzinfo is timezone.utc


@given(st.floats() | st.integers())
def test_any_number_is_read_without_an_error(count: float) -> None:
    found = from_epoch(count)
    assert found is None or found.year >= 1990
