"""From assessments and agents to findings, fixes, what-ifs and the plan, with the real derivation of reach."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.agents.reach import derive
from auditor.exposure.findings import build, finding_id
from auditor.exposure.plan import Plan, plan
from auditor.exposure.score import score
from auditor.exposure.scoring import Scoring
from auditor.exposure.taxonomy import load as load_taxonomy
from auditor.exposure.transform import Inputs, apply, in_order
from auditor.exposure.whatif import Grounds, WhatIf
from auditor.model import (
    AgentRecord,
    Approval,
    Assessment,
    Backups,
    Band,
    CommandClass,
    CommandVerdict,
    Environment,
    ExecMode,
    ExecReach,
    Finding,
    Fix,
    FixKind,
    LifetimeKind,
    Means,
    NetworkMode,
    NetworkReach,
    OnOutside,
    Power,
    ReadBase,
    ReadReach,
    State,
    Verdict,
)

HOSTS = {"acme": ("api.acme.example",)}


def agent(make: SimpleNamespace, name: str, verdict: Verdict = Verdict.ALLOW, surface: str = "cli") -> AgentRecord:
    mode = {Verdict.ALLOW: ExecMode.FREE, Verdict.CLASSIFIED: ExecMode.RISK_BASED}.get(verdict, ExecMode.ASK)
    return make.record(
        name,
        surface=surface,
        read=ReadReach(ReadBase.WORKSPACE, OnOutside.DENY, ("/repo",)),
        exec=ExecReach(mode, verdicts=tuple(CommandVerdict(one, verdict, "") for one in CommandClass)),
        network=NetworkReach(NetworkMode.FREE),
        approval=Approval.NEVER if verdict is Verdict.ALLOW else Approval.ON_REQUEST,
    )


def built(
    make: SimpleNamespace, scoring: Scoring, assessments: list[Assessment], records: list[AgentRecord]
) -> tuple[tuple[Finding, ...], tuple[Fix, ...]]:
    return build(assessments, records, derive, scoring, {"acme": make.provider()})


def grounds(scoring: Scoring, records: list[AgentRecord]) -> Grounds:
    return Grounds(tuple(records), derive, scoring, HOSTS)


def many(make: SimpleNamespace, count: int, seed: int = 7) -> list[Assessment]:
    chance = random.Random(seed)
    return [
        make.assessment(
            *chance.sample(list(Power), chance.randint(1, 6)),
            number=number,
            places=(make.location(f"d{number % 5}/f{number}.env", number + 1),),
            environment=chance.choice(list(Environment)),
            kind=chance.choice(list(LifetimeKind)),
            backups=chance.choice(list(Backups)),
            tracked=chance.random() < 0.5,
        )
        for number in range(count)
    ]


def test_findings_come_worst_first_and_then_by_place(make: SimpleNamespace, scoring: Scoring) -> None:
    findings, _ = built(make, scoring, many(make, 30), [agent(make, "codex")])
    keys = [
        (
            -one.score.value,
            one.exposure.assessment.credential.location.path,
            one.exposure.assessment.credential.location.line,
        )
        for one in findings
    ]
    assert keys == sorted(keys)
    assert len({one.id for one in findings}) == 30


def test_the_order_of_credentials_does_not_matter(make: SimpleNamespace, scoring: Scoring) -> None:
    assessments = many(make, 12)
    shuffled = random.Random(1).sample(assessments, len(assessments))
    records = [agent(make, "codex"), agent(make, "claude-code")]
    assert built(make, scoring, shuffled, records) == built(make, scoring, assessments, records)


def test_a_findings_id_outlives_a_move_but_not_another_value(make: SimpleNamespace) -> None:
    assert finding_id("aa1:0", "rule") == finding_id("aa1:0", "rule")
    assert finding_id("aa1:0", "rule") != finding_id("aa1:1", "rule")
    assert finding_id("aa1:0", "rule").startswith("AX-")
    assert len(finding_id("aa1:0", "rule")) == 11


def test_a_finding_carries_every_agents_reach_best_first(make: SimpleNamespace, scoring: Scoring) -> None:
    places = (make.location("~/.config/a", 1), make.location("b.env", 2))
    found = make.assessment(*Power, credential=make.credential(places=places))
    records = [agent(make, "gemini", Verdict.ASK), agent(make, "codex")]
    finding = built(make, scoring, [found], records)[0][0]
    told = [(one.agent, one.means) for one in finding.exposure.reaches]
    assert told == [
        ("codex", Means.DIRECT),
        ("codex", Means.VIA_SHELL),
        ("gemini", Means.DIRECT),
        ("gemini", Means.WITH_APPROVAL),
    ]


def test_every_finding_has_a_fix_and_every_fix_names_findings_that_name_it(
    make: SimpleNamespace, scoring: Scoring
) -> None:
    assessments = [
        *many(make, 20),
        make.assessment(number=90, state=State.PUBLIC),
        make.assessment(number=91, state=State.INACTIVE),
    ]
    findings, fixes = built(make, scoring, assessments, [agent(make, "codex"), agent(make, "cursor", surface="ide")])
    by_id = {fix.id: fix for fix in fixes}
    assert all(one.fixes for one in findings)
    for finding in findings:
        assert all(finding.id in by_id[name].cuts for name in finding.fixes)
    for fix in fixes:
        assert fix.cuts
        assert 1 <= fix.cost <= 5


def test_a_setting_that_would_change_nothing_is_not_offered(make: SimpleNamespace, scoring: Scoring) -> None:
    # With a free shell a read rule of Claude Code only sends the agent from its file tool to another program.
    fixes = built(make, scoring, [make.assessment(*Power)], [agent(make, "claude-code")])[1]
    kinds = {fix.kind for fix in fixes if fix.agent}
    assert FixKind.DENY_READ not in kinds
    assert {FixKind.APPROVAL, FixKind.SANDBOX} <= kinds
    # Where each command is asked for, the same rule leaves only the question.
    asked = built(make, scoring, [make.assessment(*Power)], [agent(make, "claude-code", Verdict.ASK)])[1]
    assert FixKind.DENY_READ in {fix.kind for fix in asked if fix.agent}


def test_tags_come_with_a_taxonomy_only(make: SimpleNamespace, scoring: Scoring) -> None:
    taxonomy = load_taxonomy(make.root / "rules" / "taxonomy.yaml")
    given = ([make.assessment(*Power)], [agent(make, "codex")], derive, scoring, {})
    assert build(*given)[0][0].taxonomy == ()
    assert "owasp-asi/ASI03" in build(*given, taxonomy=taxonomy)[0][0].taxonomy


def test_what_if_answers_as_deriving_everything_again_would(make: SimpleNamespace, scoring: Scoring) -> None:
    records = [
        agent(make, "codex"),
        agent(make, "claude-code", Verdict.CLASSIFIED),
        agent(make, "cursor", surface="ide"),
    ]
    assessments = many(make, 15)
    findings, fixes = built(make, scoring, assessments, records)
    whatif = WhatIf(findings, fixes, grounds(scoring, records))
    chance = random.Random(3)
    for _ in range(25):
        some = in_order(chance.sample(fixes, chance.randint(0, 4)))
        inputs = Inputs(tuple(records), tuple(assessments))
        for fix in some:
            inputs = apply(fix, inputs)
        again = {
            finding_id(one.credential.fingerprint, one.credential.rule): score(
                one,
                [reach for record in inputs.records for reach in derive(record, one, hosts=HOSTS["acme"])],
                scoring,
            ).value
            for one in inputs.assessments
        }
        answer = {name: value.value for name, value in whatif(frozenset(fix.id for fix in some)).items()}
        touched = {name for fix in some for name in fix.cuts}
        assert {name: answer.get(name) for name in touched} == {name: again.get(name) for name in touched}
        assert len(answer) == len(again)


def planned(
    make: SimpleNamespace, scoring: Scoring, assessments: list[Any], records: list[AgentRecord], below: Band
) -> Plan:
    findings, fixes = built(make, scoring, assessments, records)
    return plan(findings, records, fixes, below=below, re_evaluate=WhatIf(findings, fixes, grounds(scoring, records)))


def test_one_line_that_closes_all_beats_many_revocations(make: SimpleNamespace, scoring: Scoring) -> None:
    assessments = [
        make.assessment(Power.READ, Power.WRITE, Power.SPEND, number=number, places=(make.location(f"f{number}", 1),))
        for number in range(5)
    ]
    found = planned(make, scoring, assessments, [agent(make, "codex")], Band.HIGH)
    assert [fix.kind for fix in found.fixes] == [FixKind.APPROVAL]
    assert (found.cost, found.lower_bound, found.exact) == (1, 1, True)
    assert len(found.cut) == 5
    assert found.sentence == '1 change takes 5 credentials below "high"'
    assert found.agents == ("codex",)
    assert all(value.band < Band.HIGH for value in found.after.values())


def test_every_agent_in_the_way_has_to_be_dealt_with(make: SimpleNamespace, scoring: Scoring) -> None:
    assessments = [
        make.assessment(Power.WRITE, Power.SPEND, number=number, places=(make.location(f"f{number}", 1),))
        for number in range(4)
    ]
    records = [agent(make, "codex"), agent(make, "opencode"), agent(make, "goose")]
    found = planned(make, scoring, assessments, records, Band.HIGH)
    assert sorted(fix.agent for fix in found.fixes) == ["codex", "goose", "opencode"]
    assert found.exact


def test_a_single_credential_behind_many_agents_is_cheaper_to_move(make: SimpleNamespace, scoring: Scoring) -> None:
    records = [agent(make, name) for name in ("codex", "opencode", "goose", "kiro", "amp")]
    found = planned(make, scoring, [make.assessment(Power.WRITE, Power.SPEND)], records, Band.HIGH)
    assert [fix.kind for fix in found.fixes] == [FixKind.MOVE]
    assert found.after == {}


def test_a_plan_for_nothing_is_empty(make: SimpleNamespace, scoring: Scoring) -> None:
    found = planned(make, scoring, [make.assessment(state=State.PUBLIC)], [agent(make, "codex")], Band.HIGH)
    assert (found.fixes, found.cost, found.exact, found.cut, found.left) == ((), 0, True, (), ())


def test_what_no_fix_closes_is_said(make: SimpleNamespace, scoring: Scoring) -> None:
    records = [agent(make, "codex")]
    findings, _ = built(make, scoring, [make.assessment(*Power)], records)
    found = plan(findings, records, (), below=Band.LOW, re_evaluate=WhatIf(findings, (), grounds(scoring, records)))
    assert found.left == (findings[0].id,)
    assert found.fixes == ()


@pytest.mark.parametrize("below", [Band.CRITICAL, Band.HIGH, Band.MEDIUM, Band.LOW])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plan_takes_everything_it_cuts_below_the_band_and_needs_each_of_its_fixes(
    make: SimpleNamespace, scoring: Scoring, below: Band, seed: int
) -> None:
    records = [
        agent(make, "codex"),
        agent(make, "claude-code", Verdict.CLASSIFIED),
        agent(make, "cursor", surface="ide"),
    ]
    findings, fixes = built(make, scoring, many(make, 12, seed), records)
    whatif = WhatIf(findings, fixes, grounds(scoring, records))
    found = plan(findings, records, fixes, below=below, re_evaluate=whatif)

    def left_open(names: frozenset[str]) -> set[str]:
        scores = whatif(names)
        return {one for one in found.cut if one in scores and scores[one].band >= below}

    chosen = frozenset(fix.id for fix in found.fixes)
    assert not left_open(chosen)
    assert all(left_open(chosen - {name}) for name in chosen)
    assert found.lower_bound <= found.cost
    assert found.cost == sum(fix.cost for fix in found.fixes)
