"""The ways to a credential that need no file: variables that commands inherit, and MCP servers that read or hold it."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from auditor.agents.places import Place, Route, grounds, standing, strength, under
from auditor.agents.routes import boundary, command
from auditor.model.agent import AgentRecord, CommandClass, EnvMode, EnvReach, Evidence, McpServer, Verdict
from auditor.model.exposure import Means

# What a minimal environment keeps: enough for a program to find its home, its tongue and its terminal.
_MINIMAL = (
    *("HOME", "PATH", "LANG", "LC_*", "SHELL", "USER", "LOGNAME", "USERNAME"),
    *("TERM", "TMPDIR", "TMP", "TEMP", "PWD"),
)


def environment(record: AgentRecord, place: Place) -> Route | None:
    """The route through the environment of commands; None when the place is no variable and fills none."""
    carried = _carrier(record, place)
    if carried is None:
        return None
    said, explicit, evidence = carried
    held = grounds(
        evidence,
        record.env.evidence,
        default=Evidence(key="env", value=record.env.shell.value, note="built-in default: commands inherit it"),
    )
    if not (explicit or _passes(record.env, record.env.shell, place.name)):
        stop = f"the environment of commands leaves out {place.name}"
        return Route(Means.NONE, "environment", stop, unattended=False, evidence=held)
    verdict = max((command(record, one).verdict for one in CommandClass), key=strength)
    if verdict is Verdict.DENY:
        stop = "no command runs that could inherit the variable"
        return Route(Means.NONE, "environment", stop, unattended=False, evidence=held)
    return Route(Means.INHERITED, "environment", said + _left[verdict], verdict is not Verdict.ASK, held)


_left = {
    Verdict.ALLOW: "; nothing is left in between",
    Verdict.CLASSIFIED: "; only a model judges what a command does with it",
    Verdict.ASK: "; a human approves each command, and every approved one holds it",
}


def servers(record: AgentRecord, place: Place) -> tuple[Route, ...]:
    """One route per MCP server that holds the credential, reads the place or runs commands, in the record's order."""
    routes = []
    for server in record.mcp:
        how = _how(record, place, server)
        if how:
            routes.append(_served(server, how))
    return tuple(routes)


def holds(server: McpServer, place: Place) -> bool:
    """Whether the credential stands in the server's own entry, or is a variable the entry names."""
    if place.kind == "variable":
        return place.name in server.secret_keys
    same_file = posixpath.basename(server.evidence.file) == posixpath.basename(place.shown)
    return same_file and bool(server.evidence.file) and f".{server.name}." in f".{place.context}."


def runs_commands(server: McpServer) -> bool:
    """Whether the server's tools start programs of the model's choice."""
    return "run-commands" in server.abilities


def _served(server: McpServer, how: str) -> Route:
    name = f"MCP server {server.name}"
    if server.auto_approved == "no":
        said = f"a human is asked before each call of {name}, which {how}"
        return Route(Means.WITH_APPROVAL, name, said, unattended=False, evidence=(server.evidence,))
    tools = "some of its tools are" if server.auto_approved == "some" else "its tools are"
    said = f"nothing: {name} {how}, and {tools} approved beforehand"
    return Route(Means.VIA_MCP, name, said, unattended=True, evidence=(server.evidence,))


def _how(record: AgentRecord, place: Place, server: McpServer) -> str:
    """How a server gets at the place as the end of a sentence; empty when it does not."""
    if holds(server, place):
        return "holds the credential itself"
    if place.kind == "variable":
        inherits = runs_commands(server) and _passes(record.env, record.env.mcp, place.name)
        return "inherits the variable and runs commands" if inherits else ""
    if place.kind == "nowhere" or (server.sandboxed and boundary(record, place) is not None):
        return ""
    if runs_commands(server):
        return "runs commands outside the agent's own rules"
    reads = "read-files" in server.abilities and place.kind == "file"
    given = not server.roots or under(place.path, server.roots)
    return "reads this file outside the agent's own rules" if reads and given else ""


def _carrier(record: AgentRecord, place: Place) -> tuple[str, bool, tuple[Evidence, ...]] | None:
    """How a place gets into the environment: the sentence's start, whether by name, and what says so."""
    injected = next((one for one in record.env.injected if one.name == place.name), None)
    if place.kind == "variable":
        if injected is not None:
            return f"{standing(injected.evidence)} hands {place.name} to every command", True, (injected.evidence,)
        return f"commands inherit {place.name} from the launch environment", False, ()
    if place.kind != "file":
        return None
    if injected is not None and injected.literal and injected.evidence.file == place.shown:
        return f"{place.shown} puts {place.name} into the environment of commands", True, (injected.evidence,)
    if place.path in record.env.dotenv:
        return f"{place.shown} is loaded into the agent's own environment", False, ()
    return None


def _passes(env: EnvReach, mode: EnvMode, name: str) -> bool:
    """Whether an environment keeps a name: globs as the dialect gave them, ``kept`` before ``removed``."""
    if mode is EnvMode.ALL:
        return True
    if mode is EnvMode.NONE:
        return False
    if _listed(name, env.kept):
        return True
    return _listed(name, _MINIMAL) if mode is EnvMode.MINIMAL else not _listed(name, env.removed)


def _listed(name: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
