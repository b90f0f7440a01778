"""Claude Code's permission rule grammar: ``Tool`` and ``Tool(specifier)``, and what each form matches.

Source: the vendor's page on permissions (code.claude.com/docs/en/permissions), sections on rule syntax, Bash, Read and
Edit, WebFetch and MCP.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from auditor.agents.commands import SimpleCommand, is_broad, unwrap
from auditor.agents.globs import gitignore_to_globs
from auditor.agents.layers import Setting
from auditor.agents.masks import blot
from auditor.model.agent import EnforcedFor, ExecRule, FileRule, Verdict
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

_RULE: Final = lazy_pattern(r"^\s*([A-Za-z_*][\w*.-]*)\s*(?:\((.*)\))?\s*$", re.DOTALL)
_PARAMETER: Final = lazy_pattern(r"^(?:dangerouslyDisableSandbox|run_in_background|timeout|description):")
_ONE_FOLDER: Final = lazy_pattern(r"^(?!\./)[^/*?\[]+/\*\*$")
_DRIVE: Final = lazy_pattern(r"^//([A-Za-z])(/.*|)$")
# Path rules of these tools are accepted by Claude Code but never consulted.
_NEVER_CONSULTED: Final = frozenset({"Write", "MultiEdit", "NotebookEdit", "Glob", "Grep", "NotebookRead", "LS"})
_KINDS: Final = {"WebFetch": "fetch", "WebSearch": "fetch", "Edit": "edit", "Write": "edit"}
SHELL_TOOLS: Final = frozenset({"Bash", "PowerShell"})
# Every rule sees through these; a deny or ask rule sees through the others as well.
WRAPPERS: Final = frozenset({"timeout", "time", "nice", "nohup", "stdbuf", "command", "builtin", "noglob", "xargs"})
EXEC_WRAPPERS: Final = WRAPPERS | {"env", "sudo", "doas", "watch", "ionice", "setsid"}
_SAFE_VARIABLES: Final = frozenset(
    {
        *(
            "NODE_ENV",
            "CI",
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_CTYPE",
            "TERM",
            "TZ",
            "NO_COLOR",
            "FORCE_COLOR",
            "COLUMNS",
        ),
        *("GOOS", "GOARCH", "CGO_ENABLED", "RUST_LOG", "RUST_BACKTRACE", "PYTHONUNBUFFERED", "DEBUG", "COLORTERM"),
    }
)
_NEVER_BY_PREFIX: Final = frozenset({"watch", "setsid", "flock"})


@frozen
class Rule:
    """A rule as written: the tool, and the specifier in brackets (None when there are none)."""

    tool: str
    specifier: str | None

    @property
    def bare(self) -> bool:
        """Whether it covers every use of the tool: ``Bash`` or ``Bash(*)``."""
        return self.specifier is None or self.specifier.strip() in {"", "*", ":*", "**"}


@lru_cache(maxsize=4096)
def parse(text: str) -> Rule | None:
    """A rule's tool and specifier; None for text that is no rule."""
    found = _RULE.match(text)
    return Rule(found[1], found[2]) if found else None


def exec_rule(setting: Setting, effect: Verdict) -> ExecRule | None:
    """A rule over commands, fetches, MCP tools or all tools; None for rules over files and rules never consulted."""
    rule = parse(setting.value)
    if rule is None or not _counts(rule, effect):
        return None
    written = blot(setting.value)
    return ExecRule(effect, written, kind(rule), effect is Verdict.ALLOW and broad(rule), setting.evidence)


def kind(rule: Rule) -> str:
    """``exact``, ``prefix`` or ``glob`` for commands; ``parameter``, ``fetch``, ``mcp``, ``edit`` or ``any`` else."""
    if rule.tool not in SHELL_TOOLS:
        return "mcp" if rule.tool.startswith("mcp__") else _KINDS.get(rule.tool, "any")
    said = rule.specifier or "*"
    if _PARAMETER.match(said):
        return "parameter"
    if "*" not in said:
        return "exact"
    return "prefix" if said.endswith((" *", ":*")) and said.count("*") == 1 else "glob"


