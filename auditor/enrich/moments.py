"""Points in time as tools write them: ISO 8601, epoch seconds down to nanoseconds, and the dates of HTTP headers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from auditor.model.lazy import lazy_pattern

_ISO = lazy_pattern(
    r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})"
    r"(?:[T ]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d{1,12})?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?)?(?:\s*UTC)?"
)
_HTTP = lazy_pattern(
    r"(?:[A-Za-z]{3,9},? )?(\d{1,2})[ -]([A-Za-z]{3})[ -](\d{4}) (\d{2}):(\d{2}):(\d{2})(?: (?:GMT|UTC))?"
)
_NUMBER = lazy_pattern(r"(\d{9,13}|\d{16,19})(?:\.\d{1,9})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# What an epoch counts is told by its size: each unit's numbers for our days end where the next unit's begin.
_UNITS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))
_EARLIEST = datetime(1990, 1, 1, tzinfo=timezone.utc)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def parse(text: str) -> datetime | None:
    """Return the moment that ``text`` names, aware and in UTC; None when it names none after 1990.

    A date without a time means the end of that day, a time without a zone means UTC.
    """
    plain = text.strip().strip("'\"").strip()
    number = _NUMBER.fullmatch(plain)
    # Eight and fourteen digits are a compact date; no count of our days has as many.
    if number:
        return from_epoch(int(number.group(1)))
    for pattern, read in ((_ISO, _iso), (_HTTP, _http)):
        found = pattern.fullmatch(plain)
        if found:
            try:
                return _sane(read(found))
            except (ValueError, OverflowError):
                return None
    return None


def from_epoch(count: float) -> datetime | None:
    """Return the moment ``count`` seconds, milli-, micro- or nanoseconds after 1970; None outside 1990 to 9999."""
    if not 0 < count < _UNITS[-1][0]:
        return None
    unit = next(divisor for below, divisor in _UNITS if count < below)
    try:
        return _sane(_EPOCH + timedelta(seconds=count / unit))
    except OverflowError:
        return None


def day(moment: datetime) -> str:
    """How a moment is told in a sentence: ``2027-01-31``."""
    return moment.strftime("%Y-%m-%d")


def _sane(moment: datetime) -> datetime | None:
    return moment if moment >= _EARLIEST else None


def _iso(found: re.Match[str]) -> datetime:
    parts = found.groupdict()
    date = datetime(int(parts["year"]), int(parts["month"]), int(parts["day"]), tzinfo=timezone.utc)
    if parts["hour"] is None:
        return date + timedelta(hours=23, minutes=59, seconds=59)
    at = date.replace(hour=int(parts["hour"]), minute=int(parts["minute"]), second=min(int(parts["second"] or 0), 59))
    return at - _offset(parts["zone"] or "Z")


def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if zone[0] == "-" else size


def _http(found: re.Match[str]) -> datetime:
    date, month, year, hour, minute, second = found.groups()
    number = _MONTHS.index(month.lower()) + 1
    return datetime(int(year), number, int(date), int(hour), int(minute), min(int(second), 59), tzinfo=timezone.utc)
