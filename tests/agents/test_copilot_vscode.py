"""GitHub Copilot in VS Code: settings in layers, the terminal's rules, the sandbox and MCP servers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.agents import copilot_vscode
from auditor.agents.surroundings import Surroundings
from auditor.model import (
    AgentRecord,
    Approval,
    CommandClass,
    EnforcedFor,
    EnvMode,
    ExecMode,
    Honoured,
    NetworkMode,
    OnOutside,
    ReadBase,
    Verdict,
)

ALLOW, ASK, DENY, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.DENY, Verdict.CLASSIFIED
RULES = "chat.tools.terminal.autoApprove"
GLOBAL = "chat.tools.global.autoApprove"
LEVEL = "chat.permissions.default"


class Machine:
    """A home with VS Code's user data, and one workspace."""

    def __init__(self, root: Path) -> None:
        self.home, self.work, self.system = root / "home", root / "work" / "shop", root / "system"
        for folder in (self.home, self.work, self.system):
            folder.mkdir(parents=True)
        self.data = self.home / ".config/Code/User"

    def put(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def user(self, **settings: object) -> Path:
        return self.put(self.data / "settings.json", json.dumps(settings, indent=2))

    def set(self, settings: Mapping[str, object]) -> AgentRecord:
        self.put(self.data / "settings.json", json.dumps({"chat.agent.maxRequests": 9, **settings}, indent=2))
        return self.record()

    def project(self, settings: Mapping[str, object]) -> Path:
        return self.put(self.work / ".vscode/settings.json", json.dumps(settings, indent=2))

    def around(self, environment: Mapping[str, str] | None = None, **parts: Any) -> Surroundings:
        given: dict[str, Any] = {"platform": "linux", "system_root": self.system, **parts}
        return Surroundings(self.home, (self.work,), environment or {}, **given)

    def records(self, **parts: Any) -> tuple[AgentRecord, ...]:
        return copilot_vscode.read(self.around(**parts))

    def record(self, **parts: Any) -> AgentRecord:
        (found,) = self.records(**parts)
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def run(record: AgentRecord, line: str) -> Verdict:
    return copilot_vscode.decide(record, "run", line, record.workspace)[0]


def reads(record: AgentRecord, path: str) -> Verdict:
    return copilot_vscode.decide(record, "read", path, record.workspace)[0]


def test_vs_code_alone_does_not_prove_copilot(machine: Machine) -> None:
    machine.user(**{"editor.fontSize": 12})
    machine.project({"python.envFile": ".env"})

    assert machine.records() == ()


@pytest.mark.parametrize(
    "mark",
    [
        "work/shop/.github/copilot-instructions.md",
        "work/shop/.github/prompts/a.prompt.md",
        "work/shop/.vscode/mcp.json",
        "home/.vscode/extensions/github.copilot-chat-1.0.0/package.json",
        "home/.config/Code/User/globalStorage/github.copilot-chat/state.json",
        "home/.config/Code/User/mcp.json",
    ],
)
def test_a_file_of_copilots_own_proves_it(machine: Machine, mark: str) -> None:
    machine.data.mkdir(parents=True)
    machine.put(machine.home.parent / mark, "{}")

    assert not machine.record().assumed


@pytest.mark.parametrize("scope", ["user", "project"])
def test_a_setting_of_copilots_own_proves_it(machine: Machine, scope: str) -> None:
    if scope == "user":
        machine.user(**{"github.copilot.enable": {"*": True}})
    else:
        machine.project({LEVEL: "default"})

    assert machine.record().surface == "ide"


def test_a_named_agent_without_files_is_assumed(machine: Machine) -> None:
    record = machine.record(named=frozenset({"copilot-vscode"}))

    assert (record.assumed, record.confidence) == (True, "low")


def test_every_vs_code_and_profile_has_its_own_record(machine: Machine) -> None:
    for folder in ("Code", "Code/User/profiles/ab", "Code - Insiders"):
        place = machine.home / ".config" / folder
        machine.put(
            (place if "profiles" in folder else place / "User") / "settings.json", json.dumps({LEVEL: "default"})
        )

    assert [record.name.removeprefix("GitHub Copilot in VS Code") for record in machine.records()] == [
        "",
        " (profile ab)",
        " Insiders",
    ]


def test_defaults_are_those_of_the_vendor(machine: Machine) -> None:
    record = machine.set({})

    assert (record.read.base, record.read.outside) == (ReadBase.WORKSPACE, OnOutside.ASK)
    assert (record.exec.mode, record.approval) == (ExecMode.ASK, Approval.ON_REQUEST)
    assert (record.network.mode, record.env.shell, record.sandbox.kind) == (NetworkMode.FREE, EnvMode.ALL, "none")
    assert (record.trust.required, record.trust.state, record.reasoning) == (True, "unknown", "unknown")
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ASK, ASK]
    assert {run(record, line) for line in ("cat ~/.aws/credentials", "git log", "ls | wc -l", "find . -name x")} == {
        ALLOW
    }
    for line in ("curl x", "rm x", "python3 -c 1", "find . -delete", "cat a && curl b", "echo $(curl x)", "A=1 ls"):
        assert run(record, line) is ASK, line
    assert run(record, "echo x > /etc/hosts") is ASK
    assert run(record, "echo x > out.txt") is ALLOW


