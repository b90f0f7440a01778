"""A repository's past: what the commits asked for brought, every blob once whatever number of commits hold it.

Nothing is fetched, no program that a repository names is run, submodules are not entered.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import IncompleteError
from auditor.model.frozen import frozen
from auditor.model.place import Origin, Skip, Target
from auditor.sources.changes import Change, is_file
from auditor.sources.commits import NONE, Commits, Selection, commits, compare, is_partial, shallow, stored
from auditor.sources.gitfolders import is_git_directory
from auditor.sources.gitprocess import repo_root

__all__ = ["Past", "Scope", "Selection", "folded", "gather", "scopes"]

Exclude = Callable[[str], bool]

NO_COMMITS = "has no commits"
_FEW = 3


@frozen
class Scope:
    """A repository and what of it is looked at: all, the folder ``below`` (ends in ``/``), or the one file ``below``.

    ``name`` is what the user called it; ``prefix`` is put before what is shown, in place of ``below``.
    """

    repo: Path
    name: str
    below: str = ""
    prefix: str = ""

    def shown(self, path: str) -> str:
        """Return a path of the repository as people see it, as the walk shows the same file."""
        return self.prefix if path == self.below else self.prefix + path[len(self.below) :]


def scopes(paths: Sequence[Path]) -> Iterator[Scope | Skip]:
    """Yield the repository around each of ``paths``, bare ones too, or a ``Skip`` where there is none."""
    for path in paths:
        given, absolute = path.as_posix(), os.path.abspath(path)
        is_folder = os.path.isdir(absolute)
        prefix = given.rstrip("/") + "/" if is_folder and len(paths) > 1 and given != "." else ""
        if is_folder and is_git_directory(absolute):
            yield Scope(Path(absolute), given, prefix=prefix)
            continue
        root = repo_root(Path(absolute) if is_folder else Path(absolute).parent)
        if root is None:
            yield Skip(given, "has no history: it is in no git repository")
            continue
        below = os.path.relpath(absolute, root).replace(os.sep, "/")
        below = "" if below == "." else f"{below}/" if is_folder else below
        yield Scope(root, given, below, prefix if is_folder else given)


@dataclass
class Rows:
    """The changes, as columns: ``commit[i]`` has ``new[i]`` at ``path[i]`` where its ``parent[i]`` had ``old[i]``.

    All are places in the lists of ``Past``. Of a merge only what differs from all of its parents is here, with a row
    for each parent.
    """

    commit: array[int] = field(default_factory=lambda: array("i"))
    parent: array[int] = field(default_factory=lambda: array("i"))
    path: array[int] = field(default_factory=lambda: array("i"))
    new: array[int] = field(default_factory=lambda: array("i"))
    old: array[int] = field(default_factory=lambda: array("i"))

    def add(self, commit: int, parent: int, path: int, new: int, old: int) -> None:
        """Append one."""
        self.commit.append(commit)
        self.parent.append(parent)
        self.path.append(path)
        self.new.append(new)
        self.old.append(old)


@dataclass
class Past:
    """What was gathered of one repository; paths and blobs are held once and known by their places.

    ``newest`` is the place of the path at which a blob was met first, ``NONE`` for those that are not to be read.
    ``loose`` are blobs that no commit holds. ``missing`` counts what a partial clone lacks.
    """

    scope: Scope
    commits: Commits
    rows: Rows = field(default_factory=Rows)
    paths: list[str] = field(default_factory=list)
    blobs: dict[bytes, int] = field(default_factory=dict)
    newest: array[int] = field(default_factory=lambda: array("i"))
    loose: tuple[bytes, ...] = ()
    skips: list[Skip] = field(default_factory=list)

    def targets(self) -> Iterator[Target]:
        """Yield every blob once: ``real`` is its id, ``commit`` not known yet.

        Versions of one file come together, newest first: git stores the one as what differs from the other.
        """
        root = os.fspath(self.scope.repo)
        ids = list(self.blobs)
        read = [blob for blob, path in enumerate(self.newest) if path != NONE]
        for blob in sorted(read, key=lambda blob: self.paths[self.newest[blob]]):
            yield Target(Origin.COMMIT, self.shown(self.newest[blob]), ids[blob].decode(), root=root, tracked=True)
        for loose in self.loose:
            yield Target(Origin.COMMIT, f"git object {loose[:12].decode()}", loose.decode(), root=root, tracked=False)

    def shown(self, path: int) -> str:
        """The path with this place, as people see it."""
        return self.scope.shown(self.paths[path])

    @property
    def count(self) -> int:
        """How many blobs there are to read."""
        return sum(path != NONE for path in self.newest) + len(self.loose)

    def said(self) -> str:
        """One line for the report: how much there was."""
        commits_read = _counted(len(self.commits.ids), "commit", "commits")
        versions = _counted(self.count, "version of a file", "versions of files")
        return f"history of {self.scope.name}: {commits_read}, {versions}"


def gather(scope: Scope, selection: Selection, exclude: Exclude | None = None, jobs: int = 1) -> Past:
    """Return what the commits of ``selection`` changed in ``scope``.

    ``exclude`` is asked with shown paths as in ``files.walk``; ``jobs`` is how many processes may be used.

    Raises:
        UsageError: git does not know the range.
        IncompleteError: git is missing, refuses the repository or cannot follow its commits.
    """
    store = _store(scope.repo) if selection.unreachable or is_partial(scope.repo) else None
    past = Past(scope, _commits(scope, selection, store))
    _Gatherer(past, exclude).run(jobs)
    if not past.commits.ids and selection.whole:
        past.skips.append(Skip(scope.name, NO_COMMITS))
    _note_cut(past)
    if store is not None:
        _drop_missing(past, store)
        if selection.unreachable and selection.whole and not scope.below:
            past.loose = tuple(name for name, kind in store.items() if kind == b"blob" and name not in past.blobs)
    return past


def folded(name: str, skips: Iterable[Skip]) -> list[Skip]:
    """Return ``skips`` with one in place of many that have the same reason; ``name`` is the repository's."""
    by_reason: dict[str, list[Skip]] = {}
    for skip in skips:
        by_reason.setdefault(skip.why, []).append(skip)
    told: list[Skip] = []
    for why, found in by_reason.items():
        told += found if len(found) <= _FEW else [Skip(name, f"{len(found)} versions of files, of each: {why}")]
    return sorted(told)


