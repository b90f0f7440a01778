"""The stories in ``fixtures/``: each a small made-up home and workspace, and what the audit says of them.

``pytest tests/test_golden.py --update-goldens`` writes the expectations anew; read the difference as code.

A story is a folder with ``WHY``, perhaps ``home/`` and ``work/`` (without ``work/`` the folder itself is the
workspace), perhaps ``story.json``: ``home`` and ``scan_environment`` switch those on, ``environment`` is the process's.
Files that end in ``.in`` are templates: ``{{pair:RULE}}`` is a made-up value of that rule (``RULE#2`` another one),
``{{jwt:DATE}}`` a token that ends on that day, the other slots are those of ``rulebook.exemplar.fill``.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

import auditor.report
from auditor.model import Report
from auditor.pipeline import Job, run
from auditor.report import agents, console, json_report, jsonl, sarif
from auditor.rulebook.book import Rulebook, read_folders
from auditor.rulebook.check import specimen
from auditor.rulebook.exemplar import fill
from auditor.rulebook.find import rules_folder

FIXTURES = Path(__file__).parent.parent / "fixtures"
STORIES = sorted(path.parent.name for path in FIXTURES.glob("*/WHY"))
NOW = datetime(2026, 9, 1, 12, tzinfo=timezone.utc)
WRITTEN = datetime(2025, 7, 1, 12, tzinfo=timezone.utc).timestamp()
SHOWN_HOME, SHOWN_SYSTEM = "/home/ada", "/system"
WIDTH = 100
_OWN = {"WHY", "expected.json", "expected.txt", "story.json"}
_JWT = re.compile(r"\{\{jwt:(\d{4}-\d\d-\d\d)\}\}")
SCHEMA = json.loads(Path(auditor.report.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))


class Slots:
    """Fills templates, and remembers every value that may never be said aloud."""

    def __init__(self, story: str, book: Rulebook) -> None:
        self._story = story
        self._book = book
        self.secrets: set[str] = set()

    def fill(self, text: str) -> str:
        return fill(_JWT.sub(self._token, text), self._story, lambda _: self._story, self._value)

    def _value(self, name: str, seed: str) -> str:
        rule, _, number = name.partition("#")
        value = specimen(self._book.by_id(rule), f"{seed}{number}")
        if not self._book.by_id(rule).public and not self._book.by_id(rule).identifier:
            self.secrets.add(value)
        return value

    def _token(self, slot: re.Match[str]) -> str:
        ends = int(datetime.fromisoformat(slot[1]).replace(tzinfo=timezone.utc).timestamp())
        parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": "ada", "iat": ends - 3600, "exp": ends}]
        texts = [json.dumps(part).encode() for part in parts] + [self._story.encode() * 4]
        value = ".".join(base64.urlsafe_b64encode(text).decode().rstrip("=") for text in texts)
        self.secrets.add(value)
        return value


def render(story: str, target: Path, slots: Slots) -> None:
    """Write the story's ``home`` and ``work`` below ``target``, templates filled, every file of the same age."""
    source = FIXTURES / story
    for part, at in (("home", target / "home"), ("work" if (source / "work").is_dir() else "", target / "home/work")):
        at.mkdir(parents=True, exist_ok=True)
        for path in sorted((source / part).rglob("*")) if (source / part).is_dir() else ():
            name = path.relative_to(source / part)
            if path.is_file() and not (name.parts[0] in _OWN and not part):
                write(path, at / name, slots)
    (target / "system").mkdir()


def write(source: Path, target: Path, slots: Slots) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".in":
        target = target.with_suffix("") if target.stem else target
        target.write_text(slots.fill(source.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    else:
        shutil.copyfile(source, target)
    os.utime(target, (WRITTEN, WRITTEN))


def elsewhere(value: Any, swap: Callable[[str], str]) -> Any:
    """The same value with ``swap`` done to every text in it: the temporary folder becomes somebody's home."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return swap(value)
    if isinstance(value, tuple):
        return tuple(elsewhere(one, swap) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return dataclasses.replace(value, **{name: elsewhere(getattr(value, name), swap) for name in names})
    return value


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return Rulebook.of(read_folders((rules_folder() / "providers",))[1])


@pytest.fixture(scope="session")
def told(book: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SimpleNamespace]:
    """Runs a story, once a session: its report, the report with real paths, and the values nobody may say."""
    cache = tmp_path_factory.mktemp("cache")
    known: dict[str, SimpleNamespace] = {}

    def tell(story: str) -> SimpleNamespace:
        if story not in known:
            target = tmp_path_factory.mktemp(story)
            known[story] = _tell(story, target, cache, Slots(story, book))
        return known[story]

    return tell


def _tell(story: str, target: Path, cache: Path, slots: Slots) -> SimpleNamespace:
    file = FIXTURES / story / "story.json"
    asked = json.loads(slots.fill(file.read_text(encoding="utf-8"))) if file.exists() else {}
    render(story, target, slots)
    job = Job(
        paths=(target / "home" / "work",),
        home=target / "home",
        environment=asked.get("environment", {}),
        key=b"a key for stories only",
        cache=cache,
        scan_environment=asked.get("scan_environment", False),
        scan_home=asked.get("home", False),
        jobs=1,
        system_root=target / "system",
        now=NOW,
        platform="linux",
    )
    report = dataclasses.replace(run(job), seconds=0.4)
    swaps = ((target / "home").as_posix(), SHOWN_HOME), ((target / "system").as_posix(), SHOWN_SYSTEM)

    def swap(text: str) -> str:
        for found, shown in swaps:
            text = text.replace(found, shown)
        return text

    return SimpleNamespace(report=elsewhere(report, swap), real=report, secrets=slots.secrets)


def documents(report: Report) -> Iterator[tuple[str, str]]:
    yield "console", console.render(report, width=WIDTH)
    yield "json", json_report.render(report)
    yield "jsonl", jsonl.render(report)
    yield "sarif", sarif.render(report)
    yield "agents", agents.render(report.agents, width=WIDTH)


def shortened(report: Report) -> str:
    """The JSON report without what other tests hold: each agent's permissions in full, and the version."""
    document = json.loads(json_report.render(report))
    document["tool"]["version"] = "0"
    kept = ("id", "surface", "assumed", "confidence", "exec", "network", "approval")
    document["agents"] = [{name: one[name] for name in kept} for one in document["agents"]]
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
