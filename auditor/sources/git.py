"""What git knows: staged blobs, tracked names and the history of a path.

All calls go through ``gitprocess``, which switches off whatever a repository could make git execute. Formats:
git-diff(1) "Raw output format", git-cat-file(1) "Batch output".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from auditor.errors import IncompleteError
from auditor.model.place import Fragment, Origin, Skip, Target
from auditor.sources.blobs import Blob, stream
from auditor.sources.changes import RAW, Change, is_file, read_change
from auditor.sources.gitprocess import git_directory, handed, repo_root, started
from auditor.sources.windows import OVERLAP, WINDOW, Windows

__all__ = ["history_of", "repo_root", "run", "staged", "tracked"]

_LIMIT = 256 << 20
_LARGEST_VERSION = 16 << 20
_FEW = 200

# Added, copied, modified, renamed and type changed: a link replaced by a file brings new content too.
_NEW_CONTENT = "--diff-filter=ACMRT"
_COMMIT_MARK = b"\x01"


def run(repo: Path, *args: str, input: bytes | None = None, limit: int = _LIMIT) -> bytes:  # noqa: A002
    """Run one hardened git command in ``repo`` and return its output.

    ``input`` goes to its standard input. Never put a secret into ``args``: other processes can read them.

    Raises:
        IncompleteError: git is missing, refuses the repository, fails, or writes more than ``limit`` bytes.
    """
    with started(repo, args, input or b"") as process:
        output = process.output.read(limit + 1)
        if len(output) > limit:
            raise IncompleteError(f"{repo}: git {args[0]} gave more than {limit} bytes", "scan a smaller part")
        process.check()
    return output


def staged(repo: Path, *, window: int = WINDOW, overlap: int = OVERLAP) -> Iterator[Fragment | Skip]:
    """Yield what the next commit would bring: the index blobs that differ from HEAD, and in a merge from all parents.

    The blobs come as they are in the object store, whatever the work tree holds by now; submodules and symbolic links
    have no content of their own. Paths are relative to the top of the work tree. Each fragment is valid until the
    next is asked for; ``window`` and ``overlap`` are bytes, see ``Windows``.

    Raises:
        IncompleteError: see ``run``.
    """
    root = _top(repo)
    changes = [change for change in _staged_changes(root) if is_file(change.mode)]
    windows = Windows(window, overlap)
    for change, blob in _blobs(root, changes):
        path = os.fsdecode(change.path)
        if blob is None:
            yield Skip(path, "its staged content is missing from the object store")
            continue
        target = Target(Origin.INDEX, path, os.path.join(root, path), blob.size, root=os.fspath(root), tracked=True)
        yield from windows.fragments(target, blob.fill)


def tracked(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return those of ``paths`` (POSIX, relative to ``root``) that git tracks; none outside a repository.

    Raises:
        IncompleteError: see ``run``.
    """
    asked = frozenset(path for path in paths if not path.startswith("/") and ".." not in path.split("/"))
    if not asked or repo_root(root) is None:
        return frozenset()
    # A few names are asked for; for many the whole index is cheaper than an argument list that may be too long.
    names = sorted(asked) if len(asked) <= _FEW else []
    listed = run(root, "ls-files", "-z", "--cached", "--", *names)
    return asked.intersection(os.fsdecode(name) for name in listed.split(b"\0"))


def history_of(root: Path, path: str, limit: int = 2000) -> Iterator[tuple[str, int, bytes]]:
    """Yield the committed versions of a file, newest first: commit id, author time (epoch seconds), content.

    ``path`` is POSIX and relative to ``root``. Renames are followed; at most ``limit`` commits are looked at; versions
    over 16 MiB and those missing from the object store are left out. Nothing comes for what was never committed.

    Raises:
        IncompleteError: see ``run``.
    """
    top = repo_root(root)
    if top is None:
        return
    form = f"--format={_COMMIT_MARK.decode()}%H %at"
    try:
        listed = run(root, "log", "--follow", f"-n{limit}", form, *RAW, _NEW_CONTENT, "--no-show-signature", "--", path)
    except IncompleteError:
        if _has_commits(root):
            raise
        return
    versions = [(when, change) for when, change in _log_entries(listed) if is_file(change.mode)]
    blobs = _blobs(root, [change for _, change in versions])
    for ((commit, seconds), _), (_, blob) in zip(versions, blobs, strict=True):
        if blob is not None and blob.size <= _LARGEST_VERSION:
            yield commit, seconds, blob.all()


def _blobs(root: Path, changes: Sequence[Change]) -> Iterator[tuple[Change, Blob | None]]:
    """Yield each change with its blob, None when the object store lacks it."""
    return zip(changes, stream(root, [change.blob for change in changes]), strict=True)


def _top(repo: Path) -> Path:
    given = handed(os.path.abspath(repo), os.environ)
    found = None if "GIT_DIR" in given or "GIT_WORK_TREE" in given else repo_root(repo)
    return found or Path(os.fsdecode(run(repo, "rev-parse", "--show-toplevel").rstrip(b"\n")))


def _staged_changes(root: Path) -> tuple[Change, ...]:
    changes = _differing(root, ())
    for parent in _merged_parents(root):
        both = frozenset(change.path for change in _differing(root, (parent,)))
        changes = tuple(change for change in changes if change.path in both)
    return changes


def _differing(root: Path, commit: tuple[str, ...]) -> tuple[Change, ...]:
    try:
        listed = run(root, "diff", "--cached", "--no-renames", *RAW, _NEW_CONTENT, *commit, "--")
    except IncompleteError:
        # In a repository that git refuses, diff takes itself for a comparison of files; this says what is wrong.
        run(root, "rev-parse", "--git-dir")
        raise
    words = iter(listed.split(b"\0"))
    return tuple(change for word in words if (change := read_change(word, words)))


def _merged_parents(root: Path) -> tuple[str, ...]:
    """Return the commits being merged into HEAD, none when no merge is under way."""
    folder = handed(os.fspath(root), os.environ).get("GIT_DIR") or git_directory(root)
    try:
        text = Path(folder, "MERGE_HEAD").read_text("ascii")
    except (OSError, ValueError):
        return ()
    return tuple(line for line in text.split() if all(digit in "0123456789abcdef" for digit in line))


def _has_commits(root: Path) -> bool:
    try:
        return bool(run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"))
    except IncompleteError:
        return False


def _log_entries(listed: bytes) -> Iterator[tuple[tuple[str, int], Change]]:
    when = ("", 0)
    words = iter(listed.split(b"\0"))
    for word in words:
        if word.startswith(_COMMIT_MARK):
            commit, _, seconds = word[1:].decode("ascii").partition(" ")
            when = (commit, int(seconds))
        elif change := read_change(word, words):
            yield when, change