def test_false_only_asks_and_the_level_decides(machine: Machine) -> None:
    assert run(machine.set({RULES: {"rm": False}}), "rm x") is ASK

    record = machine.set({RULES: {"rm": False}, LEVEL: "autoApprove"})

    assert run(record, "rm x") is ALLOW
    assert copilot_vscode.decide(record, "run", "rm x", "/")[1][0].key == LEVEL


TERMINAL: dict[str, tuple[dict[str, Any], dict[str, Verdict]]] = {
    "the start of a command at a word": ({"npm run build": True}, {"npm run build -x": ALLOW, "npm run builder": ASK}),
    "a path in either spelling": (
        {"bin/test.sh": True},
        {"./bin/test.sh": ALLOW, "bin/test.sh -v": ALLOW, "x bin/test.sh": ASK},
    ),
    "a regular expression": ({"/^git (push|pull)\\b/": True}, {"git push": ALLOW, "git reset": ASK}),
    "a regular expression without case": ({"/^Make/i": True}, {"make all": ALLOW}),
    "a regular expression minds case": ({"/^Make/": True}, {"make all": ASK}),
    "everything, but the built-in questions stay": ({"/.*/": True}, {"python x.py": ALLOW, "curl x": ASK}),
    "a built-in question can be taken away": ({"/.*/": True, "curl": None}, {"curl x": ALLOW}),
    "and turned round": ({"curl": True}, {"curl x": ALLOW, "wget x": ASK}),
    "a built-in approval can be turned round": ({"cat": False}, {"cat x": ASK, "head x": ALLOW}),
    "a question beats an approval": ({"git": True, "git push": False}, {"git pull": ALLOW, "git push": ASK}),
    "every part has to be approved": ({"make": True}, {"make && ls": ALLOW, "make && node x": ASK}),
    "a whole line": (
        {"/^cd x && node/": {"approve": True, "matchCommandLine": True}},
        {"cd x && node y": ALLOW, "node y": ASK},
    ),
    "a whole line that asks": (
        {"/\\.ps1/i": {"approve": False, "matchCommandLine": True}},
        {"ls a.PS1": ASK, "ls a": ALLOW},
    ),
    "an object without a line": ({"make": {"approve": True}}, {"make": ALLOW}),
    "a pattern that may never end approves in doubt": ({"/^(a|b|.)*$/": True}, {"node x": ALLOW}),
    "a pattern that may never end does not ask in doubt": ({"/^(a|b|.)*$/": False}, {"ls": ALLOW}),
    "an empty entry is none": ({"": True}, {"node x": ASK}),
}


