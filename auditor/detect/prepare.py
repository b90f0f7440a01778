"""A matcher ready to use: from the per-user cache when it is sound, else built from the rule files and cached."""

from __future__ import annotations

import os
import sys
from binascii import crc32
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.detect import stored
from auditor.detect.engine import Engine, engine_version
from auditor.detect.matcher import Matcher
from auditor.detect.stored import Stored
from auditor.rulebook.book import Rulebook, Voucher, read_folders
from auditor.rulebook.find import rules_folder
from auditor.rulebook.schema import Provider

if TYPE_CHECKING:
    from auditor.detect.expressions import Plan

_PROVIDER = "provider:"
_PACKAGE = Path(__file__).parent.parent


def prepare(
    folders: Sequence[Path], cache: Path | None, on_build: Callable[[], None] | None = None
) -> tuple[Rulebook, Matcher]:
    """Return the rulebook of ``folders`` and its matcher.

    ``cache`` is the folder for the compiled form (None: never cached); ``on_build`` is called before the slow way is
    taken. A cache that is damaged, of another version or another user is ignored and rebuilt.
    Raises ``RuleError`` when a rule file is wrong, or a rule that does not ship fails its own examples.
    """
    key = "\n".join(_key(folders)).encode("utf-8", "surrogateescape")
    path = cache / _name(folders, key) if cache else None
    ready = _from_cache(path, key) if path else None
    if ready is None:
        if on_build:
            on_build()
        ready = _build(folders, key, path)
    return ready


def _name(folders: Sequence[Path], key: bytes) -> str:
    """The cache's file name: which installation it is for, then which state of its rules."""
    installation = "\n".join(map(str, (sys.prefix, sys.hexversion, *folders)))
    return f"rules-{crc32(os.fsencode(installation)):08x}-{crc32(key):08x}.bin"


def _build(folders: Sequence[Path], key: bytes, path: Path | None) -> tuple[Rulebook, Matcher]:
    from contextlib import suppress

    from auditor.detect.expressions import plan

    shipped = rules_folder() / "providers"
    book = Rulebook.of(read_folders(folders, proven=shipped))
    planned = plan(tuple(book.detectors()))
    engine = Engine.compile(planned.expressions)
    matcher = Matcher(book, engine, planned.groups, planned.named_from)
    own = [folder for folder in folders if folder != shipped]
    if own:
        from auditor.detect.proof import refuse

        refuse(book, matcher, (provider.id for provider in read_folders(own)))
    if path:
        with suppress(OSError):  # a cache that cannot be written costs time, never the result
            stored.write(path, Stored({"key": key, **_packed(book, planned, _beside(folders))}, engine.dump()))
    return book, matcher


def _key(folders: Sequence[Path]) -> Iterator[str]:
    """Everything the compiled form depends on: versions, platform, the state of the rule files and of the code."""
    yield from (__version__, engine_version(), os.name, str(sys.hexversion), _machine())
    installed = rules_folder().is_relative_to(_PACKAGE)
    for folder in (*folders, *_beside(folders), _PACKAGE / "detect", _PACKAGE / "detect/decode", _PACKAGE / "rulebook"):
        if installed and folder.is_relative_to(_PACKAGE):
            # It is only ever replaced as a whole, and to look at each of its files costs more than to scan one.
            yield str(folder.stat().st_mtime_ns)
        else:
            yield from _files(folder)


def _files(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        stats = sorted((entry.name, entry.stat()) for entry in entries if entry.name.endswith((".yaml", ".py")))
    yield from (f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)


def _machine() -> str:
    return os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")


def _beside(folders: Sequence[Path]) -> tuple[Path, ...]:
    """The folder above the shipped providers, where scoring and taxonomy stand."""
    return (folders[0].parent,) if folders else ()


def _packed(book: Rulebook, planned: Plan, above: Sequence[Path]) -> dict[str, bytes]:
    """The blocks of the cache: what every run needs as words and numbers, what few runs need as JSON, packed."""
    from dataclasses import asdict

    from auditor.rulebook.load import parse
    from auditor.rulebook.plain import to_plain

    extras = {path.name: parse(path) for folder in above for path in sorted(folder.glob("*.yaml"))}
    groups = "\n".join(" ".join(map(str, group)) for group in planned.groups)
    return {
        "places": "\n".join(f"{rule} {slug} {place}" for rule, slug, place in book.places).encode("ascii"),
        "groups": f"{planned.named_from}\n{groups}".encode("ascii"),
        "vouchers": _json([asdict(voucher) for voucher in book.vouchers]),
        "names": _json(book.names),
        "extras": _json(extras),
        **{_PROVIDER + slug: _json(to_plain(book.provider(slug))) for slug in book.slugs},
    }


def _from_cache(path: Path, key: bytes) -> tuple[Rulebook, Matcher] | None:
    try:
        blocks, compiled = stored.read(path)
        if blocks.get("key") != key:
            return None
        engine = Engine.load(compiled)
    except (OSError, ValueError):
        return None
    named_from, *groups = str(blocks["groups"], "ascii").split("\n")
    places = [
        (rule, slug, int(place)) for rule, slug, place in map(str.split, str(blocks["places"], "ascii").split("\n"))
    ]
    book = Rulebook(
        places,
        lambda slug: _provider(blocks[_PROVIDER + slug]),
        partial(_vouchers, blocks["vouchers"]),
        lambda name: _data(blocks["extras"])[name],
        partial(_data, blocks["names"]),
    )
    return book, Matcher(book, engine, [tuple(map(int, group.split())) for group in groups], int(named_from))


def _json(data: Any) -> bytes:
    import json
    import zlib

    return zlib.compress(json.dumps(data, default=str).encode("ascii"))


def _data(block: bytes | memoryview) -> Any:
    import json
    import zlib

    return json.loads(zlib.decompress(block))


def _provider(block: bytes | memoryview) -> Provider:
    from auditor.rulebook.plain import from_plain

    return from_plain(_data(block))


def _vouchers(block: bytes | memoryview) -> tuple[Voucher, ...]:
    found = []
    for item in _data(block):
        lists = {name: tuple(item[name]) for name in ("keys", "words", "hosts", "not_keys")}
        found.append(Voucher(item["number"], item["regex"], ignore_case=item["ignore_case"], **lists))
    return tuple(found)
