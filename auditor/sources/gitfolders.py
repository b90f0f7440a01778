"""What is read inside a git directory, ``.git`` or bare: its texts, not its objects (gitrepository-layout(5)).

Objects, packs, LFS and annex contents, recorded conflict images, refs and indexes are other sources' business or
hold hashes only. Everything else is an ordinary file that an agent may open: configuration and its credentials in
remote URLs, hooks, reflogs, messages, and what other programs leave there, such as a ``credentials`` file of git's
``store`` helper.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum

_NOT_ENTERED = frozenset({"objects", "refs", "lfs", "annex", "rr-cache", "branches"})
_NOT_READ = frozenset({"index", "index.lock", "shallow", "packed-refs.lock"})
_CONFIGS = frozenset({"config", "config.worktree"})
_REPOSITORY_NAMES = ("HEAD", "objects", "refs")


class Zone(Enum):
    """Which rule holds for a folder's entries."""

    PLAIN = "plain"
    GIT = "git directory"
    HOOKS = "hooks"
    MODULES = "git directories of submodules or worktrees"


def zone_of(zone: Zone, files: Sequence[str], folders: Sequence[str]) -> Zone:
    """Return the rule for a folder with these contents, reached under ``zone``: contents decide, not its name."""
    if "HEAD" not in files:
        return zone
    if zone is Zone.MODULES or (zone is Zone.PLAIN and "objects" in folders and "refs" in folders):
        return Zone.GIT
    return zone


def enters(zone: Zone, name: str) -> Zone | None:
    """Return the rule for the folder ``name`` in a folder under ``zone``; None: it is not entered."""
    if zone is not Zone.GIT:
        return Zone.MODULES if zone is Zone.MODULES else Zone.PLAIN
    if name in _NOT_ENTERED:
        return None
    return {"hooks": Zone.HOOKS, "modules": Zone.MODULES, "worktrees": Zone.MODULES}.get(name, Zone.PLAIN)


def reads(zone: Zone, name: str) -> bool:
    """Whether the file ``name`` in a folder under ``zone`` is read."""
    if zone is Zone.HOOKS:
        return not name.endswith(".sample")
    return zone is not Zone.GIT or not (name in _NOT_READ or name.startswith("sharedindex."))


def is_config(zone: Zone, name: str) -> bool:
    """Whether the file ``name`` in a folder under ``zone`` is git configuration."""
    return zone is Zone.GIT and name in _CONFIGS


def is_git_directory(path: str) -> bool:
    """Whether a folder on disk looks like a git directory, as git itself checks before it believes one."""
    return all(os.path.exists(os.path.join(path, name)) for name in _REPOSITORY_NAMES)