def broad(rule: Rule) -> bool:
    """Whether an allow rule lets any program run: a wildcard, an interpreter, a package runner."""
    if rule.tool == "*" or (rule.tool in SHELL_TOOLS and rule.bare):
        return True
    if rule.tool not in SHELL_TOOLS or "*" not in (rule.specifier or ""):
        return False
    fixed = re.sub(r":\*$", " *", rule.specifier or "").partition("*")[0]
    return is_broad(tuple(fixed.split()))


def _counts(rule: Rule, effect: Verdict) -> bool:
    if rule.tool in SHELL_TOOLS or rule.tool in {"WebFetch", "WebSearch"}:
        return not (effect is Verdict.ALLOW and _PARAMETER.match(rule.specifier or ""))
    if rule.tool.startswith("mcp__"):
        # An allow rule has to name its server: mcp__* is ignored with a warning.
        return effect is not Verdict.ALLOW or "*" not in server_of(rule.tool)
    if rule.tool == "*":
        return effect is not Verdict.ALLOW
    return rule.tool in {"Edit", "Write"} and rule.bare


def file_rules(setting: Setting, effect: Verdict, anchors: Anchors, *, sandboxed: bool) -> tuple[FileRule, ...]:
    """A ``Read`` rule as rules over absolute globs; empty for other tools.

    ``sandboxed``: with the sandbox on, deny rules over paths are handed to the operating system too.
    """
    rule = parse(setting.value)
    if rule is None or rule.tool != "Read":
        return ()
    # That a lone star means more than the start folder is not documented: it is taken to grant all, to deny little.
    everything = rule.specifier is None or (effect is Verdict.ALLOW and rule.bare)
    if effect is Verdict.DENY and sandboxed and not everything:
        enforced = EnforcedFor.OS
    else:
        enforced = EnforcedFor.TOOL if everything or effect is Verdict.ALLOW else EnforcedFor.KNOWN_SHELL
    globs = ("/**",) if everything else path_globs(rule.specifier or "", effect, anchors)
    return tuple(FileRule(effect, blot(setting.value), glob, enforced, setting.evidence) for glob in globs)


@frozen
class Anchors:
    """What the four path forms are anchored at: the settings' own folder, the start folder and the home; POSIX."""

    source: str
    start: str
    home: str
    windows: bool = False


def path_globs(pattern: str, effect: Verdict, anchors: Anchors) -> tuple[str, ...]:
    """The absolute globs of a path specifier.

    ``//x`` is the file system's root, ``~/x`` the home, ``/x`` the folder of the settings file, all else the start
    folder, where a bare name matches at any depth and ``dir/**`` does so too in deny and ask rules.
    """
    said = pattern.replace("\\", "/") if anchors.windows else pattern
    drive = _DRIVE.match(said) if anchors.windows else None
    if drive:
        said, base = drive[2] or "/", f"{drive[1].upper()}:"
    elif said.startswith("//"):
        said, base = f"/{said.lstrip('/')}", "/"
    elif said == "~" or said.startswith("~/"):
        said, base = f"/{said[2:].lstrip('/')}", anchors.home
    elif said.startswith("/"):
        base = anchors.source
    elif _ONE_FOLDER.match(said) and effect is not Verdict.ALLOW:
        said, base = f"**/{said}", anchors.start
    else:
        said, base = said[1:] if said.startswith("./") else said, anchors.start
    return gitignore_to_globs(said, base)


def bash_matches(rule: Rule, command: SimpleCommand, effect: Verdict) -> bool:
    """Whether a Bash or PowerShell rule matches one simple command.

    An allow rule sees through harmless wrappers and known-safe variables only; the others see through every leading
    variable and through wrappers that run what follows.
    """
    return spelling(command, effect).matched_by(rule)


@frozen
class Spelling:
    """The texts of one command that rules are held against; ``wild``: rules with a star may match them."""

    texts: tuple[str, ...]
    wild: bool = True

    def matched_by(self, rule: Rule) -> bool:
        """Whether a Bash or PowerShell rule matches one of the texts."""
        said = (rule.specifier or "*").strip() or "*"
        if _PARAMETER.match(said):
            return False
        if rule.bare:
            return True
        return (self.wild or "*" not in said) and any(text_matches(said, text) for text in self.texts)


