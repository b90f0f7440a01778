"""All sightings of one secret value become one credential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from auditor.model.credential import Credential, Match
from auditor.model.place import Location, Origin, Sighting
from auditor.model.secret import Secret
from auditor.rulebook.schema import Detector, Form

_KEY_ID_DIGITS = 8
_FORMS = {Form.TOKEN: 3, Form.PATTERN: 2, Form.CARRIER: 1, Form.VALUE: 0}
_CATCH_ALL = "generic"
Item = TypeVar("Item")


def join(matches: Iterable[Match], detectors: Mapping[str, Detector], key: bytes) -> tuple[Credential, ...]:
    """Join matches by their value, whatever rule found it; the same matches in any order give the same result.

    The rule that is surest and most specific names the credential; of equals the one whose tokens may do more.
    ``key`` makes the fingerprints. A rule without a detector (a guest's) shows no part of its value.
    """
    by_secret: dict[Secret, list[Match]] = {}
    for match in matches:
        by_secret.setdefault(match.secret, []).append(match)
    joined = (_joined(found, detectors, key) for found in by_secret.values())
    return tuple(sorted(joined, key=lambda one: (one.location, one.rule, one.fingerprint)))


def key_id(key: bytes) -> str:
    """Eight hex digits that tell one fingerprint key from another without giving anything of it away."""
    import hmac

    return hmac.new(key, b"agent-audit key id", "sha256").hexdigest()[:_KEY_ID_DIGITS]


def _joined(matches: list[Match], detectors: Mapping[str, Detector], key: bytes) -> Credential:
    ordered = sorted(matches, key=lambda match: (match.location, match.rule, match.context))
    best = max(ordered, key=lambda match: _rank(match, detectors))
    detector = detectors.get(best.rule)
    return Credential(
        rule=best.rule,
        provider=best.provider,
        title=detector.title if detector else best.rule,
        secret=best.secret,
        fingerprint=best.secret.fingerprint(key, best.provider),
        preview=best.secret.preview(detector.prefix if detector else "", opaque=detector.opaque if detector else True),
        confidence=best.confidence,
        sightings=_sightings(ordered, best.rule),
        parts=_unique(part for match in ordered for part in match.parts),
        sidecars=_unique(pair for match in ordered for pair in match.sidecars),
        nearby=_unique(word for match in ordered for word in match.nearby),
    )


def _rank(match: Match, detectors: Mapping[str, Detector]) -> tuple[int, bool, int, int, int, str]:
    detector = detectors.get(match.rule)
    own = match.provider != _CATCH_ALL
    if detector is None:
        return (match.confidence, own, -1, 0, 0, match.rule)
    return (match.confidence, own, _FORMS[detector.form], len(detector.prefix), len(detector.powers), match.rule)


def _sightings(matches: list[Match], rule: str) -> tuple[Sighting, ...]:
    """One sighting a location; where two rules saw the same place, the winner's words for it.

    What only history holds comes last: people look for a credential where it stands now.
    """
    found: dict[Location, Match] = {}
    for match in matches:
        if match.location not in found or match.rule == rule != found[match.location].rule:
            found[match.location] = match
    return tuple(
        Sighting(match.location, match.real, match.context, match.tracked, match.detail)
        for _, match in sorted(found.items(), key=lambda item: (item[0].origin is Origin.COMMIT, item[0]))
    )


def _unique(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))
