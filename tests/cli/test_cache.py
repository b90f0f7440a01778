"""The compiled rules kept for the next run: rebuilt whenever they are not exactly what is needed, never trusted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

RULES = """\
id: acme
name: Acme
category: saas
lifetime: {class: never}
detectors:
  - id: acme-token
    title: Acme token
    token: 'acme_{b62:24}'
    powers: [read]
    examples: ['ACME={{secret}}']
    counter_examples: ['ACME=none']
remediation: {revoke: Acme settings, rotate: Make a new one, replace: [a session]}
references: ['https://example.com/']
"""


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """How often rules are compiled in one scan with a small rulebook and the cache in ``tmp_path/cache``."""
    rules = tmp_path / "rules"
    (rules / "providers").mkdir(parents=True)
    (rules / "providers" / "acme.yaml").write_text(RULES, encoding="utf-8")
    from auditor.detect import prepare as module

    made: list[Path] = []
    build = module._build

    def counted(*arguments: Any) -> Any:
        made.append(tmp_path)
        return build(*arguments)

    monkeypatch.setattr(module, "_build", counted)

    def count(folder: Path | None = None) -> int:
        made.clear()
        book, matcher = module.prepare((rules / "providers",), folder or tmp_path / "cache")
        assert book.has("acme-token")
        assert matcher is not None
        return len(made)

    return count


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], Path]:
    """The one file in the cache."""
    return lambda: next((tmp_path / "cache").glob("rules-*.bin"))


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut in the middle": lambda data: data[: len(data) // 2],
    "cut at the last byte": lambda data: data[:-1],
    "longer than it was": lambda data: data + b"more",
    "a bit flipped in the mark": lambda data: flip(data, 3),
    "a bit flipped in the digest": lambda data: flip(data, 30),
    "a bit flipped in the header": lambda data: flip(data, 80),
    "a bit flipped in the engine": lambda data: flip(data, len(data) // 2),
    "a bit flipped at the end": lambda data: flip(data, len(data) - 1),
    "text": lambda _: b"hello\n" * 1000,
    "another version": lambda data: data.replace(b"agent-audit cache", b"agent-audit cachf", 1),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_cache_is_rebuilt_once(
    damage: Callable[[bytes], bytes], builds: Callable[..., int], kept: Callable[[], Path]
) -> None:
    assert builds() == 1
    assert builds() == 0
    kept().write_bytes(damage(kept().read_bytes()))
    assert builds() == 1
    assert builds() == 0


@pytest.mark.skipif(os.name == "nt", reason="file modes are another thing there")
def test_a_cache_that_others_can_write_is_not_read(builds: Callable[..., int], kept: Callable[[], Path]) -> None:
    assert builds() == 1
    kept().chmod(0o666)
    assert builds() == 1
    assert kept().stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no user ids here")
def test_a_cache_of_another_user_is_not_read(
    builds: Callable[..., int], kept: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert builds() == 1
    monkeypatch.setattr("os.getuid", lambda: kept().stat().st_uid + 1)
    assert builds() == 1


def test_changed_rules_are_compiled_anew_and_the_old_form_goes(
    builds: Callable[..., int], kept: Callable[[], Path], tmp_path: Path
) -> None:
    assert builds() == 1
    old = kept().name
    rules = tmp_path / "rules" / "providers" / "acme.yaml"
    rules.write_text(RULES.replace("{b62:24}", "{b62:30}"), encoding="utf-8")
    assert builds() == 1
    assert [path.name for path in (tmp_path / "cache").glob("rules-*.bin")] == [kept().name] != [old]


def test_a_cache_folder_that_cannot_be_written_costs_time_only(builds: Callable[..., int], tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.write_text("", encoding="utf-8")
    assert builds(file / "cache") == 1
    assert builds(file / "cache") == 1


def test_a_scan_works_where_no_cache_can_be_kept(
    exposed: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("scan", ".", "--no-cache").code == 1


def test_a_foreign_file_under_the_caches_name_does_no_harm(
    builds: Callable[..., int], kept: Callable[[], Path]
) -> None:
    assert builds() == 1
    name = kept()
    name.unlink()
    name.mkdir()
    assert builds() == 1
