"""OpenCode: merging with order kept, the last match, what is free by default, and what starts by itself."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import opencode as dialect
from auditor.model import Approval, CommandClass, ExecMode, Honoured, NetworkMode, OnOutside, Verdict

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY


def project(desk: Any, **config: object) -> Any:
    desk.project("opencode.json", config)
    return desk.one()


def test_nothing_seen_and_not_named_gives_no_record(desk: Any) -> None:
    desk.project("AGENTS.md", "")

    assert dialect.read(desk.around()) == ()


def test_without_settings_commands_run_unasked(desk: Any) -> None:
    record = desk.named()

    assert record.assumed
    assert record.exec.mode is ExecMode.FREE
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ALLOW, ALLOW]
    assert record.network.tool_mode is NetworkMode.FREE
    assert record.sandbox.kind == "none"


def test_the_env_stop_binds_the_read_tool_and_not_the_shell(desk: Any) -> None:
    record = desk.named()

    assert desk.run(record, "cat .env") is ALLOW
    assert {name: desk.reads(record, name) for name in (".env", "a/b.env.local", ".env.example", "main.py")} == {
        ".env": ASK,
        "a/b.env.local": ASK,
        ".env.example": ALLOW,
        "main.py": ALLOW,
    }


def test_files_outside_the_project_ask_and_only_some_programs_are_watched_for_them(desk: Any) -> None:
    record = desk.named()

    assert desk.reads(record, "/etc/passwd") is ASK
    assert desk.run(record, "cat ~/.aws/credentials") is ASK
    assert desk.run(record, "head ~/.aws/credentials") is ALLOW


@pytest.mark.parametrize(
    ("bash", "line", "expected"),
    [
        ({"git *": "allow", "*": "ask"}, "git status", ASK),
        ({"*": "ask", "git *": "allow"}, "git status", ALLOW),
        ({"*": "ask", "git *": "allow"}, "git", ALLOW),
        ({"*": "ask", "git *": "allow"}, "git status && curl x", ASK),
        ({"*": "allow", "rm *": "deny"}, "timeout 5 rm -r x", DENY),
        ({"*": "allow", "rm *": "deny"}, "ls; rm x", DENY),
        ({"*": "allow", "l?": "deny"}, "ls", DENY),
        ("ask", "ls", ASK),
        ("deny", "ls", DENY),
    ],
)
def test_the_last_pattern_that_matches_decides(desk: Any, bash: object, line: str, expected: Verdict) -> None:
    assert desk.run(project(desk, permission={"bash": bash}), line) is expected


def test_a_name_that_is_set_again_keeps_its_first_place(desk: Any) -> None:
    desk.user(".config/opencode/opencode.json", {"permission": {"bash": {"git *": "ask", "*": "deny"}}})
    desk.project("opencode.json", {"permission": {"bash": {"git *": "allow"}}})

    assert desk.run(desk.one(), "git status") is DENY


def test_a_star_for_everything_opens_env_files_and_the_outside_too(desk: Any) -> None:
    record = project(desk, permission="allow")

    assert desk.reads(record, ".env") is ALLOW
    assert record.read.outside is OnOutside.FREE
    assert record.approval is Approval.NEVER


def test_higher_files_win_and_name_their_line(desk: Any) -> None:
    desk.user(".config/opencode/opencode.jsonc", '{ // mine\n "permission": {"bash": "allow"}, }')
    desk.project("opencode.json", {"permission": {"bash": "ask"}})
    assert desk.why(desk.one(), "run", "ls") == ("opencode.json", 3)

    desk.project(".opencode/opencode.json", {"permission": {"bash": "deny"}})
    assert desk.why(desk.one(), "run", "ls") == (".opencode/opencode.json", 3)

    desk.put("system/etc/opencode/opencode.json", {"permission": {"bash": "ask"}})
    assert desk.why(desk.one(), "run", "ls")[0] == "/etc/opencode/opencode.json"


def test_project_files_are_found_up_to_the_repository(desk: Any) -> None:
    desk.project(".git/HEAD", "")
    desk.project("opencode.json", {"permission": {"bash": "deny"}})
    inner = desk.work / "packages" / "a"
    inner.mkdir(parents=True)
    around = desk.around()
    (record,) = dialect.read(type(around)(around.home, (inner,), {}, "linux", desk.system))

    assert desk.run(record, "ls") is DENY


def test_a_variable_switches_project_files_off(desk: Any) -> None:
    desk.project("opencode.json", {"permission": {"bash": "deny"}})
    record = desk.one({"OPENCODE_DISABLE_PROJECT_CONFIG": "1"})

    assert desk.run(record, "ls") is ALLOW
    assert [one.honoured for one in record.sources] == [Honoured.NO]


def test_the_environment_may_hold_a_whole_configuration(desk: Any) -> None:
    content = '{"permission": {"bash": "ask"}}'

    assert desk.run(desk.one({"OPENCODE_CONFIG_CONTENT": content}), "ls") is ASK
    assert desk.run(desk.named(environment={"OPENCODE_PERMISSION": '{"bash": "deny"}'}), "ls") is DENY


def test_the_old_tools_switch_still_refuses(desk: Any) -> None:
    assert desk.run(project(desk, tools={"bash": False}), "ls") is DENY


def test_the_agent_that_starts_has_the_last_word(desk: Any) -> None:
    record = project(
        desk, permission={"bash": "ask"}, agent={"build": {"permission": {"bash": "allow"}}, "b": {"mode": "primary"}}
    )

    assert desk.run(record, "ls") is ALLOW
    assert any("other agents" in note and note.endswith("b") for note in record.notes)


def test_an_agent_in_markdown_speaks_too(desk: Any) -> None:
    desk.project(".opencode/agent/build.md", "---\npermission:\n  bash: deny\n---\nBe careful.\n")

    assert desk.why(desk.one(), "run", "ls") == (".opencode/agent/build.md", 3)


def test_read_patterns_cross_folders_and_later_ones_take_back(desk: Any) -> None:
    record = project(desk, permission={"read": {"secrets/*": "deny", "*/open.txt": "allow"}})

    assert desk.reads(record, "secrets/a/b") is DENY
    assert desk.reads(record, "secrets/open.txt") is ALLOW


def test_a_folder_outside_may_be_opened_by_name(desk: Any) -> None:
    record = project(desk, permission={"external_directory": {"~/notes/*": "allow"}})

    assert desk.reads(record, (desk.home / "notes/a.md").as_posix()) is ALLOW
    assert desk.reads(record, (desk.home / ".netrc").as_posix()) is ASK


def test_project_servers_start_without_trust_and_their_tools_are_free(desk: Any) -> None:
    record = project(
        desk,
        mcp={
            "db": {"type": "local", "command": ["npx", "-y", "pg-mcp"], "environment": {"DB_TOKEN": "a" + "bc123"}},
            "off": {"type": "local", "command": ["x"], "enabled": False},
            "far": {"type": "remote", "url": "https://mcp.example.com"},
        },
        permission={"far_*": "ask"},
    )
    served = {one.name: one for one in record.mcp}

    assert sorted(served) == ["db", "far"]
    assert (served["db"].auto_approved, served["db"].started_without_trust) == ("all", True)
    assert (served["db"].secret_keys, served["db"].literal_secret, served["db"].unpinned) == (("DB_TOKEN",), True, True)
    assert served["far"].auto_approved == "no"
    assert desk.ask(record, "mcp", "db:query") is ALLOW


def test_env_files_of_the_folder_enter_the_process(desk: Any) -> None:
    desk.project(".env", "A=b\n")

    assert desk.named().env.dotenv == ((desk.work / ".env").as_posix(),)


def test_sharing_by_itself_is_told(desk: Any) -> None:
    record = project(desk, share="auto")

    assert record.logging.remote == "public-share"
    assert any("public link" in note for note in record.notes)
    assert [one.path for one in record.logging.transcripts] == ["~/.local/share/opencode"]


def test_plugins_are_code_that_starts_by_itself(desk: Any) -> None:
    desk.project(".opencode/plugin/log.ts", "")
    record = project(desk, plugin=["some-plugin"])

    assert [one.file for one in record.hooks] == ["opencode.json", ".opencode/plugin/log.ts"]


def test_a_low_effort_is_reduced_reasoning(desk: Any) -> None:
    assert project(desk).reasoning == "normal"
    assert project(desk, agent={"build": {"reasoningEffort": "low"}}).reasoning == "reduced"
    models = {"openai": {"models": {"m": {"options": {"reasoningEffort": "minimal"}}}}}
    assert project(desk, provider=models).reasoning == "reduced"


def test_a_broken_file_is_named_with_its_line_and_unknown_keys_are_listed(desk: Any) -> None:
    desk.project("opencode.json", '{\n "permission": {"bash": "deny"\n')
    desk.user(".config/opencode/opencode.json", {"permission": {"bash": "ask"}, "sprocket": 1})
    record = desk.one()
    broken, user = record.sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
    assert user.unknown_keys == ("sprocket",)
    assert desk.run(record, "ls") is ASK


def test_a_fetch_rule_binds_the_fetch_tool(desk: Any) -> None:
    record = project(desk, permission={"webfetch": "deny"})

    assert desk.ask(record, "fetch", "https://example.com/a") is DENY
    assert record.network.mode is NetworkMode.FREE
