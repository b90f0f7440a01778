from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest

from auditor.model import (
    ConfigSource,
    EnvMode,
    EnvReach,
    ExecMode,
    ExecReach,
    Honoured,
    InjectedVariable,
    McpServer,
    NetworkMode,
    NetworkReach,
    Sandbox,
)
from auditor.report import agents

WHOLE = """\
Cursor · ide · medium confidence
  reads        the workspace; asks beyond
               ← built in: the workspace is read unasked
               its commands: the whole disk
  denied       .env · binds the file tool only
               ← .cursor/permissions.json:3 sets ignore to .env
  runs         any command unasked
               ← .cursor/permissions.json:3 sets terminalAllowlist to curl
               a network tool, such as `curl https://x.example`, runs unasked
  stops asking .cursor/permissions.json:3 sets terminalAllowlist to curl
               .cursor/permissions.json:4 sets terminalAllowlist to curl
  sandbox      none
  network      every host
  hands on     the whole environment to commands
  MCP server   files (stdio); each call is asked for; can read-files
               ← .mcp.json:3 sets terminalAllowlist to curl
  keeps        ~/.cursor/chats (30 days)
  keeps        ~/.cursor/logs
  cannot tell  the run mode is not in a file
"""


def test_every_permission_stands_with_the_line_that_says_so(make: SimpleNamespace) -> None:
    assert agents.render((make.record(),), width=80) == WHOLE


def test_an_assumed_agent_says_that_no_file_was_seen(make: SimpleNamespace) -> None:
    text = agents.render((make.record(assumed=True),))
    assert text.splitlines()[0] == "Cursor · ide · assumed: no file of it was seen"


def test_files_without_effect_say_why(make: SimpleNamespace) -> None:
    sources = (
        ConfigSource("a.json", "project", Honoured.NO, "line 3: a comma is missing"),
        ConfigSource("b.json", "project", Honoured.IF_TRUSTED),
        ConfigSource("c.json", "user"),
    )
    text = agents.render((make.record(sources=sources),))
    assert "  file         a.json: has no effect; line 3: a comma is missing\n" in text
    assert "  file         b.json: counts once the folder is trusted\n" in text
    assert "c.json" not in text


def test_a_sandbox_says_what_it_covers_and_how_it_is_left(make: SimpleNamespace) -> None:
    box = Sandbox("process", ("shell", "mcp"), reads="confined", network="blocked", escape="ask", fail_open=True)
    text = agents.render((make.record(sandbox=box),), width=160)
    assert "process around shell and mcp; reads confined; network blocked; a human may let a command out; " in text
    assert "without its tools commands run outside" in text


def test_servers_hosts_and_variables_are_listed(make: SimpleNamespace) -> None:
    server = McpServer(
        "db",
        "stdio",
        "npx db",
        make.evidence(),
        ("database", "network"),
        literal_secret=True,
        unpinned=True,
        auto_approved="all",
    )
    held = make.record(
        mcp=(server,),
        network=NetworkReach(NetworkMode.ALLOW_LIST, tuple("abcdef")),
        env=EnvReach(
            EnvMode.FILTERED,
            EnvMode.ALL,
            injected=(InjectedVariable("NAME", True, make.evidence()),),
            dotenv=("/r/.env",),
        ),
        hooks=(make.evidence(),),
    )
    text = agents.render((held,), width=160)
    assert "db (stdio); all tools run unasked; can database and network; holds a credential in plain text" in text
    assert "listed hosts: a, b, c, d and 2 more" in text
    assert "what its filter leaves to commands" in text
    assert "the whole environment to MCP servers" in text
    assert "NAME to the environment" in text
    assert "/r/.env into the environment" in text


def test_the_best_case_stands_beside_the_worst(make: SimpleNamespace) -> None:
    held = make.record(exec=ExecReach(ExecMode.FREE, ExecMode.NONE))
    assert "any command unasked; at best no commands" in agents.render((held,))


def test_several_workspaces_are_told_apart(make: SimpleNamespace) -> None:
    text = agents.render((make.record(workspace="/a"), make.record(workspace="/b")))
    assert "  workspace    /a\n" in text
    assert "\n\nCursor" in text


def test_nobody_to_show_is_said() -> None:
    assert agents.render(()) == "No agent was looked for.\n"


def test_text_and_json_go_to_the_stream(make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text, data = io.StringIO(), io.StringIO()
    agents.show((make.record(),), text, as_json=False)
    agents.show((make.record(),), data, as_json=True)
    assert text.getvalue() == WHOLE
    assert [one["id"] for one in json.loads(data.getvalue())] == ["cursor"]


@pytest.mark.parametrize("width", [40, 80, 160])
def test_no_line_is_wider_than_asked(width: int, make: SimpleNamespace) -> None:
    held = make.record(notes=("a word " * 40,), workspace="/" + "deep/" * 40)
    lines = agents.render((held, make.record()), width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []
