"""A made-up repository with a long history: ``python -m tests.bench.make_history DIR --commits 4500 --blobs 60000``.

Files of ``--material`` (the standard library unless told otherwise) are committed, edited a few lines at a time, moved,
branched and merged, and a few made-up tokens come and go. It is packed as a fetch would leave it, with deltas.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from auditor.rulebook.exemplar import exemplar

_SMALLEST, _LARGEST = 2_500, 400_000
_START, _STEP = 1_500_000_000, 3_600
_MERGE_EVERY = 10
_TOKEN_EVERY = 90
_EDITS = 4


@dataclass
class _State:
    """What is being written: the stream to ``git fast-import``, the tree as lines by path, and chance."""

    stream: IO[bytes]
    chance: random.Random
    files: dict[str, list[bytes]]
    words: list[bytes]
    written: int = 0
    tokens: list[tuple[str, bytes]] = field(default_factory=list)


def material(folder: Path, wanted: int, chance: random.Random) -> dict[str, list[bytes]]:
    """Return up to ``wanted`` text files below ``folder``: lines (with their ends) by POSIX path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    chance.shuffle(paths)
    found: dict[str, list[bytes]] = {}
    for path in paths:
        if len(found) == wanted:
            break
        data = path.read_bytes() if _SMALLEST < path.stat().st_size < _LARGEST else b""
        if data and b"\0" not in data:
            found[path.relative_to(folder).as_posix()] = data.splitlines(keepends=True)
    return found


def make(target: Path, *, commits: int, blobs: int, files: int, source: Path, seed: str = "history") -> None:
    """Write the repository at ``target`` (bare until checked out) and pack it."""
    chance = random.Random(seed)
    tree = material(source, files, chance)
    subprocess.run(["git", "init", "-q", "-b", "main", str(target)], check=True)
    process = subprocess.Popen(
        ["git", "-C", str(target), "fast-import", "--quiet", "--max-pack-size=4g"], stdin=subprocess.PIPE
    )
    assert process.stdin is not None
    words = [line for lines in tree.values() for line in lines[:40]]
    state = _State(process.stdin, chance, tree, words)
    _commit(state, 0, "main", dict(tree))
    each = max(1, round((blobs - len(tree)) / max(commits - 1, 1)))
    for number in range(1, commits):
        if number % _MERGE_EVERY == 0:
            _merge(state, number, each)
        else:
            _commit(state, number, "main", dict(_edited(state, each)))
    process.stdin.close()
    if process.wait():
        raise SystemExit("git fast-import failed")
    git = ["git", "-C", str(target), "-c", "pack.window=10", "-c", "pack.depth=50"]
    subprocess.run([*git, "repack", "-a", "-d", "-f", "-q"], check=True)
    subprocess.run([*git, "reset", "-q", "--hard", "main"], check=True)


def _edited(state: _State, count: int) -> Iterator[tuple[str, list[bytes]]]:
    """Edit ``count`` files, most of them near each other, as one change does."""
    names = list(state.files)
    start = state.chance.randrange(len(names))
    for step in range(count):
        name = names[(start + step) % len(names)] if step % 6 else state.chance.choice(names)
        lines = state.files[name]
        for _ in range(state.chance.randint(1, _EDITS)):
            at = state.chance.randrange(len(lines) + 1)
            lines[at : at + state.chance.randrange(3)] = state.chance.sample(state.words, state.chance.randint(1, 3))
        lines.insert(0, b"# change %d\n" % state.written)
        del lines[1 : 1 + (state.chance.random() < 0.9)]
        state.written += 1
        yield name, lines
    yield from _tokens(state)


def _tokens(state: _State) -> Iterator[tuple[str, list[bytes]]]:
    """Now and then a token comes into a file, and an older one goes."""
    if state.chance.randrange(_TOKEN_EVERY):
        return
    token = exemplar("ghp_[0-9A-Za-z]{36}", f"{state.written}", checksum="github-crc32").encode()
    name = state.chance.choice(list(state.files))
    line = b'GITHUB_TOKEN = "%s"\n' % token
    state.files[name].insert(0, line)
    state.tokens.append((name, line))
    yield name, state.files[name]
    if len(state.tokens) > 1 and state.chance.random() < 0.5:
        old, gone = state.tokens.pop(0)
        state.files[old] = [kept for kept in state.files[old] if kept != gone] or [b"\n"]
        yield old, state.files[old]


def _commit(state: _State, number: int, branch: str, changed: dict[str, list[bytes]], *, first: str = "") -> None:
    """Write commit ``number``; ``first`` is what a new branch starts from."""
    _head(state, number, branch)
    if first:
        state.stream.write(b"from %s\n" % first.encode())
    _contents(state, changed)


def _merge(state: _State, number: int, each: int) -> None:
    """A commit on a side branch, one on the main branch, and their merge."""
    side = f"side{number}"
    aside = dict(_edited(state, each // 2))
    _commit(state, number, side, aside, first="refs/heads/main")
    _commit(state, number, "main", dict(_edited(state, each // 2)))
    _head(state, number, "main")
    state.stream.write(b"merge refs/heads/%s\n" % side.encode())
    _contents(state, aside)


def _head(state: _State, number: int, branch: str) -> None:
    when = _START + number * _STEP
    who = b"committer A Person <person@example.org> %d +0000\n" % when
    state.stream.write(b"commit refs/heads/%s\n%sdata 7\nchange\n\n" % (branch.encode(), who))


def _contents(state: _State, changed: dict[str, list[bytes]]) -> None:
    for name, lines in changed.items():
        data = b"".join(lines)
        state.stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
    state.stream.write(b"\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("--commits", type=int, default=4500)
    parser.add_argument("--blobs", type=int, default=60_000)
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--material", type=Path, default=Path(sysconfig.get_path("stdlib")))
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    make(given.target, commits=given.commits, blobs=given.blobs, files=given.files, source=given.material)
    sys.stdout.write(f"{given.target}\n")
