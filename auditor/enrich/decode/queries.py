"""Signed URLs taken apart: host, path and the query's parameters."""

from __future__ import annotations

from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

_LONGEST = 1 << 16
_ESCAPE = lazy_pattern(rb"%([0-9A-Fa-f]{2})")
_HOST = lazy_pattern(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?([A-Za-z0-9._-]+)(?::\d+)?")


@frozen
class SignedUrl:
    """``host`` and ``path`` may be empty (a bare query); parameter names are lower case, values unescaped."""

    host: str
    path: str
    parameters: dict[str, str]


def taken_apart(text: str) -> SignedUrl:
    """Split a URL, or a bare query string. Raises ``ValueError`` when there is no parameter at all."""
    plain = text.strip().strip("'\"").replace("&amp;", "&").replace("\\u0026", "&")[:_LONGEST]
    before, question, query = plain.partition("?")
    if not question:
        before, query = "", plain
    pairs = (item.partition("=") for item in query.partition("#")[0].split("&"))
    parameters = {unescaped(name).lower(): unescaped(value) for name, equals, value in pairs if equals}
    if not parameters:
        raise ValueError("no parameters")
    found = _HOST.match(before)
    host = found.group(1).lower() if found else ""
    path = before[found.end() :] if found else before
    return SignedUrl(host, path, parameters)


def unescaped(text: str) -> str:
    """Percent-decoding; bytes that are no UTF-8 become the replacement character."""
    raw = _ESCAPE.sub(lambda found: bytes([int(found.group(1), 16)]), text.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")
