"""The compiled rules as a file: named blocks behind a table, so that a run reads and proves only what it needs.

Layout: a line that names the format, the table's length and checksum, the table (a line a block: name, size, checksum),
the blocks. Checksums tell damage; against other people there are the file's owner and its mode.
"""

from __future__ import annotations

import os
from binascii import crc32
from collections.abc import Mapping
from pathlib import Path
from stat import S_IWGRP, S_IWOTH

_MAGIC = b"agent-audit rules 3\n"
_NUMBER = 8


class Blocks:
    """The blocks of one file. A block that is missing or damaged is a ``ValueError`` when it is asked for."""

    def __init__(self, table: Mapping[str, tuple[int, int, int]], data: bytes) -> None:
        self._table = table
        self._data = data

    def __getitem__(self, name: str) -> bytes:
        if name not in self._table:
            raise ValueError(f"no block {name}")
        at, size, checksum = self._table[name]
        block = self._data[at : at + size]
        if len(block) != size or crc32(block) != checksum:
            raise ValueError(f"block {name} is damaged")
        return block


def read(path: Path, big: str) -> tuple[Blocks, bytes]:
    """Return the blocks of the file at ``path``, and apart from them the last one, called ``big``, unproven.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is damaged, of another version, or somebody else may have written it.
    """
    with path.open("rb") as file:
        if not _is_ours(os.fstat(file.fileno())):
            raise ValueError("another user can write it")
        head = file.read(len(_MAGIC) + 2 * _NUMBER)
        length, checksum = (int.from_bytes(head[at : at + _NUMBER], "big") for at in (len(_MAGIC), len(_MAGIC) + _NUMBER))
        if not head.startswith(_MAGIC):
            raise ValueError("another version")
        text = file.read(length)
        if crc32(text) != checksum:
            raise ValueError("its table is damaged")
        table, total = {}, 0
        for line in text.decode("ascii").splitlines():
            name, size, proof = line.split(" ")
            table[name] = (total, int(size), int(proof))
            total += int(size)
        last = table.pop(big, (total, 0, 0))
        return Blocks(table, file.read(last[0])), file.read()


def write(path: Path, blocks: Mapping[str, bytes]) -> None:
    """Write ``blocks`` (names without spaces) in their order to ``path``, in one step, and remove its older siblings.

    Raises:
        OSError: it cannot be written; nothing is left behind then.
    """
    from tempfile import mkstemp

    table = "".join(f"{name} {len(block)} {crc32(block)}\n" for name, block in blocks.items()).encode("ascii")
    numbers = b"".join(number.to_bytes(_NUMBER, "big") for number in (len(table), crc32(table)))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = mkstemp(dir=path.parent, prefix=".rules-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines((_MAGIC, numbers, table, *blocks.values()))
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
    _remove_others(path)


def _remove_others(path: Path) -> None:
    from contextlib import suppress

    for old in path.parent.glob("rules-*.bin"):
        if old != path:
            with suppress(OSError):
                old.unlink()


def _is_ours(status: os.stat_result) -> bool:
    """Whether only this user can have written the file (POSIX; elsewhere the folder's own rights decide)."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (S_IWGRP | S_IWOTH)
