"""Gemini CLI: layers, trust, the policy engine, ignore files, the environment and the sandboxes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.agents import gemini
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

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY


class Machine:
    """A home, one workspace and a system root below a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.home, self.work, self.system = root / "home", root / "work" / "shop", root / "system"
        for folder in (self.home, self.work, self.system):
            folder.mkdir(parents=True)

    def put(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def user(self, settings: object) -> Path:
        return self.put(self.home / ".gemini/settings.json", json.dumps(settings, indent=2))

    def project(self, settings: object) -> Path:
        return self.put(self.work / ".gemini/settings.json", json.dumps(settings, indent=2))

    def managed(self, settings: object, name: str = "settings.json") -> Path:
        return self.put(self.system / "etc/gemini-cli" / name, json.dumps(settings, indent=2))

    def trust(self, level: str = "TRUST_FOLDER", path: Path | None = None) -> None:
        self.put(self.home / ".gemini/trustedFolders.json", json.dumps({(path or self.work).as_posix(): level}))

    def policy(self, text: str, name: str = "own.toml") -> Path:
        return self.put(self.home / ".gemini/policies" / name, text)

    def admin_policy(self, text: str) -> Path:
        path = self.put(self.system / "etc/gemini-cli/policies/rules.toml", text)
        path.parent.chmod(0o755)
        return path

    def around(self, environment: Mapping[str, str] | None = None, **parts: Any) -> Surroundings:
        given: dict[str, Any] = {"platform": "linux", "system_root": self.system, **parts}
        return Surroundings(self.home, (self.work,), environment or {}, **given)

    def records(self, environment: Mapping[str, str] | None = None, **parts: Any) -> dict[str, AgentRecord]:
        return {record.surface: record for record in gemini.read(self.around(environment, **parts))}

    def cli(self, environment: Mapping[str, str] | None = None, **parts: Any) -> AgentRecord:
        return self.records(environment, **parts)["cli"]

    def headless(self, environment: Mapping[str, str] | None = None, **parts: Any) -> AgentRecord:
        return self.records(environment, **parts)["headless"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def trusted(machine: Machine) -> Machine:
    machine.trust()
    return machine


def run(record: AgentRecord, line: str) -> Verdict:
    return gemini.decide(record, "run", line, record.workspace)[0]


def rule(decision: str, priority: int, **more: object) -> str:
    lines: dict[str, object] = {"toolName": "run_shell_command", "decision": decision, "priority": priority} | more
    return "[[rule]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())


def test_nothing_seen_and_not_named_gives_no_record(machine: Machine) -> None:
    assert gemini.read(machine.around()) == ()


@pytest.mark.parametrize("mark", [".gemini/settings.json", "GEMINI.md", ".geminiignore", ".gemini/policies/a.toml"])
def test_a_project_file_proves_it(machine: Machine, mark: str) -> None:
    machine.put(machine.work / mark, "{}")

    assert sorted(machine.records()) == ["cli", "headless"]
    assert not machine.cli().assumed


@pytest.mark.parametrize("mark", ["settings.json", "oauth_creds.json", "trustedFolders.json"])
def test_a_user_file_proves_it(machine: Machine, mark: str) -> None:
    machine.put(machine.home / ".gemini" / mark, "{}")

    assert sorted(machine.records()) == ["cli", "headless"]


def test_a_named_agent_without_files_is_assumed(machine: Machine) -> None:
    record = machine.cli(named=frozenset({"gemini"}))

    assert record.assumed
    assert record.confidence == "low"


def test_defaults_are_those_of_the_vendor(trusted: Machine) -> None:
    cli, headless = trusted.cli(), trusted.headless()

    assert (cli.read.base, cli.read.outside) == (ReadBase.WORKSPACE, OnOutside.DENY)
    assert (cli.exec.mode, headless.exec.mode) == (ExecMode.ASK, ExecMode.NONE)
    assert (cli.approval, headless.approval) == (Approval.ON_REQUEST, Approval.NEVER)
    assert (cli.env.shell, cli.env.mcp) == (EnvMode.ALL, EnvMode.FILTERED)
    assert (cli.network.mode, cli.network.tool_mode) == (NetworkMode.FREE, NetworkMode.ASK)
    assert headless.network.tool_mode is NetworkMode.NONE
    assert cli.sandbox.kind == "none"
    assert (cli.reasoning, cli.self_modify, headless.self_modify) == ("normal", "ask", "blocked")
    assert [copy.path for copy in cli.logging.transcripts] == ["~/.gemini/tmp"]
    assert cli.logging.transcripts[0].retention_days == 30


def test_read_only_commands_run_unasked_and_others_ask(trusted: Machine) -> None:
    cli = trusted.cli()

    assert {
        line: run(cli, line) for line in ("cat ~/.aws/credentials", "git show HEAD", "ls | wc -l")
    } == dict.fromkeys(("cat ~/.aws/credentials", "git show HEAD", "ls | wc -l"), ALLOW)
    for line in ("python3 -c 1", "cat a > b", "git push", "find . -delete", "X=1 cat a", "cat a && curl x"):
        assert run(cli, line) is ASK, line
    assert cli.exec.verdict(CommandClass.READER).verdict is ALLOW
    assert cli.exec.verdict(CommandClass.PROCESS).verdict is ASK
    assert cli.exec.verdict(CommandClass.NETWORK).verdict is ASK


def test_tier_beats_number(trusted: Machine) -> None:
    trusted.policy(rule("allow", 100))
    trusted.admin_policy(rule("deny", 1))

    record = trusted.cli()

    assert run(record, "ls") is DENY
    assert record.exec.mode is ExecMode.NONE
    assert gemini.decide(record, "run", "ls", record.workspace)[1][0].file == "/etc/gemini-cli/policies/rules.toml"


def test_headless_refuses_what_no_rule_allows(trusted: Machine) -> None:
    record = trusted.headless()

    assert {line: run(record, line) for line in ("cat x", "npm test", "curl x")} == dict.fromkeys(
        ("cat x", "npm test", "curl x"), DENY
    )


def test_an_ignored_env_file_is_refused_to_the_tool_and_loaded_into_the_environment(trusted: Machine) -> None:
    trusted.put(trusted.work / ".gitignore", "node_modules/\n.env\n")
    path = trusted.put(trusted.work / ".env", "A=1\n")

    record = trusted.cli()
    verdict, evidence = gemini.decide(record, "read", ".env", record.workspace)

    assert (verdict, evidence[0].file, evidence[0].line) == (DENY, ".gitignore", 2)
    assert record.env.dotenv == (path.as_posix(),)
    assert {one.enforced_for for one in record.read.rules} == {EnforcedFor.TOOL}


def test_policy_files_of_a_workspace_have_no_effect(trusted: Machine) -> None:
    trusted.put(trusted.work / ".gemini/policies/x.toml", rule("allow", 999))

    record = trusted.cli()

    assert run(record, "npm test") is ASK
    source = next(one for one in record.sources if one.path == ".gemini/policies/x.toml")
    assert (source.honoured, source.scope) == (Honoured.NO, "project")
    assert "not effective" in source.problem


RULES: dict[str, tuple[str, dict[str, Verdict]]] = {
    "a prefix ends at a word": (
        rule("allow", 100, commandPrefix="git"),
        {"git push": ALLOW, "git": ALLOW, "github x": ASK, "git push && curl x": ASK},
    ),
    "prefixes may be listed": (
        rule("allow", 100, commandPrefix=["npm test", "make"]),
        {"npm test -- -x": ALLOW, "make all": ALLOW, "npm run x": ASK},
    ),
    "the higher number wins over deny": (
        rule("deny", 10, commandPrefix="curl") + rule("allow", 20, commandPrefix="curl"),
        {"curl x": ALLOW},
    ),
    "the higher number wins over allow": (
        rule("deny", 20, commandPrefix="curl") + rule("allow", 10),
        {"curl x": DENY, "wget x": ALLOW, "ls; curl x": DENY},
    ),
    "a regular expression stands at the start": (
        rule("allow", 100, commandRegex="kubectl (get|describe) .*"),
        {"kubectl get pods": ALLOW, "kubectl delete pod": ASK, "sudo kubectl get pods": ASK},
    ),
    "arguments are matched as JSON": (
        rule("allow", 100, argsPattern='"command":"terraform plan"'),
        {"terraform plan": ALLOW, "terraform apply": ASK},
    ),
    "a redirection asks again": (
        rule("allow", 100, commandPrefix="npm"),
        {"npm test": ALLOW, "npm test > out.txt": ASK},
    ),
    "unless the rule allows it": (
        rule("allow", 100, commandPrefix="npm", allowRedirection=True),
        {"npm test > out.txt": ALLOW},
    ),
    "a rule for another mode is passed over": (
        rule("allow", 100, modes=["yolo"]),
        {"npm test": ASK},
    ),
    "a rule for another tool is passed over": (
        rule("allow", 100, toolName="web_fetch"),
        {"npm test": ASK},
    ),
    "a star means every tool": (
        rule("allow", 100, toolName="*"),
        {"npm test": ALLOW},
    ),
    "a pattern that may never end allows in doubt": (
        rule("allow", 100, commandRegex="a*b*c*d*e*f*"),
        {"npm test": ALLOW},
    ),
    "both command forms at once are no rule": (
        rule("allow", 100, commandPrefix="npm", commandRegex="npm"),
        {"npm test": ASK},
    ),
}


@pytest.mark.parametrize(("text", "expected"), RULES.values(), ids=RULES.keys())
def test_the_policy_engine_decides(trusted: Machine, text: str, expected: dict[str, Verdict]) -> None:
    trusted.policy(text)
    record = trusted.cli()

    assert {line: run(record, line) for line in expected} == expected


def test_an_allow_rule_shows_in_the_verdicts_with_its_line(trusted: Machine) -> None:
    trusted.policy("# own rules\n\n" + rule("allow", 100, commandPrefix="terraform"))

    verdict = trusted.cli().exec.verdict(CommandClass.NETWORK)

    assert (verdict.verdict, verdict.example) == (ALLOW, "terraform")
    assert [(one.file, one.line) for one in verdict.evidence] == [("~/.gemini/policies/own.toml", 3)]
    assert trusted.cli().exec.mode is ExecMode.ALLOW_LIST


def test_a_rule_that_breaks_the_schema_voids_its_file_with_a_line(trusted: Machine) -> None:
    trusted.policy(rule("allow", 100) + rule("allow", 1000))

    record = trusted.cli()
    source = next(one for one in record.sources if one.path.endswith("own.toml"))

    assert run(record, "npm test") is ASK
    assert (source.honoured, source.problem) == (
        Honoured.NO,
        "line 5: priority is not a whole number from 0 to 999; file not effective",
    )


def test_a_policy_file_that_is_no_toml_is_not_effective(trusted: Machine) -> None:
    trusted.policy(rule("allow", 100) + "[[rule]\n")

    source = next(one for one in trusted.cli().sources if one.path.endswith("own.toml"))

    assert run(trusted.cli(), "npm test") is ASK
    assert source.problem == "line 5: not valid TOML; file not effective"


def test_an_admin_folder_that_others_may_write_to_is_ignored(trusted: Machine) -> None:
    path = trusted.admin_policy(rule("deny", 1))
    path.parent.chmod(0o777)

    record = trusted.cli()

    assert run(record, "cat x") is ALLOW
    assert any("others may write" in one.problem for one in record.sources)


def test_extensions_may_refuse_but_not_allow(trusted: Machine) -> None:
    folder = trusted.home / ".gemini/extensions/helper/policies"
    trusted.put(folder / "a.toml", rule("allow", 900, commandPrefix="npm") + rule("deny", 900, commandPrefix="curl"))

    assert run(trusted.cli(), "npm test") is ASK
    assert run(trusted.cli(), "curl x") is DENY


def test_what_was_allowed_for_good_can_be_switched_off(trusted: Machine) -> None:
    trusted.policy(rule("allow", 950, commandPrefix="npm"), "auto-saved.toml")
    assert run(trusted.cli(), "npm test") is ALLOW

    trusted.user({"security": {"disableAlwaysAllow": True}})
    assert run(trusted.cli(), "npm test") is ASK


SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Verdict]]] = {
    "allowed, the tool": ({"tools": {"allowed": ["run_shell_command"]}}, {"curl x": ALLOW}),
    "allowed, a prefix": ({"tools": {"allowed": ["run_shell_command(npm test)"]}}, {"npm test": ALLOW, "npm x": ASK}),
    "allowed, the old name": ({"tools": {"allowed": ["ShellTool(make)"]}}, {"make": ALLOW, "npm x": ASK}),
    "excluded": ({"tools": {"exclude": ["run_shell_command"]}}, {"cat x": DENY}),
    "excluded beats allowed": (
        {"tools": {"exclude": ["run_shell_command"], "allowed": ["run_shell_command"]}},
        {"npm x": DENY},
    ),
    "a core list without the shell": ({"tools": {"core": ["read_file"]}}, {"cat x": DENY}),
    "a core list with one prefix": (
        {"tools": {"core": ["run_shell_command(ls)"]}},
        {"ls -l": ALLOW, "cat x": DENY, "lsof": DENY},
    ),
    "yolo is not taken from settings": ({"general": {"defaultApprovalMode": "yolo"}}, {"npm x": ASK}),
    "auto_edit lets redirections pass": (
        {"general": {"defaultApprovalMode": "auto_edit"}, "tools": {"allowed": ["run_shell_command(npm)"]}},
        {"npm test > out": ALLOW, "make": ASK},
    ),
    "plan mode runs nothing": ({"general": {"defaultApprovalMode": "plan"}}, {"cat x": DENY, "npm x": DENY}),
}


