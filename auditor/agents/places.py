"""Where a sighting stands as reach sees it, and what covers that place: folders, path rules and their strength."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

from auditor.agents.globs import matches
from auditor.model.agent import AgentRecord, EnforcedFor, Evidence, FileRule, ReadBase, Verdict
from auditor.model.exposure import Means
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern
from auditor.model.place import Origin, Sighting

_DRIVE = lazy_pattern(r"[A-Za-z]:[\\/]")
_HOMES = ("/home/", "/Users/", "/root/", "/var/root/")
_STRENGTH = {Verdict.DENY: 0, Verdict.ASK: 1, Verdict.CLASSIFIED: 2, Verdict.ALLOW: 3}
_OPENED = {Origin.INDEX: "object", Origin.COMMIT: "object", Origin.ARCHIVE: "archive"}


@frozen
class Place:
    """One sighting for the rules: ``path`` is absolute and POSIX (empty when there is none).

    ``kind``: ``file`` opens as text, ``archive`` must be unpacked, ``object`` is read through git, ``variable`` lives
    in the launch environment, ``nowhere`` came through standard input. ``name`` is the last key of its context.
    """

    path: str
    shown: str
    kind: str
    name: str
    context: str


@frozen
class Route:
    """One way from an agent to a place: how, what is left in between, and the settings that let it."""

    means: Means
    name: str
    barrier: str
    unattended: bool
    evidence: tuple[Evidence, ...] = ()


def place_of(record: AgentRecord, sighting: Sighting) -> Place:
    """The sighting as a place; a relative path without a real one is taken to stand in the record's workspace."""
    origin, context = sighting.location.origin, sighting.context
    kind = _OPENED.get(origin, "file")
    if origin is Origin.INDEX and (sighting.real.startswith("/") or _DRIVE.match(sighting.real)):
        kind = "file"  # the next commit makes it a file of this name, and the work tree mostly holds it already
    if origin is Origin.ENVIRONMENT:
        return Place("", sighting.location.path, "variable", context or sighting.location.path, context)
    if origin is Origin.STDIN:
        return Place("", sighting.location.path, "nowhere", "", context)
    path = "" if kind == "object" else _absolute(record, sighting)
    return Place(path, sighting.location.path, kind, last_key(context), context)


def last_key(context: str) -> str:
    """The last step of a dotted key path (``services.db.environment.PGPASSWORD`` gives ``PGPASSWORD``)."""
    return context.replace("]", "").replace("[", ".").rpartition(".")[2].strip("\"'")


def under(path: str, folders: Iterable[str]) -> bool:
    """Whether an absolute path is one of the folders or lies below one."""
    return any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in map(posix, folders) if root)


def posix(path: str) -> str:
    """A path with forward slashes; only paths that start with a drive are touched."""
    return path.replace("\\", "/") if _DRIVE.match(path) else path


def covered(base: ReadBase, roots: tuple[str, ...], place: Place, record: AgentRecord) -> bool:
    """Whether a base with its roots takes in the place; a home that cannot be told from the path counts as taken."""
    if base is ReadBase.FILESYSTEM:
        return True
    if base is ReadBase.NOTHING:
        return False
    held = roots or (record.workspace,)
    if base is ReadBase.WORKSPACE:
        return under(place.path, held[:1])
    in_home = place.shown.startswith("~/") or place.path.startswith(_HOMES)
    return under(place.path, held) or (base is ReadBase.HOME and in_home)


def ruling(record: AgentRecord, place: Place, covers: Callable[[EnforcedFor], bool]) -> FileRule | None:
    """The strictest rule that matches the place and whose enforcement ``covers`` the tool in question."""
    if not place.path:
        return None
    held = (rule for rule in record.read.rules if covers(rule.enforced_for) and _speaks_of(rule, place.path))
    return min(held, key=lambda rule: _STRENGTH[rule.effect], default=None)


def _speaks_of(rule: FileRule, path: str) -> bool:
    return matches(rule.glob, path) and not any(matches(glob, path) for glob in rule.excepts)


def stricter(first: Verdict, second: Verdict) -> Verdict:
    """The verdict that lets less through."""
    return min(first, second, key=strength)


def strength(verdict: Verdict) -> int:
    """0 (denied) to 3 (allowed)."""
    return _STRENGTH[verdict]


def quoted(rule: FileRule) -> str:
    """A rule for a sentence: its words and where it stands."""
    return f"`{rule.original}` ({standing(rule.evidence)})"


def standing(evidence: Evidence) -> str:
    """Where a fact stands, in brackets-sized words."""
    if not evidence.file:
        return "built in"
    return f"{evidence.file}:{evidence.line}" if evidence.line else evidence.file


def grounds(*groups: tuple[Evidence, ...], default: Evidence) -> tuple[Evidence, ...]:
    """The evidence of several groups in order, each once; the default's sentence when there is none."""
    held = tuple(dict.fromkeys(evidence for group in groups for evidence in group))
    return held or (default,)


def _absolute(record: AgentRecord, sighting: Sighting) -> str:
    path = posix(sighting.real or sighting.location.path)
    if path.startswith(("/", "~/")) or _DRIVE.match(path):
        return path
    return posixpath.join(posix(record.workspace), path)
