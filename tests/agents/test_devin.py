"""Devin: the cloud's copy of the repository, and the command line's permission words."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import devin as dialect
from auditor.model import Approval, CommandClass, EnvMode, ExecMode, Honoured, NetworkMode, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
USER = ".config/devin/config.json"


def words(desk: Any, **lists: list[str]) -> Any:
    desk.user(USER, {"permissions": lists})
    return desk.records()["cli"]


@pytest.mark.parametrize(
    ("mark", "surfaces"),
    [
        ("work/shop/.devin/knowledge.md", ["cloud"]),
        ("work/shop/.devin/config.json", ["cli", "cloud"]),
        (f"home/{USER}", ["cli"]),
    ],
)
def test_a_file_proves_the_surface_that_reads_it(desk: Any, mark: str, surfaces: list[str]) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert sorted(desk.records()) == surfaces


def test_a_key_in_the_environment_proves_the_cloud(desk: Any) -> None:
    assert sorted(desk.records({"DEVIN_API_KEY": "made-up"})) == ["cloud"]


def test_the_cloud_runs_everything_and_asks_nobody(desk: Any) -> None:
    record = desk.named()

    assert (record.surface, record.sandbox.kind, record.approval) == ("cloud", "vm", Approval.NEVER)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ALLOW, ALLOW]
    assert (record.network.mode, record.env.shell) == (NetworkMode.FREE, EnvMode.NONE)


def test_the_cloud_sees_the_repository_and_nothing_else_of_this_machine(desk: Any) -> None:
    desk.project(".gitignore", ".env\n")
    record = desk.named()

    assert desk.reads(record, "a.py") is ALLOW
    assert desk.reads(record, ".env") is DENY
    assert desk.reads(record, (desk.home / ".aws/credentials").as_posix()) is DENY
    assert record.read.rules[0].evidence.sentence == (
        ".gitignore:1 (git leaves it out of the repository that the machine holds a copy of)"
    )


@pytest.mark.parametrize(
    ("lists", "line", "expected"),
    [
        ({}, "ls", ASK),
        ({"allow": ["Exec(git)"]}, "git status", ALLOW),
        ({"allow": ["Exec(git)"]}, "gitk", ASK),
        ({"allow": ["Exec(git)"]}, "git status && curl x", ASK),
        ({"allow": ["Exec(git)"], "ask": ["Exec(git push)"]}, "git push origin", ASK),
        ({"allow": ["Exec(*)"], "deny": ["Exec(rm *)"]}, "ls; rm x", DENY),
        ({"allow": ["Exec(npm run:*)"]}, "npm run build", ALLOW),
        ({"allow": ["exec"]}, "curl x", ALLOW),
    ],
)
def test_a_refusal_beats_a_question_beats_an_allowance(
    desk: Any, lists: dict[str, list[str]], line: str, expected: Verdict
) -> None:
    assert desk.run(words(desk, **lists), line) is expected


def test_lists_of_project_and_user_add_up_with_their_lines(desk: Any) -> None:
    desk.project(".devin/config.json", '{\n"permissions": {"deny": [\n"Exec(curl)"]}}')
    record = words(desk, allow=["Exec(curl)"])

    assert desk.run(record, "curl x") is DENY
    assert desk.why(record, "run", "curl x") == (".devin/config.json", 3)


def test_paths_and_addresses_have_words_of_their_own(desk: Any) -> None:
    record = words(desk, deny=["Read(**/.env)"], allow=["Read(~/notes/**)", "Fetch(https://docs.example.com/*)"])

    assert desk.reads(record, "a/.env") is DENY
    assert desk.reads(record, (desk.home / "notes/a").as_posix()) is ALLOW
    assert desk.reads(record, "/etc/passwd") is ASK
    assert desk.ask(record, "fetch", "https://docs.example.com/a") is ALLOW
    assert desk.ask(record, "fetch", "https://example.com/a") is ASK


def test_broad_words_are_removed_gates(desk: Any) -> None:
    record = words(desk, allow=["Exec(python3)", "Exec(git status)"])

    assert record.exec.mode is ExecMode.ALLOW_LIST
    assert record.exec.verdict(CommandClass.PROCESS).verdict is ALLOW
    assert len(record.approval_removers) == 1


def test_the_doubt_about_its_files_is_told(desk: Any) -> None:
    record = words(desk)

    assert record.confidence == "low"
    assert any("not documented" in note for note in record.notes)


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.user(USER, '{\n"permissions": {\n')
    (broken,) = desk.one().sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
