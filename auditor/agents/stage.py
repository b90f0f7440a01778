"""What the shorter dialects share: one workspace as a stage, folders of the platforms, and the usual answers.

A dialect brings its files, its order and its own rule words; what is alike in all of them stands here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from auditor.agents.documents import Document, read_jsonc, read_text
from auditor.agents.examples import Answer, absolute, for_fetch, for_path, for_server
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, Setting
from auditor.agents.mcp import server
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    EnforcedFor,
    EnvMode,
    EnvReach,
    Evidence,
    Honoured,
    InjectedVariable,
    McpServer,
    OnOutside,
    ReadBase,
    ReadReach,
    Sandbox,
)
from auditor.model.frozen import frozen, replace

INHERITS: Final = Evidence(key="env", value="all", note="built in: commands inherit the whole environment")
UNBOXED: Final = Evidence(key="sandbox", value="none", note="built in: no sandbox confines commands")
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


def cloned(stage: Stage) -> ReadReach:
    """What an agent on a machine of its own can open: the repository's copy, without what git leaves out of it."""
    path = stage.workspace / ".gitignore"
    lines = from_file(read_text(path, stage.around.show(path)))
    kept = replace(lines, note="git leaves it out of the repository that the machine holds a copy of")
    return reading(
        stage,
        ReadBase.SANDBOXED,
        outside=OnOutside.DENY,
        rules=ignore_rules((kept,), stage.root, EnforcedFor.OS),
        shell_base=ReadBase.SANDBOXED,
        shell_roots=(stage.root,),
        evidence=(built_in("read", "repository", "its machine holds a copy of the repository"),),
    )


def answer(held: AgentRecord, action: str, what: str, cwd: str, run: Callable[[str], Answer]) -> Answer:
    """One question to a record; only how a command line is judged differs from dialect to dialect."""
    if action == "read":
        return for_path(held, absolute(what, cwd))
    if action == "fetch":
        return for_fetch(held, what)
    if action == "mcp":
        return for_server(held, what)
    return run(what)


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
