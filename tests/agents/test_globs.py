"""Path globs: what they match, gitignore lines as globs, and folders with parts left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.agents.globs import compile_glob, escape, gitignore_to_globs, matches, outside


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("/a/b", "/a/b", True),
        ("/a/b", "/a/b/c", False),
        ("/a/*", "/a/.env", True),
        ("/a/*", "/a/b/c", False),
        ("/a/**", "/a/b/c", True),
        ("/a/**", "/a", False),
        ("/a/**/b", "/a/b", True),
        ("/a/**/b", "/a/x/y/b", True),
        ("/a/**/b", "/a/xb", False),
        ("/**/.env", "/.env", True),
        ("/**/.env", "/x/y/.env", True),
        ("/**/.env", "/x/.env.local", False),
        ("/a/**/b/**/c", "/a/1/b/2/3/c", True),
        ("/a/**/b/**/b/c", "/a/b/b/b/c", True),
        ("/a/x*y*z", "/a/xqyqyz", True),
        ("/a/**b", "/a/c/b", False),
        ("/a/?", "/a/b", True),
        ("/a/?", "/a/", False),
        ("/a/[!x]b", "/a/yb", True),
        ("/a/[^x]b", "/a/xb", False),
        ("/a/[a-c]", "/a/b", True),
        ("/a/[]]", "/a/]", True),
        ("/a/[", "/a/[", True),
        ("/a/[z-a]", "/a/z", False),
        ("/a/{b,c/**}", "/a/c/d/e", True),
        ("/a/{b,{c,d}}", "/a/d", True),
        ("/a/{b}", "/a/{b}", True),
        ("/a/{b", "/a/{b", True),
        ("/a/\\*", "/a/*", True),
        ("/a/\\*", "/a/b", False),
        ("C:/Users/**", "C:/Users/u/x", True),
        ("/a.b", "/axb", False),
        ("/a/b\n", "/a/b", False),
    ],
)
def test_globs_match_as_written(glob: str, path: str, expected: bool) -> None:
    assert matches(glob, path) is expected
    assert (compile_glob(glob).fullmatch(path) is not None) is expected


@pytest.mark.parametrize(
    ("line", "path", "expected"),
    [
        (".env", "/r/.env", True),
        (".env", "/r/a/b/.env", True),
        (".env", "/r/.env/inside", True),
        (".env", "/other/.env", False),
        ("/.env", "/r/a/.env", False),
        ("/.env", "/r/.env", True),
        ("a/b", "/r/a/b", True),
        ("a/b", "/r/x/a/b", False),
        ("secrets/", "/r/x/secrets/k", True),
        ("secrets/", "/r/secrets", False),
        ("*.pem", "/r/x/y.pem", True),
        ("**/k", "/r/a/k", True),
        ("k/**", "/r/k/x", True),
        ("a/**/b", "/r/a/b", True),
        ("trailing  ", "/r/trailing", True),
        ("\\#x", "/r/#x", True),
        ("/", "/r/x", True),
    ],
)
def test_a_gitignore_line_covers_what_git_would(line: str, path: str, expected: bool) -> None:
    assert any(matches(glob, path) for glob in gitignore_to_globs(line, "/r")) is expected


@pytest.mark.parametrize("line", ["", "   ", "# comment", "!kept"])
def test_blank_lines_comments_and_negations_cover_nothing(line: str) -> None:
    assert gitignore_to_globs(line, "/r") == ()


def test_a_base_with_marks_of_its_own_is_literal() -> None:
    (first, _) = gitignore_to_globs("/x", "/a[1]*")
    assert matches(first, "/a[1]*/x")
    assert not matches(first, "/a1b/x")


def test_the_root_as_base_gives_no_double_slash() -> None:
    assert gitignore_to_globs("/etc/passwd", "/") == ("/etc/passwd", "/etc/passwd/**")


names = st.text(alphabet="ab.]^!-{},*[ \\", min_size=1, max_size=4).filter(lambda name: name not in {".", ".."})
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


@given(paths)
def test_an_escaped_path_matches_itself(path: str) -> None:
    assert matches(escape(f"/{path}"), f"/{path}")


@given(st.lists(paths, max_size=4), paths)
def test_a_folder_without_its_kept_parts_matches_exactly_the_rest(kept: list[str], path: str) -> None:
    whole = f"/base/{path}"
    allowed = [f"/base/{one}" for one in kept]
    inside = any(whole == one or whole.startswith(f"{one}/") for one in allowed)
    above = any(one.startswith(f"{whole}/") for one in allowed)
    found = any(matches(glob, whole) for glob in outside("/base", tuple(allowed)))
    assert found is not (inside or above)


def test_nothing_is_left_of_a_folder_that_is_kept_itself() -> None:
    assert outside("/a", ("/a",)) == ()
    assert not any(matches(glob, "/elsewhere") for glob in outside("/a", ("/b",)))


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("/" + "*a" * 40 + "b", "/" + "a" * 250),
        ("/" + "**/a/" * 30 + "b", "/" + "a/" * 1000),
        ("/" + "{a,b}" * 40, "/" + "a" * 40),
        ("/" + "?*" * 60 + "b", "/" + "a" * 250),
    ],
)
def test_hostile_globs_end(glob: str, path: str) -> None:
    assert matches(glob, path) is False
