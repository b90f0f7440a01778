"""Which commits held a value: asked after matching, and only of the blobs in which something was found."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import NamedTuple, TypeVar

from auditor.errors import IncompleteError
from auditor.model.credential import Match
from auditor.model.frozen import replace
from auditor.model.secret import Secret
from auditor.sources.commits import NONE, compare
from auditor.sources.git import run
from auditor.sources.history import Past

_SHORT = 7
# More than these lookups cost more than they tell: then only HEAD is asked, not every other branch.
_MOST_LOOKUPS = 50_000
_PATHS_AT_ONCE = 200

_LOOSE = "in no commit; it stays in the object store until git prunes it"
_AT_HEAD = "still in HEAD"
_ELSEWHERE = "in HEAD under another name"
_UNREAD = "HEAD has a version that was not read"
_GONE = "gone from HEAD"

Item = TypeVar("Item")
_Spot = tuple[int, int]  # a blob and a path, by their places in the past


class Traced(NamedTuple):
    """Matches that say which commit brought them, and for every value its first commit's id and author time (UTC)."""

    matches: tuple[Match, ...]
    firsts: dict[Secret, tuple[str, datetime]]


def trace(past: Past, matches: Iterable[Match]) -> Traced:
    """Put commits to ``matches`` that were made from the targets of ``past``.

    A value that stood in many versions of a file is told once, where the first commit that held it had it; the detail
    says that commit, the last one, and whether HEAD still has it. A blob with several paths gives a match for each.
    """
    by_blob: dict[int, list[Match]] = defaultdict(list)
    loose: list[Match] = []
    for match in matches:
        blob = past.blobs.get(match.real.encode(), NONE)
        if blob == NONE:
            loose.append(replace(match, real="", detail=_LOOSE))
        else:
            by_blob[blob].append(match)
    told = _told(past, by_blob) if by_blob else Traced((), {})
    return Traced(tuple(sorted((*told.matches, *loose), key=lambda one: (one.location, one.rule))), told.firsts)


@dataclass
class _Spans:
    """The oldest and the newest commit (places) known to hold a blob at a path."""

    first: dict[_Spot, int] = field(default_factory=dict)
    last: dict[_Spot, int] = field(default_factory=dict)

    def held(self, spot: _Spot, commit: int) -> None:
        """Note that ``commit`` holds it."""
        if spot in self.first and commit != NONE:
            self.last[spot] = min(commit, self.last[spot])


@dataclass
class _Story:
    """One value at one path: every match of it there, by blob."""

    path: int
    matches: dict[int, list[Match]] = field(default_factory=dict)


def _told(past: Past, by_blob: Mapping[int, Sequence[Match]]) -> Traced:
    spans = _spans(past, by_blob)
    head = _head(past)
    here = frozenset(head.values())
    values: dict[Secret, set[int]] = defaultdict(set)
    stories: dict[tuple[Secret, int, str], _Story] = {}
    for blob, path in spans.first:
        for match in by_blob[blob]:
            values[match.secret].add(blob)
            story = stories.setdefault((match.secret, path, match.rule), _Story(path))
            story.matches.setdefault(blob, []).append(match)
    gone = {story.path for story in stories.values() if head.get(story.path, NONE) not in story.matches}
    _ask_merges(past, spans, gone)
    _ask_tips(past, spans, gone)
    firsts: dict[Secret, int] = {}
    found: list[Match] = []
    for (secret, path, _), story in stories.items():
        ending = _ending(past, head, path, story.matches, elsewhere=not here.isdisjoint(values[secret]))
        found += _one(past, spans, story, ending)
        first = max(spans.first[blob, path] for blob in story.matches)
        firsts[secret] = max(first, firsts.get(secret, first))
    moments = {secret: moment for secret, first in firsts.items() if (moment := _moment(past, first))}
    return Traced(tuple(found), {secret: (_id(past, firsts[secret]), moment) for secret, moment in moments.items()})


def _spans(past: Past, blobs: Collection[int]) -> _Spans:
    """What the changes say: who brought a blob to a path, and which parent had it when a commit took it away."""
    spans, rows = _Spans(), past.rows
    for commit, path, new in zip(rows.commit, rows.path, rows.new, strict=True):
        if new in blobs:
            spans.first[new, path] = max(commit, spans.first.get((new, path), commit))
            spans.last[new, path] = min(commit, spans.last.get((new, path), commit))
    for parent, path, old in zip(rows.parent, rows.path, rows.old, strict=True):
        if old in blobs:
            spans.held((old, path), parent)
    return spans