@pytest.mark.parametrize(("entries", "expected"), TERMINAL.values(), ids=TERMINAL.keys())
def test_the_terminals_rules(machine: Machine, entries: dict[str, Any], expected: dict[str, Verdict]) -> None:
    record = machine.set({RULES: entries})

    assert {line: run(record, line) for line in expected} == expected


def test_built_in_rules_can_be_switched_off(machine: Machine) -> None:
    record = machine.set({RULES: {"/.*/": True}, "chat.tools.terminal.ignoreDefaultAutoApproveRules": True})

    assert run(record, "curl x") is ALLOW
    assert run(machine.set({"chat.tools.terminal.ignoreDefaultAutoApproveRules": True}), "cat x") is ASK


def test_without_the_rule_engine_everything_asks(machine: Machine) -> None:
    record = machine.set({RULES: {"/.*/": True}, "chat.tools.terminal.enableAutoApprove": False})

    assert {run(record, line) for line in ("cat x", "node x")} == {ASK}
    assert record.exec.mode is ExecMode.ASK


def test_an_entry_shows_in_the_verdicts_with_its_line(machine: Machine) -> None:
    record = machine.set({RULES: {"terraform": True}})
    verdict = record.exec.verdict(CommandClass.NETWORK)

    assert (verdict.verdict, verdict.example, record.exec.mode) == (ALLOW, "terraform", ExecMode.ALLOW_LIST)
    assert [(one.file, one.line) for one in verdict.evidence] == [("~/.config/Code/User/settings.json", 4)]


def test_scripts_of_the_package_file_run_unasked(machine: Machine) -> None:
    machine.put(machine.work / "package.json", '{\n  "scripts": {\n    "test": "node t.js"\n  }\n}\n')

    record = machine.set({})
    verdict = record.exec.verdict(CommandClass.PROCESS)

    assert {
        line: run(record, line) for line in ("npm test", "npm run test", "yarn test", "npm run x", "node t.js")
    } == {
        "npm test": ALLOW,
        "npm run test": ALLOW,
        "yarn test": ALLOW,
        "npm run x": ASK,
        "node t.js": ASK,
    }
    assert [(one.file, one.line) for one in verdict.evidence] == [("package.json", 3)]
    off = machine.set({"chat.tools.terminal.autoApproveWorkspaceNpmScripts": False})
    assert run(off, "npm test") is ASK


LEVELS: list[tuple[dict[str, Any], tuple[ExecMode, Approval, Verdict, OnOutside]]] = [
    ({GLOBAL: True}, (ExecMode.FREE, Approval.NEVER, ALLOW, OnOutside.FREE)),
    ({LEVEL: "autoApprove"}, (ExecMode.FREE, Approval.NEVER, ALLOW, OnOutside.FREE)),
    ({LEVEL: "autopilot"}, (ExecMode.FREE, Approval.NEVER, ALLOW, OnOutside.FREE)),
    (
        {"chat.assistedPermissions.enabled": True},
        (ExecMode.RISK_BASED, Approval.RISK_BASED, CLASSIFIED, OnOutside.ASK),
    ),
    ({"chat.agent.enabled": False}, (ExecMode.NONE, Approval.ON_REQUEST, DENY, OnOutside.ASK)),
    (
        {GLOBAL: True, "chat.tools.eligibleForAutoApproval": {"runInTerminal": False}},
        (ExecMode.ASK, Approval.NEVER, ASK, OnOutside.FREE),
    ),
]


@pytest.mark.parametrize(("settings", "expected"), LEVELS)
def test_the_level_says_who_is_asked(
    machine: Machine, settings: dict[str, Any], expected: tuple[ExecMode, Approval, Verdict, OnOutside]
) -> None:
    record = machine.set(settings)

    assert (record.exec.mode, record.approval, run(record, "curl x"), record.read.outside) == expected


