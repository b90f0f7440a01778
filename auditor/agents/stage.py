"""What the shorter dialects share: one workspace as a stage, folders of the platforms, and the usual answers.

A dialect brings its files, its order and its own rule words; what is alike in all of them stands here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from auditor.agents.commands import is_broad, simple_commands
from auditor.agents.documents import Document, read_jsonc
from auditor.agents.examples import Answer, absolute, for_fetch, for_path, for_server, verdicts
from auditor.agents.globs import matches
from auditor.agents.layers import Layer, Setting
from auditor.agents.mcp import server
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    EnvMode,
    EnvReach,
    Evidence,
    ExecMode,
    ExecReach,
    ExecRule,
    FileRule,
    Honoured,
    InjectedVariable,
    McpServer,
    ReadBase,
    ReadReach,
    Sandbox,
    Verdict,
)
from auditor.model.frozen import frozen

INHERITS: Final = Evidence(key="env", value="all", note="built in: commands inherit the whole environment")
UNBOXED: Final = Evidence(key="sandbox", value="none", note="built in: no sandbox confines commands")
_UNLISTED: Final = frozenset({"mcp", "fetch", "tool", "filter", "mode", "url", "outside", "except", "rest"})
_EDITORS: Final = ("Code", "Code - Insiders", "Code - OSS", "VSCodium", "Cursor", "Windsurf")


@frozen
class Stage:
    """One workspace for one agent: where it stands, and whether a file of the agent's was seen."""

    around: Surroundings
    workspace: Path
    seen: bool = True

    @property
    def root(self) -> str:
        """The workspace as an absolute POSIX path."""
        return self.workspace.as_posix()

    @property
    def home(self) -> str:
        """The home as an absolute POSIX path."""
        return self.around.home.as_posix()

    def layer(
        self,
        scope: str,
        path: Path,
        reader: Callable[[Path, str], Document] = read_jsonc,
        honoured: Honoured = Honoured.YES,
    ) -> Layer:
        """One file, read, in its scope."""
        return Layer(scope, reader(path, self.around.show(path)), honoured)

    def variable(self, name: str) -> Setting | None:
        """A variable of the launch environment as a setting; None when it is unset or empty."""
        value = self.around.variable(name)
        return (
            Setting(value, Evidence(key=name, value=value, note=f"{name} is set in the environment")) if value else None
        )

    def existing(self, *names: str) -> tuple[str, ...]:
        """The files of these names in the workspace that exist, as absolute POSIX paths."""
        return tuple((self.workspace / name).as_posix() for name in names if (self.workspace / name).is_file())


def stages(around: Surroundings, agent: str, seen: Callable[[Stage], bool]) -> Iterator[Stage]:
    """A stage per workspace where the agent is seen or was launched, or everywhere when it is named."""
    for workspace in around.workspaces or (around.home,):
        found = agent in around.launched_here or seen(Stage(around, workspace))
        if found or agent in around.named:
            yield Stage(around, workspace, found)


def upward(stage: Stage) -> tuple[Path, ...]:
    """The workspace and the folders above it up to its repository's root, nearest first; it alone without one."""
    found: list[Path] = []
    for folder in (stage.workspace, *stage.workspace.parents):
        found.append(folder)
        if (folder / ".git").exists():
            return tuple(found)
        if folder == stage.around.home:
            break
    return (stage.workspace,)


def config_folder(around: Surroundings) -> Path:
    """Where command-line tools of Linux and macOS keep settings: ``~/.config`` unless a variable moves it."""
    return around.folder("XDG_CONFIG_HOME", around.home / ".config")


def data_folder(around: Surroundings) -> Path:
    """Where command-line tools keep data: ``~/.local/share`` unless a variable moves it."""
    return around.folder("XDG_DATA_HOME", around.home / ".local" / "share")


def roaming(around: Surroundings) -> Path:
    """Where Windows programs keep settings."""
    return around.folder("APPDATA", around.home / "AppData" / "Roaming")


