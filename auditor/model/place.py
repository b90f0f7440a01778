"""Where text comes from: targets to read, fragments of text, locations in them, and what could not be read."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from auditor.model.frozen import frozen, ordered


class Origin(str, Enum):
    """What kind of place a sighting stands in (JSON report: ``sightings[].origin``)."""

    FILE = "file"
    INDEX = "git-index"
    COMMIT = "commit"
    GIT_CONFIG = "git-config"
    ENVIRONMENT = "environment"
    STORE = "store"
    AGENT_CONFIG = "agent-config"
    TRANSCRIPT = "transcript"
    HISTORY = "shell-history"
    ARCHIVE = "archive"
    STDIN = "stdin"

    @property
    def is_file(self) -> bool:
        """Whether an agent would reach it by opening a file on disk."""
        return self not in {Origin.ENVIRONMENT, Origin.STDIN, Origin.INDEX, Origin.COMMIT}


class Target(NamedTuple):
    """One thing to read.

    ``path`` is what people see: POSIX, relative to the root scanned, ``~/…`` under the home. ``real`` is what is
    opened (absolute path, or a git object id for ``INDEX``); empty for standard input and the environment.
    ``store`` names the home store (``rules/stores``) whose file this is. ``size`` is bytes, -1 when unknown.
    """

    origin: Origin
    path: str
    real: str
    size: int = -1
    store: str | None = None
    root: str = ""
    commit: str | None = None
    tracked: bool | None = None


class Fragment(NamedTuple):
    """A stretch of text to match, as UTF-8 (or raw) bytes.

    ``first_line`` (from 1) and ``first_column`` (characters before the first byte on its line) place a fragment
    that is one window of a bigger file; windows overlap, so a match that touches ``fresh_from`` or lies before it
    (byte offset) was already seen in the window before. A match that ends after ``fresh_to`` (None: the end of
    ``data``) may be cut off here and is seen whole, with what follows it, in the next window. ``owns`` says both.

    ``data`` may be a view of a buffer that is used again: copy what must outlive the next fragment.
    """

    target: Target
    data: bytes | bytearray | memoryview
    first_line: int = 1
    first_column: int = 0
    fresh_from: int = 0
    fresh_to: int | None = None

    @property
    def fresh(self) -> int:
        """How many bytes of the source this fragment is the one to settle."""
        return (len(self.data) if self.fresh_to is None else self.fresh_to) - self.fresh_from

    def owns(self, end: int) -> bool:
        """Whether a match that ends before byte offset ``end`` is this fragment's to report, and no other's."""
        return self.fresh_from < end and (self.fresh_to is None or end <= self.fresh_to)


@ordered
class Location:
    """A span in a place; line and columns from 1, in Unicode code points, ``end_column`` exclusive."""

    path: str
    line: int
    column: int
    end_column: int
    origin: Origin = Origin.FILE
    commit: str = ""


@frozen
class Sighting:
    """One place where a credential stands.

    ``real`` is the absolute path for reach (empty when there is none); ``context`` is the key path or variable
    name it stands under, never a value. ``tracked``: known to git, None outside a repository.
    """

    location: Location
    real: str = ""
    context: str = ""
    tracked: bool | None = None
    detail: str = ""


@ordered
class Skip:
    """Something that could not be read or decided, and why: it is reported and counted, never silently clean."""

    what: str
    why: str
