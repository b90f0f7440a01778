"""What a run ends with: 0 clean, 1 findings, 2 usage, 3 not complete, 130 interrupted."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.model import Band

Prepare = Callable[[Path], None]
Run = Callable[..., Any]


def nothing(_: Path) -> None:
    """Leave the folder as it is."""


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path) -> None:
    git(folder, "init", "-q")


def staged(folder: Path) -> None:
    repository(folder)
    git(folder, "add", ".")


def broken_rules(folder: Path) -> None:
    (folder / "rules").mkdir()
    (folder / "rules" / "acme.yaml").write_text("id: acme\nnaem: Acme\n", encoding="utf-8")


def no_rules(folder: Path) -> None:
    (folder / "rules").mkdir()


def unreadable(folder: Path) -> None:
    (folder / "deploy.sh").chmod(0)
    if os.access(folder / "deploy.sh", os.R_OK):
        pytest.skip("this user reads everything")


def only_an_empty_folder(folder: Path) -> None:
    (folder / "empty").mkdir()


TABLE: list[tuple[str, Prepare, tuple[str, ...], int]] = [
    ("help is no failure", nothing, ("--help",), 0),
    ("help of a command is no failure", nothing, ("scan", "--help"), 0),
    ("the version is no failure", nothing, ("--version",), 0),
    ("a finding at or above the band", nothing, ("scan", "."), 1),
    ("a finding at the lowest band", nothing, ("scan", ".", "--fail-on", "info"), 1),
    ("findings, but only a report was asked for", nothing, ("scan", ".", "--exit-zero"), 0),
    ("findings in quiet mode", nothing, ("scan", ".", "--quiet"), 1),
    ("findings in JSON", nothing, ("scan", ".", "--format", "json"), 1),
    ("findings in SARIF", nothing, ("scan", ".", "--format", "sarif"), 1),
    ("a finding in a file named by itself", nothing, ("scan", "deploy.sh"), 1),
    ("a finding in what the next commit brings", staged, ("scan", "--staged"), 1),
    ("nothing is staged", repository, ("scan", "--staged"), 0),
    ("everything was left out", nothing, ("scan", ".", "--exclude", "*"), 3),
    ("no command", nothing, (), 2),
    ("an unknown command", nothing, ("scna", "."), 2),
    ("an unknown flag", nothing, ("scan", ".", "--frobnicate"), 2),
    ("nothing to scan", nothing, ("scan",), 2),
    ("an unknown agent", nothing, ("scan", ".", "--agent", "clade-code"), 2),
    ("an unknown band", nothing, ("scan", ".", "--fail-on", "severe"), 2),
    ("an unknown format", nothing, ("scan", ".", "--format", "yaml"), 2),
    ("a number that is none", nothing, ("scan", ".", "--jobs", "many"), 2),
    ("a negative number of processes", nothing, ("scan", ".", "--jobs", "-1"), 2),
    ("a flag without its value", nothing, ("scan", ".", "--format"), 2),
    ("a value for a flag that takes none", nothing, ("scan", ".", "--env=yes"), 2),
    ("a path that is not there", nothing, ("scan", "nowhere"), 2),
    ("a path that is not there beside one that is", nothing, ("scan", ".", "nowhere"), 2),
    ("agents in a folder that is not there", nothing, ("agents", "nowhere"), 2),
    ("an output of no known format", nothing, ("scan", ".", "--output", "yaml=report"), 2),
    ("an output without a file", nothing, ("scan", ".", "--output", "json="), 2),
    ("an output in a folder that is not there", nothing, ("scan", ".", "--output", "json=no/where"), 2),
    ("an output that is a folder", nothing, ("scan", ".", "--output", "json=."), 2),
    ("two outputs to one file", nothing, ("scan", ".", "-o", "json=a", "-o", "sarif=a"), 2),
    ("a folder of rules that is not there", nothing, ("scan", ".", "--rules", "nowhere"), 2),
    ("a file where a folder of rules belongs", nothing, ("scan", ".", "--rules", "deploy.sh"), 2),
    ("a folder without rules", no_rules, ("scan", ".", "--rules", "rules"), 2),
    ("a rule file that is wrong", broken_rules, ("scan", ".", "--rules", "rules"), 2),
    ("a file that cannot be read", unreadable, ("scan", "."), 3),
    ("a file that cannot be read, and only a report was asked for", unreadable, ("scan", ".", "--exit-zero"), 3),
    ("a folder without files", only_an_empty_folder, ("scan", "empty"), 3),
    ("staged changes where there is no repository", nothing, ("scan", "--staged"), 3),
]


@pytest.mark.parametrize(("prepare", "arguments", "code"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_exit_code_tells(prepare: Prepare, arguments: tuple[str, ...], code: int, exposed: Path, run: Run) -> None:
    prepare(exposed)
    outcome = run(*arguments)
    assert outcome.code == code, outcome.err
    if code >= 2 and arguments:
        assert_is_a_sentence(outcome)


def assert_is_a_sentence(outcome: Any) -> None:
    """Something is said, what is said is no traceback, and in errors of use stdout stays empty."""
    told = outcome.err if outcome.code == 2 else outcome.err + outcome.out
    assert told.strip()
    assert "Traceback" not in told
    if outcome.code == 2:
        assert outcome.out == ""
        assert outcome.err.startswith("agent-audit: ")
        assert "\n  → " in outcome.err, "an error of use says what to do next"


def test_a_clean_project_is_green(clean: Path, run: Run) -> None:
    assert run("scan", ".").code == 0
    assert run("scan", ".", "--fail-on", "info").code == 0


def test_only_bands_at_or_above_the_one_asked_for_count(exposed: Path, run: Run) -> None:
    found = json.loads(run("scan", ".", "--format", "json").out)["findings"]
    worst = max(Band[finding["band"].upper()] for finding in found)
    for band in Band:
        assert run("scan", ".", "--fail-on", band.word).code == (1 if worst >= band else 0), band


NEAREST = [
    (("scna",), "scan"),
    (("scan", ".", "--stagd"), "--staged"),
    (("scan", ".", "--json"), "--format json"),
    (("scan", ".", "--fail-on", "hihg"), "high"),
    (("scan", ".", "--format", "jsno"), "json"),
    (("scan", ".", "--agent", "claude"), "claude-code"),
    (("scan", ".", "-o", "sraif=x"), "sarif"),
    (("scan", "deplyo.sh"), "deploy.sh"),
]


@pytest.mark.parametrize(("arguments", "meant"), NEAREST, ids=[" ".join(arguments) for arguments, _ in NEAREST])
def test_an_error_of_use_names_what_was_meant(arguments: tuple[str, ...], meant: str, exposed: Path, run: Run) -> None:
    assert f"did you mean {meant}?" in run(*arguments).err


def test_a_broken_rule_is_named_by_file_and_field(exposed: Path, run: Run) -> None:
    broken_rules(exposed)
    said = run("scan", ".", "--rules", "rules").err
    assert "acme.yaml" in said
    assert "naem" in said
    assert "did you mean 'name'?" in said


def test_a_scan_of_nothing_says_so_in_every_format(exposed: Path, run: Run) -> None:
    only_an_empty_folder(exposed)
    assert "nothing was read" in run("scan", "empty").out
    outcome = run("scan", "empty", "--format", "json")
    assert "nothing was read" in outcome.err
    assert json.loads(outcome.out)["complete"] is False


def test_a_file_that_fails_midway_makes_the_scan_incomplete(
    exposed: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("auditor.sources.reading._read_into", fail)
    outcome = run("scan", ".")
    assert outcome.code == 3
    assert "deploy.sh" in outcome.out
    assert "not complete" in outcome.out


FAILURES: list[tuple[str, type[Exception]]] = [
    (stage, kind)
    for stage in (
        "auditor.pipeline.prepare",
        "auditor.pipeline.find",
        "auditor.pipeline.join",
        "auditor.pipeline.survey",
        "auditor.report.console.show",
        "auditor.cli.job.make_job",
    )
    for kind in (RuntimeError, OSError, KeyError, RecursionError, MemoryError)
]


@pytest.mark.parametrize(("stage", "kind"), FAILURES, ids=[f"{stage}-{kind.__name__}" for stage, kind in FAILURES])
def test_a_crash_is_a_sentence_with_an_exit_code_of_its_own_and_no_values(
    stage: str, kind: type[Exception], exposed: Path, secret: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise kind(f"near {secret}")

    monkeypatch.setattr(stage, crash)
    for flags in ((), ("--debug",)):
        outcome = run("scan", ".", *flags)
        assert outcome.code == 3
        assert f"internal error ({kind.__name__} at " in outcome.err
        assert "Traceback" not in outcome.out + outcome.err
        assert secret not in outcome.out + outcome.err


def test_an_interrupt_is_its_own_exit_code(exposed: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("auditor.pipeline.find", interrupt)
    outcome = run("scan", ".")
    assert outcome.code == 130
    assert outcome.err == "agent-audit: interrupted; the scan is not complete\n"
    assert outcome.out == ""
