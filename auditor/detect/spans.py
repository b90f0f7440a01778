"""Exact spans: the second look, by ``re``, that every nomination of the engine gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from auditor.detect.expressions import KEY_GAP, WORD_GAP, key_regex, word_regex
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern
from auditor.rulebook import syntax
from auditor.rulebook.schema import Detector, Form

# A token ends where its alphabet ends; an escaped newline (\n) or a percent escape (%3D) before it is no letter of it.
_LEFT = rb"(?:(?<![0-9A-Za-z_])|(?<=\\[nrtfvb])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9a-f]{4})|(?<=\\x[0-9a-f]{2}))"
_RIGHT = rb"(?![0-9A-Za-z])"
_VALUE_LEFT = (
    rb"(?:(?<![0-9A-Za-z_+/=$-])|(?<=\\[nrtfvb])|(?<=%[0-9A-Fa-f]{2})|(?<==)|(?<=[^0-9A-Za-z]/)|(?<=\s-[a-zA-Z]))"
)
_VALUE_RIGHT = rb"(?![0-9A-Za-z_+/-])"
_OPEN_WIDTH = 16_384
_SLACK = 512


@frozen
class Span:
    """Where a secret stands in the data, with the named groups around it (all but ``secret``)."""

    start: int
    end: int
    groups: tuple[tuple[str, str], ...] = ()


@frozen
class Exact:
    """A detector's compiled second look. ``reach`` is how far before an event's end a match may begin."""

    regex: re.Pattern[bytes]
    vouches: re.Pattern[bytes] | None
    reach: int

    def around(self, data: bytes, end: int) -> Iterator[Span]:
        """Yield the spans that cover the engine's event at ``end``."""
        low, high = max(0, end - self.reach), min(len(data), end + self.reach + _SLACK)
        for match in self.regex.finditer(data, low, high):
            if match.start() >= end:
                return
            if match.end() >= end and match.start("secret") >= 0:  # a branch without the group names no secret
                yield _span(match)


def _span(match: re.Match[bytes]) -> Span:
    start, end = match.span("secret")
    groups = tuple(
        (name, match[name].decode("utf-8", "replace"))
        for name in match.re.groupindex
        if name != "secret" and match[name] is not None
    )
    return Span(start, end, groups)


@cache
def exact(detector: Detector) -> Exact:
    """Compile the second look for ``detector`` (once; detectors are few and frozen)."""
    flags = re.IGNORECASE if detector.ignore_case or syntax.ignores_case(detector.regex) else 0
    width = syntax.width(detector.regex)[1]
    reach = min(width, _OPEN_WIDTH) + 1
    body = detector.regex.removeprefix("(?i)").encode("ascii")
    if detector.form is Form.PATTERN:
        return Exact(re.compile(body, flags), None, reach)
    left, right = (_LEFT, _RIGHT) if detector.form is Form.TOKEN else (_VALUE_LEFT, _VALUE_RIGHT)
    if not detector.guard:
        left = right = b""
    regex = re.compile(left + b"(?P<secret>" + body + b")" + right, flags)
    return Exact(regex, _vouching(detector) if detector.form is Form.VALUE else None, reach)


def _vouching(detector: Detector) -> re.Pattern[bytes]:
    """What must stand before a prefix-less value: one of its names, or one of its provider's words."""
    options = []
    if detector.keys:
        options.append(rf"{key_regex(detector.keys)}{KEY_GAP}\Z")
    if detector.words:
        options.append(rf"{word_regex(detector.words)}{WORD_GAP}\Z")
    return lazy_pattern("|".join(options or [r"(?!)"]).encode("ascii"))
