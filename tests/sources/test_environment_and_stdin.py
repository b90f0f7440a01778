from __future__ import annotations

import io

from auditor.model.place import Fragment, Origin, Target
from auditor.sources import environment, stdin


def test_every_variable_is_one_fragment_by_name() -> None:
    found = list(environment.fragments({"B": "two\nlines", "A": "caf\udce9"}))
    assert found == [
        Fragment(Target(Origin.ENVIRONMENT, "env:A", ""), b"A=caf\xe9"),
        Fragment(Target(Origin.ENVIRONMENT, "env:B", ""), b"B=two\nlines"),
    ]


def test_standard_input_comes_in_windows_under_a_dash() -> None:
    data = b"line\n" * 100
    parts = []
    for fragment in stdin.fragments(io.BytesIO(data), window=128, overlap=32):
        assert fragment.target == Target(Origin.STDIN, "-", "")
        parts.append(bytes(fragment.data)[fragment.fresh_from : fragment.fresh_to])
    assert len(parts) > 3
    assert b"".join(parts) == data


def test_no_input_gives_nothing() -> None:
    assert list(stdin.fragments(io.BytesIO(b""))) == []
