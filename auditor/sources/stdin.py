"""Standard input as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from auditor.model.place import Fragment, Origin, Target
from auditor.sources.windows import OVERLAP, WINDOW, Windows


def fragments(stream: BinaryIO, *, window: int = WINDOW, overlap: int = OVERLAP) -> Iterator[Fragment]:
    """Yield a binary stream to its end, shown as ``-``, in windows of ``window`` bytes (see ``Windows``).

    Each fragment is valid until the next is asked for.

    Raises:
        OSError: the stream fails midway.
    """

    def fill(view: memoryview) -> int:
        data = stream.read(len(view)) or b""
        view[: len(data)] = data
        return len(data)

    yield from Windows(window, overlap).fragments(Target(Origin.STDIN, "-", ""), fill)
