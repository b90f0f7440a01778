"""Which environment names, paths and hosts tell of.

A word for production counts wherever it stands. Words for lesser environments count for a value that belongs to one
environment; a token for a whole account reaches production whatever the file it lies in is called.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from pathlib import PurePosixPath

from auditor.enrich.words import words
from auditor.model.credential import Environment
from auditor.model.lazy import lazy_pattern

_PRODUCTION = frozenset({"prod", "prd", "production", "live"})
_STAGING = frozenset({"staging", "stage", "stg", "uat", "preprod", "preproduction", "preview", "qa", "nonprod"})
_TEST = frozenset(
    "test tests testing dev devel develop development sandbox local localhost example examples sample samples demo ci "
    "fixture fixtures mock mocks e2e testdata playground".split()
)
_NEGATING = frozenset({"pre", "non", "not", "no"})
# Folders of made-up or recorded values; in a path the other words are too often a person's own folder names.
_SAMPLE_FOLDERS = frozenset(
    "test tests testing testdata __tests__ spec specs fixture fixtures __fixtures__ example examples sample samples "
    "demo demos mock mocks __mocks__ e2e".split()
)
_LOCAL_NAMES = frozenset({"localhost", "host.docker.internal", "docker.for.mac.localhost", "0.0.0.0"})  # noqa: S104
_LOCAL_ENDS = (".localhost", ".local", ".test")
# Tools that read `.env.local` define it as this machine's own values, whatever they open:
# https://nextjs.org/docs/pages/guides/environment-variables
_PERSONAL_FILE = lazy_pattern(r"(?:^|\.)env(?:\.|$)")
_OWN_FOLDERS = 2
_RANK = {Environment.TEST: 0, Environment.STAGING: 1, Environment.UNKNOWN: 2, Environment.PRODUCTION: 3}


def named(name: str) -> Environment:
    """The environment that a name such as ``PROD_DB_URL`` or ``stripeTestKey`` tells of."""
    return _of_words(words(name))


def of_path(path: str) -> Environment:
    """The environment that a file's path tells of; ``path`` as people see it.

    Only the file's name and its two nearest folders count, and of the words for tests only folders that are known to
    hold samples.
    """
    parts = PurePosixPath(path).parts
    file = parts[-1] if parts else ""
    folders = [part for part in parts[:-1][-_OWN_FOLDERS:] if not part.startswith((".", "~"))]
    told = [_of_words(_file_words(file)), *(_of_words(words(folder)) for folder in folders)]
    if Environment.PRODUCTION in told:
        return Environment.PRODUCTION
    if Environment.STAGING in told:
        return Environment.STAGING
    return Environment.TEST if told[0] is Environment.TEST or of_samples(path) else Environment.UNKNOWN


def of_samples(path: str) -> bool:
    """Whether a file lies in a folder of test data or examples."""
    return any(part.lower() in _SAMPLE_FOLDERS for part in PurePosixPath(path).parts[:-1])


def of_nearby(near: Iterable[str]) -> Environment:
    """The environment that words around a value tell of: the most dangerous one wins."""
    told = [found for found in map(named, near) if found is not Environment.UNKNOWN]
    return worst(told) if told else Environment.UNKNOWN


def of_host(host: str) -> Environment:
    """``TEST`` for this machine's own names and addresses, otherwise what the host's words tell."""
    if is_local(host):
        return Environment.TEST
    # As a domain, `example` stands in for a name that somebody did not want to write.
    return _of_words(tuple(word for word in words(host) if word != "example"))


def is_local(host: str) -> bool:
    """Whether a host name or address is this machine, or can never be anybody else's."""
    plain = host.strip("[]").rstrip(".").lower()
    if plain in _LOCAL_NAMES or plain.endswith(_LOCAL_ENDS):
        return True
    try:
        return ipaddress.ip_address(plain).is_loopback
    except ValueError:
        return False


def worst(environments: Iterable[Environment]) -> Environment:
    """The environment in which a mistake costs most; not knowing is worse than staging."""
    return max(environments, key=_RANK.__getitem__, default=Environment.UNKNOWN)


def _of_words(found: tuple[str, ...]) -> Environment:
    held = set(found)
    before = dict(zip(found[1:], found, strict=False))
    production = {word for word in held & _PRODUCTION if before.get(word) not in _NEGATING | {"to"}}
    if production:
        return Environment.PRODUCTION
    if held & _STAGING or any(before.get(word) in _NEGATING for word in held & (_PRODUCTION - {"live"})):
        return Environment.STAGING
    return Environment.TEST if held & _TEST else Environment.UNKNOWN


def _file_words(file: str) -> tuple[str, ...]:
    # A pipeline's file is where production is deployed from, and `ci` says no more than that.
    dropped = {"ci", "local"} if _PERSONAL_FILE.search(file) else {"ci"}
    return tuple(word for word in words(file) if word not in dropped)
