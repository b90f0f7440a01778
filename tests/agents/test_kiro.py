"""Kiro: capabilities and effects, files that a clone cannot bring, agent files, and the editor's trusted commands."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import kiro as dialect
from auditor.model import CommandClass, EnforcedFor, ExecMode, Honoured, NetworkMode, ReadBase, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
RULES = ".kiro/settings/permissions.yaml"


def rules(desk: Any, *entries: str) -> Any:
    desk.user(RULES, "".join(f"- {{{entry}}}\n" for entry in entries))
    return desk.records()["cli"]


@pytest.mark.parametrize(
    ("mark", "surfaces"),
    [
        ("work/shop/.kiro/steering/a.md", ["ide"]),
        ("work/shop/.kiroignore", ["ide"]),
        ("work/shop/.kiro/agents/a.json", ["cli"]),
        ("home/.config/Kiro/User/settings.json", ["ide"]),
        (f"home/{RULES}", ["cli"]),
    ],
)
def test_a_file_proves_the_surface_that_reads_it(desk: Any, mark: str, surfaces: list[str]) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert sorted(desk.records()) == surfaces


def test_named_without_files_commands_ask_but_for_harmless_ones(desk: Any) -> None:
    for record in desk.records(named=frozenset({"kiro"})).values():
        assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
        assert (desk.run(record, "git status"), desk.run(record, "git status > a")) == (ALLOW, ASK)
        assert desk.reads(record, "a.py") is ALLOW
        assert desk.reads(record, "/etc/passwd") is ASK


@pytest.mark.parametrize(
    ("entries", "line", "expected"),
    [
        (["capability: shell, match: ['*'], effect: allow"], "curl x", ALLOW),
        (["capability: all, match: ['*'], effect: allow"], "curl x", ALLOW),
        (["capability: shell, match: ['npm *'], effect: allow"], "npm test", ALLOW),
        (["capability: shell, match: ['npm *'], effect: allow"], "npm test && curl x", ASK),
        (["capability: shell, match: ['npm *'], exclude: ['npm publish*'], effect: allow"], "npm publish", ASK),
        (
            ["capability: shell, match: ['*'], effect: allow", "capability: shell, match: ['rm *'], effect: deny"],
            "rm x",
            DENY,
        ),
        (
            ["capability: shell, match: ['git *'], effect: ask", "capability: shell, match: ['*'], effect: allow"],
            "git status",
            ASK,
        ),
        (["capability: shell, match: ['*'], effect: deny"], "git status", DENY),
        (["capability: fs_read, match: ['*'], effect: allow"], "cat x", ASK),
    ],
)
def test_a_refusal_beats_a_question_beats_an_allowance(
    desk: Any, entries: list[str], line: str, expected: Verdict
) -> None:
    assert desk.run(rules(desk, *entries), line) is expected


def test_a_star_is_a_removed_gate_with_its_line(desk: Any) -> None:
    record = rules(desk, "capability: mcp, match: ['x'], effect: ask", "capability: shell, match: ['*'], effect: allow")

    assert record.exec.mode is ExecMode.FREE
    assert [(one.file, one.line) for one in record.approval_removers] == [(f"~/{RULES}", 2)]


def test_files_kept_per_workspace_count_where_they_open_something(desk: Any) -> None:
    place = ".kiro/workspace-roots/abc/permissions.yaml"
    desk.user(place, "- {capability: shell, match: ['make *'], effect: allow}\n- {capability: shell, effect: deny}\n")
    record = desk.records()["cli"]

    assert (desk.run(record, "make all"), desk.run(record, "npm test")) == (ALLOW, ASK)
    assert record.sources[0].honoured is Honoured.UNKNOWN
    assert record.confidence == "low"


def test_a_repository_cannot_bring_permissions(desk: Any) -> None:
    desk.project(RULES, "- {capability: shell, match: ['*'], effect: allow}\n")

    assert desk.run(desk.records()["ide"], "curl x") is ASK


def test_read_rules_bind_the_file_tools(desk: Any) -> None:
    record = rules(
        desk,
        "capability: fs_read, match: ['~/notes/**'], effect: allow",
        "capability: fs_read, match: ['**/.env'], effect: deny",
    )

    assert desk.reads(record, (desk.home / "notes/a").as_posix()) is ALLOW
    assert desk.reads(record, "a/.env") is DENY
    assert rules(desk, "capability: fs_read, match: ['*'], effect: allow").read.base is ReadBase.FILESYSTEM


def test_the_ignore_file_binds_the_file_tools(desk: Any) -> None:
    desk.project(".kiroignore", "\n*.pem\n")
    record = desk.one()

    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.TOOL}
    assert desk.why(record, "read", "a.pem") == (".kiroignore", 2)


def test_trusted_commands_of_the_editor_run_there_alone(desk: Any) -> None:
    desk.user(".config/Kiro/User/settings.json", {"kiroAgent.trustedCommands": ["npm *", "make"]})
    desk.user(RULES, "[]")
    records = desk.records()

    assert [desk.run(records["ide"], line) for line in ("npm test", "make all", "curl x")] == [ALLOW, ALLOW, ASK]
    assert desk.run(records["cli"], "npm test") is ASK


def test_an_agent_file_counts_where_it_lets_more_through(desk: Any) -> None:
    desk.project(".kiro/agents/a.json", {"tools": ["*"], "allowedTools": ["shell"], "hooks": {"agentSpawn": []}})
    record = desk.records()["cli"]

    assert (record.exec.mode, record.exec.best) == (ExecMode.FREE, ExecMode.ALLOW_LIST)
    assert desk.run(record, "curl x") is ALLOW
    assert [one.key for one in record.hooks] == ["hooks.agentSpawn"]


def test_servers_are_opened_by_entry_or_by_capability(desk: Any) -> None:
    desk.project(
        ".kiro/settings/mcp.json",
        {"mcpServers": {"a": {"command": "a", "autoApprove": ["x"]}, "b": {"command": "b", "env": {"B_TOKEN": "abc"}}}},
    )
    desk.user(
        ".kiro/settings/mcp.json",
        {"mcpServers": {"a": {"command": "other"}, "off": {"command": "x", "disabled": True}}},
    )
    assert {one.name: (one.command, one.auto_approved) for one in desk.records()["ide"].mcp} == {
        "a": ("a", "some"),
        "b": ("b", "no"),
    }

    record = rules(desk, "capability: mcp, match: ['b'], effect: allow")
    assert {one.name: one.auto_approved for one in record.mcp} == {"a": "some", "b": "all"}


def test_a_fetch_rule_binds_the_fetch_tool(desk: Any) -> None:
    record = rules(desk, "capability: 'web*', match: ['https://docs.example.com*'], effect: allow")

    assert desk.ask(record, "fetch", "https://docs.example.com/a") is ALLOW
    assert desk.ask(record, "fetch", "https://example.com/a") is ASK
    star = rules(desk, "capability: 'web*', match: ['*'], effect: allow")
    assert star.network.tool_mode is NetworkMode.FREE


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.user(RULES, "- {capability: shell\n- b\n")
    record = desk.records()["cli"]

    assert (record.sources[0].honoured, record.sources[0].problem.startswith("line ")) == (Honoured.NO, True)
    assert desk.run(record, "ls") is ASK
