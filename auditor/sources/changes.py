"""What git's raw diffs say: the paths that differ, and their blobs before and after.

The format: git-diff(1), "Raw output format" and "diff format for merges".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

# A comparison never runs a program, never follows a submodule, and says whole ids between NULs.
RAW = ("--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")

_FILE = b"100"
_TWO_PATHS = frozenset({b"R", b"C"})


class Change(NamedTuple):
    """A path that differs: its mode (``100644``) and blob id, and those it had in each parent.

    A side on which the path does not exist has the mode ``000000`` and an id of zeros only.
    """

    path: bytes
    mode: bytes
    blob: bytes
    before: tuple[tuple[bytes, bytes], ...]


def is_file(mode: bytes) -> bool:
    """Whether ``mode`` is that of a regular file: links and submodules have no content of their own."""
    return mode.startswith(_FILE)


def read_change(word: bytes, words: Iterator[bytes]) -> Change | None:
    """Read one record: ``word`` is its first part, ``words`` go on with its path; None when it is no record.

    ``:mode mode blob blob status`` compares with one parent; one more colon, mode and id stand for each further one.
    Of a rename's two paths the second counts.
    """
    meta = word.lstrip(b"\n")
    fields = meta.lstrip(b":")
    parents = len(meta) - len(fields)
    if not parents:
        return None
    parts = fields.split(b" ")
    path = next(words)
    if parents == 1 and parts[-1][:1] in _TWO_PATHS:
        path = next(words)
    ids = parts[parents + 1 :]
    return Change(path, parts[parents], ids[parents], tuple(zip(parts[:parents], ids, strict=False)))
