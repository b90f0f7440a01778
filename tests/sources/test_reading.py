from __future__ import annotations

import errno
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.model.lines import locate
from auditor.model.place import Fragment, Origin, Skip, Target
from auditor.sources import reading
from auditor.sources.reading import Reader

MEBI = 1 << 20


def target(path: Path) -> Target:
    return Target(Origin.FILE, path.name, str(path))


def read(path: Path, window: int = 4096, overlap: int = 256) -> list[Fragment | Skip]:
    """Everything read of a file, fragments copied out of the buffer."""
    return [copied(item) for item in Reader(window, overlap).read(target(path))]


def copied(item: Fragment | Skip) -> Fragment | Skip:
    if isinstance(item, Skip):
        return item
    return Fragment(item.target, bytes(item.data), item.first_line, item.first_column, item.fresh_from, item.fresh_to)


def content(items: list[Fragment | Skip]) -> bytes:
    parts = (item for item in items if isinstance(item, Fragment))
    return b"".join(bytes(item.data)[item.fresh_from : item.fresh_to] for item in parts)


def hits(path: Path, word: bytes, reader: Reader) -> Iterator[tuple[int, int, int]]:
    """Where ``word`` stands, as detection looks for it."""
    for item in reader.read(target(path)):
        assert isinstance(item, Fragment)
        data = bytes(item.data)
        at = data.find(word)
        while at >= 0:
            if item.owns(at + len(word)):
                yield locate(item, at, at + len(word))
            at = data.find(word, at + 1)


class TestContent:
    @pytest.mark.parametrize("size", [1, 100, 4095, 4096, 4097, 9000, 20_000])
    def test_every_byte_of_a_file_comes_once(self, tmp_path: Path, size: int) -> None:
        path = tmp_path / "x"
        path.write_bytes(bytes(97 + at % 23 for at in range(size)))
        assert content(read(path)) == path.read_bytes()

    def test_a_small_file_is_one_fragment_of_exactly_its_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"A=1\r\nB=2")
        assert read(path) == [Fragment(target(path), b"A=1\r\nB=2")]

    def test_an_empty_file_gives_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "x").touch()
        assert read(tmp_path / "x") == []

    def test_a_reader_goes_from_file_to_file(self, tmp_path: Path) -> None:
        reader = Reader(4096, 256)
        for name, data in (("big", b"b" * 5000), ("small", b"s"), ("middle", b"m" * 100)):
            (tmp_path / name).write_bytes(data)
            assert content([copied(item) for item in reader.read(target(tmp_path / name))]) == data

    @pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
    @pytest.mark.parametrize("repeat", [1, 1000])
    def test_unicode_files_come_as_utf8(self, tmp_path: Path, codec: str, repeat: int) -> None:
        text = "key = größe\n" * repeat
        (tmp_path / "x").write_bytes(text.encode(codec))
        assert content(read(tmp_path / "x")).decode() == text

    def test_a_mark_alone_gives_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"\xef\xbb\xbf")
        assert read(tmp_path / "x") == []


