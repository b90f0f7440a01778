"""Cursor in the editor and on the command line: files, ranges, rules and the sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.agents import cursor
from auditor.agents.surroundings import Surroundings
from auditor.model import (
    AgentRecord,
    Approval,
    CommandClass,
    EnforcedFor,
    ExecMode,
    Honoured,
    NetworkMode,
    OnOutside,
    ReadBase,
    Verdict,
)

ALLOW, ASK, DENY, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.DENY, Verdict.CLASSIFIED


class Machine:
    """A home and one workspace below a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.home, self.work = root / "home", root / "work" / "shop"
        self.system = root / "system"
        for folder in (self.home, self.work, self.system):
            folder.mkdir(parents=True)

    def put(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def user(self, name: str, content: object) -> Path:
        return self.put(self.home / ".cursor" / name, json.dumps(content, indent=2))

    def project(self, name: str, content: object) -> Path:
        return self.put(self.work / ".cursor" / name, json.dumps(content, indent=2))

    def around(self, environment: Mapping[str, str] | None = None, **parts: Any) -> Surroundings:
        given: dict[str, Any] = {"platform": "linux", "system_root": self.system, **parts}
        return Surroundings(self.home, (self.work,), environment or {}, **given)

    def records(self, environment: Mapping[str, str] | None = None, **parts: Any) -> dict[str, AgentRecord]:
        return {record.surface: record for record in cursor.read(self.around(environment, **parts))}

    def ide(self) -> AgentRecord:
        (self.work / ".cursor" / "rules").mkdir(parents=True, exist_ok=True)
        return self.records()["ide"]

    def cli(self, **config: object) -> AgentRecord:
        self.user("cli-config.json", {"version": 1, **config})
        return self.records()["cli"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def run(record: AgentRecord, line: str) -> Verdict:
    return cursor.decide(record, "run", line, record.workspace)[0]


def reads(record: AgentRecord, path: str) -> Verdict:
    return cursor.decide(record, "read", path, record.workspace)[0]


def test_nothing_seen_and_not_named_gives_no_record(machine: Machine) -> None:
    machine.put(machine.work / "AGENTS.md", "")

    assert cursor.read(machine.around()) == ()


@pytest.mark.parametrize(
    ("mark", "surfaces"),
    [
        ("work/shop/.cursor/rules/a.mdc", ["ide"]),
        ("work/shop/.cursorrules", ["ide"]),
        ("work/shop/.cursorignore", ["ide"]),
        ("work/shop/.cursor/cli.json", ["cli"]),
        ("home/.cursor/mcp.json", ["ide"]),
        ("home/.cursor/cli-config.json", ["cli"]),
        ("home/.config/Cursor/User/settings.json", ["ide"]),
    ],
)
def test_a_file_proves_the_surface_that_reads_it(machine: Machine, mark: str, surfaces: list[str]) -> None:
    machine.put(machine.home.parent / mark, "{}")

    assert sorted(machine.records()) == surfaces


def test_a_named_agent_without_files_is_assumed_on_both_surfaces(machine: Machine) -> None:
    records = machine.records(named=frozenset({"cursor"}))

    assert sorted(records) == ["cli", "ide"]
    assert all(record.assumed for record in records.values())


def test_the_editors_mode_is_a_range_and_the_widest_is_what_counts(machine: Machine) -> None:
    record = machine.ide()

    assert (record.exec.mode, record.exec.best) == (ExecMode.FREE, ExecMode.ASK)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ALLOW, ALLOW]
    assert record.approval is Approval.RISK_BASED
    assert any("database" in note for note in record.notes)
    assert all(held.sentence for held in record.exec.evidence)


def test_the_editor_reads_beyond_the_workspace_and_leaves_env_files_out(machine: Machine) -> None:
    record = machine.ide()

    assert (record.read.base, record.read.outside) == (ReadBase.FILESYSTEM, OnOutside.FREE)
    assert reads(record, (machine.home / ".aws/credentials").as_posix()) is ALLOW
    assert {name: reads(record, name) for name in (".env", "a/.env.local", "main.py")} == {
        ".env": DENY,
        "a/.env.local": DENY,
        "main.py": ALLOW,
    }
    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.TOOL}