@pytest.mark.parametrize(("settings", "expected"), SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_are_rules_too(trusted: Machine, settings: dict[str, Any], expected: dict[str, Verdict]) -> None:
    trusted.user(settings)
    record = trusted.cli()

    assert {line: run(record, line) for line in expected} == expected


def test_an_allowed_shell_is_free_also_in_headless_runs_and_named_as_a_removed_gate(trusted: Machine) -> None:
    trusted.user({"tools": {"allowed": ["run_shell_command"]}})

    for record in trusted.records().values():
        assert record.exec.mode is ExecMode.FREE
        assert ("~/.gemini/settings.json", 4) in [(one.file, one.line) for one in record.approval_removers]


def test_system_settings_beat_the_project_and_the_project_beats_the_user(trusted: Machine) -> None:
    def mode() -> str:
        held = trusted.cli().exec.evidence
        return next(one.value for one in held if one.key == "general.defaultApprovalMode")

    trusted.managed({"general": {"defaultApprovalMode": "plan"}}, "system-defaults.json")
    assert mode() == "plan"
    trusted.user({"general": {"defaultApprovalMode": "default"}})
    assert mode() == "default"
    trusted.project({"general": {"defaultApprovalMode": "auto_edit"}})
    assert mode() == "auto_edit"
    trusted.managed({"general": {"defaultApprovalMode": "plan"}})
    assert mode() == "plan"


def test_a_broken_settings_file_is_not_effective_and_named_with_its_line(trusted: Machine) -> None:
    trusted.put(
        trusted.work / ".gemini/settings.json", '{\n  "tools": {"allowed": ["run_shell_command"]}\n  "x": 1\n}\n'
    )

    record = trusted.cli()
    source = next(one for one in record.sources if one.path == ".gemini/settings.json")

    assert run(record, "npm test") is ASK
    assert source.honoured is Honoured.NO
    assert source.problem.startswith("line 3:")


def test_comments_are_allowed_and_unknown_keys_recorded(trusted: Machine) -> None:
    trusted.put(
        trusted.home / ".gemini/settings.json",
        '{\n // mine\n "tools": {"allowed": ["ShellTool"]}, "autoAccept": true\n}',
    )

    record = trusted.cli()

    assert run(record, "npm test") is ALLOW
    assert next(one for one in record.sources if one.path.startswith("~")).unknown_keys == ("autoAccept",)


def test_the_home_can_be_moved(machine: Machine) -> None:
    machine.put(machine.home / "elsewhere/.gemini/settings.json", '{"tools": {"allowed": ["ShellTool"]}}')

    record = machine.cli({"GEMINI_CLI_HOME": (machine.home / "elsewhere").as_posix()})

    assert run(record, "npm test") is ALLOW
    assert record.logging.transcripts[0].path == "~/elsewhere/.gemini/tmp"


def mine(path: Path) -> Path:
    return path


TRUST: dict[str, tuple[str, Callable[[Path], Path], str]] = {
    "the folder": ("TRUST_FOLDER", mine, "trusted"),
    "the folder above": ("TRUST_FOLDER", lambda path: path.parent, "trusted"),
    "a neighbour whose parent is trusted": ("TRUST_PARENT", lambda path: path.parent / "other", "trusted"),
    "a neighbour": ("TRUST_FOLDER", lambda path: path.parent / "sho", "unknown"),
    "refused": ("DO_NOT_TRUST", mine, "untrusted"),
    "refused above": ("DO_NOT_TRUST", lambda path: path.parent, "untrusted"),
    "a word that is none": ("SURE", mine, "unknown"),
}


@pytest.mark.parametrize(("level", "place", "state"), TRUST.values(), ids=TRUST.keys())
def test_the_trust_of_a_folder(machine: Machine, level: str, place: Callable[[Path], Path], state: str) -> None:
    machine.trust(level, place(machine.work))
    machine.project({"tools": {"allowed": ["run_shell_command"]}})

    record = machine.cli()

    assert record.trust.state == state
    assert run(record, "npm test") is (ASK if state == "untrusted" else ALLOW)
    assert machine.headless().trust.state == "trusted"


def test_the_longest_path_decides(machine: Machine) -> None:
    levels = {machine.work.parent.as_posix(): "DO_NOT_TRUST", machine.work.as_posix(): "TRUST_FOLDER"}
    machine.put(machine.home / ".gemini/trustedFolders.json", json.dumps(levels))

    assert machine.cli().trust.state == "trusted"


def test_an_untrusted_folder_has_no_project_settings_servers_or_env_file(machine: Machine) -> None:
    machine.trust("DO_NOT_TRUST")
    machine.project({"mcpServers": {"shop": {"command": "npx", "args": ["-y", "shop-mcp"]}}})
    machine.put(machine.work / ".env", "A=1")

    record = machine.cli()

    assert (record.mcp, record.env.dotenv) == ((), ())
    source = next(one for one in record.sources if one.path == ".gemini/settings.json")
    assert (source.honoured, "not trusted" in source.problem) == (Honoured.NO, True)
    assert [one.name for one in machine.headless().mcp] == []  # headless refuses every tool of it
    assert "shop" in machine.headless().notes[-1]


def test_a_project_cannot_switch_trust_off_for_itself(machine: Machine) -> None:
    machine.trust("DO_NOT_TRUST")
    machine.project({"security": {"folderTrust": {"enabled": False}}})
    assert machine.cli().trust.state == "untrusted"

    machine.user({"security": {"folderTrust": {"enabled": False}}})
    assert machine.cli().trust.state == "not-applicable"


def test_the_environment_can_trust_every_folder(machine: Machine) -> None:
    machine.trust("DO_NOT_TRUST")

    record = machine.cli({"GEMINI_CLI_TRUST_WORKSPACE": "true"})

    assert record.trust.state == "trusted"
    assert "GEMINI_CLI_TRUST_WORKSPACE" in {one.key for one in record.approval_removers}


def test_the_file_tool_refuses_what_is_outside_and_takes_further_folders(trusted: Machine) -> None:
    trusted.user({"context": {"includeDirectories": ["~/notes", "$EXTRA/lib"]}})
    extra = trusted.home / "extra"

    record = trusted.cli({"EXTRA": extra.as_posix()})

    def reads(path: Path) -> Verdict:
        return gemini.decide(record, "read", path.as_posix(), record.workspace)[0]

    assert record.read.base is ReadBase.ROOTS
    assert [reads(path) for path in (trusted.work / "a", trusted.home / "notes/b", extra / "lib/c")] == [ALLOW] * 3
    assert [reads(path) for path in (trusted.home / ".aws/credentials", extra / "d", trusted.work / "../x")] == [
        DENY
    ] * 3


def test_ignore_files_can_be_switched_off_and_added(trusted: Machine) -> None:
    trusted.put(trusted.work / ".gitignore", ".env\n")
    trusted.put(trusted.work / ".geminiignore", "*.pem\n")
    trusted.put(trusted.work / "extra.ignore", "keys/\n")
    trusted.user({"context": {"fileFiltering": {"respectGitIgnore": False, "customIgnoreFilePaths": ["extra.ignore"]}}})
    record = trusted.cli()

    answers = {name: gemini.decide(record, "read", name, record.workspace)[0] for name in (".env", "a.pem", "keys/k")}

    assert answers == {".env": ALLOW, "a.pem": DENY, "keys/k": DENY}


def test_a_later_line_takes_an_ignored_path_back(trusted: Machine) -> None:
    trusted.put(trusted.work / ".geminiignore", ".env\n*.pem\n!.env\n")
    record = trusted.cli()

    assert gemini.decide(record, "read", ".env", record.workspace)[0] is ALLOW
    assert gemini.decide(record, "read", "a/b.pem", record.workspace)[0] is DENY


def test_a_policy_can_take_the_file_tool_away(trusted: Machine) -> None:
    trusted.policy(rule("deny", 10, toolName="read_file"))

    assert gemini.decide(trusted.cli(), "read", "README.md", trusted.work.as_posix())[0] is DENY


def test_the_env_search_climbs_out_of_the_repository_and_takes_the_first(trusted: Machine) -> None:
    above = trusted.put(trusted.work.parent / ".env", "A=1")
    assert trusted.cli().env.dotenv == (above.as_posix(),)

    nearer = trusted.put(trusted.work / ".gemini/.env", "A=1")
    trusted.put(trusted.work / ".env", "A=1")
    assert trusted.cli().env.dotenv == (nearer.as_posix(),)


def test_the_home_is_searched_last_and_the_local_search_can_be_switched_off(trusted: Machine) -> None:
    at_home = trusted.put(trusted.home / ".env", "A=1")
    assert trusted.cli().env.dotenv == (at_home.as_posix(),)

    trusted.put(trusted.work / ".env", "A=1")
    trusted.user({"advanced": {"ignoreLocalEnv": True}})
    assert trusted.cli().env.dotenv == (at_home.as_posix(),)


def test_redaction_filters_the_shell_and_is_strict_in_a_workflow(trusted: Machine) -> None:
    trusted.user({"security": {"environmentVariableRedaction": {"enabled": True, "allowed": ["MY_TOKEN"]}}})

    env = trusted.cli().env
    strict = trusted.cli({"GITHUB_SHA": "0" * 40}).env

    assert env.shell is EnvMode.FILTERED
    assert {"*TOKEN*", "*token*", "DATABASE_URL"} <= set(env.removed)
    assert "MY_TOKEN" in env.kept
    assert (strict.shell, strict.removed) == (EnvMode.FILTERED, ("*",))


def test_a_container_confines_everything_to_its_mounts(trusted: Machine) -> None:
    (trusted.home / ".config/gcloud").mkdir(parents=True)
    trusted.user({"tools": {"sandbox": "docker"}})

    record = trusted.cli({"SANDBOX_MOUNTS": "/srv/data:/data:ro", "SANDBOX_ENV": "DEPLOY_TOKEN=x"})

    assert (record.sandbox.kind, record.sandbox.reads, record.read.shell_base) == (
        "container",
        "confined",
        ReadBase.SANDBOXED,
    )
    assert {(trusted.home / ".config/gcloud").as_posix(), "/srv/data", trusted.work.as_posix()} <= set(
        record.read.shell_roots
    )
    assert record.env.shell is EnvMode.MINIMAL
    assert "DEPLOY_TOKEN" in record.env.kept
    assert record.network.mode is NetworkMode.FREE


@pytest.mark.parametrize(
    ("profile", "reads", "network"),
    [
        ("", "open", NetworkMode.FREE),
        ("permissive-closed", "open", NetworkMode.NONE),
        ("strict-open", "confined", NetworkMode.FREE),
        ("restrictive-closed", "open", NetworkMode.NONE),
        ("mine", "open", NetworkMode.FREE),
    ],
)
def test_a_seatbelt_profile_says_what_is_confined(
    trusted: Machine, profile: str, reads: str, network: NetworkMode
) -> None:
    environment = {"GEMINI_SANDBOX": "true", "SEATBELT_PROFILE": profile}

    record = trusted.cli(environment, platform="darwin")

    assert (record.sandbox.kind, record.sandbox.reads, record.network.mode) == ("process", reads, network)


def test_the_variable_beats_the_setting(trusted: Machine) -> None:
    trusted.user({"tools": {"sandbox": "docker"}})

    assert trusted.cli({"GEMINI_SANDBOX": "false"}).sandbox.kind == "none"
    assert trusted.cli().sandbox.kind == "container"


def test_the_tool_sandbox_hides_env_files_and_the_network(trusted: Machine) -> None:
    trusted.user({"security": {"toolSandboxing": True}})

    record = trusted.cli()

    assert (record.sandbox.escape, record.network.mode) == ("ask", NetworkMode.NONE)
    assert trusted.headless().sandbox.escape == "never"
    assert {(one.original, one.enforced_for) for one in record.read.rules} == {
        (".env", EnforcedFor.OS),
        (".env.*", EnforcedFor.OS),
    }
    assert gemini.decide(record, "read", "deep/.env.local", record.workspace)[0] is DENY


def test_servers_are_approved_by_trust_by_list_or_by_rule(trusted: Machine) -> None:
    entry = {"command": "npx", "args": ["-y", "some-mcp"]}
    trusted.project({"mcpServers": {"a": {**entry, "trust": True}, "b": entry, "c": entry, "d": entry}})
    trusted.policy(rule("allow", 10, toolName="read", mcpName="b") + rule("deny", 10, toolName="mcp_d_*", mcpName="d"))

    record = trusted.cli()

    assert {one.name: one.auto_approved for one in record.mcp} == {"a": "all", "b": "some", "c": "no"}
    assert {one.name for one in trusted.headless().mcp} == {"a", "b"}
    assert all(one.started_without_trust for one in trusted.headless().mcp)
    assert [gemini.decide(record, "mcp", name, "/")[0] for name in ("a__x", "b__read", "c__x")] == [ALLOW, ALLOW, ASK]


def test_the_allowed_list_keeps_and_approves_and_the_excluded_list_drops(trusted: Machine) -> None:
    entry = {"command": "npx", "args": ["-y", "some-mcp"]}
    trusted.user(
        {"mcpServers": {"a": entry, "b": entry, "c": entry}, "mcp": {"allowed": ["a", "b"], "excluded": ["b"]}}
    )

    assert {one.name: one.auto_approved for one in trusted.cli().mcp} == {"a": "all"}


def test_the_project_entry_replaces_the_users_and_extensions_come_last(trusted: Machine) -> None:
    trusted.user({"mcpServers": {"a": {"command": "user-mcp"}}})
    trusted.project({"mcpServers": {"a": {"command": "project-mcp"}}})
    extension = {"name": "x", "mcpServers": {"a": {"command": "late"}, "b": {"command": "extension-mcp"}}}
    trusted.put(trusted.home / ".gemini/extensions/x/gemini-extension.json", json.dumps(extension))

    assert {one.name: one.command for one in trusted.cli().mcp} == {"a": "project-mcp", "b": "extension-mcp"}


def test_the_line_of_a_server_is_known_and_its_literal_secret_is_not_shown(trusted: Machine) -> None:
    made_up = "aB3" * 9
    trusted.project({"mcpServers": {"github": {"command": "gh-mcp", "env": {"GITHUB_TOKEN": made_up}}}})

    trusted.policy(rule("allow", 5, commandPrefix=f"curl -H 'Authorization: Bearer {made_up}'"))
    record = trusted.cli()
    (server,) = record.mcp

    assert (server.evidence.file, server.evidence.line) == (".gemini/settings.json", 3)
    assert (server.secret_keys, server.literal_secret) == (("GITHUB_TOKEN",), True)
    assert made_up not in repr(record)


def test_hooks_and_tool_commands_are_listed(trusted: Machine) -> None:
    trusted.user({"hooks": {"BeforeTool": [{"hooks": []}]}, "tools": {"discoveryCommand": "bin/tools"}})

    assert [one.key for one in trusted.cli().hooks] == ["hooks.BeforeTool", "tools.discoveryCommand"]


def test_telemetry_and_retention_are_told(trusted: Machine) -> None:
    trusted.user({"telemetry": {"enabled": True, "target": "gcp"}, "general": {"sessionRetention": {"maxAge": "2w"}}})
    logging = trusted.cli().logging

    assert (logging.audit, logging.content_logged, logging.transcripts[0].retention_days) == (
        "opentelemetry (gcp)",
        True,
        14,
    )


@pytest.mark.parametrize(
    ("settings", "reasoning"),
    [
        ({"model": {"name": "gemini-2.5-flash-lite"}}, "reduced"),
        ({"modelConfigs": {"customAliases": {"x": {"thinkingConfig": {"thinkingBudget": 0}}}}}, "reduced"),
        ({"modelConfigs": {"customOverrides": [{"thinkingConfig": {"thinkingLevel": "LOW"}}]}}, "reduced"),
        ({"modelConfigs": {"customAliases": {"x": {"thinkingConfig": {"thinkingBudget": 8192}}}}}, "normal"),
        ({"model": {"name": "gemini-3-pro"}}, "normal"),
    ],
)
def test_reduced_thinking_is_told_from_explicit_keys(trusted: Machine, settings: object, reasoning: str) -> None:
    trusted.user(settings)

    assert trusted.cli().reasoning == reasoning


def test_edits_without_asking_reach_the_agents_own_settings(trusted: Machine) -> None:
    trusted.user({"general": {"defaultApprovalMode": "auto_edit"}})
    record = trusted.cli()

    assert record.self_modify == "free"
    assert gemini.decide(record, "fetch", "https://example.com", "/")[0] is ALLOW


JUNK: list[object] = [None, True, 3, "x", "a(b", [], {}, [1, "a", None, {}], {"a": 1}, {"a": {"b": []}}, [["x"]]]
KEYS = (
    *("general.defaultApprovalMode", "tools.core", "tools.allowed", "tools.exclude", "tools.sandbox", "mcp.allowed"),
    *("mcpServers", "mcpServers.a", "mcpServers.a.args", "security.folderTrust.enabled", "context.includeDirectories"),
    *("general.sessionRetention.maxAge", "modelConfigs", "policyPaths", "hooks", "telemetry", "admin.mcp.enabled"),
)


@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_a_value_of_the_wrong_shape_ends_nothing(trusted: Machine, value: object) -> None:
    for key in KEYS:
        settings: object = value
        for name in reversed(key.split(".")):
            settings = {name: settings}
        trusted.user(settings)
        assert sorted(trusted.records()) == ["cli", "headless"], key


@pytest.mark.parametrize(
    "key", ["toolName", "decision", "priority", "commandPrefix", "argsPattern", "modes", "mcpName"]
)
def test_a_rule_of_the_wrong_shape_allows_nothing_it_does_not_name(trusted: Machine, key: str) -> None:
    lines = {"toolName": "run_shell_command", "decision": "allow", "priority": 5, key: [[1], "x"]}
    trusted.policy("[[rule]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items()))

    assert run(trusted.cli(), "npm test") is ASK
