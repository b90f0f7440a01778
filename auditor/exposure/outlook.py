"""What could be done about the findings: which reach is the worst, what each fix alone would do, and the cheapest cut.

Every number comes from deriving reach and score again under the fix; nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.exposure.plan import plan
from auditor.exposure.score import worst
from auditor.exposure.whatif import Grounds, WhatIf
from auditor.model.exposure import Band, Cut, Effect, Finding, Fix
from auditor.model.frozen import replace


def outlook(
    findings: Sequence[Finding], fixes: Sequence[Fix], grounds: Grounds, *, below: Band
) -> tuple[tuple[Finding, ...], Cut | None]:
    """Return the findings with their worst reach and the effects of their fixes, and the cheapest cut.

    The cut takes findings below the band ``below``; None when no finding stands there, or no fix takes one away.
    """
    what_if = WhatIf(findings, fixes, grounds)
    seen = tuple(
        replace(
            finding,
            worst=worst(finding.exposure.reaches, grounds.scoring),
            effects=tuple(_effect(what_if, finding.id, fix) for fix in finding.fixes),
        )
        for finding in findings
    )
    return seen, _cut(findings, fixes, grounds, what_if, below)


def _effect(what_if: WhatIf, finding: str, fix: str) -> Effect:
    after = what_if.one(finding, frozenset({fix}))
    return Effect(fix, after.value if after else None, after.band if after else None)


def _cut(
    findings: Sequence[Finding], fixes: Sequence[Fix], grounds: Grounds, what_if: WhatIf, below: Band
) -> Cut | None:
    if not any(one.score.band >= below and not one.suppressed for one in findings):
        return None
    found = plan(findings, grounds.records, fixes, below=below, re_evaluate=what_if)
    if not found.cut:
        return None
    return Cut(below, tuple(fix.id for fix in found.fixes), found.cost, found.cut, found.left, found.exact)
