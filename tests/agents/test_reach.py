"""How one agent gets at one sighting: every route, every barrier, and the order between them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.agents import copilot_vscode, cursor, gemini, generic
from auditor.agents.reach import derive, order, rank, worst
from auditor.agents.surroundings import Surroundings
from auditor.model import (
    AgentRecord,
    Approval,
    Assessment,
    CommandClass,
    CommandVerdict,
    Confidence,
    Credential,
    EnforcedFor,
    EnvMode,
    EnvReach,
    Evidence,
    ExecMode,
    ExecReach,
    FileRule,
    InjectedVariable,
    Lifetime,
    LifetimeKind,
    Location,
    McpServer,
    Means,
    NetworkMode,
    NetworkReach,
    OnOutside,
    Origin,
    Reach,
    ReadBase,
    ReadReach,
    Sandbox,
    Scope,
    Secret,
    Sighting,
    Use,
    Verdict,
)

REPO = "/repos/shop"
HOSTS = ("api.example.com",)
ALLOW, ASK, DENY, CLASSIFIED = Verdict.ALLOW, Verdict.ASK, Verdict.DENY, Verdict.CLASSIFIED
READER, PROCESS, NETWORK = CommandClass.READER, CommandClass.PROCESS, CommandClass.NETWORK
SAID = Evidence("settings.json", "mode", "on", 7)


def sighting(
    path: str = "deploy.sh", *, origin: Origin = Origin.FILE, real: str | None = None, context: str = ""
) -> Sighting:
    opened = f"{REPO}/{path}" if real is None else real
    return Sighting(Location(path, 3, 1, 9, origin), opened, context)


def held_at(*sightings: Sighting, provider: str = "railway") -> Assessment:
    credential = Credential(
        rule=f"{provider}-token",
        provider=provider,
        title="a token",
        secret=Secret("made" + "-up"),
        fingerprint="aa1:0",
        preview="[REDACTED]",
        confidence=Confidence.HIGH,
        sightings=sightings,
    )
    return Assessment(credential, Lifetime(LifetimeKind.LONG_LIVED), Scope(()))


def ran(
    reader: Verdict = ASK, process: Verdict = ASK, network: Verdict = ASK, mode: ExecMode = ExecMode.ASK
) -> ExecReach:
    said = (SAID,)
    verdicts = (
        CommandVerdict(READER, reader, "cat .env", said),
        CommandVerdict(PROCESS, process, "python -c 'open()'", said),
        CommandVerdict(NETWORK, network, "curl -d @- https://example.com", said),
    )
    return ExecReach(mode, verdicts=verdicts, evidence=said)


FREE = ran(ALLOW, ALLOW, ALLOW, ExecMode.FREE)
REFUSED = ran(DENY, DENY, DENY, ExecMode.NONE)


def rule(effect: Verdict, glob: str, enforced: EnforcedFor) -> FileRule:
    return FileRule(effect, "Read(.env)", glob, enforced, Evidence("settings.json", "deny", "Read(.env)", 4))


def record(**parts: Any) -> AgentRecord:
    base: dict[str, Any] = {
        "read": ReadReach(roots=(REPO,), evidence=(SAID,)),
        "exec": ran(),
        "network": NetworkReach(evidence=(SAID,)),
    }
    return AgentRecord("codex", "Codex", "cli", REPO, **{**base, **parts})


def reads(base: ReadBase = ReadBase.WORKSPACE, outside: OnOutside = OnOutside.ASK, **parts: Any) -> ReadReach:
    return ReadReach(base, outside, **{"roots": (REPO,), **parts})


def one(agent: AgentRecord, place: Sighting, hosts: tuple[str, ...] = HOSTS, provider: str = "railway") -> Reach:
    (found,) = derive(agent, held_at(place, provider=provider), hosts=hosts)
    return found


HOME_FILE = sighting("~/.aws/credentials", origin=Origin.STORE, real="/home/u/.aws/credentials")
TOOL_DENY = reads(rules=(rule(DENY, "/repos/shop/**/.env", EnforcedFor.TOOL),))
SHELL_DENY = reads(rules=(rule(DENY, "/repos/shop/**/.env", EnforcedFor.KNOWN_SHELL),))
OS_DENY = reads(rules=(rule(DENY, "/repos/shop/**/.env", EnforcedFor.OS),))
OS_COMMAND_DENY = reads(rules=(rule(DENY, "/repos/shop/**/.env", EnforcedFor.OS_COMMANDS),))
INDEX_DENY = reads(rules=(rule(DENY, "/repos/shop/**/.env", EnforcedFor.INDEX),))
ENV_FILE = sighting(".env")
BOXED = Sandbox("process", ("shell",), reads="confined", evidence=(SAID,))

ROUTES = {
    "a file of the workspace": (record(), ENV_FILE, Means.DIRECT, "file tool"),
    "a home file, asked": (record(), HOME_FILE, Means.WITH_APPROVAL, "file tool"),
    "a home file, outside is free": (record(read=reads(outside=OnOutside.FREE)), HOME_FILE, Means.DIRECT, "file tool"),
    "a home file, the base is the disk": (
        record(read=reads(ReadBase.FILESYSTEM)),
        HOME_FILE,
        Means.DIRECT,
        "file tool",
    ),
    "a home file, the base is the home": (record(read=reads(ReadBase.HOME)), HOME_FILE, Means.DIRECT, "file tool"),
    "a home file under a further root": (
        record(read=reads(ReadBase.ROOTS, OnOutside.DENY, roots=(REPO, "/home/u/.aws"))),
        HOME_FILE,
        Means.DIRECT,
        "file tool",
    ),
    "a further root is no part of the workspace": (
        record(read=reads(ReadBase.WORKSPACE, OnOutside.DENY, roots=(REPO, "/home/u/.aws")), exec=REFUSED),
        HOME_FILE,
        Means.NONE,
        "none",
    ),
    "a home file, refused everywhere": (
        record(read=reads(outside=OnOutside.DENY), exec=REFUSED),
        HOME_FILE,
        Means.NONE,
        "none",
    ),
    "a neighbour folder with the same prefix is outside": (
        record(read=reads(outside=OnOutside.DENY), exec=REFUSED),
        sighting("../shop-old/.env", real="/repos/shop-old/.env"),
        Means.NONE,
        "none",
    ),
    "outside, a model decides": (record(approval=Approval.RISK_BASED), HOME_FILE, Means.DIRECT, "file tool"),
    "outside, an allow rule": (
        record(read=reads(rules=(rule(ALLOW, "/home/u/.aws/**", EnforcedFor.TOOL),))),
        HOME_FILE,
        Means.DIRECT,
        "file tool",
    ),
    "inside, an ask rule": (
        record(read=reads(rules=(rule(ASK, "/repos/shop/.env", EnforcedFor.TOOL),))),
        ENV_FILE,
        Means.WITH_APPROVAL,
        "file tool",
    ),
    "deny beats allow": (
        record(read=reads(rules=(rule(ALLOW, "/**", EnforcedFor.TOOL), *TOOL_DENY.rules)), exec=REFUSED),
        ENV_FILE,
        Means.NONE,
        "none",
    ),
    "a tool deny does not bind cat": (record(read=TOOL_DENY, exec=FREE), ENV_FILE, Means.VIA_SHELL, "cat in the shell"),
    "a deny that binds cat does not bind python": (
        record(read=SHELL_DENY, exec=FREE),
        ENV_FILE,
        Means.VIA_SHELL,
        "any process in the shell",
    ),
    "a deny that binds cat, only cat allowed": (
        record(read=SHELL_DENY, exec=ran(ALLOW, ASK, ASK)),
        ENV_FILE,
        Means.WITH_APPROVAL,
        "any process in the shell",
    ),
    "an index rule binds nothing": (record(read=INDEX_DENY), ENV_FILE, Means.DIRECT, "file tool"),
    "an operating-system deny binds everything": (record(read=OS_DENY, exec=FREE), ENV_FILE, Means.NONE, "none"),
    "a command deny leaves the file tool": (
        record(read=OS_COMMAND_DENY, exec=FREE),
        ENV_FILE,
        Means.DIRECT,
        "file tool",
    ),
    "a deny with a way out that asks": (
        record(read=OS_DENY, exec=FREE, sandbox=replace(BOXED, escape="ask")),
        ENV_FILE,
        Means.WITH_APPROVAL,
        "cat in the shell",
    ),
    "a deny with a way out of itself": (
        record(read=OS_DENY, exec=FREE, sandbox=replace(BOXED, escape="auto")),
        ENV_FILE,
        Means.VIA_SHELL,
        "cat in the shell",
    ),
    "commands confined to folders": (
        record(
            read=reads(outside=OnOutside.DENY, shell_base=ReadBase.SANDBOXED, shell_roots=(REPO,)),
            exec=FREE,
            sandbox=BOXED,
        ),
        HOME_FILE,
        Means.NONE,
        "none",
    ),
    "an operating-system allow widens the folders": (
        record(
            read=reads(
                outside=OnOutside.DENY,
                shell_base=ReadBase.SANDBOXED,
                shell_roots=(REPO,),
                rules=(rule(ALLOW, "/home/u/.aws/**", EnforcedFor.OS_COMMANDS),),
            ),
            exec=FREE,
            sandbox=BOXED,
        ),
        HOME_FILE,
        Means.VIA_SHELL,
        "cat in the shell",
    ),
    "a model judges commands": (
        record(exec=ran(CLASSIFIED, CLASSIFIED, CLASSIFIED, ExecMode.RISK_BASED)),
        HOME_FILE,
        Means.VIA_SHELL,
        "cat in the shell",
    ),
    "no verdict, commands are free": (
        record(exec=ExecReach(ExecMode.FREE)),
        HOME_FILE,
        Means.VIA_SHELL,
        "cat in the shell",
    ),
    "no verdict, no command runs": (
        record(read=reads(outside=OnOutside.DENY), exec=ExecReach(ExecMode.NONE)),
        HOME_FILE,
        Means.NONE,
        "none",
    ),
    "curl alone opens files too": (
        record(read=TOOL_DENY, exec=ran(DENY, DENY, ALLOW)),
        ENV_FILE,
        Means.VIA_SHELL,
        "any process in the shell",
    ),
    "a staged blob": (
        record(exec=ran(ALLOW)),
        sighting(".env", origin=Origin.INDEX, real="0f" * 20),
        Means.VIA_SHELL,
        "git show in the shell",
    ),
    "a commit, deny rules on the path say nothing": (
        record(read=OS_DENY, exec=ran(ALLOW)),
        sighting(".env", origin=Origin.COMMIT, real=""),
        Means.VIA_SHELL,
        "git show in the shell",
    ),
    "a commit, commands are asked": (
        record(),
        sighting(".env", origin=Origin.COMMIT, real=""),
        Means.WITH_APPROVAL,
        "git show in the shell",
    ),
    "an archive is not text to a file tool": (
        record(exec=ran(ALLOW)),
        sighting("a.zip!.env", origin=Origin.ARCHIVE, real=f"{REPO}/a.zip"),
        Means.WITH_APPROVAL,
        "unpacking in the shell",
    ),
    "an archive, any process": (
        record(exec=FREE),
        sighting("a.zip!.env", origin=Origin.ARCHIVE, real=f"{REPO}/a.zip"),
        Means.VIA_SHELL,
        "unpacking in the shell",
    ),
    "standard input": (record(exec=FREE), sighting("-", origin=Origin.STDIN, real=""), Means.NONE, "none"),
    "a relative path stands in the workspace": (record(), sighting("deploy.sh", real=""), Means.DIRECT, "file tool"),
}


@pytest.mark.parametrize(("agent", "place", "means", "route"), ROUTES.values(), ids=ROUTES.keys())
def test_the_weakest_barrier_between_an_agent_and_a_place_is_told(
    agent: AgentRecord, place: Sighting, means: Means, route: str
) -> None:
    found = one(agent, place)

    assert (found.means, found.route) == (means, route)
    assert found.unattended is (means > Means.WITH_APPROVAL)
    assert found.barrier
    assert found.evidence or means is Means.NONE


def variable(name: str) -> Sighting:
    return sighting(f"${name}", origin=Origin.ENVIRONMENT, real="", context=name)


FILTER = EnvReach(EnvMode.FILTERED, removed=("*TOKEN*", "*SECRET*"), kept=("NPM_*",))
INJECTED = InjectedVariable("DEPLOY_TOKEN", literal=True, evidence=Evidence("settings.json", "env.DEPLOY_TOKEN", "", 9))
VARIABLES = {
    "everything is handed on": (EnvReach(), "DEPLOY_TOKEN", Means.INHERITED),
    "nothing is handed on": (EnvReach(EnvMode.NONE), "DEPLOY_TOKEN", Means.NONE),
    "nothing is handed on, whatever is kept": (EnvReach(EnvMode.NONE, kept=("*",)), "DEPLOY_TOKEN", Means.NONE),
    "the minimal set leaves it out": (EnvReach(EnvMode.MINIMAL), "DEPLOY_TOKEN", Means.NONE),
    "the minimal set holds the home": (EnvReach(EnvMode.MINIMAL), "HOME", Means.INHERITED),
    "the minimal set and a kept name": (EnvReach(EnvMode.MINIMAL, kept=("DEPLOY_*",)), "DEPLOY_TOKEN", Means.INHERITED),
    "a filter removes it": (FILTER, "DEPLOY_TOKEN", Means.NONE),
    "a filter passes other names": (FILTER, "DATABASE_URL", Means.INHERITED),
    "what is kept beats what is removed": (FILTER, "NPM_TOKEN", Means.INHERITED),
    "a filter minds case": (FILTER, "deploy_token", Means.INHERITED),
    "a name handed over by hand passes the filter": (
        replace(FILTER, injected=(INJECTED,)),
        "DEPLOY_TOKEN",
        Means.INHERITED,
    ),
}


@pytest.mark.parametrize(("env", "name", "means"), VARIABLES.values(), ids=VARIABLES.keys())
def test_a_variable_is_inherited_when_the_environment_of_commands_keeps_its_name(
    env: EnvReach, name: str, means: Means
) -> None:
    found = one(record(env=env, exec=FREE), variable(name))

    assert found.means is means
    assert found.unattended is (means is Means.INHERITED)
    assert found.use is (Use.FREE if means is Means.INHERITED else Use.NONE)


def test_an_inherited_variable_waits_for_a_human_where_every_command_asks() -> None:
    found = one(record(), variable("DEPLOY_TOKEN"))

    assert (found.means, found.use, found.unattended) == (Means.INHERITED, Use.WITH_APPROVAL, False)
    assert "approves each command" in found.barrier


def test_a_variable_is_out_of_reach_where_no_command_runs() -> None:
    found = one(record(exec=REFUSED), variable("DEPLOY_TOKEN"))

    assert (found.means, found.use) == (Means.NONE, Use.NONE)
    assert found.barrier == "no command runs that could inherit the variable"


def test_a_loaded_env_file_is_inherited_even_where_the_file_tool_refuses_it() -> None:
    loading = record(read=TOOL_DENY, env=EnvReach(dotenv=(f"{REPO}/.env",)))

    found = one(loading, sighting(".env", context="DEPLOY_TOKEN"))

    assert found.means is Means.INHERITED
    assert "loaded into the agent's own environment" in found.barrier


def test_a_filter_on_names_also_holds_for_a_loaded_env_file() -> None:
    loading = record(read=OS_DENY, exec=FREE, env=replace(FILTER, dotenv=(f"{REPO}/.env",)))

    assert one(loading, sighting(".env", context="DEPLOY_TOKEN")).means is Means.NONE
    assert one(loading, sighting(".env", context="DATABASE_URL")).means is Means.INHERITED


def test_a_literal_value_in_an_env_map_is_in_the_environment_of_commands() -> None:
    agent = record(read=reads(outside=OnOutside.DENY), env=EnvReach(EnvMode.NONE, injected=(INJECTED,)))
    stands = sighting(
        "settings.json", origin=Origin.AGENT_CONFIG, real="/home/u/settings.json", context="env.DEPLOY_TOKEN"
    )
    elsewhere = replace(stands, location=replace(stands.location, path="other.json"))

    assert one(agent, stands).means is Means.INHERITED
    assert one(agent, elsewhere).means is Means.WITH_APPROVAL


def server(name: str = "fs", **parts: Any) -> McpServer:
    return McpServer(name, "stdio", "npx server", Evidence(".mcp.json", f"mcpServers.{name}", "", 2), **parts)


READS = server(abilities=("read-files",), roots=("/home/u",), auto_approved="all")
LOCKED = record(read=reads(outside=OnOutside.DENY), exec=REFUSED)
SERVERS = {
    "approved and given the folder": (READS, Means.VIA_MCP),
    "some tools approved count as approved": (replace(READS, auto_approved="some"), Means.VIA_MCP),
    "each call is asked": (replace(READS, auto_approved="no"), Means.WITH_APPROVAL),
    "given another folder": (replace(READS, roots=("/srv",)), Means.NONE),
    "given no folder it takes all": (replace(READS, roots=()), Means.VIA_MCP),
    "runs commands": (replace(READS, abilities=("run-commands",), roots=("/srv",)), Means.VIA_MCP),
    "fetches only": (replace(READS, abilities=("network",)), Means.NONE),
}


@pytest.mark.parametrize(("held", "means"), SERVERS.values(), ids=SERVERS.keys())
def test_a_server_reads_what_the_agent_itself_may_not(held: McpServer, means: Means) -> None:
    found = one(replace(LOCKED, mcp=(held,)), HOME_FILE)

    assert found.means is means
    assert means is Means.NONE or found.route == "MCP server fs"
    assert means is Means.NONE or held.evidence in found.evidence


@pytest.mark.parametrize(("sandboxed", "means"), [(False, Means.VIA_MCP), (True, Means.NONE)])
def test_a_sandboxed_server_respects_a_deny_of_the_sandbox(sandboxed: bool, means: Means) -> None:
    held = replace(READS, roots=(REPO,), sandboxed=sandboxed)

    assert one(record(read=OS_DENY, exec=REFUSED, mcp=(held,)), ENV_FILE).means is means


def test_an_approved_server_that_holds_the_credential_uses_it_unasked() -> None:
    railway = server("railway", secret_keys=("RAILWAY_TOKEN",), auto_approved="all")
    stands = sighting(
        ".mcp.json",
        origin=Origin.AGENT_CONFIG,
        real="/home/u/.mcp.json",
        context="mcpServers.railway.env.RAILWAY_TOKEN",
    )

    found = one(replace(LOCKED, mcp=(railway,)), stands)

    assert (found.means, found.use, found.unattended) == (Means.VIA_MCP, Use.FREE, True)
    assert "holds the credential itself" in found.barrier


def test_a_server_of_the_same_name_in_another_file_holds_nothing() -> None:
    stands = sighting("other.json", real="/home/u/other.json", context="mcpServers.railway.env.RAILWAY_TOKEN")

    assert one(replace(LOCKED, mcp=(server("railway", auto_approved="all"),)), stands).means is Means.NONE


def test_a_variable_that_a_server_names_is_held_by_it_though_commands_do_not_inherit_it() -> None:
    railway = server("railway", secret_keys=("RAILWAY_TOKEN",), auto_approved="all")

    found = one(record(env=EnvReach(EnvMode.NONE), mcp=(railway,)), variable("RAILWAY_TOKEN"))

    assert (found.means, found.use) == (Means.VIA_MCP, Use.FREE)


def test_a_server_that_runs_commands_inherits_what_the_shell_filter_removes() -> None:
    shell = server("shell", abilities=("run-commands",), auto_approved="all")
    filtered = EnvReach(EnvMode.FILTERED, removed=("*",), mcp=EnvMode.ALL)

    assert one(record(env=filtered, mcp=(shell,)), variable("RAILWAY_TOKEN")).means is Means.VIA_MCP
    narrow = replace(filtered, mcp=EnvMode.MINIMAL)
    assert one(record(env=narrow, mcp=(shell,)), variable("RAILWAY_TOKEN")).means is Means.NONE


def test_an_unasked_detour_is_told_beside_a_route_that_asks() -> None:
    shell = server("shell", abilities=("run-commands",), auto_approved="all")

    found = one(record(mcp=(shell,)), variable("RAILWAY_TOKEN"))

    assert (found.means, found.unattended, found.use) == (Means.INHERITED, True, Use.FREE)
    assert "approves each command" in found.barrier
    assert "yet through MCP server shell: nothing" in found.barrier


@pytest.mark.parametrize(("provider", "use"), [("railway", Use.FREE), ("github", Use.WITH_APPROVAL)])
def test_an_approved_server_of_the_provider_acts_unasked(provider: str, use: Use) -> None:
    held = server("railway", abilities=("provider:railway",), auto_approved="all")

    assert one(record(mcp=(held,)), ENV_FILE, provider=provider).use is use


LISTED = NetworkReach(NetworkMode.ALLOW_LIST, ("*.example.com",))
OFF = replace(BOXED, network="blocked")
USES = {
    "free commands, free network": (record(exec=FREE), HOSTS, Use.FREE),
    "asked commands": (record(), HOSTS, Use.WITH_APPROVAL),
    "a model judges": (record(exec=ran(ASK, CLASSIFIED, ASK)), HOSTS, Use.RISK_BASED),
    "refused commands": (record(exec=REFUSED), HOSTS, Use.NONE),
    "nobody is there to ask, and nothing says that commands are refused": (
        record(exec=ExecReach(), approval=Approval.NEVER),
        HOSTS,
        Use.FREE,
    ),
    "an explicit question stays one where nothing else is asked": (
        record(approval=Approval.NEVER),
        HOSTS,
        Use.WITH_APPROVAL,
    ),
    "refused, and nobody is there to ask": (record(exec=REFUSED, approval=Approval.NEVER), HOSTS, Use.NONE),
    "only readers are free": (record(exec=ran(ALLOW, DENY, DENY)), HOSTS, Use.NONE),
    "an interpreter is enough": (record(exec=ran(ASK, ALLOW, ASK)), HOSTS, Use.FREE),
    "free commands, no network": (record(exec=FREE, network=NetworkReach(NetworkMode.NONE)), HOSTS, Use.LOCAL_ONLY),
    "asked commands, no network": (record(network=NetworkReach(NetworkMode.NONE)), HOSTS, Use.LOCAL_ONLY),
    "new hosts are asked": (record(exec=FREE, network=NetworkReach(NetworkMode.ASK)), HOSTS, Use.WITH_APPROVAL),
    "new hosts are asked, this one is known": (
        record(exec=FREE, network=replace(LISTED, mode=NetworkMode.ASK)),
        HOSTS,
        Use.FREE,
    ),
    "new hosts are judged": (
        record(exec=FREE, network=NetworkReach(NetworkMode.ASK), approval=Approval.RISK_BASED),
        HOSTS,
        Use.RISK_BASED,
    ),
    "a listed host": (record(exec=FREE, network=LISTED), HOSTS, Use.FREE),
    "a wildcard leaves out the bare name": (record(exec=FREE, network=LISTED), ("example.com",), Use.LOCAL_ONLY),
    "one of several hosts is enough": (record(exec=FREE, network=LISTED), ("example.org", "a.example.com"), Use.FREE),
    "a host that is itself a wildcard": (record(exec=FREE, network=LISTED), ("*.example.com",), Use.FREE),
    "ports and case do not matter": (
        record(exec=FREE, network=replace(LISTED, hosts=("API.Example.com:443",))),
        HOSTS,
        Use.FREE,
    ),
    "a host left out": (record(exec=FREE, network=LISTED), ("example.org",), Use.LOCAL_ONLY),
    "an unknown host, a narrow list": (record(exec=FREE, network=LISTED), (), Use.LOCAL_ONLY),
    "an unknown host, anybody's host": (
        record(exec=FREE, network=replace(LISTED, hosts=("*.googleapis.com",))),
        (),
        Use.FREE,
    ),
    "a denied host": (record(exec=FREE, network=NetworkReach(denied=("*.example.com",))), HOSTS, Use.LOCAL_ONLY),
    "a denied host on the allow-list": (
        record(exec=FREE, network=replace(LISTED, denied=("api.example.com",))),
        HOSTS,
        Use.LOCAL_ONLY,
    ),
    "a sandbox without network": (record(exec=FREE, sandbox=OFF), HOSTS, Use.LOCAL_ONLY),
    "a sandbox without network that a human may open": (
        record(exec=FREE, sandbox=replace(OFF, escape="ask")),
        HOSTS,
        Use.WITH_APPROVAL,
    ),
    "a sandbox without network that opens itself": (
        record(exec=FREE, sandbox=replace(OFF, escape="auto")),
        HOSTS,
        Use.FREE,
    ),
    "a server that runs commands": (
        record(exec=REFUSED, mcp=(server(abilities=("run-commands",), auto_approved="all"),)),
        HOSTS,
        Use.FREE,
    ),
    "a server that asks": (
        record(exec=REFUSED, mcp=(server(abilities=("run-commands",)),)),
        HOSTS,
        Use.WITH_APPROVAL,
    ),
}


@pytest.mark.parametrize(("agent", "hosts", "use"), USES.values(), ids=USES.keys())
def test_use_takes_a_command_that_runs_and_a_network_that_reaches_the_provider(
    agent: AgentRecord, hosts: tuple[str, ...], use: Use
) -> None:
    found = one(agent, ENV_FILE, hosts)

    assert found.means is Means.DIRECT
    assert found.use is use
    assert found.network


def test_what_is_read_only_with_a_yes_is_used_only_with_one() -> None:
    agent = record(exec=ran(ASK, ASK, ALLOW), read=reads(rules=OS_DENY.rules), sandbox=replace(BOXED, escape="ask"))

    found = one(agent, ENV_FILE)

    assert (found.means, found.use) == (Means.WITH_APPROVAL, Use.WITH_APPROVAL)


def test_the_barrier_says_why_a_read_deny_does_not_bind() -> None:
    binds_readers = one(record(read=SHELL_DENY, exec=FREE), ENV_FILE).barrier
    binds_tool = one(record(read=TOOL_DENY, exec=FREE), ENV_FILE).barrier

    assert binds_readers == (
        "the deny rule `Read(.env)` (settings.json:4) stops the file tool and `cat`, "
        "not another program such as `python -c 'open()'`"
    )
    assert binds_tool == "the deny rule `Read(.env)` (settings.json:4) stops the file tool, not a command such as `cat`"


def test_a_place_out_of_reach_names_everything_that_stops_the_agent() -> None:
    barrier = one(record(read=OS_DENY, exec=FREE), ENV_FILE).barrier

    assert "the file tool refuses this file because of `Read(.env)` (settings.json:4)" in barrier
    assert "the sandbox hides this file from every command" in barrier


def test_the_evidence_of_a_command_route_is_what_lets_the_command_run() -> None:
    assert SAID in one(record(read=TOOL_DENY, exec=FREE), ENV_FILE).evidence


def test_a_built_in_default_is_evidence_without_a_file() -> None:
    bare = AgentRecord("generic", "An agent", "cli", REPO)

    found = one(bare, ENV_FILE)

    assert [evidence.file for evidence in found.evidence] == [""]
    assert all(evidence.sentence for evidence in found.evidence)


def test_every_sighting_has_one_reach_and_the_weakest_barrier_comes_first() -> None:
    reaches = derive(
        record(), held_at(HOME_FILE, sighting("b.txt"), sighting("a.txt"), variable("X_TOKEN")), hosts=HOSTS
    )

    assert [(found.means, found.location.path) for found in reaches] == [
        (Means.DIRECT, "a.txt"),
        (Means.DIRECT, "b.txt"),
        (Means.INHERITED, "$X_TOKEN"),
        (Means.WITH_APPROVAL, "~/.aws/credentials"),
    ]
    assert worst(reversed(reaches)) == reaches[0]
    assert worst(()) is None
    assert order(reversed(reaches)) == reaches


def test_no_reach_holds_the_secret() -> None:
    assert "made-up" not in repr(derive(record(exec=FREE), held_at(ENV_FILE, HOME_FILE)))


def seen(tmp_path: Path, files: dict[str, str]) -> Surroundings:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Surroundings(tmp_path / "home", (tmp_path / "shop",), {}, "linux", tmp_path / "system")


def on_disk(tmp_path: Path, name: str, context: str = "", origin: Origin = Origin.FILE) -> Sighting:
    shown = f"~/{name.removeprefix('home/')}" if name.startswith("home/") else name.removeprefix("shop/")
    return sighting(shown, origin=origin, real=(tmp_path / name).as_posix(), context=context)


def test_gemini_inherits_the_env_file_that_its_file_tool_refuses(tmp_path: Path) -> None:
    around = seen(tmp_path, {"shop/.gemini/settings.json": "{}", "shop/.gitignore": ".env\n", "shop/.env": "A=1\n"})
    cli, headless = gemini.read(around)
    place = on_disk(tmp_path, "shop/.env", "RAILWAY_TOKEN")

    assert (one(cli, place).means, one(cli, place).use) == (Means.INHERITED, Use.WITH_APPROVAL)
    assert (one(headless, place).means, one(headless, place).use) == (Means.NONE, Use.NONE)


def test_cursor_reads_a_token_in_a_script_and_acts_with_it(tmp_path: Path) -> None:
    around = seen(tmp_path, {"shop/.cursor/rules/a.mdc": "", "shop/scripts/domains.sh": "x\n"})
    (ide,) = cursor.read(around)

    found = one(ide, on_disk(tmp_path, "shop/scripts/domains.sh"))
    hidden = one(ide, on_disk(tmp_path, "shop/.env"))

    assert (found.means, found.use, found.unattended) == (Means.DIRECT, Use.FREE, True)
    assert (hidden.means, hidden.route) == (Means.VIA_SHELL, "cat in the shell")
    assert "stops the file tool, not a command such as `cat`" in hidden.barrier


def test_vs_code_prints_a_home_file_unasked_and_asks_before_it_is_used(tmp_path: Path) -> None:
    around = seen(tmp_path, {"shop/.github/copilot-instructions.md": "", "home/.aws/credentials": "x\n"})
    (record_,) = copilot_vscode.read(around)

    found = one(record_, on_disk(tmp_path, "home/.aws/credentials", origin=Origin.STORE))

    assert (found.means, found.use, found.route) == (Means.VIA_SHELL, Use.WITH_APPROVAL, "cat in the shell")


def test_vs_code_with_a_sandboxed_server_hands_the_servers_token_over_to_nobody_else(tmp_path: Path) -> None:
    entry = (
        '{"servers": {"railway": {"command": "railway-mcp", "sandboxEnabled": true, "env": {"RAILWAY_TOKEN": "x"}}}}'
    )
    (record_,) = copilot_vscode.read(seen(tmp_path, {"shop/.vscode/mcp.json": entry}))

    found = one(record_, on_disk(tmp_path, "shop/.vscode/mcp.json", "servers.railway.env.RAILWAY_TOKEN"))

    assert (found.means, found.use) == (Means.DIRECT, Use.FREE)
    assert found.network == "MCP server railway speaks to the provider itself"


def test_the_generic_agent_reads_the_workspace_and_asks_for_the_rest(tmp_path: Path) -> None:
    (record_,) = generic.read(seen(tmp_path, {}))
    reached = {
        name: (one(record_, on_disk(tmp_path, name)).means, one(record_, on_disk(tmp_path, name)).use)
        for name in ("shop/.env", "home/.aws/credentials")
    }

    assert reached == {
        "shop/.env": (Means.DIRECT, Use.WITH_APPROVAL),
        "home/.aws/credentials": (Means.WITH_APPROVAL, Use.WITH_APPROVAL),
    }


_VERDICTS = (DENY, ASK, CLASSIFIED, ALLOW)
_LADDERS: dict[str, tuple[Any, ...]] = {
    "outside": (OnOutside.DENY, OnOutside.ASK, OnOutside.FREE),
    "base": (ReadBase.NOTHING, ReadBase.WORKSPACE, ReadBase.ROOTS, ReadBase.HOME, ReadBase.FILESYSTEM),
    "shell_base": (ReadBase.NOTHING, ReadBase.SANDBOXED, ReadBase.FILESYSTEM),
    "rule": (DENY, ASK, CLASSIFIED, None),
    "reader": _VERDICTS,
    "process": _VERDICTS,
    "network": _VERDICTS,
    "net": (NetworkMode.NONE, NetworkMode.ALLOW_LIST, NetworkMode.ASK, NetworkMode.FREE),
    "hosts": ((), ("*.example.com",), ("*",)),
    "denied": (("*",), ("*.example.com",), ()),
    "approval": (Approval.ALWAYS, Approval.ON_REQUEST, Approval.RISK_BASED, Approval.NEVER),
    "box": ("blocked", "confined", "open"),
    "escape": ("never", "ask", "auto"),
    "removed": (("*",), ("*TOKEN*",), ()),
    "kept": ((), ("*TOKEN*",), ("*",)),
    "auto": ("no", "some", "all"),
    "abilities": (
        (),
        ("read-files",),
        ("read-files", "run-commands"),
        ("provider:railway", "read-files", "run-commands"),
    ),
    "sandboxed": (True, False),
    "mcp_env": (EnvMode.NONE, EnvMode.ALL),
    "dotenv": ((), (f"{REPO}/.env",)),
}
_PLACES = (
    ENV_FILE,
    HOME_FILE,
    sighting(".env", context="X_TOKEN"),
    variable("X_TOKEN"),
    sighting(".env", origin=Origin.COMMIT, real=""),
    sighting("a.zip!.env", origin=Origin.ARCHIVE, real=f"{REPO}/a.zip"),
    sighting(".mcp.json", origin=Origin.AGENT_CONFIG, context="mcpServers.fs.env.X_TOKEN"),
    sighting("-", origin=Origin.STDIN, real=""),
)


def built(chosen: dict[str, Any], enforced: EnforcedFor) -> AgentRecord:
    rules = () if chosen["rule"] is None else (rule(chosen["rule"], "/**", enforced),)
    sandbox = Sandbox("process", ("shell",), network=chosen["box"], escape=chosen["escape"])
    return record(
        read=ReadReach(chosen["base"], chosen["outside"], (REPO, "/srv"), rules, chosen["shell_base"], (REPO,)),
        exec=ran(chosen["reader"], chosen["process"], chosen["network"], ExecMode.ALLOW_LIST),
        network=NetworkReach(chosen["net"], chosen["hosts"], chosen["denied"]),
        approval=chosen["approval"],
        sandbox=sandbox,
        env=EnvReach(EnvMode.FILTERED, chosen["mcp_env"], chosen["removed"], chosen["kept"], (), chosen["dotenv"]),
        mcp=(server(abilities=chosen["abilities"], auto_approved=chosen["auto"], sandboxed=chosen["sandboxed"]),),
    )


@settings(max_examples=400, deadline=None)
@given(
    steps=st.fixed_dictionaries({name: st.integers(0, len(ladder) - 1) for name, ladder in _LADDERS.items()}),
    widened=st.sampled_from(sorted(_LADDERS)),
    enforced=st.sampled_from(list(EnforcedFor)),
    place=st.sampled_from(_PLACES),
    hosts=st.sampled_from([(), HOSTS]),
)
def test_widening_a_permission_never_lowers_means_or_use(
    steps: dict[str, int], widened: str, enforced: EnforcedFor, place: Sighting, hosts: tuple[str, ...]
) -> None:
    narrow = {name: ladder[steps[name]] for name, ladder in _LADDERS.items()}
    further = min(steps[widened] + 1, len(_LADDERS[widened]) - 1)
    wide = {**narrow, widened: _LADDERS[widened][further]}

    before = one(built(narrow, enforced), place, hosts)
    after = one(built(wide, enforced), place, hosts)

    assert after.means >= before.means
    assert after.use >= before.use
    assert rank(after)[:2] >= rank(before)[:2]


@settings(max_examples=150, deadline=None)
@given(
    steps=st.fixed_dictionaries({name: st.integers(0, len(ladder) - 1) for name, ladder in _LADDERS.items()}),
    enforced=st.sampled_from(list(EnforcedFor)),
    place=st.sampled_from(_PLACES),
)
def test_every_reach_above_none_has_evidence_and_every_reach_has_a_barrier(
    steps: dict[str, int], enforced: EnforcedFor, place: Sighting
) -> None:
    found = one(built({name: ladder[steps[name]] for name, ladder in _LADDERS.items()}, enforced), place)

    assert found.barrier
    assert bool(found.evidence) or found.means is Means.NONE
    assert found.means > Means.NONE or found.use is Use.NONE
    assert found.unattended or found.use <= Use.WITH_APPROVAL
