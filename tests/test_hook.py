"""The hook, run by the real pre-commit on a real repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from auditor.rulebook.exemplar import exemplar

PROJECT = Path(__file__).parent.parent
MANIFEST = PROJECT / ".pre-commit-hooks.yaml"


def hook_config() -> str:
    """A configuration that runs the shipped entry from this checkout instead of installing it anew."""
    hook = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))[0]
    hook["language"] = "system"
    hook["entry"] = hook["entry"].replace("agent-audit", f"{sys.executable} -m auditor", 1)
    return yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]})


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / ".pre-commit-config.yaml").write_text(hook_config(), encoding="utf-8")
    (folder / "README").write_text("a project\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "start")
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=folder, check=True, capture_output=True)
    return folder


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_the_manifest_is_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_staged_secret_blocks_and_the_cleaned_index_passes(repository: Path) -> None:
    token = exemplar("ghp_[0-9A-Za-z]{36}", "hook", checksum="github-crc32")
    file = repository / "deploy.sh"
    file.write_text(f"export GITHUB_TOKEN={token}\n", encoding="utf-8")
    git(repository, "add", "deploy.sh")
    blocked = git(repository, "commit", "-m", "add a token")
    assert blocked.returncode != 0
    assert "deploy.sh" in blocked.stdout + blocked.stderr
    assert token not in blocked.stdout + blocked.stderr

    file.write_text("export GITHUB_TOKEN=$(gh auth token)\n", encoding="utf-8")
    still = git(repository, "commit", "-m", "the index still holds it")
    assert still.returncode != 0, "the work tree is clean, but the commit would not be"

    git(repository, "add", "deploy.sh")
    passed = git(repository, "commit", "-m", "read it when needed")
    assert passed.returncode == 0, passed.stdout + passed.stderr
