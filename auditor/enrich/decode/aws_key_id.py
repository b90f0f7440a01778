"""AWS access key ids: what kind of key, and the account it belongs to.

Kinds: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html; that twelve digits of the account
stand in the id was published by Aidan Steele and Tal Be'ery and is used by AWS's own ``GetAccessKeyInfo``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from auditor.enrich.decode.decoded import Decoded, forgiving, form
from auditor.model.credential import Basis
from auditor.model.lazy import lazy_pattern

_KEY_ID = lazy_pattern(r"(AKIA|ASIA|ABIA|ACCA)([A-Z2-7]{16})")
_KINDS = {
    "AKIA": "long-term key of an IAM user or of the root user",
    "ASIA": "temporary key of an STS session",
    "ABIA": "STS service bearer token",
    "ACCA": "context-specific credential",
}
_MASK = 0x7FFFFFFFFF80
_SHIFT = 7
# Ids from before the account was put into them begin with these letters.
_OLD = ("I", "J")


def account_of(key_id: str) -> str:
    """The twelve-digit account of a key id; empty for old ids and for anything that is no key id."""
    found = _KEY_ID.fullmatch(key_id.strip())
    if found is None or found.group(2).startswith(_OLD):
        return ""
    number = int.from_bytes(base64.b32decode(found.group(2))[:6], "big")
    return f"{(number & _MASK) >> _SHIFT:012d}"


@forgiving
def read(text: str) -> Decoded | None:
    """Read the first key id in ``text``."""
    found = _KEY_ID.search(text)
    if found is None:
        return None
    kind, account = found.group(1), account_of(found.group(0))
    return Decoded(
        form=f"AWS {kind} key",
        basis=Basis.FORMAT,
        never=kind == "AKIA",
        brief=kind == "ASIA",
        identity=f"AWS account {account}" if account else "",
        provider="aws",
        resources=(f"AWS account {account}",) if account else (),
        facts=(form("kind", f"{kind}…: {_KINDS[kind]}"),),
    )


def read_parts(parts: Mapping[str, str]) -> Decoded | None:
    """Read the key id that stands beside a secret access key."""
    readings = (read(value) for value in parts.values())
    return next((reading for reading in readings if reading is not None), None)
