"""The command line as its users meet it: arguments in; exit code, standard output and standard error out."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import uuid
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from auditor.__main__ import main

PROJECT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Outcome:
    """What a run ended with and what it said where."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of compiled rules for all tests; AGENT_AUDIT_CACHE_DIR names one that outlives the session."""
    return Path(os.environ.get("AGENT_AUDIT_CACHE_DIR") or tmp_path_factory.mktemp("cache"))


@pytest.fixture
def run(cache: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, in the current folder."""

    def ran(*arguments: str, stdin: bytes = b"") -> Outcome:
        # Typer uses names that its parser means to drop; that is for them to settle.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="typer")
        monkeypatch.setenv("AGENT_AUDIT_CACHE_DIR", str(cache))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        said = capfd.readouterr()
        assert isinstance(stop.value.code, int)
        return Outcome(int(stop.value.code), said.out, said.err)

    return ran


@pytest.fixture
def start(cache: Path) -> Start:
    """Start the command line as a process of its own."""

    def started(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        surroundings = {**os.environ, "AGENT_AUDIT_CACHE_DIR": str(cache), "PYTHONPATH": str(PROJECT), **(env or {})}
        return subprocess.Popen(
            [sys.executable, "-m", "auditor", *arguments],
            cwd=cwd,
            env=surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    return started


@pytest.fixture
def secret() -> str:
    """A made-up account token, new in each run."""
    return str(uuid.uuid4())


@pytest.fixture
def exposed(tmp_path: Path, secret: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a project that holds one never-ending account token."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "deploy.sh").write_text(f"export RAILWAY_API_TOKEN={secret}\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a project that holds no credential."""
    folder = tmp_path / "clean"
    folder.mkdir()
    (folder / "main.py").write_text("print('hello')\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder
