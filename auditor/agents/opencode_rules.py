"""OpenCode's permissions: merged with their order kept, the last pattern that matches decides.

Source: the vendor's pages on permissions and configuration (opencode.ai/docs) and the open source of the engine
(permission/index.ts, util/wildcard.ts, agent/agent.ts).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import Any, Final

from auditor.agents.command_rules import broad, wild
from auditor.agents.commands import SimpleCommand, simple_commands, unwrap
from auditor.agents.examples import Answer, strictest
from auditor.agents.globs import escape
from auditor.agents.layers import Layer
from auditor.agents.masks import blot
from auditor.agents.stage import Stage, built_in
from auditor.model.agent import EnforcedFor, Evidence, ExecRule, FileRule, Verdict
from auditor.model.frozen import frozen

_ACTIONS: Final = {"allow": Verdict.ALLOW, "ask": Verdict.ASK, "deny": Verdict.DENY}
_EDITING: Final = frozenset({"write", "patch", "multiedit"})
_WRAPPERS: Final = frozenset(
    {"timeout", "time", "nice", "nohup", "ionice", "stdbuf", "watch", "sudo", "env", "xargs", "setsid"}
)
# Programs whose path arguments are looked at before a command runs; all others reach outside unseen.
_WATCHED: Final = frozenset({"cd", "rm", "cp", "mv", "mkdir", "touch", "chmod", "chown", "cat"})
_STAR: Final = "{*,*/**/*}"
_FREE: Final = built_in("permission", "allow", "OpenCode asks for almost nothing; commands run unasked")
_ENV: Final = built_in("permission.read", "ask", "the read tool stops at .env files (asks, in older builds refuses)")
_OUTSIDE: Final = built_in("permission.external_directory", "ask", "files outside the project are asked for")


@frozen
class Rule:
    """One line of the merged list: which permission, which pattern, what happens, and why."""

    permission: str
    pattern: str
    effect: Verdict
    evidence: Evidence


DEFAULTS: Final = (
    Rule("*", "*", Verdict.ALLOW, _FREE),
    Rule("external_directory", "*", Verdict.ASK, _OUTSIDE),
    Rule("read", "*.env", Verdict.ASK, _ENV),
    Rule("read", "*.env.*", Verdict.ASK, _ENV),
    Rule("read", "*.env.example", Verdict.ALLOW, _ENV),
)


def merged(layers: Iterable[Layer], *keys: str) -> tuple[Rule, ...]:
    """The permissions at a key path over layers, lowest first: a name that is set again keeps its first place."""
    slots: dict[str, dict[str, tuple[Verdict, Evidence]]] = {}
    for layer in layers:
        for name, patterns in _said(layer, keys).items():
            if "" in patterns or "" in slots.get(name, {}):
                slots[name] = patterns
            else:
                slots[name] = {**slots.get(name, {}), **patterns}
    return tuple(
        Rule(name, pattern or "*", *said) for name, patterns in slots.items() for pattern, said in patterns.items()
    )


def decision(rules: Sequence[Rule], permission: str, what: str = "*") -> Rule:
    """The last rule that speaks of a permission and a value."""
    return next(rule for rule in reversed(rules) if wild(rule.permission, permission) and _matches(rule.pattern, what))


def exec_rules(rules: Iterable[Rule]) -> tuple[ExecRule, ...]:
    """The rules for commands in their order, then those for folders outside the project."""
    found = []
    for rule in rules:
        for permission, kind in (("bash", "glob"), ("external_directory", "outside")):
            if wild(rule.permission, permission):
                open_to_all = kind == "glob" and rule.effect is Verdict.ALLOW and broad(rule.pattern)
                found.append(ExecRule(rule.effect, blot(rule.pattern), kind, open_to_all, rule.evidence))
    return tuple(found)


def shell_answer(rules: Sequence[ExecRule], line: str, cwd: str) -> Answer:
    """What happens with a command line: each command in it, behind wrappers too, and the folders it plainly names."""
    otherwise = _last(rules, "glob", "*")
    return strictest((_one(rules, part, cwd) for part in simple_commands(line)), otherwise)


def file_rules(rules: Iterable[Rule], stage: Stage) -> tuple[FileRule, ...]:
    """What the read tool asks for or refuses; a later pattern takes its paths back from every earlier one."""
    held = [(rule, _globs(rule.pattern, stage)) for rule in rules if wild(rule.permission, "read")]
    found = []
    for at, (rule, globs) in enumerate(held):
        later = tuple(glob for _, more in held[at + 1 :] for glob in more)
        if rule.effect is not Verdict.ALLOW:
            found += [
                FileRule(rule.effect, rule.pattern, glob, EnforcedFor.TOOL, rule.evidence, later)
                for glob in globs
                if glob not in later
            ]
    return tuple(found)


def open_folders(rules: Sequence[Rule], stage: Stage) -> tuple[FileRule, ...]:
    """Folders outside the project that are allowed by name."""
    held = [rule for rule in rules if rule.permission == "external_directory" and rule.pattern.strip("*")]
    return tuple(
        FileRule(rule.effect, rule.pattern, glob, EnforcedFor.TOOL, rule.evidence)
        for rule in held
        if decision(rules, "external_directory", rule.pattern) is rule
        for glob in _globs(stage.around.expand(rule.pattern, stage.workspace), stage)
    )


def _said(layer: Layer, keys: tuple[str, ...]) -> dict[str, dict[str, tuple[Verdict, Evidence]]]:
    """One file's permissions by name and pattern; the empty pattern stands for a bare action."""
    found: dict[str, dict[str, tuple[Verdict, Evidence]]] = {}
    tools = (*keys[:-1], "tools")
    for name, on in (layer.document.table(*tools) if layer.holds(*tools) else {}).items():
        if isinstance(on, bool):
            effect = Verdict.ALLOW if on else Verdict.DENY
            found["edit" if name in _EDITING else name] = {"": (effect, layer.document.evidence(*tools, name))}
    value = layer.document.get(*keys) if layer.holds(*keys) else None
    table = {"*": value} if isinstance(value, str) else value if isinstance(value, dict) else {}
    for name, action in table.items():
        path = keys if isinstance(value, str) else (*keys, name)
        patterns = _patterns(layer, path, action)
        if patterns:
            found[name] = patterns
    return found


