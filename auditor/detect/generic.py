"""Is the value of an assignment or an argument a credential? Decided by name, place and nature, not by entropy alone.

Confidence means precision: of what is reported as high nine in ten are credentials, of medium six in ten.
"""

from __future__ import annotations

import re

from auditor.detect.keynames import Claim, claim, normalised, words
from auditor.detect.languages import Written
from auditor.detect.values import (
    is_identifier_like,
    is_mixed,
    is_plain_data,
    is_reading,
    is_uuid,
    looks_drawn,
    may_be_secret,
)
from auditor.model.credential import Confidence
from auditor.model.frozen import frozen

_RULES = {
    Claim.PASSWORD: "generic-password",
    Claim.SECRET: "generic-secret",
    Claim.TOKEN: "generic-token",
    Claim.AUTH: "generic-credential",
    Claim.KEY: "generic-api-key",
}
_LOGIN = frozenset(
    "login logon signin authenticate auth connect credentials credential bind principal passwordcredentials usercredentials "
    "basicauth authentication passwordauthentication".split()
)
# Calls that ask, compare or look something up: their argument is a name, not a value.
_ASKING = frozenset(
    "get has is find remove delete check assert expect describe it test on load read fetch query select require include "
    "exists contains matches equals compare format print log warn error info debug t i18n translate label message "
    "parse decode lookup resolve locate by".split()
)
_LONG = 20
_SHORTEST_PASSWORD = 3
_SHORTEST_TOKEN = 8
_SHORTEST_SECRET = 5
_DECENT = 6


@frozen
class Verdict:
    """A rule of the generic provider and how sure it is."""

    rule: str
    confidence: Confidence


def assignment(key: str, value: str, kind: Written, *, quoted: bool) -> Verdict | None:
    """Decide ``key = value``. ``quoted``: the value stands in quotes. None: not a credential."""
    claimed = claim(key)
    if claimed is Claim.NONE or not may_be_secret(key, value):
        return None
    if not quoted and (is_reading(value) or (kind is Written.PROSE and not _stands_out(claimed, value))):
        return None
    if claimed is Claim.PASSWORD:
        return password(value, kind, quoted=quoted)
    return machine_made(claimed, key, value, kind)


def _stands_out(claimed: Claim, value: str) -> bool:
    """Whether a bare word in prose is no word of a sentence."""
    digits = any(char.isdigit() for char in value)
    return looks_drawn(value) or (claimed is Claim.PASSWORD and digits and is_mixed(value))


def password(value: str, kind: Written, *, quoted: bool) -> Verdict | None:
    """Decide a value that a password's name vouches for: it may be short, weak and a word."""
    rule = _RULES[Claim.PASSWORD]
    spaces = value.strip().count(" ")
    if len(value) < _SHORTEST_PASSWORD or spaces > 1 or (spaces and not quoted) or "://" in value:
        return None
    if is_mixed(value):
        return Verdict(rule, Confidence.MEDIUM if spaces or len(value) < _DECENT else Confidence.HIGH)
    if value.isdigit():
        return Verdict(rule, Confidence.MEDIUM if len(value) >= 4 else Confidence.LOW)  # noqa: PLR2004 - a PIN
    return _worded_password(value, kind, spaces)


def _worded_password(value: str, kind: Written, spaces: int) -> Verdict | None:
    """A password of letters only: a label or a translation where people read, a weak password where machines do."""
    rule = _RULES[Claim.PASSWORD]
    title = value[:1].isupper() and value[1:].islower()
    if title or kind in {Written.PROSE, Written.MARKUP} or is_plain_data(value):
        return None
    if not is_identifier_like(value):
        return Verdict(rule, Confidence.HIGH if looks_drawn(value) else Confidence.MEDIUM)
    if spaces or re.search(r"[./:]|[a-z][A-Z]", value):
        return None
    return Verdict(rule, Confidence.MEDIUM if kind in {Written.CONFIG, Written.SHELL} else Confidence.LOW)


def machine_made(claimed: Claim, key: str, value: str, kind: Written) -> Verdict | None:
    """Decide secrets, tokens and keys: machines make them, so words, numbers and names are none."""
    rule = _RULES[claimed]
    if (
        " " in value
        or is_plain_data(value)
        or len(value) < (_SHORTEST_SECRET if claimed is Claim.SECRET else _SHORTEST_TOKEN)
    ):
        return None
    if claimed is Claim.AUTH and (len(value) < _DECENT * 2 or is_uuid(value) or not looks_drawn(value)):
        return None
    if is_uuid(value):
        return Verdict(rule, Confidence.MEDIUM)
    if looks_drawn(value):
        return Verdict(rule, _drawn(claimed, key, value))
    if claimed is Claim.SECRET and kind is not Written.PROSE and "/" not in value:
        return _typed_secret(rule, value)
    mixed = is_mixed(value) and kind in {Written.CONFIG, Written.SHELL, Written.JSON} and not is_identifier_like(value)
    return Verdict(rule, Confidence.LOW) if mixed else None


def _typed_secret(rule: str, value: str) -> Verdict | None:
    """A secret that a person typed: words with a number in them, or one word in lower case."""
    if is_mixed(value) and not re.search(r"[.:]", value):
        return Verdict(rule, Confidence.MEDIUM)
    return Verdict(rule, Confidence.LOW) if value.isalpha() and value.islower() else None


def _drawn(claimed: Claim, key: str, value: str) -> Confidence:
    plain = normalised(key)
    if "csrf" in plain or "xsrf" in plain or "public" in plain:
        return Confidence.LOW
    return Confidence.HIGH if len(value) >= _LONG and claimed is not Claim.AUTH else Confidence.MEDIUM


def call(name: str, value: str, kind: Written, *, first: str | None) -> Verdict | None:
    """Decide ``name("value")`` or ``name("first", "value")``."""
    leaf = re.split(r"[.:>]+", name)[-1]
    parts = words(leaf)
    if first is not None:
        return _second_argument(leaf, parts, value, kind, first)
    claimed = claim(leaf)
    if claimed is Claim.NONE or (parts and parts[0] in _ASKING) or not may_be_secret(leaf, value):
        return None
    found = (
        password(value, kind, quoted=True) if claimed is Claim.PASSWORD else machine_made(claimed, leaf, value, kind)
    )
    return at_most(found, Confidence.MEDIUM)


def _second_argument(leaf: str, parts: tuple[str, ...], value: str, kind: Written, first: str) -> Verdict | None:
    """``login("user", "VALUE")``, and ``put("password", "VALUE")`` where the first argument is the name."""
    if claim(first) is not Claim.NONE and not set(parts) & _ASKING:
        return at_most(assignment(first, value, kind, quoted=True), Confidence.MEDIUM)
    logs_in = bool({*parts, normalised(leaf)} & _LOGIN) or normalised(leaf).endswith(
        ("login", "basicauth", "credentials")
    )
    if not first or not logs_in or " " in value or not may_be_secret("password", value) or is_plain_data(value):
        return None
    return password(value, kind, quoted=True)


def at_most(verdict: Verdict | None, limit: Confidence) -> Verdict | None:
    """Return ``verdict`` with its confidence capped."""
    if verdict is None or verdict.confidence <= limit:
        return verdict
    return Verdict(verdict.rule, limit)