def test_an_ignore_file_adds_and_takes_back_and_names_its_line(machine: Machine) -> None:
    machine.put(machine.work / ".gitignore", "dist/\n")
    machine.put(machine.work / ".cursorignore", "# keep out\nsecrets/\n!.env.example\n")
    record = machine.ide()

    verdict, evidence = cursor.decide(record, "read", "secrets/key", record.workspace)

    assert (verdict, evidence[0].file, evidence[0].line) == (DENY, ".cursorignore", 2)
    assert {name: reads(record, name) for name in (".env", ".env.example", "dist/a", "x")} == {
        ".env": DENY,
        ".env.example": ALLOW,
        "dist/a": DENY,
        "x": ALLOW,
    }


def test_taking_env_back_opens_it(machine: Machine) -> None:
    machine.put(machine.work / ".cursorignore", "!.env\n")

    assert reads(machine.ide(), ".env") is ALLOW
    assert reads(machine.ide(), ".env.local") is DENY


def test_an_indexing_ignore_file_is_no_read_rule(machine: Machine) -> None:
    machine.put(machine.work / ".cursorindexingignore", "main.py\n")

    assert reads(machine.ide(), "main.py") is ALLOW


def test_permission_files_of_user_and_project_are_concatenated(machine: Machine) -> None:
    machine.user("permissions.json", {"terminalAllowlist": ["git"], "mcpAllowlist": ["a:*"]})
    machine.project("permissions.json", {"terminalAllowlist": ["npm:install*"], "mcpAllowlist": ["b:read"]})

    record = machine.ide()

    assert {(rule.pattern, rule.evidence.file) for rule in record.exec.rules} == {
        ("git", "~/.cursor/permissions.json"),
        ("npm:install*", ".cursor/permissions.json"),
    }
    assert record.exec.best is ExecMode.ALLOW_LIST
    assert [cursor.decide(record, "run", line, "/")[1][0].file for line in ("git status", "npm install x")] == [
        "~/.cursor/permissions.json",
        ".cursor/permissions.json",
    ]


def test_a_permission_file_may_hold_comments_and_a_broken_one_is_named_with_its_line(machine: Machine) -> None:
    machine.put(machine.home / ".cursor/permissions.json", '{ // mine\n "terminalAllowlist": ["git"], }\n')
    machine.put(machine.work / ".cursor/permissions.json", '{\n "terminalAllowlist": ["npm"\n}\n')

    record = machine.ide()
    broken = next(one for one in record.sources if one.path == ".cursor/permissions.json")

    assert [rule.pattern for rule in record.exec.rules] == ["git"]
    assert broken.honoured is Honoured.NO
    assert broken.problem.startswith("line 3:")


def test_a_broad_entry_is_a_removed_gate(machine: Machine) -> None:
    machine.project("permissions.json", {"terminalAllowlist": ["python", "git"], "mcpAllowlist": ["*:*"]})

    record = machine.ide()

    assert [(one.file, one.key, one.line) for one in record.approval_removers] == [
        (".cursor/permissions.json", "terminalAllowlist", 3),
        (".cursor/permissions.json", "mcpAllowlist", 7),
    ]


def test_the_projects_sandbox_beats_the_users_and_paths_are_united(machine: Machine) -> None:
    machine.user(
        "sandbox.json", {"type": "workspace_readonly", "readBoundary": "workspace", "additionalReadPaths": ["~/a"]}
    )
    machine.project("sandbox.json", {"type": "workspace_readwrite", "additionalReadPaths": ["/srv/b"]})

    record = machine.ide()

    assert (record.sandbox.writes, record.sandbox.reads) == ("confined", "confined")
    assert record.read.shell_base is ReadBase.SANDBOXED
    assert {(machine.home / "a").as_posix(), "/srv/b", record.workspace} <= set(record.read.shell_roots)
    assert record.sandbox.escape == "auto"


