"""Named value shapes, so that rule files say ``{uuid}`` and ``{hex:32}`` instead of repeating character classes."""

from __future__ import annotations

import re

from auditor.errors import RuleError
from auditor.model.lazy import lazy_pattern

_CLASSES = {
    "d": "[0-9]",
    "hex": "[0-9a-f]",
    "HEX": "[0-9A-F]",
    "xhex": "[0-9A-Fa-f]",
    "lower": "[a-z0-9]",
    "upper": "[A-Z0-9]",
    "b32": "[A-Z2-7]",
    "b62": "[0-9A-Za-z]",
    "word": "[0-9A-Za-z_]",
    "b64url": "[0-9A-Za-z_-]",
    "b64": "[0-9A-Za-z+/]",
}
_WHOLE = {
    "uuid": "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    "jwt": "eyJ[0-9A-Za-z_-]{8,}\\.eyJ[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}",
}
_SLOT = lazy_pattern(r"\{([A-Za-z][A-Za-z0-9]*)(?::(\d+(?:,\d*)?))?\}")


def expand(pattern: str, where: str) -> str:
    """Return ``pattern`` with every ``{name}`` or ``{name:count}`` shape written out as a regex.

    ``where`` names the file and detector for the error. Raises ``RuleError`` on an unknown shape.
    """

    def write_out(slot: re.Match[str]) -> str:
        name, count = slot.group(1), slot.group(2)
        if name in _WHOLE and count is None:
            return _WHOLE[name]
        if name in _CLASSES:
            return _CLASSES[name] + (f"{{{count}}}" if count else "")
        known = ", ".join(sorted({*_WHOLE, *_CLASSES}))
        raise RuleError(f"{where}: unknown shape {slot.group(0)}", f"known shapes: {known}")

    return _SLOT.sub(write_out, pattern)
