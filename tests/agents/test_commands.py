"""Shell lines as simple commands: how they are cut, what stands behind wrappers, and which programs are broad."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.agents.commands import is_broad, is_network, is_reader, simple_commands, unwrap

WRAPPERS = frozenset({"timeout", "time", "nice", "nohup", "stdbuf", "command", "env", "sudo", "xargs"})


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("ls", ["ls"]),
        ("a && b || c; d | e |& f & g\nh", ["a", "b", "c", "d", "e", "f", "g", "h"]),
        ("echo 'a; b' \"c && d\"", ["echo 'a; b' \"c && d\""]),
        ("a \\\n b", ["a   b"]),
        ("(a; b) && { c; }", ["a", "b", "c"]),
        ("if a; then b; else c; fi", ["a", "b", "c"]),
        ("for x in 1 2; do cat $x; done", ["cat $x"]),
        ("a # comment; b", ["a"]),
        ("echo $(b; c) d", ["echo $(b; c) d", "b", "c"]),
        ('echo "x $(b) y"', ['echo "x $(b) y"', "b"]),
        ("echo '$(b)'", ["echo '$(b)'"]),
        ("echo `b`", ["echo `b`", "b"]),
        ("diff <(a) <(b)", ["diff <(a) <(b)", "a", "b"]),
        ("a $(b $(c))", ["a $(b $(c))", "b $(c)", "c"]),
        ("cat <<EOF\nrm -rf /\nEOF\nls", ["cat <<EOF", "ls"]),
        ("a;; b", ["a", "b"]),
        ("echo a\\;b", ["echo a\\;b"]),
        ("", []),
        ("  # only", []),
    ],
)
def test_a_line_is_cut_into_its_commands(line: str, texts: list[str]) -> None:
    assert [command.text for command in simple_commands(line)] == texts


def test_assignments_redirections_and_quotes_are_told_apart() -> None:
    (command,) = simple_commands("A=1 B='x y' sort -u \"my file\" < in.txt > out.txt 2>&1")
    assert command.arguments == ("sort", "-u", "my file")
    assert command.assigned == 2
    assert (command.reads, command.writes) == (("in.txt",), ("out.txt",))
    assert command.plain


@pytest.mark.parametrize(
    ("line", "plain"), [("cat a", True), ("cat $A", False), ("cat *", False), ('cat "$A"', False), ("cat '$A'", True)]
)
def test_a_command_is_plain_when_every_word_is_literal(line: str, plain: bool) -> None:
    assert simple_commands(line)[0].plain is plain


def test_commands_in_substitutions_are_marked() -> None:
    assert [command.nested for command in simple_commands("a $(b)")] == [False, True]


@pytest.mark.parametrize(
    ("line", "behind"),
    [
        ("timeout 5 npm test", "npm test"),
        ("timeout -s KILL 5s npm test", "npm test"),
        ("nice -n 10 nohup npm test", "npm test"),
        ("env A=1 B=2 npm test", "npm test"),
        ("sudo -u root npm test", "npm test"),
        ("xargs npm test", "npm test"),
        ("xargs -n 1 npm test", "xargs -n 1 npm test"),
        ("timeout", "timeout"),
        ("npm test", "npm test"),
        ("command -- npm test", "npm test"),
    ],
)
def test_wrappers_are_looked_through(line: str, behind: str) -> None:
    assert unwrap(simple_commands(line)[0], WRAPPERS).text == behind


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", True),
        ("*", True),
        ("python3", True),
        ("python3.12 -c", True),
        ("python3 scripts/check.py", False),
        ("node --version", False),
        ("bash", True),
        ("npx", True),
        ("npx prettier", False),
        ("npm run", True),
        ("npm run build", False),
        ("uv run", True),
        ("docker exec", True),
        ("docker ps", False),
        ("sudo", True),
        ("sudo systemctl restart x", False),
        ("find", True),
        ("git", False),
        ("curl", False),
        ("/usr/bin/python3", True),
    ],
)
def test_broad_commands_are_those_that_can_run_anything(words: str, expected: bool) -> None:
    assert is_broad(tuple(words.split())) is expected


def test_readers_and_network_clients_are_known_by_name_and_path() -> None:
    assert is_reader(("/bin/cat", "x"))
    assert is_network(("curl", "x"))
    assert not is_network(("cat", "x"))
    assert not is_reader(())


@given(st.text(alphabet="ab $(){}<>|&;'\"`\\\n#=*", max_size=40))
def test_any_line_is_cut_without_an_error(line: str) -> None:
    for command in simple_commands(line):
        assert command.text == command.text.strip()
        for word in command.words:
            assert 0 <= word.start <= len(command.text)
