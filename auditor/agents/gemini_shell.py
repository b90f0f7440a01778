"""Gemini CLI's answer to one command line, by the record's rules in their order.

Source: the open source of the policy engine (google-gemini, packages/core/src/policy/policy-engine.ts) and of the list
of commands that count as safe (packages/core/src/sandbox/utils/commandSafety.ts).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from auditor.agents.commands import SimpleCommand, simple_commands
from auditor.agents.examples import Answer, strictest
from auditor.agents.patterns import finds
from auditor.model.agent import Evidence, ExecRule, Verdict

SHELL: Final = "run_shell_command"

# The engine refuses such patterns itself: a group with a quantifier inside and one behind it may never end.
_QUANTIFIERS: Final = "*+?{"
_LONGEST: Final = 2048

# Programs that run unasked where a rule of the built-in set would ask: sandbox/utils/commandSafety.ts.
_SAFE: Final = frozenset(
    {
        *("cat", "cd", "cut", "echo", "expr", "false", "grep", "head", "id", "ls", "nl", "paste", "pwd", "rev", "seq"),
        *("stat", "tail", "tr", "true", "uname", "uniq", "wc", "which", "whoami", "numfmt", "tac"),
    }
)
_SAFE_GIT: Final = frozenset({"status", "log", "diff", "show"})
_UNSAFE_GIT_WORDS: Final = ("--output", "--ext-diff", "--textconv", "--exec", "--paginate")
_UNSAFE_FIND_WORDS: Final = ("-exec", "-ok", "-delete", "-fls", "-fprint")
_SAFE_NOTE: Final = "built in: read-only commands such as cat and grep run without asking"


def shell_answer(rules: Sequence[ExecRule], line: str, *, headless: bool, edits: bool) -> Answer:
    """What happens with a command line: the whole line first, then each command in it; the strictest wins.

    ``rules`` are the record's, highest first. ``edits``: the approval mode that lets redirections pass.
    """
    gate = Verdict.DENY if headless else Verdict.ASK
    default = (gate, (Evidence(key=SHELL, value="ask_user", note="built in: no rule matches the command"),))
    parts = simple_commands(line)
    whole = _one(rules, line, default, parts, edits=edits)
    if whole[0] is Verdict.DENY or len(parts) < 2:  # noqa: PLR2004 - a line of one command was just decided
        return whole
    each = [_one(rules, part.text, default, (part,), edits=edits) for part in parts]
    return strictest((whole, *each), default)


def _one(
    rules: Sequence[ExecRule], text: str, default: Answer, parts: Sequence[SimpleCommand], *, edits: bool
) -> Answer:
    rule = next((one for one in rules if _matches(one, text)), None)
    verdict, evidence = (rule.effect, (rule.evidence,)) if rule else default
    bare = rule is None or rule.kind.startswith("any")
    if verdict is Verdict.ASK and bare and parts and all(_safe(part) for part in parts):
        return Verdict.ALLOW, (Evidence(key=SHELL, value="read-only", note=_SAFE_NOTE),)
    redirected = any(part.writes for part in parts) and not (rule and rule.kind.endswith("+redirect"))
    if verdict is Verdict.ALLOW and redirected and not edits:
        return (default[0], (*evidence, Evidence(key=SHELL, value="redirect", note="built in: redirections ask")))
    return verdict, evidence


def _matches(rule: ExecRule, text: str) -> bool:
    kind = rule.kind.partition("+")[0]
    if kind == "any":
        return True
    if kind == "prefix":
        rest = text[len(rule.pattern) :]
        return text.startswith(rule.pattern) and (not rest or rest[0].isspace() or rest[0] == '"')
    if kind == "unless-prefix":
        return not any(text == word or text.startswith(f"{word} ") for word in rule.pattern.split(" | "))
    said = json.dumps({"command": text}, separators=(",", ":"), ensure_ascii=False)
    pattern = f'"command":"{rule.pattern}' if kind == "regex" else rule.pattern
    return accepted(pattern) and finds(pattern, said, doubt=rule.effect is Verdict.ALLOW)


def accepted(pattern: str) -> bool:
    """Whether the engine takes a pattern at all: it refuses long ones and nested repetitions."""
    if len(pattern) > _LONGEST:
        return False
    inside = [
        at
        for at, character in enumerate(pattern)
        if character in _QUANTIFIERS and pattern.rfind("(", 0, at) > pattern.rfind(")", 0, at)
    ]
    closed = [at for at in range(len(pattern) - 1) if pattern[at] == ")" and pattern[at + 1] in _QUANTIFIERS]
    return not (inside and closed and inside[0] < closed[-1])


def _safe(command: SimpleCommand) -> bool:
    """Whether a command is on the CLI's own list of read-only ones, with none of the words that make it more."""
    words = command.arguments
    if not words or command.assigned or command.writes:
        return False
    name, rest = words[0], words[1:]
    if name in _SAFE:
        return True
    if name == "git":
        return bool(rest) and rest[0] in _SAFE_GIT and not any(word.startswith(_UNSAFE_GIT_WORDS) for word in rest)
    if name == "find":
        return not any(word.startswith(_UNSAFE_FIND_WORDS) for word in rest)
    if name == "base64":
        return not any(word.startswith(("-o", "--output")) for word in rest)
    return name == "sed" and rest[:1] == ("-n",) and len(rest) > 1 and bool(re.fullmatch(r"\d+(,\d+)?p", rest[1]))
