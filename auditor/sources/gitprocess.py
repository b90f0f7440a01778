"""Starting the git binary so that a hostile repository cannot make it execute, connect, wait or write.

A repository's own configuration can name programs that git then runs (a file system monitor, a pager, diff drivers,
hooks, a transport for objects it lacks). Sources: git-config(1), git(1) "Environment Variables".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING

from auditor.errors import IncompleteError
from auditor.sources.gitfolders import is_git_directory

if TYPE_CHECKING:
    import subprocess

_SETTINGS = {
    "core.askPass": "",
    "core.fsmonitor": "false",
    "core.gitProxy": "",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.quotePath": "false",
    "core.sshCommand": "false",
    "credential.helper": "",
    "diff.external": "",
    "diff.orderFile": os.devnull,
    "diff.relative": "false",
    "log.showSignature": "false",
    "protocol.allow": "never",
    # A bare repository may be named too; that it stands in somebody's tree lets it run nothing here.
    "safe.bareRepository": "all",
    "submodule.recurse": "false",
}
_SURROUNDINGS = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LANGUAGE": "C",
    "LC_ALL": "C",
}
# What git tells a hook about the commit at hand, as paths that may be relative to where the hook runs.
_HANDED_TO_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
_LONGEST_COMPLAINT = 64 << 10
_LONGEST_POINTER = 16 << 10
# How much git may write ahead of its reader: less waiting on both sides when gigabytes pass through.
_PIPE = 1 << 20
_KEPT = frozenset(
    {"GIT_CONFIG_GLOBAL", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_CEILING_DIRECTORIES"}
)

# What git complains of (a part that quotes nobody's values), what we say, and what to do.
_REFUSALS = (
    ("dubious ownership", "git refuses a repository of another user", "git config --global --add safe.directory {}"),
    ("not a git repository", "not a git repository", "give a folder inside a repository"),
    ("cannot change to", "no such folder", "check the path"),
    ("bad config", "git cannot read a configuration file", "run `git status` there to see which"),
    ("bad numeric config", "git cannot read a configuration file", "run `git status` there to see which"),
    ("bad boolean config", "git cannot read a configuration file", "run `git status` there to see which"),
    ("index file", "the index is damaged", "run `git status` there"),
    ("bad signature", "the index is damaged", "run `git status` there"),
    ("unknown repository extension", "the repository needs a newer git", "upgrade git"),
)


class Process:
    """A running git command: its output as a stream, and the error to raise when it failed."""

    def __init__(self, repo: str, command: str, process: subprocess.Popen[bytes], complaint: IO[bytes]) -> None:
        assert isinstance(process.stdout, BufferedReader)
        self.output = process.stdout
        self._repo, self._command, self._process, self._complaint = repo, command, process, complaint

    def check(self) -> None:
        """Wait for the end.

        Raises:
            IncompleteError: git did not succeed.
        """
        if self._process.wait():
            raise self.failure()

    def failure(self) -> IncompleteError:
        """Return what went wrong, without quoting what git said: that may hold values of somebody's configuration."""
        self._complaint.seek(0)
        said = self._complaint.read(_LONGEST_COMPLAINT).decode("utf-8", "replace")
        for sign, what, hint in _REFUSALS:
            if sign in said:
                return IncompleteError(f"{self._repo}: {what}", hint.format(self._repo))
        status = self._process.poll()
        return IncompleteError(f"{self._repo}: git {self._command} failed with status {status}", "run it there by hand")


@contextmanager
def started(repo: Path, args: tuple[str, ...], data: bytes = b"") -> Iterator[Process]:
    """Start ``git args`` in ``repo`` with ``data`` on its standard input; it is ended when the block is left.

    Raises:
        IncompleteError: there is no git to start.
    """
    import subprocess

    where = os.path.abspath(repo)
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    # Files instead of pipes, so that neither side can wait for the other.
    with _scratch() as fed, _scratch() as complaint:
        fed.write(data)
        fed.seek(0)
        process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
            [_binary(), *settings, "--no-pager", "-C", where, *args],
            stdin=fed,
            stdout=subprocess.PIPE,
            stderr=complaint,
            env=_surroundings(where),
            bufsize=_PIPE,
            pipesize=_PIPE,
        )
        try:
            yield Process(where, args[0], process, complaint)
        finally:
            if process.poll() is None:
                process.kill()
            if process.stdout is not None:
                process.stdout.close()
            process.wait()


def repo_root(path: Path) -> Path | None:
    """Return the folder at or above ``path`` that holds a ``.git``, None outside a repository. Nothing is started."""
    here = Path(os.path.abspath(path))
    for folder in (here, *here.parents):
        if git_directory(folder):
            return folder
    return None


def git_directory(root: Path) -> str:
    """Return the git directory of a work tree's top folder, following a ``.git`` file; empty when it has none."""
    dot = root / ".git"
    if is_git_directory(os.fspath(dot)):
        return os.path.realpath(dot)
    try:
        with dot.open("rb") as pointer:
            text = os.fsdecode(pointer.read(_LONGEST_POINTER)).strip("\r\n")
    except OSError:
        return ""
    if not text.startswith("gitdir: ") or "\0" in text:
        return ""
    return os.path.realpath(root / text.removeprefix("gitdir: "))


def handed(repo: str, env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a hook's environment that speak of ``repo``, their paths made absolute."""
    found = {name: os.path.abspath(env[name]) for name in _HANDED_TO_HOOKS if env.get(name)}
    root = repo_root(Path(repo))
    own = git_directory(root) if root else ""
    told = (found.get("GIT_DIR", ""), os.path.dirname(found.get("GIT_INDEX_FILE", "")))
    elsewhere = (path for path in told if path and is_git_directory(path) and os.path.realpath(path) != own)
    return {} if own and any(elsewhere) else found


def _surroundings(repo: str) -> dict[str, str]:
    env = os.environ
    plain = {name: value for name, value in env.items() if not name.startswith("GIT_") or name in _KEPT}
    return {**plain, **_SURROUNDINGS, **handed(repo, env)}


def _scratch() -> IO[bytes]:
    """A file without a name; in memory where the system has such, which also spares a hook the loading of tempfile."""
    if sys.platform == "linux":
        return open(os.memfd_create("agent-audit"), "w+b")
    from tempfile import TemporaryFile

    return TemporaryFile()


def _binary() -> str:
    name = "git.exe" if sys.platform == "win32" else "git"
    for folder in os.get_exec_path():
        path = os.path.join(folder, name)
        # A relative entry in PATH would let the scanned tree bring its own git.
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise IncompleteError("git is not installed", "install git, or scan without --staged and --history")
