"""The credential files that programs leave in a home, found by the definitions in ``rules/stores``."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path

from auditor.model.place import Skip, Target
from auditor.sources.opening import entries, kind, reason
from auditor.sources.storebook import Store, StorePath, load

__all__ = ["Store", "StorePath", "load", "stores"]

# The XDG base directory specification's defaults, and where Windows keeps a user's application data.
_USUAL = {
    "XDG_CONFIG_HOME": "~/.config",
    "XDG_DATA_HOME": "~/.local/share",
    "XDG_STATE_HOME": "~/.local/state",
    "XDG_CACHE_HOME": "~/.cache",
}
_USUAL_ON_WINDOWS = {"APPDATA": "~/AppData/Roaming", "LOCALAPPDATA": "~/AppData/Local"}
_MAGIC = frozenset("*?[")
_ANY_DEPTH = "**"


def stores(home: Path, env: Mapping[str, str], platform: str, definitions: Sequence[Store]) -> Iterator[Target | Skip]:
    """Yield every store's files that exist, in the order of ``definitions``, each file once.

    ``env`` is the environment whose overrides count (``KUBECONFIG``, ``XDG_CONFIG_HOME``, …); an override adds places,
    since the usual one stays as readable as before. ``platform`` is ``sys.platform``. Paths are shown as ``~/…``
    below ``home``, else absolute. Links are followed, as whoever opens the path does; ``Target.real`` is where they
    end.
    """
    search = _Search(os.fspath(home), env, _platform(platform))
    seen: set[str] = set()
    for store in definitions:
        for place in store.paths:
            for found in search.matches(place):
                if isinstance(found, Skip):
                    yield found
                    continue
                real = os.path.realpath(found)
                if real not in seen:
                    seen.add(real)
                    yield from search.target(store, found, real)


class _Search:
    """One home, one environment, one platform."""

    def __init__(self, home: str, env: Mapping[str, str], platform: str) -> None:
        self._home = os.path.abspath(home)
        self._env = env
        self._platform = platform
        self._usual = {**_USUAL, **(_USUAL_ON_WINDOWS if platform == "windows" else {})}

    def matches(self, place: StorePath) -> Iterator[str | Skip]:
        """Yield the existing paths, of whatever kind, that a definition's path stands for here."""
        if place.platforms and self._platform not in place.platforms:
            return
        start, *names = place.path.split("/")
        for base in self._bases(start, several=place.several):
            for found in self._below(base, names):
                if isinstance(found, Skip) or not _excepted(place, found):
                    yield found

    def target(self, store: Store, path: str, real: str) -> Iterator[Target | Skip]:
        """Yield one existing path as a target; a folder is nothing to read."""
        try:
            status = os.stat(path)
        except FileNotFoundError:
            return
        except OSError as error:
            yield Skip(self._shown(path), reason(error))
            return
        if stat.S_ISREG(status.st_mode):
            yield Target(store.origin, self._shown(path), real, status.st_size, store.id, self._home)
        elif not stat.S_ISDIR(status.st_mode):
            yield Skip(self._shown(path), kind(status.st_mode))

    def _bases(self, start: str, *, several: bool) -> tuple[str, ...]:
        if start == "~":
            return (self._home,)
        name = start[1:]
        value = self._env.get(name, "")
        given = value.split(os.pathsep) if several else [value]
        given.append(self._usual.get(name, ""))
        return tuple(dict.fromkeys(path for path in map(self._absolute, given) if path))

    def _absolute(self, path: str) -> str:
        """Return ``path`` with its ``~`` replaced; empty for a relative one, which depends on who reads it."""
        if path == "~" or path.startswith(("~/", "~" + os.sep)):
            path = self._home + path[1:]
        return os.path.normpath(path) if os.path.isabs(path) else ""

    def _below(self, base: str, names: list[str]) -> Iterator[str | Skip]:
        if not names:
            if os.path.lexists(base):
                yield base
            return
        name, rest = names[0], names[1:]
        if name == _ANY_DEPTH:
            for folder in self._folders(base):
                yield from self._below(folder, rest)
        elif _MAGIC.isdisjoint(name):
            yield from self._below(os.path.join(base, name), rest)
        else:
            for entry in self._entries(base):
                if isinstance(entry, Skip):
                    yield entry
                elif fnmatch.fnmatchcase(entry.name, name):
                    yield from self._below(os.path.join(base, entry.name), rest)

    def _folders(self, base: str) -> Iterator[str]:
        """Yield ``base`` and every folder below it, links not followed."""
        stack = [base]
        while stack:
            folder = stack.pop()
            yield folder
            found = [entry for entry in self._entries(folder) if not isinstance(entry, Skip)]
            below = [entry.name for entry in found if entry.is_dir(follow_symlinks=False)]
            stack.extend(os.path.join(folder, name) for name in reversed(below))

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str] | Skip]:
        try:
            yield from sorted(entries(folder), key=attrgetter("name"))
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            yield Skip(self._shown(folder), f"folder cannot be listed: {reason(error)}")

    def _shown(self, path: str) -> str:
        inside = path.startswith(os.path.join(self._home, ""))
        return ("~" + path[len(self._home.rstrip(os.sep)) :] if inside else path).replace(os.sep, "/")


def _excepted(place: StorePath, path: str) -> bool:
    name = path.rpartition(os.sep)[2]
    return any(fnmatch.fnmatchcase(name, glob) for glob in place.excepted)


def _platform(name: str) -> str:
    return {"darwin": "macos", "win32": "windows", "cygwin": "windows"}.get(name, "linux")
