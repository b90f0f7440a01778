"""What a value looks like by itself: drawn by a machine, typed by a person, a word, a piece of code."""

from __future__ import annotations

import re
from functools import lru_cache

from auditor.detect.keynames import normalised, words
from auditor.detect.letters import is_spelled
from auditor.detect.natures import Nature, entropy, is_name, nature
from auditor.model.lazy import lazy_pattern

_HEX = lazy_pattern(r"[0-9a-fA-F]+")
_UUID = lazy_pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = lazy_pattern(r"[-+]?[0-9][0-9.,:_/ -]*[a-z]{0,2}")
_VERSION = lazy_pattern(r"[~^<>=v]{0,3}\d+(?:\.\d+){1,3}[\w.+-]*")
_DATE = lazy_pattern(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?)?")
_CONSTANT = lazy_pattern(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_NOT_ASCII = lazy_pattern(r"[^\x00-\x7f]")
_HOST = lazy_pattern(
    r"(?i)(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|local|internal|example|test|svc|cluster|edu|gov|co|us|de|uk)(?::\d+)?(?:/.*)?"
)
_MAIL = lazy_pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = lazy_pattern(
    r"[{}<>;]\s|[{};]$|^[{<]|\(\)|=>|&&|\|\||\+\s*\w+\s*\+|::|\)\.|\]\.|^[=!<>]=|^[.,)(\]\[|&?:+]|\w\(|===|[?:,;({\[]$|\\[nrt]\w*\\[nrt]"
)
_FORMAT = lazy_pattern(
    r"%[sdrxv]\b|%\(\w+\)|\{\w*\}|#\{|\$\{|\$\(|<%|\{\{|\\[(]|\$[A-Za-z_]\w*$|^\$\w+|^@\w+(?:[.]\w+)*$|^:\w+$"
)
_SENTENCE = lazy_pattern(r"[A-Za-z][a-z]+(?:[ ,.]+[A-Za-z']+){2,}")
_ABOUT_VALUES = frozenset(
    "the new old current confirm user my db input field value name id password passwd pwd secret token key api auth access "
    "bearer credential credentials client your type string text number hidden required invalid empty missing basic oauth "
    "oauth2 jwt header cookie session none local default".split()
)
_SHORTEST = 8
# What services are called, and what too many of their passwords are.
_SERVICES = frozenset("root admin postgres mysql mongo redis guest rabbitmq oracle sa elastic minio grafana".split())
_RULE_TEXT = lazy_pattern(r"(?i)(?:min|max|between|required|length|size|regex|confirmed|string)[:|=].*|\d+-\d+ \w+")
_SHORT_PART = 6


_JOINED = lazy_pattern(r"[A-Za-z][A-Za-z0-9]{0,11}(?:[.#/:_@-][A-Za-z0-9$]{1,11})+")


@lru_cache(maxsize=4096)
def looks_drawn(value: str) -> bool:
    """Whether a machine drew ``value``: long enough, mixed, spread evenly, and not spelled like words or names."""
    signs = [char for char in value if char.isalnum()]
    if len(signs) < _SHORTEST or is_spelled(value) or _is_joined_name(value):
        return False
    if _HEX.fullmatch(value):
        return entropy(value) >= 2.4  # noqa: PLR2004 - sixteen signs carry four bits at most
    digits = sum(char.isdigit() for char in signs)
    cases = any(c.isupper() for c in signs) and any(c.islower() for c in signs)
    return (digits >= 1 or cases or len(signs) >= 16) and entropy(value) >= 2.6  # noqa: PLR2004


def _is_joined_name(value: str) -> bool:
    """``aws.auth#sigv4``: short words joined by signs, none of them drawn by itself."""
    if not _JOINED.fullmatch(value):
        return False
    parts = re.split(r"[.#/:_@-]", value)
    names = [part.rstrip("0123456789$") for part in parts]
    return all(word.isalpha() and (len(word) <= _SHORT_PART or is_spelled(word)) for word in names)


def is_mixed(value: str) -> bool:
    """Whether ``value`` has letters and something else that a password policy asks for: a digit or a sign."""
    letters = any(char.isalpha() for char in value)
    return letters and any(char.isdigit() or char in "!@#$%^&*?~+=" for char in value)


def is_identifier_like(value: str) -> bool:
    """Whether ``value`` is a word or a name: spelled letters joined by nothing, dots, dashes or underscores."""
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(?:[-_.:/ ][A-Za-z0-9]+)*", value)) and is_spelled(value)


def may_be_secret(key: str, value: str) -> bool:
    """Whether ``value`` can be a literal secret at all under the name ``key``."""
    if nature(value) is not Nature.LITERAL or _NOT_ASCII.search(value):
        return False
    if (
        "EXAMPLE" in value
        or _RULE_TEXT.fullmatch(value)
        or _FORMAT.search(value)
        or _SENTENCE.search(value)
        or _CODE.search(value)
        or _CONSTANT.fullmatch(value)
    ):
        return False
    return not (_DATE.fullmatch(value) or _MAIL.fullmatch(value) or speaks_of_itself(key, value))


def is_plain_data(value: str) -> bool:
    """Whether ``value`` is a number, a version, a host or an address."""
    return (
        bool(_NUMBER.fullmatch(value) or _VERSION.fullmatch(value) or _HOST.fullmatch(value))
        or "://" in value
        or value.startswith("arn:")
    )


def is_uuid(value: str) -> bool:
    """Whether ``value`` is a UUID in its usual writing."""
    return _UUID.fullmatch(value) is not None


def is_reading(value: str) -> bool:
    """Whether an unquoted ``value`` is an expression that reads a secret from elsewhere."""
    return is_name(value) and not (any(char.isdigit() for char in value) and "(" not in value)


def speaks_of_itself(key: str, value: str) -> bool:
    """``api_key = "apiKey"``: the value is only a name for what the key already says."""
    plain = normalised(value)
    if plain in _SERVICES:
        return False
    if not plain or plain == normalised(key):
        return True
    parts = [word for word in words(value) if not word.isdigit()]
    if not parts or any(char.isdigit() for char in value):
        return False
    about = _ABOUT_VALUES | set(words(key))
    return all(part in about for part in parts)
