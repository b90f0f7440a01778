"""From assessments and agents to findings: every reach, the score of the worst, its path, and the fixes that cut it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from auditor.exposure.fixes import candidate_fixes
from auditor.exposure.paths import chain
from auditor.exposure.score import score, weight, worst
from auditor.exposure.scoring import Scoring
from auditor.exposure.taxonomy import Taxonomy, checks, tags
from auditor.exposure.transform import on_record
from auditor.exposure.whatif import Derive, Grounds
from auditor.model.agent import AgentRecord
from auditor.model.credential import Assessment
from auditor.model.exposure import Exposure, Finding, Fix, Reach
from auditor.model.frozen import replace
from auditor.rulebook.schema import Provider

# A setting counts as cutting a finding when it takes at least a tenth off the score that its agent alone gives.
_WORTH = 0.9


def build(
    assessments: Iterable[Assessment],
    records: Sequence[AgentRecord],
    derive: Derive,
    scoring: Scoring,
    providers: Mapping[str, Provider],
    *,
    taxonomy: Taxonomy | None = None,
) -> tuple[tuple[Finding, ...], tuple[Fix, ...]]:
    """Return findings, worst first, and every fix that cuts at least one of them.

    ``derive`` gives one agent's reach to one credential; ``providers`` are by id, and one that is missing only means
    unknown hosts and a plain remedy. Without ``taxonomy`` findings carry no tags.
    """
    hosts = {name: provider.hosts for name, provider in providers.items()}
    grounds = Grounds(tuple(records), derive, scoring, hosts)
    found = sorted((_finding(one, grounds, taxonomy) for one in assessments), key=_order)
    remediation = {name: provider.remediation for name, provider in providers.items()}
    fixes = _proven(candidate_fixes(found, records, remediation), found, grounds)
    by_finding: dict[str, list[str]] = defaultdict(list)
    for fix in fixes:
        for name in fix.cuts:
            by_finding[name].append(fix.id)
    return tuple(replace(one, fixes=tuple(by_finding[one.id])) for one in found), fixes


def finding_id(fingerprint: str, rule: str) -> str:
    """A short name that stays the same while value and rule do, wherever the value moves."""
    return "AX-" + hashlib.sha256(f"{fingerprint}\0{rule}".encode()).hexdigest()[:8]


def ordered(reaches: Iterable[Reach]) -> tuple[Reach, ...]:
    """Reaches by agent and surface, each agent's weakest barrier first."""
    return tuple(sorted(reaches, key=lambda one: (one.agent, one.surface, -one.means, -one.use, one.location)))


def _finding(assessment: Assessment, grounds: Grounds, taxonomy: Taxonomy | None) -> Finding:
    reaches = ordered(reach for record in grounds.records for reach in grounds.reaches(record, assessment))
    exposure = Exposure(assessment, reaches)
    credential = assessment.credential
    return Finding(
        id=finding_id(credential.fingerprint, credential.rule),
        exposure=exposure,
        score=score(assessment, reaches, grounds.scoring),
        path=chain(exposure, worst(reaches, grounds.scoring)),
        fixes=(),
        taxonomy=tags(checks(assessment, reaches), taxonomy) if taxonomy else (),
    )


def _order(finding: Finding) -> tuple[int, str, int, int, str, str]:
    credential = finding.exposure.assessment.credential
    where = credential.location
    return (-finding.score.value, where.path, where.line, where.column, credential.rule, credential.fingerprint)


def _proven(fixes: tuple[Fix, ...], findings: Sequence[Finding], grounds: Grounds) -> tuple[Fix, ...]:
    """The fixes with the cuts that a new derivation bears out; a setting that cuts nothing is no fix.

    An agent's setting is judged by what that agent alone can do, so that it counts even while another agent is as bad.
    """
    by_id = {one.id: one.exposure for one in findings}
    kept = []
    for fix in fixes:
        if not fix.agent:
            kept.append(fix)
            continue
        own = [record for record in grounds.records if (record.agent, record.surface) == (fix.agent, fix.surface)]
        changed = replace(grounds, records=tuple(on_record(fix, record) for record in own))
        cuts = tuple(name for name in fix.cuts if _worth(fix, by_id[name], changed))
        if cuts:
            kept.append(replace(fix, cuts=cuts))
    return tuple(kept)


def _worth(fix: Fix, exposure: Exposure, changed: Grounds) -> bool:
    """Whether what the agent can do with the credential weighs a tenth less under the fix; all else stays the same."""
    held = (one for one in exposure.reaches if (one.agent, one.surface) == (fix.agent, fix.surface))
    before = max((weight(one, changed.scoring) for one in held), default=0.0)
    left = (one for record in changed.records for one in changed.reaches(record, exposure.assessment))
    return max((weight(one, changed.scoring) for one in left), default=0.0) <= _WORTH * before
