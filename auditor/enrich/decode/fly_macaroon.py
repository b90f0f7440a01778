"""Fly.io tokens: macaroons in MessagePack, with numbered caveats.

Caveat numbers and layouts: `caveat.go`, `caveat_set.go` and `flyio/caveats.go` of github.com/superfly/macaroon.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auditor.enrich import moments
from auditor.enrich.decode.bits import base64_bytes
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.decode.msgpack import unpack
from auditor.enrich.words import listed, tidy
from auditor.model.credential import Fact, Power
from auditor.model.frozen import frozen

_PREFIXES = ("fm1r_", "fm1a_", "fm2_")
_ORGANIZATION, _VOLUMES, _APPS, _WINDOW, _MACHINES, _USER = 0, 2, 3, 4, 7, 10
_NARROWING = {_ORGANIZATION: "organization", _VOLUMES: "volume", _APPS: "app", _MACHINES: "machine"}
_SERVICE = "https://api.fly.io"
_FIELDS = 4
# Actions are bits: read, write, create, delete, control.
_ACTIONS = ((1, Power.READ), (2 | 4, Power.WRITE), (8, Power.DESTROY), (16, Power.WRITE))
_EVERY_ACTION = 31


@frozen
class _Macaroon:
    """One macaroon: the service it is for, and its caveats as (number, body)."""

    location: str
    caveats: tuple[tuple[int, Any], ...]

    @property
    def expires_at(self) -> datetime | None:
        ends = [moments.from_epoch(body[1]) for number, body in self.caveats if number == _WINDOW and body[1] > 0]
        return min((end for end in ends if end is not None), default=None)

    @property
    def issued_at(self) -> datetime | None:
        starts = [moments.from_epoch(body[0]) for number, body in self.caveats if number == _WINDOW and body[0] > 0]
        return max((start for start in starts if start is not None), default=None)


@forgiving
def read(text: str) -> Decoded | None:
    """Read a bundle such as ``FlyV1 fm2_…,fm2_…``; None when no macaroon for Fly's own service is in it.

    A bundle carries the permission and, often, discharges by other services: it dies with the first that ends.
    """
    macaroons = [_macaroon(token.strip()) for token in text.strip().removeprefix("FlyV1").split(",") if token.strip()]
    own = [macaroon for macaroon in macaroons if macaroon.location.startswith(_SERVICE)]
    if not own:
        return None
    others = [macaroon for macaroon in macaroons if macaroon not in own]
    ends = [end for end in (_latest(own), _latest(others)) if end is not None]
    resources, mask = _resources(own[0])
    return Decoded(
        form="Fly.io macaroon",
        expires_at=min(ends, default=None),
        issued_at=own[0].issued_at,
        never=not ends,
        identity=_identity(own[0]),
        powers=_powers(mask) if mask != _EVERY_ACTION else (),
        resources=resources,
        facts=_facts(resources, mask),
    )


def _macaroon(token: str) -> _Macaroon:
    prefix = next((one for one in _PREFIXES if token.startswith(one)), None)
    if prefix is None:
        raise ValueError("not a Fly.io macaroon")
    fields = unpack(base64_bytes(token.removeprefix(prefix)))
    if not isinstance(fields, list) or len(fields) != _FIELDS or not isinstance(fields[1], str):
        raise ValueError("not a macaroon")
    flat = fields[2]
    if not isinstance(flat, list) or len(flat) % 2:
        raise ValueError("no caveats")
    return _Macaroon(fields[1], tuple(zip(flat[::2], flat[1::2], strict=True)))


def _latest(macaroons: list[_Macaroon]) -> datetime | None:
    """When the last of them ends; None when one never does, or there is none."""
    ends = [macaroon.expires_at for macaroon in macaroons]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _resources(macaroon: _Macaroon) -> tuple[tuple[str, ...], int]:
    """What the caveats narrow it to, and the actions that are left of all five."""
    found: list[str] = []
    mask = _EVERY_ACTION
    for number, body in macaroon.caveats:
        if number == _ORGANIZATION:
            found.append(f"organization {tidy(body[0])}")
            mask &= int(body[1])
        elif number in _NARROWING and isinstance(body[0], dict):
            found.append(f"{_NARROWING[number]} {listed(tidy(name) for name in body[0])}")
            for allowed in body[0].values():
                mask &= int(allowed)
    return tuple(found), mask


def _identity(macaroon: _Macaroon) -> str:
    return next((f"user {tidy(body[0])}" for number, body in macaroon.caveats if number == _USER), "")


def _powers(mask: int) -> tuple[Power, ...]:
    return tuple(dict.fromkeys(power for bits, power in _ACTIONS if mask & bits))


def _facts(resources: tuple[str, ...], mask: int) -> tuple[Fact, ...]:
    bound = listed(resources) if resources else "nothing: no caveat narrows it"
    facts = [claim("resources", f"its caveats bind it to {bound}")]
    if mask != _EVERY_ACTION:
        said = listed([power.value for power in _powers(mask)]) or "no action at all"
        facts.append(claim("powers", f"its caveats leave it {said}"))
    return tuple(facts)
