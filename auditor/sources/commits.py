"""The commits that are asked for, and what they changed: git-rev-list(1), git-diff-tree(1), git-cat-file(1)."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from auditor.errors import IncompleteError, UsageError
from auditor.model.frozen import frozen
from auditor.sources.changes import RAW, Change, read_change
from auditor.sources.git import run
from auditor.sources.gitprocess import started

NONE = -1
"""Stands for a commit that is not among those asked for, and for no path or blob."""

_FORM = "--format=%at %ct %P"
_HEADER = b"commit "
# Enough lines that a process's start does not count, few enough to bound what is held of its output.
_CHUNK = 1000
# A store that fails more often than this is not worth another process for each of its commits.
_MOST_FAILURES = 20
_LATEST = 1 << 62
_PARTIAL = (b".promisor", b".partialclonefilter", b"extensions.partialclone")


@frozen
class Selection:
    """Which commits: those of HEAD, or of a range, or of all refs; ``since`` (epoch seconds) leaves out older ones.

    ``unreachable`` adds what stashes, reflogs and nothing at all lead to.
    """

    since: int | None = None
    range_: str = ""
    all_refs: bool = False
    unreachable: bool = False

    @property
    def whole(self) -> bool:
        """Whether no commit is left out by date or place, so that the first one to hold a value is really the first."""
        return self.since is None and not self.range_


@dataclass
class Commits:
    """Commits, newest first and never before a child; each is known by its place here.

    ``authored`` is epoch seconds; ``parent`` the place of the first parent; ``merges`` all parents of each merge.
    """

    ids: list[bytes] = field(default_factory=list)
    authored: array[int] = field(default_factory=lambda: array("q"))
    parent: array[int] = field(default_factory=lambda: array("i"))
    merges: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def parents(self, commit: int) -> tuple[int, ...]:
        """The parents of ``commit``, ``NONE`` for each that was not asked for."""
        return self.merges.get(commit) or (self.parent[commit],)

    def tips(self) -> tuple[int, ...]:
        """The commits that no other one builds on."""
        inner = {parent for parents in self.merges.values() for parent in parents}.union(self.parent)
        return tuple(commit for commit in range(len(self.ids)) if commit not in inner)


def commits(repo: Path, selection: Selection, extra: Sequence[bytes] = ()) -> Commits:
    """Return the commits of ``selection``, and those that ``extra`` (ids) lead to; none where HEAD has none yet.

    Raises:
        UsageError: git does not know the range.
        IncompleteError: git refuses the repository, or a commit is missing or damaged.
    """
    run(repo, "rev-parse", "--git-dir")
    if not (selection.range_ or selection.all_refs or selection.unreachable) and not _has_head(repo):
        return Commits()
    asked = ("rev-list", "--date-order", _FORM, *(("--stdin",) if extra else ()), *_revisions(selection), "--")
    told = Commits()
    above: list[list[bytes]] = []
    with started(repo, asked, b"".join(commit + b"\n" for commit in extra)) as process:
        for commit, authored, parents in _entries(process.output, selection.since):
            told.ids.append(commit)
            told.authored.append(authored)
            above.append(parents)
        try:
            process.check()
        except IncompleteError as error:
            if selection.range_:
                hint = "write it as git does (main..feature); a shallow clone may lack one of its ends"
                raise UsageError(f"--range {selection.range_}: no such commits in {repo}", hint) from error
            raise
    _link(told, above)
    return told


def shallow(repo: Path) -> frozenset[bytes]:
    """Return the ids of the commits at which a shallow clone ends; none when the clone is whole."""
    path = os.fsdecode(run(repo, "rev-parse", "--git-path", "shallow").rstrip(b"\n"))
    try:
        with open(os.path.join(repo, path), "rb") as file:
            return frozenset(file.read().split())
    except OSError:
        return frozenset()


def is_partial(repo: Path) -> bool:
    """Whether the clone lacks objects on purpose, to fetch them when they are asked for."""
    names = run(repo, "config", "--null", "--name-only", "--list").split(b"\0")
    return any(name.endswith(_PARTIAL) for name in names)


def stored(repo: Path) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and id of everything in the object store, and fetch nothing.

    Raises:
        IncompleteError: the store cannot be read.
    """
    form = "--batch-check=%(objecttype) %(objectname)"
    with started(repo, ("cat-file", "--batch-all-objects", "--unordered", "--buffer", form)) as process:
        for line in process.output:
            kind, _, name = line.rstrip(b"\n").partition(b" ")
            yield kind, name
        process.check()


