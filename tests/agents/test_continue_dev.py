"""Continue: the editor's range, the command line's lists, the headless run, and servers of the project."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import continue_dev as dialect
from auditor.model import Approval, CommandClass, EnforcedFor, ExecMode, Honoured, NetworkMode, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY


def lists(desk: Any, text: str) -> dict[str, Any]:
    desk.user(".continue/permissions.yaml", text)
    records: dict[str, Any] = desk.records()
    return records


@pytest.mark.parametrize(
    ("mark", "surfaces"),
    [
        ("work/shop/.continue/rules/a.md", ["ide"]),
        ("work/shop/.continuerules", ["ide"]),
        ("work/shop/.continueignore", ["ide"]),
        ("home/.continue/config.yaml", ["ide"]),
        ("home/.vscode/extensions/continue.continue-1.2.0/package.json", ["ide"]),
        ("home/.continue/permissions.yaml", ["cli", "headless", "ide"]),
    ],
)
def test_a_file_proves_the_surface_that_reads_it(desk: Any, mark: str, surfaces: list[str]) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "")

    assert sorted(desk.records()) == surfaces


def test_named_without_files_a_command_is_asked_for_and_refused_where_nobody_can_be_asked(desk: Any) -> None:
    records = desk.records(named=frozenset({"continue"}))

    assert {name: desk.run(record, "ls") for name, record in records.items()} == {
        "ide": ASK,
        "cli": ASK,
        "headless": DENY,
    }
    assert records["headless"].exec.mode is ExecMode.NONE
    assert records["cli"].network.tool_mode is NetworkMode.FREE
    assert desk.reads(records["cli"], "/etc/passwd") is ALLOW
    assert desk.reads(records["ide"], "/etc/passwd") is ASK


def test_the_editor_s_policy_is_a_range(desk: Any) -> None:
    desk.user(".continue/config.yaml", "name: mine\n")
    record = desk.one()

    assert (record.exec.mode, record.exec.best, record.confidence) == (ExecMode.FREE, ExecMode.ASK, "low")
    assert record.exec.verdict(CommandClass.PROCESS).verdict is ALLOW


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("allow: [Bash]\n", "curl https://example.com", ALLOW),
        ("allow: ['*']\n", "curl https://example.com", ALLOW),
        ("allow: ['Bash(git*)']\n", "git status", ALLOW),
        ("allow: ['Bash(git*)']\n", "git status; curl x", ALLOW),
        ("allow: ['Bash(git*)']\n", "npm test", ASK),
        ("allow: [Bash]\nask: ['Bash(npm*)']\n", "npm test", ASK),
        ("allow: [Bash]\nask: [Bash]\n", "ls", ASK),
        ("allow: [Bash]\nexclude: ['run_terminal_command(rm*)']\n", "rm x", DENY),
        ("exclude: [Bash]\n", "ls", DENY),
    ],
)
def test_the_stricter_list_is_looked_at_first(desk: Any, text: str, line: str, expected: Verdict) -> None:
    assert desk.run(lists(desk, text)["cli"], line) is expected


def test_readonly_leaves_bash_available(desk: Any) -> None:
    record = lists(desk, "allow: [Read]\n")["cli"]

    assert desk.run(record, "curl https://example.com") is not DENY
    assert any("--readonly leaves Bash available" in note for note in record.notes)


def test_headless_runs_what_is_allowed_and_excludes_what_would_ask(desk: Any) -> None:
    record = lists(desk, "allow: ['Bash(git*)']\nask: [Fetch, Bash]\n")["headless"]
    assert desk.run(record, "git status") is DENY

    record = lists(desk, "allow: ['Bash(git*)']\nask: [Fetch]\n")["headless"]
    assert (desk.run(record, "git status"), desk.run(record, "npm test")) == (ALLOW, DENY)
    assert desk.ask(record, "fetch", "https://example.com") is DENY
    assert record.approval is Approval.NEVER


def test_a_list_that_frees_bash_is_a_removed_gate_with_its_line(desk: Any) -> None:
    record = lists(desk, "# mine\nallow:\n- Bash\n")["cli"]

    assert (record.exec.mode, desk.why(record, "run", "ls")) == (ExecMode.FREE, ("~/.continue/permissions.yaml", 3))
    assert [one.line for one in record.approval_removers] == [3]


def test_read_rules_bind_the_read_tool(desk: Any) -> None:
    record = lists(desk, "exclude: ['Read(**/.env)']\nask: ['Read(~/.aws/**)']\n")["cli"]

    assert desk.reads(record, "a/.env") is DENY
    assert desk.reads(record, (desk.home / ".aws/credentials").as_posix()) is ASK
    assert desk.run(record, "cat a/.env") is ASK


def test_the_ignore_file_only_shapes_the_index(desk: Any) -> None:
    desk.project(".continueignore", ".env\n")
    record = desk.one()

    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.INDEX}
    assert desk.reads(record, ".env") is ALLOW


def test_servers_come_from_lists_tables_and_files_of_their_own(desk: Any) -> None:
    desk.project(
        ".continue/mcpServers/db.yaml", "name: db\ncommand: npx\nargs: [-y, pg-mcp]\nenv: {PG_PASSWORD: abc}\n"
    )
    desk.project(".continue/mcpServers/web.json", {"mcpServers": {"web": {"url": "https://mcp.example.com"}}})
    desk.user(
        ".continue/config.yaml",
        "mcpServers:\n- name: own\n  command: x\n  requestOptions:\n    headers: {Authorization: 'Bearer abc123def'}\n",
    )
    served = {one.name: one for one in desk.one().mcp}

    assert sorted(served) == ["db", "own", "web"]
    assert (served["db"].started_without_trust, served["own"].started_without_trust) == (True, False)
    assert (served["db"].literal_secret, served["own"].secret_keys) == (True, ("Authorization",))
    assert served["own"].evidence.line == 2


def test_an_allowed_star_opens_every_server(desk: Any) -> None:
    desk.user(".continue/config.yaml", "mcpServers:\n- {name: own, command: x}\n")
    records = lists(desk, "allow: ['*']\n")

    assert [one.auto_approved for one in records["cli"].mcp] == ["all"]
    assert [one.auto_approved for one in records["ide"].mcp] == ["no"]


def test_a_moved_folder_is_followed_and_its_code_is_told(desk: Any) -> None:
    desk.user("c/config.ts", "")
    record = desk.one({"CONTINUE_GLOBAL_DIR": (desk.home / "c").as_posix()})

    assert [one.file for one in record.hooks] == ["~/c/config.ts"]
    assert [one.path for one in record.logging.transcripts] == ["~/c/sessions", "~/c/dev_data", "~/c/logs"]


def test_switched_off_reasoning_is_reduced(desk: Any) -> None:
    desk.user(".continue/config.yaml", "models:\n- name: m\n  defaultCompletionOptions: {reasoning: false}\n")

    assert desk.one().reasoning == "reduced"


def test_a_broken_file_is_named_with_its_line_and_unknown_keys_are_listed(desk: Any) -> None:
    desk.user(".continue/config.yaml", "odd: 1\n")
    record = lists(desk, "allow: [Bash\n")["cli"]
    broken, config = record.sources

    assert (broken.honoured, broken.problem.startswith("line ")) == (Honoured.NO, True)
    assert config.unknown_keys == ("odd",)
    assert desk.run(record, "ls") is ASK