def test_what_removes_the_gate_is_named_with_file_and_line(machine: Machine) -> None:
    record = machine.set({GLOBAL: True, RULES: {"/.*/": True}})

    assert [(one.key, one.line) for one in record.approval_removers] == [(GLOBAL, 3), (f"{RULES}./.*/", 5)]
    assert {one.file for one in record.approval_removers} == {"~/.config/Code/User/settings.json"}


def test_a_workspace_cannot_approve_everything_and_is_told_for_trying(machine: Machine) -> None:
    machine.project({GLOBAL: True, "chat.tools.autoApprove": True})

    record = machine.set({})
    source = next(one for one in record.sources if one.path == ".vscode/settings.json")

    assert run(record, "curl x") is ASK
    assert f"{GLOBAL} is not honoured from workspace settings" in source.problem
    assert any("builds before August 2025" in note for note in record.notes)


def test_the_terminals_rules_are_taken_from_a_trusted_workspace(machine: Machine) -> None:
    machine.project({RULES: {"make": True}})

    record = machine.set({RULES: {"node": True}})
    source = next(one for one in record.sources if one.path == ".vscode/settings.json")

    assert [run(record, line) for line in ("make", "node x", "curl x")] == [ALLOW, ALLOW, ASK]
    assert source.honoured is Honoured.IF_TRUSTED


def test_the_workspace_beats_the_user_and_policy_beats_both(machine: Machine) -> None:
    key = "chat.tools.terminal.enableAutoApprove"
    machine.project({key: False})
    assert run(machine.set({key: True}), "cat x") is ASK

    machine.put(machine.system / "etc/vscode/policy.json", '{"ChatToolsTerminalEnableAutoApprove": true}')
    assert run(machine.record(), "cat x") is ALLOW

    machine.put(machine.system / "etc/vscode/policy.json", '{"ChatToolsAutoApprove": false}')
    assert run(machine.set({GLOBAL: True}), "curl x") is ASK


def test_a_code_workspace_file_counts_where_it_widens(machine: Machine) -> None:
    key = "chat.assistedPermissions.enabled"
    machine.put(machine.work / "shop.code-workspace", json.dumps({"settings": {key: True, RULES: {"make": True}}}))
    wide = machine.set({key: False})
    assert [run(wide, line) for line in ("curl x", "make")] == [CLASSIFIED, ALLOW]

    machine.put(machine.work / "shop.code-workspace", json.dumps({"settings": {key: False, RULES: {"cat": False}}}))
    narrow = machine.set({key: True})
    assert [run(narrow, line) for line in ("curl x", "cat a")] == [CLASSIFIED, ALLOW]
    assert any(".code-workspace" in note for note in narrow.notes)


def test_comments_are_fine_and_a_broken_file_is_named_with_its_line(machine: Machine) -> None:
    machine.put(machine.data / "settings.json", '{\n // mine\n "chat.tools.terminal.autoApprove": {"make": true,},\n}')
    machine.put(machine.work / ".vscode/settings.json", '{\n "chat.permissions.default": "autopilot"\n')

    record = machine.record()
    broken = next(one for one in record.sources if one.path == ".vscode/settings.json")

    assert [run(record, line) for line in ("make", "curl x")] == [ALLOW, ASK]
    assert broken.honoured is Honoured.NO
    assert broken.problem.startswith("line ")


def test_further_folders_widen_reading_and_no_ignore_file_narrows_it(machine: Machine) -> None:
    machine.put(machine.work / ".gitignore", ".env\n")
    record = machine.set({"chat.additionalReadAccessFolders": ["~/notes"]})

    paths = (".env", (machine.home / "notes/a").as_posix(), (machine.home / ".aws/credentials").as_posix())
    assert [reads(record, path) for path in paths] == [ALLOW, ALLOW, ASK]
    assert record.read.rules == ()


