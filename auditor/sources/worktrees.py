"""Where a ``.git`` file leads: linked worktrees and submodules share a git directory that stands elsewhere.

This is the one door to GitPython. It is opened only for a git directory outside the scanned paths, and what it cannot
tell is read from the two pointer files themselves (gitrepository-layout(5): ``gitdir``, ``commondir``).
"""

from __future__ import annotations

import os
from collections.abc import Callable

from auditor.sources.gitfolders import is_git_directory

_POINTER = "gitdir: "
_LONGEST_POINTER = 16 << 10


def config_files(pointer: str, is_inside: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the git configuration files that hold for the folder with the ``.git`` file ``pointer``.

    ``is_inside`` says of a path without links that the walk reads it anyway; such files are left out. A pointer that
    leads to no git directory gives nothing: a scanned tree must not choose arbitrary files.
    """
    private = _pointed(pointer, _POINTER)
    if not private or is_inside(private):
        return ()
    common = _common_by_gitpython(pointer) or _pointed(os.path.join(private, "commondir"), "") or private
    if not is_git_directory(common):
        return ()
    candidates = (os.path.join(common, "config"), os.path.join(private, "config.worktree"))
    real = dict.fromkeys(os.path.realpath(path) for path in candidates if os.path.isfile(path))
    return tuple(path for path in real if not is_inside(path))


def _pointed(file: str, prefix: str) -> str:
    """Return the real path that a pointer file names, relative to where it stands; empty when it is none."""
    try:
        with open(file, "rb") as opened:
            text = os.fsdecode(opened.read(_LONGEST_POINTER)).strip("\r\n")
    except OSError:
        return ""
    if not text.startswith(prefix) or "\0" in text or "\n" in text:
        return ""
    return os.path.realpath(os.path.join(os.path.dirname(file), text.removeprefix(prefix)))


def _common_by_gitpython(pointer: str) -> str:
    # It raises more kinds of errors than it documents, on import without git among others; none matters here.
    try:
        import git

        with git.Repo(os.path.dirname(pointer), expand_vars=False) as repository:
            return os.path.realpath(repository.common_dir)
    except Exception:  # noqa: BLE001 - see above
        return ""
