"""Copilot's coding agent: the runner's copy, the firewall, and what the setup job hands on."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents import copilot_cloud as dialect
from auditor.model import Approval, CommandClass, EnvMode, ExecMode, Honoured, NetworkMode, Verdict

ALLOW, DENY = Verdict.ALLOW, Verdict.DENY
SETUP = ".github/workflows/copilot-setup-steps.yml"
JOB = "jobs:\n  copilot-setup-steps:\n    runs-on: ubuntu-latest\n"


def setup(desk: Any, text: str = "") -> Any:
    desk.project(SETUP, JOB + text)
    return desk.one()


@pytest.mark.parametrize("ending", ["yml", "yaml"])
def test_its_setup_steps_prove_it(desk: Any, ending: str) -> None:
    assert dialect.read(desk.around()) == ()
    desk.project(f".github/workflows/copilot-setup-steps.{ending}", JOB)

    assert not desk.one().assumed


@pytest.mark.parametrize("name", [".github/workflows/ci.yml", ".github/copilot-instructions.md", "AGENTS.md"])
def test_files_that_other_agents_read_too_are_no_proof(desk: Any, name: str) -> None:
    desk.project(name, "")

    assert dialect.read(desk.around()) == ()


def test_everything_runs_and_nobody_is_asked(desk: Any) -> None:
    record = desk.named()

    assert (record.surface, record.sandbox.kind, record.approval) == ("cloud", "vm", Approval.NEVER)
    assert [record.exec.verdict(one).verdict for one in CommandClass] == [ALLOW, ALLOW, ALLOW]
    assert record.exec.mode is ExecMode.FREE


def test_it_sees_the_repository_s_copy_alone(desk: Any) -> None:
    desk.project(".gitignore", ".env\n")
    record = setup(desk)

    assert {name: desk.reads(record, name) for name in ("a.py", ".env", "/etc/passwd")} == {
        "a.py": ALLOW,
        ".env": DENY,
        "/etc/passwd": DENY,
    }


def test_the_firewall_lets_a_list_of_hosts_through(desk: Any) -> None:
    record = setup(desk)

    assert record.network.mode is NetworkMode.ALLOW_LIST
    assert desk.ask(record, "fetch", "https://api.github.com/user") is ALLOW
    assert desk.ask(record, "fetch", "https://example.com") is DENY
    assert any("not the setup steps" in note for note in record.notes)


def test_this_machine_s_environment_is_not_handed_on(desk: Any) -> None:
    assert setup(desk).env.shell is EnvMode.NONE


def test_variables_of_the_job_reach_the_agent(desk: Any) -> None:
    record = setup(desk, "    env:\n      DB_URL: ${{ secrets.DB_URL }}\n      PLAIN: abc\n")

    assert [(one.name, one.literal, one.evidence.line) for one in record.env.injected] == [
        ("DB_URL", False, 5),
        ("PLAIN", True, 6),
    ]


def test_a_step_that_hands_its_variables_on_is_told(desk: Any) -> None:
    steps = (
        "    steps:\n    - run: echo hi\n      env: {A: b}\n"
        '    - run: echo "C=$C" >> "$GITHUB_ENV"\n      env:\n        C: ${{ secrets.C }}\n'
    )
    record = setup(desk, steps)

    assert [one.name for one in record.env.injected] == ["C"]
    assert any(f"{SETUP}:7 hands variables on" in note for note in record.notes)
    assert [one.line for one in record.hooks] == [5, 7]


def test_a_login_to_a_cloud_is_told(desk: Any) -> None:
    record = setup(desk, "    permissions:\n      id-token: write\n")

    assert any("id-token: write" in note for note in record.notes)


def test_no_value_of_the_workflow_is_told(desk: Any) -> None:
    record = setup(desk, "    env:\n      API_TOKEN: hush-hush\n")

    assert "hush-hush" not in repr(record)


def test_a_broken_workflow_is_named_with_its_line(desk: Any) -> None:
    desk.project(SETUP, "jobs: [\n")
    record = desk.one()

    assert (record.sources[0].honoured, record.sources[0].problem.startswith("line ")) == (Honoured.NO, True)
    assert record.env.injected == ()
