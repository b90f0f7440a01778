from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.detect.engine import Engine
from auditor.detect.expressions import Plan, plan
from auditor.detect.matcher import Matcher
from auditor.detect.reference import Reference
from auditor.model import Fragment, Match, Origin, Target
from auditor.rulebook.book import Rulebook, read_folders
from auditor.rulebook.find import rules_folder

Find = Callable[..., tuple[Match, ...]]


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return Rulebook.of(read_folders((rules_folder() / "providers",)))


@pytest.fixture(scope="session")
def planned(book: Rulebook) -> Plan:
    return plan(tuple(book.detectors()))


@pytest.fixture(scope="session")
def matcher(book: Rulebook, planned: Plan) -> Matcher:
    return Matcher(book, Engine.compile(planned.expressions), planned.groups, planned.named_from)


@pytest.fixture(scope="session")
def reference(book: Rulebook, planned: Plan) -> Matcher:
    return Matcher(book, Reference(planned.expressions), planned.groups, planned.named_from)


def fragment(text: str | bytes, file: str = "example.txt") -> Fragment:
    data = text.encode() if isinstance(text, str) else text
    return Fragment(Target(Origin.FILE, file, f"/x/{file}"), data)


@pytest.fixture(scope="session")
def find(matcher: Matcher) -> Find:
    def found(text: str | bytes, file: str = "example.txt") -> tuple[Match, ...]:
        return matcher.matches(fragment(text, file))

    return found
