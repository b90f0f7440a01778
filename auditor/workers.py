"""Reading and matching many targets: in this process while the job is small, in forked ones when it is big.

Processes, because the engine holds the interpreter's lock while it scans. Children inherit the compiled rules by
``fork``; where there is no ``fork`` they load them from the cache again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from auditor.model.credential import Match
from auditor.model.place import Fragment, Skip, Target

Read = Callable[[Target], Iterator["Fragment | Skip"]]
Find = Callable[[Fragment], Sequence[Match]]

_BATCH_FILES = 256
_BATCH_BYTES = 8 << 20
# Below this a pool costs more than it gives.
_SMALL_BYTES = 24 << 20
_SMALL_FILES = 1500


class Haul:
    """What a batch of targets gave: matches, what could not be read, and how much was."""

    def __init__(self) -> None:
        self.matches: list[Match] = []
        self.skips: list[Skip] = []
        self.files = 0
        self.bytes = 0

    def add(self, other: Haul) -> None:
        """Take in another batch's results."""
        self.matches.extend(other.matches)
        self.skips.extend(other.skips)
        self.files += other.files
        self.bytes += other.bytes


class Crew:
    """Works through targets with ``read`` and ``find``; ``progress`` hears of every finished batch."""

    def __init__(self, read: Read, find: Find, jobs: int, progress: Callable[[Haul], None] | None = None) -> None:
        self._read = read
        self._find = find
        self._jobs = max(1, jobs)
        self._progress = progress

    def run(self, targets: Iterable[Target | Skip]) -> Haul:
        """Return everything found in ``targets``, sorted so that the order of work does not show."""
        total = Haul()
        batches = _batches(targets)
        for haul in self._hauls(batches):
            total.add(haul)
            if self._progress:
                self._progress(total)
        total.matches.sort(key=lambda match: (match.location, match.rule))
        total.skips.sort()
        return total

    def _hauls(self, batches: Iterator[list[Target | Skip]]) -> Iterator[Haul]:
        files = size = 0
        for batch in batches:
            files += len(batch)
            size += _weight(batch)
            if self._jobs > 1 and _can_fork() and (size > _SMALL_BYTES or files > _SMALL_FILES):
                yield from self._forked(batch, batches)
                return
            yield self.work(batch)

    def work(self, batch: Sequence[Target | Skip]) -> Haul:
        """Read and match one batch in this process."""
        haul = Haul()
        for item in batch:
            if isinstance(item, Skip):
                haul.skips.append(item)
            else:
                self._one(item, haul)
        return haul

    def _one(self, target: Target, haul: Haul) -> None:
        haul.files += 1
        for fragment in self._read(target):
            if isinstance(fragment, Skip):
                haul.skips.append(fragment)
                continue
            haul.bytes += fragment.fresh
            haul.matches.extend(self._find(fragment))

    def _forked(self, first: list[Target | Skip], rest: Iterator[list[Target | Skip]]) -> Iterator[Haul]:
        global _crew  # noqa: PLW0603 - the one way to hand a compiled engine to forked children without copying it
        _crew = self
        import multiprocessing

        context = multiprocessing.get_context("fork")
        with context.Pool(self._jobs) as pool:
            yield from pool.imap_unordered(_work, _chain(first, rest))


_crew: Crew | None = None


def _work(batch: list[Target | Skip]) -> Haul:
    assert _crew is not None
    return _crew.work(batch)


def _chain(first: list[Target | Skip], rest: Iterator[list[Target | Skip]]) -> Iterator[list[Target | Skip]]:
    yield first
    yield from rest


def _can_fork() -> bool:
    return hasattr(os, "fork") and sys.platform != "darwin"


def _weight(batch: Sequence[Target | Skip]) -> int:
    return sum(max(item.size, 0) for item in batch if isinstance(item, Target))


def _batches(targets: Iterable[Target | Skip]) -> Iterator[list[Target | Skip]]:
    batch: list[Target | Skip] = []
    weight = 0
    for item in targets:
        batch.append(item)
        weight += max(item.size, 0) if isinstance(item, Target) else 0
        if len(batch) >= _BATCH_FILES or weight >= _BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
