"""Rules over command lines as most dialects have them: the mode they add up to, wildcards, prefixes, named files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Final

from auditor.agents.commands import is_broad, simple_commands
from auditor.agents.examples import Answer, absolute, verdicts
from auditor.agents.globs import matches
from auditor.model.agent import Evidence, ExecMode, ExecReach, ExecRule, FileRule, Verdict

# Rules of these kinds open no command: they speak of other tools, narrow a list, or stand for all that is left.
_UNLISTED: Final = frozenset({"mcp", "fetch", "tool", "filter", "mode", "url", "outside", "except", "rest"})


def commanded(
    rules: tuple[ExecRule, ...], judge: Callable[[str], Answer], otherwise: Answer, best: ExecMode | None = None
) -> ExecReach:
    """How commands run: ``judge`` decides a line, ``otherwise`` is what holds for one that no rule names."""
    shells = [rule for rule in rules if rule.effect is Verdict.ALLOW and rule.kind not in _UNLISTED]
    evidence = tuple(dict.fromkeys((*otherwise[1], *(rule.evidence for rule in shells))))
    lines = spoken(rule for rule in shells if rule.evidence.file)
    return ExecReach(mode_of(otherwise[0], listed=bool(shells)), best, rules, verdicts(judge, lines), evidence)


def mode_rule(verdict: Verdict, evidence: Evidence) -> ExecRule:
    """What holds for a command that no other rule names, as a rule of its own, so that a record can be asked."""
    return ExecRule(verdict, "*", "mode", verdict is Verdict.ALLOW, evidence)


def by_mode(rules: Iterable[ExecRule]) -> Answer:
    """The answer of the record's mode; a human is asked where it has none."""
    found = next((rule for rule in rules if rule.kind == "mode"), None)
    return (found.effect, (found.evidence,)) if found else (Verdict.ASK, ())


def mode_of(otherwise: Verdict, *, listed: bool) -> ExecMode:
    """The mode that an answer for unnamed commands amounts to, with or without a list of allowed ones."""
    if otherwise is Verdict.ALLOW:
        return ExecMode.FREE
    if otherwise is Verdict.CLASSIFIED:
        return ExecMode.RISK_BASED
    if listed:
        return ExecMode.ALLOW_LIST
    return ExecMode.NONE if otherwise is Verdict.DENY else ExecMode.ASK


def spoken(rules: Iterable[ExecRule]) -> tuple[str, ...]:
    """Patterns of allow rules as command lines to ask about: what stands before the first wildcard."""
    kept = (rule.pattern for rule in rules if rule.effect is Verdict.ALLOW)
    found = (pattern.lstrip("^").partition("*")[0].partition("$")[0].strip() for pattern in kept)
    return tuple(dict.fromkeys(line for line in found if line and len(line) > 1))


def broad(pattern: str) -> bool:
    """Whether a pattern lets through any program: a wildcard, or an interpreter or runner with nothing fixed."""
    said = pattern.strip().strip("^$").replace(".*", "*")
    if not said.strip("* "):
        return True
    words = simple_commands(said.replace("*", " * "))
    return bool(words) and is_broad(words[0].arguments)


def wild(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern in which ``*`` is any run of characters and ``?`` is any one of them."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def starts(text: str, prefix: str) -> bool:
    """Whether a command starts with a prefix, letter by letter and case ignored; ``*`` starts everything."""
    said = prefix.strip().lower()
    return bool(said) and (said == "*" or text.strip().lower().startswith(said))


def named_file(rules: Iterable[FileRule], line: str, cwd: str, programs: frozenset[str] | None = None) -> Answer | None:
    """The rule over a path that a command line names as an argument; only for ``programs`` when they are given."""
    held = tuple(rules)
    for part in simple_commands(line):
        words = part.arguments
        if not words or (programs is not None and words[0].lower() not in programs):
            continue
        for word in words[1:]:
            path = "" if word.startswith("-") else absolute(word, cwd)
            for rule in held:
                if path and matches(rule.glob, path) and not any(matches(glob, path) for glob in rule.excepts):
                    return rule.effect, (rule.evidence,)
    return None
