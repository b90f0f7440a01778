"""From assessments and agents to findings: every reach, the score of the worst, its path, and the fixes that cut it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from auditor.exposure.fixes import candidate_fixes
from auditor.exposure.paths import chain
from auditor.exposure.score import score, worst
from auditor.exposure.scoring import Scoring
from auditor.exposure.taxonomy import Taxonomy, checks, tags
from auditor.exposure.whatif import Derive, Grounds, WhatIf
from auditor.model.agent import AgentRecord
from auditor.model.credential import Assessment
from auditor.model.exposure import Exposure, Finding, Fix, Reach
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
    """The fixes with the cuts that a re-evaluation bears out; a setting that cuts nothing is no fix.

    An agent's setting is judged by what that agent alone can do, so that it counts even while another agent is as bad.
    """
    judged: dict[tuple[str, str], WhatIf] = {}
    kept = []
    for fix in fixes:
        if not fix.agent:
            kept.append(fix)
            continue
        who = (fix.agent, fix.surface)
        if who not in judged:
            judged[who] = _alone(who, findings, fixes, grounds)
        cuts = tuple(name for name in fix.cuts if _worth(judged[who], name, fix.id))
        if cuts:
            kept.append(replace(fix, cuts=cuts))
    return tuple(kept)


def _alone(who: tuple[str, str], findings: Sequence[Finding], fixes: tuple[Fix, ...], grounds: Grounds) -> WhatIf:
    """What would be if this agent were the only one."""
    own = tuple(record for record in grounds.records if (record.agent, record.surface) == who)
    offered = [fix for fix in fixes if (fix.agent, fix.surface) == who]
    asked = {name for fix in offered for name in fix.cuts}
    seen = []
    for finding in findings:
        if finding.id not in asked:
            continue
        reaches = tuple(one for one in finding.exposure.reaches if (one.agent, one.surface) == who)
        only = replace(finding.exposure, reaches=reaches)
        alone = score(only.assessment, reaches, grounds.scoring)
        seen.append(replace(finding, exposure=only, score=alone))
    return WhatIf(seen, offered, replace(grounds, records=own))


def _worth(judged: WhatIf, finding: str, fix: str) -> bool:
    before, after = judged.one(finding, frozenset()), judged.one(finding, frozenset({fix}))
    return before is not None and (after is None or after.value <= _WORTH * before.value)
