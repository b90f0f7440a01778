from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.model.lines import locate
from auditor.model.place import Fragment, Origin, Target
from auditor.sources.windows import Windows, sniff

TARGET = Target(Origin.FILE, "x", "/x")
TEXTS = st.lists(st.one_of(st.text("aé€😀\n\r", max_size=30), st.text(max_size=8))).map("".join)


def cut(data: bytes, window: int = 64, overlap: int = 16, chunk: int = 1 << 20) -> list[Fragment]:
    """All fragments of ``data``, their bytes copied, the stream giving at most ``chunk`` bytes at a time."""
    stream = io.BytesIO(data)

    def fill(view: memoryview) -> int:
        return stream.readinto(view[:chunk])

    found = Windows(window, overlap).fragments(TARGET, fill)
    return [Fragment(f.target, bytes(f.data), f.first_line, f.first_column, f.fresh_from, f.fresh_to) for f in found]


def fresh(fragment: Fragment) -> bytes:
    return bytes(fragment.data)[fragment.fresh_from : fragment.fresh_to]


class TestCutting:
    @given(
        st.one_of(st.binary(max_size=600), TEXTS.map(str.encode)),
        st.integers(0, 40),
        st.integers(0, 60),
        st.integers(1, 70),
    )
    @example(b"\xe2\x82\xac" * 80, 16, 4, 7)
    @example(b"\x80" * 200, 16, 0, 200)
    def test_the_fresh_parts_are_the_whole_in_order(self, data: bytes, overlap: int, more: int, chunk: int) -> None:
        data = b"." + data.replace(b"\0", b"\n")
        fragments = cut(data, overlap + 20 + more, overlap, chunk)
        assert b"".join(map(fresh, fragments)) == data

    @given(TEXTS, st.integers(4, 40), st.integers(0, 60))
    def test_lines_and_columns_of_every_window_are_those_of_the_whole(self, text: str, overlap: int, more: int) -> None:
        data = b"." + text.replace("\0", "\n").encode()
        at = 0
        for fragment in cut(data, overlap + 20 + more, overlap):
            start = at - fragment.fresh_from
            assert data[start : start + len(fragment.data)] == fragment.data
            fragment.data[:].decode("utf-8")  # no sequence is cut
            end = len(fragment.data) if fragment.fresh_to is None else fragment.fresh_to
            for offset in range(fragment.fresh_from, end):
                whole = data[: start + offset].split(b"\n")
                column = 1 + len(whole[-1].decode("utf-8", "surrogateescape"))
                assert locate(fragment, offset, offset)[:2] == (len(whole), column)
            at += end - fragment.fresh_from

    @given(st.integers(0, 400), st.integers(1, 11), st.sampled_from([b"a", b"\n", "é".encode()]))
    def test_a_word_no_longer_than_the_overlap_is_owned_by_exactly_one_window(
        self, before: int, length: int, filler: bytes
    ) -> None:
        word = b"<" + b"W" * length
        data = filler * before + word + filler * 100
        owners = [
            fragment
            for fragment in cut(data, 64, 16)
            if word in fragment.data and fragment.owns(fragment.data.index(word) + len(word))
        ]
        assert len(owners) == 1
        assert owners[0].data.partition(word)[2], "what follows the word is seen with it"

    def test_a_buffer_that_just_fits_is_no_reason_to_lose_the_end(self) -> None:
        assert b"".join(map(fresh, cut(b"x" * 64, 64, 16))) == b"x" * 64

    def test_an_empty_stream_has_no_fragments(self) -> None:
        assert cut(b"") == []
        assert cut(b"\xef\xbb\xbf") == []

    def test_an_overlap_as_long_as_the_window_is_refused(self) -> None:
        with pytest.raises(ValueError, match="longer than its overlap"):
            Windows(64, 64)


class TestEncodings:
    @pytest.mark.parametrize(
        ("codec", "mark"),
        [
            ("utf-8", b"\xef\xbb\xbf"),
            ("utf-16-le", b"\xff\xfe"),
            ("utf-16-be", b"\xfe\xff"),
            ("utf-32-le", b"\xff\xfe\x00\x00"),
            ("utf-32-be", b"\x00\x00\xfe\xff"),
            ("utf-16-le", b""),
            ("utf-16-be", b""),
        ],
    )
    @pytest.mark.parametrize("lines", [1, 40])
    def test_marked_and_evident_unicode_comes_as_utf8_without_its_mark(
        self, codec: str, mark: bytes, lines: int
    ) -> None:
        text = "password = größe😀 and more\r\n" * lines
        fragments = cut(mark + text.encode(codec), 200, 40, 33)
        assert b"".join(map(fresh, fragments)).decode() == text

    @pytest.mark.parametrize("data", ["café".encode("latin-1"), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0>\0secret"])
    def test_other_bytes_come_as_they_are(self, data: bytes) -> None:
        assert b"".join(map(fresh, cut(data))) == data

    def test_a_table_of_small_numbers_is_not_taken_for_text(self) -> None:
        data = b"".join(number.to_bytes(2, "little") for number in range(1, 40))
        assert sniff(bytearray(data), len(data)) == ("", 0)

    def test_malformed_utf16_is_replaced_and_read_on(self) -> None:
        data = b"\xff\xfe" + b"\x00\xd8" + "key=abc".encode("utf-16-le") + b"\x41"
        assert b"".join(map(fresh, cut(data))).decode() == "\ufffdkey=abc\ufffd"

    @given(st.binary(max_size=300))
    def test_no_bytes_whatever_break_it(self, data: bytes) -> None:
        fragments = cut(data, 64, 16, 7)
        codec, mark = sniff(bytearray(data), min(len(data), 64))
        if not codec:
            assert b"".join(map(fresh, fragments)) == data[mark:]
