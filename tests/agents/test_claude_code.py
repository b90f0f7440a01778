"""Claude Code: settings of every scope, their precedence, the rule grammar, modes and the sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from auditor.agents import claude_code
from auditor.agents.claude_rules import Anchors, bash_matches, parse, path_globs, text_matches
from auditor.agents.commands import simple_commands
from auditor.agents.globs import matches
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    CommandClass,
    EnforcedFor,
    EnvMode,
    Evidence,
    ExecMode,
    FileRule,
    Honoured,
    NetworkMode,
    OnOutside,
    ReadBase,
    Verdict,
)

ALLOW, ASK, DENY, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.DENY, Verdict.CLASSIFIED


@dataclass
class Machine:
    """A made-up home, repository and system folder."""

    base: Path
    platform: str = "linux"
    environment: dict[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()

    @property
    def home(self) -> Path:
        return self.base / "home" / "u"

    @property
    def repo(self) -> Path:
        return self.home / "repo"

    def write(self, place: str, content: Any) -> Path:
        path = self.base / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
        return path

    def user(self, **settings: Any) -> None:
        self.write("home/u/.claude/settings.json", settings)

    def project(self, **settings: Any) -> None:
        self.write("home/u/repo/.claude/settings.json", settings)

    def local(self, **settings: Any) -> None:
        self.write("home/u/repo/.claude/settings.local.json", settings)

    def managed(self, **settings: Any) -> None:
        self.write("etc/claude-code/managed-settings.json", settings)

    def around(self) -> Surroundings:
        self.repo.mkdir(parents=True, exist_ok=True)
        return Surroundings(self.home, (self.repo,), self.environment, self.platform, self.base, self.named)

    def record(self) -> AgentRecord:
        (record,) = claude_code.read(self.around())
        return record

    def ask(self, action: str, what: str) -> Verdict:
        said = what.replace("~", str(self.home)) if action == "read" else what
        # ``~`` in commands is resolved by the folders' layout, which the temporary folder does not have.
        said = said.replace("~", str(self.home))
        return claude_code.decide(self.record(), action, said, str(self.repo))[0]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def bash(text: str, command: str, effect: Verdict = ALLOW) -> bool:
    rule = parse(text)
    assert rule is not None
    return any(bash_matches(rule, one, effect) for one in simple_commands(command))


# --- the vectors of the permission rules ---------------------------------------------------------------------------


def test_a_bare_name_in_a_deny_rule_matches_at_any_depth(machine: Machine) -> None:
    machine.project(permissions={"deny": ["Read(.env)"]})
    assert machine.ask("read", "sub/.env") is DENY
    assert machine.ask("read", "sub/.env.example") is ALLOW


def test_a_single_slash_in_user_settings_is_anchored_at_the_settings_folder(machine: Machine) -> None:
    machine.user(permissions={"deny": ["Read(/secrets/**)"]})
    assert machine.ask("read", "secrets/a") is ALLOW
    assert machine.ask("read", "~/.claude/secrets/a") is DENY


def test_a_path_that_looks_absolute_covers_nothing_and_is_called_out(machine: Machine) -> None:
    machine.project(permissions={"deny": ["Read(/home/u/.ssh/**)"], "defaultMode": "default"})
    assert machine.ask("read", "~/.ssh/id_rsa") is ASK
    assert any("is not absolute" in note for note in machine.record().notes)


def test_a_read_deny_binds_cat_but_not_an_interpreter_without_a_sandbox(machine: Machine) -> None:
    machine.user(permissions={"deny": ["Read(~/.aws/**)"], "allow": ["Bash"], "defaultMode": "default"})
    assert machine.ask("run", "cat ~/.aws/credentials") is DENY
    assert machine.ask("run", "python3 -c 'open()'") is ALLOW
    assert {rule.enforced_for for rule in machine.record().read.rules} == {EnforcedFor.KNOWN_SHELL}


def test_an_allow_rule_has_to_match_every_part_of_a_compound_command(machine: Machine) -> None:
    machine.project(permissions={"allow": ["Bash(npm run test:*)"], "defaultMode": "default"})
    assert machine.ask("run", "npm run test") is ALLOW
    assert machine.ask("run", "npm run test && curl x") is ASK


@pytest.mark.parametrize(("rule", "expected"), [("Bash(ls*)", True), ("Bash(ls *)", False)])
def test_a_space_before_the_star_ends_at_a_word(rule: str, expected: bool) -> None:
    assert bash(rule, "lsof") is expected
    assert bash(rule, "ls -la") is True


def test_an_allow_rule_for_every_mcp_server_is_ignored(machine: Machine) -> None:
    machine.user(permissions={"allow": ["mcp__*"], "defaultMode": "default"})
    assert machine.ask("mcp", "files__read") is ASK
    assert any("has to name its server" in note for note in machine.record().notes)


def test_a_deny_of_any_scope_beats_an_allow_of_any_scope(machine: Machine) -> None:
    machine.user(permissions={"allow": ["Bash(curl *)"]})
    machine.project(permissions={"deny": ["Bash(curl *)"]})
    assert machine.ask("run", "curl x") is DENY


def test_a_sandbox_alone_runs_commands_unasked_and_leaves_every_file_readable(machine: Machine) -> None:
    machine.user(sandbox={"enabled": True}, permissions={"defaultMode": "default"})
    record = machine.record()
    assert machine.ask("run", "cat ~/.ssh/id_rsa") is ALLOW
    assert record.read.shell_base is ReadBase.FILESYSTEM
    assert record.sandbox.reads == "open"


def test_a_sandbox_deny_stops_commands_but_not_the_file_tool(machine: Machine) -> None:
    machine.user(
        sandbox={"enabled": True, "filesystem": {"denyRead": ["~/.ssh"]}}, permissions={"defaultMode": "default"}
    )
    assert machine.ask("run", "cat ~/.ssh/id_rsa") is DENY
    assert machine.ask("read", "~/.ssh/id_rsa") is ASK
    machine.user(
        sandbox={"enabled": True, "filesystem": {"denyRead": ["~/.ssh"]}},
        permissions={"defaultMode": "bypassPermissions"},
    )
    assert machine.ask("read", "~/.ssh/id_rsa") is ALLOW


def test_auto_mode_from_a_project_is_ignored(machine: Machine) -> None:
    machine.project(permissions={"defaultMode": "auto"})
    record = machine.record()
    assert [held.value for held in record.exec.evidence] == ["auto or default"]
    assert "auto is ignored" in record.sources[0].problem


# --- rule grammar ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "command", "effect", "expected"),
    [
        ("Bash", "rm -rf /", ALLOW, True),
        ("Bash(*)", "rm -rf /", ALLOW, True),
        ("Bash(npm run build)", "npm run build", ALLOW, True),
        ("Bash(npm run build)", "npm run build --watch", ALLOW, False),
        ("Bash(npm run build:*)", "npm run build --watch", ALLOW, True),
        ("Bash(npm run build:*)", "npm run builder", ALLOW, False),
        ("Bash(git * main)", "git checkout main", ALLOW, True),
        ("Bash(git * main)", "git checkout maintenance", ALLOW, False),
        ("Bash(* --version)", "node --version", ALLOW, True),
        ("Bash(a:*b)", "a:xb", ALLOW, True),
        ("Bash(npm test *)", "timeout 30 npm test unit", ALLOW, True),
        ("Bash(npm test *)", "nohup nice -n 5 npm test", ALLOW, True),
        ("Bash(npm test *)", "sudo npm test", ALLOW, False),
        ("Bash(npm test *)", "npx npm test", ALLOW, False),
        ("Bash(npm test *)", "NODE_ENV=test npm test", ALLOW, True),
        ("Bash(npm test *)", "LD_PRELOAD=x npm test", ALLOW, False),
        ("Bash(curl *)", "X=1 curl x", DENY, True),
        ("Bash(curl *)", "sudo -u root env A=b curl x", DENY, True),
        ("Bash(curl *)", "bash -c 'curl x'", DENY, False),
        ("Bash(find *)", "find . -name x", ALLOW, True),
        ("Bash(find *)", "find . -exec cat {} +", ALLOW, False),
        ("Bash(find *)", "find . -exec cat {} +", DENY, True),
        ("Bash(dangerouslyDisableSandbox:true)", "dangerouslyDisableSandbox:true", DENY, False),
        ("Bash(echo *)", 'echo "a; b && c"', ALLOW, True),
    ],
)
def test_bash_rules_match_as_documented(rule: str, command: str, effect: Verdict, expected: bool) -> None:
    assert bash(rule, command, effect) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("ls:*", "ls", True),
        ("ls:*", "ls -l", True),
        ("ls:*", "lsof", False),
        ("a*b*c", "a1b2c", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("echo *", "echo a\nb", True),
        ("", "", True),
    ],
)
def test_command_globs_span_anything_in_linear_time(pattern: str, text: str, expected: bool) -> None:
    assert text_matches(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "effect", "path", "expected"),
    [
        ("//etc/passwd", DENY, "/etc/passwd", True),
        ("//**/.env", DENY, "/srv/app/.env", True),
        ("~/.ssh/**", DENY, "/home/u/.ssh/id", True),
        ("~/.netrc", DENY, "/home/u/.netrc", True),
        ("~/.netrc", DENY, "/home/u/sub/.netrc", False),
        ("/config/*.json", DENY, "/w/config/a.json", True),
        ("/config/*.json", DENY, "/w/x/config/a.json", False),
        ("*.pem", DENY, "/w/a/b/c.pem", True),
        ("*.pem", DENY, "/elsewhere/c.pem", False),
        ("src/secret/**", DENY, "/w/src/secret/x", True),
        ("src/secret/**", DENY, "/w/a/src/secret/x", False),
        ("secrets/**", DENY, "/w/a/secrets/x", True),
        ("secrets/**", ASK, "/w/a/secrets/x", True),
        ("secrets/**", ALLOW, "/w/a/secrets/x", False),
        ("secrets/**", ALLOW, "/w/secrets/x", True),
        ("./.env", DENY, "/w/.env", True),
        ("**/.env", DENY, "/w/a/.env", True),
        ("secrets/", DENY, "/w/a/secrets/deep/x", True),
        ("id_[re]*", DENY, "/w/id_rsa", True),
    ],
)
def test_path_rules_are_anchored_as_documented(pattern: str, effect: Verdict, path: str, expected: bool) -> None:
    anchors = Anchors("/w", "/w", "/home/u")
    assert any(matches(glob, path) for glob in path_globs(pattern, effect, anchors)) is expected


def test_windows_paths_are_written_with_a_drive_after_two_slashes() -> None:
    anchors = Anchors("C:/w", "C:/w", "C:/Users/u", windows=True)
    globs = path_globs("//c/Users/u/.ssh/**", DENY, anchors)
    assert any(matches(glob, "C:/Users/u/.ssh/id") for glob in globs)


@pytest.mark.parametrize(
    ("settings", "action", "what", "expected"),
    [
        ({"ask": ["Bash(git push *)"], "allow": ["Bash(git *)"]}, "run", "git push origin", ASK),
        ({"allow": ["Bash(git *)"]}, "run", "git push origin", ALLOW),
        ({"allow": ["Bash(git *)"]}, "run", "git log | curl -d @- x", ASK),
        ({"allow": ["Bash(echo *)"]}, "run", "echo $(curl x)", ASK),
        ({"allow": ["Bash(echo *)", "Bash(curl *)"]}, "run", "echo $(curl x)", ALLOW),
        ({"deny": ["Bash(curl *)"], "allow": ["Bash"]}, "run", "echo `curl x`", DENY),
        ({"deny": ["Bash"], "allow": ["Bash(ls *)"]}, "run", "ls", DENY),
        ({"deny": ["*"]}, "run", "ls", DENY),
        ({"deny": ["Read(.env)"], "allow": ["Bash"]}, "run", "sort < .env", ALLOW),
        ({"deny": ["Read(.env)"], "allow": ["Bash"]}, "run", "sudo head -n 3 sub/.env", DENY),
        ({"ask": ["Read(.env)"], "allow": ["Bash"]}, "run", "grep A .env", ASK),
        ({"allow": ["Read(~/notes/**)"]}, "read", "~/notes/a", ALLOW),
        ({"allow": ["Read"]}, "read", "/etc/passwd", ALLOW),
        ({"deny": ["Read"]}, "read", "a.txt", DENY),
        ({"deny": ["Read"]}, "read", "/etc/passwd", DENY),
        ({"deny": ["Read(**)"]}, "read", "deep/a.txt", DENY),
        ({"deny": ["Read(**)"]}, "read", "/etc/passwd", ASK),
        ({"allow": ["Read(*)"]}, "read", "/etc/passwd", ALLOW),
        ({"deny": ["Bash(:*)"], "allow": ["Bash(ls)"]}, "run", "ls", DENY),
        ({"deny": ["Write(.env)", "Glob(.env)"]}, "read", ".env", ALLOW),
        ({}, "read", "a.txt", ALLOW),
        ({}, "read", "~/.aws/credentials", ASK),
        ({}, "run", "ls -la src", ALLOW),
        ({}, "run", "cat src/a.txt | wc -l", ALLOW),
        ({}, "run", "cat a > b", ASK),
        ({}, "run", "git status --short", ALLOW),
        ({}, "run", "git push", ASK),
        ({}, "run", "cat ~/.aws/credentials", ASK),
        ({"allow": ["WebFetch(domain:*.example.com)"]}, "fetch", "https://api.example.com/x", ALLOW),
        ({"allow": ["WebFetch(domain:*.example.com)"]}, "fetch", "https://example.com/x", ASK),
        ({"allow": ["WebFetch(domain:*)"]}, "fetch", "https://example.com/x", ALLOW),
        ({"deny": ["WebFetch"], "allow": ["WebFetch(domain:example.com)"]}, "fetch", "example.com", DENY),
        ({"allow": ["mcp__files"]}, "mcp", "mcp__files__read", ALLOW),
        ({"allow": ["mcp__files__*"]}, "mcp", "files__read", ALLOW),
        ({"allow": ["mcp__files__read"]}, "mcp", "files__write", ASK),
        ({"allow": ["mcp__files"], "deny": ["mcp__files__write"]}, "mcp", "files__write", DENY),
        ({"deny": ["mcp__*"]}, "mcp", "files__read", DENY),
    ],
)
def test_deny_comes_before_ask_before_allow_before_the_mode(
    machine: Machine, settings: dict[str, Any], action: str, what: str, expected: Verdict
) -> None:
    machine.user(permissions={"defaultMode": "default", **settings})
    assert machine.ask(action, what) is expected


# --- modes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "command", "expected", "record"),
    [
        ("default", "npm install", ASK, (ExecMode.ASK, Approval.ON_REQUEST)),
        ("manual", "npm install", ASK, (ExecMode.ASK, Approval.ON_REQUEST)),
        ("acceptEdits", "npm install", ASK, (ExecMode.ASK, Approval.ON_REQUEST)),
        ("acceptEdits", "mkdir a", ALLOW, (ExecMode.ASK, Approval.ON_REQUEST)),
        ("acceptEdits", "cp ~/.netrc a", ASK, (ExecMode.ASK, Approval.ON_REQUEST)),
        ("plan", "npm install", CLASSIFIED, (ExecMode.RISK_BASED, Approval.RISK_BASED)),
        ("auto", "npm install", CLASSIFIED, (ExecMode.RISK_BASED, Approval.RISK_BASED)),
        ("dontAsk", "npm install", DENY, (ExecMode.NONE, Approval.NEVER)),
        ("bypassPermissions", "npm install", ALLOW, (ExecMode.FREE, Approval.NEVER)),
    ],
)
def test_a_mode_decides_what_no_rule_does(
    machine: Machine, mode: str, command: str, expected: Verdict, record: tuple[ExecMode, Approval]
) -> None:
    machine.user(permissions={"defaultMode": mode})
    found = machine.record()
    assert machine.ask("run", command) is expected
    assert (found.exec.mode, found.approval) == record


def test_without_a_mode_the_plan_decides_and_both_cases_are_told(machine: Machine) -> None:
    machine.user(permissions={})
    record = machine.record()
    assert (record.exec.mode, record.exec.best) == (ExecMode.RISK_BASED, ExecMode.ASK)
    assert record.confidence == "medium"
    assert any("the plan" in note for note in record.notes)


@pytest.mark.parametrize(
    "settings",
    [
        {"disableAutoMode": "disable"},
        {"permissions": {"disableAutoMode": "disable"}},
        {"apiKeyHelper": "helper"},
        {"env": {"CLAUDE_CODE_USE_BEDROCK": "1"}},
    ],
)
def test_without_auto_mode_the_built_in_default_asks(machine: Machine, settings: dict[str, Any]) -> None:
    machine.user(**settings)
    record = machine.record()
    assert (record.exec.mode, record.exec.best) == (ExecMode.ASK, None)


def test_an_installed_version_older_than_auto_mode_asks(machine: Machine) -> None:
    machine.user(permissions={})
    link = machine.home / ".local" / "bin" / "claude"
    link.parent.mkdir(parents=True)
    link.symlink_to(machine.home / ".local/share/claude/versions/2.1.100")
    record = machine.record()
    assert (record.version, record.exec.mode) == ("2.1.100", ExecMode.ASK)


def test_bypass_is_refused_where_an_administrator_disabled_it(machine: Machine) -> None:
    machine.managed(permissions={"disableBypassPermissionsMode": "disable"}, disableAutoMode="disable")
    machine.project(permissions={"defaultMode": "bypassPermissions"})
    assert machine.record().exec.mode is ExecMode.ASK


def test_bypass_in_a_project_file_is_honoured_and_named_with_its_line(machine: Machine) -> None:
    machine.project(permissions={"defaultMode": "bypassPermissions"})
    record = machine.record()
    assert record.read.base is ReadBase.FILESYSTEM
    assert record.read.outside is OnOutside.FREE
    (remover,) = [held for held in record.approval_removers if held.key == "permissions.defaultMode"]
    assert remover.sentence == ".claude/settings.json:3 sets permissions.defaultMode to bypassPermissions"


def test_a_deny_rule_and_an_ask_rule_hold_in_bypass_mode(machine: Machine) -> None:
    machine.user(
        permissions={"defaultMode": "bypassPermissions", "deny": ["Bash(curl *)"], "ask": ["Bash(git push *)"]}
    )
    assert machine.ask("run", "curl x") is DENY
    assert machine.ask("run", "git push") is ASK


def test_auto_mode_drops_rules_that_would_let_any_program_run(machine: Machine) -> None:
    machine.user(permissions={"defaultMode": "auto", "allow": ["Bash(python3 *)", "Bash(curl *)"]})
    assert machine.ask("run", "python3 -c 1") is CLASSIFIED
    assert machine.ask("run", "curl x") is ALLOW


def test_prompts_may_be_turned_into_refusals(machine: Machine) -> None:
    machine.user(permissions={"defaultMode": "default", "denyInsteadOfPrompting": True})
    assert machine.ask("run", "npm install") is DENY


def test_reads_outside_the_folders_may_be_blocked_in_every_mode(machine: Machine) -> None:
    machine.user(permissions={"defaultMode": "bypassPermissions", "blockReadsOutsideWorkingDirectories": True})
    assert machine.ask("read", "~/.aws/credentials") is DENY
    assert machine.record().read.outside is OnOutside.DENY


# --- layers ---------------------------------------------------------------------------------------------------------


def test_scalars_come_from_the_highest_scope_and_lists_are_joined(machine: Machine) -> None:
    machine.user(permissions={"defaultMode": "bypassPermissions", "allow": ["Bash(a *)"]})
    machine.project(permissions={"defaultMode": "plan", "allow": ["Bash(b *)"]})
    machine.local(permissions={"defaultMode": "acceptEdits", "allow": ["Bash(c *)"]})
    record = machine.record()
    assert record.exec.evidence[0].file == ".claude/settings.local.json"
    assert {rule.pattern for rule in record.exec.rules} == {"Bash(a *)", "Bash(b *)", "Bash(c *)"}


def test_managed_settings_beat_all_and_the_last_drop_in_beats_the_first(machine: Machine) -> None:
    machine.managed(permissions={"defaultMode": "bypassPermissions"})
    machine.write("etc/claude-code/managed-settings.d/10-a.json", {"permissions": {"defaultMode": "plan"}})
    machine.write("etc/claude-code/managed-settings.d/20-b.json", {"permissions": {"defaultMode": "default"}})
    machine.local(permissions={"defaultMode": "acceptEdits"})
    record = machine.record()
    assert record.exec.evidence[0].file == "/etc/claude-code/managed-settings.d/20-b.json"
    assert record.exec.evidence[0].value == "default"


def test_only_managed_rules_count_when_an_administrator_says_so(machine: Machine) -> None:
    machine.managed(allowManagedPermissionRulesOnly=True, permissions={"deny": ["Bash(wget *)"]})
    machine.user(permissions={"allow": ["Bash(curl *)"]})
    assert [rule.pattern for rule in machine.record().exec.rules] == ["Bash(wget *)"]


def test_the_switch_for_managed_rules_has_no_effect_elsewhere(machine: Machine) -> None:
    machine.user(allowManagedPermissionRulesOnly=True, permissions={"allow": ["Bash(curl *)"]})
    record = machine.record()
    assert [rule.pattern for rule in record.exec.rules] == ["Bash(curl *)"]
    assert "not honoured from user settings" in record.sources[0].problem


def test_server_managed_settings_take_the_managed_file_s_place(machine: Machine) -> None:
    machine.managed(permissions={"deny": ["Bash(curl *)"]})
    machine.write("home/u/.claude/remote-settings.json", {"permissions": {"deny": ["Bash(wget *)"]}})
    record = machine.record()
    assert [rule.pattern for rule in record.exec.rules] == ["Bash(wget *)"]
    assert Honoured.NO in {source.honoured for source in record.sources}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{\n  "permissions": {\n    "allow": ["Bash"],\n  }\n}', "line 3: trailing comma; file not effective"),
        ('{\n  // all\n  "permissions": {}\n}', "line 2: a comment is not allowed; file not effective"),
        ("[]", None),
    ],
)
def test_a_broken_file_is_not_effective_and_says_on_which_line(
    machine: Machine, text: str, problem: str | None
) -> None:
    machine.write("home/u/repo/.claude/settings.json", text)
    record = machine.record()
    assert record.exec.rules == ()
    if problem:
        assert [(source.honoured, source.problem) for source in record.sources] == [(Honoured.NO, problem)]


def test_the_configuration_folder_may_be_moved(machine: Machine) -> None:
    machine.environment["CLAUDE_CONFIG_DIR"] = str(machine.base / "elsewhere")
    machine.write("elsewhere/settings.json", {"permissions": {"allow": ["Bash(curl *)"]}})
    machine.write("elsewhere/.claude.json", {"projects": {str(machine.repo): {"hasTrustDialogAccepted": True}}})
    record = machine.record()
    assert [rule.pattern for rule in record.exec.rules] == ["Bash(curl *)"]
    assert record.trust.state == "trusted"


def test_local_settings_of_the_repository_s_root_count_in_a_subfolder(machine: Machine) -> None:
    (machine.repo / ".git").mkdir(parents=True)
    machine.local(permissions={"allow": ["Bash(curl *)"]})
    machine.project(permissions={"allow": ["Bash(wget *)"]})
    inner = machine.repo / "sub"
    inner.mkdir()
    (record,) = claude_code.read(Surroundings(machine.home, (inner,), {}, "linux", machine.base))
    assert [rule.pattern for rule in record.exec.rules] == ["Bash(curl *)"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [(None, "unknown"), ({"projects": {}}, "untrusted"), ({"hasTrustDialogAccepted": True}, "trusted")],
)
def test_trust_is_read_from_the_state_file(machine: Machine, state: dict[str, Any] | None, expected: str) -> None:
    machine.project(permissions={})
    if state is not None:
        held = {"projects": {str(machine.repo): state}} if "projects" not in state else state
        machine.write("home/u/.claude.json", held)
    record = machine.record()
    assert record.trust.state == expected
    honoured = next(source.honoured for source in record.sources if source.scope == "project")
    assert honoured is (Honoured.YES if expected == "trusted" else Honoured.IF_TRUSTED)


def test_unknown_top_level_keys_are_listed(machine: Machine) -> None:
    machine.user(permissions={}, permisions={})
    assert machine.record().sources[0].unknown_keys == ("permisions",)


ODD = (None, True, 0, "x", "Bash(", [], [None], [["a"]], {}, {"a": 1}, {"x": {"y": [{}]}}, [{"name": 1, "mode": []}])
SHAPED = (
    *(
        "permissions",
        "permissions.allow",
        "permissions.defaultMode",
        "permissions.additionalDirectories",
        "env",
        "hooks",
    ),
    *("hooks.PreToolUse", "sandbox", "sandbox.filesystem", "sandbox.filesystem.denyRead", "sandbox.credentials.files"),
    *("sandbox.credentials.envVars", "sandbox.network.allowedDomains", "allowedMcpServers", "deniedMcpServers"),
    *("cleanupPeriodDays", "model", "effortLevel", "mcpServers", "mcpServers.a", "projects", "env.MAX_THINKING_TOKENS"),
)


@pytest.mark.parametrize("key", SHAPED)
def test_settings_of_any_shape_give_a_record(machine: Machine, key: str) -> None:
    for odd in ODD:
        settings: dict[str, Any] = {"sandbox": {"enabled": True}}
        table = settings
        *outer, last = key.split(".")
        for step in outer:
            table = table.setdefault(step, {})
        table[last] = odd
        for place in ("home/u/.claude/settings.json", "home/u/.claude.json", "home/u/repo/.mcp.json"):
            machine.write(place, settings)
        record = machine.record()
        assert claude_code.decide(record, "run", "ls && cat x", record.workspace)[0] in Verdict


# --- record ---------------------------------------------------------------------------------------------------------


def test_a_tilde_in_a_question_is_the_home_of_the_workspace() -> None:
    record = AgentRecord("claude-code", "Claude Code", "cli", "/home/u/repo")
    rule = FileRule(DENY, "Read(~/.aws/**)", "/home/u/.aws/**", EnforcedFor.KNOWN_SHELL, Evidence())
    bound = replace(record, read=replace(record.read, rules=(rule,)))
    assert claude_code.decide(bound, "run", "cat ~/.aws/credentials", "/home/u/repo")[0] is DENY
    assert claude_code.decide(bound, "read", "~/.aws/credentials", "/home/u/repo")[0] is DENY
    assert claude_code.decide(bound, "run", 'head "$HOME/.aws/credentials"', "/home/u/repo")[0] is DENY


def test_no_record_where_nothing_of_it_is_seen(machine: Machine) -> None:
    assert claude_code.read(machine.around()) == ()


def test_a_named_agent_is_read_without_files_and_marked_as_assumed(machine: Machine) -> None:
    machine.named = frozenset({"claude-code"})
    record = machine.record()
    assert record.assumed
    assert record.confidence == "low"
    assert record.exec.mode is ExecMode.RISK_BASED


def test_a_session_that_started_this_process_is_seen(machine: Machine) -> None:
    machine.environment["CLAUDECODE"] = "1"
    assert machine.record().agent == "claude-code"


def test_an_allow_list_with_curl_makes_the_network_class_free(machine: Machine) -> None:
    machine.project(permissions={"defaultMode": "default", "allow": ["Bash(curl *)"]})
    record = machine.record()
    verdict = record.exec.verdict(CommandClass.NETWORK)
    assert verdict.verdict is ALLOW
    assert verdict.example.startswith("curl")
    assert verdict.evidence[0].file == ".claude/settings.json"
    assert verdict.evidence[0].line == 5
    assert record.exec.mode is ExecMode.ALLOW_LIST
    assert record.exec.verdict(CommandClass.PROCESS).verdict is ASK


@pytest.mark.parametrize(
    ("rule", "mode", "expected"),
    [
        ("Bash(python3 *)", "default", ALLOW),
        ("Bash(python *)", "default", ALLOW),
        ("Bash(npx *)", "default", ALLOW),
        ("Bash(npm run test:*)", "default", ASK),
        ("Bash(npm run test:*)", "acceptEdits", ALLOW),
        ("Bash(git *)", "default", ASK),
        ("Bash(ls *)", "default", ASK),
    ],
)
def test_allow_rules_open_the_process_class_when_they_let_any_program_run(
    machine: Machine, rule: str, mode: str, expected: Verdict
) -> None:
    machine.project(permissions={"defaultMode": mode, "allow": [rule]})
    assert machine.record().exec.verdict(CommandClass.PROCESS).verdict is expected


def test_narrow_client_rules_do_not_open_the_network_class(machine: Machine) -> None:
    machine.project(permissions={"defaultMode": "default", "allow": ["Bash(gh pr view *)", "Bash(git status)"]})
    assert machine.record().exec.verdict(CommandClass.NETWORK).verdict is ASK


def test_further_folders_widen_the_file_tool(machine: Machine) -> None:
    machine.user(permissions={"additionalDirectories": ["~/other", "../shared"], "defaultMode": "default"})
    record = machine.record()
    assert record.read.base is ReadBase.ROOTS
    assert record.read.roots == (str(machine.repo), f"{machine.home}/other", f"{machine.home}/shared")
    assert machine.ask("read", "~/other/x") is ALLOW


def test_injected_variables_tell_literals_from_references_and_never_their_value(machine: Machine) -> None:
    literal = "made" + "-up-" + "0" * 8
    machine.project(env={"API_TOKEN": literal, "OTHER_TOKEN": "${FROM_SHELL}", "MODE": "test"})
    record = machine.record()
    found = {held.name: held for held in record.env.injected}
    assert (found["API_TOKEN"].literal, found["OTHER_TOKEN"].literal) == (True, False)
    assert found["API_TOKEN"].evidence.line == 3
    assert literal not in repr(record)


def test_a_rule_that_holds_a_token_is_blotted(machine: Machine) -> None:
    token = "ab" + "12" * 12
    machine.local(permissions={"allow": [f'Bash(curl -H "Authorization: Bearer {token}" *)']})
    record = machine.record()
    assert token not in repr(record)
    assert "curl" in record.exec.rules[0].pattern


@pytest.mark.parametrize(
    ("settings", "shell", "mcp"),
    [
        ({}, EnvMode.ALL, EnvMode.ALL),
        ({"env": {"CLAUDE_CODE_SUBPROCESS_ENV_SCRUB": "1"}}, EnvMode.FILTERED, EnvMode.FILTERED),
        ({"env": {"CLAUDE_CODE_SUBPROCESS_ENV_SCRUB": "0"}}, EnvMode.ALL, EnvMode.ALL),
        ({"env": {"CLAUDE_CODE_MCP_ALLOWLIST_ENV": "1"}}, EnvMode.ALL, EnvMode.MINIMAL),
        (
            {
                "sandbox": {
                    "enabled": True,
                    "allowUnsandboxedCommands": False,
                    "credentials": {"envVars": [{"name": "DB_TOKEN", "mode": "deny"}]},
                }
            },
            EnvMode.FILTERED,
            EnvMode.ALL,
        ),
        (
            {"sandbox": {"enabled": True, "credentials": {"envVars": [{"name": "DB_TOKEN", "mode": "deny"}]}}},
            EnvMode.ALL,
            EnvMode.ALL,
        ),
    ],
)
def test_the_environment_is_inherited_unless_something_filters_it(
    machine: Machine, settings: dict[str, Any], shell: EnvMode, mcp: EnvMode
) -> None:
    machine.user(**settings)
    record = machine.record()
    assert (record.env.shell, record.env.mcp) == (shell, mcp)


# --- sandbox --------------------------------------------------------------------------------------------------------


def test_a_read_deny_binds_every_process_once_the_sandbox_is_on(machine: Machine) -> None:
    machine.user(sandbox={"enabled": True}, permissions={"deny": ["Read(~/.aws/**)"]})
    assert {rule.enforced_for for rule in machine.record().read.rules} == {EnforcedFor.OS}


def test_an_allowed_folder_inside_a_hidden_one_stays_readable(machine: Machine) -> None:
    machine.project(sandbox={"enabled": True, "filesystem": {"denyRead": ["~/"], "allowRead": ["."]}})
    rules = machine.record().read.rules
    hidden = {f"{machine.home}/.aws/credentials": True, f"{machine.repo}/.env": False, f"{machine.home}/repo2/x": True}
    for path, expected in hidden.items():
        assert any(matches(rule.glob, path) for rule in rules) is expected


@pytest.mark.parametrize(
    ("sandbox", "permissions", "escape"),
    [
        ({}, {"defaultMode": "default"}, "ask"),
        ({"allowUnsandboxedCommands": False}, {"defaultMode": "default"}, "never"),
        ({"allowUnsandboxedCommands": False, "excludedCommands": ["docker *"]}, {"defaultMode": "default"}, "ask"),
        ({}, {"defaultMode": "default", "allow": ["Bash"]}, "auto"),
        ({}, {"defaultMode": "bypassPermissions"}, "auto"),
        ({}, {"defaultMode": "dontAsk"}, "never"),
        ({}, {"defaultMode": "default", "deny": ["Bash(dangerouslyDisableSandbox:true)"]}, "never"),
    ],
)
def test_the_ways_out_of_the_sandbox_are_told(
    machine: Machine, sandbox: dict[str, Any], permissions: dict[str, Any], escape: str
) -> None:
    machine.user(sandbox={"enabled": True, **sandbox}, permissions=permissions)
    assert machine.record().sandbox.escape == escape


def test_excluded_commands_leave_the_sandbox_and_so_its_auto_allow(machine: Machine) -> None:
    machine.user(sandbox={"enabled": True, "excludedCommands": ["docker *"]}, permissions={"defaultMode": "default"})
    assert machine.ask("run", "npm test") is ALLOW
    assert machine.ask("run", "docker ps && npm test") is ASK


def test_a_bare_ask_is_skipped_in_the_sandbox_and_a_narrow_one_holds(machine: Machine) -> None:
    machine.user(sandbox={"enabled": True}, permissions={"defaultMode": "default", "ask": ["Bash", "Bash(git push *)"]})
    assert machine.ask("run", "npm test") is ALLOW
    assert machine.ask("run", "git push") is ASK


@pytest.mark.parametrize(
    ("sandbox", "mode", "expected"),
    [
        (None, "default", NetworkMode.FREE),
        ({}, "default", NetworkMode.ASK),
        ({}, "bypassPermissions", NetworkMode.FREE),
        ({}, "dontAsk", NetworkMode.ALLOW_LIST),
        ({"network": {"strictAllowlist": True, "allowedDomains": ["x.example"]}}, "default", NetworkMode.ALLOW_LIST),
        ({"network": {"allowedDomains": ["*"]}}, "default", NetworkMode.FREE),
    ],
)
def test_the_network_of_commands_follows_sandbox_and_mode(
    machine: Machine, sandbox: dict[str, Any] | None, mode: str, expected: NetworkMode
) -> None:
    boxed = {"sandbox": {"enabled": True, **sandbox}} if sandbox is not None else {}
    machine.user(permissions={"defaultMode": mode}, **boxed)
    assert machine.record().network.mode is expected


def test_a_strict_list_from_a_project_is_not_honoured(machine: Machine) -> None:
    machine.user(permissions={"defaultMode": "default"})
    machine.project(sandbox={"enabled": True, "network": {"strictAllowlist": True}})
    assert machine.record().network.mode is NetworkMode.ASK


def test_on_windows_the_sandbox_setting_protects_nothing(machine: Machine) -> None:
    machine.platform = "win32"
    machine.user(sandbox={"enabled": True}, permissions={"defaultMode": "default"})
    record = machine.record()
    assert record.sandbox.kind == "none"
    assert machine.ask("run", "npm test") is ASK
    assert any("native Windows" in note for note in record.notes)


def test_a_missing_dependency_opens_the_sandbox_unless_forbidden(machine: Machine) -> None:
    machine.user(sandbox={"enabled": True})
    assert machine.record().sandbox.fail_open
    machine.user(sandbox={"enabled": True, "failIfUnavailable": True})
    assert not machine.record().sandbox.fail_open


# --- MCP, hooks, logs, effort ---------------------------------------------------------------------------------------


def test_servers_are_taken_from_every_file_and_the_nearest_name_wins(machine: Machine) -> None:
    machine.user(permissions={"allow": ["mcp__user", "mcp__shared__query"]})
    machine.write("home/u/repo/.mcp.json", {"mcpServers": {"shared": {"command": "project"}, "off": {"command": "x"}}})
    machine.write(
        "home/u/.claude.json",
        {
            "mcpServers": {"user": {"command": "npx", "args": ["-y", "files"]}, "shared": {"command": "user"}},
            "projects": {
                str(machine.repo): {"mcpServers": {"mine": {"command": "m"}}, "disabledMcpjsonServers": ["off"]}
            },
        },
    )
    found = {server.name: server for server in machine.record().mcp}
    assert set(found) == {"mine", "shared", "user"}
    assert found["shared"].command == "project"
    assert (found["user"].auto_approved, found["shared"].auto_approved, found["mine"].auto_approved) == (
        "all",
        "some",
        "no",
    )
    assert found["shared"].evidence.file == ".mcp.json"
    assert found["user"].evidence.line > 0


def test_managed_servers_are_the_only_ones(machine: Machine) -> None:
    machine.write("etc/claude-code/managed-mcp.json", {"mcpServers": {"company": {"command": "c"}}})
    machine.write("home/u/repo/.mcp.json", {"mcpServers": {"mine": {"command": "m"}}})
    assert [server.name for server in machine.record().mcp] == ["company"]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"deniedMcpServers": [{"serverName": "a"}]}, ["b"]),
        ({"allowedMcpServers": [{"serverName": "a"}]}, ["a"]),
        ({"allowedMcpServers": []}, []),
        ({"permissions": {"deny": ["mcp__a"]}}, ["b"]),
        ({"permissions": {"deny": ["mcp__a__x"]}}, ["a", "b"]),
    ],
)
def test_lists_and_rules_take_servers_away(machine: Machine, settings: dict[str, Any], names: list[str]) -> None:
    machine.managed(**settings)
    machine.write("home/u/repo/.mcp.json", {"mcpServers": {"a": {"command": "a"}, "b": {"command": "b"}}})
    assert [server.name for server in machine.record().mcp] == names


def test_addresses_set_by_a_repository_and_plugins_are_called_out(machine: Machine) -> None:
    machine.project(env={"ANTHROPIC_BASE_URL": "https://x.example"}, enabledPlugins={"a@b": True})
    notes = machine.record().notes
    assert any(note.startswith(".claude/settings.json:3: ANTHROPIC_BASE_URL sends requests") for note in notes)
    assert any("plugins are enabled" in note for note in notes)
    machine.user(env={"ANTHROPIC_BASE_URL": "https://x.example"})
    machine.project()
    assert not any("ANTHROPIC_BASE_URL" in note for note in machine.record().notes)


def test_every_hook_and_helper_is_evidence(machine: Machine) -> None:
    entry = [{"matcher": "Bash", "hooks": [{"type": "command", "command": "check.sh"}]}]
    machine.project(hooks={"PreToolUse": entry}, apiKeyHelper="get-key.sh")
    record = machine.record()
    assert [(held.key, held.file) for held in record.hooks] == [
        ("hooks.PreToolUse", ".claude/settings.json"),
        ("apiKeyHelper", ".claude/settings.json"),
    ]
    assert any("PreToolUse" in note for note in record.notes)
    machine.local(disableAllHooks=True)
    assert [held.key for held in machine.record().hooks] == ["apiKeyHelper"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "normal"),
        ({"effortLevel": "high"}, "normal"),
        ({"effortLevel": "low"}, "reduced"),
        ({"effortLevel": "low", "env": {"CLAUDE_CODE_EFFORT_LEVEL": "max"}}, "normal"),
        ({"alwaysThinkingEnabled": False}, "reduced"),
        ({"env": {"MAX_THINKING_TOKENS": "0"}}, "reduced"),
        ({"model": "haiku"}, "reduced"),
    ],
)
def test_reduced_reasoning_is_only_said_of_explicit_settings(
    machine: Machine, settings: dict[str, Any], expected: str
) -> None:
    machine.user(**settings)
    assert machine.record().reasoning == expected


def test_transcripts_stay_for_the_days_that_are_set(machine: Machine) -> None:
    machine.user(cleanupPeriodDays=7)
    found = {held.path: held.retention_days for held in machine.record().logging.transcripts}
    assert found["~/.claude/projects"] == 7
    assert found["~/.claude/history.jsonl"] is None


def test_telemetry_and_logged_content_are_told(machine: Machine) -> None:
    machine.user(env={"CLAUDE_CODE_ENABLE_TELEMETRY": "1", "OTEL_LOGS_EXPORTER": "otlp", "OTEL_LOG_TOOL_CONTENT": "1"})
    logging = machine.record().logging
    assert (logging.audit, logging.content_logged) == ("otlp", True)


def test_sub_agents_and_skills_that_take_the_human_out_are_named(machine: Machine) -> None:
    machine.write("home/u/repo/.claude/agents/fast.md", "---\nname: fast\npermissionMode: bypassPermissions\n---\nGo.")
    machine.write("home/u/repo/.claude/skills/x/SKILL.md", "---\nallowed-tools: Read, Bash\n---\nGo.")
    found = {(held.file, held.line) for held in machine.record().approval_removers if held.file}
    assert found == {(".claude/agents/fast.md", 3), (".claude/skills/x/SKILL.md", 2)}
