"""Configuration files as values: what is parsed, on which line it stands, and what is said when it is not."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.agents.documents import (
    LARGEST,
    Document,
    read_front_matter,
    read_json,
    read_jsonc,
    read_text,
    read_toml,
    read_yaml,
)
from auditor.agents.json_text import JsonError, line_of, parse
from auditor.agents.masks import blot, names_secret, setting_word
from auditor.agents.positions import toml_lines

READERS = (read_json, read_jsonc, read_toml, read_yaml, read_text, read_front_matter)


def file(folder: Path, text: str | bytes) -> Path:
    path = folder / "settings"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- JSON -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1,}', "line 1: trailing comma"),
        ('{\n"a": [\n1,\n],\n"b": 2}', "line 3: trailing comma"),
        ('{\n"a": 1\n// no\n}', "line 3: a comment is not allowed"),
        ("{\n'a': 1}", "line 2: a key or string in single quotes"),
        ('{"a" 1}', "line 1: a colon is missing"),
        ('{"a": 1\n"b": 2}', "line 2: a comma is missing"),
        ('{"a": tru}', "line 1: a value is missing"),
        ('{"a": NaN}', "line 1: a value is missing"),
        ('{"a": "x\ny"}', "line 1: a string is not closed"),
        ('{"a": "\\q"}', "line 1: a wrong escape in a string"),
        ('{"a": 1', "line 1: the text ends too early"),
        ('{"a": 1}\n{}', "line 2: text after the end of the value"),
        ("", "line 1: the file is empty"),
        ("17", "line 1: neither a table nor a list"),
        ("[" * 200 + "]" * 200, "line 1: nested deeper than 128 levels"),
    ],
)
def test_a_broken_json_file_is_not_effective_and_names_the_line(tmp_path: Path, text: str, problem: str) -> None:
    if problem.endswith("levels"):
        text = "{" + '"a":{' * 100_000
    found = read_json(file(tmp_path, text), "x")
    assert found.data is None
    assert found.exists
    assert found.problem == f"{problem}; file not effective"


def test_comments_and_trailing_commas_are_read_where_the_client_reads_them(tmp_path: Path) -> None:
    text = '{ // one\n /* two\n lines */ "a": [1, 2,],\n "b": "// no comment", }'
    found = read_jsonc(file(tmp_path, text), "x")
    assert found.data == {"a": [1, 2], "b": "// no comment"}
    assert (found.line("a"), found.line("a", 1), found.line("b")) == (3, 3, 4)


@pytest.mark.parametrize("reader", [read_json, read_jsonc])
def test_of_two_equal_keys_the_last_counts_and_it_is_said(tmp_path: Path, reader: Any) -> None:
    found = reader(file(tmp_path, '{"p": {"a": {"x": 1}},\n"p": {\n"b": 2}}'), "x")
    assert found.data == {"p": {"b": 2}}
    assert found.duplicates == ("line 2: p is set again; the last one counts",)
    assert (found.line("p"), found.line("p", "b")) == (2, 3)
    assert found.lines.of(("p", "a")) == 0


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    assert read_json(file(tmp_path, b'\xef\xbb\xbf{"a": 1}'), "x").data == {"a": 1}


def test_a_missing_key_points_at_the_nearest_table_that_is_there(tmp_path: Path) -> None:
    found = read_json(file(tmp_path, '{\n"a": {\n"b": [10, 20]}}'), "x")
    assert (found.line("a", "b", 1), found.line("a", "zz"), found.line("zz")) == (3, 2, 0)
    assert (found.get("a", "b", 1), found.get("a", "b", 9, default="no"), found.get("a", 0)) == (20, "no", None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_the_slow_reader_agrees_with_the_fast_one(value: Any) -> None:
    text = json.dumps(value, indent=1)
    assert parse(text).value == json.loads(text)


@given(st.text(alphabet='{}[]",:0a\\ \n/*', max_size=40), st.booleans())
def test_any_text_is_a_value_or_a_problem_with_a_line(text: str, tolerant: bool) -> None:
    problem = 1
    with suppress(JsonError):
        try:
            parse(text, tolerant=tolerant)
        except JsonError as error:
            problem = error.line
            raise
    assert 1 <= problem <= text.count("\n") + 1


@given(json_values)
def test_single_lines_of_large_files_agree_with_the_whole_walk(value: Any) -> None:
    text = json.dumps({"top": value}, indent=1)
    for path, line in parse(text).lines.items():
        assert line_of(text, path) == line
    assert line_of(text, ("nowhere", 3)) == 0


def test_large_files_know_their_lines_and_the_last_of_equal_keys(tmp_path: Path) -> None:
    filler = ",\n".join(f'"k{index}": ["{"x" * 200}"]' for index in range(1000))
    found = read_json(file(tmp_path, '{"a": 1,\n' + filler + ',\n"a": {"b": 2}}'), "x")
    assert (found.line("k0"), found.line("a", "b"), found.line("none")) == (2, 1002, 0)
    assert found.duplicates == ("line 1002: a is set again; the last one counts",)


# --- TOML and YAML --------------------------------------------------------------------------------------------------

TOML = '''# a comment with [brackets] = 1
top = 1
"quoted.key" = """a
b = 2"""
[table."with dot"]
inline = { x = 1, y = [1,
  2] }
list = [
  "one", # ] not the end
  'two',
]
[[many]]
name = "first"
[[many]]
name = "second"
[many.sub]
deep.er = true
'''


def test_every_toml_key_knows_its_line(tmp_path: Path) -> None:
    found = read_toml(file(tmp_path, TOML), "x")
    expected = {
        ("top",): 2,
        ("quoted.key",): 3,
        ("table", "with dot"): 5,
        ("table", "with dot", "inline", "x"): 6,
        ("table", "with dot", "inline", "y", 1): 7,
        ("table", "with dot", "list", 1): 10,
        ("many", 0, "name"): 13,
        ("many", 1, "name"): 15,
        ("many", 1, "sub", "deep", "er"): 17,
    }
    assert {keys: found.line(*keys) for keys in expected} == expected
    for keys in expected:
        assert found.get(*keys) is not None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1\nb = = 2\n", "line 2: not valid TOML; file not effective"),
        ("a = 1\na = 2\n", "line 2: not valid TOML; file not effective"),
        ('a = "x\n', "line 1: not valid TOML; file not effective"),
    ],
)
def test_broken_toml_names_the_line(tmp_path: Path, text: str, problem: str) -> None:
    assert read_toml(file(tmp_path, text), "x").problem == problem


@given(st.text(alphabet="[]{}=.,\"'#a1\n \\", max_size=60))
def test_toml_lines_never_fail(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in toml_lines(text).values())


def test_yaml_keys_stay_as_written_and_know_their_line(tmp_path: Path) -> None:
    text = "on:\n  push: [main]\nenv:\n  1: x\nlist:\n- a\n- b: !secret c\n"
    found = read_yaml(file(tmp_path, text), "x")
    assert found.data == {"on": {"push": ["main"]}, "env": {"1": "x"}, "list": ["a", {"b": "c"}]}
    assert (found.line("on"), found.line("list", 1, "b"), found.line("env", "1")) == (1, 7, 4)


@pytest.mark.parametrize(
    "text", ["a: [1,\n", "a: b: c\n", "a: !!int x\n", "a: !!bool x\n", "a: !!timestamp x\n", "a: &x [*y]\n"]
)
def test_broken_yaml_is_a_problem(tmp_path: Path, text: str) -> None:
    found = read_yaml(file(tmp_path, text), "x")
    assert found.data is None
    assert found.problem.endswith("file not effective")


def test_yaml_that_contains_itself_is_read(tmp_path: Path) -> None:
    found = read_yaml(file(tmp_path, "a: &a\n  b: *a\nc: 1\n"), "x")
    assert found.get("c") == 1
    assert found.line("c") == 3


def test_front_matter_keeps_its_lines(tmp_path: Path) -> None:
    found = read_front_matter(file(tmp_path, "---\nname: x\ntools: Bash\n---\nname: no"), "x")
    assert (found.data, found.line("tools")) == ({"name": "x", "tools": "Bash"}, 3)
    assert read_front_matter(file(tmp_path, "# no front matter"), "x").data == {}


# --- every reader ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS)
def test_what_is_not_there_is_no_problem(tmp_path: Path, reader: Any) -> None:
    for path in (tmp_path / "none", file(tmp_path, "{}") / "below"):
        found = reader(path, "x")
        assert (found.data, found.problem, found.exists) == (None, "", False)


@pytest.mark.parametrize("reader", READERS)
def test_what_cannot_be_read_is_a_problem_and_never_an_error(tmp_path: Path, reader: Any) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    large = tmp_path / "large"
    with large.open("wb") as out:
        out.truncate(LARGEST + 1)
    broken = tmp_path / "broken"
    broken.write_bytes(b"\xff\xfe{")
    for path in (loop, pipe, large, broken, tmp_path, Path("a\0b")):
        found = reader(path, "x")
        assert found.data is None
        assert found.problem
        assert found.exists


def test_a_document_s_repr_never_shows_its_data(tmp_path: Path) -> None:
    value = "made-up-" + "9" * 9
    assert value not in repr(read_json(file(tmp_path, json.dumps({"a": value})), "x"))


# --- evidence -------------------------------------------------------------------------------------------------------


def test_evidence_says_the_setting_s_word_its_key_and_its_line(tmp_path: Path) -> None:
    found = read_json(file(tmp_path, '{\n"a": {"on": true,\n"mode": "auto", "list": ["x"]}}'), ".claude/x.json")
    assert found.evidence("a", "on").sentence == ".claude/x.json:2 sets a.on to true"
    assert found.evidence("a", "mode", note="n").sentence == ".claude/x.json:3 sets a.mode to auto (n)"
    assert found.evidence("a", "list", 0).sentence == ".claude/x.json:3 sets a.list to x"


@pytest.mark.parametrize(
    "keys", [("apiKey",), ("x", "auth_token"), ("env", "ANYTHING"), ("headers", "X-Thing"), ("clientSecret", "a")]
)
def test_evidence_never_says_a_value_under_a_credential_s_name(tmp_path: Path, keys: tuple[str, ...]) -> None:
    value = "plainvalue"
    data: Any = value
    for key in reversed(keys):
        data = {key: data}
    found = read_json(file(tmp_path, json.dumps(data)), "x")
    assert found.evidence(*keys).value == ""
    assert isinstance(found, Document)


MADE_UP = "Zq8" + "v5Kx2Wm9Tb4Rc7Yd1Nf6"


@pytest.mark.parametrize(
    "text",
    [
        f"curl -H 'Authorization: Bearer {MADE_UP}' https://x.example",
        f"API_TOKEN={MADE_UP} run",
        f"tool --api-key {MADE_UP}",
        f"tool --token={MADE_UP}",
        f"psql postgres://me:{MADE_UP}@db.example/x",
        f"echo {MADE_UP}",
        "psql postgres://me:hunter2@db.example/x",
        "PASSWORD=hunter22 run",
    ],
)
def test_what_could_be_a_credential_is_blotted(text: str) -> None:
    said = blot(text)
    assert MADE_UP not in said
    assert "hunter2" not in said
    assert "…" in said


@pytest.mark.parametrize(
    "text",
    [
        "Bash(npm run test:*)",
        "Bash(curl https://api.example.com/v1/things?x=1)",
        "API_TOKEN=${API_TOKEN} run",
        "tool --token $TOKEN",
        "Read(~/some-long-folder-name/with-many-words/**)",
        "mcp__plugin_context7_context7__query_docs",
        "pattern matching by key",
    ],
)
def test_ordinary_settings_are_left_alone(text: str) -> None:
    assert blot(text) == text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GITHUB_TOKEN", True),
        ("apiKey", True),
        ("DB_PASSWORD", True),
        ("Authorization", True),
        ("X-Api-Key", True),
        ("client_secret", True),
        ("PGPASSWORD", True),
        ("NODE_ENV", False),
        ("keybindings", False),
        ("pathPattern", False),
        ("monkey", False),
    ],
)
def test_names_that_carry_credentials_are_known(name: str, expected: bool) -> None:
    assert names_secret(name) is expected


@pytest.mark.parametrize(("value", "word"), [(True, "true"), (3, "3"), ("a\n b", "a b"), ([1], ""), ("x" * 500, None)])
def test_a_setting_is_one_short_word(value: Any, word: str | None) -> None:
    said = setting_word(value)
    assert said == word if word is not None else len(said) <= 120
