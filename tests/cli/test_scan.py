"""What `agent-audit scan` reads, and where it says what."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[bytes]"]

PROJECT = Path(__file__).parent.parent.parent
INTERRUPTED = {130, -signal.SIGINT}  # Python may hand the signal on to itself at its end; a shell shows 130 for both


def places(out: str) -> set[tuple[str, str, int]]:
    """(origin, path, line) of every sighting in a JSON report."""
    return {
        (sighting["origin"], sighting["path"], sighting["line"])
        for finding in json.loads(out)["findings"]
        for sighting in finding["sightings"]
    }


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_the_report_goes_to_stdout_and_nothing_else_does(exposed: Path, run: Run) -> None:
    for name in ("console", "json", "sarif"):
        outcome = run("scan", ".", "--format", name)
        assert "deploy.sh" in outcome.out
        assert outcome.err == ""
    json.loads(run("scan", ".", "--format", "json").out)
    json.loads(run("scan", ".", "--format", "sarif").out)


def test_a_problem_goes_to_stderr_and_nothing_else_does(exposed: Path, run: Run) -> None:
    outcome = run("scan", "nowhere", "--format", "json")
    assert outcome.out == ""
    assert outcome.err.startswith("agent-audit: no such file or folder: nowhere\n")


def test_a_dash_reads_standard_input(clean: Path, secret: str, run: Run) -> None:
    outcome = run("scan", "-", "--format", "json", stdin=f"RAILWAY_API_TOKEN={secret}\n".encode())
    assert places(outcome.out) == {("stdin", "-", 1)}


def test_a_dash_beside_a_folder_reads_both(exposed: Path, run: Run) -> None:
    other = "b1b2c3d4-0000-4000-8000-" + "9f8e7d6c5b4a"
    outcome = run("scan", ".", "-", "--format", "json", stdin=f"RAILWAY_API_TOKEN={other}\n".encode())
    assert places(outcome.out) == {("file", "deploy.sh", 1), ("stdin", "-", 1)}


def test_an_empty_standard_input_is_clean(clean: Path, run: Run) -> None:
    assert run("scan", "-").code == 0


def test_the_environment_is_scanned_only_when_asked(
    clean: Path, secret: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAILWAY_API_TOKEN", secret)
    assert places(run("scan", ".", "--format", "json").out) == set()
    found = run("scan", "--env", "--format", "json")
    assert places(found.out) == {("environment", "env:RAILWAY_API_TOKEN", 1)}


def test_the_home_is_scanned_only_when_asked(clean: Path, scrubbed: Path, secret: str, run: Run) -> None:
    (scrubbed / ".railway").mkdir()
    (scrubbed / ".railway" / "config.json").write_text(
        json.dumps({"user": {"apiToken": secret}, "railway": True}), encoding="utf-8"
    )
    assert places(run("scan", ".", "--format", "json").out) == set()
    found = places(run("scan", "--home", "--format", "json").out)
    assert [(origin, path) for origin, path, _ in found] == [("store", "~/.railway/config.json")]


def test_staged_changes_are_read_from_the_index_not_from_the_work_tree(exposed: Path, run: Run) -> None:
    git(exposed, "init", "-q")
    git(exposed, "add", ".")
    (exposed / "deploy.sh").write_text("echo nothing\n", encoding="utf-8")
    assert places(run("scan", "--staged", "--format", "json").out) == {("git-index", "deploy.sh", 1)}
    git(exposed, "add", ".")
    assert run("scan", "--staged").code == 0


def test_several_paths_are_shown_as_typed(exposed: Path, secret: str, run: Run) -> None:
    for name in ("one", "two"):
        (exposed / name).mkdir()
        (exposed / name / ".env").write_text(f"RAILWAY_API_TOKEN={secret}\n", encoding="utf-8")
    found = places(run("scan", "one", "two", "deploy.sh", "--format", "json").out)
    assert found == {("file", "one/.env", 1), ("file", "two/.env", 1), ("file", "deploy.sh", 1)}


def test_a_path_given_twice_counts_once(exposed: Path, run: Run) -> None:
    assert places(run("scan", ".", "deploy.sh", ".", "--format", "json").out) == {("file", "deploy.sh", 1)}


def test_what_is_excluded_is_not_read(exposed: Path, run: Run) -> None:
    (exposed / "main.py").write_text("print('hello')\n", encoding="utf-8")
    assert places(run("scan", ".", "--exclude", "*.sh", "--format", "json").out) == set()


def test_ignored_and_hidden_files_are_read(exposed: Path, secret: str, run: Run) -> None:
    git(exposed, "init", "-q")
    (exposed / "deploy.sh").unlink()
    (exposed / ".gitignore").write_text(".env\n", encoding="utf-8")
    (exposed / ".env").write_text(f"RAILWAY_API_TOKEN={secret}\n", encoding="utf-8")
    assert places(run("scan", ".", "--format", "json").out) == {("file", ".env", 1)}


@pytest.mark.parametrize("written", ["json=report", "sarif=report", "console=report"])
def test_an_output_is_written_whole_and_for_its_owner_only(written: str, exposed: Path, run: Run) -> None:
    outcome = run("scan", ".", "--output", written)
    file = exposed / "report"
    assert outcome.code == 1
    assert "deploy.sh" in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in exposed.iterdir()) == ["deploy.sh", "report"]


def test_several_outputs_are_written_beside_what_is_printed(exposed: Path, run: Run) -> None:
    outcome = run("scan", ".", "-o", "a.json", "-o", "b.sarif.json", "-o", "console=c", "--format", "json")
    assert (exposed / "a.json").read_text(encoding="utf-8") == outcome.out
    assert json.loads((exposed / "b.sarif.json").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (exposed / "c").exists()


def test_an_output_never_follows_a_link(exposed: Path, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "target"
    target.write_text("mine", encoding="utf-8")
    (exposed / "report.json").symlink_to(target)
    outcome = run("scan", ".", "-o", "report.json")
    assert outcome.code == 2
    assert "symbolic link" in outcome.err
    assert target.read_text(encoding="utf-8") == "mine"


def test_an_output_that_fails_leaves_nothing_behind_and_is_no_finding(
    exposed: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.replace", full)
    outcome = run("scan", ".", "-o", "report.json", "--no-cache")
    assert outcome.code == 3
    assert os.strerror(28) in outcome.err
    assert [path.name for path in exposed.iterdir()] == ["deploy.sh"]


def test_quiet_shows_only_what_counts(exposed: Path, run: Run) -> None:
    loud = run("scan", ".", "--fail-on", "critical")
    quiet = run("scan", ".", "--fail-on", "critical", "--quiet")
    assert "deploy.sh" in loud.out
    assert "deploy.sh" not in quiet.out
    assert "deploy.sh" in run("scan", ".", "--fail-on", "info", "--quiet").out


def test_the_report_is_utf8_for_programs_whatever_the_terminal_speaks(clean: Path, start: Start) -> None:
    (clean / "päss.env").write_text("RAILWAY_API_TOKEN=3e1c9a52-7d4b-4f60-8a13-" + "5b6c7d8e9f01\n", encoding="utf-8")
    for name in ("console", "json", "sarif"):
        process = start("scan", ".", "--format", name, cwd=clean, env={"PYTHONIOENCODING": "ascii:strict"})
        out, err = process.communicate()
        assert process.returncode == 1, err
        if name == "json":
            assert "päss.env" in out.decode("utf-8")


@pytest.mark.parametrize("arguments", [("scan", "."), ("scan", ".", "--format", "json"), ("agents",), ("--help",)])
def test_a_reader_that_goes_away_is_no_error(arguments: tuple[str, ...], exposed: Path, start: Start) -> None:
    with start(*arguments, cwd=exposed) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == (1 if "scan" in arguments else 0), "the verdict stands whoever reads it"


def test_closed_streams_are_no_error(exposed: Path, cache: Path) -> None:
    command = f"AGENT_AUDIT_CACHE_DIR='{cache}' '{sys.executable}' -m auditor scan . >&- 2>&-"
    done = subprocess.run(command, cwd=exposed, shell=True, env={**os.environ, "PYTHONPATH": str(PROJECT)}, check=False)
    assert done.returncode == 1


@pytest.mark.skipif(os.name == "nt", reason="signals are another thing there")
def test_an_interrupted_run_says_so_and_ends_with_130(exposed: Path, start: Start) -> None:
    process = start("scan", "-", "--format", "json", cwd=exposed)
    assert process.stdin is not None
    process.stdin.write(b"x = 1\n" * 100_000)  # more than a pipe holds: once it is written, the scan is reading
    process.stdin.flush()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode in INTERRUPTED
    assert out == b""
    assert err == b"agent-audit: interrupted; the scan is not complete\n"


def test_two_runs_print_the_same_bytes(exposed: Path, secret: str, run: Run) -> None:
    for number in range(20):
        (exposed / f"{number}.env").write_text(f"RAILWAY_API_TOKEN={secret}\nDB_PASSWORD=Kx7{number}qLm9\n", "utf-8")
    for name in ("json", "sarif"):
        first, second, one = (run("scan", ".", "--format", name, "--jobs", jobs).out for jobs in ("2", "2", "1"))
        assert first == second == one


def test_the_module_runs_like_the_command(exposed: Path, start: Start, run: Run) -> None:
    process = start("scan", ".", "--format", "json", cwd=exposed)
    out, _ = process.communicate()
    assert process.returncode == 1
    assert out.decode() == run("scan", ".", "--format", "json").out


def test_nothing_is_written_into_the_scanned_tree(exposed: Path, run: Run) -> None:
    git(exposed, "init", "-q")
    git(exposed, "add", ".")
    before = {path: path.stat().st_mtime_ns for path in exposed.rglob("*")}
    run("scan", ".")
    run("agents")
    assert {path: path.stat().st_mtime_ns for path in exposed.rglob("*")} == before
