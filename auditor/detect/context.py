"""What stands around a match: the key path, the sidecar values, and the words that tell the environment."""

from __future__ import annotations

import re

from auditor.detect.languages import Written, is_yaml
from auditor.model.lazy import lazy_pattern

_LINE_KEY = lazy_pattern(
    rb"([A-Za-z_$@][\w.$\-/]{0,80})[\"'\])]{0,3}[ \t]{0,12}(?:=>|:=|=|:|,|\()[ \t]{0,12}[\w(]{0,20}[\"'`(\[]{0,4}(?:(?:Bearer|Basic|Token)\s+)?$"
)
_NAMED = lazy_pattern(
    rb"(?:name|key)[\"']?\s{0,4}[:=]\s{0,4}[\"']?([\w.\-]{1,80})[\"']?[\s,]{1,40}[\"']?value[\"']?\s{0,4}[:=]\s{0,4}[\"']?$",
    re.IGNORECASE,
)
_SECTION = lazy_pattern(rb"^[ \t]*\[+[ \t]*([^\]\r\n]{1,80}?)[ \t]*\]+", re.MULTILINE)
_YAML_KEY = lazy_pattern(rb"^([ \t]*)(?:- +)?[\"']?([\w.\-/ ]{1,80}?)[\"']?[ \t]*:(?:[ \t]|$)")
_JSON_TOKEN = lazy_pattern(rb'"(?:[^"\\\r\n]|\\.)*"|[{}\[\]:,]|//[^\r\n]*')
_SIDECAR = lazy_pattern(
    rb"(?i)[\"']?\b(expires_?at|expiry(?:_?date)?|expires(?:_?on)?|expires_?in|expiration(?:_?(?:date|time))?|token_?expires_?at|valid_?until|not_?after|"
    rb"issued_?at|created_?at|obtained_?at|scopes?|token_?type|refresh_?token|region|account(?:_?id)?|project(?:_?id)?|environment(?:_?name)?|"
    rb"role_?arn|sso_?start_?url|credential_?process|host(?:name)?|base_?url|api_?url|endpoint|server|database|user(?:name)?)[\"']?\s{0,4}[:=]\s{0,4}"
    rb"(?:\"([^\"\r\n]{1,300})\"|'([^'\r\n]{1,300})'|([^\s\"',}\]\r\n][^\"',}\r\n]{0,200}))"
)
_ENVIRONMENT = lazy_pattern(
    rb"(?i)(?<![a-z])(production|prod|prd|live|staging|stage|stg|uat|preprod|pre-prod|qa|sandbox|development|dev|local|localhost|test|testing|tests|ci|demo|example|fixtures?)(?![a-z])"
)
_SIDE_BYTES = 1200
_JSON_BYTES = 262_144
_YAML_LINES = 300
_NEAR_LINES = 3


def key_path(data: bytes, start: int, path: str, kind: Written) -> str:
    """Return the name under which the value at byte ``start`` stands, outermost part first; empty when none."""
    leaf = _leaf(data, start)
    if kind is Written.JSON:
        return _json_path(data, start) or leaf
    if is_yaml(path):
        return ".".join([*_yaml_parents(data, start), leaf]) if leaf else ".".join(_yaml_parents(data, start))
    if kind is Written.CONFIG:
        section = _last_section(data, start)
        return f"{section}.{leaf}" if section and leaf else leaf or section
    return leaf


def _line_start(data: bytes, start: int) -> int:
    return max(data.rfind(b"\n", max(0, start - 4096), start) + 1, start - 4096, 0)


def _leaf(data: bytes, start: int) -> str:
    before = data[max(0, start - 240) : start]
    named = _NAMED.search(before)
    if named:
        return named[1].decode("ascii", "replace")
    found = _LINE_KEY.search(data[_line_start(data, start) : start][-240:])
    return found[1].decode("ascii", "replace") if found else ""


def _last_section(data: bytes, start: int) -> str:
    found = list(_SECTION.finditer(data, max(0, start - 16_384), start))[-1:]
    return found[0][1].decode("utf-8", "replace").strip("\"' ") if found else ""


def _yaml_parents(data: bytes, start: int) -> list[str]:
    """The keys of the enclosing mappings, by indentation, looking upwards."""
    first = _line_start(data, start)
    lines = data[max(0, first - 32_768) : first].split(b"\n")[-_YAML_LINES:]
    own = data[first:start]
    indent = len(own) - len(own.lstrip(b" -\t"))
    parents: list[str] = []
    for line in reversed(lines):
        key = _YAML_KEY.match(line)
        if key and len(key[1]) < indent:
            parents.append(key[2].decode("utf-8", "replace"))
            indent = len(key[1])
            if not indent:
                break
    return parents[::-1]


def _json_path(data: bytes, start: int) -> str:
    """The keys of the enclosing objects, by reading the tokens before the value."""
    stack: list[str] = []
    key, pending = "", b""
    for token in _JSON_TOKEN.finditer(data, max(0, start - _JSON_BYTES), start):
        text = token[0]
        if text in b"{[":
            stack.append(key)
            key = ""
        elif text in b"}]":
            if stack:
                stack.pop()
            key = ""
        elif text == b":":
            key = pending[1:-1].decode("utf-8", "replace")[:80]
        elif text == b",":
            key = ""
        else:
            pending = text
    return ".".join(part for part in [*stack, key] if part)


def sidecars(data: bytes, start: int, end: int) -> tuple[tuple[str, str], ...]:
    """Return the non-secret values beside a match that tell expiry, scope, host and account, names in lower case.

    A refresh token is only noted as present; its value is never carried along.
    """
    found: dict[str, str] = {}
    window = data[max(0, start - _SIDE_BYTES) : end + _SIDE_BYTES]
    for hit in _SIDECAR.finditer(window):
        name = hit[1].decode("ascii").lower().replace("_", "")
        value = (hit[2] or hit[3] or hit[4] or b"").decode("utf-8", "replace").strip()
        if name not in found and value and data[start:end].decode("utf-8", "replace") not in value:
            found[name] = "present" if name == "refreshtoken" else _without_userinfo(value)
    return tuple(sorted(found.items()))


def _without_userinfo(value: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", value)


def nearby(data: bytes, start: int, path: str, key: str) -> tuple[str, ...]:
    """Return the environment words in the path, the key and the few lines around, lower case, each once."""
    low = data.rfind(b"\n", max(0, start - 400), start)
    for _ in range(_NEAR_LINES):
        low = data.rfind(b"\n", max(0, start - 400), max(low, 0))
    high = min(len(data), start + 300)
    text = data[max(low, 0, start - 400) : high]
    words = [
        w.decode().lower()
        for w in _ENVIRONMENT.findall(
            key.replace("_", " ").replace(".", " ").encode() + b"\n" + path.replace("_", " ").encode("utf-8", "replace")
        )
    ]
    words.extend(w.decode().lower() for w in _ENVIRONMENT.findall(text))
    return tuple(dict.fromkeys(words))
