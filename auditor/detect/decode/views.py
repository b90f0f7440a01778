"""What is encoded in a page, reader by reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.detect.candidates import Page
from auditor.detect.decode.view import Reading, View, views_of
from auditor.detect.languages import Written

DEEPEST = 3
"""How many encodings one inside the other are read."""
_MOST_BYTES = 16 << 20
_MOST_VIEWS = 5000

_NOTEBOOK = ".ipynb"
_TOKENS_ONLY = Reading()
_INSTEAD = Reading(firm=True)
_MEANT = Reading(names=True, firm=True)


class Budget:
    """How much of one fragment may still be decoded: encodings inside encodings must not multiply without end.

    As a context it counts how many encodings deep the work is.
    """

    def __init__(self, size: int = _MOST_BYTES, count: int = _MOST_VIEWS) -> None:
        self._size = size
        self._count = count
        self.depth = 0

    def allows(self, view: View) -> bool:
        """Take the cost of ``view``; False when it is not to be looked at."""
        self._size -= len(view.data)
        self._count -= 1
        return self._size >= 0 and self._count >= 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1


def views(page: Page, clues: Mapping[str, Sequence[int]]) -> Iterator[View]:
    """Yield what is encoded in ``page`` at ``clues`` (names and the offsets where they end).

    Nothing comes from text that a machine packed for machines, and nothing without a clue.
    """
    if page.packed:
        return
    yield from _in_letters(page, clues)
    yield from _in_pieces(page, clues)
    if page.kind is Written.JSON or page.path.endswith(_NOTEBOOK):
        yield from _in_strings(page, clues)


def _in_letters(page: Page, clues: Mapping[str, Sequence[int]]) -> Iterator[View]:
    if "secret-manifest" in clues:
        from auditor.detect.decode import manifests

        patches = list(manifests.secret_patches(page, clues["secret-manifest"]))
        hidden = Reading(names=True, firm=True, hides=tuple((patch.low, patch.high) for patch in patches))
        yield from views_of(page.data, patches, Written.CONFIG, hidden)
    if not clues.keys().isdisjoint({"base64", "hex", "gzip", "command"}):
        from auditor.detect.decode import runs

        for name, read in runs.READERS.items():
            if name in clues:
                yield from views_of(page.data, read(page, clues[name]), Written.UNKNOWN, _INSTEAD)
    if not clues.keys().isdisjoint({"percent", "entity", "escape"}):
        from auditor.detect.decode import escapes

        for name, read in escapes.READERS.items():
            if name in clues:
                yield from views_of(
                    page.data, read(page, clues[name]), page.kind, _MEANT if name == "escape" else _TOKENS_ONLY
                )


def _in_pieces(page: Page, clues: Mapping[str, Sequence[int]]) -> Iterator[View]:
    if clues.keys().isdisjoint({"joint", "template", "list", "continued"}):
        return
    from auditor.detect.decode import joints

    for name, read in joints.READERS.items():
        if name in clues:
            yield from views_of(page.data, read(page, clues[name]), page.kind, _MEANT)


def _in_strings(page: Page, clues: Mapping[str, Sequence[int]]) -> Iterator[View]:
    from auditor.detect.decode import strings

    if "bare-assignment" in clues:
        yield from strings.setting_views(page, clues["bare-assignment"])
    if page.path.endswith(_NOTEBOOK):
        yield from strings.cell_views(page, sorted(end for ends in clues.values() for end in ends))
