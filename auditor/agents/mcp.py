"""MCP servers of any client as one value: what a server can do by its name and command, and which credentials it holds.

Fields follow the clients' own documentation: ``command``/``args``/``env`` for local processes, ``url`` (also
``httpUrl``, ``serverUrl``, ``uri``) with ``headers`` for remote ones.
"""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise
from typing import Any, Final

from auditor.agents.masks import blot, names_secret
from auditor.agents.mcp_launch import CONTAINERS, Launch, base_name, launch, pinned, program
from auditor.agents.mcp_secrets import FLAG_VALUE, USERINFO, is_literal, is_reference, secrets
from auditor.model.agent import Evidence, McpServer

__all__ = ["DATABASE", "NETWORK", "READ_FILES", "RUN_COMMANDS", "abilities", "is_literal", "is_reference", "server"]

READ_FILES: Final = "read-files"
RUN_COMMANDS: Final = "run-commands"
NETWORK: Final = "network"
DATABASE: Final = "database"

_ABILITIES: Final[dict[str, str]] = {
    **dict.fromkeys(("filesystem", "files", "file", "fs", "desktop", "obsidian"), READ_FILES),
    **dict.fromkeys(("commander", "shell", "bash", "terminal", "command", "commands", "exec", "ssh"), RUN_COMMANDS),
    **dict.fromkeys(("docker", "podman", "kubernetes", "k8s", "kubectl", "iterm", "tmux", "runner"), RUN_COMMANDS),
    **dict.fromkeys(("interpreter", "repl", "jupyter", "applescript"), RUN_COMMANDS),
    **dict.fromkeys(("fetch", "playwright", "puppeteer", "browser", "browserbase", "chrome", "selenium"), NETWORK),
    **dict.fromkeys(("http", "curl", "firecrawl", "scrape", "scraper", "crawl", "webfetch", "devtools"), NETWORK),
    **dict.fromkeys(("postgres", "postgresql", "pg", "mysql", "mariadb", "sqlite", "sqlite3", "redis"), DATABASE),
    **dict.fromkeys(("mongo", "mongodb", "mssql", "sqlserver", "clickhouse", "duckdb", "dynamodb"), DATABASE),
    **dict.fromkeys(("elasticsearch", "opensearch", "cassandra", "neo4j", "oracle", "sql", "database"), DATABASE),
    **dict.fromkeys(("db", "dbhub", "bigquery", "prisma", "supabase", "neon", "snowflake", "planetscale"), DATABASE),
}
_PROVIDERS: Final[dict[str, str]] = {
    **{slug: slug for slug in ("railway", "github", "gitlab", "stripe", "aws", "azure", "cloudflare", "vercel")},
    **{slug: slug for slug in ("netlify", "supabase", "heroku", "digitalocean", "linear", "notion", "slack", "sentry")},
    **{slug: slug for slug in ("datadog", "atlassian", "kubernetes", "terraform", "firebase", "openai", "anthropic")},
    **{slug: slug for slug in ("huggingface", "twilio", "sendgrid", "shopify", "paypal", "snowflake", "neon", "figma")},
    **{slug: slug for slug in ("planetscale", "pulumi", "pagerduty", "newrelic", "grafana", "hubspot", "salesforce")},
    **{slug: slug for slug in ("asana", "discord", "telegram", "airtable", "auth0", "okta", "doppler", "render")},
    **{
        slug: slug
        for slug in ("hetzner", "linode", "vultr", "mongodb", "upstash", "bitbucket", "circleci", "buildkite")
    },
    **dict.fromkeys(("githubcopilot", "octokit"), "github"),
    **dict.fromkeys(("awslabs", "amazon", "s3", "dynamodb"), "aws"),
    **dict.fromkeys(("gcp", "gcloud", "bigquery", "googlecloud"), "gcp"),
    **dict.fromkeys(("k8s", "kubectl"), "kubernetes"),
    **dict.fromkeys(("jira", "confluence"), "atlassian"),
    **dict.fromkeys(("fly", "flyio", "flyctl"), "fly"),
    **dict.fromkeys(("hf", "hugging"), "huggingface"),
    "tfe": "terraform",
    "hashicorp": "terraform",
    "workers": "cloudflare",
}
_GENERIC: Final = frozenset({"mcp", "server", "servers", "modelcontextprotocol", "client", "remote", "latest", "main"})
_LONGEST_SHOWN: Final = 160


