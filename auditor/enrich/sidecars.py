"""What the values beside a credential say of it: when it ends, how long it lasts, what it may do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from auditor.enrich import moments
from auditor.enrich.words import tidy
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

_EXPIRES = frozenset(
    "expiresat expires expiry expiration exp expiredat expireson expirydate expirationdate expiretime expirytime "
    "expirationtime expiresdate tokenexpiresat tokenexpiry tokenexpiration accesstokenexpiresat accesstokenexpiry "
    "accesstokenexpiration validuntil validto notafter xsecuritytokenexpires awsexpiration".split()
)
_LASTS = frozenset({"expiresin", "expiresinseconds", "tokenexpiresin", "ttl", "tokenttl", "leaseduration"})
_ISSUED = frozenset({"issuedat", "iat", "createdat", "created", "obtainedat", "generatedat", "creationtime"})
_RENEWS = frozenset({"refreshtoken", "offlinetoken"})
_RENEWS_UNTIL = frozenset({"refreshtokenexpiresat", "refreshexpiresat", "refreshtokenexpiry"})
_SCOPES = frozenset({"scope", "scopes", "scp", "permissions"})
_ENVIRONMENTS = frozenset({"environment", "environmentname", "env", "stage"})
_WORD = lazy_pattern(r"[A-Za-z][A-Za-z_-]{1,24}")
_ABSENT = frozenset({"", "null", "none", "nil", "false", "undefined", "~"})
_NEVER = frozenset({"never", "infinite", "unlimited", "no expiration", "noexpiration"})
_NOT_NAME = lazy_pattern(r"[^a-z0-9]+")
_SPACES = lazy_pattern(r"[\s,\[\]\"']+")
_SECONDS = lazy_pattern(r"(\d{1,9})(?:\.\d+)?s?")
_MOST_SCOPES = 64


@frozen
class Sidecars:
    """What was understood. ``name`` is the name that gave ``expires_at`` or ``lasts``, as it is written."""

    name: str = ""
    expires_at: datetime | None = None
    lasts: timedelta | None = None
    issued_at: datetime | None = None
    never: bool = False
    renewable: bool = False
    renewable_until: datetime | None = None
    scopes: tuple[str, ...] = ()
    environment: str = ""


def read(pairs: Iterable[tuple[str, str]]) -> Sidecars:
    """Read name and value pairs; of several values for one fact the longest life is taken."""
    known = [(name, _plain(name), value.strip()) for name, value in pairs]
    ends = [(moments.parse(value), name) for name, plain, value in known if plain in _EXPIRES]
    dated = max(((end, name) for end, name in ends if end is not None), default=None)
    lengths = [(_seconds(value), name) for name, plain, value in known if plain in _LASTS | _EXPIRES]
    lasting = max(((length, name) for length, name in lengths if length is not None), default=None)
    issued = _latest(value for _, plain, value in known if plain in _ISSUED)
    expires = dated[0] if dated else issued + lasting[0] if issued and lasting else None
    never = next((name for name, plain, value in known if plain in _EXPIRES and value.lower() in _NEVER), "")
    return Sidecars(
        name=tidy(dated[1] if dated else lasting[1] if lasting else never),
        expires_at=expires,
        lasts=lasting[0] if lasting else None,
        issued_at=issued,
        never=bool(never),
        renewable=any(plain in _RENEWS and value.lower() not in _ABSENT for _, plain, value in known),
        renewable_until=_latest(value for _, plain, value in known if plain in _RENEWS_UNTIL),
        scopes=_scopes(value for _, plain, value in known if plain in _SCOPES),
        environment=_environment(value for _, plain, value in known if plain in _ENVIRONMENTS),
    )


def _plain(name: str) -> str:
    """The last part of a key path without its separators: ``token.expires_at`` gives ``expiresat``."""
    return _NOT_NAME.sub("", name.lower().rpartition(".")[2])


def _seconds(value: str) -> timedelta | None:
    found = _SECONDS.fullmatch(value.strip("'\""))
    return timedelta(seconds=int(found.group(1))) if found and int(found.group(1)) else None


def _latest(values: Iterable[str]) -> datetime | None:
    return max((moment for moment in map(moments.parse, values) if moment is not None), default=None)


def _environment(values: Iterable[str]) -> str:
    """The first value that is one word: under ``environment`` also stand whole lists of variables."""
    return next((value for value in values if _WORD.fullmatch(value)), "")


def _scopes(values: Iterable[str]) -> tuple[str, ...]:
    names = (tidy(name) for value in values if value.lower() not in _ABSENT for name in _SPACES.split(value) if name)
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_SCOPES]
