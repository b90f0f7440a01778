"""Made-up values that fit a pattern, so that rule files and tests never hold anything token-shaped.

The same seed gives the same value on every machine: examples, tests and golden files stay stable.
"""

from __future__ import annotations

import base64
import json
import random
import re
import uuid
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from auditor.rulebook.syntax import UNBOUNDED, constants, tree

_PRINTABLE = list(range(0x21, 0x7F))
_WORDS = [ord(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
_SLOT = re.compile(r"\{\{\s*([a-z0-9-]+)(?::([^}]*?))?\s*\}\}")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Enough room for an open repeat to look like the real thing without growing test files.
_EXTRA = 6


def exemplar(pattern: str, seed: str, *, checksum: str = "") -> str:
    """Return one string that ``pattern`` (Python ``re`` syntax) matches whole, chosen by ``seed``.

    ``checksum`` names a scheme of ``CHECKSUMS`` that is then written into the value.
    """
    made = _Maker(random.Random(f"{seed}\0{pattern}")).make(list(tree(pattern)))
    return CHECKSUMS[checksum](made) if checksum in CHECKSUMS else made


def made(items: Sequence[tuple[Any, Any]], seed: str) -> str:
    """Return one string that fits the parsed ``items`` (a stretch of ``syntax.tree``), chosen by ``seed``."""
    return _Maker(random.Random(seed)).make(items)


def fill(text: str, seed: str, secret: Callable[[str], str], others: Callable[[str, str], str]) -> str:
    """Return ``text`` with its ``{{…}}`` slots filled.

    ``{{secret}}`` is ``secret(seed)``; ``{{pair:ID}}`` is ``others(ID, seed)``; ``{{uuid}}``, ``{{hex:N}}``,
    ``{{b62:N}}``, ``{{b64:N}}``, ``{{digits:N}}`` and ``{{word:N}}`` are made up; ``{{b64secret}}`` is the secret in
    base64, ``{{half:1}}`` and ``{{half:2}}`` its two halves (for values joined in code).
    """
    maker = random.Random(f"fill\0{seed}")

    def write(slot: re.Match[str]) -> str:
        name, argument = slot.group(1), slot.group(2) or ""
        value = secret(seed)
        if name == "secret":
            return value
        if name == "b64secret":
            return base64.b64encode(value.encode()).decode()
        if name == "half":
            middle = len(value) // 2
            return value[:middle] if argument == "1" else value[middle:]
        if name == "pair":
            return others(argument, seed)
        return _made_up(name, int(argument or 0), maker)

    return _SLOT.sub(write, text)


def _made_up(name: str, length: int, maker: random.Random) -> str:
    if name == "uuid":
        return str(uuid.UUID(int=maker.getrandbits(128), version=4))
    alphabets = {
        "hex": "0123456789abcdef",
        "b62": _BASE62,
        "b64": _BASE62 + "+/",
        "digits": "0123456789",
        "word": "abcdefghijklmnopqrstuvwxyz",
    }
    return "".join(maker.choice(alphabets[name]) for _ in range(length))


class _Maker:
    """Walks a parsed pattern and writes one string that fits it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._groups: dict[int, str] = {}

    def make(self, items: Sequence[tuple[Any, Any]]) -> str:
        return "".join(self._one(operator, argument) for operator, argument in items)

    def _one(self, operator: Any, argument: Any) -> str:
        if operator is constants.LITERAL:
            return chr(argument)
        if operator is constants.NOT_LITERAL:
            return chr(self._pick([code for code in _WORDS if code != argument]))
        if operator is constants.ANY:
            return chr(self._pick(_WORDS))
        if operator is constants.IN:
            return chr(self._pick(_members(argument)))
        if operator is constants.BRANCH:
            return self.make(list(self._chance.choice(argument[1])))
        if operator is constants.SUBPATTERN:
            return self._group(argument)
        if operator is constants.GROUPREF:
            return self._groups.get(argument, "")
        if operator in {constants.AT, constants.ASSERT, constants.ASSERT_NOT}:
            return ""
        if operator is getattr(constants, "ATOMIC_GROUP", None):
            return self.make(list(argument))
        return self._repeat(argument)

    def _group(self, argument: Any) -> str:
        text = self.make(list(argument[3]))
        if argument[0] is not None:
            self._groups[argument[0]] = text
        return text

    def _repeat(self, argument: Any) -> str:
        low, high, body = argument
        most = low + _EXTRA if high == UNBOUNDED else min(int(high), int(low) + _EXTRA)
        return "".join(self.make(list(body)) for _ in range(self._chance.randint(int(low), max(int(low), int(most)))))

    def _pick(self, codes: Sequence[int]) -> int:
        return self._chance.choice(codes)


def _members(items: Any) -> list[int]:
    """The characters of a class, letters and digits first choice where it is wide."""
    negated = items[0][0] is constants.NEGATE
    inside: set[int] = set()
    for operator, argument in items:
        if operator is constants.LITERAL:
            inside.add(argument)
        elif operator is constants.RANGE:
            inside.update(range(argument[0], argument[1] + 1))
        elif operator is constants.CATEGORY:
            inside.update(_category(argument))
    if negated:
        return [code for code in _WORDS if code not in inside] or [c for c in _PRINTABLE if c not in inside]
    # A class that also allows punctuation still gets mostly letters, as real values do.
    return sorted(inside)


def _category(category: Any) -> list[int]:
    if category is constants.CATEGORY_DIGIT:
        return list(range(0x30, 0x3A))
    if category is constants.CATEGORY_WORD:
        return [*_WORDS, ord("_")]
    return [0x20] if category is constants.CATEGORY_SPACE else _WORDS


def _github(value: str) -> str:
    head, body = value.split("_", 1)
    checked = zlib.crc32(body[:-6].encode())
    return f"{head}_{body[:-6]}{_base62(checked).rjust(6, '0')}"


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits or "0"


def _cloudflare(value: str) -> str:
    head, body = value.split("_", 1)
    return f"{head}_{body[:-8]}{zlib.crc32(body[:-8].encode()):08x}"


def _grafana(value: str) -> str:
    body = value[:-8].removesuffix("_")
    return f"{body}_{zlib.crc32(body.encode()).to_bytes(4, 'little').hex()}"


def _jwt(_: str) -> str:
    """A JWT whose parts decode: an unsigned-looking header, a claim set, a random signature."""
    chance = random.Random(_)
    header = _segment({"alg": "HS256", "typ": "JWT"})
    claims = _segment({"iss": "made-up", "sub": f"svc-{chance.randrange(10**6)}", "iat": 1_700_000_000})
    signature = base64.urlsafe_b64encode(chance.randbytes(32)).decode().rstrip("=")
    return f"{header}.{claims}.{signature}"


def _segment(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")


CHECKSUMS: dict[str, Callable[[str], str]] = {
    "github-crc32": _github,
    "cloudflare-crc32": _cloudflare,
    "grafana-crc32": _grafana,
    "jwt": _jwt,
}