def _head(past: Past) -> dict[int, int]:
    """Which blob HEAD has at each path that the past knows; ``NONE`` is one that was never met."""
    try:
        listed = run(past.scope.repo, "ls-tree", "-r", "-z", "--full-tree", "HEAD")
    except IncompleteError:
        return {}  # there is no HEAD yet: whatever was found stands on other branches
    paths = {path: place for place, path in enumerate(past.paths)}
    found = {}
    for entry in listed.split(b"\0"):
        meta, _, name = entry.partition(b"\t")
        place = paths.get(os.fsdecode(name))
        if place is not None:
            found[place] = past.blobs.get(meta.rpartition(b" ")[2], NONE)
    return found


def _ending(past: Past, head: Mapping[int, int], path: int, held: Collection[int], *, elsewhere: bool) -> str:
    now = head.get(path)
    if now in held:
        return _AT_HEAD
    if now is not None and (now == NONE or past.newest[now] == NONE):
        return _UNREAD
    return _ELSEWHERE if elsewhere else _GONE


def _ask_merges(past: Past, spans: _Spans, gone: Collection[int]) -> None:
    """Note the parents that held a blob which their merge does not: the rows leave such changes out."""
    lines = [(merge, parent) for merge, above in past.commits.merges.items() for parent in above if parent != NONE]
    asked = [b"%s %s" % (past.commits.ids[merge], past.commits.ids[parent]) for merge, parent in lines]
    paths = {past.paths[path]: path for path in gone} if asked else {}
    names = list(paths)
    for at in range(0, len(names), _PATHS_AT_ONCE):
        told = compare(past.scope.repo, asked, (), names[at : at + _PATHS_AT_ONCE])
        for (_, parent), changes in zip(lines, told, strict=True):
            for change in changes or ():
                blob = past.blobs.get(change.before[0][1], NONE)
                spans.held((blob, paths[os.fsdecode(change.path)]), parent)


def _ask_tips(past: Past, spans: _Spans, gone: Collection[int]) -> None:
    """Note the branches that still hold a blob."""
    tips = past.commits.tips()
    asked = [(tip, path) for tip in tips for path in gone if "\n" not in past.paths[path]]
    if not asked or len(asked) > _MOST_LOOKUPS:
        return
    names = b"".join(b"%s:%s\n" % (past.commits.ids[tip], os.fsencode(past.paths[path])) for tip, path in asked)
    try:
        listed = run(past.scope.repo, "cat-file", "--buffer", "--batch-check=%(objectname)", input=names)
    except IncompleteError:
        return  # a partial clone without the trees; what the changes say has to do
    for (tip, path), name in zip(asked, listed.split(b"\n"), strict=False):
        spans.held((past.blobs.get(name, NONE), path), tip)


def _one(past: Past, spans: _Spans, story: _Story, ending: str) -> Iterator[Match]:
    """The matches of the first commit's version, with what all versions tell of the value."""
    blobs = story.matches
    first_blob = max(blobs, key=lambda blob: spans.first[blob, story.path])
    first = spans.first[first_blob, story.path]
    last = min(spans.last[blob, story.path] for blob in blobs)
    everything = [match for found in blobs.values() for match in found]
    detail = f"{_dates(past, first, last, ending)}, {ending}"
    for match in blobs[first_blob]:
        yield replace(
            match,
            location=replace(match.location, path=past.shown(story.path), commit=_id(past, first)),
            real="",
            detail=f"{match.detail}; {detail}" if match.detail else detail,
            parts=_unique(match.parts, (one.parts for one in everything)),
            sidecars=_unique(match.sidecars, (one.sidecars for one in everything)),
            nearby=_unique(match.nearby, (one.nearby for one in everything)),
        )


def _dates(past: Past, first: int, last: int, ending: str) -> str:
    if ending == _AT_HEAD:
        return f"first in {_named(past, first)}"
    if first == last:
        return f"only in {_named(past, first)}"
    return f"first in {_named(past, first)}, last in {_named(past, last)}"


def _named(past: Past, commit: int) -> str:
    moment = _moment(past, commit)
    return _id(past, commit)[:_SHORT] + (f" ({moment:%Y-%m-%d})" if moment else "")


def _id(past: Past, commit: int) -> str:
    return past.commits.ids[commit].decode()


def _moment(past: Past, commit: int) -> datetime | None:
    """When it was written, by its author's clock; None for a time that no calendar holds."""
    try:
        return datetime.fromtimestamp(past.commits.authored[commit], tz=timezone.utc)
    except (OSError, OverflowError, ValueError):
        return None


def _unique(own: Iterable[Item], others: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys([*own, *(item for other in others for item in other)]))
