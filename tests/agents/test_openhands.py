"""OpenHands: the command line that works as the user, and the server whose agent sees only its mounts."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import openhands as dialect
from auditor.model import Approval, CommandClass, EnvMode, ExecMode, Honoured, OnOutside, ReadBase, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY


def server(desk: Any, text: str = "", **parts: Any) -> Any:
    desk.project("config.toml", f"[core]\nmax_iterations = 5\n[llm]\nmodel = 'm'\n{text}")
    return desk.records(**parts)["desktop"]


@pytest.mark.parametrize(
    ("mark", "content", "surfaces"),
    [
        ("work/shop/.openhands/setup.sh", "", ["cli"]),
        ("work/shop/.openhands_instructions", "", ["cli"]),
        ("home/.openhands/settings.json", "{}", ["cli"]),
        ("work/shop/config.toml", "[core]\n[sandbox]\n", ["desktop"]),
    ],
)
def test_a_file_proves_the_surface_that_reads_it(desk: Any, mark: str, content: str, surfaces: list[str]) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, content)

    assert sorted(desk.records()) == surfaces


def test_a_configuration_of_another_program_is_no_proof(desk: Any) -> None:
    desk.project("config.toml", "[core]\na = 1\n[server]\nb = 2\n")

    assert dialect.read(desk.around()) == ()


def test_the_command_line_asks_for_everything_and_reads_as_the_user(desk: Any) -> None:
    record = desk.named()

    assert (record.surface, record.approval, record.exec.mode) == ("cli", Approval.ALWAYS, ExecMode.ASK)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
    assert (record.read.base, record.read.outside) == (ReadBase.FILESYSTEM, OnOutside.FREE)
    assert record.sandbox.kind == "none"


def test_the_server_runs_everything_in_a_container(desk: Any) -> None:
    record = server(desk)

    assert (record.exec.mode, record.approval, record.sandbox.kind) == (ExecMode.FREE, Approval.NEVER, "container")
    assert desk.run(record, "curl https://example.com") is ALLOW
    assert desk.reads(record, "a.py") is ALLOW
    assert desk.reads(record, (desk.home / ".aws/credentials").as_posix()) is DENY
    assert record.read.shell_base is ReadBase.SANDBOXED


def test_confirmation_brings_the_question_back(desk: Any) -> None:
    record = server(desk, "[security]\nconfirmation_mode = true\n")

    assert (record.approval, desk.run(record, "ls")) == (Approval.ALWAYS, ASK)
    assert record.approval_removers == ()
    assert desk.why(record, "run", "ls") == ("config.toml", 6)


def test_confirmation_that_is_switched_off_is_a_removed_gate(desk: Any) -> None:
    record = server(desk, "[security]\nconfirmation_mode = false\n")

    assert [(one.file, one.key) for one in record.approval_removers] == [("config.toml", "security.confirmation_mode")]


def test_mounted_folders_are_what_it_reads(desk: Any) -> None:
    record = server(desk, f"[sandbox]\nvolumes = '{desk.home}/data:/workspace/data:ro,/srv:/srv'\n")

    assert record.read.shell_roots == (desk.work.as_posix(), f"{desk.home.as_posix()}/data", "/srv")
    assert desk.reads(record, (desk.home / "data/a").as_posix()) is ALLOW

    record = server(desk, environment={"SANDBOX_VOLUMES": "/opt/x:/workspace:rw"})
    assert record.read.shell_roots == (desk.work.as_posix(), "/opt/x")


def test_without_a_container_it_reads_everything(desk: Any) -> None:
    desk.project("config.toml", "[core]\nruntime = 'local'\n[llm]\nmodel = 'm'\n")
    record = desk.records()["desktop"]

    assert (record.sandbox.kind, record.read.base, record.env.shell) == ("none", ReadBase.FILESYSTEM, EnvMode.ALL)


def test_a_container_gets_only_the_variables_it_is_given(desk: Any) -> None:
    record = server(desk, "[sandbox]\nruntime_startup_env_vars = { DB_URL = 'x' }\n")

    assert record.env.shell is EnvMode.MINIMAL
    assert [(one.name, one.evidence.line) for one in record.env.injected] == [("DB_URL", 6)]


def test_servers_of_both_forms_are_read(desk: Any) -> None:
    desk.user(".openhands/mcp.json", {"mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": "abc"}}}})
    record = server(
        desk,
        "[mcp]\nsse_servers = ['https://b.test', { url = 'https://c.test', api_key = 'abc' }]\n"
        "stdio_servers = [{ name = 'd', command = 'npx', args = ['-y', 'pg-mcp'] }]\n",
    )

    assert {one.name: one.sandboxed for one in record.mcp} == {
        "https://b.test": True,
        "https://c.test": True,
        "d": True,
    }
    assert next(one for one in record.mcp if one.name == "https://c.test").literal_secret
    assert [one.secret_keys for one in desk.records()["cli"].mcp] == [("A_TOKEN",)]


def test_scripts_of_the_repository_and_transcripts_are_told(desk: Any) -> None:
    desk.project(".openhands/setup.sh", "")
    record = desk.one()

    assert [one.file for one in record.hooks] == [".openhands/setup.sh"]
    assert [one.path for one in record.logging.transcripts] == ["~/.openhands/conversations"]


def test_low_effort_is_reduced_reasoning(desk: Any) -> None:
    assert server(desk, "reasoning_effort = 'low'\n").reasoning == "reduced"


def test_a_broken_file_is_named_with_its_line_and_unknown_tables_are_listed(desk: Any) -> None:
    desk.user(".openhands/mcp.json", '{\n"mcpServers": {\n')
    record = server(desk, "[odd]\na = 1\n")
    (broken,) = desk.records()["cli"].sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
    assert record.sources[0].unknown_keys == ("odd",)
