"""A matcher ready to use: from the per-user cache when it is sound, else built from the rule files and cached."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.detect.engine import Engine, engine_version
from auditor.detect.expressions import Plan, plan
from auditor.detect.matcher import Matcher
from auditor.rulebook import load
from auditor.rulebook.book import Rulebook, Voucher, read_folders
from auditor.rulebook.find import rules_folder
from auditor.rulebook.schema import Provider

_MAGIC = b"agent-audit cache 3\n"
_DIGEST = 32
_LENGTH = 8


def prepare(
    folders: Sequence[Path], cache: Path | None, on_build: Callable[[], None] | None = None
) -> tuple[Rulebook, Matcher]:
    """Return the rulebook of ``folders`` and its matcher.

    ``cache`` is the folder for the compiled form (None: never cached); ``on_build`` is called before the slow way is
    taken. A cache that is damaged, of another version or another user is ignored and rebuilt.
    Raises ``RuleError`` when a rule file is wrong.
    """
    key = _key(folders)
    path = cache / f"rules-{key[:16]}.bin" if cache else None
    ready = _from_cache(path, key) if path else None
    if ready is None:
        if on_build:
            on_build()
        ready = _build(folders, key, path)
    return ready


def _build(folders: Sequence[Path], key: str, path: Path | None) -> tuple[Rulebook, Matcher]:
    raw, providers = read_folders(folders, proven=rules_folder() / "providers")
    book = Rulebook.of(providers)
    planned = plan(tuple(book.detectors()))
    engine = Engine.compile(planned.expressions)
    if path:
        with contextlib.suppress(OSError):  # a cache that cannot be written costs time, never the result
            _write(path, _pack(book, raw, engine, planned, above=_beside(folders), key=key))
    return book, Matcher(book, engine, planned.groups, planned.named_from)


def _key(folders: Sequence[Path]) -> str:
    """A digest of everything the compiled form depends on: files, versions, platform."""
    parts = [__version__, engine_version(), platform.machine(), os.name, str(sys.hexversion)]
    for folder in (*folders, *_beside(folders)):
        with os.scandir(folder) as entries:
            stats = sorted((entry.name, entry.stat()) for entry in entries if entry.name.endswith(".yaml"))
        parts.extend(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _beside(folders: Sequence[Path]) -> tuple[Path, ...]:
    """The folder above the shipped providers, where scoring and taxonomy stand."""
    return (folders[0].parent,) if folders else ()


def _pack(
    book: Rulebook,
    raw: dict[str, Any],
    engine: Engine,
    planned: Plan,
    *,
    above: Sequence[Path],
    key: str,
) -> bytes:
    extras = {path.name: load.parse(path) for folder in above for path in sorted(folder.glob("*.yaml"))}
    vouchers = [asdict(voucher) for voucher in book.vouchers]
    blocks: list[bytes] = [engine.dump(), json.dumps(vouchers).encode(), json.dumps(extras, default=str).encode()]
    blocks.append(json.dumps(book.names).encode())
    blocks.extend(json.dumps(raw[slug], default=str).encode() for slug in book.slugs)
    header = {
        "key": key,
        "places": book.places,
        "groups": planned.groups,
        "named_from": planned.named_from,
        "sizes": [len(block) for block in blocks],
    }
    head = json.dumps(header).encode()
    body = len(head).to_bytes(_LENGTH, "big") + head + b"".join(blocks)
    return _MAGIC + hashlib.blake2b(body, digest_size=_DIGEST).digest() + body


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".rules-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
    for old in path.parent.glob("rules-*.bin"):
        if old != path:
            with contextlib.suppress(OSError):
                old.unlink()


def _from_cache(path: Path, key: str) -> tuple[Rulebook, Matcher] | None:
    try:
        with path.open("rb") as file:
            if not _is_ours(os.fstat(file.fileno())):
                return None
            data = file.read()
        return _unpack(data, key)
    except (OSError, ValueError, KeyError, IndexError):
        return None


def _is_ours(stat: os.stat_result) -> bool:
    """Whether only this user can have written the file (POSIX; elsewhere the folder's own rights decide)."""
    if not hasattr(os, "getuid"):
        return True
    return stat.st_uid == os.getuid() and not stat.st_mode & 0o022


def _unpack(data: bytes, key: str) -> tuple[Rulebook, Matcher] | None:
    start = len(_MAGIC) + _DIGEST
    body = memoryview(data)[start:]
    if (
        data[: len(_MAGIC)] != _MAGIC
        or hashlib.blake2b(body, digest_size=_DIGEST).digest() != data[len(_MAGIC) : start]
    ):
        return None
    head_end = _LENGTH + int.from_bytes(body[:_LENGTH], "big")
    header = json.loads(bytes(body[_LENGTH:head_end]))
    if header["key"] != key:
        return None
    blocks, at = [], head_end
    for size in header["sizes"]:
        blocks.append(body[at : at + size])
        at += size
    places = [tuple(place) for place in header["places"]]
    slugs = dict.fromkeys(slug for _, slug, _ in places)
    texts = dict(zip(slugs, blocks[4:], strict=True))
    book = Rulebook(
        places,
        partial(_provider, texts),
        partial(_vouchers, blocks[1]),
        partial(_extra, blocks[2]),
        partial(_names, blocks[3]),
    )
    return book, Matcher(book, Engine.load(bytes(blocks[0])), header["groups"], header["named_from"])


def _provider(texts: dict[str, memoryview], slug: str) -> Provider:
    return load.provider(json.loads(bytes(texts[slug])), f"{slug}.yaml", proven=True)


def _extra(block: memoryview, name: str) -> Any:
    return json.loads(bytes(block))[name]


def _names(block: memoryview) -> dict[str, list[int]]:
    names: dict[str, list[int]] = json.loads(bytes(block))
    return names


def _vouchers(block: memoryview) -> tuple[Voucher, ...]:
    found = []
    for item in json.loads(bytes(block)):
        lists = {name: tuple(item[name]) for name in ("keys", "words", "hosts", "not_keys")}
        found.append(Voucher(item["number"], item["regex"], ignore_case=item["ignore_case"], **lists))
    return tuple(found)
