"""The plaintext is never spoken: not in any report, error, file or cache, whatever the secret and whatever happens."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from auditor.rulebook.book import Rulebook, read_folders
from auditor.rulebook.check import specimen
from auditor.rulebook.exemplar import exemplar
from auditor.rulebook.find import rules_folder
from auditor.rulebook.schema import Form

Run = Callable[..., Any]

# A whole value would be found by its middle too, and a preview may show a public prefix and four last characters.
_SPOKEN = 12
# Every so-manieth kind of the book is enough: what masks one masks all.
_SAMPLE = 16


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """Lines of a `.env` file by the secret each holds: one of every kind in the book, and passwords."""
    book = Rulebook.of(read_folders((rules_folder() / "providers",)))
    held = {}
    for detector in book.detectors():
        if detector.public or detector.identifier or detector.form not in {Form.TOKEN, Form.VALUE}:
            continue
        value = specimen(detector, "plaintext")
        held[value] = f"{detector.keys[0] if detector.keys else detector.id.upper().replace('-', '_')}={value}"
    for number in range(20):
        value = exemplar("[A-Z][a-z]{4}[0-9]{3}[A-Z]{2}[a-z0-9]{9}", str(number))
        held[value] = f"DB_PASSWORD={value}"
    long = [(value, line) for value, line in held.items() if len(value) >= _SPOKEN and "\n" not in value]
    return dict(long[::_SAMPLE] + long[-20:])


def pieces(value: str) -> Iterator[str]:
    """What would give a value away: its middle, as it is and in the usual disguises."""
    body = value[:-4]
    yield body[-_SPOKEN:]
    yield quote(body, safe="")[-_SPOKEN * 2 :]
    yield base64.b64encode(value.encode()).decode()[4:24]


def assert_unspoken(text: str, secrets: dict[str, str]) -> None:
    spoken = [value[:4] + "…" for value in secrets if any(piece in text for piece in pieces(value))]
    assert not spoken


@pytest.fixture
def tree(tmp_path: Path, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tree"
    (folder / ".claude").mkdir(parents=True)
    lines = list(secrets.values())
    (folder / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "one-line.txt").write_text(" ".join(lines), encoding="utf-8")
    env = ",".join(f'"{name}": "{value}"' for name, value in (line.split("=", 1) for line in lines[:40]))
    (folder / ".mcp.json").write_text(f'{{"mcpServers": {{"x": {{"command": "npx", "env": {{{env}}}}}}}}}', "utf-8")
    (folder / ".claude" / "settings.json").write_text(f'{{"env": {{{env}}}, oops', encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


COMMANDS = [
    ("scan", "."),
    ("scan", ".", "--format", "json"),
    ("scan", ".", "--format", "sarif"),
    ("scan", ".", "--quiet", "--fail-on", "info"),
    ("scan", ".", "-o", "json=../report", "-o", "sarif=../report.sarif", "-o", "console=../report.txt"),
    ("scan", "-", "--format", "json"),
    ("scan", "--env", "--format", "json"),
    ("agents",),
    ("agents", "--json"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(command) for command in COMMANDS])
def test_no_command_speaks_a_secret(
    command: tuple[str, ...], tree: Path, secrets: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, value in enumerate(secrets):
        monkeypatch.setenv(f"SERVICE_{number}_TOKEN", value)
    outcome = run(*command, stdin=(tree / ".env").read_bytes())
    assert outcome.code in {0, 1, 3}, outcome.err
    assert outcome.out or outcome.err
    assert_unspoken(outcome.out + outcome.err, secrets)
    for report in tree.parent.glob("report*"):
        assert_unspoken(report.read_text(encoding="utf-8"), secrets)


def test_most_of_the_secrets_were_found_at_all(tree: Path, secrets: dict[str, str], run: Run) -> None:
    import json

    found = json.loads(run("scan", ".env", "--format", "json").out)["findings"]
    assert len(found) > 0.8 * len(secrets)


STAGES = (
    "auditor.enrich.join.join",
    "auditor.exposure.findings.build",
    "auditor.enrich.assess.assess",
    "auditor.detect.matcher.resolve",
)


@pytest.mark.parametrize("stage", STAGES)
def test_no_crash_speaks_a_secret(
    stage: str, tree: Path, secrets: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*arguments: Any, **_: Any) -> None:
        raise ValueError(arguments, [str(vars(a)) if hasattr(a, "__dict__") else repr(a) for a in arguments], *secrets)

    monkeypatch.setattr(stage, crash)
    monkeypatch.setattr(f"auditor.pipeline.{stage.rpartition('.')[2]}", crash, raising=False)
    outcome = run("scan", ".", "--debug")
    assert outcome.code == 3
    assert_unspoken(outcome.out + outcome.err, secrets)


def test_nothing_that_is_kept_holds_a_secret(
    tree: Path, secrets: dict[str, str], scrubbed: Path, cache: Path, run: Run
) -> None:
    run("scan", ".")
    for folder in (scrubbed, cache):
        for file in folder.rglob("*"):
            if file.is_file():
                assert_unspoken(file.read_bytes().decode("latin-1"), secrets)
