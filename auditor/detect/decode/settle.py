"""What was found in a text and in the views of it, settled: one hit for a value in a place."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from auditor.detect.candidates import Page
from auditor.detect.decode.view import Reading, View
from auditor.detect.pairs import Paired
from auditor.rulebook.schema import Form

# A provider's own token or construct keeps its place: what is encoded inside it is a part of it.
_OWN = 30
_GROUPS_OF_URLS = "scheme"


class Hit(NamedTuple):
    """Something found: where it stands (bytes of the text being settled), and the page it was read in."""

    low: int
    high: int
    item: Paired
    page: Page

    @property
    def rank(self) -> int:
        """How specific the rule is that found it."""
        return self.item.candidate.rank


def settled(hits: Sequence[Hit], found: Iterable[Hit], page: Page, view: View) -> list[Hit]:
    """Return ``hits`` of ``page`` and those ``found`` in ``view`` of it that count, in order of place.

    Where two overlap, the provider's own goes before, then the more specific one, then what the view's reading says.
    """
    reading = view.reading
    kept = [hit for hit in hits if not _is_hidden(hit, reading)]
    fresh: list[Hit] = []
    for hit in found:
        low, high = view.outer(hit.low, hit.high)
        if not _counts(hit, reading) or (not reading.anew and page.data[low:high] == view.data[hit.low : hit.high]):
            continue
        rivals = _overlapping(kept, low, high)
        if any(_goes_before(rival, hit, reading) for rival in rivals):
            continue
        if rivals:
            gone = {id(rival) for rival in rivals}
            kept = [other for other in kept if id(other) not in gone]
        fresh.append(hit._replace(low=low, high=high))
    for hit in fresh:
        insort(kept, hit, key=lambda one: (one.low, one.high))
    return kept


def _counts(hit: Hit, reading: Reading) -> bool:
    """Whether a hit is of a kind that counts in such a view: names alone vouch for a value only in some."""
    candidate = hit.item.candidate
    return reading.names or candidate.detector is not None or _GROUPS_OF_URLS in dict(candidate.groups)


def _is_hidden(hit: Hit, reading: Reading) -> bool:
    return hit.rank < _OWN and any(low <= hit.low and hit.high <= high for low, high in reading.hides)


def _overlapping(hits: Sequence[Hit], low: int, high: int) -> list[Hit]:
    """The hits that share a byte with ``low`` to ``high``; hits are in order, and of one text they do not overlap."""
    place = bisect_left(hits, (high,))
    found = []
    while place and hits[place - 1].high > low:
        place -= 1
        found.append(hits[place])
    return found


def _goes_before(rival: Hit, hit: Hit, reading: Reading) -> bool:
    detector = rival.item.candidate.detector
    if rival.rank >= _OWN and detector is not None and detector.form is not Form.VALUE:
        return True
    return rival.rank > hit.rank or (rival.rank == hit.rank and not reading.firm)
