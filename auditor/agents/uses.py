"""Whether an agent can act with a credential: commands that carry it, the network they reach, servers that hold it."""

from __future__ import annotations

from enum import IntEnum
from fnmatch import fnmatchcase

from auditor.agents.handovers import holds, runs_commands
from auditor.agents.places import Place, strength
from auditor.agents.routes import command
from auditor.model.agent import (
    AgentRecord,
    Approval,
    CommandClass,
    CommandVerdict,
    Evidence,
    McpServer,
    NetworkMode,
    Verdict,
)
from auditor.model.exposure import Means, Use
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

# Hosts on which anybody may keep anything: an allow-list with one of them lets data out, whoever the provider is.
_ANYBODYS = (
    "gist.github.com",
    "api.github.com",
    "raw.githubusercontent.com",
    "storage.googleapis.com",
    "s3.amazonaws.com",
    "pastebin.com",
)
_PORT = lazy_pattern(r":\d+$")


class _Net(IntEnum):
    """How far a command gets towards the provider."""

    NONE = 0
    ASKED = 1
    REACHED = 2


@frozen
class Used:
    """What the agent can do with the value once it has it, whether the provider is reachable, and what says so."""

    use: Use
    network: str
    evidence: tuple[Evidence, ...]


def use_of(
    record: AgentRecord, place: Place, provider: str, hosts: tuple[str, ...], *, means: Means, unattended: bool
) -> Used:
    """The best use of a credential of ``provider`` (reached at ``hosts``, empty when unknown).

    ``means`` is how the agent gets at it: what is only read with a human's yes (not ``unattended``) is only used so.
    """
    level, network, evidence = _network(record, hosts)
    carried = _carrier(record)
    use = _by_command(carried.verdict, level, record.approval)
    served = _by_server(record, place, provider, level)
    if served is not None and served[0] > use:
        server = served[1]
        use, network = served[0], f"MCP server {server.name} speaks to the provider itself"
        evidence = (server.evidence,)
    elif use > Use.NONE:
        evidence = (*carried.evidence, *evidence)
    else:
        network, evidence = "no command runs that could reach the provider", carried.evidence
    return Used(_capped(use, means, unattended=unattended), network, evidence)


def _capped(use: Use, means: Means, *, unattended: bool) -> Use:
    if means is Means.NONE:
        return Use.NONE
    return use if unattended else min(use, Use.WITH_APPROVAL)


def _carrier(record: AgentRecord) -> CommandVerdict:
    """The weakest gate on a command that can carry the value out: a network tool, or any program."""
    tried = (command(record, one) for one in (CommandClass.NETWORK, CommandClass.PROCESS))
    return max(tried, key=lambda one: strength(one.verdict))


def _by_command(verdict: Verdict, level: _Net, approval: Approval) -> Use:
    if verdict is Verdict.DENY:
        return Use.NONE
    if level is _Net.NONE:
        return Use.LOCAL_ONLY
    use = {Verdict.ALLOW: Use.FREE, Verdict.CLASSIFIED: Use.RISK_BASED}.get(verdict, Use.WITH_APPROVAL)
    if level is _Net.REACHED or approval is Approval.NEVER:
        return use
    return min(use, Use.RISK_BASED if approval is Approval.RISK_BASED else Use.WITH_APPROVAL)


def _by_server(record: AgentRecord, place: Place, provider: str, level: _Net) -> tuple[Use, McpServer] | None:
    """The best use through an MCP server: one that holds it, one for the provider, one that runs commands."""
    found = []
    for server in record.mcp:
        acts = holds(server, place) or f"provider:{provider}" in server.abilities
        runs = runs_commands(server) and (not server.sandboxed or level is _Net.REACHED)
        if acts or runs:
            found.append((Use.WITH_APPROVAL if server.auto_approved == "no" else Use.FREE, server))
    return max(found, key=lambda one: one[0], default=None)


def _network(record: AgentRecord, hosts: tuple[str, ...]) -> tuple[_Net, str, tuple[Evidence, ...]]:
    """How far commands get, in words, and what says so."""
    evidence = (*record.network.evidence, *record.sandbox.evidence)
    level, said = _declared(record, hosts)
    boxed = record.sandbox.kind != "none" and "shell" in record.sandbox.covers
    if boxed and record.sandbox.network == "blocked":
        level, said = _Net.NONE, "the sandbox has no network"
    if level is not _Net.REACHED:
        if record.sandbox.escape == "auto":
            return _Net.REACHED, f"{said}, but a failed command is run again outside the sandbox", evidence
        if record.sandbox.escape == "ask":
            return _Net.ASKED, f"{said}; a human may let a command run outside the sandbox", evidence
    return level, said, evidence


def _declared(record: AgentRecord, hosts: tuple[str, ...]) -> tuple[_Net, str]:
    network = record.network
    if network.mode is NetworkMode.NONE:
        return _Net.NONE, "commands have no network"
    open_hosts = tuple(host for host in hosts if not _listed(host, network.denied))
    if hosts and not open_hosts:
        return _Net.NONE, f"{hosts[0]} is on the deny-list"
    if network.mode is NetworkMode.FREE:
        return _Net.REACHED, f"nothing stops a command from reaching {open_hosts[0] if hosts else 'the provider'}"
    admitted = next((host for host in open_hosts or _anybodys(hosts) if _listed(host, network.hosts)), "")
    if admitted:
        return _Net.REACHED, f"the allow-list lets commands reach {admitted}"
    if network.mode is NetworkMode.ASK:
        return _Net.ASKED, "a human is asked before a command reaches a new host"
    return _Net.NONE, f"the allow-list leaves out {hosts[0] if hosts else 'the provider, as far as is known'}"


def _anybodys(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Stand-ins for a provider whose hosts are unknown."""
    return () if hosts else _ANYBODYS


def _listed(host: str, patterns: tuple[str, ...]) -> bool:
    """Whether a host, itself perhaps ``*.example.com``, falls under one of the patterns."""
    plain = _plain(host)
    return any(fnmatchcase(plain, _plain(pattern)) for pattern in patterns)


def _plain(host: str) -> str:
    """A host or pattern without scheme, path and port, in lower case."""
    return _PORT.sub("", host.partition("://")[2].partition("/")[0] or host.partition("/")[0]).lower()
