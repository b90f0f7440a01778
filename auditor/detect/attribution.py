"""Whose credential a generic value is, when its name, its file or the hosts beside it tell."""

from __future__ import annotations

import re

from auditor.detect.candidates import Candidate, Page
from auditor.detect.keynames import normalised
from auditor.detect.values import is_identifier_like
from auditor.model.credential import Confidence
from auditor.model.frozen import replace
from auditor.rulebook.book import Rulebook, Voucher

_HOST_BYTES = 3000
_RANK = 20
_SPELLED, _WORD, _HOST = 3, 2, 1


def attribute(candidate: Candidate, page: Page, book: Rulebook) -> Candidate:
    """Return ``candidate`` as a value of the one provider that its key path, path or nearby hosts vouch for."""
    value = page.text(candidate.start, candidate.end)
    if is_identifier_like(value):
        return candidate
    if candidate.detector is not None:
        return candidate
    name = f"{page.path}\n{candidate.key}".lower()
    spelled = normalised(candidate.key)
    near = page.data[max(0, candidate.start - _HOST_BYTES) : candidate.end + _HOST_BYTES].lower()
    ranked = [(_strength(v, spelled, name, near), v) for v in book.vouchers]
    fitting = [(strength, v) for strength, v in ranked if strength and _fits(v, value, candidate.key)]
    if not fitting:
        return candidate
    strength, voucher = max(fitting, key=lambda pair: (pair[0], -pair[1].number))
    detector = book.detector(voucher.number)
    confidence = max(Confidence.MEDIUM, min(candidate.confidence, detector.confidence))
    if strength == _SPELLED:
        confidence = Confidence.HIGH
    return replace(candidate, rule=detector.id, detector=detector, confidence=confidence, rank=_RANK)


def _strength(voucher: Voucher, spelled: str, name: str, near: bytes) -> int:
    """How strongly the surroundings vouch: the key path spells the name, holds a word, or a host stands near."""
    if any(spelled.endswith(key) for key in voucher.keys):
        return _SPELLED
    if any(word in name for word in voucher.words):
        return _WORD
    return _HOST if any(host.encode() in near for host in voucher.hosts) else 0


def _fits(voucher: Voucher, value: str, key: str) -> bool:
    if any(re.search(pattern, key) for pattern in voucher.not_keys):
        return False
    return re.fullmatch(voucher.regex, value, re.IGNORECASE if voucher.ignore_case else 0) is not None
