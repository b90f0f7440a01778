"""The compiled rules as a file: small named blocks and one big one.

Layout: a line that names the format; three numbers, the length of the table, that of the small blocks, and the checksum
of all that follows; the table (a line a block: name and size), the small blocks, the big one. A checksum tells damage;
against other people there are the file's owner and its mode.
"""

from __future__ import annotations

import os
from binascii import crc32
from collections.abc import Mapping
from pathlib import Path
from stat import S_IWGRP, S_IWOTH
from typing import NamedTuple

_MAGIC = b"agent-audit cache 4\n"
_NUMBER = 8
_HEAD = len(_MAGIC) + 3 * _NUMBER
_OLD = 90 * 86_400  # seconds


class Stored(NamedTuple):
    """What such a file holds."""

    blocks: Mapping[str, bytes | memoryview]
    big: bytes


def read(path: Path) -> Stored:
    """Return what was written to ``path``.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is damaged, of another version, or somebody else may have written it.
    """
    with path.open("rb", buffering=0) as file:  # a buffer of its own would copy it all once more
        status = os.fstat(file.fileno())
        if not _is_ours(status):
            raise ValueError("another user can write it")
        head = file.read(_HEAD)
        length, size, checksum = (_number(head, place) for place in range(3))
        if not head.startswith(_MAGIC) or length + size > status.st_size:
            raise ValueError("of another version, or damaged")
        small, big = file.read(length + size), file.read()
        if crc32(big, crc32(small)) != checksum:
            raise ValueError("damaged")
        return Stored(_cut(memoryview(small), length), big)


def _number(head: bytes, place: int) -> int:
    start = len(_MAGIC) + place * _NUMBER
    return int.from_bytes(head[start : start + _NUMBER], "big")


def _cut(small: memoryview, at: int) -> dict[str, memoryview]:
    blocks = {}
    for line in str(small[:at], "ascii").splitlines():
        name, _, size = line.partition(" ")
        blocks[name] = small[at : at + int(size)]
        at += int(size)
    return blocks


def write(path: Path, stored: Stored) -> None:
    """Write ``stored`` to ``path`` in one step; its predecessor, and what grew old beside it, is removed.

    Names of blocks have no spaces. Of two files whose names differ behind the last dash, one came before the other.

    Raises:
        OSError: it cannot be written; nothing is left behind then.
    """
    from tempfile import mkstemp

    table = "".join(f"{name} {len(block)}\n" for name, block in stored.blocks.items()).encode("ascii")
    small = b"".join((table, *stored.blocks.values()))
    numbers = (len(table), len(small) - len(table), crc32(stored.big, crc32(small)))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = mkstemp(dir=path.parent, prefix=".rules-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines((_MAGIC, *(number.to_bytes(_NUMBER, "big") for number in numbers), small, stored.big))
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
    _remove_older(path)


def _remove_older(path: Path) -> None:
    from contextlib import suppress
    from time import time

    family = path.name.rpartition("-")[0]
    for other in path.parent.glob("rules-*.bin"):
        with suppress(OSError):
            if other != path and (other.name.startswith(family) or other.stat().st_mtime < time() - _OLD):
                other.unlink()


def _is_ours(status: os.stat_result) -> bool:
    """Whether only this user can have written the file (POSIX; elsewhere the folder's own rights decide)."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (S_IWGRP | S_IWOTH)
