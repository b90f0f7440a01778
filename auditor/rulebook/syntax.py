"""Reading regular expressions as trees: what a detector's pattern begins with, how wide it is, and its looser form.

The looser form is what the fast engine gets: no look-around, no names, and a last repeat cut to its minimum, so that
one token gives one event instead of one for every further character. It matches wherever the pattern matches.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

# The parser behind ``re`` has no public name; it moved into the package with Python 3.11.
_NEW = sys.version_info >= (3, 11)
constants: Any = import_module("re._constants" if _NEW else "sre_constants")
parser: Any = import_module("re._parser" if _NEW else "sre_parse")

Tree = Any

_CATEGORIES = {
    constants.CATEGORY_DIGIT: r"\d",
    constants.CATEGORY_NOT_DIGIT: r"\D",
    constants.CATEGORY_SPACE: r"\s",
    constants.CATEGORY_NOT_SPACE: r"\S",
    constants.CATEGORY_WORD: r"\w",
    constants.CATEGORY_NOT_WORD: r"\W",
}
_DROPPED = {constants.ASSERT, constants.ASSERT_NOT}
_EDGES = {constants.AT_BEGINNING, constants.AT_END, constants.AT_BEGINNING_STRING, constants.AT_END_STRING}
_REPEATS = {constants.MAX_REPEAT, constants.MIN_REPEAT}
if hasattr(constants, "POSSESSIVE_REPEAT"):
    _REPEATS.add(constants.POSSESSIVE_REPEAT)
UNBOUNDED = int(constants.MAXREPEAT)
# An upper bound beyond this costs the engine a state a character; the second look enforces it anyway.
_COSTLY = 48
_LONG_MIDDLE = 1000
# A beginning of so many fixed characters is rare enough to nominate by.
_TELLING = 10


def tree(pattern: str, *, ignore_case: bool = False) -> Tree:
    """Parse ``pattern``; raises ``re.error`` when it is not valid."""
    return parser.parse(pattern, re.IGNORECASE if ignore_case else 0)


def width(pattern: str) -> tuple[int, int]:
    """Return the fewest and most characters that ``pattern`` can match."""
    low, high = tree(pattern).getwidth()
    return int(low), int(high)


def ignores_case(pattern: str) -> bool:
    """Whether ``pattern`` begins with a global ``(?i)``."""
    return bool(tree(pattern).state.flags & re.IGNORECASE)


def literal_prefix(pattern: str) -> str:
    """Return the literal characters that every match of ``pattern`` begins with."""
    found: list[str] = []
    for operator, argument in tree(pattern):
        if operator is constants.LITERAL:
            found.append(chr(argument))
        elif operator is constants.SUBPATTERN and len(argument[3]) and not found:
            return _prefix_of(argument[3])
        else:
            break
    return "".join(found)


def _prefix_of(items: Iterable[tuple[Any, Any]]) -> str:
    found: list[str] = []
    for operator, argument in items:
        if operator is not constants.LITERAL:
            break
        found.append(chr(argument))
    return "".join(found)


def loosen(pattern: str) -> str:
    """Return the engine's form of ``pattern``: a superset without look-around, its last repeat at its minimum."""
    return _write(list(tree(pattern)), cut_tail=True)


def _write(items: list[tuple[Any, Any]], *, cut_tail: bool = False) -> str:
    kept = [item for item in items if item[0] not in _DROPPED and not (item[0] is constants.AT and item[1] in _EDGES)]
    if cut_tail:
        kept = _before_the_long_middle(kept)
        while len(kept) > 1 and _is_optional(kept[-1]):
            kept.pop()
    last = len(kept) - 1
    return "".join(_one(op, arg, cut_tail=cut_tail and place == last) for place, (op, arg) in enumerate(kept))


def _before_the_long_middle(items: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """A construct of kilobytes is nominated by its beginning alone: waiting for its end costs the engine dearly."""
    known = 0
    for place, (operator, argument) in enumerate(items):
        if known >= _TELLING and operator in _REPEATS and _is_long(argument):
            return items[: place + 1]
        known += operator is constants.LITERAL
        known += int(argument[3].getwidth()[0]) if operator is constants.SUBPATTERN else 0
    return items


def _is_long(argument: Any) -> bool:
    _low, high, body = argument
    return int(high) * int(body.getwidth()[1]) > _LONG_MIDDLE and not _is_narrow(body)


def _is_optional(item: tuple[Any, Any]) -> bool:
    return item[0] in _REPEATS and item[1][0] == 0


def _one(operator: Any, argument: Any, *, cut_tail: bool) -> str:
    if operator is constants.LITERAL:
        return _escape(argument)
    if operator is constants.NOT_LITERAL:
        return f"[^{_escape(argument, in_class=True)}]"
    if operator is constants.ANY:
        return r"[^\n]"
    if operator is constants.IN:
        return _char_class(argument)
    if operator is constants.AT:
        return r"\b" if argument is constants.AT_BOUNDARY else r"\B"
    if operator is constants.BRANCH:
        return "(?:" + "|".join(_write(list(branch), cut_tail=cut_tail) for branch in argument[1]) + ")"
    if operator in _REPEATS:
        return _repeat(argument, cut_tail=cut_tail)
    return _group(operator, argument, cut_tail=cut_tail)


def _group(operator: Any, argument: Any, *, cut_tail: bool) -> str:
    if operator is constants.SUBPATTERN:
        flags = "i" if argument[1] & re.IGNORECASE else ""
        return f"(?{flags}:{_write(list(argument[3]), cut_tail=cut_tail)})"
    if operator is getattr(constants, "ATOMIC_GROUP", None):
        return f"(?:{_write(list(argument), cut_tail=cut_tail)})"
    raise re.error(f"construct {operator} cannot be nominated")


def _repeat(argument: Any, *, cut_tail: bool) -> str:
    low, high, body = argument
    if cut_tail:
        high = low
    elif high > _COSTLY and _is_narrow(body):
        high = UNBOUNDED
    text = _write(list(body))
    if high == 0 or not text:
        return ""
    unit = text if _is_single(body) else f"(?:{text})"
    return unit + _counts(int(low), int(high))


def _is_narrow(body: Any) -> bool:
    """Whether a repeat ends by itself soon: a class that neither takes everything nor crosses lines and quotes."""
    if len(body) != 1 or body[0][0] is not constants.IN:
        return False
    taken = re.compile(_char_class(body[0][1]))
    return not any(taken.match(sign) for sign in '\n"')


def _counts(low: int, high: int) -> str:
    if (low, high) == (1, 1):
        return ""
    if high == UNBOUNDED:
        return {0: "*", 1: "+"}.get(low, f"{{{low},}}")
    return f"{{{low}}}" if low == high else f"{{{low},{high}}}"


def _is_single(body: Any) -> bool:
    return len(body) == 1 and body[0][0] in {constants.LITERAL, constants.NOT_LITERAL, constants.IN, constants.ANY}


def _char_class(items: Any) -> str:
    negated = items[0][0] is constants.NEGATE
    parts = []
    for operator, argument in items[1:] if negated else items:
        if operator is constants.LITERAL:
            parts.append(_escape(argument, in_class=True))
        elif operator is constants.RANGE:
            parts.append(f"{_escape(argument[0], in_class=True)}-{_escape(argument[1], in_class=True)}")
        else:
            parts.append(_CATEGORIES[argument])
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _escape(code: int, *, in_class: bool = False) -> str:
    special = "\\]^-[" if in_class else "\\.^$*+?{}[]|()/"
    char = chr(code)
    if char in special:
        return "\\" + char
    return char if " " <= char <= "~" else f"\\x{code:02x}"
