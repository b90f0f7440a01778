"""Zed: patterns found anywhere, chains, the built-in guard, private files and what a project may say."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import zed as dialect
from auditor.model import Approval, CommandClass, EnforcedFor, ExecMode, Honoured, NetworkMode, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
USER = ".config/zed/settings.json"


def terminal(desk: Any, default: str = "", **lists: object) -> Any:
    table: dict[str, object] = {**lists, **({"default": default} if default else {})}
    desk.user(USER, {"agent": {"tool_permissions": {"tools": {"terminal": table}}}})
    return desk.one()


def pattern(text: str, **more: object) -> dict[str, object]:
    return {"pattern": text, **more}


@pytest.mark.parametrize("mark", ["work/shop/.zed/settings.json", f"home/{USER}"])
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert not desk.one().assumed


def test_without_settings_commands_and_fetching_ask(desk: Any) -> None:
    record = desk.named()

    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
    assert (record.exec.mode, record.network.tool_mode) == (ExecMode.ASK, NetworkMode.ASK)


def test_a_pattern_without_an_anchor_is_found_anywhere(desk: Any) -> None:
    record = terminal(desk, always_allow=[pattern("git")])

    assert desk.run(record, "curl https://github.com/x") is ALLOW
    assert [one.file for one in record.approval_removers] == [f"~/{USER}"]


@pytest.mark.parametrize(
    ("lists", "line", "expected"),
    [
        ({"always_allow": [pattern("^git ")]}, "curl https://github.com/x", ASK),
        ({"always_allow": [pattern("^git ")]}, "git status && curl x", ASK),
        ({"always_allow": [pattern("^git "), pattern("^ls")]}, "git status && ls", ALLOW),
        ({"always_allow": [pattern("^GIT ")]}, "git status", ALLOW),
        ({"always_allow": [pattern("^GIT ", case_sensitive=True)]}, "git status", ASK),
        ({"always_allow": [pattern(".*")], "always_deny": [pattern("curl")]}, "curl x", DENY),
        ({"always_allow": [pattern(".*")], "always_confirm": [pattern("push")]}, "git push", ASK),
        ({"always_deny": [pattern("rm")]}, "ls; rm x", DENY),
        ({"default": "allow"}, "curl x", ALLOW),
        ({"default": "allow", "always_confirm": [pattern("curl")]}, "curl x", ASK),
        ({"default": "deny"}, "ls", DENY),
    ],
)
def test_refused_then_asked_then_allowed_then_the_default(
    desk: Any, lists: dict[str, Any], line: str, expected: Verdict
) -> None:
    assert desk.run(terminal(desk, **lists), line) is expected


@pytest.mark.parametrize("line", ["rm -rf /", "rm -fr ~", "ls; rm -rf .", "rm -r -f $HOME"])
def test_deleting_everything_is_refused_whatever_is_set(desk: Any, line: str) -> None:
    assert desk.run(terminal(desk, default="allow"), line) is DENY


def test_a_global_default_opens_every_tool(desk: Any) -> None:
    desk.user(USER, '{ // mine\n"agent": {\n"tool_permissions": {"default": "allow"}}}')
    record = desk.one()

    assert (record.exec.mode, record.approval, record.network.tool_mode) == (
        ExecMode.FREE,
        Approval.NEVER,
        NetworkMode.FREE,
    )
    assert [(one.file, one.line) for one in record.approval_removers] == [(f"~/{USER}", 3)]


def test_the_old_switch_still_opens_everything(desk: Any) -> None:
    desk.user(USER, {"agent": {"always_allow_tool_actions": True}})

    assert desk.run(desk.one(), "curl x") is ALLOW


def test_a_profile_without_a_terminal_runs_nothing(desk: Any) -> None:
    desk.user(USER, {"agent": {"default_profile": "talk", "profiles": {"talk": {"tools": {"terminal": False}}}}})

    assert desk.run(desk.one(), "ls") is DENY


def test_private_files_bind_the_read_tool_and_no_command(desk: Any) -> None:
    record = terminal(desk, always_allow=[pattern("^cat ")])

    assert {
        name: desk.reads(record, name) for name in ("a/.env.local", "x.pem", ".git/config", "a.py", "/etc/passwd")
    } == {
        "a/.env.local": DENY,
        "x.pem": DENY,
        ".git/config": DENY,
        "a.py": ALLOW,
        "/etc/passwd": DENY,
    }
    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.TOOL}
    assert desk.run(record, "cat .env") is ALLOW


def test_a_user_s_list_replaces_the_built_in_one_and_a_project_adds_to_it(desk: Any) -> None:
    desk.user(USER, {"private_files": ["**/*.pem"]})
    desk.project(".zed/settings.json", {"private_files": ["**/notes/**"]})
    record = desk.one()

    assert {name: desk.reads(record, name) for name in (".env", "a.pem", "notes/a")} == {
        ".env": ALLOW,
        "a.pem": DENY,
        "notes/a": DENY,
    }


def test_a_project_s_agent_settings_are_counted_with_low_confidence(desk: Any) -> None:
    desk.project(".zed/settings.json", {"agent": {"tool_permissions": {"default": "allow"}}})
    record = desk.one()

    assert (record.exec.mode, record.confidence, record.sources[0].honoured) == (
        ExecMode.FREE,
        "low",
        Honoured.UNKNOWN,
    )


def test_servers_of_a_project_and_their_defaults(desk: Any) -> None:
    desk.project(
        ".zed/settings.json",
        {
            "context_servers": {
                "db": {"command": {"path": "npx", "args": ["-y", "pg-mcp"]}, "env": {"PG_PASSWORD": "abc"}},
                "b": {"command": "b", "args": []},
                "off": {"command": "x", "enabled": False},
            },
            "agent": {"tool_permissions": {"tools": {"mcp:db:query": {"default": "allow"}}}},
        },
    )
    served = {one.name: one for one in desk.one().mcp}

    assert {name: one.auto_approved for name, one in served.items()} == {"db": "some", "b": "no"}
    assert served["db"].started_without_trust


def test_the_terminal_s_variables_and_direnv_enter_the_environment(desk: Any) -> None:
    desk.project(".envrc", "export A=b\n")
    desk.user(USER, {"terminal": {"env": {"DB_URL": "x"}}})
    record = desk.one()

    assert [one.name for one in record.env.injected] == ["DB_URL"]
    assert record.env.dotenv == ((desk.work / ".envrc").as_posix(),)

    desk.user(USER, {"load_direnv": "disabled"})
    assert desk.one().env.dotenv == ()


def test_external_agents_and_less_thinking_are_told(desk: Any) -> None:
    desk.user(
        USER, {"agent_servers": {"other": {"command": "x"}}, "agent": {"default_model": {"enable_thinking": False}}}
    )
    record = desk.one()

    assert any("other" in note for note in record.notes)
    assert record.reasoning == "reduced"


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.user(USER, '{\n"agent": {\n')
    (broken,) = desk.one().sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
