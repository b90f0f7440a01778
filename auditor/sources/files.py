"""The walk: everything below the given paths that an agent could open, ignored and hidden files included.

Folders are listed once and read in the order of their names, files before folders. Symbolic links are not entered:
a link to a place inside the paths is read there, under its own name, one to a file that the walk leaves out (annexed
content inside a git directory) is read through the link, and one that leaves the paths is a ``Skip``.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from auditor.errors import UsageError
from auditor.model.place import Origin, Skip, Target
from auditor.sources import gitfolders, kinds, workspaces, worktrees
from auditor.sources.gitfolders import Zone
from auditor.sources.opening import entries, kind, reason

Exclude = Callable[[str], bool]

_OUTSIDE = "link to outside the scanned paths"
_POINTER = ".git"
# Files here have no end, wait for hardware or show the kernel's own state.
_KERNEL = frozenset({"/dev", "/proc", "/sys"})
_SPECIAL = kinds.KNOWN_NAMES | {_POINTER}


def walk(paths: Sequence[Path], *, exclude: Exclude | None = None) -> Iterator[Target | Skip]:
    """Yield everything readable below ``paths``, and a ``Skip`` for what is there but cannot be read.

    ``paths`` are files or folders; a ``*.code-workspace`` file stands for itself and its folders. ``Target.path`` is
    POSIX and relative to the one folder given; with several paths it begins with the path as typed, and a file is
    shown as typed. ``exclude`` is asked with such a path, which ends in ``/`` for a folder, and keeps it out with
    all that is below; paths given by name are never asked about. ``Target.size`` stays unknown: nothing is stat'ed.

    Raises:
        UsageError: a path does not exist, or a workspace file cannot be understood. Raised at once, not on the
            first ``next``.
    """
    given: list[_Given] = []
    skips: list[Skip] = []
    for path in paths:
        given.append(_give(path, several=len(paths) > 1))
        if path.suffix == workspaces.SUFFIX and not given[-1].is_folder:
            folders, missing = workspaces.folders(path)
            given += [_give(folder, several=True) for folder in folders]
            skips += missing
    return _Walk(given, exclude).run(skips)


class _Given(NamedTuple):
    """One path to scan: ``prefix`` is put before what is shown, ``absolute`` is opened, ``real`` has no links."""

    prefix: str
    absolute: str
    real: str
    is_folder: bool


def _give(path: Path, *, several: bool) -> _Given:
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"no such file or folder: {path}", "check the spelling and the working directory") from error
    except (OSError, ValueError):
        is_folder = False
    absolute, shown = os.path.abspath(path), path.as_posix()
    if is_folder:
        shown = shown.rstrip("/") + "/" if several and shown != "." else ""
    return _Given(shown, absolute, os.path.realpath(path), is_folder)


class _Folder(NamedTuple):
    """A folder to be listed: as shown (ends in ``/`` or is empty), as opened, and what holds for what is in it."""

    shown: str
    path: str
    origin: Origin
    zone: Zone
    given: _Given

    @property
    def real(self) -> str:
        return self.given.real + self.path[len(self.given.absolute) :]

    def below(self, name: str, zone: Zone) -> _Folder:
        path = _join(self.path, name)
        return _Folder(f"{self.shown}{name}/", path, kinds.of_folder(name, path, self.origin), zone, self.given)


class _Walk:
    """One walk's memory: which folders were listed, and the links and ``.git`` files that are settled at its end."""

    def __init__(self, given: Sequence[_Given], exclude: Exclude | None) -> None:
        self._folders = tuple(g for g in given if g.is_folder)
        self._files = tuple({g.real: g for g in given if not g.is_folder}.values())
        self._exclude = exclude
        self._named = frozenset(g.real for g in self._files)
        self._listed: set[str] = set()
        self._links: list[tuple[str, str, str]] = []
        self._pointers: list[tuple[_Given, str]] = []

    def run(self, skips: Sequence[Skip]) -> Iterator[Target | Skip]:
        yield from skips
        for file in self._files:
            yield from self._file(file)
        for given in self._folders:
            yield from self._tree(given)
        yield from self._linked_files()
        yield from self._distant_configs()

    def _file(self, given: _Given) -> Iterator[Target | Skip]:
        folder, name = os.path.split(given.absolute)
        try:
            mode = os.stat(given.real).st_mode
        except OSError as error:
            yield Skip(given.prefix, reason(error))
            return
        if not stat.S_ISREG(mode):
            yield Skip(given.prefix, kind(mode))
            return
        origin = kinds.of_file(name, folder, kinds.of_root(folder))
        yield Target(origin, given.prefix, given.real, root=folder)

    def _tree(self, given: _Given) -> Iterator[Target | Skip]:
        stack = [_Folder(given.prefix, given.absolute, kinds.of_root(given.absolute), Zone.PLAIN, given)]
        while stack:
            folder = stack.pop()
            real = folder.real
            if real in self._listed:
                continue
            if real in _KERNEL:
                yield Skip(folder.shown or ".", "not a regular file system (the kernel's own view)")
                continue
            try:
                listing = _Listing(entries(folder.path))
            except OSError as error:
                yield Skip(folder.shown or ".", f"folder cannot be listed: {reason(error)}")
                continue
            self._listed.add(real)
            zone = gitfolders.zone_of(folder.zone, listing.files, listing.folders)
            if listing.files:
                yield from self._files_in(folder, zone, listing.files)
            if listing.odd:
                yield from self._odd_in(folder, listing.odd)
            if listing.links:
                yield from self._links_in(folder, listing.links)
            stack.extend(self._folders_in(folder, zone, reversed(listing.folders)))

    def _files_in(self, folder: _Folder, zone: Zone, names: list[str]) -> Iterator[Target]:
        shown, path, origin, root = folder.shown, _join(folder.path, ""), folder.origin, folder.given.absolute
        exclude, plain = self._exclude, zone is Zone.PLAIN
        if self._named:
            names = [name for name in names if _join(folder.real, name) not in self._named]
        for name in names:
            if exclude is not None and exclude(shown + name):
                continue
            if plain and name not in _SPECIAL:
                yield Target(origin, shown + name, path + name, -1, None, root)
            else:
                yield from self._special(folder, zone, name)

    def _special(self, folder: _Folder, zone: Zone, name: str) -> Iterator[Target]:
        """Yield a file whose name or place means something."""
        if not gitfolders.reads(zone, name):
            return
        origin = kinds.of_file(name, folder.path, folder.origin)
        if gitfolders.is_config(zone, name):
            origin = Origin.GIT_CONFIG
        path = _join(folder.path, name)
        if name == _POINTER:
            self._pointers.append((folder.given, path))
        yield Target(origin, folder.shown + name, path, root=folder.given.absolute)

    def _folders_in(self, folder: _Folder, zone: Zone, names: Iterator[str]) -> Iterator[_Folder]:
        for name in names:
            inner = gitfolders.enters(zone, name)
            if inner is not None and not self._keeps_out(f"{folder.shown}{name}/"):
                yield folder.below(name, inner)

    def _odd_in(self, folder: _Folder, odd: list[Skip]) -> Iterator[Skip]:
        for skip in odd:
            if not self._keeps_out(folder.shown + skip.what):
                yield Skip(folder.shown + skip.what, skip.why)

    def _links_in(self, folder: _Folder, names: list[str]) -> Iterator[Skip]:
        """Keep links to files inside for the end of the walk; one ``Skip`` counts those that leave."""
        outside: list[str] = []
        for name in names:
            shown, path = folder.shown + name, _join(folder.path, name)
            if self._keeps_out(shown):
                continue
            try:
                mode, real = os.stat(path).st_mode, os.path.realpath(path)
            except OSError as error:
                # Whoever follows a link to nothing, or round in a loop, reads nothing either.
                if error.errno not in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
                    yield Skip(shown, f"link cannot be followed: {reason(error)}")
                continue
            if not self._inside(real):
                outside.append(shown)
            elif stat.S_ISREG(mode):
                self._links.append((shown, real, folder.given.absolute))
        if outside:
            more = f" (and {len(outside) - 1} more in this folder)" if len(outside) > 1 else ""
            yield Skip(outside[0], _OUTSIDE + more)

    def _linked_files(self) -> Iterator[Target | Skip]:
        """Yield, once each, the files that only a link leads to."""
        seen: set[tuple[int, int]] = set()
        for shown, real, root in self._links:
            folder, name = os.path.split(real)
            if folder in self._listed or real in self._named or self._excluded(real):
                continue
            try:
                status = os.stat(real)
            except OSError as error:
                yield Skip(shown, reason(error))
                continue
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                yield Target(kinds.of_file(name, folder, kinds.of_root(folder)), shown, real, root=root)

    def _distant_configs(self) -> Iterator[Target]:
        """Yield the configuration outside the paths that a ``.git`` file leads to: it holds for its folder too."""
        seen: set[str] = set()
        for given, pointer in self._pointers:
            for path in worktrees.config_files(pointer, self._inside):
                if path not in seen:
                    seen.add(path)
                    shown = posixpath.normpath(given.prefix + _relative(path, given.real))
                    yield Target(Origin.GIT_CONFIG, shown, path, root=given.absolute)

    def _keeps_out(self, shown: str) -> bool:
        return self._exclude is not None and self._exclude(shown)

    def _inside(self, real: str) -> bool:
        return real in self._named or any(_contains(given.real, real) for given in self._folders)

    def _excluded(self, real: str) -> bool:
        """Whether a path without links, or a folder above it, was kept out by the caller."""
        if self._exclude is None:
            return False
        given = next(given for given in self._folders if _contains(given.real, real))
        parts = _relative(real, given.real).split("/")
        folders = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))
        return any(self._exclude(given.prefix + shown) for shown in (*folders, "/".join(parts)))


