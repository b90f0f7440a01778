"""VS Code's rules for the terminal tool: which commands run with no question.

Source: the vendor's page on approvals and the open source of the editor (microsoft/vscode, chatAgentTools). An entry
is a command's start or ``/a regular expression/``; ``true`` approves, ``false`` asks, null takes a built-in entry back.
Every command of a line has to be approved, and an entry that asks beats one that approves. Nothing here ever blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from auditor.agents.commands import SimpleCommand, is_broad, simple_commands
from auditor.agents.copilot_settings import Board
from auditor.agents.documents import read_json
from auditor.agents.examples import Answer, strictest
from auditor.agents.masks import blot
from auditor.agents.patterns import finds
from auditor.model.agent import Evidence, ExecRule, Verdict
from auditor.model.lazy import lazy_pattern

AUTO_APPROVE: Final = "chat.tools.terminal.autoApprove"
IGNORE_BUILT_IN: Final = "chat.tools.terminal.ignoreDefaultAutoApproveRules"
BLOCK_WRITES: Final = "chat.tools.terminal.blockDetectedFileWrites"
NPM_SCRIPTS: Final = "chat.tools.terminal.autoApproveWorkspaceNpmScripts"

_REGEX: Final = lazy_pattern(r"/(.+)/([dgimsuvy]*)", re.DOTALL)
_EVERYTHING: Final = frozenset({".*", ".+", ".", "^.*$", "^.*", "^.+$", "^"})
_PACKAGE_RUNNERS: Final = frozenset({"npm", "yarn", "pnpm"})
_SHORT_SCRIPTS: Final = frozenset({"test", "start", "stop", "restart"})

_APPROVED: Final = frozenset(
    {
        *("cd", "echo", "ls", "dir", "pwd", "cat", "head", "tail", "findstr", "wc", "tr", "cut", "cmp", "which"),
        *("basename", "dirname", "realpath", "readlink", "stat", "file", "od", "du", "df", "sleep", "nl", "grep"),
        *("column", "date", "find", "rg", "sed", "sort", "tree", "xxd"),
        *("get-childitem", "get-content", "get-location", "select-string", "get-item", "test-path"),
    }
)
_NOT_WITH: Final = {
    "find": ("-delete", "-exec", "-fprint", "-fls", "-ok"),
    "sed": ("-e", "-f", "--expression", "--file", "-i", "--in-place"),
    "rg": ("--pre", "--hostname-bin"),
    "sort": ("-o", "--output", "-S", "--compress-program"),
    "tree": ("-o",),
    "date": ("-s", "--set"),
    "column": ("-c",),
}
_APPROVED_STEPS: Final = {
    "git": frozenset({"status", "log", "show", "diff", "ls-files", "grep", "branch", "rev-parse", "blame"}),
    "docker": frozenset(
        {"ps", "images", "info", "version", "inspect", "logs", "top", "stats", "port", "diff", "search"}
    ),
    "npm": frozenset({"ls", "list", "outdated", "view", "info", "show", "explain", "why", "root", "prefix", "ci"}),
    "yarn": frozenset({"list", "outdated", "info", "why", "bin", "help", "versions", "licenses"}),
    "pnpm": frozenset({"ls", "list", "outdated", "why", "root", "bin", "doctor", "licenses"}),
}
_ASKED: Final = frozenset(
    {
        *("rm", "rmdir", "del", "Remove-Item", "ri", "rd", "erase", "dd", "kill", "ps", "top", "Stop-Process", "spps"),
        *("taskkill", "taskkill.exe", "curl", "wget", "Invoke-RestMethod", "Invoke-WebRequest", "irm", "iwr", "chmod"),
        *("chown", "Set-ItemProperty", "sp", "Set-Acl", "jq", "xargs", "eval", "Invoke-Expression", "iex"),
    }
)
_SAFE: Final = Evidence(key=AUTO_APPROVE, value="true", note="built in: read-only commands run without asking")
_ASKS: Final = Evidence(key=AUTO_APPROVE, value="no entry", note="built in: a command with no entry asks")
_CHANGED: Final = Evidence(key=AUTO_APPROVE, value="variables", note="built in: a command that sets variables asks")
_WRITES: Final = Evidence(key=BLOCK_WRITES, note="a command that writes outside the workspace asks")


def terminal_rules(held: Board) -> tuple[ExecRule, ...]:
    """The entries of the settings, then the scripts of ``package.json``, which run unasked where the workspace may."""
    found = []
    for key, setting in held.entries(AUTO_APPROVE).items():
        value: Any = setting.value
        whole = isinstance(value, dict) and value.get("matchCommandLine") is True
        approve = value.get("approve") if isinstance(value, dict) else value
        effect = Verdict.ALLOW if approve is True else Verdict.ASK
        kind = "unset" if value is None else "line" if whole else "command"
        broad = effect is Verdict.ALLOW and _broad(key)
        found.append(ExecRule(effect, blot(key), kind, broad, setting.evidence))
    return (*found, *_scripts(held))


def lines(rules: Sequence[ExecRule]) -> tuple[str, ...]:
    """Entries that approve as command lines to ask about."""
    found = [
        f"npm run {rule.pattern}" if rule.kind == "script" else rule.pattern
        for rule in rules
        if rule.effect is Verdict.ALLOW and rule.kind != "url" and not _REGEX.fullmatch(rule.pattern)
    ]
    return tuple(dict.fromkeys(found))


def terminal_answer(
    rules: Sequence[ExecRule], line: str, workspace: str, *, built_in: bool, writes: str, otherwise: Answer
) -> Answer:
    """What the rules say of a command line. ``otherwise``: what happens where they ask (a human, or a model)."""
    parts = simple_commands(line)
    each = [_one(rules, part, built_in=built_in) for part in parts]
    asked = next((answer for answer in each if answer[0] is Verdict.ASK and answer[1] != (_ASKS,)), None)
    whole = [rule for rule in rules if rule.kind == "line" and _matches(rule, line)]
    stopped = next((rule for rule in whole if rule.effect is Verdict.ASK), None)
    if asked or stopped:
        return otherwise[0], asked[1] if asked else (stopped.evidence,) if stopped else ()
    if any(_outside(part, workspace) for part in parts) and writes != "never":
        return otherwise[0], (_WRITES,)
    approved = next((rule for rule in whole if rule.effect is Verdict.ALLOW), None)
    if approved:
        return Verdict.ALLOW, (approved.evidence,)
    verdict, evidence = strictest(each, (Verdict.ASK, (_ASKS,)))
    return (verdict, evidence) if verdict is Verdict.ALLOW else (otherwise[0], (*evidence, *otherwise[1]))


def _one(rules: Sequence[ExecRule], command: SimpleCommand, *, built_in: bool) -> Answer:
    """One command: entries that ask, then entries that approve, then the built-in ones nobody replaced."""
    if command.assigned:
        return Verdict.ASK, (_CHANGED,)
    if not command.words:
        return Verdict.ALLOW, (_SAFE,)
    hits = [rule for rule in rules if rule.kind in {"command", "script"} and _matches(rule, command.text)]
    asked = next((rule for rule in hits if rule.effect is Verdict.ASK), None)
    replaced = {rule.pattern for rule in rules}
    name = command.arguments[0]
    if asked:
        return Verdict.ASK, (asked.evidence,)
    if built_in and name in _ASKED and name not in replaced:
        return Verdict.ASK, (Evidence(key=AUTO_APPROVE, value="false", note=f"built in: {name} asks"),)
    approved = next((rule for rule in hits if rule.effect is Verdict.ALLOW), None)
    if approved:
        return Verdict.ALLOW, (approved.evidence,)
    safe = built_in and name not in replaced and _built_in(command.arguments)
    return (Verdict.ALLOW, (_SAFE,)) if safe else (Verdict.ASK, (_ASKS,))


def _built_in(words: tuple[str, ...]) -> bool:
    name, rest = words[0].lower(), words[1:]
    if name in _APPROVED_STEPS:
        return bool(rest) and rest[0] in _APPROVED_STEPS[name]
    return name in _APPROVED and not any(word.startswith(_NOT_WITH.get(name, ("\0",))) for word in rest)


def _matches(rule: ExecRule, text: str) -> bool:
    if rule.kind == "script":
        return _runs_script(text.split(), rule.pattern)
    form = _REGEX.fullmatch(rule.pattern)
    doubt = rule.effect is Verdict.ALLOW
    if form:
        return finds(form[1], text, ignore_case="i" in form[2], doubt=doubt)
    if rule.pattern.strip() in {"", "*"}:
        return bool(rule.pattern.strip())
    start = "/".join(re.escape(part) for part in re.split(r"[\\/]", rule.pattern)).replace("/", r"[\\/]")
    dotted = r"(?:\.[\\/])?" if "/" in rule.pattern or "\\" in rule.pattern else ""
    return re.match(rf"{dotted}{start}\b", text) is not None


def _runs_script(words: list[str], script: str) -> bool:
    if not words or words[0] not in _PACKAGE_RUNNERS:
        return False
    if words[1:2] in (["run"], ["run-script"]):
        return words[2:3] == [script]
    return words[1:2] == [script] and (words[0] != "npm" or script in _SHORT_SCRIPTS)


def _scripts(held: Board) -> tuple[ExecRule, ...]:
    if held.setting(NPM_SCRIPTS, True, worst=(True,)).value is not True:
        return ()
    path: Path = held.workspace / "package.json"
    document = read_json(path, held.around.show(path))
    note = f"{NPM_SCRIPTS} is on: scripts of package.json run without asking"
    return tuple(
        ExecRule(Verdict.ALLOW, name, "script", True, document.evidence("scripts", name, value="script", note=note))
        for name in document.table("scripts")
    )


def _outside(command: SimpleCommand, workspace: str) -> bool:
    """Whether a command's output goes to a file that is not below the workspace."""
    return any(
        path.startswith(("/", "~", "$", "..")) and path != "/dev/null" and not path.startswith(f"{workspace}/")
        for path in command.writes
    )


def _broad(key: str) -> bool:
    form = _REGEX.fullmatch(key)
    if form:
        return form[1] in _EVERYTHING or form[1].startswith((".*", "^.*", ".+"))
    words = simple_commands(key)
    return key.strip() == "*" or (bool(words) and is_broad(words[0].arguments))
