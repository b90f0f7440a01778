"""Copilot CLI: what a repository may not set, stored approvals, gates that are no boundary, and the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import copilot_cli as dialect
from auditor.model import Approval, CommandClass, ExecMode, Honoured, NetworkMode, OnOutside, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY


def with_approvals(desk: Any, *entries: object, **more: object) -> Any:
    place = {"tool_approvals": list(entries), **more}
    desk.user(".copilot/permissions-config.json", {"locations": {desk.work.as_posix(): place}})
    return desk.one()


def commands(*words: str) -> dict[str, object]:
    return {"kind": "commands", "commandIdentifiers": list(words)}


@pytest.mark.parametrize("name", [".mcp.json", ".github/copilot-instructions.md", "AGENTS.md"])
def test_files_of_other_agents_are_no_proof(desk: Any, name: str) -> None:
    desk.project(name, "{}")

    assert dialect.read(desk.around()) == ()


def test_without_settings_everything_is_asked_for(desk: Any) -> None:
    record = desk.named()

    assert record.assumed
    assert record.exec.mode is ExecMode.ASK
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
    assert (record.read.outside, record.reasoning, record.approval) == (OnOutside.ASK, "normal", Approval.ON_REQUEST)
    assert desk.reads(record, "a.py") is ALLOW
    assert desk.reads(record, "/var/tmp/x") is ALLOW
    assert desk.reads(record, (desk.home / ".netrc").as_posix()) is ASK


def test_a_repository_cannot_allow_urls(desk: Any) -> None:
    desk.project(".github/copilot/settings.json", {"allowedUrls": ["https://example.com"], "deniedUrls": ["evil.test"]})
    record = desk.one()

    assert desk.ask(record, "fetch", "https://example.com/x") is ASK
    assert desk.ask(record, "fetch", "https://evil.test/x") is DENY
    assert "allowedUrls is not honoured from project settings" in record.sources[0].problem


def test_a_user_can_allow_urls_and_a_refusal_wins(desk: Any) -> None:
    desk.user(".copilot/settings.json", {"allowedUrls": ["https://*.example.com"], "deniedUrls": ["bad.example.com"]})
    record = desk.one()

    assert desk.ask(record, "fetch", "https://api.example.com/x") is ALLOW
    assert desk.ask(record, "fetch", "https://bad.example.com/x") is DENY


@pytest.mark.parametrize(
    ("word", "line", "expected"),
    [
        ("git:*", "git push origin main", ALLOW),
        ("git status", "git status --short", ALLOW),
        ("git status", "git push", ASK),
        ("npm run build", "npm run build", ALLOW),
        ("npm run build", "npm run build --x", ASK),
        ("git:*", "git status; rm -r x", ASK),
    ],
)
def test_an_identifier_names_a_command_or_a_prefix(desk: Any, word: str, line: str, expected: Verdict) -> None:
    assert desk.run(with_approvals(desk, commands(word)), line) is expected


def test_approvals_of_another_repository_do_not_count(desk: Any) -> None:
    entry = {"tool_approvals": [commands("git:*")]}
    desk.user(".copilot/permissions-config.json", {"locations": {"/elsewhere": entry}})

    assert desk.run(desk.one(), "git status") is ASK


def test_the_path_gate_asks_for_plain_paths_and_is_not_counted_as_a_boundary(desk: Any) -> None:
    record = with_approvals(desk, commands("cat:*"))

    assert desk.run(record, "cat a.py") is ALLOW
    assert desk.run(record, "cat ~/.aws/credentials") is ASK
    assert desk.run(record, "cat $SECRET_FILE") is ALLOW
    assert record.exec.verdict(CommandClass.READER).verdict is ALLOW


def test_the_url_gate_looks_at_fetching_programs_only(desk: Any) -> None:
    record = with_approvals(desk, commands("curl:*", "python3:*"))

    assert desk.run(record, "curl https://example.com") is ASK
    assert desk.run(record, "python3 -c 'print(1)'") is ALLOW
    assert record.exec.mode is ExecMode.ALLOW_LIST


def test_broad_approvals_are_removed_gates(desk: Any) -> None:
    record = with_approvals(
        desk, commands("bash:*"), commands("git status"), {"kind": "mcp", "serverName": "db", "toolName": None}
    )

    assert len(record.approval_removers) == 2
    assert {one.file for one in record.approval_removers} == {"~/.copilot/permissions-config.json"}


def test_allowed_folders_are_read_unasked(desk: Any) -> None:
    record = with_approvals(desk, allowed_directories=["~/notes"])

    assert desk.reads(record, (desk.home / "notes/a").as_posix()) is ALLOW


def test_a_managed_refusal_beats_a_stored_approval(desk: Any) -> None:
    desk.put(
        "system/etc/github-copilot/managed-settings.json",
        {
            "permissions": {
                "deny": ["shell(git push)"],
                "ask": ["shell(npm:*)"],
                "disableBypassPermissionsMode": "disable",
            }
        },
    )
    record = with_approvals(desk, commands("git:*", "npm:*"))

    assert desk.run(record, "git push") is DENY
    assert desk.run(record, "npm test") is ASK
    assert desk.run(record, "git status") is ALLOW
    assert not any("--yolo" in note for note in record.notes)


def test_a_variable_that_allows_everything_is_a_removed_gate(desk: Any) -> None:
    record = desk.named(environment={"COPILOT_ALLOW_ALL": "true"})

    assert (record.exec.mode, record.approval) == (ExecMode.FREE, Approval.NEVER)
    assert desk.run(record, "curl https://example.com") is ALLOW
    assert [one.key for one in record.approval_removers] == ["COPILOT_ALLOW_ALL"]


def test_the_sandbox_comes_from_the_user_and_hides_paths_from_every_tool(desk: Any) -> None:
    desk.project(".github/copilot/settings.json", {"sandbox": {"enabled": False}})
    policy = {"filesystem": {"deniedPaths": ["~/.aws"]}, "network": {"allowedHosts": ["api.example.com"]}}
    desk.user(".copilot/settings.json", {"sandbox": {"enabled": True, "allowBypass": False, "userPolicy": policy}})
    record = desk.one()

    assert (record.sandbox.kind, record.sandbox.escape, record.sandbox.network) == ("process", "never", "confined")
    assert (record.network.mode, record.network.hosts) == (NetworkMode.ALLOW_LIST, ("api.example.com",))
    assert desk.reads(record, (desk.home / ".aws/credentials").as_posix()) is DENY


def test_project_servers_beat_the_users_and_approvals_open_them(desk: Any) -> None:
    desk.project(".mcp.json", {"mcpServers": {"db": {"command": "pg"}, "gone": {"command": "x"}}})
    desk.user(
        ".copilot/mcp-config.json", {"mcpServers": {"db": {"command": "other"}, "web": {"url": "https://a.test"}}}
    )
    desk.project(".github/copilot/settings.json", {"disabledMcpServers": ["gone"]})
    record = with_approvals(
        desk,
        {"kind": "mcp", "serverName": "db", "toolName": None},
        {"kind": "mcp", "serverName": "web", "toolName": "get"},
    )

    assert {one.name: (one.command, one.auto_approved) for one in record.mcp} == {
        "db": ("pg", "all"),
        "web": ("https://a.test", "some"),
    }


def test_hooks_of_claude_code_run_here_too(desk: Any) -> None:
    desk.project(".claude/settings.json", {"hooks": {"PreToolUse": []}})
    desk.project(".github/hooks/a.json", {})
    desk.user(".copilot/config.json", {})

    assert [one.file for one in desk.one().hooks] == [".claude/settings.json", ".github/hooks/a.json"]


def test_effort_from_a_repository_counts_only_after_trust(desk: Any) -> None:
    desk.project(".github/copilot/settings.json", {"effortLevel": "low"})
    assert desk.one().reasoning == "normal"

    desk.user(".copilot/config.json", {"trustedFolders": [desk.work.parent.as_posix()]})
    record = desk.one()
    assert (record.reasoning, record.trust.state) == ("reduced", "trusted")


def test_a_moved_home_is_followed_and_transcripts_are_told(desk: Any) -> None:
    desk.user("moved/settings.json", {"remoteExport": False})
    record = desk.one({"COPILOT_HOME": (desk.home / "moved").as_posix()})

    assert record.logging.transcripts[0].path == "~/moved/session-state"
    assert record.logging.remote == "none"


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.user(".copilot/settings.json", '{\n "allowedUrls": ["a"\n}')
    desk.user(".copilot/config.json", {"odd": 1})
    broken, config = desk.one().sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
    assert config.unknown_keys == ("odd",)
