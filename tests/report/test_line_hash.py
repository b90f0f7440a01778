"""The vectors are those of the upload action's own tests; the slow way is the algorithm said plainly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.report.line_hash import LineHashes, line_hashes

LOREM = "Lorem ipsum dolor sit amet.\n"


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (LOREM * 10, [*(f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)), "a7f2ff1481e87703:1"]),
    ],
)
def test_known_texts_have_the_hashes_that_the_upload_action_gives(text: str, hashes: list[str]) -> None:
    assert line_hashes(text)[: len(hashes)] == hashes


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_and_blanks_do_not_count(ending: str) -> None:
    assert line_hashes(f"one two{ending}three{ending}") == line_hashes("onetwo\nth\tree\n")


def slow(text: str) -> list[str]:
    kept = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c not in " \t")
    units = memoryview(kept.encode("utf-16-le", "surrogatepass")).cast("H").tolist()
    starts = [0, *(place + 1 for place, unit in enumerate(units) if unit == 10)]
    padded = [*units, 65_535, *[0] * 100]
    seen: Counter[str] = Counter()
    found = []
    for start in starts:
        value = 0
        for unit in padded[start : start + 100]:
            value = (value * 37 + unit) % 2**64
        seen[f"{value:x}"] += 1
        found.append(f"{value:x}:{seen[f'{value:x}']}")
    return found


@given(st.text(st.sampled_from("ab \t\n\ré😀\ufffd"), max_size=400))
def test_the_rolling_hash_is_the_plain_one(text: str) -> None:
    assert line_hashes(text) == slow(text)


def test_a_line_is_looked_up_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b" a\nb\n")
    hashes = LineHashes()
    assert hashes.of(str(path), 2) == line_hashes(" a\nb\n")[1]


def test_what_cannot_be_hashed_is_left_to_the_upload_action(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_bytes(b"x\n" * (1 << 20) + b"y")
    hashes = LineHashes()
    assert hashes.of(str(big), 1) == ""
    assert hashes.of(str(tmp_path / "gone"), 1) == ""
    assert hashes.of("nul\0byte", 1) == ""
    assert hashes.of("", 1) == ""
