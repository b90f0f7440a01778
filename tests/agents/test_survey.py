"""The table of dialects, and where things are shown to stand."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auditor import agents
from auditor.agents.documents import read_json
from auditor.agents.layers import Layer, flag, members, scalar, sources, union
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import Honoured


def around(home: Path, *workspaces: Path, platform: str = "linux", **more: Any) -> Surroundings:
    return Surroundings(home, workspaces, more.pop("environment", {}), platform, **more)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/u/repo/a/b.json", "a/b.json"),
        ("/home/u/repo", "."),
        ("/home/u/.claude/x", "~/.claude/x"),
        ("/home/u", "~"),
        ("/etc/x", "/etc/x"),
    ],
)
def test_paths_are_shown_as_people_see_them(path: str, shown: str) -> None:
    assert around(Path("/home/u"), Path("/home/u/repo")).show(Path(path)) == shown


def test_with_several_workspaces_each_path_names_its_own() -> None:
    place = around(Path("/home/u"), Path("/w/one"), Path("/w/two"))
    assert place.show(Path("/w/two/a")) == "two/a"


def test_a_workspace_that_holds_the_home_leaves_home_paths_as_they_are() -> None:
    assert around(Path("/home/u"), Path("/home")).show(Path("/home/u/.netrc")) == "~/.netrc"
    assert around(Path("/home/u"), Path("/home/u")).show(Path("/home/u/.netrc")) == "~/.netrc"


def test_system_files_stand_below_the_system_root() -> None:
    place = around(Path("/home/u"), system_root=Path("/fake"))
    assert place.system("etc", "/x") == Path("/fake/etc/x")
    assert place.show(Path("/fake/etc/x")) == "/etc/x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~/a", "/home/u/a"),
        ("~", "/home/u"),
        ("$HOME/a", "/home/u/a"),
        ("/x/../y", "/y"),
        ("../a", "/a"),
        ("./a", "/b/a"),
    ],
)
def test_written_paths_become_absolute(text: str, expected: str) -> None:
    assert around(Path("/home/u")).expand(text, Path("/b")) == expected


def test_agents_that_started_this_process_are_known_by_their_marker() -> None:
    place = around(Path("/h"), environment={"CLAUDECODE": "1", "GEMINI_CLI": ""})
    assert place.launched_here == frozenset({"claude-code"})


def test_layers_give_the_highest_scalar_every_list_item_and_refuse_what_a_scope_may_not_set(tmp_path: Path) -> None:
    (tmp_path / "high.json").write_text('{\n"a": 1, "list": ["x"],\n"t": {"k": "high"}, "only": true}')
    (tmp_path / "low.json").write_text('{"a": 2, "b": true,\n"list": ["y", 3], "t": {"k": "low", "l": 1}}')
    (tmp_path / "off.json").write_text('{"a": 0, "list": ["z"]}')
    layers = (
        Layer("project", read_json(tmp_path / "high.json", "high"), refused=frozenset({"only"})),
        Layer("local", read_json(tmp_path / "off.json", "off"), Honoured.NO),
        Layer("user", read_json(tmp_path / "low.json", "low")),
        Layer("managed", read_json(tmp_path / "none.json", "none")),
    )
    held = scalar(layers, "a", kind=int)
    assert held is not None
    assert (held.value, held.scope, held.evidence.line) == (1, "project", 2)
    assert scalar(layers, "a", kind=str) is None
    assert [(one.value, one.scope) for one in union(layers, "list")] == [("x", "project"), ("y", "user")]
    assert {name: one.value for name, one in members(layers, "t").items()} == {"k": "high", "l": 1}
    assert flag(layers, "only", otherwise=False).scope == "default"
    assert [source.problem for source in sources(layers)] == ["only is not honoured from project settings", "", ""]


def test_every_dialect_of_the_table_speaks_the_protocol() -> None:
    for agent, place in agents.DIALECTS.items():
        module: Any = import_module(place)
        assert agent == module.ID
        assert module.NAME
        assert callable(module.read)
        assert callable(module.decide)


def test_where_no_agent_is_seen_the_generic_one_stands_in(tmp_path: Path) -> None:
    found = agents.survey(around(tmp_path / "home", tmp_path / "repo", system_root=tmp_path))
    assert {record.agent for record in found} == {"generic"}


def test_agents_that_are_seen_come_in_the_table_s_order_without_the_generic_one(tmp_path: Path) -> None:
    for place in (".codex", ".claude"):
        (tmp_path / "home" / place).mkdir(parents=True)
    found = agents.survey(around(tmp_path / "home", tmp_path / "repo", system_root=tmp_path))
    assert [record.agent for record in found] == ["claude-code", "codex"]


def test_a_dialect_that_gives_up_is_a_record_that_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(_: Surroundings) -> None:
        raise ValueError("made up")

    whole = import_module

    def fake(place: str) -> Any:
        return SimpleNamespace(NAME="Odd", read=broken) if place.endswith("codex") else whole(place)

    monkeypatch.setattr(agents, "import_module", fake)
    (tmp_path / "home" / ".codex").mkdir(parents=True)
    found = agents.survey(around(tmp_path / "home", tmp_path / "repo", system_root=tmp_path))
    (record,) = [record for record in found if record.agent == "codex"]
    assert record.confidence == "low"
    assert "could not be evaluated" in record.notes[0]
    assert "made up" not in record.notes[0]


def test_the_table_s_decision_is_the_dialect_s_own(tmp_path: Path) -> None:
    (tmp_path / "home" / ".codex").mkdir(parents=True)
    (record,) = agents.survey(around(tmp_path / "home", tmp_path / "repo", system_root=tmp_path))
    module: Any = import_module(agents.DIALECTS["codex"])
    assert agents.decide(record, "run", "ls", record.workspace) == module.decide(record, "run", "ls", record.workspace)
