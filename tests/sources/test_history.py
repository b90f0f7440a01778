from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from auditor.errors import IncompleteError, UsageError
from auditor.model.credential import Confidence, Match
from auditor.model.lines import locate
from auditor.model.place import Fragment, Location, Origin, Skip, Target
from auditor.model.secret import Secret
from auditor.sources import commits as commits_module
from auditor.sources.blobs import BlobReader
from auditor.sources.history import Past, Scope, Selection, folded, gather, scopes
from auditor.sources.holders import Traced, trace

Git = Callable[..., str]
TOKEN = "made-up" + "-token-1"
OTHER = "made-up" + "-token-2"
DAY = 86_400
START = 1_600_041_600  # 2020-09-14
OF_HEAD = Selection()
_SHAPE = re.compile(rb"made-up-token-\d+")


def put(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.fixture
def commit(git: Git) -> Callable[..., str]:
    """Commit everything in a repository on the given day and return the commit's id."""

    def make(repo: Path, day: int = 0) -> str:
        git(repo, "add", "-A")
        git(repo, "commit", "-qm", "change", "--allow-empty", when=START + day * DAY)
        return git(repo, "rev-parse", "HEAD").strip()

    return make


def found_in(fragments: Iterable[Fragment | Skip]) -> list[Match]:
    """A matcher that knows one shape."""
    matches = []
    for fragment in fragments:
        assert isinstance(fragment, Fragment), fragment
        for hit in _SHAPE.finditer(bytes(fragment.data)):
            if fragment.owns(hit.end()):
                target = fragment.target
                line, column, end = locate(fragment, *hit.span())
                place = Location(target.path, line, column, end, target.origin, target.commit or "")
                secret = Secret(hit[0].decode())
                matches.append(Match("rule", "p", secret, place, Confidence.HIGH, real=target.real, tracked=True))
    return matches


def past_of(repo: Path, selection: Selection = OF_HEAD, **options: object) -> Past:
    (scope,) = scopes([repo])
    assert isinstance(scope, Scope)
    return gather(scope, selection, **options)  # type: ignore[arg-type]


def traced(repo: Path, selection: Selection = OF_HEAD) -> Traced:
    past = past_of(repo, selection)
    return trace(past, found_in(BlobReader().read_all(list(past.targets()))))


def story(repo: Path, selection: Selection = OF_HEAD) -> list[tuple[str, str, str]]:
    """Path, commit and detail of everything found."""
    told = traced(repo, selection).matches
    return [(match.location.path, match.location.commit, match.detail) for match in told]


def contents(past: Past) -> list[bytes]:
    return [bytes(one.data) for one in BlobReader().read_all(list(past.targets())) if isinstance(one, Fragment)]


class TestFirstAndLast:
    def test_a_value_that_came_and_went_names_both_ends(self, repo: Path, commit: Callable[..., str]) -> None:
        put(repo / "a", "nothing\n")
        commit(repo)
        put(repo / "a", f"x={TOKEN}\n")
        first = commit(repo, 1)
        put(repo / "a", f"one more line\nx={TOKEN}\n")
        commit(repo, 2)
        put(repo / "b", "another file\n")
        last = commit(repo, 3)
        put(repo / "a", "one more line\n")
        commit(repo, 4)
        (match,) = traced(repo).matches
        assert match.location == Location("a", 1, 3, 18, Origin.COMMIT, first)
        assert match.detail == f"first in {first[:7]} (2020-09-15), last in {last[:7]} (2020-09-17), gone from HEAD"
        assert match.real == ""
        assert match.tracked is True

    def test_the_first_commit_of_a_value_is_told_with_its_authors_time(
        self, repo: Path, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", TOKEN)
        first = commit(repo, 5)
        put(repo / "b", f"{TOKEN} again, {OTHER}")
        second = commit(repo, 6)
        assert traced(repo).firsts == {
            Secret(TOKEN): (first, datetime.fromtimestamp(START + 5 * DAY, tz=timezone.utc)),
            Secret(OTHER): (second, datetime.fromtimestamp(START + 6 * DAY, tz=timezone.utc)),
        }

    def test_what_head_still_has_is_said_to_be_there(self, repo: Path, commit: Callable[..., str]) -> None:
        put(repo / "a", TOKEN)
        first = commit(repo)
        put(repo / "a", f"{TOKEN}\nmore")
        commit(repo, 1)
        assert story(repo) == [("a", first, f"first in {first[:7]} (2020-09-14), still in HEAD")]

    def test_a_value_of_one_commit_only_says_so(self, repo: Path, commit: Callable[..., str]) -> None:
        put(repo / "a", TOKEN)
        only = commit(repo)
        (repo / "a").unlink()
        commit(repo, 1)
        assert story(repo) == [("a", only, f"only in {only[:7]} (2020-09-14), gone from HEAD")]

    def test_a_value_that_came_back_counts_from_its_first_day(self, repo: Path, commit: Callable[..., str]) -> None:
        put(repo / "a", TOKEN)
        first = commit(repo)
        put(repo / "a", "clean")
        commit(repo, 1)
        put(repo / "a", TOKEN)
        commit(repo, 2)
        last = commit(repo, 3)
        put(repo / "a", "clean again")
        commit(repo, 4)
        told = f"first in {first[:7]} (2020-09-14), last in {last[:7]} (2020-09-17), gone from HEAD"
        assert story(repo) == [("a", first, told)]

    def test_a_rename_is_told_at_both_names(self, repo: Path, git: Git, commit: Callable[..., str]) -> None:
        put(repo / "old", TOKEN)
        first = commit(repo)
        git(repo, "mv", "old", "new")
        second = commit(repo, 1)
        assert story(repo) == [
            ("new", second, f"first in {second[:7]} (2020-09-15), still in HEAD"),
            ("old", first, f"only in {first[:7]} (2020-09-14), in HEAD under another name"),
        ]

    def test_two_values_on_two_lines_are_both_told_where_the_first_commit_had_them(
        self, repo: Path, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", f"{TOKEN}\n{OTHER}\n{TOKEN}\n")
        first = commit(repo)
        put(repo / "a", f"\n\n{TOKEN}\n")
        commit(repo, 1)
        places = [(match.location.line, match.location.commit) for match in traced(repo).matches]
        assert places == [(1, first), (2, first), (3, first)]

    def test_a_change_of_mode_takes_nothing_away(self, repo: Path, commit: Callable[..., str]) -> None:
        put(repo / "a", TOKEN)
        first = commit(repo)
        (repo / "a").chmod(0o755)
        commit(repo, 1)
        assert story(repo) == [("a", first, f"first in {first[:7]} (2020-09-14), still in HEAD")]


class TestBlobs:
    def test_a_blob_is_read_once_whatever_number_of_commits_and_paths_hold_it(
        self, repo: Path, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", TOKEN)
        put(repo / "sub" / "b", TOKEN)
        first = commit(repo)
        put(repo / "a", "x")
        commit(repo, 1)
        put(repo / "a", TOKEN)
        commit(repo, 2)
        past = past_of(repo)
        assert sorted(contents(past)) == [TOKEN.encode(), b"x"]
        assert past.count == 2
        assert [(path, found) for path, found, _ in story(repo)] == [("a", first), ("sub/b", first)]

    def test_links_and_submodules_have_no_content(
        self, repo: Path, git: Git, commit: Callable[..., str], tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        git(other, "init", "-q")
        put(other / "x", OTHER)
        commit(other)
        git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
        (repo / "link").symlink_to(TOKEN)
        commit(repo)
        past = past_of(repo, Selection(unreachable=True))
        assert [target.path for target in past.targets()] == [".gitmodules"]

    def test_a_file_in_place_of_a_link_is_content(self, repo: Path, commit: Callable[..., str]) -> None:
        (repo / "a").symlink_to("b")
        commit(repo)
        (repo / "a").unlink()
        put(repo / "a", TOKEN)
        second = commit(repo, 1)
        assert [found for _, found, _ in story(repo)] == [second]

    def test_big_blobs_come_in_windows_and_utf16_as_utf8(self, repo: Path, commit: Callable[..., str]) -> None:
        text = "line of text\n" * 1000
        put(repo / "big", text + TOKEN)
        put(repo / "wide", text.encode("utf-16"))
        put(repo / "marked", b"\xef\xbb\xbfx")
        put(repo / "zero", "")
        commit(repo)
        past = past_of(repo)
        whole: dict[str, bytes] = {}
        fragments = list[int]()
        for one in BlobReader(1024, 128).read_all(list(past.targets())):
            assert isinstance(one, Fragment)
            fragments.append(len(one.data))
            path = one.target.path
            whole[path] = whole.get(path, b"") + bytes(one.data)[one.fresh_from : one.fresh_to]
        assert whole == {"big": (text + TOKEN).encode(), "marked": b"x", "wide": text.encode()}
        assert max(fragments) <= 1024
        found = found_in(BlobReader(1024, 128).read_all(list(past.targets())))
        assert [(match.location.path, match.location.line) for match in found] == [("big", 1001)]

    def test_names_that_are_not_text_are_kept(self, repo: Path, commit: Callable[..., str]) -> None:
        name = "new\nline \t é"
        put(repo / name, TOKEN)
        put(Path(os.fsdecode(os.fsencode(repo) + b"/\xff")), OTHER)
        first = commit(repo)
        assert [(path, found) for path, found, _ in story(repo)] == [(name, first), (os.fsdecode(b"\xff"), first)]

    def test_versions_of_one_file_come_together(self, repo: Path, commit: Callable[..., str]) -> None:
        for day in range(3):
            put(repo / "a", f"a{day}")
            put(repo / "b", f"b{day}")
            commit(repo, day)
        assert contents(past_of(repo)) == [b"a2", b"a1", b"a0", b"b2", b"b1", b"b0"]

    def test_what_is_kept_out_by_name_or_folder_is_not_read(self, repo: Path, commit: Callable[..., str]) -> None:
        put(repo / "kept" / "a", TOKEN)
        put(repo / "out" / "deep" / "a", TOKEN)
        put(repo / "out" / "deep" / "b", OTHER)
        put(repo / "c.log", OTHER)
        commit(repo)
        past = past_of(repo, exclude=lambda path: path == "out/" or path.endswith(".log"))
        assert [target.path for target in past.targets()] == ["kept/a"]

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_many_commits_are_compared_in_pieces(
        self, repo: Path, commit: Callable[..., str], monkeypatch: pytest.MonkeyPatch, jobs: int
    ) -> None:
        monkeypatch.setattr(commits_module, "_CHUNK", 2)
        ids = []
        for day in range(5):
            put(repo / "a", f"{day}")
            ids.append(commit(repo, day))
        past = past_of(repo, jobs=jobs)
        assert [name.decode() for name in past.commits.ids] == ids[::-1]
        assert list(past.rows.commit) == [0, 1, 2, 3, 4]
        assert contents(past) == [b"4", b"3", b"2", b"1", b"0"]


class TestMerges:
    @pytest.fixture
    def branched(self, repo: Path, git: Git, commit: Callable[..., str]) -> Path:
        """A main branch and a side branch that begins at its first commit; the side is checked out."""
        put(repo / "base", "0")
        commit(repo)
        git(repo, "checkout", "-qb", "side")
        return repo

    def test_what_a_branch_brought_is_the_branchs(self, branched: Path, git: Git, commit: Callable[..., str]) -> None:
        put(branched / "a", TOKEN)
        side = commit(branched, 1)
        git(branched, "checkout", "-q", "main")
        put(branched / "b", "main")
        commit(branched, 2)
        git(branched, "merge", "-q", "--no-ff", "-m", "merge", "side", when=START + 3 * DAY)
        assert story(branched) == [("a", side, f"first in {side[:7]} (2020-09-15), still in HEAD")]

    def test_what_only_the_merge_itself_brings_is_found(
        self, branched: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(branched / "base", "side")
        commit(branched, 1)
        git(branched, "checkout", "-q", "main")
        put(branched / "base", "main")
        commit(branched, 2)
        git(branched, "merge", "-q", "--no-commit", "-s", "ours", "side")
        put(branched / "base", f"both {TOKEN}")
        put(branched / "new", OTHER)
        merge = commit(branched, 3)
        assert [(path, found) for path, found, _ in story(branched)] == [("base", merge), ("new", merge)]

    def test_a_branch_without_the_value_takes_it_away_at_the_merge(
        self, repo: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", TOKEN)
        first = commit(repo)
        git(repo, "checkout", "-qb", "side")
        git(repo, "rm", "-q", "a")
        commit(repo, 1)
        git(repo, "checkout", "-q", "main")
        put(repo / "b", "main")
        last = commit(repo, 2)
        git(repo, "merge", "-q", "--no-ff", "-m", "merge", "side", when=START + 3 * DAY)
        told = f"first in {first[:7]} (2020-09-14), last in {last[:7]} (2020-09-16), gone from HEAD"
        assert story(repo) == [("a", first, told)]

    def test_the_same_value_on_two_branches_began_with_the_older(
        self, branched: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(branched / "a", TOKEN)
        commit(branched, 2)
        git(branched, "checkout", "-q", "main")
        put(branched / "a", TOKEN)
        older = commit(branched, 1)
        git(branched, "merge", "-q", "--no-ff", "-m", "merge", "side", when=START + 3 * DAY)
        assert [found for _, found, _ in story(branched)] == [older]


class TestSelection:
    def test_other_branches_count_only_when_asked_for(self, repo: Path, git: Git, commit: Callable[..., str]) -> None:
        put(repo / "a", "clean")
        commit(repo)
        git(repo, "checkout", "-qb", "side")
        put(repo / "a", TOKEN)
        first = commit(repo, 1)
        put(repo / "b", "more")
        tip = commit(repo, 2)
        git(repo, "checkout", "-q", "main")
        assert story(repo) == []
        told = f"first in {first[:7]} (2020-09-15), last in {tip[:7]} (2020-09-16), gone from HEAD"
        assert story(repo, Selection(all_refs=True)) == [("a", first, told)]

    def test_a_range_reads_what_its_commits_brought(self, repo: Path, git: Git, commit: Callable[..., str]) -> None:
        put(repo / "old", OTHER)
        commit(repo)
        git(repo, "tag", "v1")
        put(repo / "new", TOKEN)
        first = commit(repo, 1)
        git(repo, "tag", "v2")
        put(repo / "newer", "x")
        commit(repo, 2)
        assert story(repo, Selection(range_="v1..v2")) == [
            ("new", first, f"first in {first[:7]} (2020-09-15), still in HEAD")
        ]
        assert contents(past_of(repo, Selection(range_="v1..v2"))) == [TOKEN.encode()]

    @pytest.mark.parametrize("range_", ["nowhere..HEAD", "HEAD..", "0" * 40 + "..HEAD", "--all"])
    def test_a_range_that_git_does_not_know_is_a_usage_error(
        self, repo: Path, commit: Callable[..., str], range_: str
    ) -> None:
        commit(repo)
        if range_ == "HEAD..":
            assert past_of(repo, Selection(range_=range_)).skips == []
            return
        with pytest.raises(UsageError, match="no such commits"):
            past_of(repo, Selection(range_=range_))

    def test_since_leaves_out_what_was_committed_before_whatever_the_order(
        self, repo: Path, commit: Callable[..., str]
    ) -> None:
        put(repo / "old", OTHER)
        commit(repo, 1)
        put(repo / "new", TOKEN)
        first = commit(repo, 9)
        put(repo / "skewed", "by a clock that was wrong")
        commit(repo, 2)
        since = Selection(since=START + 5 * DAY)
        assert [(path, found) for path, found, _ in story(repo, since)] == [("new", first)]
        assert past_of(repo, since).skips == []

    def test_what_was_not_read_at_head_is_not_called_gone(
        self, repo: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", TOKEN)
        first = commit(repo)
        git(repo, "tag", "v1")
        put(repo / "a", f"{TOKEN} and more")
        commit(repo, 1)
        told = f"only in {first[:7]} (2020-09-14), HEAD has a version that was not read"
        assert story(repo, Selection(range_="v1")) == [("a", first, told)]

    def test_a_stash_holds_the_work_tree_and_the_files_git_did_not_know(
        self, repo: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", "clean")
        commit(repo)
        put(repo / "a", TOKEN)
        put(repo / "untracked", OTHER)
        git(repo, "stash", "push", "-q", "-u", when=START + DAY)
        assert story(repo) == []
        assert [path for path, _, _ in story(repo, Selection(all_refs=True))] == ["a", "untracked"]

    def test_an_older_stash_is_found_by_its_reflog(self, repo: Path, git: Git, commit: Callable[..., str]) -> None:
        put(repo / "a", "clean")
        commit(repo)
        for day, value in enumerate((TOKEN, OTHER)):
            put(repo / "a", value)
            git(repo, "stash", "push", "-q", when=START + day * DAY)
        found = traced(repo, Selection(unreachable=True)).matches
        assert {match.secret for match in found} == {Secret(TOKEN), Secret(OTHER)}

    @pytest.mark.parametrize("reflog", [True, False])
    def test_a_commit_that_was_reset_away_is_still_there(
        self, repo: Path, git: Git, commit: Callable[..., str], reflog: bool
    ) -> None:
        put(repo / "a", "clean")
        commit(repo)
        put(repo / "a", TOKEN)
        lost = commit(repo, 1)
        git(repo, "reset", "-q", "--hard", "HEAD~1")
        if not reflog:
            git(repo, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
        assert story(repo, Selection(all_refs=True)) == []
        told = f"only in {lost[:7]} (2020-09-15), gone from HEAD"
        assert story(repo, Selection(unreachable=True)) == [("a", lost, told)]

    def test_what_was_staged_but_never_committed_stays_behind(
        self, repo: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", "clean")
        commit(repo)
        put(repo / "a", TOKEN)
        git(repo, "add", "a")
        blob = git(repo, "rev-parse", ":a").strip()
        git(repo, "reset", "-q", "--hard")
        ((path, found, detail),) = story(repo, Selection(unreachable=True))
        assert (path, found) == (f"git object {blob[:12]}", "")
        assert detail.startswith("in no commit")

    def test_a_lost_commit_whose_parent_was_pruned_is_read_without_it(
        self, repo: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", "clean")
        commit(repo)
        parent = commit(repo, 1)
        put(repo / "a", TOKEN)
        commit(repo, 2)
        git(repo, "reset", "-q", "--hard", "HEAD~2")
        git(repo, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
        (repo / ".git" / "objects" / parent[:2] / parent[2:]).unlink()
        assert [match.secret for match in traced(repo, Selection(unreachable=True)).matches] == [Secret(TOKEN)]


class TestRepositories:
    def test_a_repository_without_commits_says_so(self, repo: Path) -> None:
        past = past_of(repo)
        assert past.skips == [Skip(repo.as_posix(), "has no commits")]
        assert list(past.targets()) == []
        assert past_of(repo, Selection(all_refs=True)).skips == past.skips

    def test_a_folder_outside_every_repository_says_so(self, tmp_path: Path) -> None:
        (skip,) = scopes([tmp_path])
        assert isinstance(skip, Skip)
        assert "no git repository" in skip.why

    def test_a_broken_repository_is_an_error_with_a_reason(self, repo: Path, commit: Callable[..., str]) -> None:
        commit(repo)
        put(repo / ".git" / "config", "[core\n")
        with pytest.raises(IncompleteError, match="configuration"):
            past_of(repo)

    def test_a_bare_repository_is_read_where_it_is(self, repo: Path, git: Git, commit: Callable[..., str]) -> None:
        put(repo / "sub" / "a", TOKEN)
        first = commit(repo)
        bare = repo.parent / "bare.git"
        git(repo.parent, "clone", "-q", "--bare", str(repo), str(bare))
        told = f"first in {first[:7]} (2020-09-14), still in HEAD"
        assert story(bare) == [("sub/a", first, told)]
        assert story(repo / ".git") == [("sub/a", first, told)]

    def test_a_linked_worktree_has_its_own_head(
        self, repo: Path, git: Git, commit: Callable[..., str], tmp_path: Path
    ) -> None:
        put(repo / "a", "clean")
        commit(repo)
        git(repo, "worktree", "add", "-q", str(tmp_path / "wt"))
        put(tmp_path / "wt" / "a", TOKEN)
        first = commit(tmp_path / "wt", 1)
        assert story(repo) == []
        assert story(tmp_path / "wt") == [("a", first, f"first in {first[:7]} (2020-09-15), still in HEAD")]

    def test_longer_ids_are_ids_too(self, tmp_path: Path, git: Git, commit: Callable[..., str]) -> None:
        repo = tmp_path / "long"
        repo.mkdir()
        git(repo, "init", "-q", "--object-format=sha256")
        put(repo / "a", TOKEN)
        first = commit(repo)
        (repo / "a").unlink()
        commit(repo, 1)
        assert len(first) == 64
        assert story(repo, Selection(unreachable=True)) == [
            ("a", first, f"only in {first[:7]} (2020-09-14), gone from HEAD")
        ]

    def test_a_part_of_a_repository_is_shown_as_the_walk_shows_it(
        self, repo: Path, commit: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(repo / "sub" / "deep" / "a", TOKEN)
        put(repo / "other", OTHER)
        commit(repo)
        (repo / "sub" / "deep" / "a").unlink()
        put(repo / "sub" / "b", "x")
        commit(repo, 1)
        monkeypatch.chdir(repo)
        assert [path for path, _, _ in story(Path("sub"))] == ["deep/a"]
        assert [path for path, _, _ in story(Path("other"))] == ["other"]
        several = [scope for scope in scopes([Path("sub"), Path("other"), Path()]) if isinstance(scope, Scope)]
        shown = [target.path for scope in several for target in gather(scope, Selection()).targets()]
        assert shown == ["sub/b", "sub/deep/a", "other", "other", "sub/b", "sub/deep/a"]

    def test_a_shallow_clone_says_where_it_is_cut(
        self, repo: Path, git: Git, commit: Callable[..., str], tmp_path: Path
    ) -> None:
        put(repo / "a", TOKEN)
        commit(repo)
        put(repo / "a", "clean")
        commit(repo, 1)
        put(repo / "b", OTHER)
        last = commit(repo, 2)
        git(tmp_path, "clone", "-q", "--depth=2", repo.as_uri(), "cut")
        cut = tmp_path / "cut"
        assert past_of(cut).skips == [Skip(cut.as_posix(), "history is cut at 1 commit: the clone is shallow")]
        assert story(cut) == [("b", last, f"first in {last[:7]} (2020-09-16), still in HEAD")]
        assert past_of(cut, Selection(range_="HEAD~1..")).skips == []
        with pytest.raises(UsageError, match="no such commits"):
            past_of(cut, Selection(range_="HEAD~2.."))

    @pytest.mark.parametrize("kept", ["blob:none", "tree:0"])
    def test_a_partial_clone_says_what_it_lacks_and_fetches_nothing(
        self, repo: Path, git: Git, commit: Callable[..., str], kept: str
    ) -> None:
        tmp_path, read = repo.parent, [b"head"] if kept == "blob:none" else []
        put(repo / "a", TOKEN)
        commit(repo)
        put(repo / "a", "head")
        commit(repo, 1)
        git(repo, "config", "uploadpack.allowFilter", "true")
        git(tmp_path, "clone", "-q", f"--filter={kept}", repo.as_uri(), "part")
        part = tmp_path / "part"
        objects = sorted(path.name for path in (part / ".git" / "objects").rglob("*"))
        past = past_of(part)
        assert contents(past) == read
        (skip,) = past.skips
        assert "not in this partial clone" in skip.why if read else "not known" in skip.why
        assert sorted(path.name for path in (part / ".git" / "objects").rglob("*")) == objects

    def test_grafts_and_replacements_tell_no_other_story(
        self, repo: Path, git: Git, commit: Callable[..., str]
    ) -> None:
        put(repo / "a", TOKEN)
        first = commit(repo)
        put(repo / "a", "clean")
        second = commit(repo, 1)
        git(repo, "replace", "--graft", second)
        put(repo / ".git" / "info" / "grafts", f"{second}\n")
        assert [found for _, found, _ in story(repo)] == [first]

    def test_a_damaged_object_costs_itself_only(self, repo: Path, git: Git, commit: Callable[..., str]) -> None:
        for name in "abc":
            put(repo / name, f"content of {name}")
        commit(repo)
        blob = git(repo, "rev-parse", ":b").strip()
        file = repo / ".git" / "objects" / blob[:2] / blob[2:]
        file.chmod(0o644)
        file.write_bytes(b"no object")
        found = list(BlobReader().read_all(list(past_of(repo).targets())))
        assert [one.target.path for one in found if isinstance(one, Fragment)] == ["a", "c"]
        assert [one.what for one in found if isinstance(one, Skip)] == ["b"]

    def test_a_missing_object_costs_itself_only(self, repo: Path, git: Git, commit: Callable[..., str]) -> None:
        for name in "abc":
            put(repo / name, f"content of {name}")
        commit(repo)
        blob = git(repo, "rev-parse", ":b").strip()
        (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
        found = list(BlobReader().read_all(list(past_of(repo).targets())))
        assert [one.target.path for one in found if isinstance(one, Fragment)] == ["a", "c"]
        assert [one for one in found if isinstance(one, Skip)] == [
            Skip("b", "a version of it is missing from the object store")
        ]

    def test_a_store_that_fails_on_everything_is_given_up(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        targets = [Target(Origin.COMMIT, f"file {number}", "0" * 40, root=str(repo)) for number in range(40)]
        monkeypatch.setenv("PATH", str(repo))
        found = list(BlobReader().read_all(targets))
        assert len(found) == 40
        assert all(isinstance(one, Skip) for one in found)

    def test_many_skips_of_one_kind_are_one(self) -> None:
        many = [Skip(f"file {number}", "lost") for number in range(10)]
        assert folded("repo", [*many, Skip("x", "torn")]) == [
            Skip("repo", "10 versions of files, of each: lost"),
            Skip("x", "torn"),
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")
class TestHostileRepositories:
    def test_no_program_a_repository_names_is_run_and_nothing_is_written(
        self, repo: Path, git: Git, commit: Callable[..., str], tmp_path: Path
    ) -> None:
        canary = tmp_path / "canary"
        program = put(tmp_path / "trap", f"#!/bin/sh\ntouch '{canary}'\ncat\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        put(repo / "a", TOKEN)
        put(repo / ".gitattributes", "* diff=trap filter=trap\n")
        commit(repo)
        git(repo, "checkout", "-qb", "side")
        put(repo / "a", "clean")
        commit(repo, 1)
        git(repo, "checkout", "-q", "main")
        put(repo / "b", "main")
        commit(repo, 2)
        git(repo, "merge", "-q", "--no-ff", "-m", "merge", "side", when=START + 3 * DAY)
        (repo / ".git" / "objects" / "info").mkdir(exist_ok=True)
        settings = """
            core.fsmonitor core.pager core.editor core.sshCommand core.askPass core.alternateRefsCommand core.gitProxy
            diff.external diff.trap.command diff.trap.textconv filter.trap.smudge filter.trap.clean filter.trap.process
            gpg.program pager.rev-list pager.cat-file pager.diff-tree pager.ls-tree credential.helper
            uploadpack.packObjectsHook
        """
        for name in settings.split():
            git(repo, "config", name, str(program))
        git(repo, "config", "log.showSignature", "true")
        git(repo, "config", "log.showRoot", "false")
        git(repo, "config", "diff.renames", "copies")
        git(repo, "config", "diff.orderFile", "nowhere")
        for command in ("rev-list", "diff-tree", "cat-file", "ls-tree", "rev-parse", "config"):
            git(repo, "config", f"alias.{command}", f"!{program}")
        hooks = repo / "hooks"
        for name in ("reference-transaction", "post-index-change", "pre-auto-gc"):
            put(hooks / name, f"#!/bin/sh\n{program}\n").chmod(0o755)
        git(repo, "config", "core.hooksPath", str(hooks))
        canary.unlink(missing_ok=True)
        before = {path: path.stat().st_mtime_ns for path in repo.rglob("*")}
        assert [path for path, _, _ in story(repo, Selection(unreachable=True))] == ["a"]
        assert not canary.exists()
        assert {path: path.stat().st_mtime_ns for path in repo.rglob("*")} == before

    def test_missing_objects_are_not_fetched_by_a_program(
        self, repo: Path, git: Git, commit: Callable[..., str], tmp_path: Path
    ) -> None:
        canary = tmp_path / "canary"
        program = put(tmp_path / "trap", f"#!/bin/sh\ntouch '{canary}'\n")
        program.chmod(0o755)
        put(repo / "a", TOKEN)
        put(repo / "b", "there")
        commit(repo)
        blob = git(repo, "rev-parse", ":a").strip()
        (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
        for setting, value in {
            "core.repositoryFormatVersion": "1",
            "extensions.partialClone": "origin",
            "remote.origin.url": f"ext::{program}",
            "remote.origin.promisor": "true",
            "protocol.ext.allow": "always",
        }.items():
            git(repo, "config", setting, value)
        past = past_of(repo)
        assert contents(past) == [b"there"]
        assert [skip.why for skip in past.skips] == [
            "1 version of a file not in this partial clone: nothing is fetched"
        ]
        assert not canary.exists()


def test_a_run_that_asks_for_no_history_does_not_load_it() -> None:
    code = "import sys, auditor.pipeline; print(sorted(name for name in sys.modules if name.startswith('auditor.s')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout
    assert "auditor.sources.git'" in loaded
    for name in ("history", "commits", "holders"):
        assert f"auditor.sources.{name}'" not in loaded