def test_a_sandbox_switched_off_in_a_file_is_a_removed_gate(machine: Machine) -> None:
    machine.project("sandbox.json", {"type": "insecure_none"})

    record = machine.ide()

    assert record.sandbox.kind == "none"
    assert [(one.file, one.line, one.value) for one in record.approval_removers] == [
        (".cursor/sandbox.json", 2, "insecure_none")
    ]


def test_workspace_trust_is_off_unless_the_editor_says_so(machine: Machine) -> None:
    assert (machine.ide().trust.required, machine.ide().trust.state) == (False, "not-applicable")

    machine.put(machine.home / ".config/Cursor/User/settings.json", '{"security.workspace.trust.enabled": true}')
    assert (machine.ide().trust.required, machine.ide().trust.state) == (True, "unknown")


CLI: dict[str, tuple[dict[str, Any], dict[str, Verdict]]] = {
    "without rules it asks": ({}, {"ls": ASK, "curl x": ASK}),
    "an allowed program": ({"permissions": {"allow": ["Shell(ls)"]}}, {"ls -l": ALLOW, "lsof": ASK}),
    "every part needs a rule": ({"permissions": {"allow": ["Shell(ls)"]}}, {"ls && cat x": ASK, "ls | ls": ALLOW}),
    "allowed arguments": (
        {"permissions": {"allow": ["Shell(npm:install*)"]}},
        {"npm install x": ALLOW, "npm run x": ASK},
    ),
    "deny beats allow": (
        {"permissions": {"allow": ["Shell(git)"], "deny": ["Shell(git:push*)"]}},
        {"git status": ALLOW, "git push": DENY, "git status; git push": DENY},
    ),
    "a wildcard program": ({"permissions": {"allow": ["Shell(*)"]}}, {"curl x": ALLOW}),
    "unrestricted": ({"approvalMode": "unrestricted"}, {"curl x": ALLOW}),
    "deny holds in unrestricted": (
        {"approvalMode": "unrestricted", "permissions": {"deny": ["Shell(rm)"]}},
        {"rm x": DENY, "ls": ALLOW},
    ),
    "auto-review runs in the sandbox": ({"approvalMode": "auto-review"}, {"curl x": ALLOW}),
    "auto-review without a sandbox is judged": (
        {"approvalMode": "auto-review", "sandbox": {"mode": "disabled"}},
        {"curl x": CLASSIFIED},
    ),
    "words that are no rule are passed over": ({"permissions": {"allow": ["ls", "Bash(ls)"]}}, {"ls": ASK}),
}


@pytest.mark.parametrize(("config", "expected"), CLI.values(), ids=CLI.keys())
def test_the_cli_asks_its_lists_and_then_its_mode(
    machine: Machine, config: dict[str, Any], expected: dict[str, Verdict]
) -> None:
    record = machine.cli(**config)

    assert {line: run(record, line) for line in expected} == expected


MODES = [
    ({}, ExecMode.ASK, Approval.ON_REQUEST),
    ({"permissions": {"allow": ["Shell(ls)"]}}, ExecMode.ALLOW_LIST, Approval.ON_REQUEST),
    ({"approvalMode": "auto-review"}, ExecMode.RISK_BASED, Approval.RISK_BASED),
    ({"approvalMode": "unrestricted"}, ExecMode.FREE, Approval.NEVER),
]


@pytest.mark.parametrize(("config", "mode", "approval"), MODES)
def test_the_cli_mode_is_told(machine: Machine, config: dict[str, Any], mode: ExecMode, approval: Approval) -> None:
    record = machine.cli(**config)

    assert (record.exec.mode, record.approval) == (mode, approval)


