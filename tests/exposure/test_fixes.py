"""Every finding gets concrete fixes, and a setting is offered only for what it binds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from auditor.exposure.findings import build
from auditor.exposure.fixes import candidate_fixes
from auditor.exposure.remedies import REMEDIES, of
from auditor.exposure.scoring import Scoring
from auditor.model import (
    EnforcedFor,
    Evidence,
    Finding,
    Fix,
    FixKind,
    McpServer,
    Means,
    Origin,
    Power,
    Reach,
    Sandbox,
    State,
    Use,
)

AGENT_IDS = (
    "claude-code codex gemini cursor copilot-vscode copilot-cli copilot-cloud windsurf cline roo aider continue "
    "opencode goose amazon-q kiro zed junie amp crush openhands devin generic"
).split()


def found(make: SimpleNamespace, scoring: Scoring, reaches: tuple[Reach, ...], **given: Any) -> Finding:
    """One finding whose reach is what the test says."""
    powers = given.pop("powers", tuple(Power))
    records = [make.record(agent, surface=surface) for agent, surface in {(r.agent, r.surface) for r in reaches}]
    assessment = make.assessment(*powers, **given)

    def derive(record: Any, _: Any, *, hosts: tuple[str, ...] = ()) -> tuple[Reach, ...]:
        return tuple(one for one in reaches if (one.agent, one.surface) == (record.agent, record.surface))

    return build([assessment], records, derive, scoring, {"acme": make.provider()})[0][0]


def offered(make: SimpleNamespace, scoring: Scoring, reach: Reach, record: Any = None, **given: Any) -> list[Fix]:
    finding = found(make, scoring, (reach,), **given)
    held = record or make.record(reach.agent, surface=reach.surface)
    return list(candidate_fixes([finding], [held], {"acme": make.provider().remediation}))


def by_kind(fixes: list[Fix], kind: FixKind) -> Fix:
    return next(fix for fix in fixes if fix.kind is kind)


def test_a_working_credential_can_be_revoked_replaced_and_moved(make: SimpleNamespace, scoring: Scoring) -> None:
    fixes = offered(make, scoring, make.reach())
    revoke, narrow, move = (by_kind(fixes, kind) for kind in (FixKind.REVOKE, FixKind.NARROW, FixKind.MOVE))
    assert (revoke.edit, revoke.cost) == ("acme.example/tokens, delete the token.", 4)
    assert "a token for one project" in narrow.edit
    assert "scripts/domains.sh:14" in move.edit
    assert move.cost == 3
    assert all(fix.cuts for fix in fixes)


@pytest.mark.parametrize(
    "given", [{"tracked": True}, {"origin": Origin.COMMIT}, {"origin": Origin.TRANSCRIPT}, {"origin": Origin.HISTORY}]
)
def test_what_has_been_copied_away_must_be_rotated_not_moved(
    make: SimpleNamespace, scoring: Scoring, given: dict[str, Any]
) -> None:
    place = make.location(origin=given.get("origin", Origin.FILE))
    credential = make.credential(places=(place,), tracked=given.get("tracked"))
    kinds = {fix.kind for fix in offered(make, scoring, make.reach(location=place), credential=credential)}
    assert FixKind.ROTATE in kinds
    assert FixKind.MOVE not in kinds


def test_a_dead_value_is_deleted_and_a_public_one_limited(make: SimpleNamespace, scoring: Scoring) -> None:
    dead = offered(make, scoring, make.reach(), state=State.INACTIVE)
    assert dead[0].kind is FixKind.MOVE
    assert dead[0].cost == 1
    assert "Delete the value from scripts/domains.sh:14" in dead[0].edit
    public = offered(make, scoring, make.reach(), state=State.PUBLIC)
    assert [fix.kind for fix in public] == [FixKind.NARROW]


def test_a_value_in_an_agents_configuration_is_replaced_by_a_reference(make: SimpleNamespace, scoring: Scoring) -> None:
    places = (make.location(".mcp.json", 5, Origin.AGENT_CONFIG), make.location("b.env", 1))
    fixes = offered(make, scoring, make.reach(location=places[0]), credential=make.credential(places=places))
    assert ".mcp.json:5" in by_kind(fixes, FixKind.MCP).edit


def test_a_provider_without_remediation_still_has_a_way_out(make: SimpleNamespace, scoring: Scoring) -> None:
    finding = found(make, scoring, (make.reach(),))
    fixes = candidate_fixes([finding], [], {})
    assert fixes[0].kind is FixKind.REVOKE
    assert fixes[0].edit


def test_settings_name_the_file_and_the_line(make: SimpleNamespace, scoring: Scoring) -> None:
    reach = make.reach(agent="claude-code", surface="cli")
    fixes = offered(make, scoring, reach)
    assert '"Read(//repo/scripts/domains.sh)" to permissions.deny' in by_kind(fixes, FixKind.DENY_READ).edit
    assert by_kind(fixes, FixKind.DENY_READ).cost == 1
    assert '"sandbox": {"enabled": true' in by_kind(fixes, FixKind.SANDBOX).edit
    assert "permissions.defaultMode" in by_kind(fixes, FixKind.APPROVAL).edit


def test_a_path_in_the_home_is_written_as_one(make: SimpleNamespace, scoring: Scoring) -> None:
    place = make.location("~/.railway/config.json", 3)
    reach = make.reach(Means.VIA_SHELL, agent="claude-code", surface="cli", location=place)
    fixes = offered(make, scoring, reach, credential=make.credential(places=(place,)))
    assert '"Read(~/.railway/config.json)"' in by_kind(fixes, FixKind.DENY_READ).edit


def test_an_ignore_file_is_no_fix_for_the_shell_nor_for_files_outside(make: SimpleNamespace, scoring: Scoring) -> None:
    shell = offered(make, scoring, make.reach(Means.VIA_SHELL, agent="cursor"))
    assert FixKind.DENY_READ not in {fix.kind for fix in shell}
    place = make.location("~/.npmrc", 1)
    home = make.credential(places=(place,))
    direct = offered(make, scoring, make.reach(agent="gemini", surface="cli", location=place), credential=home)
    assert FixKind.DENY_READ not in {fix.kind for fix in direct}


def test_undoing_what_removed_the_question_is_part_of_the_fix(make: SimpleNamespace, scoring: Scoring) -> None:
    removers = (
        Evidence(".claude/settings.json", "permissions.defaultMode", "bypassPermissions", 4),
        Evidence("~/.claude/settings.json", "permissions.allow", "Bash(*)", 9),
    )
    record = make.record("claude-code", surface="cli", approval_removers=removers)
    fixes = offered(make, scoring, make.reach(agent="claude-code", surface="cli"), record)
    approval = by_kind(fixes, FixKind.APPROVAL)
    assert ".claude/settings.json:4 sets permissions.defaultMode to bypassPermissions" in approval.edit
    assert approval.cost == 2


def test_nobody_is_asked_where_nobody_sits(make: SimpleNamespace, scoring: Scoring) -> None:
    for surface in ("headless", "ci", "cloud"):
        fixes = offered(make, scoring, make.reach(agent="codex", surface=surface))
        assert FixKind.APPROVAL not in {fix.kind for fix in fixes}


def test_inherited_variables_are_filtered_together_unless_a_file_injects_them(
    make: SimpleNamespace, scoring: Scoring
) -> None:
    place = make.location("environment", 0, Origin.ENVIRONMENT)
    credential = make.credential(places=(place,))
    reach = make.reach(Means.INHERITED, agent="codex", surface="cli", location=place)
    fixes = offered(make, scoring, reach, credential=credential)
    assert by_kind(fixes, FixKind.ENV_FILTER).subject == ("ACME_TOKEN",)
    assert "ACME_TOKEN to exclude" in by_kind(fixes, FixKind.ENV_FILTER).edit


def test_an_approved_tool_server_is_asked_again(make: SimpleNamespace, scoring: Scoring) -> None:
    server = McpServer("fs", "stdio", "npx fs", Evidence(".mcp.json", "mcpServers.fs", line=2), auto_approved="all")
    record = make.record("codex", surface="cli", mcp=(server,))
    reach = make.reach(Means.VIA_MCP, agent="codex", surface="cli", route="MCP server fs")
    fix = by_kind(offered(make, scoring, reach, record), FixKind.MCP)
    assert fix.subject == ("fs",)
    assert ".mcp.json:2" in fix.edit


def test_a_gate_that_already_asks_gets_no_setting(make: SimpleNamespace, scoring: Scoring) -> None:
    reach = make.reach(Means.WITH_APPROVAL, Use.WITH_APPROVAL)
    assert all(not fix.agent for fix in offered(make, scoring, reach))


def test_a_boxed_agent_is_not_put_into_a_container_again(make: SimpleNamespace, scoring: Scoring) -> None:
    record = make.record("cursor", sandbox=Sandbox(kind="container"))
    assert FixKind.SANDBOX not in {fix.kind for fix in offered(make, scoring, make.reach(), record)}
    assert FixKind.SANDBOX in {fix.kind for fix in offered(make, scoring, make.reach())}


def test_ids_are_stable_and_each_is_one_change(make: SimpleNamespace, scoring: Scoring) -> None:
    first, again = (offered(make, scoring, make.reach(agent="claude-code", surface="cli")) for _ in range(2))
    assert [fix.id for fix in first] == [fix.id for fix in again]
    assert len({fix.id for fix in first}) == len(first)
    assert all(fix.id.startswith("FX-") and len(fix.id) == 11 for fix in first)


def test_an_agent_with_two_surfaces_is_told_apart(make: SimpleNamespace, scoring: Scoring) -> None:
    reaches = (make.reach(agent="cursor"), make.reach(agent="cursor", surface="cli"))
    finding = found(make, scoring, reaches)
    records = [make.record("cursor"), make.record("cursor", surface="cli")]
    titles = [fix.title for fix in candidate_fixes([finding], records, {}) if fix.kind is FixKind.APPROVAL]
    assert titles == ["Cursor (ide): ask before commands run", "Cursor (cli): ask before commands run"]


def test_the_remedies_are_for_known_agents_and_can_be_written_out() -> None:
    assert {name.partition("/")[0] for name in REMEDIES} <= set(AGENT_IDS)
    for remedies in REMEDIES.values():
        settings = (remedies.deny, remedies.box, remedies.ask, remedies.env)
        for one in filter(None, settings):
            written = one.edit.format(path="/r/.env", rule=".env", names="A and B", server="fs")
            assert "{{" not in written
            assert one.file
            assert not one.url or one.url.startswith("https://")
        assert remedies.deny is None or remedies.deny.enforced_for is not EnforcedFor.INDEX
    assert of("cursor", "cli") is not of("cursor", "ide")
    assert of("nobody", "cli").ask is None