def test_the_sandbox_runs_commands_unasked_and_leaves_reads_and_network_open(machine: Machine) -> None:
    record = machine.set({"chat.agent.sandbox.enabled": "on"})

    assert (record.exec.mode, run(record, "curl x")) == (ExecMode.FREE, ALLOW)
    assert (record.sandbox.reads, record.sandbox.writes, record.sandbox.escape) == ("open", "confined", "ask")
    assert (record.network.mode, record.sandbox.covers) == (NetworkMode.FREE, ("shell", "mcp"))
    assert "chat.agent.sandbox.enabled" in {one.key for one in record.approval_removers}


SANDBOX = "chat.agent.sandbox."
BOXES = [
    ({SANDBOX + "network.allowNetwork": False}, NetworkMode.NONE, "ask"),
    ({SANDBOX + "network.allowedDomains": ["*.example.com"]}, NetworkMode.ALLOW_LIST, "ask"),
    ({SANDBOX + "allowUnsandboxedCommands": False}, NetworkMode.FREE, "never"),
    ({LEVEL: "autopilot"}, NetworkMode.FREE, "auto"),
]


@pytest.mark.parametrize(("settings", "network", "escape"), BOXES)
def test_the_sandbox_is_narrowed_by_settings(
    machine: Machine, settings: dict[str, Any], network: NetworkMode, escape: str
) -> None:
    record = machine.set({SANDBOX + "enabled": "on", **settings})

    assert (record.network.mode, record.sandbox.escape) == (network, escape)


@pytest.mark.parametrize(
    "settings",
    [
        {SANDBOX + "fileSystem.userConfiguredPaths": {"deniedPaths": ["~/.aws"]}},
        {SANDBOX + "fileSystem.userConfiguredPaths.deniedPaths": ["~/.aws"]},
        {SANDBOX + "FileSystem.linux": {"denyRead": ["~/.aws"]}},
    ],
)
def test_denied_paths_bind_commands_and_nothing_else_for_certain(machine: Machine, settings: dict[str, Any]) -> None:
    record = machine.set({SANDBOX + "enabled": True, **settings})

    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.OS_COMMANDS}
    assert (machine.home / ".aws").as_posix() in {rule.glob for rule in record.read.rules}


def test_the_older_key_switches_the_sandbox_on_too(machine: Machine) -> None:
    record = machine.set({"chat.tools.terminal.sandbox.enabled": True})

    assert (record.sandbox.kind, record.sandbox.covers) == ("process", ("shell",))


def test_servers_come_from_the_workspace_the_portable_file_and_the_user(machine: Machine) -> None:
    machine.put(machine.work / ".vscode/mcp.json", '{ "servers": { // ours\n "a": {"command": "project-mcp"} } }')
    machine.put(machine.work / ".mcp.json", '{"mcpServers": {"b": {"command": "portable-mcp"}}}')
    machine.put(
        machine.data / "mcp.json", '{"servers": {"a": {"command": "user-mcp"}, "c": {"url": "https://m.example.com"}}}'
    )

    record = machine.set({})

    assert {one.name: one.command for one in record.mcp} == {
        "a": "project-mcp",
        "b": "portable-mcp",
        "c": "https://m.example.com",
    }
    assert {one.auto_approved for one in record.mcp} == {"no"}
    assert next(one for one in record.mcp if one.name == "a").evidence.line == 2


def test_a_sandboxed_server_is_approved_by_that_alone_and_bypass_approves_all(machine: Machine) -> None:
    servers = {"a": {"command": "a-mcp", "sandboxEnabled": True}, "b": {"command": "b-mcp"}}
    machine.put(machine.work / ".vscode/mcp.json", json.dumps({"servers": servers}))

    asked, free = machine.set({}), machine.set({LEVEL: "autoApprove"})

    assert {one.name: (one.auto_approved, one.sandboxed) for one in asked.mcp} == {
        "a": ("all", True),
        "b": ("no", False),
    }
    assert {one.auto_approved for one in free.mcp} == {"all"}
    assert machine.set({"chat.mcp.access": "none"}).mcp == ()


