from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from auditor.errors import RuleError
from auditor.model.place import Origin, Skip, Target
from auditor.sources import stores as module
from auditor.sources.stores import Store, StorePath, load, stores

RULES = Path(__file__).parents[2] / "rules" / "stores"
PLATFORMS = {"linux": "linux", "macos": "darwin", "windows": "win32"}


def store(*paths: str | StorePath, name: str = "x", origin: Origin = Origin.STORE) -> Store:
    places = tuple(path if isinstance(path, StorePath) else StorePath(path) for path in paths)
    return Store(name, name, "generic", origin, "text", places, "Holds.", "Safer.", ())


def put(path: Path, text: str = "made up") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def shown(found: Iterable[Target | Skip]) -> list[str]:
    return [item.path for item in found if isinstance(item, Target)]


def filled(template: str, home: Path, env: Mapping[str, str]) -> Path:
    """A file that a definition's path stands for."""
    start, _, rest = template.partition("/")
    base = home if start == "~" else Path(env[start[1:]])
    return base / rest.replace("**", "deep/er").replace("*", "made-up")


@pytest.fixture(scope="module")
def definitions() -> tuple[Store, ...]:
    """The stores that ship."""
    return load(RULES)


class TestDefinitions:
    def test_there_are_many_each_with_everything_said(self, definitions: tuple[Store, ...]) -> None:
        assert len(definitions) >= 40
        assert len({definition.id for definition in definitions}) == len(definitions)
        for definition in definitions:
            assert definition.references, definition.id

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_every_path_of_every_store_finds_a_made_up_file_as_its_own(
        self, tmp_path: Path, platform: str, definitions: tuple[Store, ...]
    ) -> None:
        home = tmp_path / "home"
        places = [(d, p) for d in definitions for p in d.paths if not p.platforms or platform in p.platforms]
        variables = {p.path.partition("/")[0][1:] for _, p in places if p.path.startswith("$")}
        env = {name: str(tmp_path / "env" / name.upper() / name) for name in sorted(variables)}
        expected = {put(filled(place.path, home, env)): definition for definition, place in places}
        found = {
            Path(item.real): item
            for item in stores(home, env, PLATFORMS[platform], definitions)
            if isinstance(item, Target)
        }
        for file, definition in expected.items():
            assert file in found, f"{definition.id} does not find {file}"
            assert found[file].store == definition.id, f"{file} belongs to two stores"
            assert found[file].origin is definition.origin

    def test_the_famous_ones_are_there(self, tmp_path: Path, definitions: tuple[Store, ...]) -> None:
        famous = """
            .aws/credentials .kube/config .docker/config.json .npmrc .netrc .git-credentials .pgpass .ssh/id_ed25519
            .config/gh/hosts.yml .railway/config.json .claude/.credentials.json .codex/auth.json .vault-token
            .config/gcloud/application_default_credentials.json .cursor/mcp.json .bash_history .zshrc
        """.strip()
        names = famous.split()
        for name in names:
            put(tmp_path / name)
        put(tmp_path / ".ssh" / "id_ed25519.pub")
        found = {
            item.path: item.store for item in stores(tmp_path, {}, "linux", definitions) if isinstance(item, Target)
        }
        assert set(found) == {f"~/{name}" for name in names}
        assert found["~/.aws/credentials"] == "aws-credentials"


