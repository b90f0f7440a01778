"""What a credential may do, over what, in which environment, and whether backups are within its reach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.enrich import sidecars
from auditor.enrich.decode.decoded import Decoded
from auditor.enrich.surroundings import environment_of
from auditor.enrich.words import listed, tidy, words
from auditor.model.credential import Backups, Basis, Credential, Fact, Grant, Power, Scope
from auditor.rulebook.schema import Detector, Provider

_BREAKING = frozenset({Power.DESTROY, Power.ADMIN})
_ALL = (Power.READ, Power.WRITE, Power.ADMIN, Power.DESTROY)
# What the words of a scope's name grant where no table of the provider knows the name.
_BY_WORD = (
    (frozenset("admin administrator owner root superuser superadmin full all".split()), _ALL),
    (frozenset("delete destroy remove drop purge".split()), (Power.WRITE, Power.DESTROY)),
    (frozenset("write edit manage create update modify readwrite".split()), (Power.READ, Power.WRITE)),
    (frozenset("publish deploy push upload release".split()), (Power.PUBLISH,)),
    (frozenset("billing payment payments charge charges payout payouts".split()), (Power.SPEND,)),
    (frozenset("secret secrets credential credentials impersonate".split()), (Power.PIVOT,)),
    (frozenset("read readonly view list get openid profile email".split()), (Power.READ,)),
)
# Categories whose credentials belong to the host beside them, and to no account of many environments.
_BELONGING = frozenset({"database", "generic"})
_EVERYTHING = frozenset({"*", "*:*", "service_role"})
# Parts that name what a credential belongs to, and how a sentence calls them.
_NAMING = {
    "account": "account",
    "account_id": "account",
    "project": "project",
    "project_id": "project",
    "tenant": "tenant",
    "tenant_id": "tenant",
    "subscription": "subscription",
    "subscription_id": "subscription",
    "organization": "organization",
    "org": "organization",
    "workspace": "workspace",
    "team": "team",
    "app": "app",
    "host": "host",
    "domain": "host",
    "database": "database",
    "region": "region",
}
_PEOPLE = ("user", "username", "login", "email", "client_email", "client_id")


def infer(credential: Credential, detector: Detector, provider: Provider, *, decoded: Decoded | None) -> Scope:
    """Return grants, identity, backups and environment; ``decoded`` is what ``decode.of`` gave."""
    named = dict(_naming(credential))
    grants, facts = _grants(credential, detector, provider, decoded, _over(detector, decoded, named))
    powers = {grant.power for grant in grants}
    known = provider.backups if not grants or powers & _BREAKING else Backups.NONE
    bound = decoded is not None and decoded.basis is Basis.CLAIM and bool(decoded.resources)
    wide = Power.ADMIN in powers and provider.category not in _BELONGING and not bound
    environment, told = environment_of(credential, detector, decoded, named.get("host", ""), wide=wide)
    return Scope(
        grants=grants,
        identity=(decoded.identity if decoded else "") or _person(credential),
        backups=known,
        backups_note=provider.backups_note if known is not Backups.NONE else "",
        environment=environment,
        basis=grants[0].basis if grants else Basis.UNKNOWN,
        facts=(*facts, *_claims(decoded), *told, *_half(credential, detector)),
    )


def map_scopes(names: Iterable[str], provider: Provider) -> tuple[tuple[str, tuple[Power, ...], str], ...]:
    """For each scope name its powers and what they are over; the first rule that matches the whole name decides.

    A name that no rule knows is read by its words; one that even so says nothing gets no powers.
    """
    return tuple((name, *_mapped(name, provider)) for name in names)


def _mapped(name: str, provider: Provider) -> tuple[tuple[Power, ...], str]:
    for rule in provider.scopes:
        if re.fullmatch(rule.match, name):
            return rule.powers, rule.over
    if name in _EVERYTHING:
        return _ALL, ""
    held = set(words(name))
    found = [power for known, powers in _BY_WORD if held & known for power in powers]
    return tuple(power for power in Power if power in found), ""


def _grants(
    credential: Credential, detector: Detector, provider: Provider, decoded: Decoded | None, over: str
) -> tuple[tuple[Grant, ...], tuple[Fact, ...]]:
    """Grants by the best basis there is, and the sentences that go with them."""
    beside = sidecars.read(credential.sidecars).scopes
    claimed = decoded.scopes if decoded else ()
    facts: list[Fact] = []
    if decoded is not None and decoded.powers:
        return tuple(Grant(power, over, decoded.basis) for power in decoded.powers), ()
    for names, basis, source in (
        (claimed, Basis.CLAIM, "its claims"),
        (beside, Basis.SIDECAR, "what stands beside it"),
    ):
        mapped = map_scopes(names, provider)
        if any(powers for _, powers, _ in mapped):
            facts.extend(_scope_facts(mapped, basis, source))
            return _of_scopes(mapped, basis, over), tuple(facts)
        if names:
            facts.append(Fact("powers", f"{source} names scopes that no table knows: {listed(names)}", basis))
    if not detector.powers:
        facts.append(Fact("powers", "nothing is known of what it may do", Basis.UNKNOWN))
    else:
        said = f"taken as the default of its kind: {listed([power.value for power in detector.powers], 7)}"
        facts.append(Fact("powers", said, Basis.RULE))
    return tuple(Grant(power, over, Basis.RULE) for power in detector.powers), tuple(facts)


def _of_scopes(mapped: tuple[tuple[str, tuple[Power, ...], str], ...], basis: Basis, over: str) -> tuple[Grant, ...]:
    found = (Grant(power, where or over, basis) for _, powers, where in mapped for power in powers)
    return tuple(dict.fromkeys(found))


def _scope_facts(mapped: tuple[tuple[str, tuple[Power, ...], str], ...], basis: Basis, source: str) -> Iterator[Fact]:
    known = [name for name, powers, _ in mapped if powers]
    yield Fact("powers", f"{source} grants the scopes {listed(known)}", basis)
    strange = [name for name, powers, _ in mapped if not powers]
    if strange:
        yield Fact("powers", f"scopes that no table knows: {listed(strange)}", basis)


def _over(detector: Detector, decoded: Decoded | None, named: dict[str, str]) -> str:
    """What the powers are over: what the credential claims, or its kind's reach made precise by what is known."""
    if decoded is not None and decoded.resources:
        if decoded.basis is Basis.CLAIM or not detector.over:
            return listed(decoded.resources)
        return f"{detector.over} ({listed(decoded.resources)})"
    known = listed(f"{kind} {value}" for kind, value in named.items())
    if not known:
        return detector.over
    return f"{detector.over} ({known})" if detector.over else known


def _naming(credential: Credential) -> Iterator[tuple[str, str]]:
    for part in credential.parts:
        kind = _NAMING.get(part.name.lower())
        if kind and part.public:
            value = tidy(part.value.reveal())
            if value:
                yield kind, value


def _person(credential: Credential) -> str:
    by_name = {part.name.lower(): part.value for part in credential.parts if part.public}
    return next((tidy(by_name[name].reveal()) for name in _PEOPLE if name in by_name), "")


def _claims(decoded: Decoded | None) -> tuple[Fact, ...]:
    """The decoder's facts, but for those on expiry, which belong to the lifetime, and on the environment."""
    return tuple(fact for fact in decoded.facts if fact.field != "expires_at") if decoded else ()


def _half(credential: Credential, detector: Detector) -> tuple[Fact, ...]:
    """An identifier with nothing secret beside it opens nothing by itself."""
    if not detector.identifier or any(not part.public for part in credential.parts):
        return ()
    return (Fact("identifier", "only the public half of a pair: it opens nothing without the other", Basis.RULE),)
