from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.lines import LineIndex, advance, count_characters, locate, sequence_start
from auditor.model.place import Fragment, Origin, Target

TARGET = Target(Origin.FILE, "x", "/x")
ANY_BYTES = st.lists(
    st.one_of(st.text(max_size=5).map(str.encode), st.binary(max_size=4), st.sampled_from([b"\n", b"\r\n", b"\xc3"]))
).map(b"".join)


def by_definition(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column from 1, the slow and obvious way."""
    before = data[:offset].split(b"\n")
    return len(before), 1 + len(before[-1].decode("utf-8", "surrogateescape"))


class TestLocate:
    @pytest.mark.parametrize(
        ("text", "word", "expected"),
        [
            ("key=abc", "abc", (1, 5, 8)),
            ("one\ntwo abc\n", "abc", (2, 5, 8)),
            ("one\r\ntwo\r\nabc\r\n", "abc", (3, 1, 4)),
            ("naïve=größe", "größe", (1, 7, 12)),
            ("😀😀=abc", "abc", (1, 4, 7)),
            ("a\n-----BEGIN\nbody\n-----END", "-----BEGIN\nbody\n-----END", (2, 1, 11)),
            ("a\r\nBEGIN\r\nEND", "BEGIN\r\nEND", (2, 1, 6)),
        ],
    )
    def test_columns_are_characters_and_a_span_of_lines_ends_with_its_first(
        self, text: str, word: str, expected: tuple[int, int, int]
    ) -> None:
        data = text.encode()
        start = data.index(word.encode())
        assert locate(Fragment(TARGET, data), start, start + len(word.encode())) == expected

    def test_bytes_that_are_no_utf8_are_a_column_each(self) -> None:
        data = "café né=abc".encode("latin-1")
        assert locate(Fragment(TARGET, data), data.index(b"abc"), len(data)) == (1, 9, 12)

    def test_a_window_goes_on_where_its_fragment_says(self) -> None:
        fragment = Fragment(TARGET, b"tail of a line\nnext", first_line=7, first_column=100)
        assert locate(fragment, 5, 7) == (7, 106, 108)
        assert locate(fragment, 15, 19) == (8, 1, 5)

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_every_kind_of_buffer_will_do(self, kind: type) -> None:
        assert locate(Fragment(TARGET, kind(b"a\nbc")), 3, 4) == (2, 2, 3)

    @given(ANY_BYTES, st.data())
    def test_lookups_in_any_order_agree_with_the_definition(self, data: bytes, draw: st.DataObject) -> None:
        index = LineIndex(Fragment(TARGET, data))
        for offset in draw.draw(st.lists(st.integers(0, len(data)), min_size=1, max_size=8)):
            line, column, end_column = index.locate(offset, offset)
            assert (line, column) == by_definition(data, offset)
            assert end_column == column


class TestAdvance:
    @given(ANY_BYTES, st.data())
    def test_pieces_cut_between_sequences_add_up(self, data: bytes, draw: st.DataObject) -> None:
        cut = sequence_start(data, draw.draw(st.integers(0, max(0, len(data) - 1))))
        line, column = advance(data[cut:], *advance(data[:cut], 1, 0))
        assert (line, column + 1) == by_definition(data, len(data))


@given(st.text())
def test_characters_are_code_points(text: str) -> None:
    assert count_characters(text.encode("utf-8", "surrogatepass")) >= len(text)
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        assert count_characters(text.encode()) == len(text)