def _patterns(layer: Layer, path: tuple[str, ...], action: Any) -> dict[str, tuple[Verdict, Evidence]]:
    if isinstance(action, str):
        effect = _ACTIONS.get(action)
        return {"": (effect, layer.document.evidence(*path))} if effect else {}
    members = action.items() if isinstance(action, dict) else ()
    return {
        str(pattern): (_ACTIONS[word], layer.document.evidence(*path, pattern))
        for pattern, word in members
        if isinstance(word, str) and word in _ACTIONS
    }


def _one(rules: Sequence[ExecRule], command: SimpleCommand, cwd: str) -> Answer:
    bare = unwrap(command, _WRAPPERS)
    forms = dict.fromkeys((command.text, bare.text))
    answers = [_last(rules, "glob", text) for text in forms]
    answers += [_last(rules, "outside", folder) for folder in _outside(bare, cwd)]
    return strictest(answers, answers[0])


def _outside(command: SimpleCommand, cwd: str) -> list[str]:
    """Paths outside the project that a watched program plainly names."""
    words = command.arguments
    if not words or words[0] not in _WATCHED:
        return []
    named = [word for word in words[1:] if not word.startswith("-")]
    full = [
        word if word.startswith(("~", "$HOME")) else posixpath.normpath(posixpath.join(cwd, word)) for word in named
    ]
    return [path for path in full if path != cwd and not path.startswith(f"{cwd.rstrip('/')}/")]


def _last(rules: Sequence[ExecRule], kind: str, text: str) -> Answer:
    held = (rule for rule in reversed(rules) if rule.kind == kind and _matches(rule.pattern, text))
    rule = next(held, None)
    return (rule.effect, (rule.evidence,)) if rule else (Verdict.ASK, (_OUTSIDE,))


def _matches(pattern: str, text: str) -> bool:
    """The engine's wildcard: a pattern that ends in a blank and a star matches without arguments too."""
    return wild(pattern, text) or (pattern.endswith(" *") and wild(pattern[:-2], text))


def _globs(pattern: str, stage: Stage) -> tuple[str, ...]:
    """A wildcard pattern as path globs: its stars cross folders; relative ones count from the project."""
    said = pattern
    for name in ("~", "$HOME"):
        if said == name or said.startswith(f"{name}/"):
            said = stage.home + said[len(name) :]
    while "**" in said:
        said = said.replace("**", "*")
    if not said.startswith(("/", "*")):
        said = f"{escape(stage.root)}/{said}"
    said = said if said.startswith("/") else f"/{said}"
    return (said.replace("*", _STAR),)
