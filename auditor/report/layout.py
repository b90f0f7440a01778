"""Lines for a terminal: folded at words, paths whole where they fit, measured in cells, styled or plain.

Colour needs rich, which is loaded only for a stream that wants colour.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from auditor.model.lazy import lazy_pattern
from auditor.report.plain import printable

Span = tuple[str, str]
"""Text and the name of its style (a rich style; empty for none)."""
Line = tuple[Span, ...]

PLAIN_WIDTH = 100
TIE = "\u00a0"
DOT = f"{TIE}· "
_NARROW, _WIDE = 40, 160
# Where a word too long for a line may be folded: behind a path's or an address's separators.
_JOINTS = lazy_pattern(r"(?<=[/\\,;&?=:@])")


def cells(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def wrap(text: str, width: int) -> list[str]:
    """Return the lines of ``text``, none wider than ``width`` columns; at least one line.

    Blanks that keep words together (``TIE``) are printed as plain ones.
    """
    return [line.replace(TIE, " ") for line in _filled((word for word in text.split(" ") if word), width)]


def _filled(words: Iterable[str], width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in words:
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _folded(word, width)
        lines.extend(full)
    return [*lines, line]


def _folded(word: str, width: int) -> list[str]:
    """A word in pieces that fit: at its joints, and where even those leave too much, anywhere."""
    pieces, piece = [], ""
    for part in _JOINTS.split(word):
        for bit in _cut(part, width):
            if cells(piece + bit) > width:
                pieces.append(piece)
                piece = ""
            piece += bit
    return [*pieces, piece]


def _cut(text: str, width: int) -> Iterator[str]:
    while cells(text) > width:
        end, taken = 0, 0
        while taken + _cells(text[end]) <= max(width, 2):
            taken += _cells(text[end])
            end += 1
        yield text[:end]
        text = text[end:]
    yield text


def block(label: str, text: str, *, width: int, indent: int, style: str = "", dim: str = "dim") -> Iterator[Line]:
    """Yield ``text`` folded beside its label; ``indent`` is the column where text begins."""
    for number, line in enumerate(wrap(text, width - indent)):
        head = label if number == 0 else ""
        yield ((head.ljust(indent), dim), (line, style))


def plain(lines: Iterable[Line]) -> str:
    """The lines as text, no blanks at their ends."""
    return "".join("".join(printable(text) for text, _ in line).rstrip() + "\n" for line in lines)


def show(lines: Iterable[Line], stream: TextIO) -> None:
    """Write ``lines`` to ``stream``, coloured when it wants that."""
    if wants_colour(stream, os.environ):
        _coloured(lines, stream)
    else:
        stream.write(plain(lines))


def _coloured(lines: Iterable[Line], stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, color_system="standard", no_color=False, highlight=False)
    for line in lines:
        text = Text.assemble(*((printable(said), style) for said, style in line))
        text.rstrip()
        console.print(text, soft_wrap=True)


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether ``stream`` is to be coloured: NO_COLOR, FORCE_COLOR (empty means unset), TERM=dumb, the terminal.

    The variables are those of no-color.org and force-color.org.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return environment.get("TERM") != "dumb" and stream.isatty()


def width_of(stream: TextIO, environment: Mapping[str, str]) -> int:
    """How many columns to fill: COLUMNS, else the terminal's, else 100 for what is piped; never absurdly few."""
    given = environment.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return max(_NARROW, min(_WIDE, int(given)))
    if not stream.isatty():
        return PLAIN_WIDTH
    try:
        return max(_NARROW, min(_WIDE, os.get_terminal_size(stream.fileno()).columns))
    except (OSError, ValueError):
        return PLAIN_WIDTH