def test_an_allow_rule_shows_in_the_verdicts_with_its_line(machine: Machine) -> None:
    verdict = machine.cli(permissions={"allow": ["Shell(terraform)"]}).exec.verdict(CommandClass.NETWORK)

    assert (verdict.verdict, verdict.example) == (ALLOW, "terraform")
    assert [(one.file, one.line) for one in verdict.evidence] == [("~/.cursor/cli-config.json", 5)]


def test_only_permissions_are_taken_from_a_projects_cli_file(machine: Machine) -> None:
    machine.project("cli.json", {"approvalMode": "unrestricted", "permissions": {"allow": ["Shell(make)"]}})

    record = machine.cli()
    source = next(one for one in record.sources if one.path == ".cursor/cli.json")

    assert (run(record, "make"), run(record, "curl x")) == (ALLOW, ASK)
    assert source.problem == "approvalMode is not honoured from project settings"


def test_read_rules_of_the_cli_count_from_the_workspace(machine: Machine) -> None:
    record = machine.cli(permissions={"deny": ["Read(keys/**)", "Read(~/.ssh/**)", "Read(/etc/shadow)"]})

    denied = ("keys/a", (machine.home / ".ssh/id_rsa").as_posix(), "/etc/shadow")
    assert [reads(record, path) for path in denied] == [DENY] * 3
    assert [reads(record, path) for path in ("other/keys/a", "/etc/passwd")] == [ALLOW] * 2


def test_fetch_rules_decide_hosts(machine: Machine) -> None:
    record = machine.cli(permissions={"allow": ["WebFetch(*.example.com)"], "deny": ["WebFetch(bad.example.com)"]})

    asked = {
        "https://docs.example.com/x": ALLOW,
        "https://bad.example.com": DENY,
        "https://example.org": ASK,
    }
    assert {url: cursor.decide(record, "fetch", url, "/")[0] for url in asked} == asked


@pytest.mark.parametrize(
    ("access", "network"),
    [
        (None, NetworkMode.ALLOW_LIST),
        ("disabled", NetworkMode.NONE),
        (False, NetworkMode.NONE),
        ("enabled", NetworkMode.FREE),
        ("allowlist", NetworkMode.ALLOW_LIST),
    ],
)
def test_the_clis_sandbox_says_what_commands_reach(machine: Machine, access: object, network: NetworkMode) -> None:
    sandbox = {"mode": "enabled", "readBoundary": "workspace"} | ({} if access is None else {"networkAccess": access})

    record = machine.cli(sandbox=sandbox)

    assert (record.sandbox.kind, record.sandbox.escape, record.network.mode) == ("process", "ask", network)
    assert record.read.shell_base is ReadBase.SANDBOXED
    assert record.exec.mode is ExecMode.FREE


def test_the_sandboxs_own_hosts_and_the_listed_ones_are_open_and_denied_ones_named(machine: Machine) -> None:
    machine.project("sandbox.json", {"networkPolicy": {"allow": ["*.example.com"], "deny": ["evil.example.com"]}})

    network = machine.cli(approvalMode="auto-review").network

    assert network.mode is NetworkMode.ALLOW_LIST
    assert {"*.example.com", "example.com", "*.googleapis.com"} <= set(network.hosts)
    assert network.denied == ("evil.example.com",)


def test_the_cli_config_can_be_moved(machine: Machine) -> None:
    machine.put(machine.home / "there/cli-config.json", '{"approvalMode": "unrestricted"}')
    machine.put(machine.home / "xdg/cursor/cli-config.json", '{"approvalMode": "auto-review"}')

    moved = machine.records({"CURSOR_CONFIG_DIR": (machine.home / "there").as_posix()})["cli"]
    xdg = machine.records({"XDG_CONFIG_HOME": (machine.home / "xdg").as_posix()})["cli"]

    assert (moved.approval, xdg.approval) == (Approval.NEVER, Approval.RISK_BASED)


