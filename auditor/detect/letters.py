"""Are these letters spelled, or drawn? A table of how usual one letter is after another in names and prose.

Made from the standard library and a few public packages by ``tests/bench/train_letters.py``: one row a first letter,
one digit a second letter, 0 never to 9 most usual (nine plus the binary logarithm of the share). Words and names that
people write average above four, letters drawn at random below it in 98 of 100 cases of 20 characters.
"""

from __future__ import annotations

from auditor.model.lazy import lazy_pattern

_TABLE = (
    "14540240402656040657331230"
    "63436200540611620442600040"
    "61426106405510710436400020"
    "52248220700411510352500130"
    "51563430200546143665032520"
    "62225510700412710534500030"
    "50207045600535510553500010"
    "70007000600231600425300020"
    "43544440001557630456040203"
    "50118000313011720060604010"
    "51128121600425320262304220"
    "61247310600600620154521050"
    "74017000500241560041400020"
    "50566360502313520066430020"
    "33452330302557450645544000"
    "60236103500610650645400040"
    "40010100000411011431900000"
    "61337240603244620455421040"
    "40417214602222551067501030"
    "60317106700310530654402040"
    "44435230400656250666000000"
    "70108000600000420020000000"
    "60026006700205600552003000"
    "52626311600130270127000430"
    "33324130500455570466114022"
    "60018112500121610011100034"
)
_SPELLED = 4.05
_FEWEST_PAIRS = 3
_FEW = 5
_SURE = 4.6
_SPELLED_IN_PIECES = 3.3
_LONG_PIECES = 3.5
_PIECES = lazy_pattern(r"[A-Z]?[a-z]+|[A-Z]+")
_SMALL_A = 97
# One number inside a name is usual (`ec2Instance`), two are not.
_INNER_DIGITS = lazy_pattern(r"(?<=[A-Za-z])[0-9]+(?=[A-Za-z])")


def usualness(text: str) -> float | None:
    """Return how usual the letter pairs of ``text`` are, 0 to 9 on average; None when it has fewer than three."""
    total = pairs = 0
    before = -1
    for char in text.lower():
        code = ord(char) - _SMALL_A
        if 0 <= code < 26:  # noqa: PLR2004 - the letters
            if before >= 0:
                total += ord(_TABLE[before * 26 + code]) - 48
                pairs += 1
            before = code
        else:
            before = -1
    return total / pairs if pairs >= _FEWEST_PAIRS else None


def is_spelled(text: str) -> bool:
    """Whether ``text`` reads like words: mostly letters, and in an order that words have."""
    letters = sum(char.isalpha() for char in text)
    digits = sum(char.isdigit() for char in text)
    if letters < 3 * digits or letters * 10 < len(text) * 6 or len(_INNER_DIGITS.findall(text)) > 1:
        return False
    usual = usualness(text)
    if usual is None:
        return True
    if letters <= _FEW:
        return usual >= _SURE
    return usual >= (_SPELLED_IN_PIECES if not digits and _is_in_pieces(text, letters) else _SPELLED)


def _is_in_pieces(text: str, letters: int) -> bool:
    """Whether names' ways of joining words (``peekViewLayout``, ``bidding_strategy``) explain all of ``text``."""
    pieces = _PIECES.findall(text)
    return letters >= _LONG_PIECES * len(pieces)
