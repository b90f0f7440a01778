"""Aider: fixed commands, suggestions that need an explicit yes, the chat's files and what ``.env`` brings."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import aider as dialect
from auditor.model import Approval, CommandClass, ExecMode, Honoured, NetworkMode, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
CONF = ".aider.conf.yml"


def conf(desk: Any, text: str) -> Any:
    desk.project(CONF, text)
    return desk.one()


@pytest.mark.parametrize("mark", ["work/shop/.aiderignore", "work/shop/.aider.chat.history.md", "home/.aider.conf.yml"])
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "")

    assert not desk.one().assumed


def test_without_settings_a_suggested_command_is_asked_for(desk: Any) -> None:
    record = desk.named()

    assert record.exec.mode is ExecMode.ASK
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
    assert (record.network.mode, record.reasoning, record.sandbox.kind) == (NetworkMode.FREE, "normal", "none")


def test_yes_always_does_not_run_suggested_commands(desk: Any) -> None:
    record = conf(desk, "yes-always: true\n")

    assert desk.run(record, "curl https://example.com") is DENY
    assert desk.why(record, "run", "ls") == (CONF, 1)
    assert record.exec.mode is ExecMode.NONE
    assert record.approval is Approval.NEVER


def test_yes_always_adds_the_repository_s_files_and_fetches(desk: Any) -> None:
    record = conf(desk, "yes-always: true\n")

    assert desk.reads(record, "a.py") is ALLOW
    assert desk.reads(record, "/etc/passwd") is DENY
    assert record.network.tool_mode is NetworkMode.FREE


def test_suggestions_may_be_switched_off(desk: Any) -> None:
    assert desk.run(conf(desk, "suggest-shell-commands: false\n"), "ls") is DENY


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("lint-cmd: ruff check\n", "ruff check", ALLOW),
        ("lint-cmd: ['python: ruff check', 'go vet']\n", "ruff check", ALLOW),
        ("lint-cmd: ruff check\nauto-lint: false\n", "ruff check", ASK),
        ("test-cmd: pytest\n", "pytest", ASK),
        ("test-cmd: pytest\nauto-test: true\n", "pytest", ALLOW),
        ("test-cmd: pytest\nauto-test: true\n", "pytest -x", ASK),
        ("notifications: true\nnotifications-command: beep\n", "beep", ALLOW),
    ],
)
def test_only_fixed_commands_run_unasked(desk: Any, text: str, line: str, expected: Verdict) -> None:
    assert desk.run(conf(desk, text), line) is expected


def test_automatic_tests_open_the_way_to_any_program(desk: Any) -> None:
    record = conf(desk, "test-cmd: pytest\nauto-test: true\n")

    assert record.exec.mode is ExecMode.ALLOW_LIST
    assert record.exec.verdict(CommandClass.PROCESS).verdict is ALLOW
    assert record.exec.verdict(CommandClass.NETWORK).verdict is ASK
    assert [one.key for one in record.approval_removers] == ["auto-test"]
    assert [one.key for one in record.hooks] == ["test-cmd"]


def test_the_nearest_file_wins_and_the_environment_beats_it(desk: Any) -> None:
    desk.user(CONF, "suggest-shell-commands: false\n")
    assert desk.run(conf(desk, "suggest-shell-commands: true\n"), "ls") is ASK

    assert desk.run(desk.one({"AIDER_YES_ALWAYS": "true"}), "ls") is DENY


def test_a_file_outside_the_chat_is_asked_for_and_listed_ones_are_read(desk: Any) -> None:
    record = conf(desk, "read: [CONVENTIONS.md, ~/notes.md]\n")

    assert desk.reads(record, "a.py") is ASK
    assert desk.reads(record, "CONVENTIONS.md") is ALLOW
    assert desk.reads(record, (desk.home / "notes.md").as_posix()) is ALLOW


def test_an_ignore_file_keeps_files_out_of_the_chat(desk: Any) -> None:
    desk.project(".aiderignore", "\nsecrets/\n")
    record = conf(desk, "yes-always: true\n")

    assert desk.reads(record, "secrets/a") is DENY
    assert desk.why(record, "read", "secrets/a") == (".aiderignore", 2)


def test_env_files_and_literal_keys_enter_the_environment(desk: Any) -> None:
    desk.project(".env", "A=b\n")
    desk.user(".env", "C=d\n")
    record = conf(desk, "env-file: more.env\nset-env:\n- DB_URL=x\napi-key:\n- gemini=abc\nopenai-api-key: abc\n")

    assert record.env.dotenv == tuple(
        path.as_posix() for path in (desk.home / ".env", desk.work / ".env", desk.work / "more.env")
    )
    assert {(one.name, one.evidence.line) for one in record.env.injected} == {
        ("OPENAI_API_KEY", 6),
        ("DB_URL", 3),
        ("GEMINI_API_KEY", 5),
    }
    assert all(one.literal and "abc" not in one.evidence.sentence for one in record.env.injected)


def test_history_files_are_transcripts(desk: Any) -> None:
    record = conf(desk, "llm-history-file: .aider.llm.history\nchat-history-file: chat.md\n")

    assert [one.path for one in record.logging.transcripts] == ["chat.md", ".aider.input.history", ".aider.llm.history"]
    assert record.logging.content_logged


@pytest.mark.parametrize("text", ["reasoning-effort: low\n", "thinking-tokens: 0\n"])
def test_low_effort_is_reduced_reasoning(desk: Any, text: str) -> None:
    assert conf(desk, text).reasoning == "reduced"


def test_an_address_from_the_repository_is_told(desk: Any) -> None:
    record = conf(desk, "openai-api-base: https://proxy.example.com\n")

    assert any("openai-api-base" in note for note in record.notes)


def test_a_broken_file_is_named_with_its_line_and_unknown_keys_are_listed(desk: Any) -> None:
    desk.user(CONF, "odd-option: 1\n")
    project, user = conf(desk, "yes-always: true\nread: [a\nb: }\n").sources

    assert (project.honoured, project.problem.startswith("line ")) == (Honoured.NO, True)
    assert user.unknown_keys == ("odd-option",)