def test_servers_of_project_and_user_are_joined_and_the_projects_entry_wins(machine: Machine) -> None:
    machine.user("mcp.json", {"mcpServers": {"a": {"command": "user-mcp"}, "b": {"url": "https://mcp.example.com"}}})
    machine.project("mcp.json", {"mcpServers": {"a": {"command": "project-mcp"}}})

    record = machine.ide()

    assert {one.name: (one.command, one.transport) for one in record.mcp} == {
        "a": ("project-mcp", "stdio"),
        "b": ("https://mcp.example.com", "http"),
    }
    assert {one.name: one.evidence.line for one in record.mcp} == {"a": 3, "b": 6}


def test_whether_a_server_is_approved_depends_on_lists_and_mode(machine: Machine) -> None:
    machine.user("mcp.json", {"mcpServers": {name: {"command": f"{name}-mcp"} for name in ("Alpha", "beta")}})
    machine.user("permissions.json", {"mcpAllowlist": ["alpha:*"]})

    ide = {one.name: one.auto_approved for one in machine.ide().mcp}
    asks = {one.name: one.auto_approved for one in machine.cli(permissions={"allow": ["Mcp(beta:read)"]}).mcp}
    free = {one.name: one.auto_approved for one in machine.cli(approvalMode="unrestricted").mcp}

    assert ide == {"Alpha": "all", "beta": "some"}
    assert asks == {"Alpha": "no", "beta": "some"}
    assert free == {"Alpha": "all", "beta": "all"}


def test_the_literal_secret_of_a_server_is_not_shown(machine: Machine) -> None:
    made_up = "aB3" * 9
    machine.project("mcp.json", {"mcpServers": {"github": {"command": "gh-mcp", "env": {"GITHUB_TOKEN": made_up}}}})

    record = machine.ide()

    assert (record.mcp[0].secret_keys, record.mcp[0].literal_secret) == (("GITHUB_TOKEN",), True)
    assert made_up not in repr(record)


def test_hooks_of_every_level_are_listed(machine: Machine) -> None:
    hook = {"version": 1, "hooks": {"beforeShellExecution": [{"command": "./check"}]}}
    machine.user("hooks.json", hook)
    machine.project("hooks.json", hook)
    machine.put(machine.system / "etc/cursor/hooks.json", json.dumps(hook))

    assert [one.file for one in machine.ide().hooks] == [
        "/etc/cursor/hooks.json",
        ".cursor/hooks.json",
        "~/.cursor/hooks.json",
    ]


def test_transcripts_stand_where_each_surface_keeps_them(machine: Machine) -> None:
    assert machine.ide().logging.transcripts[0].path == "~/.config/Cursor/User/globalStorage/state.vscdb"
    assert [one.path for one in machine.cli().logging.transcripts] == ["~/.cursor/chats", "~/.cursor/projects"]
    assert machine.ide().reasoning == "unknown"


JUNK: list[object] = [None, True, 3, "x", "a(b", [], {}, [1, "a", None, {}], {"a": 1}, {"a": {"b": []}}, [["x"]]]
KEYS = (
    *("permissions", "permissions.allow", "approvalMode", "sandbox", "sandbox.mode", "sandbox.networkAccess", "type"),
    *("readBoundary", "networkPolicy", "networkPolicy.allow", "additionalReadPaths", "terminalAllowlist", "mcpServers"),
    *("mcpAllowlist", "mcpServers.a", "hooks", "autoRun.allow_instructions"),
)


@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_a_value_of_the_wrong_shape_ends_nothing(machine: Machine, value: object) -> None:
    for key in KEYS:
        settings: object = value
        for name in reversed(key.split(".")):
            settings = {name: settings}
        for file in ("permissions.json", "sandbox.json", "mcp.json", "hooks.json", "cli-config.json"):
            machine.user(file, settings)
        assert sorted(machine.records()) == ["cli", "ide"], key
