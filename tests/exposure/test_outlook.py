from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from auditor.exposure.outlook import outlook
from auditor.exposure.scoring import Scoring
from auditor.exposure.whatif import Grounds
from auditor.model import Assessment, Band, Finding, Fix, FixKind, Means, Power, Reach, Use


def grounds(scoring: Scoring, *reaches: Reach) -> Grounds:
    return Grounds((), lambda _record, _assessment, *, hosts=(): reaches, scoring, {})


def finding(make: SimpleNamespace, scoring: Scoring, assessment: Assessment, *reaches: Reach) -> Finding:
    from auditor.exposure.score import score
    from auditor.model import Exposure

    exposure = Exposure(assessment, reaches)
    return Finding("AX-00000001", exposure, score(assessment, reaches, scoring), (), ("FX-1", "FX-2"))


def fixes(assessment: Assessment) -> tuple[Fix, ...]:
    subject = (assessment.credential.fingerprint,)
    return (
        Fix("FX-1", "Revoke it", FixKind.REVOKE, ("AX-00000001",), 4, subject=subject),
        Fix("FX-2", "Move it", FixKind.MOVE, ("AX-00000001",), 3, subject=subject),
    )


def test_every_fix_says_what_it_alone_would_do(make: SimpleNamespace, scoring: Scoring) -> None:
    assessment = make.assessment(Power.DESTROY)
    found = finding(make, scoring, assessment, make.reach())
    (seen,), _ = outlook([found], fixes(assessment), grounds(scoring), below=Band.HIGH)
    revoked, moved = seen.effects
    assert (revoked.fix, revoked.band) == ("FX-1", Band.LOW)
    assert (moved.fix, moved.score, moved.band) == ("FX-2", None, None)


def test_the_worst_reach_is_the_one_that_makes_the_score(make: SimpleNamespace, scoring: Scoring) -> None:
    open_, asked = make.reach(Means.VIA_SHELL, Use.FREE, "b"), make.reach(Means.DIRECT, Use.WITH_APPROVAL, "a")
    found = finding(make, scoring, make.assessment(Power.DESTROY), asked, open_)
    (seen,), _ = outlook([found], (), grounds(scoring), below=Band.HIGH)
    assert seen.worst == open_


def test_the_cut_is_the_cheapest_that_is_enough(make: SimpleNamespace, scoring: Scoring) -> None:
    assessment = make.assessment(Power.DESTROY)
    found = finding(make, scoring, assessment, make.reach())
    _, cut = outlook([found], fixes(assessment), grounds(scoring), below=Band.HIGH)
    assert cut is not None
    assert (cut.below, cut.fixes, cut.cost, cut.findings, cut.left) == (Band.HIGH, ("FX-2",), 3, ("AX-00000001",), ())


def test_there_is_no_cut_where_nothing_is_high(make: SimpleNamespace, scoring: Scoring) -> None:
    assessment = make.assessment(Power.READ)
    found = finding(make, scoring, assessment, make.reach(Means.NONE, Use.NONE))
    assert outlook([found], fixes(assessment), grounds(scoring), below=Band.HIGH)[1] is None


def test_suppressed_findings_ask_for_no_cut(make: SimpleNamespace, scoring: Scoring) -> None:
    assessment = make.assessment(Power.DESTROY)
    found = replace(finding(make, scoring, assessment, make.reach()), suppressed="baseline")
    assert outlook([found], fixes(assessment), grounds(scoring), below=Band.HIGH)[1] is None


def test_there_is_no_cut_where_no_change_is_enough(make: SimpleNamespace, scoring: Scoring) -> None:
    found = replace(finding(make, scoring, make.assessment(Power.DESTROY), make.reach()), fixes=())
    assert outlook([found], (), grounds(scoring), below=Band.HIGH)[1] is None
