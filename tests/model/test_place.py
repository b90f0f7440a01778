from __future__ import annotations

import pickle

import pytest

from auditor.model.place import Fragment, Origin, Target


@pytest.mark.parametrize(
    "target",
    [
        Target(Origin.FILE, "a/b", "/x/a/b"),
        Target(Origin.INDEX, "caf\udce9", "/x", 7, "store", "/root", "3fa9c1e", tracked=True),
    ],
)
def test_a_target_arrives_in_another_process_as_it_left(target: Target) -> None:
    assert pickle.loads(pickle.dumps(target)) == target


@pytest.mark.parametrize(
    ("fresh_from", "fresh_to", "end", "owned"),
    [
        (0, None, 1, True),
        (0, None, 0, False),
        (10, None, 10, False),
        (10, None, 11, True),
        (10, 20, 20, True),
        (10, 20, 21, False),
    ],
)
def test_a_fragment_owns_what_ends_in_its_fresh_part(
    fresh_from: int, fresh_to: int | None, end: int, owned: bool
) -> None:
    target = Target(Origin.FILE, "x", "/x")
    assert Fragment(target, b"", fresh_from=fresh_from, fresh_to=fresh_to).owns(end) is owned