def _has_head(repo: Path) -> bool:
    try:
        return bool(run(repo, "rev-parse", "--verify", "--quiet", "HEAD"))
    except IncompleteError:
        return False


def _revisions(selection: Selection) -> tuple[str, ...]:
    if selection.range_:
        return ("--end-of-options", selection.range_)
    if selection.unreachable:
        return ("--all", "--reflog")
    return ("--all",) if selection.all_refs else ("HEAD",)


def _entries(output: Iterable[bytes], since: int | None) -> Iterator[tuple[bytes, int, list[bytes]]]:
    """Yield id, author time and parents' ids of every commit that was made at ``since`` or after."""
    commit = b""
    for line in output:
        if line.startswith(_HEADER):
            commit = line[len(_HEADER) :].rstrip(b"\n")
            continue
        authored, committed, *parents = line.split(b" ")
        if since is None or _number(committed) >= since:
            yield commit, _number(authored), b" ".join(parents).split()


def _number(text: bytes) -> int:
    """Seconds since the epoch; 0 where a damaged commit has no sound time."""
    return min(int(text), _LATEST) if text.isdigit() else 0


def _link(told: Commits, above: Sequence[Sequence[bytes]]) -> None:
    places = {commit: place for place, commit in enumerate(told.ids)}
    for place, ids in enumerate(above):
        parents = tuple(places.get(parent, NONE) for parent in ids)
        told.parent.append(parents[0] if parents else NONE)
        if len(parents) > 1:
            told.merges[place] = parents


def compare(
    repo: Path, lines: Sequence[bytes], options: tuple[str, ...], paths: Sequence[str] = (), *, jobs: int = 1
) -> Iterator[list[Change] | None]:
    """Yield what differs from the parents for each of ``lines``; None where git cannot tell.

    A line is a commit's id, or two: the commit and the one parent that counts. ``options`` say what is done with
    merges (``-c``: only what differs from all parents), ``paths`` what to look at, everything when there are none.
    ``jobs`` processes are used.

    Raises:
        IncompleteError: there is no git.
    """
    command = ("diff-tree", "--stdin", "-r", "--root", "--always", "--no-renames", *RAW, *options, "--", *paths)
    chunks = [lines[at : at + _CHUNK] for at in range(0, len(lines), _CHUNK)]
    if jobs == 1 or len(chunks) <= 1:
        for chunk in chunks:
            yield from _compared(chunk, _outputs(repo, command, chunk))
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as threads:
        for chunk, outputs in zip(chunks, threads.map(partial(_outputs, repo, command), chunks), strict=True):
            yield from _compared(chunk, outputs)


def _outputs(repo: Path, command: tuple[str, ...], lines: Sequence[bytes]) -> list[bytes]:
    """What git says; it ends at the first line that it cannot do, the next output begins behind that."""
    outputs: list[bytes] = []
    done = 0
    while done < len(lines) and len(outputs) < _MOST_FAILURES:
        with started(repo, command, b"\n".join(lines[done:]) + b"\n") as process:
            outputs.append(process.output.read())
            try:
                process.check()
            except IncompleteError:
                done += sum(1 for _ in _blocks(outputs[-1])) + 1
            else:
                break
    return outputs


def _compared(lines: Sequence[bytes], outputs: Sequence[bytes]) -> Iterator[list[Change] | None]:
    told = 0
    for place, output in enumerate(outputs):
        if place:
            told += 1
            yield None
        for changes in _blocks(output):
            told += 1
            yield changes
    yield from [None] * (len(lines) - told)


def _blocks(output: bytes) -> Iterator[list[Change]]:
    """Yield the changes behind each commit's id."""
    block: list[Change] | None = None
    words = iter(output.split(b"\0"))
    for word in words:
        found = read_change(word, words)
        if found is not None and block is not None:
            block.append(found)
        elif word.strip():
            if block is not None:
                yield block
            block = []
    if block is not None:
        yield block
