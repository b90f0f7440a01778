"""Other scanners over a folder, offline and with their own defaults; what they report as places, never as values."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Hit:
    """One reported place: POSIX path from the tree's root, line from 1; column 0 where the tool tells none.

    ``end_line`` is the last line of a match that goes over several, else 0.
    """

    file: str
    line: int
    column: int = 0
    end_column: int = 0
    rule: str = ""
    confidence: str = ""
    end_line: int = 0


def betterleaks(binary: str, tree: Path) -> list[Hit]:
    """Run betterleaks 2 (validation is off unless asked for)."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _run([binary, "filesystem", ".", "--no-banner", "--silent", "--exit-code=0", f"--output={report}"], tree)
        findings = json.loads(report.read_text("utf-8"))["findings"]
    return [
        Hit(
            _relative(place["path"]),
            place["start_line"],
            *_columns(place),
            rule=f["rule_id"],
            end_line=place.get("end_line", 0),
        )
        for f in findings
        for place in [f["location"]]
    ]


def kingfisher(binary: str, tree: Path) -> list[Hit]:
    """Run kingfisher 2 without validation, every place of a value reported."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--no-validate", "--no-update-check", "--no-dedup", "--format=json", f"--output={report}"]
        _run([binary, "scan", ".", *options], tree)
        documents = list(_documents(report.read_text("utf-8")))
    return [
        Hit(_relative(found["path"]), found["line"], found["column_start"], found["column_end"] + 1, f["rule"]["id"])
        for document in documents
        if isinstance(document.get("findings"), list)
        for f in document["findings"]
        for found in [f["finding"]]
    ]


def detect_secrets(binary: str, tree: Path) -> list[Hit]:
    """Run detect-secrets without verification."""
    done = _run([binary, "scan", "--all-files", "--no-verify", "."], tree)
    results = json.loads(done)["results"]
    return [
        Hit(_relative(f["filename"]), f["line_number"], rule=f["type"]) for found in results.values() for f in found
    ]


PEERS: Mapping[str, tuple[str, Callable[[str, Path], list[Hit]]]] = {
    "betterleaks": ("betterleaks", betterleaks),
    "kingfisher": ("kingfisher", kingfisher),
    "detect-secrets": ("detect-secrets", detect_secrets),
}
"""Name to the binary's usual name and what runs it."""


def _run(command: list[str], tree: Path) -> str:
    # Scanners say "found something" with their exit code; a report that is missing or broken raises when it is read.
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False).stdout


def _documents(text: str) -> Iterator[dict[str, Any]]:
    decoder, place = json.JSONDecoder(), 0
    while place < len(text):
        document, place = decoder.raw_decode(text, place)
        yield document
        place += len(text[place:]) - len(text[place:].lstrip())


def _relative(path: str) -> str:
    return Path(path).as_posix().removeprefix("./")


def _columns(place: Mapping[str, Any]) -> tuple[int, int]:
    return place.get("start_column", 0), place.get("end_column", 0)