class _Gatherer:
    """Fills a ``Past`` with what git says of its commits."""

    def __init__(self, past: Past, exclude: Exclude | None) -> None:
        self._past = past
        self._exclude = exclude
        self._paths: dict[bytes, int] = {}
        self._folders: dict[str, bool] = {"": False}

    def run(self, jobs: int) -> None:
        past, scope = self._past, self._past.scope
        below = (scope.below,) if scope.below else ()
        unknown = 0
        for commit, told in enumerate(compare(scope.repo, past.commits.ids, ("-c",), below, jobs=jobs)):
            parents = past.commits.parents(commit)
            unknown += told is None
            for change in told or ():
                self._add(commit, parents, change)
        if unknown:
            what = _counted(unknown, "commit", "commits")
            past.skips.append(Skip(scope.name, f"what {what} changed is not known: git cannot compare"))

    def _add(self, commit: int, parents: tuple[int, ...], change: Change) -> None:
        path = self._path(change.path)
        new = self._blob(change.mode, change.blob, path)
        for parent, (mode, blob) in zip(parents, change.before, strict=False):
            old = self._blob(mode, blob, NONE)
            if path != NONE:
                self._past.rows.add(commit, parent, path, new, old)

    def _blob(self, mode: bytes, name: bytes, path: int) -> int:
        """Return the place of a file's content, which is to be read when ``path`` says where it stands."""
        blobs, newest = self._past.blobs, self._past.newest
        place = blobs.setdefault(name, len(blobs))
        if place == len(newest):
            newest.append(NONE)
        if not is_file(mode):
            return NONE
        if newest[place] == NONE:
            newest[place] = path
        return place

    def _path(self, raw: bytes) -> int:
        """Return the place of a path, ``NONE`` for one that is kept out."""
        place = self._paths.get(raw)
        if place is None:
            path = os.fsdecode(raw)
            place = NONE if self._is_kept_out(self._past.scope.shown(path)) else len(self._past.paths)
            self._paths[raw] = place
            if place != NONE:
                self._past.paths.append(path)
        return place

    def _is_kept_out(self, shown: str) -> bool:
        if self._exclude is None:
            return False
        return self._exclude(shown) or self._is_folder_out(shown.rpartition("/")[0])

    def _is_folder_out(self, folder: str) -> bool:
        out = self._folders.get(folder)
        if out is None:
            assert self._exclude is not None
            out = self._exclude(f"{folder}/") or self._is_folder_out(folder.rpartition("/")[0])
            self._folders[folder] = out
        return out


def _store(repo: Path) -> dict[bytes, bytes]:
    return {name: kind for kind, name in stored(repo)}


def _commits(scope: Scope, selection: Selection, store: Mapping[bytes, bytes] | None) -> Commits:
    if store is not None and selection.unreachable:
        try:
            return commits(scope.repo, selection, [name for name, kind in store.items() if kind == b"commit"])
        except IncompleteError:
            # What nothing refers to may be half gone; what is left of it is read as blobs without a commit.
            pass
    return commits(scope.repo, selection)


def _note_cut(past: Past) -> None:
    ends = shallow(past.scope.repo)
    cut = sum(commit in ends for commit in past.commits.ids) if ends else 0
    if cut:
        where = _counted(cut, "commit", "commits")
        past.skips.append(Skip(past.scope.name, f"history is cut at {where}: the clone is shallow"))


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _drop_missing(past: Past, store: Container[bytes]) -> None:
    lost = [blob for name, blob in past.blobs.items() if past.newest[blob] != NONE and name not in store]
    for blob in lost:
        past.newest[blob] = NONE
    if lost:
        what = f"{_counted(len(lost), 'version of a file', 'versions of files')} not in this partial clone"
        past.skips.append(Skip(past.scope.name, f"{what}: nothing is fetched"))
