"""The agent nobody configured."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.agents import generic
from auditor.agents.surroundings import Surroundings
from auditor.model import AgentRecord, Approval, CommandClass, EnvMode, ExecMode, NetworkMode, Verdict


def records(
    named: frozenset[str] = frozenset(), workspaces: tuple[str, ...] = ("/repos/shop",)
) -> tuple[AgentRecord, ...]:
    places = tuple(Path(path) for path in workspaces)
    return generic.read(Surroundings(Path("/home/u"), places, {}, "linux", named=named))


def test_there_is_one_assumed_record_per_workspace() -> None:
    found = records(workspaces=("/a", "/b"))

    assert [(record.workspace, record.assumed, record.confidence) for record in found] == [
        ("/a", True, "low"),
        ("/b", True, "low"),
    ]


def test_without_a_workspace_the_home_is_one() -> None:
    assert [record.workspace for record in records(workspaces=())] == ["/home/u"]


def test_the_note_says_whether_no_agent_was_found_or_it_was_asked_for() -> None:
    assert "no agent was found" in records()[0].notes[0]
    assert "asked for by name" in records(frozenset({"generic"}))[0].notes[0]


def test_it_reads_the_workspace_asks_for_commands_and_hands_everything_on() -> None:
    (record,) = records()

    assert (record.exec.mode, record.approval) == (ExecMode.ASK, Approval.ON_REQUEST)
    assert {record.exec.verdict(one).verdict for one in CommandClass} == {Verdict.ASK}
    assert (record.network.mode, record.env.shell, record.sandbox.kind) == (NetworkMode.FREE, EnvMode.ALL, "none")


@pytest.mark.parametrize(
    ("action", "what", "verdict"),
    [
        ("read", "src/main.py", Verdict.ALLOW),
        ("read", "/repos/shop/.env", Verdict.ALLOW),
        ("read", "/repos/shop/../other/.env", Verdict.ASK),
        ("read", "/home/u/.aws/credentials", Verdict.ASK),
        ("run", "ls", Verdict.ASK),
        ("fetch", "https://example.com", Verdict.ASK),
        ("mcp", "github__search", Verdict.ASK),
    ],
)
def test_one_question_at_a_time(action: str, what: str, verdict: Verdict) -> None:
    (record,) = records()
    answer, evidence = generic.decide(record, action, what, record.workspace)

    assert answer is verdict
    assert all(held.sentence for held in evidence)
    assert evidence


def test_every_fact_is_said_to_be_assumed() -> None:
    (record,) = records()
    held = (*record.read.evidence, *record.exec.evidence, *record.network.evidence, *record.env.evidence)

    assert held
    assert all(not one.file and one.sentence.startswith("assumed") for one in held)
