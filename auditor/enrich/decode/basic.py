"""HTTP basic authentication (RFC 7617)."""

from __future__ import annotations

from auditor.enrich.decode.decoded import Decoded, forgiving
from auditor.enrich.decode.userpass import decoded, split


@forgiving
def read(text: str) -> Decoded | None:
    """Read ``Basic …`` or its base64 alone."""
    return decoded("basic authentication", *split(text))
