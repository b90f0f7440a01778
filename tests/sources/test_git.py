from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.errors import IncompleteError
from auditor.model.place import Fragment, Origin, Skip
from auditor.sources import gitprocess
from auditor.sources.git import history_of, repo_root, run, staged, tracked

Git = Callable[..., str]
TOKEN = "made-up" + "-token-1234"


def put(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def index_of(repo: Path, **sizes: int) -> dict[str, bytes]:
    """Path → staged content; fails on a ``Skip``."""
    found: dict[str, bytes] = {}
    for item in staged(repo, **sizes):
        assert isinstance(item, Fragment)
        part = bytes(item.data)[item.fresh_from : item.fresh_to]
        found[item.target.path] = found.get(item.target.path, b"") + part
    return found


def commit(repo: Path, git: Git, message: str = "change", **options: int) -> str:
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", message, **options)
    return git(repo, "rev-parse", "HEAD").strip()


class TestStaged:
    def test_a_secret_cleaned_in_the_work_tree_is_still_seen(self, repo: Path, git: Git) -> None:
        put(repo / "a.env", f"KEY={TOKEN}")
        git(repo, "add", ".")
        put(repo / "a.env", "KEY=")
        assert index_of(repo) == {"a.env": f"KEY={TOKEN}".encode()}

    def test_targets_say_where_the_blob_will_be(self, repo: Path, git: Git) -> None:
        put(repo / "sub" / "a b\n€.env", "x=1")
        git(repo, "add", ".")
        (fragment,) = staged(repo / "sub")
        assert isinstance(fragment, Fragment)
        assert fragment.target.origin is Origin.INDEX
        assert fragment.target.path == "sub/a b\n€.env"
        assert Path(fragment.target.real) == repo / "sub" / "a b\n€.env"
        assert fragment.target.tracked is True
        assert fragment.target.size == 3

    def test_only_what_the_commit_changes_comes(self, repo: Path, git: Git) -> None:
        put(repo / "same", "1")
        put(repo / "gone", "2")
        put(repo / "moved", "3" * 100)
        put(repo / "changed", "4")
        commit(repo, git)
        git(repo, "rm", "-q", "gone")
        git(repo, "mv", "moved", "renamed")
        put(repo / "changed", "5")
        git(repo, "add", "-A")
        put(repo / "untracked", "6")
        assert index_of(repo) == {"changed": b"5", "renamed": b"3" * 100}

    def test_a_file_in_place_of_a_link_is_new_content_and_a_link_is_none(self, repo: Path, git: Git) -> None:
        (repo / "a").symlink_to("target-a")
        commit(repo, git)
        (repo / "a").unlink()
        put(repo / "a", TOKEN)
        (repo / "b").symlink_to("target-b")
        git(repo, "add", "-A")
        assert index_of(repo) == {"a": TOKEN.encode()}

    def test_submodules_are_no_blobs(self, repo: Path, git: Git, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        git(other, "init", "-q")
        put(other / "x", "1")
        commit(other, git)
        git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
        assert list(index_of(repo)) == [".gitmodules"]

    def test_big_blobs_come_in_windows_and_utf16_as_utf8(self, repo: Path, git: Git) -> None:
        text = "line of text\n" * 1000
        put(repo / "big", text)
        put(repo / "wide", text.encode("utf-16"))
        put(repo / "zero", "")
        git(repo, "add", ".")
        assert index_of(repo, window=1024, overlap=128) == {"big": text.encode(), "wide": text.encode()}

    def test_nothing_staged_is_nothing(self, repo: Path, git: Git) -> None:
        assert index_of(repo) == {}
        put(repo / "a", "1")
        commit(repo, git)
        assert index_of(repo) == {}

    @pytest.mark.parametrize("relative", [True, False])
    def test_the_index_a_hook_is_handed_counts(
        self, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, relative: bool
    ) -> None:
        put(repo / "a", "1")
        put(repo / "b", "2")
        monkeypatch.setenv("GIT_INDEX_FILE", str(repo / ".git" / "next-index"))
        git(repo, "add", "b")
        if relative:
            monkeypatch.chdir(repo)
            monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index")
        assert index_of(repo) == {"b": b"2"}

    def test_a_git_directory_apart_from_its_work_tree_is_handed_on(
        self, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (repo / ".git").rename(tmp_path / "dots.git")
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "dots.git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(repo))
        put(repo / "a", "1")
        git(repo, "add", ".")
        assert index_of(repo) == {"a": b"1"}

    def test_another_repository_is_not_read_with_the_hooks_index(
        self, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        git(other, "init", "-q")
        put(other / "o", "1")
        git(other, "add", ".")
        put(repo / "a", "1")
        commit(repo, git)
        monkeypatch.setenv("GIT_DIR", str(repo / ".git"))
        monkeypatch.setenv("GIT_INDEX_FILE", str(repo / ".git" / "index"))
        assert index_of(other) == {"o": b"1"}

    def test_a_merge_brings_only_what_differs_from_both_sides(self, repo: Path, git: Git) -> None:
        put(repo / "base", "0")
        put(repo / "both", "1\n2\n3\n4\n5\n")
        commit(repo, git)
        git(repo, "checkout", "-qb", "side")
        put(repo / "theirs", TOKEN)
        put(repo / "both", "1\n2\n3\n4\nside\n")
        commit(repo, git)
        git(repo, "checkout", "-q", "main")
        put(repo / "ours", TOKEN)
        put(repo / "both", "main\n2\n3\n4\n5\n")
        commit(repo, git)
        git(repo, "merge", "--no-commit", "--no-ff", "-q", "side")
        assert index_of(repo) == {"both": b"main\n2\n3\n4\nside\n"}

    def test_a_linked_worktree_has_its_own_index(self, repo: Path, git: Git, tmp_path: Path) -> None:
        put(repo / "a", "1")
        commit(repo, git)
        git(repo, "worktree", "add", "-q", str(tmp_path / "wt"))
        put(tmp_path / "wt" / "b", "2")
        git(tmp_path / "wt", "add", ".")
        assert index_of(tmp_path / "wt") == {"b": b"2"}
        assert index_of(repo) == {}

    def test_a_blob_the_store_lacks_is_a_skip(self, repo: Path, git: Git) -> None:
        put(repo / "a", "1")
        put(repo / "b", "2")
        git(repo, "add", ".")
        blob = git(repo, "rev-parse", ":a").strip()
        (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
        found = list(staged(repo))
        assert found[0] == Skip("a", "its staged content is missing from the object store")
        assert isinstance(found[1], Fragment)

    def test_names_and_order_do_not_depend_on_settings(self, repo: Path, git: Git) -> None:
        for setting in ("diff.relative=true", "diff.noprefix=true", "diff.orderFile=nowhere", "diff.renames=copies"):
            git(repo, "config", *setting.split("="))
        put(repo / "sub" / "é", "1")
        put(repo / "a", "1")
        git(repo, "add", ".")
        assert list(index_of(repo / "sub")) == ["a", "sub/é"]


@pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")
class TestHostileConfiguration:
    @pytest.fixture
    def trap(self, tmp_path: Path) -> tuple[str, Path]:
        """A program, and the file that stands there once it has run."""
        canary = tmp_path / "canary"
        program = put(tmp_path / "trap", f"#!/bin/sh\ntouch '{canary}'\ncat\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program), canary

    def test_no_program_a_repository_names_is_run(self, repo: Path, git: Git, trap: tuple[str, Path]) -> None:
        program, canary = trap
        put(repo / "a", "1")
        commit(repo, git)
        put(repo / "a", "2")
        put(repo / ".gitattributes", "* diff=trap filter=trap\n")
        git(repo, "add", ".")
        for name in (
            "core.fsmonitor",
            "core.pager",
            "core.editor",
            "core.sshCommand",
            "core.askPass",
            "core.alternateRefsCommand",
            "diff.external",
            "diff.trap.command",
            "diff.trap.textconv",
            "filter.trap.smudge",
            "filter.trap.clean",
            "gpg.program",
            "pager.diff",
            "pager.log",
            "credential.helper",
        ):
            git(repo, "config", name, program)
        git(repo, "config", "log.showSignature", "true")
        hooks = repo / "hooks"
        for name in ("post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction"):
            put(hooks / name, f"#!/bin/sh\n{program}\n").chmod(0o755)
        git(repo, "config", "core.hooksPath", str(hooks))
        git(repo, "config", "alias.cat-file", f"!{program}")
        assert index_of(repo) == {".gitattributes": b"* diff=trap filter=trap\n", "a": b"2"}
        assert tracked(repo, ["a"]) == {"a"}
        assert [content for _, _, content in history_of(repo, "a")] == [b"1"]
        assert not canary.exists()

    def test_missing_objects_are_not_fetched_by_a_program(self, repo: Path, git: Git, trap: tuple[str, Path]) -> None:
        program, canary = trap
        put(repo / "a", "1")
        git(repo, "add", ".")
        blob = git(repo, "rev-parse", ":a").strip()
        (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
        git(repo, "config", "core.repositoryFormatVersion", "1")
        git(repo, "config", "extensions.partialClone", "origin")
        git(repo, "config", "remote.origin.url", f"ext::{program}")
        git(repo, "config", "remote.origin.promisor", "true")
        git(repo, "config", "protocol.ext.allow", "always")
        try:
            found = list(staged(repo))
        except IncompleteError:
            found = []
        assert not any(isinstance(item, Fragment) for item in found)
        assert not canary.exists()

    def test_a_git_lying_in_the_working_directory_is_not_started(
        self, repo: Path, git: Git, trap: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, canary = trap
        put(repo / "bin" / "git", Path(program).read_bytes()).chmod(0o755)
        monkeypatch.chdir(repo)
        monkeypatch.setenv("PATH", os.pathsep.join(["bin", "", os.environ["PATH"]]))
        assert index_of(repo) == {}
        assert not canary.exists()

    def test_the_callers_git_variables_that_execute_are_dropped(
        self, repo: Path, trap: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program, canary = trap
        for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"):
            monkeypatch.setenv(name, program)
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", program)
        assert index_of(repo) == {}
        assert not canary.exists()

    def test_asking_writes_nothing(self, repo: Path, git: Git) -> None:
        put(repo / "a", "1")
        commit(repo, git)
        put(repo / "a", "2")
        git(repo, "add", ".")
        os.utime(repo / "a", (1, 1))
        before = {path: path.stat().st_mtime_ns for path in repo.rglob("*")}
        index_of(repo)
        tracked(repo, ["a"])
        list(history_of(repo, "a"))
        assert {path: path.stat().st_mtime_ns for path in repo.rglob("*")} == before


class TestRefusals:
    def test_a_folder_without_repository_says_so(self, tmp_path: Path, git: Git) -> None:
        with pytest.raises(IncompleteError, match="not a git repository"):
            list(staged(tmp_path))

    def test_another_users_repository_names_the_way_out(
        self, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        monkeypatch.setattr(gitprocess, "_KEPT", gitprocess._KEPT | {"GIT_TEST_ASSUME_DIFFERENT_OWNER"})
        with pytest.raises(IncompleteError, match="another user") as caught:
            list(staged(repo))
        assert "safe.directory" in caught.value.hint

    def test_what_git_quotes_of_a_configuration_is_not_repeated(self, repo: Path, git: Git) -> None:
        git(repo, "config", "core.bigFileThreshold", TOKEN)
        with pytest.raises(IncompleteError) as caught:
            list(staged(repo))
        assert TOKEN not in f"{caught.value} {caught.value.hint}"

    def test_more_output_than_asked_for_is_an_error(self, repo: Path, git: Git) -> None:
        put(repo / ("a" * 50), "1")
        git(repo, "add", ".")
        with pytest.raises(IncompleteError, match="more than 10 bytes"):
            run(repo, "ls-files", limit=10)

    def test_input_reaches_the_command(self, repo: Path, git: Git) -> None:
        put(repo / "a", "content")
        git(repo, "add", ".")
        assert run(repo, "cat-file", "--batch", input=b":a\n").endswith(b"\ncontent\n")

    def test_no_git_at_all_is_said(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(repo))
        with pytest.raises(IncompleteError, match="not installed"):
            list(staged(repo))


class TestTracked:
    @pytest.mark.parametrize("fillers", [0, 500])
    def test_tracked_names_are_told_from_others(self, repo: Path, git: Git, fillers: int) -> None:
        put(repo / "a *", "1")
        put(repo / "sub" / "é", "1")
        git(repo, "add", ".")
        put(repo / "new", "1")
        names = ["a *", "sub/é", "sub", "new", "../x", *(f"filler{number}" for number in range(fillers))]
        assert tracked(repo, names) == {"a *", "sub/é"}
        assert tracked(repo / "sub", ["é", "a *"]) == {"é"}

    def test_outside_a_repository_nothing_is_tracked(self, tmp_path: Path) -> None:
        assert tracked(tmp_path, ["a"]) == frozenset()

    def test_nothing_asked_is_nothing(self, repo: Path) -> None:
        assert tracked(repo, []) == frozenset()


class TestHistory:
    def test_versions_come_newest_first_over_renames(self, repo: Path, git: Git) -> None:
        body = "\n".join(f"line {number}" for number in range(20))
        put(repo / "old", body)
        first = commit(repo, git, when=1_600_000_000)
        put(repo / "old", f"{body}\nKEY={TOKEN}")
        second = commit(repo, git, when=1_650_000_000)
        put(repo / "other", "x")
        commit(repo, git, when=1_660_000_000)
        git(repo, "mv", "old", "new name")
        third = commit(repo, git, when=1_670_000_000)
        versions = list(history_of(repo, "new name"))
        assert [(identity, when) for identity, when, _ in versions] == [
            (third, 1_670_000_000),
            (second, 1_650_000_000),
            (first, 1_600_000_000),
        ]
        assert [TOKEN.encode() in content for _, _, content in versions] == [True, True, False]

    def test_a_version_deleted_and_brought_back_is_skipped_over(self, repo: Path, git: Git) -> None:
        put(repo / "a", "1")
        commit(repo, git)
        git(repo, "rm", "-q", "a")
        commit(repo, git)
        put(repo / "a", "2")
        commit(repo, git)
        assert [content for _, _, content in history_of(repo, "a")] == [b"2", b"1"]

    def test_the_limit_keeps_the_newest(self, repo: Path, git: Git) -> None:
        for number in range(4):
            put(repo / "a", str(number))
            commit(repo, git)
        assert [content for _, _, content in history_of(repo, "a", limit=2)] == [b"3", b"2"]

    def test_paths_are_relative_to_the_folder_given(self, repo: Path, git: Git) -> None:
        put(repo / "sub" / "a", "1")
        commit(repo, git)
        assert [content for _, _, content in history_of(repo / "sub", "a")] == [b"1"]

    def test_what_was_never_committed_has_none(self, repo: Path, git: Git, tmp_path: Path) -> None:
        assert list(history_of(repo, "a")) == []
        put(repo / "a", "1")
        commit(repo, git)
        assert list(history_of(repo, "b")) == []
        assert list(history_of(tmp_path, "a")) == []

    def test_a_reader_that_stops_early_leaves_no_process(self, repo: Path, git: Git) -> None:
        for number in range(3):
            put(repo / "a", str(number) * 300_000)
            commit(repo, git)
        versions = history_of(repo, "a")
        assert len(next(versions)[2]) == 300_000
        versions.close()  # a process left over would be a ResourceWarning, and so an error


class TestRoot:
    def test_the_nearest_repository_above_is_found_without_git(
        self, repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(repo / "a" / "b", "1")
        commit(repo, git)
        git(repo, "worktree", "add", "-q", str(tmp_path / "wt"))
        monkeypatch.setenv("PATH", "")
        assert repo_root(repo / "a" / "b") == repo
        assert repo_root(tmp_path / "wt") == tmp_path / "wt"

    def test_an_empty_folder_called_git_is_no_repository(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        assert repo_root(tmp_path) is None
