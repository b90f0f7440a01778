from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.report import layout

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp", "Zs", "Cs", "Mn", "Me"]))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two", 100, ["one two"]),
        ("in /srv/shop/deploy/values.yaml:14 it stands", 26, ["in", "/srv/shop/deploy/", "values.yaml:14 it stands"]),
        ("at src/a/very/long/path/to/some/file.txt:3", 20, ["at", "src/a/very/long/", "path/to/some/", "file.txt:3"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),
        ("then\u00a0medium\u00a048 follows", 14, ["then medium 48", "follows"]),
        ("日本語のファイル", 6, ["日本語", "のファ", "イル"]),
    ],
)
def test_text_is_folded_at_words_and_paths_at_their_joints(text: str, width: int, lines: list[str]) -> None:
    assert layout.wrap(text, width) == lines


@given(st.lists(WORDS, max_size=12), st.integers(2, 60))
def test_no_line_is_wider_than_asked_and_nothing_is_lost(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = layout.wrap(text, width)
    assert all(layout.cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace(layout.TIE, "")


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm-256color"}, False, False),
    ],
)
def test_colour_follows_its_variables_in_order(
    environment: dict[str, str], terminal: bool, wanted: bool, make: SimpleNamespace
) -> None:
    stream = make.terminal() if terminal else io.StringIO()
    assert layout.wants_colour(stream, environment) is wanted


@pytest.mark.parametrize(
    ("environment", "width"),
    [
        ({}, 100),
        ({"COLUMNS": "80"}, 80),
        ({"COLUMNS": ""}, 100),
        ({"COLUMNS": "0"}, 100),
        ({"COLUMNS": "wide"}, 100),
        ({"COLUMNS": "7"}, 40),
        ({"COLUMNS": "900"}, 160),
    ],
)
def test_what_is_piped_is_a_hundred_columns_wide_unless_told(environment: dict[str, str], width: int) -> None:
    assert layout.width_of(io.StringIO(), environment) == width


def test_a_terminal_that_does_not_tell_its_width_gets_the_usual_one(make: SimpleNamespace) -> None:
    assert layout.width_of(make.terminal(), {}) == 100


def test_coloured_and_plain_lines_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[layout.Line] = [
        (("CRITICAL", "bold white on red"), (" [bold]not markup[/] :smile: ", "")),
        (),
        (("end  ", "dim"),),
    ]
    coloured, plain = io.StringIO(), io.StringIO()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    layout.show(lines, coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    layout.show(lines, plain)
    assert plain.getvalue() == "CRITICAL [bold]not markup[/] :smile:\n\nend\n"
    assert "\x1b[1;37;41mCRITICAL\x1b[0m" in coloured.getvalue()
    without = "".join(
        part.partition("m")[2] if number else part for number, part in enumerate(coloured.getvalue().split("\x1b["))
    )
    assert without == plain.getvalue()
