"""What an MCP entry starts: the program's words, wrappers taken off, and the package a runner fetches."""

from __future__ import annotations

import re
from typing import Any, Final

from auditor.agents.commands import simple_commands
from auditor.model.frozen import frozen

_NODE_RUNNERS: Final = frozenset({"npx", "bunx", "pnpx"})
_PYTHON_RUNNERS: Final = frozenset({"uvx", "pipx"})
CONTAINERS: Final = frozenset({"docker", "podman", "nerdctl"})
_STEPS: Final = {"npm": {"exec", "x"}, "pnpm": {"dlx", "exec"}, "yarn": {"dlx"}, "uv": {"tool", "run"}, "bun": {"x"}}
_VALUE_FLAGS: Final = frozenset({"--from", "--with", "--python", "-p", "--package", "--registry", "--index-url"})


@frozen
class Launch:
    """What an entry starts: the program's words, wrappers such as ``cmd /c`` taken off, and the package in them."""

    words: tuple[str, ...]
    package: str = ""
    fetched: bool = False


def launch(table: dict[str, Any]) -> Launch:
    """The program of an entry in any client's spelling."""
    said = table.get("command", table.get("cmd", ""))
    if isinstance(said, dict):  # Zed: {"path": …, "args": […]}
        return launch({"command": said.get("path", ""), "args": said.get("args", [])})
    head = [word for word in said if isinstance(word, str)] if isinstance(said, list) else [str(said or "")]
    rest = table.get("args")
    args = [str(word) for word in rest] if isinstance(rest, list) else []
    if len(head) == 1 and not args and " " in head[0]:
        head = list(_first_command(head[0]))
    return _packaged(_unwrapped([word for word in (*head, *args) if word]))


def _first_command(line: str) -> tuple[str, ...]:
    return next((found.arguments for found in simple_commands(line) if found.arguments), ())


def _unwrapped(words: list[str]) -> tuple[str, ...]:
    """Take off ``cmd /c``, ``sh -c '…'`` and ``env A=b``."""
    name = base_name(words[0]) if words else ""
    if name == "cmd" and len(words) > 2 and words[1].lower() == "/c":  # noqa: PLR2004
        return _unwrapped(words[2:])
    if name in {"sh", "bash", "zsh"} and len(words) > 2 and words[1] in {"-c", "-lc", "-ic"}:  # noqa: PLR2004
        inner = _first_command(words[2])
        return inner or tuple(words)
    if name == "env":
        kept = [word for word in words[1:] if "=" not in word.split("/", 1)[0]]
        return tuple(kept) or tuple(words)
    return tuple(words)


def _packaged(words: tuple[str, ...]) -> Launch:
    name = base_name(words[0]) if words else ""
    rest = list(words[1:])
    if name in _STEPS and rest and rest[0] in _STEPS[name]:
        return Launch(words, *_fetched(rest[2:] if rest[:2] == ["tool", "run"] else rest[1:], name))
    if name in _NODE_RUNNERS | _PYTHON_RUNNERS:
        return Launch(words, *_fetched(rest[1:] if rest[:1] == ["run"] else rest, name))
    if name in CONTAINERS:
        return Launch(words, _image(rest))
    if rest[:1] == ["-m"] and len(rest) > 1:
        return Launch(words, rest[1])
    script = next((word for word in rest if not word.startswith("-")), "")
    return Launch(words, script if name in {"node", "python", "python3", "bun", "deno", "tsx"} else "")


def _fetched(rest: list[str], runner: str) -> tuple[str, bool]:
    """The package a runner fetches; ``--from``/``--package`` name it, else the first word; ``uv run`` fetches none."""
    for at, word in enumerate(rest[:-1]):
        if word in {"--from", "--package", "-p"} and runner != "pipx":
            return rest[at + 1], True
    skip = False
    for word in rest:
        if skip or word.startswith("-"):
            skip = not skip and word in _VALUE_FLAGS
            continue
        local = word.startswith((".", "/", "~")) or word.endswith((".py", ".js", ".ts"))
        return word, not local and not (runner == "uv" and "tool" not in rest)
    return "", False


def _image(rest: list[str]) -> str:
    """The image of ``docker run …``: the first word after the options that looks like one."""
    takes = {"-e", "--env", "-v", "--volume", "--mount", "--name", "-p", "--network", "--env-file", "-w", "-u"}
    skip = False
    for word in rest[1:]:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in takes
        else:
            return word
    return ""


def pinned(package: str) -> bool:
    """Whether a package names one version: ``pkg@1.2.3``, ``pkg==1.2``, a commit after ``@``; ``latest`` is none."""
    if "==" in package:
        return True
    scope_free = package.removeprefix("@")
    version = scope_free.rpartition("@")[2] if "@" in scope_free else ""
    return bool(re.match(r"v?\d|[0-9a-f]{7,40}$", version))


def program(launch: Launch) -> str:
    """The program's own name; empty for runners and interpreters, whose name tells nothing."""
    name = base_name(launch.words[0]) if launch.words else ""
    known = _NODE_RUNNERS | _PYTHON_RUNNERS | CONTAINERS | set(_STEPS)
    return "" if name in known or name in {"node", "python", "python3", "sh", "bash", "cmd", "env"} else name


def base_name(word: str) -> str:
    """A program's name without folder and Windows ending, in lower case."""
    name = word.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return re.sub(r"\.(?:exe|cmd|bat)$", "", name)
