"""What a fix changes, shown through the real derivation of reach."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from auditor.agents.reach import derive
from auditor.exposure.fixes import fix_id
from auditor.exposure.transform import CONTAINER, Inputs, apply, in_order, on_assessment, on_record
from auditor.model import (
    AgentRecord,
    Approval,
    Assessment,
    CommandClass,
    CommandVerdict,
    Environment,
    EnvMode,
    EnvReach,
    Evidence,
    ExecMode,
    ExecReach,
    Fix,
    FixKind,
    LifetimeKind,
    McpServer,
    Means,
    NetworkMode,
    NetworkReach,
    OnOutside,
    Origin,
    Power,
    ReadBase,
    ReadReach,
    State,
    Use,
    Verdict,
)

PATH = "/repo/scripts/domains.sh"


def fix(kind: FixKind, *subject: str, agent: str = "", surface: str = "") -> Fix:
    return Fix(fix_id(kind, agent, surface, subject), "t", kind, (), 1, "", agent, surface, subject)


def open_agent(make: SimpleNamespace, agent: str = "claude-code", **given: Any) -> AgentRecord:
    verdicts = tuple(CommandVerdict(one, Verdict.ALLOW, "") for one in CommandClass)
    base: dict[str, Any] = {
        "surface": "cli",
        "read": ReadReach(ReadBase.WORKSPACE, OnOutside.ASK, ("/repo",)),
        "exec": ExecReach(ExecMode.FREE, verdicts=verdicts),
        "network": NetworkReach(NetworkMode.FREE),
        "approval": Approval.NEVER,
    }
    return make.record(agent, **{**base, **given})


def best(record: AgentRecord, assessment: Assessment) -> tuple[Means, Use]:
    reach = derive(record, assessment, hosts=("api.acme.example",))[0]
    return reach.means, reach.use


def test_a_read_rule_alone_leaves_other_programs_and_with_the_sandbox_nothing(make: SimpleNamespace) -> None:
    found, agent = make.assessment(*Power), open_agent(make)
    deny = fix(FixKind.DENY_READ, PATH, agent="claude-code", surface="cli")
    box = fix(FixKind.SANDBOX, agent="claude-code", surface="cli")
    assert best(agent, found) == (Means.DIRECT, Use.FREE)
    assert best(on_record(deny, agent), found) == (Means.VIA_SHELL, Use.FREE)
    both = agent
    for one in in_order((deny, box)):
        both = on_record(one, both)
    assert best(both, found) == (Means.NONE, Use.NONE)


def test_a_read_rule_that_stood_before_binds_everything_once_commands_are_boxed(make: SimpleNamespace) -> None:
    found, agent = make.assessment(*Power), open_agent(make)
    denied = on_record(fix(FixKind.DENY_READ, PATH, agent="claude-code"), agent)
    assert best(on_record(fix(FixKind.SANDBOX, agent="claude-code"), denied), found)[0] is Means.NONE


def test_a_sandbox_takes_the_network_but_not_the_file(make: SimpleNamespace) -> None:
    found = make.assessment(*Power)
    for agent in ("claude-code", "copilot-vscode"):
        boxed = on_record(fix(FixKind.SANDBOX, agent=agent), open_agent(make, agent))
        assert best(boxed, found) == (Means.DIRECT, Use.LOCAL_ONLY)
    asking = on_record(fix(FixKind.SANDBOX, agent="codex"), open_agent(make, "codex", approval=Approval.ON_REQUEST))
    assert best(asking, found) == (Means.DIRECT, Use.WITH_APPROVAL)


def test_a_container_leaves_the_workspace_and_no_network(make: SimpleNamespace) -> None:
    agent = open_agent(make, "goose", read=ReadReach(ReadBase.FILESYSTEM, OnOutside.FREE, ("/repo",)))
    boxed = on_record(fix(FixKind.SANDBOX, CONTAINER, agent="goose"), agent)
    home = make.assessment(*Power, credential=make.credential(places=(make.location("~/.npmrc", 1),)))
    assert best(agent, home) == (Means.DIRECT, Use.FREE)
    assert best(boxed, home)[0] is Means.NONE
    assert best(boxed, make.assessment(*Power)) == (Means.DIRECT, Use.LOCAL_ONLY)


@pytest.mark.parametrize("agent", ["claude-code", "codex", "gemini", "cursor", "opencode", "generic"])
def test_asking_again_puts_a_human_before_every_use(make: SimpleNamespace, agent: str) -> None:
    removers = (Evidence("s.json", "yolo", "true", 1),)
    asked = on_record(fix(FixKind.APPROVAL, agent=agent), open_agent(make, agent, approval_removers=removers))
    assert best(asked, make.assessment(*Power))[1] is Use.WITH_APPROVAL
    assert asked.approval_removers == ()


def test_refused_commands_stay_refused_when_a_human_is_asked(make: SimpleNamespace) -> None:
    verdicts = (CommandVerdict(CommandClass.NETWORK, Verdict.DENY, "curl"),)
    agent = open_agent(make, exec=ExecReach(ExecMode.ASK, verdicts=verdicts))
    asked = on_record(fix(FixKind.APPROVAL, agent="claude-code"), agent)
    assert asked.exec.verdict(CommandClass.NETWORK).verdict is Verdict.DENY


def test_a_filtered_variable_is_no_longer_inherited(make: SimpleNamespace) -> None:
    place = make.location("environment", 0, Origin.ENVIRONMENT)
    found = make.assessment(*Power, credential=make.credential(places=(place,)))
    agent = open_agent(make, "codex", env=EnvReach(EnvMode.ALL, kept=("ACME_TOKEN",)))
    assert best(agent, found)[0] is Means.INHERITED
    assert best(on_record(fix(FixKind.ENV_FILTER, "ACME_TOKEN", agent="codex"), agent), found)[0] is Means.NONE
    unboxed = open_agent(make)
    assert on_record(fix(FixKind.ENV_FILTER, "ACME_TOKEN", agent="claude-code"), unboxed) is unboxed


def test_a_tool_server_that_asks_is_no_open_way(make: SimpleNamespace) -> None:
    server = McpServer("fs", "stdio", "fs", Evidence(), abilities=("read-files",), auto_approved="all")
    closed = ReadReach(ReadBase.NOTHING, OnOutside.DENY, ("/repo",))
    agent = open_agent(make, "codex", read=closed, exec=ExecReach(ExecMode.NONE), mcp=(server,))
    found = make.assessment(*Power)
    assert best(agent, found)[0] is Means.VIA_MCP
    assert best(on_record(fix(FixKind.MCP, "fs", agent="codex"), agent), found)[0] is Means.WITH_APPROVAL


def test_a_fix_changes_only_the_agent_and_surface_that_it_names(make: SimpleNamespace) -> None:
    agent = open_agent(make)
    for other in (fix(FixKind.APPROVAL, agent="codex"), fix(FixKind.APPROVAL, agent="claude-code", surface="ide")):
        assert on_record(other, agent) is agent
    assert on_record(fix(FixKind.REVOKE, "x"), agent) is agent


def test_an_agent_that_offers_no_such_setting_stays_as_it_is(make: SimpleNamespace) -> None:
    for kind in (FixKind.DENY_READ, FixKind.SANDBOX, FixKind.ENV_FILTER):
        agent = open_agent(make, "windsurf")
        assert on_record(fix(kind, PATH, agent="windsurf"), agent) is agent


def test_a_path_with_glob_characters_is_denied_as_it_is(make: SimpleNamespace) -> None:
    place = make.location("a[1]{x}*?.env", 1)
    found = make.assessment(*Power, credential=make.credential(places=(place,)))
    deny = fix(FixKind.DENY_READ, "/repo/a[1]{x}*?.env", agent="codex")
    assert best(on_record(deny, open_agent(make, "codex")), found)[0] is Means.NONE


def test_revoking_and_rotating_leave_a_dead_value(make: SimpleNamespace) -> None:
    found = make.assessment(*Power)
    for kind in (FixKind.REVOKE, FixKind.ROTATE):
        changed = on_assessment(fix(kind, found.credential.fingerprint), found)
        assert changed is not None
        assert changed.state is State.INACTIVE
    assert on_assessment(fix(FixKind.REVOKE, "another"), found) is found


def test_moving_takes_files_away_but_no_history(make: SimpleNamespace) -> None:
    places = (make.location("a.env", 1), make.location("old.env", 2, Origin.COMMIT))
    found = make.assessment(credential=make.credential(places=places))
    moved = on_assessment(fix(FixKind.MOVE, found.credential.fingerprint), found)
    assert moved is not None
    assert [one.location.path for one in moved.credential.sightings] == ["old.env"]
    plain = make.assessment()
    assert on_assessment(fix(FixKind.MOVE, plain.credential.fingerprint), plain) is None


def test_a_reference_takes_the_value_out_of_the_agents_configuration_only(make: SimpleNamespace) -> None:
    places = (make.location(".mcp.json", 1, Origin.AGENT_CONFIG), make.location("b.env", 2))
    found = make.assessment(credential=make.credential(places=places))
    changed = on_assessment(fix(FixKind.MCP, found.credential.fingerprint), found)
    assert changed is not None
    assert [one.location.path for one in changed.credential.sightings] == ["b.env"]


def test_a_replacement_is_taken_as_modest_and_never_as_wider(make: SimpleNamespace) -> None:
    found = make.assessment(*Power, environment=Environment.PRODUCTION)
    changed = on_assessment(fix(FixKind.NARROW, found.credential.fingerprint), found)
    assert changed is not None
    assert changed.scope.powers == (Power.READ, Power.WRITE)
    assert changed.scope.environment is Environment.STAGING
    assert changed.lifetime.kind is LifetimeKind.EXPIRING
    brief = make.assessment(Power.DESTROY, kind=LifetimeKind.EPHEMERAL, environment=Environment.TEST)
    narrowed = on_assessment(fix(FixKind.NARROW, brief.credential.fingerprint), brief)
    assert narrowed is not None
    assert (narrowed.lifetime.kind, narrowed.scope.environment) == (LifetimeKind.EPHEMERAL, Environment.TEST)


def test_applying_a_fix_changes_copies_only(make: SimpleNamespace) -> None:
    agent, found = open_agent(make), make.assessment(*Power)
    before = Inputs((agent,), (found,))
    after = apply(fix(FixKind.MOVE, found.credential.fingerprint), before)
    assert before == Inputs((agent,), (found,))
    assert after.assessments == ()
    assert apply(fix(FixKind.APPROVAL, agent="claude-code"), before).records[0].exec.mode is ExecMode.ASK
