"""Text from outside made safe to print: no terminal escapes, no bidi tricks, no line breaks, no broken bytes."""

from __future__ import annotations

import re
from typing import Any

from auditor.model.lazy import lazy_pattern

# C0 and C1 controls, DEL, line and paragraph separators, surrogates, and Unicode's format characters: bidi marks,
# embeddings, overrides and isolates, zero-width and invisible ones, tags.
_UNSAFE = lazy_pattern(
    "[\x00-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


def printable(text: str) -> str:
    """Return ``text`` with every character that could move the cursor or hide text written as an escape."""
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escaped, text)


def safe(value: Any) -> Any:
    """Return JSON-ready ``value`` with every text in it printable; the names of its fields are our own."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: safe(one) for name, one in value.items()}
    if isinstance(value, list):
        return [safe(one) for one in value]
    return value


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")
