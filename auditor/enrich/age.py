"""How old a credential is: since when a history or a file has held it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone

from auditor.model.secret import Secret


def first_seen(versions: Iterable[tuple[str, int, bytes]], secret: Secret) -> tuple[str, datetime] | None:
    """Return commit and time (UTC) of the oldest version that holds ``secret``; None when none does.

    ``versions`` are (commit, epoch seconds, content), oldest last. A value that was removed and came back counts from
    its first day: it was known from then on.
    """
    spellings = _spellings(secret)
    found: tuple[str, int] | None = None
    for commit, seconds, content in versions:
        if any(spelling in content for spelling in spellings):
            found = (commit, seconds)
    if found is None:
        return None
    return found[0], datetime.fromtimestamp(max(found[1], 0), tz=timezone.utc)


def _spellings(secret: Secret) -> tuple[bytes, ...]:
    r"""The value as it stands in text, and with its line breaks written ``\n`` as JSON does."""
    plain = secret.reveal().encode("utf-8", "surrogateescape")
    escaped = plain.replace(b"\r\n", b"\n").replace(b"\n", b"\\n")
    return (plain,) if escaped == plain else (plain, escaped)
