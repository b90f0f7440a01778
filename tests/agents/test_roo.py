"""Roo Code: the longest prefix, the range of its toggles, watched readers and servers that a project may open."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import roo as dialect
from auditor.model import CommandClass, ExecMode, Honoured, NetworkMode, OnOutside, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
CODE = ".config/Code/User"
STORE = f"{CODE}/globalStorage/rooveterinaryinc.roo-cline"


def settings(desk: Any, **keys: object) -> Any:
    desk.user(f"{STORE}/x")
    desk.user(f"{CODE}/settings.json", {f"roo-cline.{key}": value for key, value in keys.items()})
    return desk.one()


def imported(desk: Any, **toggles: object) -> Any:
    desk.user("roo.json", {"globalSettings": {"autoApprovalEnabled": True, **toggles}})
    return settings(desk, autoImportSettingsPath="~/roo.json")


@pytest.mark.parametrize(
    "mark",
    [
        "work/shop/.roo/rules/a.md",
        "work/shop/.roomodes",
        "work/shop/.roorules-code",
        "work/shop/.rooignore",
        f"home/{STORE}/x",
        "home/.cursor/extensions/rooveterinaryinc.roo-cline-3.31.1/package.json",
    ],
)
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "")

    assert not desk.one().assumed


def test_settings_of_the_workspace_prove_it(desk: Any) -> None:
    desk.project(".vscode/settings.json", {"editor.tabSize": 2})
    assert dialect.read(desk.around()) == ()
    desk.project(".vscode/settings.json", {"roo-cline.allowedCommands": []})

    assert desk.one().sources[0].honoured is Honoured.IF_TRUSTED


def test_named_without_files_everything_asks(desk: Any) -> None:
    record = desk.named()

    assert (record.exec.mode, record.exec.best) == (ExecMode.ASK, None)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
    assert desk.reads(record, "a.py") is ASK


def test_where_the_database_knows_the_lists_are_counted_and_asking_is_the_best_case(desk: Any) -> None:
    record = settings(desk)

    assert (record.exec.mode, record.exec.best) == (ExecMode.ALLOW_LIST, ExecMode.ASK)
    assert desk.run(record, "git log --oneline") is ALLOW
    assert desk.run(record, "git push") is ASK
    assert any("database" in note for note in record.notes)


@pytest.mark.parametrize(
    ("allowed", "denied", "line", "expected"),
    [
        (["git"], ["git push"], "git push origin", DENY),
        (["git push"], ["git"], "git push origin", ALLOW),
        (["git push"], ["git push"], "git push", DENY),
        (["*"], ["rm"], "rm -r x", DENY),
        (["*"], [], "curl https://example.com", ALLOW),
        (["git"], ["*"], "git status", ALLOW),
        (["npm test"], [], "npm test && curl x", ASK),
        (["NPM"], [], "npm test", ALLOW),
        (["ls"], ["rm"], "ls; rm x", DENY),
    ],
)
def test_the_longest_prefix_of_either_list_decides(
    desk: Any, allowed: list[str], denied: list[str], line: str, expected: Verdict
) -> None:
    assert desk.run(settings(desk, allowedCommands=allowed, deniedCommands=denied), line) is expected


def test_a_star_lets_everything_through(desk: Any) -> None:
    record = settings(desk, allowedCommands=["*"])

    assert record.exec.mode is ExecMode.FREE
    assert [one.file for one in record.approval_removers] == [f"~/{CODE}/settings.json"]


def test_the_workspace_s_list_replaces_the_user_s(desk: Any) -> None:
    desk.project(".vscode/settings.json", '{ // team\n "roo-cline.allowedCommands": ["make"],\n}')
    record = settings(desk, allowedCommands=["curl"])

    assert (desk.run(record, "make all"), desk.run(record, "curl x")) == (ALLOW, ASK)
    assert desk.why(record, "run", "make") == (".vscode/settings.json", 2)


def test_an_imported_file_tells_the_toggles(desk: Any) -> None:
    record = imported(desk, alwaysAllowExecute=False)
    assert (record.exec.mode, record.exec.best) == (ExecMode.ASK, None)
    assert desk.run(record, "git log") is ASK

    record = imported(desk, alwaysAllowExecute=True, allowedCommands=["make"])
    assert (record.exec.mode, record.exec.best) == (ExecMode.ALLOW_LIST, None)
    assert desk.run(record, "make") is ALLOW

    record = imported(desk, autoApprovalEnabled=False, alwaysAllowExecute=True)
    assert desk.run(record, "git log") is ASK


def test_an_ignored_file_is_shut_for_tools_and_readers_and_open_for_programs(desk: Any) -> None:
    desk.project(".rooignore", ".env\n")
    record = settings(desk, allowedCommands=["*"])

    assert desk.run(record, "cat .env") is DENY
    assert desk.run(record, "python3 -c 'open(\".env\")'") is ALLOW
    assert desk.reads(record, ".env") is DENY
    assert desk.why(record, "read", ".env") == (".rooignore", 1)


def test_only_the_first_program_of_a_line_is_watched(desk: Any) -> None:
    desk.project(".rooignore", ".env\n")
    record = settings(desk, allowedCommands=["*"])

    assert desk.run(record, "cd a && cat ../.env") is ALLOW
    assert desk.run(record, "bat .env") is ALLOW


def test_reads_outside_need_a_toggle_of_their_own(desk: Any) -> None:
    assert imported(desk, alwaysAllowReadOnly=True).read.outside is OnOutside.ASK
    both = imported(desk, alwaysAllowReadOnly=True, alwaysAllowReadOnlyOutsideWorkspace=True)
    assert both.read.outside is OnOutside.FREE
    assert desk.reads(imported(desk, alwaysAllowReadOnly=False), "a.py") is ASK


def test_a_project_may_approve_the_tools_of_its_own_servers(desk: Any) -> None:
    desk.project(
        ".roo/mcp.json",
        {"mcpServers": {"db": {"command": "pg", "alwaysAllow": ["query"]}, "off": {"command": "x", "disabled": True}}},
    )
    desk.user(
        f"{STORE}/settings/mcp_settings.json", {"mcpServers": {"db": {"command": "other"}, "b": {"command": "b"}}}
    )
    record = desk.one()

    assert {one.name: (one.command, one.auto_approved) for one in record.mcp} == {
        "db": ("pg", "some"),
        "b": ("b", "no"),
    }
    assert [(one.file, one.key) for one in record.approval_removers] == [(".roo/mcp.json", "mcpServers.db.alwaysAllow")]
    assert {one.auto_approved for one in imported(desk, alwaysAllowMcp=False).mcp} == {"no"}


def test_protected_files_may_be_opened_to_it(desk: Any) -> None:
    assert imported(desk).self_modify == "ask"
    assert imported(desk, alwaysAllowWriteProtected=True).self_modify == "free"
    assert imported(desk, alwaysAllowBrowser=True).network.tool_mode is NetworkMode.FREE


def test_tasks_are_transcripts(desk: Any) -> None:
    assert [one.path for one in settings(desk).logging.transcripts] == [f"~/{STORE}/tasks"]


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.project(".roo/mcp.json", '{\n"mcpServers": {\n')
    (broken,) = desk.one().sources

    assert (broken.path, broken.honoured, broken.problem[:7]) == (".roo/mcp.json", Honoured.NO, "line 3:")
