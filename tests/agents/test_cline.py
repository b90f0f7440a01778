"""Cline: approved categories, the range where only a database knows, its command lists, and the ignore file."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from auditor.agents import cline as dialect
from auditor.model import Approval, CommandClass, EnforcedFor, ExecMode, Honoured, NetworkMode, OnOutside, Verdict

ALLOW, ASK, DENY, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.DENY, Verdict.CLASSIFIED
STORE = ".config/Code/User/globalStorage/saoudrizwan.claude-dev"
STATE = ".cline/data/globalState.json"


def approved(desk: Any, surface: str = "cli", **actions: bool) -> Any:
    desk.user(STATE, {"autoApprovalSettings": {"enabled": True, "actions": actions}})
    return desk.records()[surface]


@pytest.mark.parametrize(
    ("mark", "surfaces"),
    [
        ("work/shop/.clinerules", ["ide"]),
        ("work/shop/.cline/rules/a.md", ["ide"]),
        (f"home/{STORE}/state/x", ["ide"]),
        ("home/.vscode/extensions/saoudrizwan.claude-dev-3.1.0/package.json", ["ide"]),
        ("home/.cline/data/x", ["cli"]),
    ],
)
def test_a_file_proves_the_surface_that_reads_it(desk: Any, mark: str, surfaces: list[str]) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "")

    assert sorted(desk.records()) == surfaces


def test_named_without_files_it_asks_on_both_surfaces(desk: Any) -> None:
    records = desk.records(named=frozenset({"cline"}))

    assert sorted(records) == ["cli", "ide"]
    for record in records.values():
        assert (record.assumed, record.exec.mode, record.exec.best) == (True, ExecMode.ASK, None)
        assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]


def test_where_the_database_knows_the_record_is_a_range(desk: Any) -> None:
    desk.user(f"{STORE}/state/x")
    record = desk.one()

    assert (record.exec.mode, record.exec.best, record.confidence) == (ExecMode.FREE, ExecMode.ASK, "low")
    assert desk.run(record, "curl https://example.com") is ALLOW
    assert any("database" in note for note in record.notes)


@pytest.mark.parametrize(
    ("actions", "expected", "approval"),
    [
        ({}, ASK, Approval.ON_REQUEST),
        ({"executeSafeCommands": True}, CLASSIFIED, Approval.RISK_BASED),
        ({"executeSafeCommands": True, "executeAllCommands": True}, ALLOW, Approval.NEVER),
        ({"executeAllCommands": True}, ASK, Approval.ON_REQUEST),
    ],
)
def test_all_commands_need_the_safe_ones_too(
    desk: Any, actions: dict[str, bool], expected: Verdict, approval: Approval
) -> None:
    record = approved(desk, **actions)

    assert desk.run(record, "npm test") is expected
    assert (record.approval, record.exec.best) == (approval, None)


def test_yolo_runs_everything_and_is_a_removed_gate(desk: Any) -> None:
    desk.user(STATE, {"yoloModeToggled": True})
    record = desk.records()["cli"]

    assert desk.run(record, "rm -r x") is ALLOW
    assert [(one.file, one.key) for one in record.approval_removers] == [(f"~/{STATE}", "yoloModeToggled")]


def test_a_switched_off_master_asks(desk: Any) -> None:
    actions = {"executeSafeCommands": True, "executeAllCommands": True}
    desk.user(STATE, {"autoApprovalSettings": {"enabled": False, "actions": actions}})

    assert desk.run(desk.records()["cli"], "ls") is ASK


def test_of_several_stores_the_newest_counts(desk: Any) -> None:
    old = desk.user(f"{STORE}/state/globalState.json", {"yoloModeToggled": True})
    new = desk.user(STATE, {"yoloModeToggled": False, "autoApprovalSettings": {"actions": {}}})
    os.utime(old, (1, 1))
    os.utime(new, (2, 2))

    assert desk.run(desk.records()["ide"], "ls") is ASK


def test_read_categories_decide_inside_and_outside(desk: Any) -> None:
    outside = (desk.home / ".netrc").as_posix()

    usual = approved(desk)
    assert (desk.reads(usual, "a.py"), desk.reads(usual, outside)) == (ALLOW, ASK)
    every = approved(desk, readFiles=True, readFilesExternally=True)
    assert every.read.outside is OnOutside.FREE
    shut = approved(desk, readFiles=False, readFilesExternally=True)
    assert (desk.reads(shut, "a.py"), desk.reads(shut, outside)) == (ASK, ASK)


def test_the_ignore_file_stops_nobody(desk: Any) -> None:
    desk.project(".clineignore", ".env\n")
    record = desk.one()

    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.INDEX}
    assert desk.reads(record, ".env") is ALLOW


@pytest.mark.parametrize(
    ("lists", "line", "expected"),
    [
        ({"deny": ["rm *"]}, "rm -r x", DENY),
        ({"deny": ["rm *"]}, "ls && rm x", DENY),
        ({"allow": ["git *"]}, "git status", ASK),
        ({"allow": ["git *"]}, "curl x", DENY),
        ({"allow": ["*"], "deny": ["curl *"]}, "curl x", DENY),
        ({"allow": ["echo *"]}, "echo a > b", DENY),
        ({"allow": ["echo *"], "allowRedirects": True}, "echo a > b", ASK),
    ],
)
def test_the_command_line_has_lists_of_its_own(desk: Any, lists: object, line: str, expected: Verdict) -> None:
    record = desk.records({"CLINE_COMMAND_PERMISSIONS": json.dumps(lists)})["cli"]

    assert desk.run(record, line) is expected


def test_servers_open_the_tools_they_list_when_the_category_is_on(desk: Any) -> None:
    entries = {
        "db": {"command": "npx", "args": ["pg-mcp"], "env": {"PG_PASSWORD": "abc"}, "autoApprove": ["query"]},
        "all": {"url": "https://mcp.example.com", "alwaysAllow": ["*"]},
        "off": {"command": "x", "disabled": True},
    }
    desk.user(".cline/data/settings/cline_mcp_settings.json", {"mcpServers": entries})

    on = approved(desk, useMcp=True)
    assert {one.name: one.auto_approved for one in on.mcp} == {"db": "some", "all": "all"}
    assert on.mcp[0].secret_keys == ("PG_PASSWORD",)
    off = approved(desk, useMcp=False)
    assert {one.auto_approved for one in off.mcp} == {"no"}


def test_the_browser_category_opens_fetching(desk: Any) -> None:
    assert approved(desk, useBrowser=True).network.tool_mode is NetworkMode.FREE
    assert approved(desk, useBrowser=False).network.tool_mode is NetworkMode.ASK


def test_hooks_and_transcripts_are_told(desk: Any) -> None:
    desk.project(".clinerules/hooks/PreToolUse", "")
    desk.user(f"{STORE}/tasks/1/x", "")
    record = desk.one()

    assert [one.file for one in record.hooks] == [".clinerules/hooks/PreToolUse"]
    assert f"~/{STORE}/tasks" in [one.path for one in record.logging.transcripts]


def test_a_low_effort_is_reduced_reasoning(desk: Any) -> None:
    desk.user(STATE, {"actModeReasoningEffort": "low"})

    assert desk.records()["cli"].reasoning == "reduced"


def test_a_moved_folder_is_followed(desk: Any) -> None:
    desk.user("moved/globalState.json", {"yoloModeToggled": True})
    record = desk.records({"CLINE_DATA_DIR": (desk.home / "moved").as_posix()})["cli"]

    assert desk.run(record, "ls") is ALLOW


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.user(STATE, '{\n"yoloModeToggled": tru\n}')
    record = desk.records()["cli"]

    assert (record.sources[0].honoured, record.sources[0].problem[:7]) == (Honoured.NO, "line 2:")
    assert record.exec.best is ExecMode.ASK
