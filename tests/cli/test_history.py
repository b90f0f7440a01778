from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor import workers

Run = Callable[..., "object"]


def git(folder: Path, *arguments: str, day: int = 1) -> str:
    when = f"2025-10-{day:02} 12:00:00 +0000"
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when},
    )
    return done.stdout.strip()


@pytest.fixture
def committed(exposed: Path) -> Path:
    """The project with the token, committed on the fifth."""
    git(exposed, "init", "-q")
    git(exposed, "add", ".")
    git(exposed, "commit", "-qm", "start", day=5)
    return exposed


def findings(out: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(out)["findings"]
    return found


class TestSightings:
    def test_a_credential_in_a_file_and_in_history_is_one_with_two_sightings(self, run: Run, committed: Path) -> None:
        first = git(committed, "rev-parse", "HEAD")
        (found,) = findings(run("scan", "--history", ".", "-f", "json").out)
        assert [(one["origin"], one["path"], one["commit"]) for one in found["sightings"]] == [
            ("file", "deploy.sh", None),
            ("commit", "deploy.sh", first),
        ]
        assert found["lifetime"]["first_seen"] == "2025-10-05T12:00:00Z"
        assert found["lifetime"]["first_commit"] == first

    def test_what_was_removed_is_found_in_history_only(self, run: Run, committed: Path, secret: str) -> None:
        first = git(committed, "rev-parse", "HEAD")
        (committed / "deploy.sh").write_text("echo nothing\n", encoding="utf-8")
        git(committed, "commit", "-qam", "clean", day=9)
        assert run("scan", ".").code == 0
        done = run("scan", "--history", ".")
        assert f"deploy.sh:1 in commit {first[:7]}" in done.out
        assert "history of .: 2 commits, 2 versions of files" in done.out
        assert secret not in done.out + done.err
        (found,) = findings(run("scan", "--history", "-f", "json", ".").out)
        assert found["lifetime"]["first_commit"] == first

    def test_the_age_is_the_files_own_where_less_history_is_read(self, run: Run, committed: Path) -> None:
        first = git(committed, "rev-parse", "HEAD")
        script = committed / "deploy.sh"
        script.write_text(f"{script.read_text('utf-8')}echo done\n", encoding="utf-8")
        git(committed, "commit", "-qam", "more", day=9)
        (found,) = findings(run("scan", "--history", "--range", "HEAD~1..HEAD", "-f", "json", ".").out)
        assert [one["commit"] for one in found["sightings"]] == [None, git(committed, "rev-parse", "HEAD")]
        assert found["lifetime"]["first_commit"] == first

    def test_excluded_paths_are_left_out_of_history_too(self, run: Run, committed: Path) -> None:
        assert findings(run("scan", "--history", "--exclude", "*.sh", "-f", "json", ".").out) == []

    def test_one_and_many_processes_find_the_same(
        self, run: Run, committed: Path, secret: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workers, "_SMALL_FILES", 1)
        monkeypatch.setattr(workers, "_BATCH_FILES", 2)
        for day in range(6, 10):
            (committed / f"key{day}").write_text(f"RAILWAY_API_TOKEN={secret[:-1]}{day}\n", encoding="utf-8")
            git(committed, "add", ".")
            git(committed, "commit", "-qm", "more", day=day)
        told = [findings(run("scan", "--history", "-f", "json", "--jobs", jobs, ".").out) for jobs in ("1", "2")]
        assert told[0] == told[1]
        assert len(told[0]) in {4, 5}


class TestCompleteness:
    def test_a_shallow_clone_is_not_complete(self, run: Run, committed: Path, tmp_path: Path) -> None:
        git(committed, "commit", "-q", "--allow-empty", "-m", "more")
        git(tmp_path, "-c", "protocol.file.allow=always", "clone", "-q", "--depth=1", committed.as_uri(), "cut")
        done = run("scan", "--history", str(tmp_path / "cut"))
        assert done.code == 3
        assert "history is cut at 1 commit" in " ".join(done.out.split())

    def test_a_repository_that_has_not_begun_is_complete(self, run: Run, clean: Path) -> None:
        git(clean, "init", "-q")
        done = run("scan", "--history", ".")
        assert done.code == 0

    def test_a_folder_outside_every_repository_is_not(self, run: Run, clean: Path) -> None:
        done = run("scan", "--history", ".")
        assert done.code == 3
        assert "no git repository" in done.out


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("--since", "2025-01-01", "."), "--history --since"),
            (("--history", "--staged"), "--staged"),
            (("--history",), "agent-audit scan --history ."),
            (("--history", "--range", "a..b", "--all-refs", "."), "--all-refs"),
            (("--history", "--range", "--output=x", "."), "not a range"),
            (("--history", "--range", "a b", "."), "not a range"),
            (("--history", "--range", "nowhere..HEAD", "."), "no such commits"),
            (("--history", "--since", "someday", "."), "not a date"),
            (("--history", "--since", "2025-13-01", "."), "not a date"),
        ],
    )
    def test_what_says_nothing_is_a_usage_error(
        self, run: Run, committed: Path, arguments: tuple[str, ...], told: str
    ) -> None:
        done = run("scan", *arguments)
        assert done.code == 2
        assert told in done.err

    @pytest.mark.parametrize(
        "since", ["2025-10-05", "2025-10-05T11:00Z", "20000 days", "2000w", "50 years ago", "600m"]
    )
    def test_dates_and_ages_are_understood(self, run: Run, committed: Path, since: str) -> None:
        done = run("scan", "--history", "--since", since, "-f", "json", ".")
        assert [len(found["sightings"]) for found in findings(done.out)] == [2]

    @pytest.mark.parametrize("since", ["2025-10-06", "1 day"])
    def test_what_is_older_is_left_out(self, run: Run, committed: Path, since: str) -> None:
        done = run("scan", "--history", "--since", since, "-f", "json", ".")
        assert [len(found["sightings"]) for found in findings(done.out)] == [1]
