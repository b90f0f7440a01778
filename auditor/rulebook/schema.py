"""The nouns of the rules: what one provider's YAML file says, frozen and whole."""

from __future__ import annotations

from enum import Enum

from auditor.model.credential import Backups, Confidence, Environment, Power
from auditor.model.frozen import frozen


class Form(str, Enum):
    """How a detector finds its secret.

    ``TOKEN``: the value identifies itself (own prefix or structure). ``VALUE``: a shape without a prefix that counts
    only beside the provider's name. ``PATTERN``: a whole construct with named groups.
    """

    TOKEN = "token"  # noqa: S105 - the word for a form, not a password
    VALUE = "value"
    PATTERN = "pattern"
    CARRIER = "carrier"


class LifetimeClass(str, Enum):
    """How long tokens of a kind live by the provider's rule."""

    NEVER = "never"
    NEVER_DEFAULT = "never-default"
    DEFAULT = "default"
    MAX = "max"
    IDLE = "idle"
    SHORT = "short"
    EMBEDDED = "embedded"
    SESSION = "session"
    UNKNOWN = "unknown"


@frozen
class LifetimeRule:
    """A kind's lifetime: its class, the days that go with it (0: none), and the sentence for people."""

    kind: LifetimeClass = LifetimeClass.UNKNOWN
    days: float = 0.0
    note: str = ""


@frozen
class Example:
    """A file name, its text with ``{{…}}`` slots, and whether the detector must find it there."""

    file: str
    text: str
    wanted: bool


@frozen
class Detector:
    """One token kind of one provider.

    ``regex`` is Python ``re`` syntax over ASCII bytes with shapes already expanded. ``keys`` are exact names, ``words``
    and ``hosts`` the provider's own words that vouch for a ``VALUE``; ``not_keys`` are regexes over the key that rule
    it out. ``pairs`` are detector ids whose value belongs beside this one; ``identifier`` marks a value that is only
    half a credential. ``powers`` and ``over`` are the bare-token default.
    """

    id: str
    provider: str
    title: str
    form: Form
    regex: str
    prefix: str
    confidence: Confidence
    keys: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    not_keys: tuple[str, ...] = ()
    ignore_case: bool = False
    checksum: str = ""
    min_entropy: float = 0.0
    guard: bool = True
    opaque: bool = False
    public: bool = False
    identifier: bool = False
    pairs: tuple[str, ...] = ()
    needs_pair: bool = False
    decoder: str = ""
    environment: Environment = Environment.UNKNOWN
    lifetime: LifetimeRule = LifetimeRule()
    powers: tuple[Power, ...] = ()
    over: str = ""
    note: str = ""
    examples: tuple[Example, ...] = ()


@frozen
class ScopeRule:
    """What a scope name grants: ``match`` is a regex over the whole scope name."""

    match: str
    powers: tuple[Power, ...]
    over: str = ""


@frozen
class Remediation:
    """Where to revoke, how to rotate, and the scoped or short-lived replacements, best first."""

    revoke: str
    rotate: str
    replace: tuple[str, ...]


@frozen
class Provider:
    """One provider file: who it is, its detectors, and what holds for all of them."""

    id: str
    name: str
    category: str
    homepage: str
    hosts: tuple[str, ...]
    detectors: tuple[Detector, ...]
    scopes: tuple[ScopeRule, ...]
    backups: Backups
    backups_note: str
    remediation: Remediation
    references: tuple[str, ...]
    files: tuple[str, ...] = ()
    verified: str = ""
    unverified: tuple[str, ...] = ()
