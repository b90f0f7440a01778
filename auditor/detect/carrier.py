"""One kind of place where a value stands, and the pieces its expressions share."""

from __future__ import annotations

import re
from functools import cached_property

from auditor.detect.languages import Written
from auditor.model.frozen import frozen

ANY = frozenset(Written)
NAMES = (
    r"(?:passw|passphrase|passcode|passwd|pwd|pswd|pass[\"'\s_:=]|secret|token|[a-z0-9][_.\-]?key|auth|cred|wachtwoord|"
    r"kennwort|senha|contrase|[_.\-\"' ]pw[\"'\s_:=\])])"
)
QUOTE = r"\\{0,4}[\"'`]"
VALUE_IN_QUOTES = rb"(?P<quote>\\{0,4}[\"'`]|&quot;|&#3[49];)(?P<secret>(?:(?!(?P=quote))[^\r\n]){1,400}?)(?P=quote)"
KEY = rb"(?P<key>[A-Za-z_$@][\w$.\-]{0,80})"


@frozen
class Carrier:
    """One kind of place.

    ``kinds``: the ways of writing in which it counts. ``reach``: bytes around an event that are looked at.
    ``before``: what must stand earlier in the same command; its last hit becomes the group ``tool``.
    """

    name: str
    nominates: str
    pattern: bytes
    kinds: frozenset[Written] = ANY
    reach: int = 512
    before: re.Pattern[bytes] | None = None

    @cached_property
    def exact(self) -> re.Pattern[bytes]:
        """The exact expression, compiled when first needed."""
        return re.compile(self.pattern, re.IGNORECASE)
