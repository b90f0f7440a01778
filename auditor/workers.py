"""Reading and matching many targets: in this process while the job is small, in forked ones when it is big.

Processes, because the engine holds the interpreter's lock while it scans. Children inherit the compiled rules by
``fork``; where there is no ``fork`` they load them from the cache again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from auditor.model.credential import Match
from auditor.model.place import Fragment, Skip, Target
from auditor.model.secret import Secret

if TYPE_CHECKING:
    from datetime import datetime

Read = Callable[[Target], Iterator["Fragment | Skip"]]
ReadAll = Callable[[Sequence[Target]], Iterator["Fragment | Skip"]]
Find = Callable[[Fragment], Sequence[Match]]

_BATCH_FILES = 256
_BATCH_BYTES = 8 << 20
# Below this a pool costs more than it gives.
_SMALL_BYTES = 24 << 20
_SMALL_FILES = 1500
_MANY, _ROUNDS = 4000, 12


class Haul:
    """What a batch of targets gave: matches, what could not be read, and how much was.

    ``firsts`` are the first commits (id, author time) known to have held a value; ``notes`` are for the report.
    """

    def __init__(self) -> None:
        self.matches: list[Match] = []
        self.skips: list[Skip] = []
        self.files = 0
        self.bytes = 0
        self.firsts: dict[Secret, tuple[str, datetime]] = {}
        self.notes: list[str] = []

    def add(self, other: Haul) -> None:
        """Take in another batch's results."""
        self.matches.extend(other.matches)
        self.skips.extend(other.skips)
        self.files += other.files
        self.bytes += other.bytes
        self.notes.extend(other.notes)
        for secret, first in other.firsts.items():
            self.firsts[secret] = min(first, self.firsts.get(secret, first), key=lambda one: one[1])


class Crew:
    """Works through targets with ``read`` and ``find``; ``progress`` hears of every finished batch."""

    batch = _BATCH_FILES

    def __init__(self, read: Read, find: Find, jobs: int, progress: Callable[[Haul], None] | None = None) -> None:
        self._read = read
        self._find = find
        self._jobs = max(1, jobs)
        self._progress = progress

    def run(self, targets: Iterable[Target | Skip]) -> Haul:
        """Return everything found in ``targets``, sorted so that the order of work does not show."""
        total = Haul()
        batches = _batches(targets, self.batch)
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
                haul.files += 1
                self._take(self._read(item), haul)
        return haul

    def _take(self, fragments: Iterable[Fragment | Skip], haul: Haul) -> None:
        for fragment in fragments:
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


class BatchCrew(Crew):
    """A crew for what is read cheaper by the thousand: ``read_all`` gets a whole batch, ``count`` is all there is."""

    def __init__(
        self,
        read_all: ReadAll,
        find: Find,
        jobs: int,
        progress: Callable[[Haul], None] | None = None,
        *,
        count: int,
    ) -> None:
        super().__init__(lambda target: read_all([target]), find, jobs, progress)
        self._read_all = read_all
        # Big enough to pay for their reader's start, so many that nobody waits long for the last one.
        self.batch = max(_BATCH_FILES, min(_MANY, count // (self._jobs * _ROUNDS) + 1))

    def work(self, batch: Sequence[Target | Skip]) -> Haul:
        """Read and match one batch in this process."""
        haul = Haul()
        targets = [item for item in batch if isinstance(item, Target)]
        haul.skips.extend(item for item in batch if isinstance(item, Skip))
        haul.files += len(targets)
        self._take(self._read_all(targets), haul)
        return haul


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


def _batches(targets: Iterable[Target | Skip], files: int) -> Iterator[list[Target | Skip]]:
    batch: list[Target | Skip] = []
    weight = 0
    for item in targets:
        batch.append(item)
        weight += max(item.size, 0) if isinstance(item, Target) else 0
        if len(batch) >= files or weight >= _BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
