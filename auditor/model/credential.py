"""What was found, how long it lives and what it can do; each fact with its basis."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from auditor.model.frozen import frozen
from auditor.model.place import Location, Sighting
from auditor.model.secret import Secret

if TYPE_CHECKING:
    from datetime import datetime


class Confidence(IntEnum):
    """How sure detection is that this is a credential: high means at least nine in ten are."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The lower-case name used in reports."""
        return self.name.lower()


class Basis(str, Enum):
    """How a fact is known."""

    FORMAT = "format"
    CLAIM = "claim"
    SIDECAR = "sidecar"
    RULE = "rule"
    HISTORY = "history"
    PROBE = "probe"
    UNKNOWN = "unknown"


@frozen
class Part:
    """A value that stands beside the secret and belongs to it: an account id, a pair's other half, a host."""

    name: str
    value: Secret
    public: bool = True


@frozen
class Match:
    """One detector's hit.

    ``context`` is the key path or the name it stands under (``services.db.environment.PGPASSWORD``). ``sidecars``
    are the non-secret values that enrichment reads (expiry, scopes, host), lower-case name first. ``nearby`` holds
    names, hosts and words of the surroundings that tell the environment (``production``), never values.
    """

    rule: str
    provider: str
    secret: Secret
    location: Location
    confidence: Confidence
    context: str = ""
    parts: tuple[Part, ...] = ()
    sidecars: tuple[tuple[str, str], ...] = ()
    nearby: tuple[str, ...] = ()
    real: str = ""
    store: str | None = None
    tracked: bool | None = None
    detail: str = ""


class LifetimeKind(str, Enum):
    """How long a credential lives (DESIGN section 2)."""

    EPHEMERAL = "ephemeral"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    LONG_LIVED = "long-lived"
    UNKNOWN = "unknown"


@frozen
class Fact:
    """One thing known of a credential: which field it speaks of, the sentence, and how it is known."""

    field: str
    says: str
    basis: Basis


@frozen
class Lifetime:
    """Kind, expiry and age. Times are aware UTC; ``age_days`` counts from ``first_seen`` to the scan.

    ``renewable``: a refresh token or helper beside it mints the next one, so the effective life is that one's.
    """

    kind: LifetimeKind
    expires_at: datetime | None = None
    first_seen: datetime | None = None
    first_commit: str | None = None
    age_days: int | None = None
    renewable: bool = False
    basis: Basis = Basis.UNKNOWN
    facts: tuple[Fact, ...] = ()


class Power(str, Enum):
    """What a credential lets its holder do, worst last in no particular order; ``rules/scoring.yaml`` weighs them."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"
    DESTROY = "destroy"
    SPEND = "spend"
    PUBLISH = "publish"
    PIVOT = "pivot"


class Backups(str, Enum):
    """Whether the backups of what the credential can destroy die with it."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"
    NONE = "not-applicable"


class Environment(str, Enum):
    """Which environment the credential acts on, best known first for the attacker."""

    PRODUCTION = "production"
    UNKNOWN = "unknown"
    STAGING = "staging"
    TEST = "test"


class State(str, Enum):
    """Whether the credential works, as far as is known."""

    ACTIVE = "active"
    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    PUBLIC = "public"


@frozen
class Grant:
    """One power over one set of resources."""

    power: Power
    resource: str
    basis: Basis


@frozen
class Scope:
    """All grants of a credential, whether backups are in the blast radius, and the environment it acts on."""

    grants: tuple[Grant, ...]
    identity: str = ""
    backups: Backups = Backups.UNKNOWN
    backups_note: str = ""
    environment: Environment = Environment.UNKNOWN
    basis: Basis = Basis.UNKNOWN
    facts: tuple[Fact, ...] = ()

    @property
    def powers(self) -> tuple[Power, ...]:
        """The distinct powers, in the order of ``Power``."""
        held = {grant.power for grant in self.grants}
        return tuple(power for power in Power if power in held)

    @property
    def resources(self) -> tuple[str, ...]:
        """The distinct resources, in the order first granted."""
        return tuple(dict.fromkeys(grant.resource for grant in self.grants if grant.resource))


@frozen
class Credential:
    """All sightings of one secret value. ``fingerprint`` is keyed; ``preview`` is masked; sightings are sorted."""

    rule: str
    provider: str
    title: str
    secret: Secret
    fingerprint: str
    preview: str
    confidence: Confidence
    sightings: tuple[Sighting, ...]
    parts: tuple[Part, ...] = ()
    sidecars: tuple[tuple[str, str], ...] = ()
    nearby: tuple[str, ...] = ()

    @property
    def location(self) -> Location:
        """The first sighting's location."""
        return self.sightings[0].location


@frozen
class Assessment:
    """A credential with what enrichment knows of it."""

    credential: Credential
    lifetime: Lifetime
    scope: Scope
    state: State = State.UNKNOWN
    state_note: str = ""
