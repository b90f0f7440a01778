"""Keeping credentials out of what is said about settings: which names carry them, and how a value is blotted out."""

from __future__ import annotations

import re
from typing import Any

from auditor.model.lazy import lazy_pattern

_SECRET_PARTS = frozenset(
    {
        *("token", "tokens", "secret", "secrets", "password", "passwd", "passphrase", "pwd", "key", "apikey", "auth"),
        *("authorization", "cookie", "pat", "dsn", "credential", "credentials", "bearer"),
    }
)
_SECRET_INSIDE = ("token", "secret", "passw", "apikey", "credential")
_NOT_SECRET = frozenset({"keybindings", "keyring", "keychain"})
_PART = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

BLOT = "…"
_LIMIT = 120
_CARRIER = r"(?:token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|credential|auth)"
_KEEP = r"(?![-$*{<…\s])"
_ASSIGNED = lazy_pattern(rf"""(?i)([a-z0-9_.-]*{_CARRIER}[a-z0-9_-]*["']?\s*[=:]\s*["']?){_KEEP}([^\s"'&;|)]{{4,}})""")
_FLAGGED = lazy_pattern(rf"""(?i)(--?[a-z0-9-]*{_CARRIER}[a-z0-9-]*\s+["']?){_KEEP}([^\s"'&;|)]{{4,}})""")
_SCHEME = lazy_pattern(r"(?i)\b((?:bearer|basic|token)\s+)(?![$*{<…])([A-Za-z0-9._~+/=-]{6,})")
_USERINFO = lazy_pattern(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://[^\s/:@]*:)(?![$*{<…])([^\s@/]+)(?=@)")
_LONG = lazy_pattern(r"[A-Za-z0-9_+=-]{20,}")


def names_secret(name: str) -> bool:
    """Whether a key, variable or header name says that its value is a credential."""
    if name.lower() in _NOT_SECRET:
        return False
    parts = {part.lower() for part in _PART.findall(name)}
    lower = name.lower()
    return bool(parts & _SECRET_PARTS) or any(word in lower for word in _SECRET_INSIDE)


def blot(text: str) -> str:
    """The text with everything that could be a credential replaced by ``…``; references and wildcards stay."""
    said = _ASSIGNED.sub(lambda found: found[1] + BLOT, text)
    said = _FLAGGED.sub(lambda found: found[1] + BLOT, said)
    said = _SCHEME.sub(lambda found: found[1] + BLOT, said)
    said = _USERINFO.sub(lambda found: found[1] + BLOT, said)
    return _LONG.sub(_blot_long, said)


def setting_word(value: Any) -> str:
    """A scalar setting as one short word for people, blotted; empty for tables and lists."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, str):
        return ""
    said = blot(" ".join(value.split()))
    return said if len(said) <= _LIMIT else said[: _LIMIT - 1] + BLOT


def _blot_long(found: re.Match[str]) -> str:
    """Blot runs of 20 and more characters that mix letters and digits as tokens do; words in kebab-case stay."""
    run = found[0]
    longest = max((len(part) for part in re.split(r"[-_]", run)), default=0)
    digits = sum(character.isdigit() for character in run)
    mixed = digits >= 2 and any(character.isalpha() for character in run)  # noqa: PLR2004
    return BLOT if mixed and longest >= 12 else run  # noqa: PLR2004
