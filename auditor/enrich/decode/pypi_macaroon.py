"""Upload tokens of the Python package index: macaroons in the second binary format, with JSON caveats.

Format: libmacaroons' `doc/format.txt`; caveats: `warehouse/macaroons/caveats` in the index's own source.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auditor.enrich import moments
from auditor.enrich.decode.bits import base64_bytes
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.words import listed, tidy

_VERSION = 2
_END, _IDENTIFIER, _SIGNATURE = 0, 2, 6
_EXPIRY, _PROJECT_NAMES, _PROJECT_IDS, _USER, _PUBLISHER = range(5)
_MOST_FIELDS = 256


@forgiving
def read(text: str) -> Decoded | None:
    """Read a ``pypi-…`` token; None when its bytes are no macaroon of version 2."""
    data = base64_bytes(text.strip().removeprefix("pypi-"))
    sections = _sections(data)
    held = _Held()
    for caveat in sections[1:]:
        held.take(json.loads(caveat))
    return held.decoded()


def _sections(data: bytes) -> list[bytes]:
    """The identifiers of the header and of every caveat, in order. Raises ``ValueError`` when it is no macaroon."""
    if data[0] != _VERSION:
        raise ValueError("not version 2")
    found: list[bytes] = []
    at, identifier = 1, b""
    for _ in range(_MOST_FIELDS):
        kind, at = data[at], at + 1
        if kind == _END:
            found.append(identifier)
            if data[at] == _END:
                return _signed(data, at + 1, found)
            identifier = b""
            continue
        length, at = _varint(data, at)
        if at + length > len(data):
            raise ValueError("the field is cut off")
        identifier = data[at : at + length] if kind == _IDENTIFIER else identifier
        at += length
    raise ValueError("too many fields")


def _signed(data: bytes, at: int, found: list[bytes]) -> list[bytes]:
    if data[at] != _SIGNATURE:
        raise ValueError("no signature")
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | data[at] << shift, at + 1


@dataclass
class _Held:
    """What the caveats add up to; each narrows the token further."""

    expiries: list[datetime] = field(default_factory=list)
    issued: datetime | None = None
    projects: list[str] = field(default_factory=list)
    bound: bool = False
    publisher: bool = False

    def take(self, caveat: Any) -> None:
        if isinstance(caveat, list) and caveat:
            self._tagged(caveat[0], caveat[1:])
        elif isinstance(caveat, dict):
            self._legacy(caveat)

    def _tagged(self, tag: Any, values: list[Any]) -> None:
        if tag == _EXPIRY:
            self._window(values[0], values[1] if len(values) > 1 else None)
        elif tag in {_PROJECT_NAMES, _PROJECT_IDS}:
            self.bound = True
            self.projects.extend(tidy(name) for name in values[0] if tag == _PROJECT_NAMES)
        elif tag == _PUBLISHER:
            self.publisher = True

    def _legacy(self, caveat: dict[str, Any]) -> None:
        if "exp" in caveat:
            self._window(caveat["exp"], caveat.get("nbf"))
        allowed = caveat.get("permissions")
        if isinstance(allowed, dict) and isinstance(allowed.get("projects"), list):
            self.bound = True
            self.projects.extend(tidy(name) for name in allowed["projects"])

    def _window(self, until: Any, since: Any) -> None:
        expiry = moments.from_epoch(until)
        if expiry is not None:
            self.expiries.append(expiry)
        self.issued = moments.from_epoch(since) if since else self.issued

    def decoded(self) -> Decoded:
        if self.bound:
            over = f"project {listed(self.projects)}" if self.projects else "certain projects, named by their ids only"
        else:
            over = "every project of its user"
        facts = [claim("resources", f"its caveats bind it to {over}" if self.bound else f"no caveat binds it: {over}")]
        if self.publisher:
            facts.append(claim("identity", "minted for a trusted publisher"))
        return Decoded(
            form="package index macaroon",
            expires_at=min(self.expiries, default=None),
            issued_at=self.issued,
            never=not self.expiries,
            identity="trusted publisher" if self.publisher else "",
            resources=(over,),
            facts=tuple(facts),
        )
