"""Codex: layers and trust, sandbox modes and profiles, approval policies, rules, requirements, environment, MCP."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from auditor.agents import codex
from auditor.agents.codex_rules import commands_of, fits
from auditor.agents.globs import matches
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
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


@dataclass
class Machine:
    """A made-up home, repository and system folder."""

    base: Path
    platform: str = "linux"
    environment: dict[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    trust: str = "trusted"

    @property
    def home(self) -> Path:
        return self.base / "home" / "u"

    @property
    def repo(self) -> Path:
        return self.home / "repo"

    def write(self, place: str, content: str) -> None:
        path = self.base / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def user(self, content: str = "") -> None:
        trust = f'\n[projects."{self.repo}"]\ntrust_level = "{self.trust}"\n' if self.trust else ""
        self.write("home/u/.codex/config.toml", content + trust)

    def project(self, content: str) -> None:
        self.write("home/u/repo/.codex/config.toml", content)

    def rules(self, content: str, place: str = "home/u/.codex/rules/default.rules") -> None:
        self.write(place, content)

    def requirements(self, content: str) -> None:
        self.write("etc/codex/requirements.toml", content)

    def record(self) -> AgentRecord:
        self.repo.mkdir(parents=True, exist_ok=True)
        around = Surroundings(self.home, (self.repo,), self.environment, self.platform, self.base, self.named)
        (record,) = codex.read(around)
        return record

    def ask(self, action: str, what: str) -> Verdict:
        said = what.replace("~", str(self.home))
        return codex.decide(self.record(), action, said, str(self.repo))[0]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


# --- the vectors ----------------------------------------------------------------------------------------------------


def test_in_a_trusted_repository_the_defaults_read_every_file_and_reach_no_network(machine: Machine) -> None:
    machine.user()
    record = machine.record()
    assert machine.ask("run", "cat ~/.aws/credentials") is ALLOW
    assert record.read.shell_base is ReadBase.FILESYSTEM
    assert record.network.mode is NetworkMode.NONE
    assert record.sandbox.network == "blocked"
    assert record.approval is Approval.ON_REQUEST


def test_a_token_in_the_environment_is_inherited_unless_filtering_is_switched_on(machine: Machine) -> None:
    machine.user()
    record = machine.record()
    assert (record.env.shell, record.env.removed) == (EnvMode.ALL, ())


def test_sandbox_mode_makes_a_permission_profile_ignored(machine: Machine) -> None:
    machine.user('sandbox_mode = "workspace-write"\ndefault_permissions = ":danger-full-access"\n')
    record = machine.record()
    assert record.sandbox.kind == "process"
    assert any("ignored because sandbox_mode is set" in note for note in record.notes)


def test_the_most_restrictive_rule_wins(machine: Machine) -> None:
    machine.user()
    machine.rules('prefix_rule(pattern=["git"])\nprefix_rule(pattern=["git", "push"], decision="forbidden")\n')
    assert machine.ask("run", "git push origin main") is DENY
    assert machine.ask("run", "git status") is ALLOW


def test_profile_tables_are_not_read(machine: Machine) -> None:
    machine.user('profile = "x"\n[profiles.x]\nsandbox_mode = "danger-full-access"\n')
    record = machine.record()
    assert record.sandbox.kind == "process"
    assert any("0.134" in note for note in record.notes)
    assert "profiles is not honoured" in record.sources[0].problem


# --- layers and trust -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trust", "state", "honoured", "free"),
    [
        ("trusted", "trusted", Honoured.YES, True),
        ("untrusted", "untrusted", Honoured.NO, False),
        ("", "unknown", Honoured.IF_TRUSTED, True),
    ],
)
def test_project_files_count_unless_the_folder_is_untrusted(
    machine: Machine, trust: str, state: str, honoured: Honoured, free: bool
) -> None:
    machine.trust = trust
    machine.user()
    machine.project('sandbox_mode = "danger-full-access"\n')
    record = machine.record()
    assert record.trust.state == state
    assert next(source.honoured for source in record.sources if source.scope == "project") is honoured
    assert (record.sandbox.kind == "none") is free


def test_the_nearest_project_file_wins_over_the_root_and_the_user(machine: Machine) -> None:
    machine.user('model_reasoning_effort = "high"\n')
    (machine.repo / ".git").mkdir(parents=True)
    machine.project('model_reasoning_effort = "medium"\n[mcp_servers.root]\ncommand = "r"\n')
    machine.write("home/u/repo/sub/.codex/config.toml", 'model_reasoning_effort = "low"\n')
    around = Surroundings(machine.home, (machine.repo / "sub",), {}, "linux", machine.base)
    (record,) = codex.read(around)
    assert record.trust.state == "trusted"
    assert record.reasoning == "reduced"
    assert [server.name for server in record.mcp] == ["root"]


def test_keys_that_redirect_or_export_are_refused_from_a_project(machine: Machine) -> None:
    machine.user()
    machine.project('openai_base_url = "https://x.example"\nnotify = ["sh"]\n[otel]\nexporter = "otlp-http"\n')
    record = machine.record()
    problem = next(source.problem for source in record.sources if source.scope == "project")
    assert all(f"{key} is not honoured" in problem for key in ("openai_base_url", "notify", "otel"))
    assert record.logging.audit == ""
    assert record.hooks == ()


def test_managed_defaults_beat_the_project(machine: Machine) -> None:
    machine.user()
    machine.project('sandbox_mode = "danger-full-access"\n')
    machine.write("etc/codex/managed_config.toml", 'sandbox_mode = "read-only"\n')
    record = machine.record()
    assert record.sandbox.writes == "blocked"
    assert record.sandbox.evidence[0].file == "/etc/codex/managed_config.toml"


def test_the_home_may_be_moved(machine: Machine) -> None:
    machine.environment["CODEX_HOME"] = str(machine.base / "elsewhere")
    machine.write("elsewhere/config.toml", 'approval_policy = "never"\n')
    record = machine.record()
    assert record.approval is Approval.NEVER


def test_a_broken_file_is_not_effective_and_says_on_which_line(machine: Machine) -> None:
    machine.write("home/u/.codex/config.toml", 'model = "x"\napproval_policy = never\n')
    record = machine.record()
    assert [(source.honoured, source.problem) for source in record.sources] == [
        (Honoured.NO, "line 2: not valid TOML; file not effective")
    ]
    assert record.approval is Approval.ON_REQUEST


def test_evidence_names_file_and_line(machine: Machine) -> None:
    machine.user('# mine\napproval_policy = "never"\nsandbox_mode = "danger-full-access"\n')
    sentences = {held.sentence for held in machine.record().approval_removers}
    assert sentences == {
        "~/.codex/config.toml:2 sets approval_policy to never",
        "~/.codex/config.toml:3 sets sandbox_mode to danger-full-access",
    }


def test_no_record_where_nothing_of_it_is_seen_and_defaults_where_it_is_named(machine: Machine) -> None:
    around = Surroundings(machine.home, (machine.repo,), {}, "linux", machine.base)
    assert codex.read(around) == ()
    machine.named = frozenset({"codex"})
    record = machine.record()
    assert record.assumed
    assert (record.sandbox.writes, record.network.mode) == ("blocked", NetworkMode.NONE)


def test_unknown_top_level_keys_are_listed(machine: Machine) -> None:
    machine.user('sandbox_mod = "read-only"\n')
    assert machine.record().sources[0].unknown_keys == ("sandbox_mod",)


ODD = ("true", "0", '"x"', "[]", '["a"]', "[[1]]", "{}", "{ a = 1 }", "{ a = { b = [{}] } }", "[{ a = [] }]")
SHAPED = (
    *("sandbox_mode", "approval_policy", "approval_policy.granular", "default_permissions", "permissions.p.filesystem"),
    *(
        'permissions.p.filesystem.":root"',
        "permissions.p.network",
        "permissions.filesystem.deny_read",
        "history",
        "otel",
    ),
    *(
        "mcp_servers",
        "mcp_servers.a",
        "mcp_servers.a.tools",
        "shell_environment_policy",
        "shell_environment_policy.set",
    ),
    *("shell_environment_policy.exclude", "features.network_proxy", "sandbox_workspace_write", "rules.prefix_rules"),
    *("hooks", "hooks.Stop", "projects", "web_search", "otel.exporter", "allowed_sandbox_modes", "log_dir"),
)


@pytest.mark.parametrize("key", SHAPED)
def test_configuration_of_any_shape_gives_a_record(machine: Machine, key: str) -> None:
    for odd in ODD:
        rest = "" if key == "default_permissions" else 'default_permissions = "p"\n'
        for place in ("home/u/.codex/config.toml", "etc/codex/requirements.toml"):
            machine.write(place, f"{rest}{key} = {odd}\n")
        record = machine.record()
        assert codex.decide(record, "run", "ls && cat x", record.workspace)[0] in Verdict


# --- sandbox and approval -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "command", "expected", "record"),
    [
        ("", "python3 x.py", ALLOW, (ExecMode.FREE, Approval.ON_REQUEST)),
        ('approval_policy = "never"', "python3 x.py", ALLOW, (ExecMode.FREE, Approval.NEVER)),
        ('approval_policy = "untrusted"', "python3 x.py", ASK, (ExecMode.ASK, Approval.ALWAYS)),
        ('approval_policy = "untrusted"', "cat ~/.netrc", ALLOW, (ExecMode.ASK, Approval.ALWAYS)),
        ('approval_policy = "untrusted"', "find . -exec rm {} +", ASK, (ExecMode.ASK, Approval.ALWAYS)),
        ('approval_policy = "untrusted"', "git status && curl x", ASK, (ExecMode.ASK, Approval.ALWAYS)),
        ('approvals_reviewer = "auto_review"', "python3 x.py", ALLOW, (ExecMode.FREE, Approval.RISK_BASED)),
        ('sandbox_mode = "danger-full-access"', "python3 x.py", ALLOW, (ExecMode.FREE, Approval.ON_REQUEST)),
    ],
)
def test_commands_run_unasked_inside_the_sandbox_unless_the_policy_trusts_few(
    machine: Machine, config: str, command: str, expected: Verdict, record: tuple[ExecMode, Approval]
) -> None:
    machine.user(config + "\n")
    found = machine.record()
    assert machine.ask("run", command) is expected
    assert (found.exec.mode, found.approval) == record


@pytest.mark.parametrize(
    ("config", "escape"),
    [
        ("", "ask"),
        ('approval_policy = "never"', "never"),
        ("approval_policy = { granular = { sandbox_approval = false, rules = true } }", "never"),
        ("approval_policy = { granular = { sandbox_approval = true } }", "ask"),
        ("approval_policy = { reject = { sandbox_approval = true } }", "never"),
    ],
)
def test_leaving_the_sandbox_takes_an_approval(machine: Machine, config: str, escape: str) -> None:
    machine.user(config + "\n")
    assert machine.record().sandbox.escape == escape


PROXIED = """
[sandbox_workspace_write]
network_access = true
[features.network_proxy]
enabled = true
domains = { "**.x.example" = "allow", "bad.example" = "deny" }
"""


@pytest.mark.parametrize(
    ("config", "mode", "hosts"),
    [
        ("", NetworkMode.NONE, ()),
        ("[sandbox_workspace_write]\nnetwork_access = true", NetworkMode.FREE, ()),
        ('sandbox_mode = "read-only"\n[sandbox_workspace_write]\nnetwork_access = true', NetworkMode.NONE, ()),
        (
            PROXIED,
            NetworkMode.ALLOW_LIST,
            ("x.example", "*.x.example"),
        ),
        ("[features]\nnetwork_proxy = true", NetworkMode.NONE, ()),
        ('sandbox_mode = "danger-full-access"', NetworkMode.FREE, ()),
    ],
)
def test_the_network_is_off_until_it_is_opened(
    machine: Machine, config: str, mode: NetworkMode, hosts: tuple[str, ...]
) -> None:
    machine.user(config + "\n")
    network = machine.record().network
    assert (network.mode, network.hosts) == (mode, hosts)


@pytest.mark.parametrize(
    ("word", "tool"),
    [("live", NetworkMode.FREE), ("cached", NetworkMode.NONE), ("disabled", NetworkMode.NONE)],
)
def test_web_search_decides_on_fetching(machine: Machine, word: str, tool: NetworkMode) -> None:
    machine.user(f'web_search = "{word}"\n')
    assert machine.record().network.tool_mode is tool
    assert machine.ask("fetch", "https://x.example") is (ALLOW if tool is NetworkMode.FREE else DENY)


def test_on_windows_without_a_sandbox_commands_are_asked_about(machine: Machine) -> None:
    machine.platform = "win32"
    machine.user()
    record = machine.record()
    assert record.sandbox.kind == "none"
    assert machine.ask("run", "python3 x.py") is ASK
    machine.user('[windows]\nsandbox = "elevated"\n')
    assert machine.record().sandbox.kind == "process"


# --- permission profiles --------------------------------------------------------------------------------------------

PROFILE = """
default_permissions = "tight"
[permissions.tight.filesystem]
":minimal" = "read"
"~/notes" = "read"
[permissions.tight.filesystem.":workspace_roots"]
"." = "write"
".env" = "deny"
"**/*.pem" = "deny"
"""


def test_a_profile_reads_only_what_it_lists_and_denies_bind_every_process(machine: Machine) -> None:
    machine.user(PROFILE)
    record = machine.record()
    assert record.read.base is ReadBase.SANDBOXED
    assert str(machine.repo) in record.read.roots
    assert f"{machine.home}/notes" in record.read.shell_roots
    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.OS}
    assert machine.ask("read", ".env") is DENY
    assert machine.ask("run", "cat .env") is DENY
    assert machine.ask("read", "deep/key.pem") is DENY
    assert machine.ask("read", "a.txt") is ALLOW
    assert machine.ask("read", "~/.aws/credentials") is ASK


def test_a_readable_folder_below_a_denied_one_stays_readable(machine: Machine) -> None:
    machine.user(
        'default_permissions = "p"\n[permissions.p.filesystem]\n":root" = "read"\n"~" = "deny"\n'
        '":workspace_roots" = "write"\n"~/repo/secret" = "deny"\n'
    )
    record = machine.record()
    assert record.read.base is ReadBase.FILESYSTEM
    expected = {".aws/credentials": True, "repo/a.txt": False, "repo/secret/x": True, "repository/x": True}
    for path, denied in expected.items():
        assert any(matches(rule.glob, f"{machine.home}/{path}") for rule in record.read.rules) is denied
    assert record.network.mode is NetworkMode.NONE


def test_a_profile_that_is_not_defined_protects_nothing_and_is_called_out(machine: Machine) -> None:
    machine.user('default_permissions = "nowhere"\n')
    record = machine.record()
    assert record.read.base is ReadBase.FILESYSTEM
    assert any("not defined" in note for note in record.notes)


@pytest.mark.parametrize(
    ("network", "mode"),
    [
        ("enabled = false", NetworkMode.NONE),
        ("enabled = true", NetworkMode.FREE),
        ('enabled = true\ndomains = { "x.example" = "allow" }', NetworkMode.ALLOW_LIST),
        ('enabled = true\ndomains = { "*" = "allow" }', NetworkMode.FREE),
    ],
)
def test_a_profile_s_network_is_off_unless_it_says_so(machine: Machine, network: str, mode: NetworkMode) -> None:
    head = 'default_permissions = "p"\n[permissions.p.filesystem]\n":root" = "read"\n[permissions.p.network]\n'
    machine.user(head + network + "\n")
    assert machine.record().network.mode is mode


@pytest.mark.parametrize(
    ("name", "kind", "writes"),
    [
        (":read-only", "process", "blocked"),
        (":workspace", "process", "confined"),
        (":danger-full-access", "none", "open"),
    ],
)
def test_built_in_profiles_are_the_legacy_modes(machine: Machine, name: str, kind: str, writes: str) -> None:
    machine.user(f'default_permissions = "{name}"\n')
    sandbox = machine.record().sandbox
    assert (sandbox.kind, sandbox.writes) == (kind, writes)


# --- requirements ---------------------------------------------------------------------------------------------------


def test_requirements_bound_sandbox_and_approvals(machine: Machine) -> None:
    machine.user('sandbox_mode = "danger-full-access"\napproval_policy = "never"\n')
    machine.requirements(
        'allowed_sandbox_modes = ["read-only", "workspace-write"]\n'
        'allowed_approval_policies = ["untrusted", "on-request"]\n'
    )
    record = machine.record()
    assert (record.sandbox.kind, record.sandbox.writes) == ("process", "blocked")
    assert record.approval is Approval.ALWAYS
    assert record.sandbox.evidence[0].file == "/etc/codex/requirements.toml"


@pytest.mark.parametrize(("platform", "enforced"), [("linux", EnforcedFor.OS), ("win32", EnforcedFor.TOOL)])
def test_a_required_deny_binds_every_process_but_on_windows_the_tools_only(
    machine: Machine, platform: str, enforced: EnforcedFor
) -> None:
    machine.platform = platform
    machine.user()
    place = "etc/codex" if platform == "linux" else "ProgramData/OpenAI/Codex"
    machine.write(f"{place}/requirements.toml", '[permissions.filesystem]\ndeny_read = ["~/.aws", "**/*.pem"]\n')
    rules = machine.record().read.rules
    assert {rule.enforced_for for rule in rules} == {enforced}
    assert any(matches(rule.glob, f"{machine.home}/.aws/credentials") for rule in rules)
    assert machine.ask("read", "~/.aws/credentials") is DENY


def test_required_rules_may_forbid_and_ask_but_never_allow(machine: Machine) -> None:
    machine.user()
    machine.requirements(
        "[rules]\nprefix_rules = [\n"
        '  { pattern = [{ token = "rm" }], decision = "forbidden" },\n'
        '  { pattern = [{ token = "git" }, { any_of = ["push", "commit"] }], decision = "prompt" },\n'
        '  { pattern = [{ token = "curl" }], decision = "allow" },\n]\n'
    )
    record = machine.record()
    assert [rule.pattern for rule in record.exec.rules] == ['["rm"]', '["git", ["push", "commit"]]']
    assert machine.ask("run", "git commit -m x") is ASK
    assert record.exec.rules[1].evidence.line == 4


@pytest.mark.parametrize(
    ("requirement", "names"),
    [
        ("", ["a", "b"]),
        ("[mcp_servers]\n", []),
        ('[mcp_servers.a.identity]\ncommand = "a-server"\n', ["a"]),
        ('[mcp_servers.a.identity]\ncommand = "other"\n', []),
    ],
)
def test_requirements_admit_servers_by_identity(machine: Machine, requirement: str, names: list[str]) -> None:
    machine.user('[mcp_servers.a]\ncommand = "a-server"\n[mcp_servers.b]\ncommand = "b-server"\n')
    machine.requirements(requirement)
    assert [server.name for server in machine.record().mcp] == names


# --- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "arguments", "expected"),
    [
        ((("git",), ("push", "commit")), ("git", "commit", "-m"), True),
        ((("git",), ("push",)), ("git",), False),
        ((("git",),), ("gitk",), False),
        ((), ("git",), False),
    ],
)
def test_a_pattern_is_a_prefix_of_whole_words(
    pattern: tuple[tuple[str, ...], ...], arguments: tuple[str, ...], expected: bool
) -> None:
    assert fits(pattern, arguments) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("git status", (("git", "status"),)),
        ("git add . && git push", (("git", "add", "."), ("git", "push"))),
        ("bash -lc 'git add . && git push'", (("git", "add", "."), ("git", "push"))),
        ("echo 'a; b' | cat", (("echo", "a; b"), ("cat",))),
        ("echo $(curl x)", (("bash", "-lc", "echo $(curl x)"),)),
        ("cat a > b", (("bash", "-lc", "cat a > b"),)),
        ("A=1 git push && ls", (("bash", "-lc", "A=1 git push && ls"),)),
    ],
)
def test_only_plain_scripts_are_split(line: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert commands_of(line) == expected


@pytest.mark.parametrize(
    ("rules", "command", "expected"),
    [
        ('prefix_rule(pattern=["curl"], decision="prompt")', "curl x", ASK),
        ('prefix_rule(pattern=["curl"], decision="forbidden")', "bash -lc 'ls && curl x'", DENY),
        ('prefix_rule(["curl"], decision="forbidden")', "curl x", DENY),
        ('prefix_rule(pattern=["gh", "pr", ["view", "list"]], decision="forbidden")', "gh pr list", DENY),
        ('prefix_rule(pattern=["gh", "pr", ["view", "list"]], decision="forbidden")', "gh pr create", ALLOW),
        ('"""doc"""\nprefix_rule(pattern=["a"], justification="x", match=["a b"])', "a b", ALLOW),
    ],
)
def test_rules_decide_before_the_sandbox(machine: Machine, rules: str, command: str, expected: Verdict) -> None:
    machine.user()
    machine.rules(rules)
    assert machine.ask("run", command) is expected


def test_a_prompt_that_nobody_may_be_asked_is_a_refusal(machine: Machine) -> None:
    machine.user('approval_policy = "never"\n')
    machine.rules('prefix_rule(pattern=["curl"], decision="prompt")')
    assert machine.ask("run", "curl x") is DENY


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('prefix_rule(pattern=["a"]\n', "line 1: not valid Starlark; file not effective"),
        ('x = ["a"]\nprefix_rule(pattern=x)\n', "line 1: not a rule with literal arguments; its effect is unknown"),
        (
            'prefix_rule(pattern=["a"], decision="maybe")\n',
            "line 1: not a rule with literal arguments; its effect is unknown",
        ),
        ('host_executable(name="git", paths=["/usr/bin/git"])\n', ""),
    ],
)
def test_what_cannot_be_read_of_a_rules_file_is_said(machine: Machine, text: str, problem: str) -> None:
    machine.user()
    machine.rules(text)
    assert [source.problem for source in machine.record().sources if source.path.endswith(".rules")] == [problem]


def test_project_rules_need_trust(machine: Machine) -> None:
    machine.trust = "untrusted"
    machine.user()
    machine.rules('prefix_rule(pattern=["curl"])', "home/u/repo/.codex/rules/x.rules")
    record = machine.record()
    assert record.exec.rules == ()
    assert [source.honoured for source in record.sources if source.path.endswith(".rules")] == [Honoured.NO]


def test_an_allow_rule_for_a_network_client_opens_the_network(machine: Machine) -> None:
    machine.user()
    machine.rules('prefix_rule(pattern=["curl"], decision="allow")')
    record = machine.record()
    verdict = record.exec.verdict(CommandClass.NETWORK)
    assert (verdict.verdict, verdict.example.split()[0]) == (ALLOW, "curl")
    assert record.network.mode is NetworkMode.FREE
    assert record.network.evidence[0].sentence.startswith("~/.codex/rules/default.rules:1 sets prefix_rule to allow")
    assert record.sandbox.network == "confined"


def test_an_allow_rule_for_an_interpreter_is_a_way_out_of_the_sandbox(machine: Machine) -> None:
    machine.user()
    machine.rules('prefix_rule(pattern=["python3"])')
    record = machine.record()
    assert record.exec.rules[0].broad
    assert record.sandbox.escape == "auto"


# --- environment, MCP, hooks, logs, effort --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "mode", "removed", "kept"),
    [
        ("ignore_default_excludes = false", EnvMode.FILTERED, {"*KEY*", "*SECRET*", "*TOKEN*"}, set()),
        ("ignore_default_excludes = true", EnvMode.ALL, set(), set()),
        ('exclude = ["AWS_*"]', EnvMode.FILTERED, {"AWS_*"}, set()),
        ('include_only = ["PATH", "HOME"]', EnvMode.FILTERED, {"*"}, {"PATH", "HOME"}),
        ('inherit = "core"', EnvMode.MINIMAL, set(), set()),
        ('inherit = "none"', EnvMode.NONE, set(), set()),
    ],
)
def test_the_environment_policy_filters_as_set(
    machine: Machine, policy: str, mode: EnvMode, removed: set[str], kept: set[str]
) -> None:
    machine.user(f"[shell_environment_policy]\n{policy}\n")
    env = machine.record().env
    assert env.shell is mode
    assert removed <= set(env.removed)
    assert kept <= set(env.kept)
    assert env.mcp is EnvMode.MINIMAL


def test_set_variables_are_injected_and_their_values_never_told(machine: Machine) -> None:
    literal = "made" + "-up-" + "1" * 8
    machine.user(f'[shell_environment_policy]\nset = {{ API_TOKEN = "{literal}" }}\n')
    record = machine.record()
    assert [(held.name, held.literal, held.evidence.line) for held in record.env.injected] == [("API_TOKEN", True, 2)]
    assert literal not in repr(record)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("", "some"),
        ('default_tools_approval_mode = "prompt"', "no"),
        ('default_tools_approval_mode = "approve"', "all"),
        ('default_tools_approval_mode = "prompt"\n[mcp_servers.a.tools.x]\napproval_mode = "approve"', "some"),
    ],
)
def test_how_many_tools_of_a_server_need_no_approval(machine: Machine, entry: str, expected: str) -> None:
    machine.user(f'[mcp_servers.a]\ncommand = "a"\n{entry}\n[mcp_servers.off]\ncommand = "b"\nenabled = false\n')
    assert [(server.name, server.auto_approved) for server in machine.record().mcp] == [("a", expected)]


def test_full_access_without_approvals_approves_every_tool(machine: Machine) -> None:
    machine.user(
        'sandbox_mode = "danger-full-access"\napproval_policy = "never"\n'
        '[mcp_servers.a]\nurl = "https://x.example"\nbearer_token_env_var = "A_TOKEN"\n'
    )
    (server,) = machine.record().mcp
    assert (server.auto_approved, server.transport, server.secret_keys) == ("all", "http", ("A_TOKEN",))


def test_hooks_of_files_and_tables_are_evidence(machine: Machine) -> None:
    machine.user(
        'notify = ["ring.sh"]\n[[hooks.PreToolUse]]\n[[hooks.PreToolUse.hooks]]\ntype = "command"\ncommand = "c.sh"\n'
    )
    machine.write(
        "home/u/repo/.codex/hooks.json", '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "s.sh"}]}]}}'
    )
    found = [(held.key, held.value, held.file) for held in machine.record().hooks]
    assert ("hooks.PreToolUse", "c.sh", "~/.codex/config.toml") in found
    assert ("hooks.Stop", "s.sh", ".codex/hooks.json") in found
    assert found[-1][0] == "notify"


def test_only_managed_hooks_run_where_requirements_say_so(machine: Machine) -> None:
    hook = '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "{}"\n'
    machine.user(hook.format("mine.sh"))
    machine.requirements("allow_managed_hooks_only = true\n" + hook.format("ours.sh"))
    assert [held.value for held in machine.record().hooks] == ["ours.sh"]


@pytest.mark.parametrize(
    ("effort", "expected"), [("", "normal"), ("low", "reduced"), ("minimal", "reduced"), ("high", "normal")]
)
def test_reduced_reasoning_is_only_said_of_explicit_settings(machine: Machine, effort: str, expected: str) -> None:
    machine.user(f'model_reasoning_effort = "{effort}"\n' if effort else "")
    assert machine.record().reasoning == expected


def test_transcripts_and_exports_are_told(machine: Machine) -> None:
    machine.user(
        '[history]\npersistence = "none"\n[otel]\nlog_user_prompt = true\n'
        'exporter = { otlp-http = { endpoint = "https://x.example" } }\n'
    )
    logging = machine.record().logging
    assert [held.path for held in logging.transcripts] == [
        "~/.codex/sessions",
        "~/.codex/archived_sessions",
        "~/.codex/log",
    ]
    assert (logging.audit, logging.content_logged) == ("otlp-http", True)


def test_the_home_s_own_dotenv_enters_the_environment(machine: Machine) -> None:
    machine.user()
    machine.write("home/u/.codex/.env", "X=1\n")
    assert machine.record().env.dotenv == (f"{machine.home}/.codex/.env",)


def test_outside_a_profile_without_approvals_nothing_is_read(machine: Machine) -> None:
    machine.user('approval_policy = "never"\n' + PROFILE)
    assert machine.record().read.outside is OnOutside.DENY
    assert machine.ask("read", "~/.aws/credentials") is DENY


def test_a_question_to_a_reviewing_model_is_classified(machine: Machine) -> None:
    machine.user('approvals_reviewer = "auto_review"\n')
    machine.rules('prefix_rule(pattern=["curl"], decision="prompt")')
    assert machine.ask("run", "curl x") is CLASSIFIED