def spelling(command: SimpleCommand, effect: Verdict) -> Spelling:
    """What rules of an effect see of a command; only bare ones see it where a variable may change its meaning."""
    if effect is Verdict.ALLOW and not _assigns_safely(command):
        return Spelling(())
    behind = unwrap(command.past(command.assigned), WRAPPERS if effect is Verdict.ALLOW else EXEC_WRAPPERS)
    wild = effect is not Verdict.ALLOW or not _never_by_prefix(behind)
    return Spelling(tuple(dict.fromkeys((command.text, behind.text))), wild)


def text_matches(pattern: str, text: str) -> bool:
    """A Bash specifier against a command's text: ``*`` spans anything; a last `` *`` or ``:*`` ends at a word."""
    said = f"{pattern[:-2]} *" if pattern.endswith(":*") else pattern
    if said.endswith(" *"):
        return _star(said[:-2], text) or _star(said, text)
    return _star(said, text)


def server_of(tool: str) -> str:
    """The server's name in ``mcp__server__tool``."""
    return tool.removeprefix("mcp__").split("__", 1)[0]


def mcp_matches(rule: Rule, server: str, tool: str) -> bool:
    """Whether an ``mcp__…`` rule, or ``*``, covers a tool of a server."""
    if rule.tool == "*":
        return True
    if not rule.tool.startswith("mcp__"):
        return False
    name, has_tool, wanted = rule.tool.removeprefix("mcp__").partition("__")
    return _star(name, server) and (not has_tool or _star(wanted, tool))


def fetch_matches(rule: Rule, host: str) -> bool:
    """Whether a ``WebFetch`` rule covers a host: ``domain:host``, ``*.host`` for its subdomains, ``*`` for all."""
    if rule.tool == "*" or (rule.tool == "WebFetch" and rule.bare):
        return True
    domain = domain_of(rule)
    if rule.tool != "WebFetch" or not domain:
        return False
    if domain.startswith("*."):
        return host.endswith(domain[1:])
    return domain in {"*", host}


def domain_of(rule: Rule) -> str:
    """The host pattern of ``WebFetch(domain:…)``; ``*`` for a bare rule, empty for other tools."""
    if rule.tool != "WebFetch":
        return ""
    if rule.bare:
        return "*"
    said = (rule.specifier or "").strip()
    return said.removeprefix("domain:").strip().lower() if said.startswith("domain:") else ""


def _star(pattern: str, text: str) -> bool:
    """``*`` as any run of characters, newlines included; first places suffice, so it takes linear time."""
    head, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(head):
        return False
    at = len(head)
    for middle in rest[:-1]:
        found = text.find(middle, at)
        if found < 0:
            return False
        at = found + len(middle)
    return len(text) - len(rest[-1]) >= at and text.endswith(rest[-1])


def _assigns_safely(command: SimpleCommand) -> bool:
    names = (word.value.split("=", 1)[0].rstrip("+") for word in command.words[: command.assigned])
    return all(name in _SAFE_VARIABLES for name in names)


def _never_by_prefix(command: SimpleCommand) -> bool:
    arguments = command.arguments
    name = arguments[0] if arguments else ""
    if name in _NEVER_BY_PREFIX:
        return True
    return name == "find" and any(word in {"-exec", "-execdir", "-ok", "-okdir", "-delete"} for word in arguments)


def problems(setting: Setting, effect: Verdict) -> str:
    """What is wrong with a rule that looks as if it did something, as one sentence; empty when nothing is."""
    rule = parse(setting.value)
    written = blot(setting.value)
    if rule is None:
        return f"{written} is not a rule"
    if rule.tool in _NEVER_CONSULTED and not rule.bare:
        return f"{written} is accepted but never consulted; Read and Edit rules are"
    if rule.tool.startswith("mcp__") and effect is Verdict.ALLOW and "*" in server_of(rule.tool):
        return f"{written} is ignored: an allow rule has to name its server"
    said = rule.specifier or ""
    if rule.tool in {"Read", "Edit"} and re.match(r"^/(?:Users|home|root|etc|var|private|opt)(?:/|$)", said):
        return f"{written} is not absolute: one slash starts at the settings' own folder, two at the root"
    return ""
