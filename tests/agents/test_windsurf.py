"""Windsurf: levels, prefix lists in which a refusal only asks, and ignore files that shape the index."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import windsurf as dialect
from auditor.model import Approval, CommandClass, EnforcedFor, ExecMode, Honoured, NetworkMode, OnOutside, Verdict

ALLOW, ASK, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.CLASSIFIED
USER = ".config/Windsurf/User/settings.json"


def settings(desk: Any, level: str = "", allow: object = (), deny: object = ()) -> Any:
    keys = {"windsurf.cascadeCommandsAllowList": list(allow), "windsurf.cascadeCommandsDenyList": list(deny)}  # type: ignore[call-overload]
    desk.user(USER, {**keys, **({"windsurf.cascadeCommandsAutoExecution": level} if level else {})})
    return desk.one()


@pytest.mark.parametrize(
    "mark",
    [
        "work/shop/.windsurf/rules/a.md",
        "work/shop/.windsurfrules",
        "work/shop/.codeiumignore",
        f"home/{USER}",
        "home/.codeium/windsurf/mcp_config.json",
    ],
)
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert not desk.one().assumed


def test_named_without_files_everything_asks(desk: Any) -> None:
    record = desk.named()

    assert (record.exec.mode, record.exec.best) == (ExecMode.ASK, None)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]
    assert (record.network.mode, record.reasoning) == (NetworkMode.FREE, "unknown")


def test_where_no_file_tells_the_level_the_record_is_a_range(desk: Any) -> None:
    record = settings(desk)

    assert (record.exec.mode, record.exec.best, record.confidence) == (ExecMode.FREE, ExecMode.ASK, "low")
    assert record.approval is Approval.ON_REQUEST
    assert any("Turbo" in note for note in record.notes)


@pytest.mark.parametrize(
    ("level", "expected", "approval"),
    [
        ("turbo", ALLOW, Approval.NEVER),
        ("auto", CLASSIFIED, Approval.RISK_BASED),
        ("allowlist", ASK, Approval.ON_REQUEST),
        ("off", ASK, Approval.ON_REQUEST),
    ],
)
def test_the_level_decides_for_what_no_list_names(desk: Any, level: str, expected: Verdict, approval: Approval) -> None:
    record = settings(desk, level)

    assert desk.run(record, "curl https://example.com") is expected
    assert (record.approval, record.exec.best) == (approval, None)


def test_turbo_is_a_removed_gate_with_its_line(desk: Any) -> None:
    record = settings(desk, "turbo")

    assert [(one.file, one.line) for one in record.approval_removers] == [(f"~/{USER}", 4)]


@pytest.mark.parametrize(
    ("lists", "line", "expected"),
    [
        (("turbo", [], ["rm"]), "rm -r x", ASK),
        (("turbo", [], ["rm"]), "ls; rm x", ASK),
        (("allowlist", ["git status"], []), "git status --short", ALLOW),
        (("allowlist", ["git status"], []), "git statusx", ASK),
        (("allowlist", ["git"], ["git push"]), "git push", ASK),
        (("allowlist", ["npm test"], []), "npm test && curl x", ASK),
        (("off", ["ls"], []), "ls", ASK),
    ],
)
def test_a_refused_prefix_asks_and_an_allowed_one_runs(
    desk: Any, lists: tuple[str, list[str], list[str]], line: str, expected: Verdict
) -> None:
    assert desk.run(settings(desk, *lists), line) is expected


def test_an_interpreter_on_the_list_opens_every_program(desk: Any) -> None:
    record = settings(desk, "allowlist", ["python3", "git status"])

    assert record.exec.mode is ExecMode.ALLOW_LIST
    assert record.exec.verdict(CommandClass.PROCESS).verdict is ALLOW
    assert len(record.approval_removers) == 1


def test_lists_of_the_workspace_are_counted_with_doubt(desk: Any) -> None:
    desk.project(".vscode/settings.json", {"windsurf.cascadeCommandsAllowList": ["make"]})
    record = settings(desk, "allowlist")

    assert desk.run(record, "make") is ALLOW
    assert record.sources[0].honoured is Honoured.UNKNOWN


def test_ignore_files_only_shape_the_index(desk: Any) -> None:
    desk.project(".codeiumignore", "secrets/\n")
    desk.user(".codeium/.codeiumignore", "*.pem\n")
    record = desk.one()

    assert {rule.enforced_for for rule in record.read.rules} == {EnforcedFor.INDEX}
    assert desk.reads(record, "secrets/a.pem") is ALLOW
    assert record.read.outside is OnOutside.ASK


def test_servers_open_the_tools_they_list(desk: Any) -> None:
    entries = {
        "db": {"command": "pg", "env": {"PG_PASSWORD": "${env:PG}"}, "alwaysAllow": ["q"]},
        "far": {"serverUrl": "https://mcp.example.com"},
        "off": {"command": "x", "disabled": True},
    }
    desk.user(".codeium/windsurf/mcp_config.json", {"mcpServers": entries})
    served = {one.name: one for one in desk.one().mcp}

    assert {name: one.auto_approved for name, one in served.items()} == {"db": "some", "far": "no"}
    assert (served["db"].secret_keys, served["db"].literal_secret) == (("PG_PASSWORD",), False)


def test_transcripts_are_told(desk: Any) -> None:
    assert [one.path for one in settings(desk).logging.transcripts] == [
        "~/.codeium/windsurf/cascade",
        "~/.config/Windsurf/User/globalStorage/state.vscdb",
    ]


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.user(USER, '{ // mine\n "windsurf.cascadeCommandsAllowList": [\n}')
    (broken,) = desk.one().sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
