"""Goose: the mode and its doubtful default, single tools, ignore files and extensions."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import goose as dialect
from auditor.model import Approval, CommandClass, ExecMode, Honoured, OnOutside, ReadBase, Verdict

ALLOW, ASK, DENY, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.DENY, Verdict.CLASSIFIED
HOME = ".config/goose"


def conf(desk: Any, text: str = "", **parts: Any) -> Any:
    desk.user(f"{HOME}/config.yaml", text)
    return desk.one(**parts)


@pytest.mark.parametrize("mark", ["work/shop/.goosehints", "work/shop/.gooseignore", "home/.config/goose/config.yaml"])
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "")

    assert not desk.one().assumed


def test_without_a_mode_the_wider_default_counts_and_the_narrower_is_the_best_case(desk: Any) -> None:
    record = desk.named()

    assert (record.exec.mode, record.exec.best) == (ExecMode.FREE, ExecMode.RISK_BASED)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ALLOW, ALLOW]
    assert record.confidence == "low"
    assert any("default" in note for note in record.notes)


@pytest.mark.parametrize(
    ("mode", "expected", "approval", "exec_mode"),
    [
        ("auto", ALLOW, Approval.NEVER, ExecMode.FREE),
        ("smart_approve", CLASSIFIED, Approval.RISK_BASED, ExecMode.RISK_BASED),
        ("approve", ASK, Approval.ON_REQUEST, ExecMode.ASK),
        ("chat", DENY, Approval.ALWAYS, ExecMode.NONE),
    ],
)
def test_the_mode_decides_for_every_command(
    desk: Any, mode: str, expected: Verdict, approval: Approval, exec_mode: ExecMode
) -> None:
    record = conf(desk, f"GOOSE_MODE: {mode}\n")

    assert desk.run(record, "curl https://example.com") is expected
    assert (record.approval, record.exec.mode, record.exec.best) == (approval, exec_mode, None)
    assert desk.why(record, "run", "ls") == ("~/.config/goose/config.yaml", 1)


def test_the_environment_beats_the_file(desk: Any) -> None:
    record = conf(desk, "GOOSE_MODE: auto\n", environment={"GOOSE_MODE": "approve"})

    assert desk.run(record, "ls") is ASK


def test_a_tool_that_is_always_allowed_opens_the_shell(desk: Any) -> None:
    desk.user(f"{HOME}/permission.yaml", "user:\n  always_allow:\n  - developer__shell\n  never_allow: []\n")
    record = conf(desk, "GOOSE_MODE: approve\n")

    assert desk.run(record, "ls") is ALLOW
    assert [(one.file, one.line) for one in record.approval_removers] == [("~/.config/goose/permission.yaml", 3)]


def test_a_tool_that_is_never_allowed_stays_shut_and_auto_mode_does_not_look(desk: Any) -> None:
    desk.user(f"{HOME}/permission.yaml", "user:\n  never_allow: [shell]\n")

    assert desk.run(conf(desk, "GOOSE_MODE: smart_approve\n"), "ls") is DENY
    assert desk.run(conf(desk, "GOOSE_MODE: auto\n"), "ls") is ALLOW


def test_without_its_developer_extension_there_is_no_shell(desk: Any) -> None:
    record = conf(desk, "extensions:\n  developer:\n    type: builtin\n    enabled: false\n")

    assert (desk.run(record, "ls"), record.exec.mode) == (DENY, ExecMode.NONE)


def test_every_file_of_the_user_is_read_but_for_a_built_in_list(desk: Any) -> None:
    record = conf(desk)

    assert (record.read.base, record.read.outside) == (ReadBase.FILESYSTEM, OnOutside.FREE)
    assert desk.reads(record, (desk.home / ".aws/credentials").as_posix()) is ALLOW
    assert {name: desk.reads(record, name) for name in (".env", "a/secrets.yml", "a.py")} == {
        ".env": DENY,
        "a/secrets.yml": DENY,
        "a.py": ALLOW,
    }


def test_the_ignore_list_binds_arguments_and_no_program(desk: Any) -> None:
    record = conf(desk, "GOOSE_MODE: auto\n")

    assert desk.run(record, "cat .env") is DENY
    assert desk.run(record, "python3 -c 'open(\".env\")'") is ALLOW


def test_an_ignore_file_replaces_the_built_in_list_and_the_project_may_take_back(desk: Any) -> None:
    desk.user(f"{HOME}/.gooseignore", "*.pem\n")
    desk.project(".gooseignore", "!open.pem\nprivate/\n")
    record = conf(desk)

    assert {name: desk.reads(record, name) for name in (".env", "a.pem", "open.pem", "private/a")} == {
        ".env": ALLOW,
        "a.pem": DENY,
        "open.pem": ALLOW,
        "private/a": DENY,
    }
    assert desk.why(record, "read", "private/a") == (".gooseignore", 2)


def test_extensions_are_servers_and_the_mode_opens_them(desk: Any) -> None:
    text = (
        "GOOSE_MODE: approve\nextensions:\n"
        "  db: {type: stdio, cmd: npx, args: [-y, pg-mcp], envs: {DB_PASSWORD: abc}, env_keys: [DB_TOKEN]}\n"
        "  off: {type: stdio, cmd: x, enabled: false}\n"
        "  memory: {type: builtin, enabled: true}\n"
        "  web: {type: streamable_http, uri: 'https://mcp.example.com', enabled: true}\n"
    )
    record = conf(desk, text)
    served = {one.name: one for one in record.mcp}

    assert sorted(served) == ["db", "web"]
    assert set(served["db"].secret_keys) == {"DB_PASSWORD", "DB_TOKEN"}
    assert (served["db"].literal_secret, served["db"].auto_approved, served["db"].evidence.line) == (True, "no", 3)
    assert conf(desk, text.replace("approve", "auto")).mcp[0].auto_approved == "all"


def test_a_moved_root_is_followed(desk: Any) -> None:
    desk.user("g/config/config.yaml", "GOOSE_MODE: chat\n")
    record = desk.one({"GOOSE_PATH_ROOT": (desk.home / "g").as_posix()})

    assert desk.run(record, "ls") is DENY
    assert record.logging.transcripts[0].path == "~/g/data/sessions"


def test_transcripts_and_exports_are_told(desk: Any) -> None:
    record = conf(desk, "OTEL_EXPORTER_OTLP_ENDPOINT: http://localhost:4318\n")

    assert [one.path for one in record.logging.transcripts] == [
        "~/.local/share/goose/sessions",
        "~/.local/state/goose/logs",
    ]
    assert record.logging.audit == "opentelemetry"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GEMINI3_THINKING_LEVEL: low\n", "reduced"),
        ("GOOSE_MODEL: gemini-3-pro\n", "reduced"),
        ("GOOSE_MODEL: gemini-3-pro\nGEMINI3_THINKING_LEVEL: high\n", "unknown"),
        ("GOOSE_MODEL: claude-x\nCLAUDE_THINKING_ENABLED: false\n", "reduced"),
        ("", "unknown"),
    ],
)
def test_reduced_reasoning_is_told_by_its_keys(desk: Any, text: str, expected: str) -> None:
    assert conf(desk, text).reasoning == expected


def test_a_broken_file_is_named_with_its_line_and_unknown_keys_are_listed(desk: Any) -> None:
    desk.user(f"{HOME}/permission.yaml", "user: [\n")
    config, broken = conf(desk, "GOOSE_MODE: auto\nodd: 1\n").sources

    assert config.unknown_keys == ("odd",)
    assert (broken.honoured, broken.problem.startswith("line ")) == (Honoured.NO, True)
