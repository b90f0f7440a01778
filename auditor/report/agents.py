"""The effective permissions of the agents here: each with the file and line that set it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TextIO

from auditor.model.agent import AgentRecord, Evidence, Verdict
from auditor.report import document
from auditor.report.plain import printable


def show(records: Sequence[AgentRecord], stream: TextIO, *, as_json: bool) -> None:
    """Write all ``records`` to ``stream`` as text or JSON."""
    if as_json:
        stream.write(json.dumps([document.agent(record) for record in records], indent=2, ensure_ascii=False) + "\n")
        return
    stream.write("\n\n".join("\n".join(_lines(record)) for record in records) + "\n")


def _lines(record: AgentRecord) -> Iterator[str]:
    how = "assumed; no file of it was seen" if record.assumed else f"confidence {record.confidence}"
    yield f"{record.name} · {record.surface} · {how}"
    yield from _fact("reads", f"{record.read.base.value}; outside: {record.read.outside.value}", record.read.evidence)
    for rule in record.read.rules:
        if rule.effect is Verdict.DENY:
            says = f"{rule.original} (binds: {rule.enforced_for.value})"
            yield from _fact("denied", says, (rule.evidence,))
    yield from _fact("runs", _mode(record), record.exec.evidence)
    for verdict in record.exec.verdicts:
        example = f" · {printable(verdict.example)}" if verdict.example else ""
        yield from _fact(f"  {verdict.command_class.value}", f"{verdict.verdict.value}{example}", verdict.evidence)
    yield from _fact("network", record.network.mode.value, record.network.evidence)
    yield from _fact("sandbox", _sandbox(record), record.sandbox.evidence)
    yield from _fact("env", f"shell {record.env.shell.value}, MCP {record.env.mcp.value}", record.env.evidence)
    yield from _fact("approval", record.approval.value, record.approval_removers)
    for server in record.mcp:
        says = f"{server.name}: {server.transport}, tools approved without asking: {server.auto_approved}"
        yield from _fact("mcp", says, (server.evidence,))
    for source in record.sources:
        if source.problem:
            yield f"  problem   {printable(source.path)}: {printable(source.problem)}"
    for note in record.notes:
        yield f"  not seen  {printable(note)}"


def _mode(record: AgentRecord) -> str:
    best = record.exec.best
    return record.exec.mode.value + (f" (at best: {best.value})" if best and best is not record.exec.mode else "")


def _sandbox(record: AgentRecord) -> str:
    box = record.sandbox
    if box.kind == "none":
        return "none"
    covers = ", ".join(box.covers) or "nothing"
    return f"{box.kind}, covers {covers}; reads {box.reads}, network {box.network}, escape {box.escape}"


def _fact(label: str, says: str, evidence: Sequence[Evidence]) -> Iterator[str]:
    yield f"  {label:<9} {printable(says)}"
    for one in evidence:
        yield f"            ← {printable(one.sentence)}"
