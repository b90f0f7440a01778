"""Text in pieces: literals that are joined by an operator, by standing side by side, in a template, in a list, over lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from auditor.detect.candidates import Page
from auditor.detect.decode.view import Patch
from auditor.detect.languages import Written, is_yaml
from auditor.model.lazy import lazy_pattern

_GLUE = rb"(?:\s{0,80}(?:[+.&~]|\.\.|\+\+|<>|\|\|)\s{0,80}|\s{0,80}(?:\\\r?\n)?\s{0,80})[bBfFrRuUL@$]{0,2}"
_JOINT = lazy_pattern(rb"([\"'`])(" + _GLUE + rb")([\"'`])")
_JOINT_BEFORE = lazy_pattern(rb"([\"'`])(" + _GLUE + rb")([\"'`])\Z")
_LITERAL = {
    quote: lazy_pattern(rb"(?:[^\\\r\n" + quote + rb"]|\\.){0,2000}?" + quote, re.DOTALL)
    for quote in (b'"', b"'", b"`")
}
_ELEMENT = lazy_pattern(rb"\s{0,80}(?:\"((?:[^\"\\\r\n]|\\.){0,2000}?)\"|'((?:[^'\\\r\n]|\\.){0,2000}?)')\s{0,80},?")
_INSERTED = lazy_pattern(rb"[$#]\{ ?([\"'`])([^\"'`{}\r\n]{1,400})\1 ?\}")
_CONTINUED = lazy_pattern(rb"\\\r?\n([ \t]*)")
_LEAD = 3
_WIDEST = 200
_LONGEST = 2000
_LONGEST_LIST = 4000
_MOST = 2000
_MOST_PIECES = 400
# Where whitespace alone joins literals (C, Python, Ruby), and where it parts words.
_SIDE_BY_SIDE = frozenset({Written.CODE, Written.UNKNOWN})
_GLUED = frozenset({Written.CODE, Written.UNKNOWN, Written.SHELL})


def joint_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield what stands between the joined literals around ``ends``, each of which is just behind a joint."""
    covered = 0
    for end in sorted(ends)[:_MOST]:
        if end <= covered:
            continue
        found = list(_chain(page, end - _LEAD - 1))
        if found and found[0].low >= covered:
            covered = found[-1].high
            yield from found


def _chain(page: Page, quote: int) -> Iterator[Patch]:
    """The joints of the chain of literals to which the one that opens at ``quote`` belongs, in order."""
    before: list[Patch] = []
    opening = quote
    while len(before) < _MOST_PIECES:
        joint = _joint_before(page, opening)
        if joint is None:
            break
        before.append(joint)
        closing = page.data[joint.low : joint.low + 1]
        opening = page.data.rfind(closing, max(0, joint.low - _LONGEST), joint.low)
        if opening < 0:
            break
    yield from reversed(before)
    if before:
        yield from _joints_after(page, quote)


def _joint_before(page: Page, opening: int) -> Patch | None:
    found = _JOINT_BEFORE.search(page.data, max(0, opening - _WIDEST), opening + 1)
    return Patch(found.start(), found.end(), b"") if found and _joins(page.kind, found[2]) else None


def _joints_after(page: Page, opening: int) -> Iterator[Patch]:
    for _ in range(_MOST_PIECES):
        literal = _LITERAL[page.data[opening : opening + 1]].match(page.data, opening + 1)
        joint = _JOINT.match(page.data, literal.end() - 1) if literal else None
        if joint is None or not _joins(page.kind, joint[2]):
            return
        yield Patch(joint.start(), joint.end(), b"")
        opening = joint.end() - 1


def _joins(kind: Written, glue: bytes) -> bool:
    """Whether literals with ``glue`` between them are one text in a file of this kind."""
    if glue.strip(b" \t\r\nbBfFrRuUL@$"):
        return glue.strip() != b"\\" or kind in _SIDE_BY_SIDE
    return kind in (_SIDE_BY_SIDE if glue else _GLUED)


def template_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the brackets around literals that are inserted into the text at ``ends``."""
    covered = 0
    for end in sorted(ends)[:_MOST]:
        found = _INSERTED.search(page.data, max(covered, end - 8), end + _LONGEST)
        if found and found.start() < end:
            covered = found.end()
            yield Patch(found.start(), found.start(2), b"")
            yield Patch(found.end(2), found.end(), b"")


def list_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield what stands between the literals of lists that are joined with nothing at ``ends``."""
    covered = 0
    for end in sorted(ends)[:_MOST]:
        opening = _list_opening(page.data, end)
        elements = list(_elements(page.data, opening + 1)) if opening >= covered else []
        for (_, high), (low, _) in pairwise(elements):
            covered = low
            yield Patch(high, low, b"")


def _list_opening(data: bytes, end: int) -> int:
    """The bracket of the list: before a method's call (JavaScript), behind it as its argument (Python)."""
    if data[end - 1 : end] == b")":
        return data.rfind(b"[", max(0, end - _LONGEST_LIST), end)
    return max(data.rfind(b"[", end - _WIDEST, end), data.rfind(b"(", max(0, end - _WIDEST), end))


def _elements(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    for _ in range(_MOST_PIECES):
        found = _ELEMENT.match(data, at)
        if found is None:
            return
        yield found.span(1 if found[1] is not None else 2)
        at = found.end()


def continued_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the line breaks behind a backslash that are no part of the text around ``ends``.

    In the shell and in string literals what follows counts from the line's start; YAML, properties and their like
    leave its indentation out.
    """
    indented = page.kind is Written.CONFIG or is_yaml(page.path)
    for end in sorted(ends)[:_MOST]:
        at = page.data.rfind(b"\\", max(0, end - _WIDEST), end)
        found = _CONTINUED.match(page.data, at) if at >= 0 else None
        if found and (indented or not found[1]):
            yield Patch(found.start(), found.end(), b"")


READERS = {"joint": joint_patches, "template": template_patches, "list": list_patches, "continued": continued_patches}
"""Who joins the pieces that a clue of this name tells of."""
