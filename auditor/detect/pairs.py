"""Values that belong together: a key id and its secret become one credential with a part."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.detect.candidates import Candidate
from auditor.model.credential import Confidence, Part
from auditor.model.frozen import frozen, replace
from auditor.model.secret import Secret

_NEAR_LINES = 10


@frozen
class Paired:
    """A candidate with the parts that were found beside it."""

    candidate: Candidate
    parts: tuple[Part, ...]


def paired(candidates: Sequence[Candidate], data: bytes) -> list[Paired]:
    """Join each candidate with the nearest value of the kinds it pairs with; absorbed identifiers disappear.

    A lone identifier stays, at low confidence; a secret that needs its other half and has none drops to low.
    """
    taken: set[int] = set()
    found: list[tuple[Candidate, tuple[Part, ...]]] = []
    for candidate in candidates:
        detector = candidate.detector
        if detector is None or detector.identifier or not detector.pairs:
            found.append((candidate, ()))
            continue
        partners = [p for p in (_nearest(candidate, name, candidates, data) for name in detector.pairs) if p]
        taken.update(id(p) for p in partners if p.detector and p.detector.identifier)
        lowered = detector.needs_pair and not partners
        found.append((_low(candidate) if lowered else candidate, tuple(_part(p, data) for p in partners)))
    return [Paired(_lone(c), parts) for c, parts in found if id(c) not in taken]


def _nearest(candidate: Candidate, rule: str, candidates: Sequence[Candidate], data: bytes) -> Candidate | None:
    others = [c for c in candidates if c.rule == rule and c is not candidate]
    best = min(others, key=lambda c: abs(c.start - candidate.start), default=None)
    if best is None:
        return None
    low, high = sorted((best.start, candidate.start))
    return best if len(others) == 1 or data.count(b"\n", low, high) <= _NEAR_LINES else None


def _part(candidate: Candidate, data: bytes) -> Part:
    value = data[candidate.start : candidate.end].decode("utf-8", "surrogateescape")
    public = bool(candidate.detector and candidate.detector.identifier)
    return Part(candidate.rule, Secret(value), public)


def _lone(candidate: Candidate) -> Candidate:
    return _low(candidate) if candidate.detector and candidate.detector.identifier else candidate


def _low(candidate: Candidate) -> Candidate:
    return replace(candidate, confidence=Confidence.LOW)
