"""Opening what a walk found, in a tree that may change or be hostile meanwhile."""

from __future__ import annotations

import errno
import os
import stat

# No link is followed at the last step and no FIFO is waited for: what stands at a path may have been swapped since
# the walk saw it. Windows has none of these, but needs its text mode switched off.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = getattr(os, "O_DIRECTORY", 0)
# Three names of the longest kind, 255 bytes, stay below PATH_MAX everywhere (1024 on macOS, 4096 on Linux).
_NAMES_A_STEP = 3

_IRREGULAR = "not a regular file"
_REASONS = {
    errno.ENOENT: "vanished before it was read",
    errno.ENOTDIR: "vanished before it was read",
    errno.ESTALE: "vanished before it was read",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "became a symbolic link before it was read",
    errno.ENXIO: _IRREGULAR,
    errno.ENAMETOOLONG: "path too long",
    errno.EIO: "input/output error",
}


def reason(error: OSError) -> str:
    """Return why the system refused, as the ``why`` of a ``Skip``; never a path, never content."""
    known = _REASONS.get(error.errno or 0)
    return known or (error.strerror or type(error).__name__).lower()


def kind(mode: int) -> str:
    """Return why a file of this ``st_mode`` is not opened: what it is instead of a regular one."""
    if stat.S_ISFIFO(mode):
        return f"{_IRREGULAR} (a named pipe)"
    if stat.S_ISSOCK(mode):
        return f"{_IRREGULAR} (a socket)"
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return f"{_IRREGULAR} (a device)"
    return _IRREGULAR


def open_file(path: str) -> int:
    """Open a file for reading and return its descriptor.

    Raises:
        OSError: as ``os.open``; a link at ``path`` itself is refused (ELOOP).
    """
    try:
        return os.open(path, _FLAGS)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return _open_in_steps(path, _FLAGS, error)


def entries(folder: str) -> list[os.DirEntry[str]]:
    """Return what is in a folder, in no order.

    Raises:
        OSError: the folder cannot be opened or listed.
    """
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        descriptor = _open_in_steps(folder, _FLAGS | _FOLDER, error)
    try:
        with os.scandir(descriptor) as found:
            return list(found)
    finally:
        os.close(descriptor)


def _open_in_steps(path: str, flags: int, refused: OSError) -> int:
    """Open a path longer than the system takes at once, a few folders at a time."""
    if os.open not in os.supports_dir_fd:
        raise refused
    names = path.strip(os.sep).split(os.sep)
    here = os.open(os.sep, os.O_RDONLY | _FOLDER)
    for at in range(0, len(names) - 1, _NAMES_A_STEP):
        step = os.sep.join(names[at : min(at + _NAMES_A_STEP, len(names) - 1)])
        try:
            there = os.open(step, os.O_RDONLY | _FOLDER, dir_fd=here)
        finally:
            os.close(here)
        here = there
    try:
        return os.open(names[-1], flags, dir_fd=here)
    finally:
        os.close(here)
