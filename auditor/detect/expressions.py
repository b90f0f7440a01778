"""What the engine is asked to look for: the loosened form of every detector and every carrier.

A token or pattern has an expression of its own. Values without a prefix share one for each shape: the words of their
providers, a short gap, the shape. Their exact names are not compiled at all: a few expressions find the places where
any credential-like name stands before a value, and the name is then looked up (``names.py``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from auditor.detect.carriers import CARRIERS
from auditor.detect.decode.clues import TELLTALES
from auditor.detect.engine import Expression
from auditor.model.frozen import frozen
from auditor.rulebook import syntax
from auditor.rulebook.schema import Detector, Form

# Between an exact name and its value stand signs, and at most one word such as `value` or a call's name; between a
# provider's word and the value anything may stand, a line break included.
_SIGNS = r"[^0-9A-Za-z\x00]"
KEY_GAP = _SIGNS + r"{1,16}(?:[a-z0-9][a-z0-9_.]{0,12}" + _SIGNS + r"{1,12})?"
WORD_GAP = r"[^\x00]{0,60}"
# Whatever a name announces is drawn: there is a figure among its first characters, or it is long. Shapes so short that
# they may have no figure keep their names beside them.
_ANY_VALUE = r"(?:[0-9A-Za-z+/_=.\-$|]{0,24}[0-9]|[0-9A-Za-z+/_=.\-$|]{24})"
_SURE_OF_A_FIGURE = 24
_USUAL = r"(?:key|token|secret|passw|auth|cred|pass|pwd)"
_MOST_NAMES = 60
_SEPARATOR = r"[_\-. ]{0,2}"


@frozen
class Plan:
    """The expressions, and by number the detectors each stands for.

    From ``named_from`` on the groups are empty: a name stands there, to be looked up. Carriers have the numbers behind,
    and behind those stands what tells of encoded text.
    """

    expressions: tuple[Expression, ...]
    groups: tuple[tuple[int, ...], ...]
    named_from: int


def plan(detectors: Sequence[Detector]) -> Plan:
    """Return what the engine is to be compiled from, for ``detectors`` in the rulebook's order."""
    texts: list[tuple[str, bool]] = []
    groups: list[tuple[int, ...]] = []
    shapes: dict[str, list[int]] = defaultdict(list)
    for number, detector in enumerate(detectors):
        if detector.form is Form.VALUE:
            shapes[_shape(detector)].append(number)
        elif detector.form is not Form.CARRIER:
            texts.append((syntax.loosen(detector.regex), _caseless(detector)))
            groups.append((number,))
    for shape, numbers in shapes.items():
        members = [detectors[number] for number in numbers]
        for vouching, gap in ((_short_keys(members), KEY_GAP), (_words(members), WORD_GAP)):
            if vouching:
                texts.append((f"(?i:{'|'.join(vouching)}){gap}{shape}", False))
                groups.append(tuple(numbers))
    named_from = len(groups)
    for names in _names(detectors):
        texts.append((f"(?:{names}){KEY_GAP}{_ANY_VALUE}", True))
        groups.append(())
    origins = [", ".join(detectors[number].id for number in group) for group in groups]
    texts.extend((carrier.nominates, True) for carrier in CARRIERS)
    origins.extend(carrier.name for carrier in CARRIERS)
    texts.extend((text, False) for _, text in TELLTALES)
    origins.extend(name for name, _ in TELLTALES)
    found = zip(texts, origins, strict=True)
    made = tuple(Expression(number, text, flag, name) for number, ((text, flag), name) in enumerate(found))
    return Plan(made, tuple(groups), named_from)


def _caseless(detector: Detector) -> bool:
    return detector.ignore_case or syntax.ignores_case(detector.regex)


def _shape(detector: Detector) -> str:
    return f"(?{'i' if _caseless(detector) else '-i'}:{syntax.loosen(detector.regex)})"


def _names(detectors: Iterable[Detector]) -> Iterator[str]:
    """Alternations that cover every exact name: the words most names hold, then the names that hold none of them."""
    yield _USUAL + r"[\w.\-]{0,24}"
    keys = {
        key
        for detector in detectors
        if detector.form is Form.VALUE and not _is_short(detector)
        for key in detector.keys
    }
    others = sorted(_spelled(key) for key in keys if not re.search(_USUAL, key, re.IGNORECASE))
    for start in range(0, len(others), _MOST_NAMES):
        yield "|".join(others[start : start + _MOST_NAMES])


def _is_short(detector: Detector) -> bool:
    return syntax.width(detector.regex)[0] < _SURE_OF_A_FIGURE


def _short_keys(detectors: Iterable[Detector]) -> list[str]:
    return sorted({_spelled(key) for detector in detectors if _is_short(detector) for key in detector.keys})


def _words(detectors: Iterable[Detector]) -> list[str]:
    return sorted({re.escape(word) for detector in detectors for word in detector.words})


def _spelled(key: str) -> str:
    return _SEPARATOR.join(re.escape(part) for part in re.split(r"[_\-. ]+", key) if part)


def key_regex(keys: Sequence[str]) -> str:
    """A case-insensitive regex for exact names with any separator: ``DD_API_KEY`` also finds ``ddApiKey``."""
    return f"(?i:{'|'.join(sorted({_spelled(key) for key in keys}))})"


def word_regex(words: Sequence[str]) -> str:
    """A case-insensitive regex for a provider's words."""
    return f"(?i:{'|'.join(sorted(re.escape(word) for word in words))})"