class TestPlaces:
    def test_windows_keep_lines_and_columns(self, tmp_path: Path) -> None:
        lines = [f"{number} äöü {'x' * (number % 50)} mark{number}!" for number in range(800)]
        path = tmp_path / "x"
        path.write_text("\r\n".join(lines), "utf-8", newline="")
        reader = Reader(2048, 256)
        for number in range(0, 800, 37):
            column = lines[number].index("mark") + 1
            word = f"mark{number}!"
            assert list(hits(path, word.encode(), reader)) == [(number + 1, column, column + len(word))]

    def test_latin1_columns_count_bytes_over_windows(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"\xe9 " * 3000 + b"secret")
        assert list(hits(path, b"secret", Reader(1024, 64))) == [(1, 6001, 6007)]

    def test_the_column_in_a_line_of_60_megabytes_is_exact(self, tmp_path: Path) -> None:
        path, word = tmp_path / "line.json", "made-up" + "-token"
        unit = '"schlüssel":"größe €😀",'
        count = 60_000_000 // len(unit.encode())
        with path.open("w", encoding="utf-8") as file:
            for _ in range(count // 1000):
                file.write(unit * 1000)
            file.write(word)
            file.write(unit * 1000)
        column = count // 1000 * 1000 * len(unit) + 1
        assert path.stat().st_size > 58_000_000
        assert list(hits(path, word.encode(), Reader())) == [(1, column, column + len(word))]


class TestMemory:
    def test_a_sparse_file_of_two_gigabytes_needs_a_few_windows(self, tmp_path: Path) -> None:
        path = tmp_path / "sparse"
        with path.open("wb") as file:
            file.truncate(2 << 30)
        reader = Reader()
        tracemalloc.start()
        try:
            seen = 0
            for fragment in reader.read(target(path)):
                assert isinstance(fragment, Fragment)
                seen = max(seen, len(fragment.data))
                if fragment.first_column > 64 * MEBI:  # the rest is more of the same
                    break
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert seen <= 4 * MEBI
        assert peak < 24 * MEBI

    def test_a_big_utf16_file_is_transcoded_in_steps(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        with path.open("wb") as file:
            file.write(b"\xff\xfe")
            for _ in range(24):
                file.write(("line of text\n" * 40_000).encode("utf-16-le"))
        tracemalloc.start()
        try:
            total = 0
            for item in Reader(MEBI, 64 << 10).read(target(path)):
                assert isinstance(item, Fragment)
                end = len(item.data) if item.fresh_to is None else item.fresh_to
                total += end - item.fresh_from
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert total == 24 * 40_000 * len("line of text\n")
        assert peak < 12 * MEBI


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX file kinds")
class TestWhatGoesWrong:
    def test_what_vanished_is_a_skip(self, tmp_path: Path) -> None:
        assert read(tmp_path / "gone") == [Skip("gone", "vanished before it was read")]

    def test_a_pipe_put_in_its_place_does_not_hang(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "x")
        assert read(tmp_path / "x") == [Skip("x", "not a regular file (a named pipe)")]

    def test_a_link_put_in_its_place_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("secret")
        (tmp_path / "x").symlink_to("secret")
        assert read(tmp_path / "x") == [Skip("x", "became a symbolic link before it was read")]

    def test_a_folder_put_in_its_place_is_a_skip(self, tmp_path: Path) -> None:
        (tmp_path / "x").mkdir()
        assert read(tmp_path / "x") == [Skip("x", "not a regular file")]

    def test_no_permission_is_a_skip(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: str) -> int:
            raise PermissionError(errno.EACCES, "Permission denied", path)

        monkeypatch.setattr(reading, "open_file", refuse)
        assert read(tmp_path / "x") == [Skip("x", "permission denied")]

    def test_an_error_midway_keeps_what_was_read_and_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"a" * 10_000)
        real, calls = reading._read_into, []

        def failing(descriptor: int, view: memoryview) -> int:
            calls.append(1)
            if len(calls) > 2:
                raise OSError(errno.EIO, "Input/output error")
            return real(descriptor, view)

        monkeypatch.setattr(reading, "_read_into", failing)
        found = read(path)
        assert isinstance(found[0], Fragment)
        assert found[-1] == Skip("x", "could not be read to its end: input/output error")

    def test_a_file_cut_short_meanwhile_gives_what_is_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"a" * 1000)
        real = os.fstat

        def stat_then_cut(descriptor: int) -> os.stat_result:
            status = real(descriptor)
            os.truncate(path, 10)
            return status

        monkeypatch.setattr(reading.os, "fstat", stat_then_cut)
        assert read(path) == [Fragment(target(path), b"a" * 10)]

    def test_a_file_that_never_stops_growing_is_left_after_one_window_more(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "x.log"
        path.write_bytes(b"a" * 5000)

        def endless(_descriptor: int, view: memoryview) -> int:
            view[:] = b"a" * len(view)
            return len(view)

        monkeypatch.setattr(reading, "_read_into", endless)
        found = read(path)
        assert found[-1] == Skip("x.log", "growing while it was read: only its first 9096 bytes were")
        assert len(content(found)) == 9096

    def test_a_file_that_grew_once_is_read_to_its_new_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "x.log"
        path.write_bytes(b"a" * 100)
        real = os.fstat

        def stat_then_grow(descriptor: int) -> os.stat_result:
            status = real(descriptor)
            with path.open("ab") as file:
                file.write(b"b" * 100)
            return status

        monkeypatch.setattr(reading.os, "fstat", stat_then_grow)
        assert content(read(path)) == b"a" * 100 + b"b" * 100

    def test_files_without_a_size_are_read_all_the_same(self) -> None:
        path = Path("/proc/self/status")
        if not path.exists():
            pytest.skip("no /proc here")
        assert b"Pid:" in content(read(path))
