"""Amazon Q: trusted tools, patterns that a trusted tool does not need, readers, and which agent is counted."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import amazon_q as dialect
from auditor.model import CommandClass, ExecMode, Honoured, OnOutside, ReadBase, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
HOME = ".aws/amazonq"


def agent(desk: Any, name: str = "dev", **keys: object) -> Any:
    desk.user(f"{HOME}/cli-agents/{name}.json", {"name": name, "tools": ["*"], **keys})
    desk.user(".local/share/amazon-q/settings.json", {"chat.defaultAgent": name})
    return desk.one()


def shell(**settings: object) -> dict[str, object]:
    return {"execute_bash": settings}


@pytest.mark.parametrize("mark", ["work/shop/.amazonq/rules/a.md", "home/.aws/amazonq/mcp.json"])
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    desk.user(".aws/credentials", "")
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert not desk.one().assumed


def test_without_settings_every_file_is_read_and_commands_ask_but_for_readers(desk: Any) -> None:
    record = desk.named()

    assert (record.read.base, record.read.outside) == (ReadBase.FILESYSTEM, OnOutside.FREE)
    assert desk.reads(record, (desk.home / ".aws/credentials").as_posix()) is ALLOW
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ASK, ASK]
    assert record.exec.best is ExecMode.ASK


@pytest.mark.parametrize(
    ("keys", "line", "expected"),
    [
        ({"allowedTools": ["execute_bash"], "toolsSettings": shell(allowedCommands=["ls"])}, "curl x", ALLOW),
        ({"allowedTools": ["execute_*"]}, "curl x", ALLOW),
        ({"allowedTools": ["*"]}, "curl x", ASK),
        ({"allowedTools": ["execute_bash"], "toolsSettings": shell(deniedCommands=["rm .*"])}, "rm x", DENY),
        ({"toolsSettings": shell(allowedCommands=["git (status|log)"])}, "git status", ALLOW),
        ({"toolsSettings": shell(allowedCommands=["git (status|log)"])}, "git status -s", ASK),
        ({"toolsSettings": shell(allowedCommands=[".*"])}, "curl x; id", ALLOW),
        ({"toolsSettings": shell(allowedCommands=[".*"], deniedCommands=["curl.*"])}, "curl x", DENY),
        ({"toolsSettings": {"shell": {"denyByDefault": True}}}, "npm test", DENY),
        ({"tools": ["fs_read"]}, "ls", DENY),
        ({"tools": ["@builtin"]}, "npm test", ASK),
    ],
)
def test_refusals_then_trust_then_patterns(desk: Any, keys: dict[str, object], line: str, expected: Verdict) -> None:
    assert desk.run(agent(desk, **keys), line) is expected


@pytest.mark.parametrize(
    ("settings", "line", "expected"),
    [
        ({}, "cat a | grep b", ALLOW),
        ({}, "cat a; rm b", ASK),
        ({}, "cat a > b", ASK),
        ({}, "find . -delete", ASK),
        ({}, "cat a | sh", ASK),
        ({"autoAllowReadonly": False}, "cat a", ASK),
        ({"allowReadOnly": True}, "cat a", ALLOW),
    ],
)
def test_readers_run_unless_they_are_told_not_to(
    desk: Any, settings: dict[str, object], line: str, expected: Verdict
) -> None:
    assert desk.run(agent(desk, toolsSettings=shell(**settings)), line) is expected


def test_a_trusted_shell_is_a_removed_gate_with_its_line(desk: Any) -> None:
    desk.user(f"{HOME}/cli-agents/a.json", '{\n"tools": ["*"],\n"allowedTools": [\n"execute_bash"]}')
    record = desk.one()

    assert record.exec.mode is ExecMode.FREE
    assert [(one.file, one.line) for one in record.approval_removers] == [(f"~/{HOME}/cli-agents/a.json", 4)]


def test_without_a_chosen_agent_the_widest_counts_and_the_usual_is_the_best_case(desk: Any) -> None:
    desk.user(f"{HOME}/cli-agents/wide.json", {"tools": ["*"], "allowedTools": ["execute_bash"]})
    record = desk.one()

    assert (record.exec.mode, record.exec.best, record.confidence) == (ExecMode.FREE, ExecMode.ASK, "low")
    assert any("q_cli_default, wide" in note for note in record.notes)


def test_an_agent_of_the_workspace_hides_the_user_s_of_the_same_name(desk: Any) -> None:
    desk.project(".amazonq/cli-agents/dev.json", {"name": "dev", "tools": ["*"], "allowedTools": []})
    record = agent(desk, allowedTools=["execute_bash"])

    assert desk.run(record, "npm test") is ASK


def test_paths_are_refused_even_to_a_trusted_reader(desk: Any) -> None:
    paths = {"fs_read": {"deniedPaths": ["~/.aws"], "allowedPaths": ["~/notes/**"]}}
    trusted = agent(desk, allowedTools=["fs_read"], toolsSettings=paths)
    assert desk.reads(trusted, (desk.home / ".aws/credentials").as_posix()) is DENY
    assert desk.run(trusted, "cat ~/.aws/credentials") is ALLOW

    asked = agent(desk, toolsSettings=paths)
    assert desk.reads(asked, (desk.home / "notes/a").as_posix()) is ALLOW
    assert desk.reads(asked, (desk.home / ".netrc").as_posix()) is ASK


def test_servers_are_trusted_by_name_or_by_tool(desk: Any) -> None:
    desk.project(
        ".amazonq/mcp.json", {"mcpServers": {"b": {"command": "b", "autoApprove": ["x"]}, "c": {"command": "c"}}}
    )
    keys = {"mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": "abc"}}}, "allowedTools": ["@a", "@c/get"]}

    alone = agent(desk, **keys, useLegacyMcpJson=False)
    assert {one.name: one.auto_approved for one in alone.mcp} == {"a": "all"}
    shared = agent(desk, **keys, useLegacyMcpJson=True)
    assert {one.name: one.auto_approved for one in shared.mcp} == {"a": "all", "b": "some", "c": "some"}
    assert next(one for one in shared.mcp if one.name == "a").literal_secret


def test_hooks_of_the_agent_are_told(desk: Any) -> None:
    record = agent(desk, hooks={"agentSpawn": [{"command": "git status"}]})

    assert [one.key for one in record.hooks] == ["hooks.agentSpawn"]


def test_the_vendor_s_database_is_a_transcript(desk: Any) -> None:
    assert [one.path for one in desk.named().logging.transcripts] == ["~/.local/share/amazon-q/data.sqlite3"]


def test_a_broken_agent_is_named_with_its_line_and_unknown_keys_are_listed(desk: Any) -> None:
    desk.user(f"{HOME}/cli-agents/bad.json", '{\n"tools": [\n}')
    record = agent(desk, odd=1)
    broken, dev = record.sources[:2]

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
    assert dev.unknown_keys == ("odd",)
