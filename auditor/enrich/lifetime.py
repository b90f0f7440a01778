"""How long a credential lives: the best statement wins, and each is kept with how it is known.

Order: what the credential claims of itself, what its form says, what stands beside it, the provider's rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from auditor.enrich import decode, moments, sidecars
from auditor.enrich.decode.decoded import Decoded
from auditor.enrich.sidecars import Sidecars
from auditor.model.credential import Basis, Credential, Fact, Lifetime, LifetimeKind
from auditor.model.frozen import frozen
from auditor.rulebook.schema import Detector, LifetimeClass, LifetimeRule

_DAY = timedelta(days=1)
_LONG = timedelta(days=90)
_UNENDING = frozenset({LifetimeClass.NEVER, LifetimeClass.NEVER_DEFAULT, LifetimeClass.IDLE})
_BY_DAYS = frozenset({LifetimeClass.DEFAULT, LifetimeClass.MAX, LifetimeClass.SESSION})
_SENTENCES = {
    LifetimeClass.NEVER: "tokens of this kind never expire",
    LifetimeClass.NEVER_DEFAULT: "tokens of this kind never expire unless their owner chose a date",
    LifetimeClass.IDLE: "tokens of this kind live for as long as they are used",
    LifetimeClass.DEFAULT: "tokens of this kind expire when their owner chose it",
    LifetimeClass.MAX: "the provider caps the life of tokens of this kind",
    LifetimeClass.SHORT: "tokens of this kind live minutes or hours",
    LifetimeClass.EMBEDDED: "the expiry stands in the token, and could not be read from it",
    LifetimeClass.SESSION: "the token lives as long as its session",
    LifetimeClass.UNKNOWN: "nothing is known of how long tokens of this kind live",
}


@frozen
class _Answer:
    kind: LifetimeKind
    basis: Basis
    says: str
    expires_at: datetime | None = None


def infer(credential: Credential, detector: Detector, *, now: datetime, decoded: Decoded | None = None) -> Lifetime:
    """Return kind, expiry and the facts behind them, seen at ``now`` (aware).

    ``decoded`` is what ``decode.of`` gave, when the caller has it already. Age is not decided here.
    """
    claims = decoded or decode.of(credential, detector)
    beside = sidecars.read(credential.sidecars)
    answers = tuple(_answers(claims, beside, detector.lifetime, now))
    best = answers[0]
    facts = tuple(Fact("expires_at" if one.expires_at else "kind", one.says, one.basis) for one in answers)
    return Lifetime(
        kind=best.kind,
        expires_at=best.expires_at,
        renewable=beside.renewable,
        basis=best.basis,
        facts=(*facts, *_notes(claims, beside, best)),
    )


def of_date(expires: datetime, issued: datetime | None, now: datetime) -> LifetimeKind:
    """The kind of a life that ends at a known moment; from its expiry on a credential is expired."""
    if expires <= now:
        return LifetimeKind.EXPIRED
    if expires - (issued or now) <= _DAY:
        return LifetimeKind.EPHEMERAL
    return LifetimeKind.LONG_LIVED if expires - now > _LONG else LifetimeKind.EXPIRING


def of_rule(rule: LifetimeRule) -> LifetimeKind:
    """The kind that a provider's rule gives a token of which nothing else is known."""
    if rule.kind in _UNENDING:
        # What dies of an hour without use does not outlive the session that left it behind.
        brief = rule.kind is LifetimeClass.IDLE and 0 < rule.days <= 1
        return LifetimeKind.EPHEMERAL if brief else LifetimeKind.LONG_LIVED
    if rule.kind is LifetimeClass.SHORT:
        return LifetimeKind.EPHEMERAL
    if rule.kind not in _BY_DAYS or not rule.days:
        return LifetimeKind.UNKNOWN
    lasts = timedelta(days=rule.days)
    if lasts <= _DAY:
        return LifetimeKind.EPHEMERAL
    # A cap of ninety days leaves at most ninety; a default of ninety was often raised.
    long = lasts > _LONG or (lasts == _LONG and rule.kind is LifetimeClass.DEFAULT)
    return LifetimeKind.LONG_LIVED if long else LifetimeKind.EXPIRING


