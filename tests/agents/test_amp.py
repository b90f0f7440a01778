"""Amp: the first match counts, built-in rules come after the list, and the project's file replaces the user's."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import amp as dialect
from auditor.model import Approval, CommandClass, ExecMode, Honoured, NetworkMode, OnOutside, ReadBase, Verdict

ALLOW, ASK, DENY, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.DENY, Verdict.CLASSIFIED
USER = ".config/amp/settings.json"


def rule(tool: str, action: str, **more: object) -> dict[str, object]:
    return {"tool": tool, "action": action, **more}


def bash(action: str, *words: str) -> dict[str, object]:
    return rule("Bash", action, matches={"cmd": list(words)})


def permissions(desk: Any, *rules: object, **more: object) -> Any:
    desk.user(USER, {"amp.permissions": list(rules), **{key.replace("_", "."): value for key, value in more.items()}})
    return desk.one()


@pytest.mark.parametrize(
    "mark", ["work/shop/.amp/settings.json", f"home/{USER}", "home/.local/share/amp/history.jsonl"]
)
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert desk.one().surface == "cli"


def test_editor_settings_prove_the_editor_s_surface(desk: Any) -> None:
    desk.user(".config/Code/User/settings.json", {"amp.dangerouslyAllowAll": True})
    record = desk.one()

    assert (record.surface, record.exec.mode) == ("ide", ExecMode.FREE)


def test_without_settings_readers_run_and_the_rest_asks(desk: Any) -> None:
    record = desk.named()

    assert {
        line: desk.run(record, line) for line in ("cat ~/.netrc", "curl x", "git push", "git status", "ls; rm x")
    } == {
        "cat ~/.netrc": ALLOW,
        "curl x": ASK,
        "git push": ASK,
        "git status": ALLOW,
        "ls; rm x": ASK,
    }
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ASK, ASK]
    assert (record.read.base, record.read.outside) == (ReadBase.FILESYSTEM, OnOutside.FREE)
    assert record.logging.remote == "vendor"


@pytest.mark.parametrize(
    ("rules", "line", "expected"),
    [
        ([rule("Bash", "allow"), bash("reject", "rm *")], "rm x", ALLOW),
        ([bash("reject", "rm *"), rule("Bash", "allow")], "rm x", DENY),
        ([bash("reject", "*rm *"), rule("*", "allow")], "ls && rm x", DENY),
        ([bash("allow", "/^npm (test|run)$/")], "npm test", ALLOW),
        ([bash("allow", "/^npm (test|run)$/")], "npm install", ASK),
        ([rule("Bash", "delegate", to="judge")], "ls", CLASSIFIED),
        ([rule("Bash", "allow", context="subagent")], "curl x", ASK),
        ([rule("B*", "ask")], "cat a", ASK),
        ([rule("Read", "allow")], "curl x", ASK),
        ([bash("allow", "git push*")], "git push origin", ALLOW),
    ],
)
def test_the_first_rule_that_matches_counts(desk: Any, rules: list[object], line: str, expected: Verdict) -> None:
    assert desk.run(permissions(desk, *rules), line) is expected


def test_a_leading_allow_is_a_removed_gate_with_its_line(desk: Any) -> None:
    desk.user(USER, '{\n"amp.permissions": [\n{"tool": "Bash", "action": "allow"}\n]}')
    record = desk.one()

    assert [(one.file, one.line) for one in record.approval_removers] == [(f"~/{USER}", 3)]


def test_everything_may_be_allowed_at_once(desk: Any) -> None:
    record = permissions(desk, bash("reject", "rm *"), amp_dangerouslyAllowAll=True)

    assert desk.run(record, "rm x") is ALLOW
    assert (record.exec.mode, record.approval, record.network.tool_mode) == (
        ExecMode.FREE,
        Approval.NEVER,
        NetworkMode.FREE,
    )


def test_the_project_s_list_replaces_the_user_s_and_the_managed_one_both(desk: Any) -> None:
    desk.project(".amp/settings.jsonc", '{ // team\n"amp.permissions": [{"tool": "Bash", "action": "reject"}],}')
    record = permissions(desk, rule("Bash", "allow"))
    assert desk.why(record, "run", "ls") == (".amp/settings.jsonc", 2)

    desk.put("system/etc/ampcode/managed-settings.json", {"amp.permissions": [rule("Bash", "ask")]})
    assert desk.run(desk.one(), "ls") is ASK


def test_a_disabled_shell_runs_nothing(desk: Any) -> None:
    desk.user(USER, {"amp.tools.disable": ["builtin:Bash"]})
    record = desk.one()

    assert (desk.run(record, "ls"), record.exec.mode) == (DENY, ExecMode.NONE)


def test_the_old_list_still_counts(desk: Any) -> None:
    desk.user(USER, {"amp.commands.allowlist": ["make"]})
    record = desk.one()

    assert (desk.run(record, "make all"), desk.run(record, "makex")) == (ALLOW, ASK)


def test_a_rejected_path_is_shut_for_the_read_tool_alone(desk: Any) -> None:
    record = permissions(
        desk, rule("Read", "allow", matches={"path": "*/open/*"}), rule("Read", "reject", matches={"path": "*.env"})
    )

    assert {name: desk.reads(record, name) for name in ("a/.env", "open/.env", "a.py")} == {
        "a/.env": DENY,
        "open/.env": ALLOW,
        "a.py": ALLOW,
    }
    assert desk.run(record, "cat a/.env") is ALLOW


def test_rules_open_the_tools_of_servers(desk: Any) -> None:
    servers = {
        "db": {"command": "pg", "env": {"PG_PASSWORD": "${PG}"}},
        "b": {"url": "https://b.test"},
        "c": {"command": "c"},
    }
    desk.user(
        USER,
        {
            "amp.mcpServers": servers,
            "amp.permissions": [rule("mcp__db__*", "allow"), rule("mcp__b__get", "allow")],
        },
    )
    record = desk.one()

    assert {one.name: one.auto_approved for one in record.mcp} == {"db": "all", "b": "some", "c": "no"}
    assert not any(one.started_without_trust for one in record.mcp)
    assert desk.ask(record, "mcp", "db:query") is ALLOW


@pytest.mark.parametrize("keys", [{"amp.anthropic.thinking.enabled": False}, {"amp.mode": "rush"}])
def test_less_thinking_is_reduced_reasoning(desk: Any, keys: dict[str, object]) -> None:
    desk.user(USER, keys)

    assert desk.one().reasoning == "reduced"


def test_a_broken_file_is_named_with_its_line_and_unknown_keys_are_listed(desk: Any) -> None:
    desk.project(".amp/settings.json", '{\n"amp.permissions": [\n}')
    desk.user(USER, {"amp.odd": 1})
    broken, user = desk.one().sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
    assert user.unknown_keys == ("amp.odd",)
