from __future__ import annotations

import errno
import json
import os
import socket
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import git as gitpython
import pytest

from auditor.errors import UsageError
from auditor.model.place import Origin, Skip, Target
from auditor.sources import files, opening, worktrees
from auditor.sources.files import walk
from auditor.sources.reading import Reader

Git = Callable[..., str]

unix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX file kinds")


def put(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def shown(found: Iterable[Target | Skip]) -> list[str]:
    return [item.path for item in found if isinstance(item, Target)]


def skips(found: Iterable[Target | Skip]) -> list[Skip]:
    return [item for item in found if isinstance(item, Skip)]


def origin_of(tree: Path, path: str) -> Origin:
    (found,) = (item for item in walk([tree]) if isinstance(item, Target) and item.path == path)
    return found.origin


class TestWhatIsWalked:
    def test_hidden_ignored_and_nested_files_are_all_there_in_a_stable_order(self, tmp_path: Path) -> None:
        for name in ("b.txt", "a.txt", ".env", "node_modules/dep/index.js", ".hidden/deep/file", "a/1"):
            put(tmp_path / name)
        put(tmp_path / ".gitignore", ".env\nnode_modules\n")
        expected = [".env", ".gitignore", "a.txt", "b.txt", ".hidden/deep/file", "a/1", "node_modules/dep/index.js"]
        assert shown(walk([tmp_path])) == expected
        assert skips(walk([tmp_path])) == []

    def test_one_folder_is_not_part_of_the_shown_path(self, tmp_path: Path) -> None:
        file = put(tmp_path / "sub" / "x")
        (target,) = walk([tmp_path])
        assert target == Target(Origin.FILE, "sub/x", str(file), root=str(tmp_path))

    def test_several_paths_are_shown_as_typed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(tmp_path / "one" / "x")
        put(tmp_path / "two" / "y")
        put(tmp_path / "z.txt")
        monkeypatch.chdir(tmp_path)
        paths = [Path("one"), tmp_path / "two", Path("z.txt")]
        assert shown(walk(paths)) == ["z.txt", "one/x", f"{tmp_path.as_posix()}/two/y"]

    def test_the_working_directory_beside_other_paths_adds_no_dot(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(tmp_path / "here" / "x")
        put(tmp_path / "there" / "y")
        monkeypatch.chdir(tmp_path / "here")
        assert shown(walk([Path(), Path("../there")])) == ["x", "../there/y"]

    def test_overlapping_paths_give_each_file_once(self, tmp_path: Path) -> None:
        inner = put(tmp_path / "sub" / "x")
        put(tmp_path / "y")
        found = [item.real for item in walk([tmp_path, tmp_path / "sub", inner, inner]) if isinstance(item, Target)]
        assert sorted(found) == sorted([str(inner), str(tmp_path / "y")])

    def test_a_missing_path_is_a_usage_error_that_names_it_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no-such-place") as caught:
            walk([tmp_path, tmp_path / "no-such-place"])
        assert caught.value.hint

    def test_names_with_undecodable_bytes_can_be_opened_again(self, tmp_path: Path) -> None:
        raw = os.fsencode(tmp_path) + b"/caf\xe9.env"
        try:
            Path(os.fsdecode(raw)).write_bytes(b"A=1")
        except OSError:
            pytest.skip("this file system wants UTF-8 names")
        (target,) = walk([tmp_path])
        assert isinstance(target, Target)
        assert os.fsencode(target.path) == b"caf\xe9.env"
        (fragment,) = Reader().read(target)
        assert bytes(fragment.data) == b"A=1"

    def test_exclude_is_asked_with_shown_paths_and_keeps_whole_folders_out(self, tmp_path: Path) -> None:
        for name in ("keep/a", "drop/b", "drop/deep/c", "d.log", "e.txt"):
            put(tmp_path / name)
        asked: list[str] = []

        def exclude(path: str) -> bool:
            asked.append(path)
            return path == "drop/" or path.endswith(".log")

        assert shown(walk([tmp_path], exclude=exclude)) == ["e.txt", "keep/a"]
        assert set(asked) == {"keep/", "keep/a", "drop/", "d.log", "e.txt"}

    def test_a_named_file_is_read_even_if_excluded(self, tmp_path: Path) -> None:
        file = put(tmp_path / "x.log")
        assert shown(walk([file], exclude=lambda _: True)) == [file.as_posix()]

    @unix_only
    def test_paths_longer_than_the_system_takes_are_still_walked_and_read(self, tmp_path: Path) -> None:
        here = os.open(tmp_path, os.O_RDONLY)
        name = "d" * 200
        for _ in range(30):
            os.mkdir(name, dir_fd=here)
            there = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = there
        file = os.open("secret.env", os.O_CREAT | os.O_WRONLY, dir_fd=here)
        os.write(file, b"deep")
        os.close(file)
        os.close(here)
        (target,) = walk([tmp_path])
        assert isinstance(target, Target)
        assert target.path == f"{name}/" * 30 + "secret.env"
        (fragment,) = Reader().read(target)
        assert bytes(fragment.data) == b"deep"


class TestLinks:
    def test_loops_end_and_nothing_comes_twice(self, tmp_path: Path) -> None:
        put(tmp_path / "a" / "x")
        (tmp_path / "a" / "up").symlink_to(tmp_path)
        (tmp_path / "a" / "self").symlink_to("self")
        (tmp_path / "b").symlink_to("a")
        (tmp_path / "y").symlink_to("a/x")
        assert list(walk([tmp_path])) == [Target(Origin.FILE, "a/x", str(tmp_path / "a/x"), root=str(tmp_path))]

    def test_links_that_leave_the_paths_are_one_skip_a_folder_with_a_count(self, tmp_path: Path) -> None:
        outside = put(tmp_path / "outside" / "secret")
        tree = tmp_path / "tree"
        (tree / "sub").mkdir(parents=True)
        for name in ("l1", "l2", "l3"):
            (tree / name).symlink_to(outside)
        (tree / "sub" / "only").symlink_to(outside.parent)
        assert skips(walk([tree])) == [
            Skip("l1", "link to outside the scanned paths (and 2 more in this folder)"),
            Skip("sub/only", "link to outside the scanned paths"),
        ]
        assert shown(walk([tree])) == []

    def test_a_neighbour_whose_name_begins_like_the_path_is_outside(self, tmp_path: Path) -> None:
        put(tmp_path / "tree-2" / "x")
        (tmp_path / "tree").mkdir()
        (tmp_path / "tree" / "link").symlink_to(tmp_path / "tree-2" / "x")
        assert [skip.what for skip in skips(walk([tmp_path / "tree"]))] == ["link"]

    def test_a_link_into_another_given_path_is_inside(self, tmp_path: Path) -> None:
        put(tmp_path / "two" / "x")
        (tmp_path / "one").mkdir()
        (tmp_path / "one" / "link").symlink_to(tmp_path / "two" / "x")
        found = list(walk([tmp_path / "one", tmp_path / "two"]))
        assert skips(found) == []
        assert len(shown(found)) == 1

    def test_a_dangling_link_is_nothing_to_read(self, tmp_path: Path) -> None:
        (tmp_path / "gone").symlink_to("nowhere")
        assert list(walk([tmp_path])) == []

    def test_content_that_only_a_link_leads_to_is_read_once_through_it(self, tmp_path: Path) -> None:
        stored = put(tmp_path / ".git" / "annex" / "objects" / "key", "content")
        put(tmp_path / ".git" / "HEAD")
        (tmp_path / ".git" / "refs").mkdir()
        (tmp_path / ".git" / "objects").mkdir()
        (tmp_path / "data.csv").symlink_to(stored)
        (tmp_path / "same.csv").symlink_to(stored)
        assert shown(walk([tmp_path])) == [".git/HEAD", "data.csv"]

    def test_a_link_to_what_was_excluded_stays_out(self, tmp_path: Path) -> None:
        put(tmp_path / "private" / "x")
        (tmp_path / "link").symlink_to("private/x")
        assert list(walk([tmp_path], exclude=lambda path: path == "private/")) == []

    def test_a_path_that_is_itself_a_link_is_followed(self, tmp_path: Path) -> None:
        put(tmp_path / "real" / "x")
        (tmp_path / "link").symlink_to("real")
        (tmp_path / "file").symlink_to("real/x")
        assert shown(walk([tmp_path / "link"])) == ["x"]
        (target,) = walk([tmp_path / "file"])
        assert isinstance(target, Target)
        assert len(list(Reader().read(target))) == 1


@unix_only
class TestWhatCannotBeRead:
    def test_pipes_and_sockets_are_skips_and_never_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        monkeypatch.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("sock")
            assert list(walk([Path()])) == [
                Skip("pipe", "not a regular file (a named pipe)"),
                Skip("sock", "not a regular file (a socket)"),
            ]
            assert list(walk([Path("pipe")])) == [Skip("pipe", "not a regular file (a named pipe)")]

    def test_a_folder_that_cannot_be_listed_is_a_skip_and_the_rest_goes_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(tmp_path / "closed" / "x")
        put(tmp_path / "open" / "y")
        allowed = opening.entries

        def refuse(folder: str) -> list[os.DirEntry[str]]:
            if folder.endswith("closed"):
                raise PermissionError(errno.EACCES, "Permission denied", folder)
            return allowed(folder)

        monkeypatch.setattr(files, "entries", refuse)
        assert list(walk([tmp_path])) == [
            Skip("closed/", "folder cannot be listed: permission denied"),
            Target(Origin.FILE, "open/y", str(tmp_path / "open/y"), root=str(tmp_path)),
        ]

    def test_the_kernels_own_folders_are_skips(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(tmp_path / "proc" / "kcore")
        monkeypatch.setattr(files, "_KERNEL", frozenset({os.path.realpath(tmp_path / "proc")}))
        assert list(walk([tmp_path])) == [Skip("proc/", "not a regular file system (the kernel's own view)")]

    def test_a_root_that_cannot_be_listed_is_a_skip(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(folder: str) -> list[os.DirEntry[str]]:
            raise OSError(errno.EIO, "Input/output error", folder)

        monkeypatch.setattr(files, "entries", refuse)
        assert list(walk([tmp_path])) == [Skip(".", "folder cannot be listed: input/output error")]


class TestOrigins:
    @pytest.mark.parametrize(
        ("path", "origin"),
        [
            ("app/.mcp.json", Origin.AGENT_CONFIG),
            (".cursor/mcp.json", Origin.AGENT_CONFIG),
            (".vscode/mcp.json", Origin.AGENT_CONFIG),
            (".vscode/settings.json", Origin.AGENT_CONFIG),
            (".claude/settings.json", Origin.AGENT_CONFIG),
            (".claude/settings.local.json", Origin.AGENT_CONFIG),
            (".codex/config.toml", Origin.AGENT_CONFIG),
            (".gemini/settings.json", Origin.AGENT_CONFIG),
            ("opencode.jsonc", Origin.AGENT_CONFIG),
            (".config/goose/config.yaml", Origin.AGENT_CONFIG),
            (".claude.json", Origin.AGENT_CONFIG),
            ("app/settings.json", Origin.FILE),
            ("goose/config.yaml", Origin.FILE),
            (".bash_history", Origin.HISTORY),
            (".local/share/fish/fish_history", Origin.HISTORY),
            (".psql_history", Origin.HISTORY),
            (".aider.chat.history.md", Origin.TRANSCRIPT),
            (".claude/projects/-home-ann/1.jsonl", Origin.TRANSCRIPT),
            (".claude/projects/-home-ann/sub/tool-results/2.txt", Origin.TRANSCRIPT),
            (".claude/history.jsonl", Origin.TRANSCRIPT),
            (".codex/sessions/2026/01/01/rollout-1.jsonl", Origin.TRANSCRIPT),
            ("projects/1.jsonl", Origin.FILE),
            ("data/logs/app.log", Origin.FILE),
            (".claude/agents/reviewer.md", Origin.FILE),
        ],
    )
    def test_name_and_folder_tell_the_origin(self, tmp_path: Path, path: str, origin: Origin) -> None:
        put(tmp_path / path)
        assert origin_of(tmp_path, path) is origin

    def test_a_path_inside_a_transcript_folder_counts_too(self, tmp_path: Path) -> None:
        put(tmp_path / ".claude" / "projects" / "p" / "1.jsonl")
        assert origin_of(tmp_path / ".claude" / "projects" / "p", "1.jsonl") is Origin.TRANSCRIPT


class TestGitDirectories:
    def test_texts_are_read_objects_indexes_and_samples_are_not(self, tmp_path: Path, repo: Path, git: Git) -> None:
        put(repo / "x")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "first")
        put(repo / ".git" / "hooks" / "pre-commit", "#!/bin/sh")
        put(repo / ".git" / "lfs" / "objects" / "big")
        put(repo / ".git" / "credentials", "https://…")
        found = {item.path: item.origin for item in walk([repo]) if isinstance(item, Target)}
        assert found[".git/config"] is Origin.GIT_CONFIG
        for name in ("HEAD", "COMMIT_EDITMSG", "hooks/pre-commit", "info/exclude", "logs/HEAD", "credentials"):
            assert found[f".git/{name}"] is Origin.FILE
        assert ".git/index" not in found
        assert not [path for path in found if path.startswith((".git/objects", ".git/lfs", ".git/refs"))]
        assert not [path for path in found if path.endswith(".sample")]

    def test_a_bare_repository_is_read_likewise(self, tmp_path: Path, git: Git) -> None:
        git(tmp_path, "init", "-q", "--bare", "store.git")
        put(tmp_path / "store.git" / "objects" / "ab" / "cd")
        found = {item.path: item.origin for item in walk([tmp_path]) if isinstance(item, Target)}
        assert found["store.git/config"] is Origin.GIT_CONFIG
        assert not [path for path in found if "objects" in path]

    def test_a_folder_that_only_calls_itself_git_hides_nothing(self, tmp_path: Path) -> None:
        put(tmp_path / ".git" / "objects" / "prod.env")
        assert shown(walk([tmp_path])) == [".git/objects/prod.env"]

    def test_submodules_and_worktrees_inside_are_read(self, tmp_path: Path, repo: Path, git: Git) -> None:
        put(repo / "x")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "first")
        git(repo, "worktree", "add", "-q", "wt")
        other = tmp_path / "other"
        git(tmp_path, "clone", "-q", str(repo), "other")
        git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "libs/sub")
        git(repo / "wt", "config", "extensions.worktreeConfig", "true")
        git(repo / "wt", "config", "--worktree", "x.y", "z")
        found = {item.path: item.origin for item in walk([repo]) if isinstance(item, Target)}
        assert found[".git/modules/libs/sub/config"] is Origin.GIT_CONFIG
        assert found[".git/worktrees/wt/config.worktree"] is Origin.GIT_CONFIG
        assert found["wt/.git"] is Origin.FILE
        assert found["libs/sub/.git"] is Origin.FILE
        assert not [path for path in found if path.endswith("/index") or "/objects/" in path]

    @pytest.mark.parametrize("gitpython", [True, False])
    def test_a_worktree_brings_the_distant_repository_configuration(
        self, tmp_path: Path, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, gitpython: bool
    ) -> None:
        put(repo / "x")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "first")
        git(repo, "worktree", "add", "-q", str(tmp_path / "wt"))
        if not gitpython:
            monkeypatch.setattr(worktrees, "_common_by_gitpython", lambda _: "")
        found = [item for item in walk([tmp_path / "wt"]) if isinstance(item, Target)]
        assert found[-1].origin is Origin.GIT_CONFIG
        assert found[-1].real == os.path.realpath(repo / ".git" / "config")
        assert found[-1].path == "../repo/.git/config"

    def test_gitpython_that_fails_is_done_without(
        self, tmp_path: Path, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("anything")

        put(repo / "x")
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "first")
        git(repo, "worktree", "add", "-q", str(tmp_path / "wt"))
        monkeypatch.setattr(gitpython, "Repo", fail)
        assert shown(walk([tmp_path / "wt"]))[-1] == "../repo/.git/config"

    @pytest.mark.parametrize("text", ["gitdir: ../private", "gitdir: /nowhere", "rubbish", "", "gitdir: a\nb", "\0"])
    def test_a_pointer_to_no_git_directory_chooses_no_file(self, tmp_path: Path, text: str) -> None:
        put(tmp_path / "private" / "config", "password")
        put(tmp_path / "tree" / ".git", text)
        assert shown(walk([tmp_path / "tree"])) == [".git"]


