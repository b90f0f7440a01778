"""Blobs out of git's object store, streamed: each is read, and forgotten, before the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import groupby
from pathlib import Path

from auditor.errors import IncompleteError
from auditor.model.place import Fragment, Skip, Target
from auditor.sources.gitprocess import started
from auditor.sources.windows import OVERLAP, WINDOW, Windows, sniff

MISSING = "is missing from the object store"

_SCRATCH = 64 << 10
# A store that fails more often than this is not worth another process for each of its objects.
_MOST_FAILURES = 20


class Blob:
    """One blob inside the output of ``cat-file``, to be read before the next."""

    def __init__(self, stream: BufferedReader, size: int) -> None:
        self.size = self.left = size
        self._stream = stream

    def fill(self, view: memoryview) -> int:
        """Read on, as ``windows.Fill``.

        Raises:
            IncompleteError: git ended in the middle of it.
        """
        wanted = view[: self.left]
        count = self._stream.readinto(wanted)
        if count < len(wanted):
            raise IncompleteError("git ended in the middle of it")
        self.left -= count
        return count

    def all(self) -> bytes:
        """Read the rest at once."""
        data = self._stream.read(self.left)
        self.left -= len(data)
        return data

    def finish(self) -> None:
        """Read past what nobody asked for, and the line end behind it."""
        if self.left:
            scratch = memoryview(bytearray(_SCRATCH))
            while self.left:
                self.fill(scratch)
        self._stream.read(1)


def stream(root: Path, ids: Sequence[bytes]) -> Iterator[Blob | None]:
    """Yield the blob of each of ``ids`` in their order, None when the object store lacks it.

    Raises:
        IncompleteError: there is no git, or it gave up at the object that would have come next.
    """
    if not ids:
        return
    with started(root, ("cat-file", "--batch", "--buffer"), b"\n".join(ids) + b"\n") as process:
        output = process.output
        for _ in ids:
            header = output.readline().split()
            if not header:
                process.check()
                raise process.failure()
            if len(header) != 3:  # noqa: PLR2004 - id, type and size; else the word "missing"
                yield None
                continue
            blob = Blob(output, int(header[2]))
            yield blob
            blob.finish()


class BlobReader:
    """Reads targets that are blobs into one buffer; make one for each process.

    ``window`` and ``overlap`` are bytes, see ``Windows``. A fragment is valid until the next is asked for.
    """

    def __init__(self, window: int = WINDOW, overlap: int = OVERLAP) -> None:
        self._windows = Windows(window, overlap)

    def read_all(self, targets: Sequence[Target]) -> Iterator[Fragment | Skip]:
        """Yield the contents of ``targets``: ``real`` is a blob's id, ``root`` a folder of its repository.

        What the store lacks or cannot give is a ``Skip``; what is not here is never fetched.
        """
        for root, ours in groupby(targets, key=lambda target: target.root):
            yield from self._of_repository(Path(root), list(ours))

    def _of_repository(self, root: Path, targets: list[Target]) -> Iterator[Fragment | Skip]:
        failures = 0
        while targets and failures < _MOST_FAILURES:
            done = 0
            try:
                for blob in stream(root, [target.real.encode() for target in targets]):
                    yield from self._fragments(targets[done], blob)
                    done += 1
            except IncompleteError as error:
                # One damaged object ends the process; the rest is asked of another.
                yield Skip(targets[done].path, f"a version of it could not be read: {error.what}")
                failures += 1
            targets = targets[done + 1 :]
        for target in targets:
            yield Skip(target.path, "a version of it was not read: git fails on too many objects of this repository")

    def _fragments(self, target: Target, blob: Blob | None) -> Iterator[Fragment | Skip]:
        windows = self._windows
        if blob is None:
            yield Skip(target.path, f"a version of it {MISSING}")
            return
        if blob.size >= windows.size:
            yield from windows.fragments(target, blob.fill)
        elif blob.size:
            count = blob.fill(windows.view[: blob.size])
            codec, mark = sniff(windows.buffer, count)
            if codec:
                yield from windows.fragments(target, _nothing, count)
            elif count > mark:
                yield Fragment(target, windows.view[mark:count])


def _nothing(_view: memoryview) -> int:
    return 0