def test_a_literal_secret_is_told_by_name_only(machine: Machine) -> None:
    made_up = "aB3" * 9
    entry = {"command": "gh-mcp", "env": {"GITHUB_TOKEN": made_up, "OTHER_TOKEN": "${input:token}"}}
    machine.put(machine.work / ".vscode/mcp.json", json.dumps({"servers": {"github": entry}}))
    environment = {"terminal.integrated.env.linux": {"DEPLOY_TOKEN": made_up, "PATH": "${env:PATH}:/x"}}

    record = machine.set({**environment, RULES: {f"curl -H 'Authorization: Bearer {made_up}'": True}})

    assert record.mcp[0].secret_keys == ("GITHUB_TOKEN", "OTHER_TOKEN")
    assert record.mcp[0].literal_secret
    assert [(one.name, one.literal) for one in record.env.injected] == [("DEPLOY_TOKEN", True), ("PATH", True)]
    assert made_up not in repr(record)


def test_only_the_platforms_own_environment_is_injected(machine: Machine) -> None:
    assert machine.set({"terminal.integrated.env.osx": {"DEPLOY_TOKEN": "x"}}).env.injected == ()


def test_urls_and_hooks_and_logs(machine: Machine) -> None:
    machine.put(machine.work / ".github/hooks/guard.json", "{}")
    otel = "github.copilot.chat.otel."
    record = machine.set(
        {
            "chat.tools.urls.autoApprove": {"https://docs.example.com/*": True, "https://x.example.com": False},
            otel + "enabled": True,
            otel + "captureContent": True,
        }
    )

    asked = {
        url: copilot_vscode.decide(record, "fetch", url, "/")[0]
        for url in ("https://docs.example.com/a", "https://z.y")
    }
    assert asked == {"https://docs.example.com/a": ALLOW, "https://z.y": ASK}
    assert [one.file for one in record.hooks] == [".github/hooks/guard.json"]
    assert (record.logging.audit, record.logging.content_logged) == ("opentelemetry (otlp)", True)
    assert record.logging.transcripts[0].path == "~/.config/Code/User/workspaceStorage"


def test_effort_trust_and_edits_of_its_own_settings(machine: Machine) -> None:
    record = machine.set(
        {
            "github.copilot.chat.anthropic.thinking.effort": "low",
            "security.workspace.trust.enabled": False,
            "chat.tools.edits.autoApprove": {"**/.vscode/*.json": True},
        }
    )

    assert (record.reasoning, record.trust.state, record.self_modify) == ("reduced", "not-applicable", "free")
    machine.project({"security.workspace.trust.enabled": False})
    assert machine.set({}).trust.required
    assert machine.set({}).self_modify == "ask"


JUNK: list[object] = [None, True, 3, "x", "a(b", [], {}, [1, "a", None, {}], {"a": 1}, {"a": {"b": []}}, [["x"]]]
KEYS = (
    *(GLOBAL, LEVEL, RULES, "chat.tools.terminal.enableAutoApprove", "chat.agent.sandbox.enabled", "mcp"),
    *("chat.agent.sandbox.network.allowedDomains", "chat.agent.sandbox.fileSystem.userConfiguredPaths"),
    *("chat.tools.urls.autoApprove", "chat.tools.eligibleForAutoApproval", "terminal.integrated.env.linux"),
    *("chat.mcp.access", "chat.hookFilesLocations", "chat.additionalReadAccessFolders", "chat.tools.autoApprove"),
)


@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_a_value_of_the_wrong_shape_ends_nothing(machine: Machine, value: object) -> None:
    for key in KEYS:
        machine.put(machine.work / ".vscode/mcp.json", json.dumps({"servers": value}))
        assert machine.set({key: value}).surface == "ide", key
