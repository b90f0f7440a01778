"""A credential with everything that can be known of it offline."""

from __future__ import annotations

from datetime import datetime

from auditor.enrich import decode, lifetime, moments, scope
from auditor.enrich.decode.decoded import Decoded
from auditor.model.credential import Assessment, Basis, Credential, Fact, Lifetime, LifetimeKind, State
from auditor.model.frozen import replace
from auditor.rulebook.schema import Detector, Provider


def assess(
    credential: Credential,
    detector: Detector,
    provider: Provider,
    *,
    now: datetime,
    history: tuple[str, datetime] | None = None,
    file_time: datetime | None = None,
) -> Assessment:
    """Join lifetime, scope, age and state.

    ``now`` is aware. ``history`` is the oldest commit that held the value and its time, ``file_time`` when the file
    it stands in was last written; both may be missing.
    """
    decoded = decode.of(credential, detector)
    life = _aged(lifetime.infer(credential, detector, now=now, decoded=decoded), decoded, now, history, file_time)
    state, note = _state(detector, decoded, life)
    return Assessment(
        credential=credential,
        lifetime=life,
        scope=scope.infer(credential, detector, provider, decoded=decoded),
        state=state,
        state_note=note,
    )


def _aged(
    life: Lifetime,
    decoded: Decoded | None,
    now: datetime,
    history: tuple[str, datetime] | None,
    file_time: datetime | None,
) -> Lifetime:
    """The lifetime with its age: by history, else by the issue date it carries, else by its file."""
    if history is not None:
        said = f"commit {history[0][:7]} already holds it"
        return _since(life, history[1], now, basis=Basis.HISTORY, says=said, commit=history[0])
    if decoded is not None and decoded.issued_at is not None:
        said = f"the {decoded.form} says when it was issued"
        return _since(life, decoded.issued_at, now, basis=decoded.basis, says=said)
    if file_time is not None:
        said = "its file was last written then; it may be older"
        return _since(life, file_time, now, basis=Basis.HISTORY, says=said)
    return life


def _since(
    life: Lifetime, moment: datetime, now: datetime, *, basis: Basis, says: str, commit: str | None = None
) -> Lifetime:
    fact = Fact("first_seen", f"{moments.day(moment)}: {says}", basis)
    days = max((now - moment).days, 0)
    return replace(life, first_seen=moment, first_commit=commit, age_days=days, facts=(*life.facts, fact))


def _state(detector: Detector, decoded: Decoded | None, life: Lifetime) -> tuple[State, str]:
    if detector.public or (decoded is not None and decoded.public):
        return State.PUBLIC, "made to be public"
    if life.kind is LifetimeKind.EXPIRED:
        return State.INACTIVE, "expired"
    if decoded is not None and decoded.locked:
        return State.UNKNOWN, "protected by a passphrase"
    return State.UNKNOWN, ""
