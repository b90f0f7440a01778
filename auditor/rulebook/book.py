"""The rulebook: all providers and detectors under one numbering, read from YAML once and lazily afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from auditor.errors import RuleError
from auditor.model.frozen import frozen
from auditor.rulebook.schema import Detector, Form, Provider


@frozen
class Voucher:
    """What attributes a prefix-less value to a detector: its number, its shape, and who vouches for it.

    ``keys`` are without case and separators, to be compared with a whole key path written the same way.
    """

    number: int
    regex: str
    keys: tuple[str, ...]
    words: tuple[str, ...]
    hosts: tuple[str, ...]
    not_keys: tuple[str, ...]
    ignore_case: bool


class Rulebook:
    """Detectors by number and id, providers by slug. ``fetch`` loads one provider when it is first asked for."""

    def __init__(
        self,
        places: Sequence[tuple[str, str, int]],
        fetch: Callable[[str], Provider],
        vouchers: Callable[[], tuple[Voucher, ...]],
        extra: Callable[[str], Any] | None = None,
        names: Callable[[], Mapping[str, Sequence[int]]] = dict,
    ) -> None:
        self._names = names
        self._extra = extra
        self._places = places
        self._fetch = fetch
        self._vouchers = vouchers
        self._providers: dict[str, Provider] = {}

    @classmethod
    def of(cls, providers: Iterable[Provider]) -> Rulebook:
        """Make a rulebook of loaded providers. Raises ``RuleError`` when two detectors share an id."""
        known = {provider.id: provider for provider in providers}
        places = tuple(
            (detector.id, provider.id, place)
            for provider in known.values()
            for place, detector in enumerate(provider.detectors)
        )
        _refuse_repeats(places)
        return cls(
            places,
            known.__getitem__,
            lambda: vouchers(places, known),
            names=lambda: exact_names(places, known),
        )

    def beside(self, path: Path) -> Any:
        """The parsed data of another rule file (scoring, taxonomy): kept with the rules, else read from ``path``."""
        if self._extra:
            return self._extra(path.name)
        from auditor.rulebook.load import parse

        return parse(path)

    @property
    def size(self) -> int:
        """How many detectors there are; their numbers are 0 to size - 1."""
        return len(self._places)

    @property
    def places(self) -> Sequence[tuple[str, str, int]]:
        """(detector id, provider slug, place in the provider) by number."""
        return self._places

    @property
    def slugs(self) -> tuple[str, ...]:
        """The providers' slugs, in order."""
        return tuple(dict.fromkeys(slug for _, slug, _ in self._places))

    @cached_property
    def vouchers(self) -> tuple[Voucher, ...]:
        """Every detector that attributes values by words or hosts."""
        return self._vouchers()

    @cached_property
    def names(self) -> Mapping[str, Sequence[int]]:
        """The detectors by exact name, names without case and separators."""
        return self._names()

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {place[0]: number for number, place in enumerate(self._places)}

    def provider(self, slug: str) -> Provider:
        """Return the provider ``slug``, loading it when needed."""
        if slug not in self._providers:
            self._providers[slug] = self._fetch(slug)
        return self._providers[slug]

    def detector(self, number: int) -> Detector:
        """Return the detector with this number."""
        _, slug, place = self._places[number]
        return self.provider(slug).detectors[place]

    def by_id(self, rule: str) -> Detector:
        """Return the detector called ``rule``. Raises ``RuleError`` with the nearest name when there is none."""
        if rule not in self._numbers:
            raise RuleError(f"no rule is called {rule!r}", _nearest(rule, self._numbers))
        return self.detector(self._numbers[rule])

    def has(self, rule: str) -> bool:
        """Whether a detector is called ``rule``."""
        return rule in self._numbers

    def detectors(self) -> Iterator[Detector]:
        """Yield every detector, by number."""
        return (self.detector(number) for number in range(self.size))


def _nearest(rule: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(rule, list(known), 1)
    return f"did you mean {near[0]!r}?" if near else "`agent-audit rules list` names them all"


def _refuse_repeats(places: Sequence[tuple[str, str, int]]) -> None:
    first: dict[str, str] = {}
    for rule, slug, _ in places:
        if rule in first:
            raise RuleError(f"rule id {rule!r} stands in provider {first[rule]!r} and again in {slug!r}")
        first[rule] = slug


def vouchers(places: Sequence[tuple[str, str, int]], known: Mapping[str, Provider]) -> tuple[Voucher, ...]:
    """Return what attributes prefix-less values, for the detectors at ``places``."""
    found = []
    for number, (_, slug, place) in enumerate(places):
        detector = known[slug].detectors[place]
        if detector.form is Form.VALUE:
            keys = tuple(plain_name(key) for key in detector.keys)
            found.append(
                Voucher(
                    number,
                    detector.regex,
                    keys,
                    detector.words,
                    detector.hosts,
                    detector.not_keys,
                    detector.ignore_case,
                )
            )
    return tuple(found)


def exact_names(places: Sequence[tuple[str, str, int]], known: Mapping[str, Provider]) -> dict[str, list[int]]:
    """Return the detector numbers by exact name, names without case and separators."""
    found: dict[str, list[int]] = {}
    for number, (_, slug, place) in enumerate(places):
        detector = known[slug].detectors[place]
        if detector.form is Form.VALUE:
            for key in detector.keys:
                found.setdefault(plain_name(key), []).append(number)
    return found


def plain_name(name: str) -> str:
    """A name without case and separators: ``DD-API-Key`` and ``ddApiKey`` are ``ddapikey``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def read_folders(folders: Sequence[Path], proven: Path | None = None) -> tuple[Provider, ...]:
    """Read every provider file of ``folders``; the providers come sorted by slug.

    ``proven`` is the folder of the shipped rules, whose patterns the tests have compiled: to do it again costs a third
    of the time. Raises ``RuleError`` for a file that is wrong or a slug that stands in two files.
    """
    from auditor.rulebook import load

    providers: dict[str, Provider] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            provider = load.provider(load.parse(path), path.name, proven=folder == proven)
            if provider.id in providers:
                raise RuleError(f"{path.name}: provider {provider.id!r} is defined twice")
            providers[provider.id] = provider
    if not providers:
        raise RuleError("no rule files were found", f"looked in: {', '.join(folder.name for folder in folders)}")
    return tuple(providers[slug] for slug in sorted(providers))
