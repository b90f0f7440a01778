"""What part of an agent's conversation a line of its transcript is, and when it was said.

Claude Code and Codex keep a JSON object a line (code.claude.com/docs/en/settings, developers.openai.com/codex): a call of
a tool with its name and an id, later its answer with that id, everything with a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from auditor.model.lazy import lazy_pattern

_NAME = lazy_pattern(r"[A-Za-z][\w.:/-]{0,80}")
_DAY = lazy_pattern(r"\d{4}-\d\d-\d\d")
_STAMP = lazy_pattern(rb"\"(?:timestamp|ts)\"\s*:\s*\"(\d{4}-\d\d-\d\d)")
_LONGEST = 4 << 20
_MILLISECONDS = 10**11
_LATEST = 4 * 10**9


def detail(data: bytes, at: int) -> str:
    """Return what the line around byte ``at`` is (``output of Bash, 2026-05-02``); empty when it does not tell.

    No value of the line is in it: only the tool's name and the day.
    """
    low, high = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    line = data[low : high if high >= 0 else len(data)]
    said = _parsed(line)
    if said is None:
        found = _STAMP.search(line)
        return found[1].decode() if found else ""
    part = next(_parts(said, data[:low]), "")
    return ", ".join(word for word in (part, _day(said)) if word)


def _parsed(line: bytes) -> dict[str, Any] | None:
    if len(line) > _LONGEST:
        return None
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _parts(said: dict[str, Any], before: bytes) -> Iterator[str]:
    """The call, the answer or the message that the line holds."""
    message = said.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    for block in (said.get("payload"), *(content if isinstance(content, list) else ())):
        if isinstance(block, dict):
            yield from _block(block, before)
    role = message.get("role") if isinstance(message, dict) else None
    if role in {"user", "assistant"}:
        yield f"message of the {role}"


def _block(block: dict[str, Any], before: bytes) -> Iterator[str]:
    kind = str(block.get("type", ""))
    if kind in {"tool_use", "function_call", "custom_tool_call", "mcp_tool_call"}:
        yield f"input of {_safe(block.get('name'))}"
    elif kind == "local_shell_call":
        yield "input of a shell"
    elif kind in {"tool_result", "function_call_output", "custom_tool_call_output"}:
        yield f"output of {_caller(block.get('tool_use_id') or block.get('call_id'), before)}"
    elif kind == "message" and block.get("role") in {"user", "assistant"}:
        yield f"message of the {block['role']}"


def _caller(call: Any, before: bytes) -> str:
    """The name of the tool that was called under the id ``call`` on an earlier line."""
    at = before.rfind(json.dumps(call).encode()) if isinstance(call, str) and call else -1
    low = before.rfind(b"\n", 0, max(at, 0)) + 1
    said = _parsed(before[low : before.find(b"\n", at)]) if at >= 0 else None
    for part in _parts(said, b"") if said else ():
        if part.startswith("input of "):
            return part.removeprefix("input of ")
    return "a tool"


def _safe(name: Any) -> str:
    return name if isinstance(name, str) and _NAME.fullmatch(name) else "a tool"


def _day(said: dict[str, Any]) -> str:
    stamp = said.get("timestamp", said.get("ts"))
    if isinstance(stamp, str):
        found = _DAY.match(stamp)
        return found[0] if found else ""
    if isinstance(stamp, int | float) and not isinstance(stamp, bool):
        seconds = stamp / 1000 if stamp > _MILLISECONDS else stamp
        return _day_of(seconds)
    return ""


def _day_of(seconds: float) -> str:
    import time

    return time.strftime("%Y-%m-%d", time.gmtime(seconds)) if 0 < seconds < _LATEST else ""
