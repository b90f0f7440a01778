"""Crush: built-in lists, tools allowed by name, values that run when they are loaded, and files in the repository."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import crush as dialect
from auditor.model import CommandClass, EnforcedFor, ExecMode, Honoured, NetworkMode, OnOutside, ReadBase, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY


def allowed(desk: Any, *tools: str, **more: object) -> Any:
    desk.project("crush.json", {"permissions": {"allowed_tools": list(tools)}, **more})
    return desk.one()


@pytest.mark.parametrize(
    "mark",
    [
        "work/shop/crush.json",
        "work/shop/.crush.json",
        "work/shop/.crush/crush.db",
        "work/shop/.crushignore",
        "home/.config/crush/crush.json",
        "home/.local/share/crush/crush.json",
    ],
)
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert not desk.one().assumed


def test_without_settings_it_asks(desk: Any) -> None:
    record = desk.named()

    assert record.exec.mode is ExecMode.ASK
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
    assert (record.read.base, record.read.outside) == (ReadBase.WORKSPACE, OnOutside.ASK)


@pytest.mark.parametrize(
    ("line", "asked", "freed"),
    [
        ("ls -la", ALLOW, ALLOW),
        ("git status", ALLOW, ALLOW),
        ("git push", ASK, ALLOW),
        ("cat a", ASK, ALLOW),
        ("ls; make", ASK, ALLOW),
        ("echo a > b", ASK, ALLOW),
        ("curl https://example.com", DENY, DENY),
        ("ls && sudo id", DENY, DENY),
        ("python3 -c 'print(1)'", ASK, ALLOW),
    ],
)
def test_blocked_programs_never_start_and_harmless_ones_always_do(
    desk: Any, line: str, asked: Verdict, freed: Verdict
) -> None:
    assert desk.run(desk.named(), line) is asked
    assert desk.run(allowed(desk, "bash"), line) is freed


def test_an_allowed_shell_is_a_removed_gate_with_its_line(desk: Any) -> None:
    desk.project("crush.json", '{\n"permissions": {"allowed_tools": [\n"view",\n"bash"]}}')
    record = desk.one()

    assert record.exec.mode is ExecMode.FREE
    assert [(one.file, one.line) for one in record.approval_removers] == [("crush.json", 4)]
    assert record.exec.verdict(CommandClass.NETWORK).verdict is ALLOW


def test_lists_of_all_files_add_up(desk: Any) -> None:
    desk.user(".config/crush/crush.json", {"permissions": {"allowed_tools": ["bash:execute"]}})
    record = allowed(desk, "view")

    assert desk.run(record, "make") is ALLOW
    assert (record.read.base, record.read.outside) == (ReadBase.FILESYSTEM, OnOutside.FREE)


def test_a_disabled_shell_runs_nothing(desk: Any) -> None:
    record = allowed(desk, "bash", options={"disabled_tools": ["bash"]})

    assert (desk.run(record, "ls"), record.exec.mode) == (DENY, ExecMode.NONE)


def test_ignore_files_only_shape_listings(desk: Any) -> None:
    desk.project(".crushignore", ".env\n")
    record = desk.one()

    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.INDEX}
    assert desk.reads(record, ".env") is ALLOW


def test_values_that_run_when_they_are_loaded_are_told_with_their_line(desk: Any) -> None:
    desk.project(
        "crush.json", '{\n"providers": {"p": {\n"api_key": "$(cat key)"}},\n"lsp": {"go": {"command": "gopls"}}}'
    )
    record = desk.one()

    assert [(one.key, one.line) for one in record.hooks] == [("providers.p.api_key", 3), ("lsp.go", 4)]
    assert any("run as a command" in note for note in record.notes)
    assert not any("cat key" in one.sentence for one in record.hooks)


def test_servers_start_without_trust_and_are_opened_tool_by_tool(desk: Any) -> None:
    servers = {
        "db": {"type": "stdio", "command": "npx", "args": ["-y", "pg-mcp"], "env": {"PG_PASSWORD": "$PG"}},
        "b": {"type": "http", "url": "https://b.test"},
        "off": {"type": "stdio", "command": "x", "disabled": True},
    }
    record = allowed(desk, "mcp_db_query", mcp=servers)
    served = {one.name: one for one in record.mcp}

    assert {name: one.auto_approved for name, one in served.items()} == {"db": "some", "b": "no"}
    assert (served["db"].started_without_trust, served["db"].literal_secret) == (True, False)


def test_fetching_and_editing_are_allowed_by_name(desk: Any) -> None:
    record = allowed(desk, "fetch", "edit")

    assert (record.network.tool_mode, record.self_modify) == (NetworkMode.FREE, "free")


def test_transcripts_stand_inside_the_repository_unless_moved(desk: Any) -> None:
    assert [one.path for one in allowed(desk).logging.transcripts] == [".crush/crush.db", ".crush/logs/crush.log"]
    moved = allowed(desk, options={"data_directory": "state"})
    assert moved.logging.transcripts[0].path == "state/crush.db"


def test_low_effort_is_reduced_reasoning(desk: Any) -> None:
    assert allowed(desk, models={"large": {"reasoning_effort": "low"}}).reasoning == "reduced"


def test_a_broken_file_is_named_with_its_line_and_unknown_keys_are_listed(desk: Any) -> None:
    desk.project(".crush.json", '{\n"mcp": {\n')
    broken, own = allowed(desk, odd=1).sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
    assert own.unknown_keys == ("odd",)
