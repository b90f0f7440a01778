"""Junie: a range where the IDE keeps the mode, an ignore file that asks, and servers of both scopes."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import junie as dialect
from auditor.model import Approval, CommandClass, ExecMode, Honoured, NetworkMode, OnOutside, ReadBase, Verdict

ALLOW, ASK = Verdict.ALLOW, Verdict.ASK


@pytest.mark.parametrize(
    "mark",
    [
        "work/shop/.junie/guidelines.md",
        "work/shop/.aiignore",
        "work/shop/.idea/junie.xml",
        "home/.junie/mcp/mcp.json",
        "home/.config/JetBrains/PyCharm2026.2/options/junie.xml",
    ],
)
def test_its_files_prove_it(desk: Any, mark: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.put(mark, "{}")

    assert not desk.one().assumed


@pytest.mark.parametrize("mark", ["work/shop/.idea/workspace.xml", "home/.config/JetBrains/PyCharm/options/other.xml"])
def test_an_ide_without_junie_is_no_proof(desk: Any, mark: str) -> None:
    desk.put(mark, "")

    assert dialect.read(desk.around()) == ()


def test_without_settings_everything_asks(desk: Any) -> None:
    record = desk.named()

    assert (record.exec.mode, record.exec.best) == (ExecMode.ASK, None)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ASK, ASK, ASK]


def test_a_repository_alone_tells_nothing_of_the_user_s_mode(desk: Any) -> None:
    desk.project(".junie/guidelines.md", "")

    assert desk.one().exec.best is None


def test_where_the_ide_keeps_the_mode_the_record_is_a_range(desk: Any) -> None:
    desk.user(".junie/x")
    record = desk.one()

    assert (record.exec.mode, record.exec.best, record.confidence) == (ExecMode.FREE, ExecMode.ASK, "low")
    assert desk.run(record, "curl https://example.com") is ALLOW
    assert record.approval is Approval.ON_REQUEST
    assert any("Brave" in note for note in record.notes)


def test_the_project_is_read_freely_and_the_rest_asks(desk: Any) -> None:
    record = desk.named()

    assert (record.read.base, record.read.outside) == (ReadBase.WORKSPACE, OnOutside.ASK)
    assert (desk.reads(record, "a.py"), desk.reads(record, "/etc/passwd")) == (ALLOW, ASK)


def test_the_ignore_file_asks_and_takes_back(desk: Any) -> None:
    desk.project(".aiignore", "# keep\nsecrets/\n!secrets/open\n")
    record = desk.one()

    assert desk.reads(record, "secrets/key") is ASK
    assert desk.reads(record, "secrets/open") is ALLOW
    assert desk.why(record, "read", "secrets/key") == (".aiignore", 2)


def test_servers_of_the_project_win_and_every_call_asks(desk: Any) -> None:
    desk.project(".junie/mcp/mcp.json", {"mcpServers": {"db": {"command": "pg", "env": {"PG_PASSWORD": "abc"}}}})
    desk.user(".junie/mcp/mcp.json", {"mcpServers": {"db": {"command": "other"}, "b": {"url": "https://b.test"}}})
    record = desk.one()

    assert {one.name: (one.command, one.auto_approved) for one in record.mcp} == {
        "db": ("pg", "no"),
        "b": ("https://b.test", "no"),
    }
    assert record.mcp[0].literal_secret
    assert desk.ask(record, "mcp", "db:query") is ASK


def test_a_list_of_unknown_form_is_named_and_not_counted(desk: Any) -> None:
    desk.user(".junie/allowlist.json", {"rules": []})
    record = desk.one()

    assert [(one.path, one.honoured) for one in record.sources] == [("~/.junie/allowlist.json", Honoured.UNKNOWN)]
    assert any("allowlist.json" in note for note in record.notes)


def test_environment_network_and_transcripts_are_told(desk: Any) -> None:
    record = desk.named()

    assert (record.network.mode, record.sandbox.kind, record.reasoning) == (NetworkMode.FREE, "none", "unknown")
    assert [one.path for one in record.logging.transcripts] == ["~/.junie/sessions"]


def test_a_broken_file_is_named_with_its_line(desk: Any) -> None:
    desk.project(".junie/mcp/mcp.json", '{\n"mcpServers": {\n')
    (broken,) = desk.one().sources

    assert (broken.honoured, broken.problem[:7]) == (Honoured.NO, "line 3:")