class TestWorkspaceFiles:
    def test_a_workspace_means_its_folders_and_itself(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(tmp_path / "app" / "x")
        put(tmp_path / "lib" / "y")
        put(tmp_path / "far" / "z")
        text = f"""{{
          // "folders": comments and last commas are fine here
          "folders": [
            {{"path": "app"}}, {{"path": "../{tmp_path.name}/lib"}}, /* one by address */
            {{"uri": "{(tmp_path / "far").as_uri()}"}}, {{"path": "gone"}},
          ],
          "settings": {{"url": "https://example.org//x,]"}},
        }}"""
        put(tmp_path / "all.code-workspace", text)
        monkeypatch.chdir(tmp_path)
        found = list(walk([Path("all.code-workspace")]))
        assert shown(found)[:3] == ["all.code-workspace", "app/x", f"../{tmp_path.name}/lib/y"]
        assert [Path(target.real) for target in found if isinstance(target, Target)][3] == tmp_path / "far" / "z"
        assert [skip.what for skip in skips(found)] == ["gone"]

    @pytest.mark.parametrize("text", ["{", "[]", "{}", '{"folders": 1}', "\xff"])
    def test_a_broken_workspace_is_a_usage_error(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "bad.code-workspace"
        file.write_bytes(text.encode("latin-1"))
        with pytest.raises(UsageError, match=r"bad\.code-workspace"):
            walk([file])

    def test_a_workspace_found_on_the_way_is_an_ordinary_file(self, tmp_path: Path) -> None:
        put(tmp_path / "x.code-workspace", json.dumps({"folders": [{"path": "/"}]}))
        assert shown(walk([tmp_path])) == ["x.code-workspace"]


def test_what_vanishes_between_listing_and_looking_does_not_end_the_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "a")

    class Gone:
        name = "gone"

        def is_file(self, *, follow_symlinks: bool) -> bool:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    allowed = opening.entries
    monkeypatch.setattr(files, "entries", lambda folder: [Gone(), *allowed(folder)])
    found = list(walk([tmp_path]))
    assert shown(found) == ["a"]
    assert skips(found) == [Skip("gone", "input/output error")]


def test_devices_are_named_as_such() -> None:
    assert opening.kind(stat.S_IFCHR | 0o600) == "not a regular file (a device)"
