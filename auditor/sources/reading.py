"""Files to fragments: one reused buffer, windows for what is bigger, UTF-8 for the matcher."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator

from auditor.model.place import Fragment, Skip, Target
from auditor.sources.opening import kind, open_file, reason
from auditor.sources.windows import OVERLAP, WINDOW, Windows, sniff

if sys.platform == "win32":
    import io

    def _read_into(descriptor: int, view: memoryview) -> int:
        return io.FileIO(descriptor, closefd=False).readinto(view)

else:

    def _read_into(descriptor: int, view: memoryview) -> int:
        return os.readv(descriptor, (view,))


class Reader:
    """Reads targets one after the other into one buffer; make one for each process.

    ``window`` and ``overlap`` are bytes, see ``Windows``. A fragment's ``data`` is a view of the buffer: it is valid
    until the next fragment is asked for, and two ``read`` calls of one reader must not be interleaved.
    """

    def __init__(self, window: int = WINDOW, overlap: int = OVERLAP) -> None:
        self._windows = Windows(window, overlap)

    def read(self, target: Target) -> Iterator[Fragment | Skip]:
        """Yield the file at ``target.real`` as one fragment, or as windows when it does not fit into the buffer.

        Nothing comes from an empty file. What cannot be opened, is no regular file, or fails midway ends in a
        ``Skip``. Files that grow are followed to their size at opening and one window more.
        """
        try:
            descriptor = open_file(target.real)
        except OSError as error:
            yield Skip(target.path, reason(error))
            return
        windows = self._windows
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                yield Skip(target.path, kind(status.st_mode))
                return
            count = _read_into(descriptor, windows.view)
            if count != status.st_size or count == windows.size:
                yield from self._read_long(target, descriptor, count, max(status.st_size, count) + windows.size)
            elif count:
                codec, mark = sniff(windows.buffer, count)
                if codec:
                    yield from windows.fragments(target, _nothing, count)
                elif count > mark:
                    yield Fragment(target, windows.view[mark:count])
        except OSError as error:
            yield Skip(target.path, f"could not be read to its end: {reason(error)}")
        finally:
            os.close(descriptor)

    def _read_long(self, target: Target, descriptor: int, count: int, limit: int) -> Iterator[Fragment | Skip]:
        """Yield the windows of a file whose first ``count`` bytes are in the buffer, up to ``limit`` bytes of it."""
        total, grew = count, False

        def fill(view: memoryview) -> int:
            nonlocal total, grew
            grew = total >= limit
            taken = 0 if grew else _read_into(descriptor, view[: limit - total])
            total += taken
            return taken

        yield from self._windows.fragments(target, fill if count else _nothing, count)
        if grew:
            yield Skip(target.path, f"growing while it was read: only its first {limit} bytes were")


def _nothing(_view: memoryview) -> int:
    return 0
