"""Which names of an MCP entry carry credentials, and whether their values stand there in the open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from auditor.agents.masks import blot, names_secret
from auditor.model.lazy import lazy_pattern

_REFERENCE: Final = lazy_pattern(
    r"(?:\$\{\{[^}]*\}\}|\$\{[^}]*\}|\{(?:env|file|input):[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%)"
)
_WITH_DEFAULT: Final = lazy_pattern(r"\$\{(?!input:|env:)[A-Za-z_]\w*:?-([^}]+)\}")
_SCHEME: Final = lazy_pattern(r"(?i)^(?:bearer|basic|token|apikey|key)\s+")
_PLACEHOLDER: Final = lazy_pattern(
    r"(?i)^(?:<[^>]*>|\[[^\]]*\]|x{3,}|\*{3,}|\.{3,}|(?:your|my|insert|replace|change)[-_ ].*|todo|changeme|none|null)$"
)
FLAG_VALUE: Final = lazy_pattern(r"^(--?[A-Za-z][\w-]*|[A-Za-z_]\w*)=(.*)$", re.DOTALL)
USERINFO: Final = lazy_pattern(r"^([a-z][a-z0-9+.-]*://)([^/@\s]*):([^/@\s]*)@", re.IGNORECASE)


def is_reference(value: str) -> bool:
    """Whether a value is wholly made of references (``${VAR}``, ``${env:VAR}``, ``${input:id}``, ``$VAR``, …).

    A scheme word before it (``Bearer ${TOKEN}``) does not matter; a reference with a default of its own is literal.
    """
    bare = _SCHEME.sub("", value.strip())
    return bool(bare) and not _WITH_DEFAULT.search(bare) and not _REFERENCE.sub("", bare).strip()


def is_literal(value: Any) -> bool:
    """Whether a value that should be a credential stands there in the open: no reference, blank or placeholder."""
    if not isinstance(value, str) or not value.strip() or is_reference(value):
        return False
    return not _PLACEHOLDER.match(_SCHEME.sub("", value.strip()))


def secrets(table: dict[str, Any], args: tuple[str, ...], url: str) -> Iterable[tuple[str, bool]]:
    """Names that carry a credential, each with whether its value stands there in the open."""
    for key in ("env", "environment", "envs", "headers", "http_headers", "requestInit"):
        members = table.get(key)
        for name, value in (members if isinstance(members, dict) else {}).items():
            yield from _carried(str(name), value)
    yield from _argument_secrets(args)
    login = USERINFO.match(url)
    if login:
        yield "url", is_literal(login[3])
    for pair in url.partition("?")[2].split("&"):
        name, _, value = pair.partition("=")
        yield from _carried(name, value)
    for key in ("bearer_token_env_var", "bearerTokenEnvVar"):
        if isinstance(table.get(key), str):
            yield table[key], False
    passed = table.get("env_http_headers")
    for name in passed if isinstance(passed, dict) else {}:
        yield str(name), False
    for name in table.get("env_vars", ()) if isinstance(table.get("env_vars"), list) else ():
        if isinstance(name, str) and names_secret(name):
            yield name, False


def _carried(name: str, value: Any) -> Iterable[tuple[str, bool]]:
    if names_secret(name):
        yield name, is_literal(value)
    elif isinstance(value, str) and not is_reference(value) and blot(value) != value:
        yield name, True


def _argument_secrets(args: tuple[str, ...]) -> Iterable[tuple[str, bool]]:
    for at, word in enumerate(args):
        found = FLAG_VALUE.match(word)
        header = re.match(r"^([A-Za-z][\w-]*):\s*(.+)$", word)
        after = args[at + 1] if at + 1 < len(args) else ""
        if found:
            yield from _carried(found[1].lstrip("-"), found[2])
        elif header and names_secret(header[1]):
            yield header[1], is_literal(header[2])
        elif word.startswith("-") and names_secret(word) and after and not after.startswith("-"):
            yield word.lstrip("-"), is_literal(after)
        elif re.search(r"://[^/@\s:]*:[^/@\s]+@", word):
            yield "connection string", not re.search(r"://[^/@\s:]*:(?:\$\{[^}]+\}|\$\w+)@", word)
        elif args[at - 1 : at] in (("-e",), ("--env",)) and names_secret(word):
            yield word, False
