"""MCP entries of any client: what their servers can do, what they hold, and whether their package is pinned."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.agents.mcp import is_literal, is_reference, server
from auditor.model.agent import Evidence, McpServer

SAID = Evidence(".mcp.json", "mcpServers.x", "", 3)
MADE_UP = "Qw7" + "e9Rt5Yu3Io1Pa8Sd6Fg4"


def made(name: str, entry: dict[str, Any], **more: Any) -> McpServer:
    return server(name, entry, SAID, base="/repo", home="/home/u", **more)


@pytest.mark.parametrize(
    ("name", "entry", "abilities"),
    [
        ("fs", {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/x"]}, ["read-files"]),
        ("dc", {"command": "npx", "args": ["@wonderwhy-er/desktop-commander"]}, ["read-files", "run-commands"]),
        ("x", {"command": "uvx", "args": ["mcp-server-fetch"]}, ["network"]),
        ("playwright", {"command": "npx", "args": ["x"]}, ["network"]),
        ("x", {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-postgres"]}, ["database"]),
        ("railway", {"command": "npx", "args": ["-y", "x"]}, ["provider:railway"]),
        ("x", {"url": "https://api.githubcopilot.com/mcp/"}, ["provider:github"]),
        ("x", {"url": "https://mcp.stripe.com"}, ["provider:stripe"]),
        (
            "x",
            {"command": "docker", "args": ["run", "-i", "--rm", "ghcr.io/github/github-mcp-server"]},
            ["provider:github"],
        ),
        ("x", {"command": "python", "args": ["-m", "mcp_server_sqlite"]}, ["database"]),
        ("k8s", {"command": "kubectl-mcp"}, ["provider:kubernetes", "run-commands"]),
        ("x", {"command": ["npx", "-y", "shell-server"]}, ["run-commands"]),
        ("x", {"cmd": "uvx", "args": ["mcp-aws"]}, ["provider:aws"]),
        ("x", {"command": "cmd", "args": ["/c", "npx", "-y", "server-fetch"]}, ["network"]),
        ("notes", {"command": "my-notes"}, []),
    ],
)
def test_abilities_follow_from_name_package_and_host(name: str, entry: dict[str, Any], abilities: list[str]) -> None:
    assert list(made(name, entry).abilities) == abilities


@pytest.mark.parametrize(
    ("entry", "roots"),
    [
        ({"command": "npx", "args": ["-y", "server-filesystem", "/a", "~/b", "."]}, ("/a", "/home/u/b", "/repo")),
        ({"command": "npx", "args": ["-y", "server-filesystem", "${workspaceFolder}/c"]}, ("/repo/c",)),
        ({"command": "npx", "args": ["-y", "server-filesystem"]}, ("/repo",)),
        ({"command": "docker", "args": ["run", "-v", "/data:/d", "fs-image"]}, ("/data",)),
        ({"command": "docker", "args": ["run", "--mount", "type=bind,src=/m,dst=/d", "fs-image"]}, ("/m",)),
        ({"command": "npx", "args": ["-y", "server-fetch", "/a"]}, ()),
    ],
)
def test_a_file_server_s_folders_are_told(entry: dict[str, Any], roots: tuple[str, ...]) -> None:
    assert made("x", entry).roots == roots


@pytest.mark.parametrize(
    ("entry", "keys", "literal"),
    [
        ({"command": "x", "env": {"API_TOKEN": MADE_UP, "MODE": "a"}}, ("API_TOKEN",), True),
        ({"command": "x", "env": {"API_TOKEN": "${API_TOKEN}"}}, ("API_TOKEN",), False),
        ({"command": "x", "env": {"API_TOKEN": "${env:API_TOKEN}"}}, ("API_TOKEN",), False),
        ({"command": "x", "env": {"API_TOKEN": "${API_TOKEN:-" + MADE_UP + "}"}}, ("API_TOKEN",), True),
        ({"command": "x", "env": {"API_TOKEN": "<your token>"}}, ("API_TOKEN",), False),
        ({"command": "x", "env": {"API_TOKEN": ""}}, ("API_TOKEN",), False),
        ({"command": "x", "env": {"DATABASE_URL": "postgres://u:hunter2@h/d"}}, ("DATABASE_URL",), True),
        ({"url": "https://x.example", "headers": {"Authorization": f"Bearer {MADE_UP}"}}, ("Authorization",), True),
        ({"url": "https://x.example", "headers": {"Authorization": "Bearer ${input:id}"}}, ("Authorization",), False),
        ({"url": f"https://x.example/?api_key={MADE_UP}"}, ("api_key",), True),
        ({"url": f"https://u:{MADE_UP}@x.example/"}, ("url",), True),
        ({"command": "x", "args": ["--api-key", MADE_UP]}, ("api-key",), True),
        ({"command": "x", "args": [f"--token={MADE_UP}"]}, ("token",), True),
        ({"command": "x", "args": ["--token=$TOKEN"]}, ("token",), False),
        ({"command": "docker", "args": ["run", "-e", "GH_TOKEN", "image"]}, ("GH_TOKEN",), False),
        ({"command": "docker", "args": ["run", "-e", f"GH_TOKEN={MADE_UP}", "image"]}, ("GH_TOKEN",), True),
        ({"command": "x", "args": ["--header", f"Authorization: Bearer {MADE_UP}"]}, ("Authorization",), True),
        ({"command": "x", "args": ["postgres://u:hunter2@h/d"]}, ("connection string",), True),
        ({"command": "x", "args": ["postgres://u:${PGPASSWORD}@h/d"]}, ("connection string",), False),
        ({"url": "https://x.example", "bearer_token_env_var": "A_TOKEN"}, ("A_TOKEN",), False),
        ({"command": "x", "env_vars": ["A_TOKEN", "PATH"]}, ("A_TOKEN",), False),
        ({"command": "x"}, (), False),
    ],
)
def test_credentials_of_an_entry_are_named_and_never_shown(
    entry: dict[str, Any], keys: tuple[str, ...], literal: bool
) -> None:
    found = made("x", entry)
    assert (found.secret_keys, found.literal_secret) == (keys, literal)
    assert MADE_UP not in repr(found)
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("entry", "unpinned"),
    [
        ({"command": "npx", "args": ["-y", "pkg"]}, True),
        ({"command": "npx", "args": ["-y", "@scope/pkg"]}, True),
        ({"command": "npx", "args": ["-y", "@scope/pkg@1.2.3"]}, False),
        ({"command": "npx", "args": ["-y", "pkg@latest"]}, True),
        ({"command": "uvx", "args": ["pkg"]}, True),
        ({"command": "uvx", "args": ["pkg==1.2"]}, False),
        ({"command": "uvx", "args": ["--from", "git+https://x.example/r", "tool"]}, True),
        ({"command": "uvx", "args": ["--from", "pkg==1.0", "tool"]}, False),
        ({"command": "pnpm", "args": ["dlx", "pkg"]}, True),
        ({"command": "npx", "args": ["-y", "./local"]}, False),
        ({"command": "uv", "args": ["run", "server.py"]}, False),
        ({"command": "node", "args": ["server.js"]}, False),
        ({"url": "https://x.example"}, False),
    ],
)
def test_fetched_packages_without_a_version_are_unpinned(entry: dict[str, Any], unpinned: bool) -> None:
    assert made("x", entry).unpinned is unpinned


@pytest.mark.parametrize(
    ("entry", "transport"),
    [
        ({"command": "x"}, "stdio"),
        ({"url": "https://x.example"}, "http"),
        ({"type": "sse", "url": "https://x.example"}, "sse"),
        ({"httpUrl": "https://x.example"}, "http"),
        ({"serverUrl": "https://x.example"}, "http"),
        ({"type": "ws", "url": "wss://x.example"}, "ws"),
        ({}, "unknown"),
    ],
)
def test_the_transport_is_told(entry: dict[str, Any], transport: str) -> None:
    assert made("x", entry).transport == transport


@pytest.mark.parametrize(
    "entry", [None, [], "x", {"command": 3}, {"args": "x"}, {"env": []}, {"command": {"path": "p"}}]
)
def test_an_entry_of_any_shape_is_a_server(entry: Any) -> None:
    assert server("x", entry, SAID).name == "x"


@pytest.mark.parametrize(
    "value", ["${A}", "$A", "${env:A}", "${input:a}", "{env:A}", "{file:x}", "${{ secrets.A }}", "%A%"]
)
def test_references_are_no_literals(value: str) -> None:
    assert is_reference(value)
    assert is_reference(f"Bearer {value}")
    assert not is_literal(value)


@pytest.mark.parametrize("value", ["abc", "x${A}", "${A}x", "${A:-b}"])
def test_what_is_partly_written_out_is_literal(value: str) -> None:
    assert is_literal(value)


def test_what_the_caller_knows_is_kept() -> None:
    found = made("x", {"command": "c"}, auto_approved="all", started_without_trust=True, sandboxed=True)
    assert (found.auto_approved, found.started_without_trust, found.sandboxed, found.evidence) == (
        "all",
        True,
        True,
        SAID,
    )
