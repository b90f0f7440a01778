from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.report.plain import printable, safe

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Straße/日本.txt", "Straße/日本.txt"),
        ("red\x1b[31m", "red\\x1b[31m"),
        ("two\nlines\r\tand a tab", "two\\nlines\\r\\tand a tab"),
        ("evil\u202etxt.exe", "evil\\u202etxt.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("not UTF-8: \udcff", "not UTF-8: \\udcff"),
        ("c1\x9b31m", "c1\\x9b31m"),
    ],
)
def test_what_moves_the_cursor_or_hides_text_is_written_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(ANY_TEXT)
def test_nothing_that_is_printed_can_steer_a_terminal(text: str) -> None:
    shown = printable(text)
    assert {unicodedata.category(character) for character in shown}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    shown.encode()


@given(ANY_TEXT)
def test_printing_twice_changes_nothing(text: str) -> None:
    assert printable(printable(text)) == printable(text)


def test_every_text_in_a_document_is_made_printable() -> None:
    assert safe({"a": ["\x1b", {"b": "\x07"}], "c": 1, "d": None}) == {
        "a": ["\\x1b", {"b": "\\x07"}],
        "c": 1,
        "d": None,
    }
