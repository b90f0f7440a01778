"""A home, a repository and a system root below a temporary folder, to put an agent's files into."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.agents.surroundings import Surroundings
from auditor.model import AgentRecord, Verdict


class Desk:
    """Where tests write settings and ask a dialect what it makes of them."""

    def __init__(self, root: Path, dialect: Any) -> None:
        self.dialect = dialect
        self.home, self.work, self.system = root / "home", root / "work" / "shop", root / "system"
        for folder in (self.home, self.work / ".git", self.system):
            folder.mkdir(parents=True)

    def put(self, place: str, content: object = "") -> Path:
        """Write a file below the root: ``home/…``, ``work/shop/…`` or ``system/…``; tables are written as JSON."""
        path = self.home.parent / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
        return path

    def user(self, name: str, content: object = "") -> Path:
        return self.put(f"home/{name}", content)

    def project(self, name: str, content: object = "") -> Path:
        return self.put(f"work/shop/{name}", content)

    def around(self, environment: Mapping[str, str] | None = None, **parts: Any) -> Surroundings:
        given: dict[str, Any] = {"platform": "linux", "system_root": self.system, **parts}
        return Surroundings(self.home, (self.work,), {"TMPDIR": "/var/tmp", **(environment or {})}, **given)

    def records(self, environment: Mapping[str, str] | None = None, **parts: Any) -> dict[str, AgentRecord]:
        return {one.surface: one for one in self.dialect.read(self.around(environment, **parts))}

    def one(self, environment: Mapping[str, str] | None = None, **parts: Any) -> AgentRecord:
        (record,) = self.dialect.read(self.around(environment, **parts))
        assert isinstance(record, AgentRecord)
        return record

    def named(self, **parts: Any) -> AgentRecord:
        return self.one(named=frozenset({self.dialect.ID}), **parts)

    def ask(self, record: AgentRecord, action: str, what: str) -> Verdict:
        verdict, evidence = self.dialect.decide(record, action, what, record.workspace)
        assert isinstance(verdict, Verdict)
        assert all(held.sentence for held in evidence)
        return verdict

    def run(self, record: AgentRecord, line: str) -> Verdict:
        return self.ask(record, "run", line)

    def reads(self, record: AgentRecord, path: str) -> Verdict:
        return self.ask(record, "read", path)

    def why(self, record: AgentRecord, action: str, what: str) -> tuple[str, int]:
        evidence = self.dialect.decide(record, action, what, record.workspace)[1][0]
        return evidence.file, evidence.line


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """A desk for the dialect that the test module names ``dialect``."""
    return Desk(tmp_path, request.module.dialect)