def server(
    name: str,
    entry: Any,
    evidence: Evidence,
    *,
    base: str = "/",
    home: str = "",
    auto_approved: str = "no",
    started_without_trust: bool = False,
    sandboxed: bool = False,
) -> McpServer:
    """One server entry of any client. ``base`` is the folder relative roots count from, ``home`` what ``~`` stands for.

    What is shown of the command is blotted; ``secret_keys`` are names of variables, headers, flags and URL parts.
    """
    table = entry if isinstance(entry, dict) else {}
    started = launch(table)
    url = _url(table)
    carried = dict(secrets(table, started.words[1:], url))
    return McpServer(
        name=name,
        transport=_transport(table, started, url),
        command=_shown(url, started),
        evidence=evidence,
        abilities=abilities(name, started.package or program(started), url),
        roots=_roots(name, started, base, home),
        secret_keys=tuple(dict.fromkeys(carried)),
        literal_secret=any(carried.values()),
        auto_approved=auto_approved,
        started_without_trust=started_without_trust,
        sandboxed=sandboxed,
        unpinned=started.fetched and not pinned(started.package),
    )


def abilities(name: str, package: str, url: str = "") -> tuple[str, ...]:
    """What a server's tools can do, by the words of its name, its package and its host; sorted.

    A server that none of the words tell anything about has no abilities here: that is "unknown", not "harmless".
    """
    words = list(_words(name)) + list(_words(package)) + list(_words(_host(url)))
    found = {_ABILITIES[word] for word in words if word in _ABILITIES}
    found |= {f"provider:{_PROVIDERS[word]}" for word in words if word in _PROVIDERS}
    if {"desktop", "commander"} <= set(words):
        found |= {READ_FILES, RUN_COMMANDS}
    return tuple(sorted(found))


def _url(table: dict[str, Any]) -> str:
    for key in ("url", "httpUrl", "serverUrl", "uri", "endpoint"):
        if isinstance(table.get(key), str) and table[key]:
            return str(table[key])
    return ""


def _transport(table: dict[str, Any], started: Launch, url: str) -> str:
    said = str(table.get("type", table.get("transport", ""))).lower().replace("_", "-")
    if said in {"sse", "ws"}:
        return said
    if url and not started.words:
        return "http"
    return "stdio" if started.words else said or "unknown"


def _shown(url: str, started: Launch) -> str:
    if not started.words:
        return blot(USERINFO.sub(r"\1…@", url.split("?", 1)[0]))
    words = list(started.words)
    for at, word in enumerate(words):
        found = FLAG_VALUE.match(word)
        if found and names_secret(found[1].lstrip("-")) and is_literal(found[2]):
            words[at] = f"{found[1]}=…"
        elif at and words[at - 1].startswith("-") and names_secret(words[at - 1]) and is_literal(word):
            words[at] = "…"
    said = blot(USERINFO.sub(r"\1…@", " ".join(words)))
    said = re.sub(r"(://)[^/@\s]+:[^/@\s]+@", r"\1…@", said)
    return said if len(said) <= _LONGEST_SHOWN else said[: _LONGEST_SHOWN - 1] + "…"


def _roots(name: str, started: Launch, base: str, home: str) -> tuple[str, ...]:
    """Folders a file server is given; the base folder when it is a file server that names none."""
    runner = base_name(started.words[0]) if started.words else ""
    if runner in CONTAINERS:
        return _mounted(started.words, base, home)
    if READ_FILES not in abilities(name, started.package or program(started)) or not started.words:
        return ()
    after = (
        started.words[started.words.index(started.package) + 1 :]
        if started.package in started.words
        else started.words[1:]
    )
    given = [word for word in after if not word.startswith("-")]
    found = [absolute for word in given if (absolute := _absolute(word, base, home))]
    return tuple(dict.fromkeys(found)) or (base,)


def _mounted(words: tuple[str, ...], base: str, home: str) -> tuple[str, ...]:
    found: list[str] = []
    for flag, value in pairwise(words):
        if flag in {"-v", "--volume"}:
            found.append(_absolute(value.split(":", 1)[0], base, home))
        elif flag == "--mount":
            source = re.search(r"(?:src|source)=([^,]+)", value)
            found.append(_absolute(source[1], base, home) if source else "")
    return tuple(dict.fromkeys(path for path in found if path))


def _absolute(word: str, base: str, home: str) -> str:
    """A word that is a path as an absolute one; empty when it is none or cannot be told."""
    said = re.sub(r"^\$\{(?:workspaceFolder|workspaceRoot|CLAUDE_PROJECT_DIR|PWD)(?::?-[^}]*)?\}", base, word)
    said = re.sub(r"^(?:\$\{(?:env:)?HOME\}|\$HOME|\$\{userHome\}|~)(?=/|$)", home, said)
    if said.startswith("/"):
        return posixpath.normpath(said)
    if re.match(r"^[A-Za-z]:[\\/]", said):
        return said.replace("\\", "/").rstrip("/")
    return posixpath.normpath(posixpath.join(base, said)) if re.match(r"^\.{1,2}(?:/|$)", said) else ""


def _words(text: str) -> tuple[str, ...]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    found = [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]
    return tuple(word for word in found if word not in _GENERIC)


def _host(url: str) -> str:
    found = re.match(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+)", url, re.IGNORECASE)
    return found[1] if found else ""