class _Listing:
    """A folder's entries by what is done with them, sorted by name."""

    __slots__ = ("files", "folders", "links", "odd")

    def __init__(self, found: list[os.DirEntry[str]]) -> None:
        self.files: list[str] = []
        self.folders: list[str] = []
        self.links: list[str] = []
        self.odd: list[Skip] = []
        add_file = self.files.append
        for entry in found:
            try:
                if entry.is_file(follow_symlinks=False):
                    add_file(entry.name)
                else:
                    self._add(entry)
            except OSError as error:  # noqa: PERF203 - one entry that fails must not hide the others
                self.odd.append(Skip(entry.name, reason(error)))
        for names in (self.files, self.folders, self.links):
            names.sort()
        self.odd.sort()

    def _add(self, entry: os.DirEntry[str]) -> None:
        if entry.is_symlink() or _is_junction(entry):
            self.links.append(entry.name)
        elif entry.is_dir(follow_symlinks=False):
            self.folders.append(entry.name)
        else:
            self.odd.append(Skip(entry.name, kind(entry.stat(follow_symlinks=False).st_mode)))


def _is_junction(entry: os.DirEntry[str]) -> bool:
    if sys.platform != "win32":
        return False
    return entry.stat(follow_symlinks=False).st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT


def _join(folder: str, name: str) -> str:
    return folder + name if folder.endswith(os.sep) else folder + os.sep + name


def _contains(folder: str, path: str) -> bool:
    return path == folder or path.startswith(_join(folder, ""))


def _relative(path: str, start: str) -> str:
    try:
        relative = os.path.relpath(path, start)
    except ValueError:  # another drive
        relative = path
    return relative.replace(os.sep, "/")