def user_data(around: Surroundings, name: str) -> Path:
    """The user data folder of one editor of the VS Code family."""
    if around.platform == "darwin":
        return around.home / "Library" / "Application Support" / name / "User"
    base = roaming(around) if around.platform == "win32" else config_folder(around)
    return base / name / "User"


def editors(around: Surroundings) -> tuple[Path, ...]:
    """The user data folders of the VS Code family that exist here, servers for remote windows included."""
    remote = [around.home / name / "data" / "User" for name in (".vscode-server", ".cursor-server", ".windsurf-server")]
    return tuple(folder for folder in (*(user_data(around, name) for name in _EDITORS), *remote) if folder.is_dir())


def installed(around: Surroundings, extension: str) -> bool:
    """Whether an extension (``publisher.name``) is installed in any editor of the VS Code family."""
    names = (".vscode", ".vscode-insiders", ".vscode-oss", ".vscode-server", ".cursor", ".windsurf")
    return any(True for name in names for _ in (around.home / name / "extensions").glob(f"{extension}-*"))


def built_in(key: str, value: str, note: str) -> Evidence:
    """A fact that no file sets, with the sentence that says so."""
    return Evidence(key=key, value=value, note=f"built in: {note}")


def record(stage: Stage, agent: str, name: str, surface: str, **parts: Any) -> AgentRecord:
    """A record with what most of these agents share: the whole environment is handed on, and there is no sandbox."""
    held: dict[str, Any] = {
        "assumed": not stage.seen,
        "env": EnvReach(EnvMode.ALL, EnvMode.ALL, evidence=(INHERITS,)),
        "sandbox": Sandbox(evidence=(UNBOXED,)),
        "confidence": "medium",
        **parts,
    }
    held["confidence"] = held["confidence"] if stage.seen else "low"
    return AgentRecord(agent, name, surface, stage.root, **held)


def reading(stage: Stage, base: ReadBase, **parts: Any) -> ReadReach:
    """What the file tool reads, the workspace standing first among its roots."""
    further = tuple(parts.pop("roots", ()))
    return ReadReach(base=base, roots=tuple(dict.fromkeys((stage.root, *further))), **parts)


def answer(held: AgentRecord, action: str, what: str, cwd: str, run: Callable[[str], Answer]) -> Answer:
    """One question to a record; only how a command line is judged differs from dialect to dialect."""
    if action == "read":
        return for_path(held, absolute(what, cwd))
    if action == "fetch":
        return for_fetch(held, what)
    if action == "mcp":
        return for_server(held, what)
    return run(what)


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


def served(
    stage: Stage,
    entries: Mapping[str, Setting],
    gate: Callable[[str, dict[str, Any]], str] = lambda _name, _entry: "no",
    *,
    trustless: bool = False,
    sandboxed: bool = False,
) -> tuple[McpServer, ...]:
    """The MCP servers that take part; ``gate`` says how many of a server's tools run unasked.

    ``trustless``: those of the project start without a question.
    """
    return tuple(
        server(
            name,
            entry.value,
            entry.evidence,
            base=stage.root,
            home=stage.home,
            auto_approved=gate(name, entry.value),
            started_without_trust=trustless and entry.scope == "project",
            sandboxed=sandboxed,
        )
        for name, entry in entries.items()
        if isinstance(entry.value, dict) and entry.value.get("disabled") is not True
        if entry.value.get("enabled") is not False
    )


def approved_tools(_name: str, entry: dict[str, Any]) -> str:
    """The gate of clients whose entries list approved tools: ``all`` for a star, ``some`` for names."""
    words = [word for key in ("autoApprove", "alwaysAllow") for word in _list(entry.get(key)) if isinstance(word, str)]
    if "*" in words:
        return "all"
    return "some" if words else "no"


def injected(layer: Layer, *keys: str) -> tuple[InjectedVariable, ...]:
    """The variables that a table of a file puts into the environment."""
    table = layer.document.get(*keys) if layer.holds(*keys) else None
    return tuple(
        InjectedVariable(str(name), isinstance(value, (str, int)), layer.document.evidence(*keys, name))
        for name, value in (table if isinstance(table, dict) else {}).items()
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