class TestFinding:
    def test_a_target_says_store_origin_size_and_place(self, tmp_path: Path) -> None:
        file = put(tmp_path / ".x" / "token", "12345")
        (target,) = stores(tmp_path, {}, "linux", [store("~/.x/token", origin=Origin.AGENT_CONFIG)])
        assert target == Target(Origin.AGENT_CONFIG, "~/.x/token", str(file), 5, "x", str(tmp_path))

    def test_an_override_adds_to_the_usual_place(self, tmp_path: Path) -> None:
        put(tmp_path / "home" / ".config" / "x")
        other = put(tmp_path / "other" / "x")
        env = {"XDG_CONFIG_HOME": str(tmp_path / "other")}
        found = stores(tmp_path / "home", env, "linux", [store("$XDG_CONFIG_HOME/x")])
        assert shown(found) == [other.as_posix(), "~/.config/x"]

    def test_a_variable_may_hold_a_list_and_a_tilde(self, tmp_path: Path) -> None:
        one, two = put(tmp_path / "one"), put(tmp_path / "home" / "two")
        env = {"KUBECONFIG": os.pathsep.join([str(one), "~/two", "", "relative", str(one)])}
        found = list(stores(tmp_path / "home", env, "linux", [store(StorePath("$KUBECONFIG", several=True))]))
        assert [Path(item.real) for item in found if isinstance(item, Target)] == [one, two]

    def test_unset_empty_and_relative_variables_find_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(tmp_path / "x")
        monkeypatch.chdir(tmp_path)
        for env in ({}, {"PLACE": ""}, {"PLACE": "."}, {"PLACE": "x"}):
            assert list(stores(tmp_path, env, "linux", [store("$PLACE/x", "$PLACE")])) == []

    def test_platforms_are_told_apart(self, tmp_path: Path) -> None:
        put(tmp_path / "x")
        definition = store(StorePath("~/x", platforms=("macos", "windows")))
        assert shown(stores(tmp_path, {}, "linux", [definition])) == []
        assert shown(stores(tmp_path, {}, "darwin", [definition])) == ["~/x"]
        assert shown(stores(tmp_path, {}, "win32", [definition])) == ["~/x"]

    def test_windows_has_its_usual_folders(self, tmp_path: Path) -> None:
        put(tmp_path / "AppData" / "Roaming" / "x")
        assert shown(stores(tmp_path, {}, "win32", [store("$APPDATA/x")])) == ["~/AppData/Roaming/x"]
        assert shown(stores(tmp_path, {}, "linux", [store("$APPDATA/x")])) == []

    def test_globs_match_in_order_and_leave_out_exceptions(self, tmp_path: Path) -> None:
        for name in ("id_b", "id_a", "id_a.pub", "other", "id_folder/x"):
            put(tmp_path / ".ssh" / name)
        definition = store(StorePath("~/.ssh/id_*", excepted=("*.pub",)))
        assert shown(stores(tmp_path, {}, "linux", [definition])) == ["~/.ssh/id_a", "~/.ssh/id_b"]

    def test_two_stars_mean_any_depth_and_do_not_follow_links(self, tmp_path: Path) -> None:
        for name in ("p/1.jsonl", "p/q/r/2.jsonl", "p/q/3.txt"):
            put(tmp_path / name)
        (tmp_path / "p" / "loop").symlink_to(tmp_path / "p")
        found = shown(stores(tmp_path, {}, "linux", [store("~/p/**/*.jsonl")]))
        assert found == ["~/p/1.jsonl", "~/p/q/r/2.jsonl"]

    def test_glob_characters_in_the_home_are_no_globs(self, tmp_path: Path) -> None:
        put(tmp_path / "h[o]me*" / "x1")
        put(tmp_path / "home" / "x2")
        assert shown(stores(tmp_path / "h[o]me*", {}, "linux", [store("~/x*")])) == ["~/x1"]

    def test_a_linked_file_is_read_where_it_ends_and_once(self, tmp_path: Path) -> None:
        real = put(tmp_path / "dotfiles" / "npmrc")
        home = tmp_path / "home"
        home.mkdir()
        (home / ".npmrc").symlink_to(real)
        (home / ".npmrc-2").symlink_to(real)
        (target,) = stores(home, {}, "linux", [store("~/.npmrc"), store("~/.npmrc-2", name="y")])
        assert isinstance(target, Target)
        assert (target.path, Path(target.real), target.store) == ("~/.npmrc", real, "x")

    def test_folders_and_dangling_links_are_nothing_to_read(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to("gone")
        assert list(stores(tmp_path, {}, "linux", [store("~/folder", "~/link", "~/*")])) == []

    @pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
    def test_a_pipe_in_place_of_a_store_is_a_skip(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / ".env")
        found = list(stores(tmp_path, {}, "linux", [store("~/.env")]))
        assert found == [Skip("~/.env", "not a regular file (a named pipe)")]

    def test_a_folder_that_cannot_be_listed_is_a_skip(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(folder: str) -> list[os.DirEntry[str]]:
            raise PermissionError(errno.EACCES, "Permission denied", folder)

        monkeypatch.setattr(module, "entries", refuse)
        found = list(stores(tmp_path, {}, "linux", [store("~/.ssh/id_*")]))
        assert found == [Skip("~/.ssh", "folder cannot be listed: permission denied")]

    def test_a_file_that_cannot_be_looked_at_is_a_skip(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(tmp_path / "x")

        def refuse(path: str) -> os.stat_result:
            raise PermissionError(errno.EACCES, "Permission denied", path)

        monkeypatch.setattr(module.os, "stat", refuse)
        assert list(stores(tmp_path, {}, "linux", [store("~/x")])) == [Skip("~/x", "permission denied")]


class TestLoading:
    GOOD = """id: demo
name: Demo
provider: generic
origin: store
format: json
paths:
  - ~/.demo/*.json
  - {path: $DEMO, list: true, platforms: [linux, macos], except: ['*.bak']}
holds: A made-up token.
safer: Nothing at all.
references: [https://example.org/]
"""

    def test_a_good_file_becomes_a_store(self, tmp_path: Path) -> None:
        put(tmp_path / "demo.yaml", self.GOOD)
        (found,) = load(tmp_path)
        places = (StorePath("~/.demo/*.json"), StorePath("$DEMO", ("linux", "macos"), ("*.bak",), several=True))
        assert found == Store(
            "demo", "Demo", "generic", Origin.STORE, "json", places, "A made-up token.", "Nothing at all.",
            ("https://example.org/",),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("old", "new", "field"),
        [
            ("id: demo", "id: other", "id"),
            ("name: Demo", "name: 7", "name"),
            ("name: Demo", "title: Demo", "title"),
            ("name: Demo\n", "", "name"),
            ("provider: generic", "provider: Not A Slug", "provider"),
            ("origin: store", "origin: file", "origin"),
            ("format: json", "format: cobol", "format"),
            ("~/.demo/*.json", "/etc/passwd", "paths"),
            ("~/.demo/*.json", "~/../other", "paths"),
            ("~/.demo/*.json", "{path: ~/x, list: true}", "list"),
            ("~/.demo/*.json", "{platforms: [linux]}", "path"),
            ("~/.demo/*.json", "7", "paths"),
            ("[linux, macos]", "[linux, beos]", "platforms"),
            ("['*.bak']", "[1]", "except"),
            ("list: true", "list: 1", "list"),
            ("A made-up token.", "a made-up token", "holds"),
            ("Nothing at all.", "Nothing at all", "safer"),
            ("[https://example.org/]", "[http://example.org/]", "references"),
            ("[https://example.org/]", "[]", "references"),
            ("origin: store", "origin: [", "yaml"),
            ("id: demo", "- demo", "yaml"),
        ],
    )
    def test_whatever_is_wrong_is_named_with_its_file(self, tmp_path: Path, old: str, new: str, field: str) -> None:
        assert old in self.GOOD
        put(tmp_path / "demo.yaml", self.GOOD.replace(old, new))
        with pytest.raises(RuleError, match=rf"^demo\.yaml.*\b(?i:{field})\b"):
            load(tmp_path)

    def test_a_file_that_is_a_list_is_refused(self, tmp_path: Path) -> None:
        put(tmp_path / "demo.yaml", "- a\n- b\n")
        with pytest.raises(RuleError, match=r"demo\.yaml"):
            load(tmp_path)

    def test_a_slip_of_the_pen_is_met_with_the_right_name(self, tmp_path: Path) -> None:
        put(tmp_path / "demo.yaml", self.GOOD.replace("safer:", "saver:"))
        with pytest.raises(RuleError) as caught:
            load(tmp_path)
        assert "safer" in caught.value.hint
