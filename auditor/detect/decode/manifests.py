"""Kubernetes Secrets: their ``data`` is base64 by definition (kubernetes.io/docs/concepts/configuration/secret)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.detect.candidates import Page
from auditor.detect.decode.runs import Line, bytes_of, is_text, shared
from auditor.detect.decode.view import Patch
from auditor.model.lazy import lazy_pattern

_DATA = lazy_pattern(rb"^([ \t]*)(?:- )?data:[ \t]*(?:#[^\r\n]*)?\r?\n", re.MULTILINE)
_LINE = lazy_pattern(
    rb"([ \t]*)(?:[\"']?[\w.\-]{1,253}[\"']?:[ \t]+)?(?:[\"']?([0-9A-Za-z+/]+={0,2})[\"']?)?([^\r\n]*)(?:\r?\n|\Z)"
)
_ENTRY = lazy_pattern(rb"[ \t]*[\"']?[\w.\-]{1,253}[\"']?:(?:[ \t]|\r?\n)")
_COMMENT = lazy_pattern(rb"[ \t]*(?:#.*)?\Z")
_JSON_DATA = lazy_pattern(rb"(\\{0,4})\"data\1\"\s{0,8}:\s{0,8}\{([^{}]*)")
_JSON_ENTRY = lazy_pattern(rb"(\\{0,4})\"[\w.\-]{1,253}\1\"\s{0,8}:\s{0,8}\1\"([0-9A-Za-z+/]+={0,2})\1\"")
_NEXT_DOCUMENT = lazy_pattern(rb"^---", re.MULTILINE)
_FOUR, _THREE = 4, 3
_SHORTEST_TEXT = 3


def secret_patches(page: Page, ends: Sequence[int]) -> Iterator[Patch]:
    """Yield the decoded values of the Secrets whose kind is named at ``ends``."""
    done = 0
    for end in sorted(ends):
        if end <= done:
            continue
        low, done = _document(page.data, end)
        for lines in sorted([*_yaml_values(page.data, low, done), *_json_values(page.data, low, done)]):
            text = bytes_of(page.data, lines)
            if is_text(text, _SHORTEST_TEXT):
                yield from shared(lines, text, digits=_FOUR, size=_THREE, padding=_padding(page.data, lines[-1].high))


def _document(data: bytes, at: int) -> tuple[int, int]:
    """The borders of the YAML document around ``at``; those of the data when it is none."""
    after = _NEXT_DOCUMENT.search(data, at)
    return data.rfind(b"\n---", 0, at) + 1, after.start() if after else len(data)


def _padding(data: bytes, at: int) -> int:
    return len(data[at : at + 2]) - len(data[at : at + 2].lstrip(b"="))


def _yaml_values(data: bytes, low: int, high: int) -> Iterator[list[Line]]:
    """The lines of each value below a ``data:`` key; a block scalar has several."""
    for block in _DATA.finditer(data, low, high):
        at, value = block.end(), list[Line]()
        while at < high and (line := _LINE.match(data, at, high)):
            begins = _ENTRY.match(data, at, high) is not None
            if line[0].strip() and len(line[1]) <= len(block[1]):
                break
            if begins and value:
                yield value
                value = []
            if line[2] and _COMMENT.match(line[3]):
                value.append(_unpadded(line))
            at = line.end()
        if value:
            yield value


def _unpadded(line: re.Match[bytes]) -> Line:
    return Line(line.start(2), line.start(2) + len(line[2].rstrip(b"=")))


def _json_values(data: bytes, low: int, high: int) -> Iterator[list[Line]]:
    for block in _JSON_DATA.finditer(data, low, high):
        for entry in _JSON_ENTRY.finditer(data, *block.span(2)):
            yield [Line(entry.start(2), entry.start(2) + len(entry[2].rstrip(b"=")))]
