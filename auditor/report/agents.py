"""The effective permissions of the agents here: each with the file and line that set it, and what files cannot tell."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import TextIO

from auditor.model.agent import (
    AgentRecord,
    CommandClass,
    EnforcedFor,
    EnvMode,
    Evidence,
    ExecMode,
    Honoured,
    McpServer,
    NetworkMode,
    OnOutside,
    ReadBase,
    Verdict,
)
from auditor.report import document, layout
from auditor.report.layout import Line
from auditor.report.plain import printable
from auditor.report.words import listed

_READS = {
    ReadBase.NOTHING: "nothing unasked",
    ReadBase.SANDBOXED: "the files its sandbox shows",
    ReadBase.WORKSPACE: "the workspace",
    ReadBase.ROOTS: "the workspace and the folders it is given",
    ReadBase.HOME: "the whole home",
    ReadBase.FILESYSTEM: "the whole disk",
}
_OUTSIDE = {OnOutside.DENY: "; nothing else", OnOutside.ASK: "; asks beyond", OnOutside.FREE: "; and beyond unasked"}
_BINDS = {
    EnforcedFor.INDEX: "the index only",
    EnforcedFor.TOOL: "the file tool only",
    EnforcedFor.KNOWN_SHELL: "the file tool and known readers such as cat, no other program",
    EnforcedFor.OS_COMMANDS: "every command, not the file tool",
    EnforcedFor.OS: "the file tool and every command",
}
_RUNS = {
    ExecMode.NONE: "no commands",
    ExecMode.ASK: "commands after a human said yes",
    ExecMode.ALLOW_LIST: "listed commands unasked, others after a human said yes",
    ExecMode.RISK_BASED: "commands that a classifier lets pass",
    ExecMode.FREE: "any command unasked",
}
_VERDICTS = {
    Verdict.ALLOW: "runs unasked",
    Verdict.CLASSIFIED: "is judged by a model",
    Verdict.ASK: "asks a human",
    Verdict.DENY: "is refused",
}
_CLASSES = {
    CommandClass.READER: "a file reader",
    CommandClass.PROCESS: "any program",
    CommandClass.NETWORK: "a network tool",
}
_NETWORKS = {
    NetworkMode.NONE: "none",
    NetworkMode.ASK: "a human is asked for each new host",
    NetworkMode.ALLOW_LIST: "listed hosts",
    NetworkMode.FREE: "every host",
}
_ENVIRONMENTS = {
    EnvMode.NONE: "nothing of it",
    EnvMode.MINIMAL: "the bare minimum",
    EnvMode.FILTERED: "what its filter leaves",
    EnvMode.ALL: "the whole environment",
}
_APPROVED = {"no": "each call is asked for", "some": "some tools run unasked", "all": "all tools run unasked"}
_HONOURED = {
    Honoured.NO: "has no effect",
    Honoured.IF_TRUSTED: "counts once the folder is trusted",
    Honoured.UNKNOWN: "may or may not count",
}
_LABEL = 13
_MANY_HOSTS = 4


def render(records: Sequence[AgentRecord], *, width: int = layout.PLAIN_WIDTH) -> str:
    """Return all ``records`` as plain text of at most ``width`` columns."""
    return layout.plain(_lines(records, width))


def show(records: Sequence[AgentRecord], stream: TextIO, *, as_json: bool) -> None:
    """Write all ``records`` to ``stream`` as text or JSON."""
    if as_json:
        stream.write(json.dumps([document.agent(record) for record in records], indent=2, ensure_ascii=False) + "\n")
        return
    layout.show(_lines(records, layout.width_of(stream, os.environ)), stream)


def _lines(records: Sequence[AgentRecord], width: int) -> Iterator[Line]:
    if not records:
        yield (("No agent was looked for.", ""),)
    several = len({record.workspace for record in records}) > 1
    for number, record in enumerate(records):
        if number:
            yield ()
        yield from _Sheet(record, width).lines(several=several)


class _Sheet:
    """One agent on one surface, as labelled lines, each statement followed by what says so."""

    def __init__(self, record: AgentRecord, width: int) -> None:
        self._record = record
        self._width = width

    def lines(self, *, several: bool) -> Iterator[Line]:
        record = self._record
        known = "assumed: no file of it was seen" if record.assumed else f"{record.confidence} confidence"
        version = f" {printable(record.version)}" if record.version else ""
        yield ((f"{printable(record.name)}{version}", "bold"), (f" · {record.surface} · {known}", "dim"))
        if several:
            yield from self._fact("workspace", record.workspace)
        yield from self._reading()
        yield from self._running()
        yield from self._reaching()
        yield from self._serving()
        yield from self._keeping()
        for source in record.sources:
            said = "; ".join(one for one in (_HONOURED.get(source.honoured, ""), source.problem) if one)
            if said:
                yield from self._fact("file", f"{source.path}: {said}")
        yield from self._list("cannot tell", record.notes, style="yellow")

    def _reading(self) -> Iterator[Line]:
        read = self._record.read
        free = read.base is ReadBase.FILESYSTEM
        yield from self._fact("reads", _READS[read.base] + ("" if free else _OUTSIDE[read.outside]), read.evidence)
        if read.shell_base is not read.base and self._record.exec.mode is not ExecMode.NONE:
            yield from self._fact("", f"its commands: {_READS[read.shell_base]}")
        denied = [rule for rule in read.rules if rule.effect is Verdict.DENY]
        for original, binds in dict.fromkeys((rule.original, rule.enforced_for) for rule in denied):
            held = [rule.evidence for rule in denied if (rule.original, rule.enforced_for) == (original, binds)]
            yield from self._fact("denied", f"{original} · binds {_BINDS[binds]}", held)

    def _running(self) -> Iterator[Line]:
        record = self._record
        best = record.exec.best
        other = f"; at best {_RUNS[best]}" if best and best is not record.exec.mode else ""
        yield from self._fact("runs", _RUNS[record.exec.mode] + other, record.exec.evidence)
        for verdict in record.exec.verdicts:
            example = f", such as `{verdict.example}`," if verdict.example else ""
            says = f"{_CLASSES[verdict.command_class]}{example} {_VERDICTS[verdict.verdict]}"
            yield from self._fact("", says, [one for one in verdict.evidence if one not in record.exec.evidence])
        yield from self._list("stops asking", [one.sentence for one in record.approval_removers])
        yield from self._fact("sandbox", _sandbox(record), record.sandbox.evidence)

    def _reaching(self) -> Iterator[Line]:
        record = self._record
        hosts = list(record.network.hosts)
        more = f" and {len(hosts) - _MANY_HOSTS} more" if len(hosts) > _MANY_HOSTS else ""
        shown = f": {', '.join(hosts[:_MANY_HOSTS])}{more}" if hosts else ""
        yield from self._fact("network", _NETWORKS[record.network.mode] + shown, record.network.evidence)
        yield from self._fact("hands on", f"{_ENVIRONMENTS[record.env.shell]} to commands", record.env.evidence)
        if record.env.mcp is not record.env.shell and record.mcp:
            yield from self._fact("", f"{_ENVIRONMENTS[record.env.mcp]} to MCP servers")
        for one in record.env.injected:
            yield from self._fact("adds", f"{one.name} to the environment", (one.evidence,))
        for path in record.env.dotenv:
            yield from self._fact("loads", f"{path} into the environment")

    def _serving(self) -> Iterator[Line]:
        for server in self._record.mcp:
            yield from self._fact("MCP server", _server(server), (server.evidence,))

    def _keeping(self) -> Iterator[Line]:
        record = self._record
        by_days: dict[int | None, list[str]] = {}
        for one in record.logging.transcripts:
            by_days.setdefault(one.retention_days, []).append(one.path)
        for days, paths in by_days.items():
            yield from self._fact("keeps", ", ".join(paths) + (f" ({days} days)" if days else ""))
        yield from self._list("hooks", [hook.sentence for hook in record.hooks])

    def _list(self, label: str, sentences: Sequence[str], style: str = "") -> Iterator[Line]:
        for number, sentence in enumerate(dict.fromkeys(sentences)):
            yield from self._fact("" if number else label, sentence, style=style)

    def _fact(self, label: str, says: str, evidence: Sequence[Evidence] = (), style: str = "") -> Iterator[Line]:
        column = 2 + _LABEL
        yield from layout.block(f"  {label}", printable(says), width=self._width, indent=column, style=style)
        for sentence in dict.fromkeys(one.sentence for one in evidence):
            head, *more = layout.wrap(printable(sentence), self._width - column - 2)
            yield ((" " * column, ""), (f"← {head}", "dim"))
            yield from (((" " * (column + 2), ""), (line, "dim")) for line in more)


def _sandbox(record: AgentRecord) -> str:
    box = record.sandbox
    if box.kind == "none":
        return "none"
    escape = {"ask": "a human may let a command out", "auto": "a failed command is run again outside"}
    told = [
        f"{box.kind} around {listed(box.covers) or 'nothing'}",
        f"reads {box.reads}",
        f"network {box.network}",
        escape.get(box.escape, "no way out"),
    ]
    return "; ".join([*told, "without its tools commands run outside"] if box.fail_open else told)


def _server(server: McpServer) -> str:
    told = [f"{server.name} ({server.transport})", _APPROVED.get(server.auto_approved, server.auto_approved)]
    told += [f"can {listed(server.abilities)}"] if server.abilities else []
    told += ["holds a credential in plain text"] if server.literal_secret else []
    told += ["its version is not pinned"] if server.unpinned else []
    told += ["starts before the folder is trusted"] if server.started_without_trust else []
    return "; ".join(told)
