"""What a decoder reads out of a credential's own text, and the rule that broken text is no error."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from datetime import datetime

from auditor.model.credential import Basis, Environment, Fact, Power
from auditor.model.frozen import frozen

# Everything that reading foreign bytes can end in; a programming error outside these still shows.
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError, struct.error)


@frozen
class Decoded:
    """One credential's own statements.

    ``form`` names what it is ("JSON web token"). ``never``: the form could carry an expiry and this one has none, or
    its kind has none at all; ``brief``: its kind lives a day at most; ``basis`` says which of the two (claim, format).
    ``scopes`` are names for the provider's scope table, ``powers`` are already ours. ``locked``: useless without a
    passphrase; ``public``: meant to be seen. Times are aware UTC. Nothing here is secret.
    """

    form: str
    basis: Basis = Basis.CLAIM
    expires_at: datetime | None = None
    issued_at: datetime | None = None
    never: bool = False
    brief: bool = False
    identity: str = ""
    provider: str = ""
    scopes: tuple[str, ...] = ()
    powers: tuple[Power, ...] = ()
    resources: tuple[str, ...] = ()
    environment: Environment = Environment.UNKNOWN
    locked: bool = False
    public: bool = False
    facts: tuple[Fact, ...] = ()


Reader = Callable[[str], Decoded | None]


def forgiving(read: Reader) -> Reader:
    """Wrap a reader so that malformed text gives None, never an exception."""

    @functools.wraps(read)
    def safe(text: str) -> Decoded | None:
        try:
            return read(text)
        except _BROKEN:
            return None

    return safe


def claim(field: str, says: str) -> Fact:
    """A fact that the credential states itself."""
    return Fact(field, says, Basis.CLAIM)


def form(field: str, says: str) -> Fact:
    """A fact that follows from the credential's form."""
    return Fact(field, says, Basis.FORMAT)