def _answers(claims: Decoded | None, beside: Sidecars, rule: LifetimeRule, now: datetime) -> Iterator[_Answer]:
    """Every answer that can be given, best first; the rule always gives one."""
    steps: tuple[Callable[[], _Answer | None], ...] = (
        lambda: _claimed(claims, now),
        lambda: _endless(claims),
        lambda: _beside(beside, now),
        lambda: _brief(claims),
        lambda: _lasting(beside),
    )
    for step in steps:
        answer = step()
        if answer is not None:
            yield answer
    note = f": {rule.note}" if rule.note else ""
    yield _Answer(of_rule(rule), Basis.RULE, _SENTENCES[rule.kind] + note)


def _claimed(claims: Decoded | None, now: datetime) -> _Answer | None:
    if claims is None or claims.expires_at is None:
        return None
    kind = of_date(claims.expires_at, claims.issued_at, now)
    return _Answer(kind, claims.basis, f"the {claims.form} itself {_told(claims.expires_at, now)}", claims.expires_at)


def _endless(claims: Decoded | None) -> _Answer | None:
    if claims is None or not claims.never:
        return None
    said = "carries no expiry" if claims.basis is Basis.CLAIM else "has no expiry by its kind"
    return _Answer(LifetimeKind.LONG_LIVED, claims.basis, f"the {claims.form} {said}: it lives until it is revoked")


def _brief(claims: Decoded | None) -> _Answer | None:
    if claims is None or not claims.brief:
        return None
    return _Answer(LifetimeKind.EPHEMERAL, Basis.FORMAT, f"the {claims.form} is of a kind that lives a day or so")


def _beside(beside: Sidecars, now: datetime) -> _Answer | None:
    if beside.expires_at is not None:
        kind = of_date(beside.expires_at, beside.issued_at, now)
        return _Answer(
            kind, Basis.SIDECAR, f"{beside.name} beside it {_told(beside.expires_at, now)}", beside.expires_at
        )
    if beside.never:
        return _Answer(LifetimeKind.LONG_LIVED, Basis.SIDECAR, f"{beside.name} beside it says that it never expires")
    return None


def _lasting(beside: Sidecars) -> _Answer | None:
    if beside.lasts is None:
        return None
    short = beside.lasts <= _DAY
    kind = (
        LifetimeKind.EPHEMERAL if short else LifetimeKind.LONG_LIVED if beside.lasts > _LONG else LifetimeKind.EXPIRING
    )
    size = f"{beside.lasts.total_seconds() / 3600:.3g} hours" if short else f"{beside.lasts.days} days"
    said = f"{beside.name} beside it says {size}, from a moment that nothing tells"
    return _Answer(kind, Basis.SIDECAR, said)


def _told(expires: datetime, now: datetime) -> str:
    left = expires - now
    if left <= timedelta():
        return f"ended on {moments.day(expires)}"
    days = f"{left.days} days left" if left >= _DAY else f"{left.total_seconds() / 3600:.2g} hours left"
    return f"ends on {moments.day(expires)} ({days})"


def _notes(claims: Decoded | None, beside: Sidecars, best: _Answer) -> Iterator[Fact]:
    if claims is not None:
        yield from (fact for fact in claims.facts if fact.field == "expires_at")
    if beside.renewable:
        until = f" until {moments.day(beside.renewable_until)}" if beside.renewable_until else ""
        said = "a refresh token beside it mints the next one"
        dead = "; this one is over, that one counts" if best.kind is LifetimeKind.EXPIRED else ""
        yield Fact("renewable", f"{said}{until}{dead}", Basis.SIDECAR)
