"""Where Cursor is configured, which of its files prove that it works here, and its sandbox.

Source: the vendor's reference pages on permissions, sandbox, ignore files, MCP, hooks and the CLI (cursor.com/docs).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.documents import read_jsonc, read_text
from auditor.agents.ignores import Ignores, from_file, ignore_rules
from auditor.agents.layers import Layer, Setting, default, scalar, union
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import EnforcedFor, Evidence, FileRule, NetworkMode, ReadBase, Sandbox
from auditor.model.frozen import frozen

_PROJECT_MARKS: Final = (
    *("rules", "mcp.json", "hooks.json", "permissions.json", "sandbox.json", "cli.json", "environment.json"),
    *("agents", "skills", "commands", "worktrees.json"),
)
_ROOT_MARKS: Final = (".cursorrules", ".cursorignore", ".cursorindexingignore")
_USER_MARKS: Final = ("mcp.json", "permissions.json", "sandbox.json", "hooks.json", "extensions", "argv.json")
# Ignored without any file; a line that starts with ! in .cursorignore takes them back.
_BUILT_IN: Final = Ignores((".env", ".env.*"), note="built in: Cursor ignores .env files")
# Hosts of the sandbox's own list that anybody can store data on; the whole list has about a hundred names.
_DEFAULT_HOSTS: Final = ("github.com", "*.github.com", "*.githubusercontent.com", "*.googleapis.com")
_SYSTEM_FOLDERS: Final = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/etc",
    "/opt",
    "/System",
    "/Library",
    "/private/var",
)


@frozen
class Scene:
    """One workspace: every file's layer, project before user, and the folder of the IDE's user data."""

    around: Surroundings
    workspace: Path
    data: Path
    permissions: tuple[Layer, ...]
    sandbox: tuple[Layer, ...]
    mcp: tuple[Layer, ...]
    hooks: tuple[Layer, ...]
    cli: tuple[Layer, ...]
    editor: tuple[Layer, ...]

    @property
    def root(self) -> str:
        """The workspace as an absolute POSIX path."""
        return self.workspace.as_posix()


@frozen
class Box:
    """The sandbox of commands: the record's part, what can be read in it, and which hosts it reaches."""

    sandbox: Sandbox
    shell_base: ReadBase = ReadBase.FILESYSTEM
    shell_roots: tuple[str, ...] = ()
    network: NetworkMode = NetworkMode.FREE
    hosts: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


def scene(around: Surroundings, workspace: Path) -> Scene:
    """All files that speak of one workspace."""
    own = _user_folder(around)
    project = workspace / ".cursor"

    def pair(name: str) -> tuple[Layer, ...]:
        same = project == own
        return (() if same else (_layer(around, "project", project / name),)) + (_layer(around, "user", own / name),)

    enterprise = {
        "darwin": ("Library", "Application Support", "Cursor", "hooks.json"),
        "win32": ("ProgramData", "Cursor", "hooks.json"),
    }.get(around.platform, ("etc", "cursor", "hooks.json"))
    cli = _layer(around, "project", project / "cli.json")
    refused = frozenset(key for key in cli.document.table() if key not in {"permissions", "version", "$schema"})
    data = user_data(around)
    return Scene(
        around,
        workspace,
        data,
        permissions=pair("permissions.json"),
        sandbox=pair("sandbox.json"),
        mcp=pair("mcp.json"),
        hooks=(_layer(around, "managed", around.system(*enterprise)), *pair("hooks.json")),
        cli=(Layer("project", cli.document, refused=refused), _layer(around, "user", cli_config(around))),
        editor=(_layer(around, "user", data / "settings.json"),),
    )


def user_data(around: Surroundings) -> Path:
    """The IDE's user data folder."""
    if around.platform == "darwin":
        return around.home / "Library" / "Application Support" / "Cursor" / "User"
    if around.platform == "win32":
        return around.folder("APPDATA", around.home / "AppData" / "Roaming") / "Cursor" / "User"
    return around.folder("XDG_CONFIG_HOME", around.home / ".config") / "Cursor" / "User"


def cli_config(around: Surroundings) -> Path:
    """The CLI's own settings: ``CURSOR_CONFIG_DIR`` first, then ``XDG_CONFIG_HOME`` on Linux, then ``~/.cursor``."""
    if around.variable("CURSOR_CONFIG_DIR"):
        return around.folder("CURSOR_CONFIG_DIR", around.home) / "cli-config.json"
    if around.platform == "linux" and around.variable("XDG_CONFIG_HOME"):
        moved = around.folder("XDG_CONFIG_HOME", around.home) / "cursor" / "cli-config.json"
        if moved.exists():
            return moved
    return around.home / ".cursor" / "cli-config.json"


def seen_cli(around: Surroundings, workspace: Path) -> bool:
    """Whether files that only the CLI writes or reads are there."""
    own = (cli_config(around), _user_folder(around) / "chats", workspace / ".cursor" / "cli.json")
    return "cursor" in around.launched_here or any(path.exists() for path in own)


def seen_ide(around: Surroundings, workspace: Path) -> bool:
    """Whether the editor's files are there, for the user or in the workspace."""
    own = _user_folder(around)
    project = workspace / ".cursor"
    marks = (
        user_data(around),
        *(own / name for name in _USER_MARKS),
        *(project / name for name in _PROJECT_MARKS if project != own and name != "cli.json"),
        *(workspace / name for name in _ROOT_MARKS),
    )
    return any(path.exists() for path in marks)


def ignored(held: Scene) -> tuple[FileRule, ...]:
    """What the agent's file tools leave out: built-in names, ``.gitignore``, then ``.cursorignore``, which has the say.

    Commands and MCP servers are not bound by it, as the vendor states.
    """
    files = (held.workspace / ".gitignore", held.workspace / ".cursorignore")
    stack = [from_file(read_text(path, held.around.show(path))) for path in files]
    return ignore_rules((_BUILT_IN, *stack), held.root, EnforcedFor.TOOL)


def box(held: Scene, *, escape: str, said: tuple[Evidence, ...] = ()) -> Box:
    """The sandbox as ``sandbox.json`` describes it; reads are open unless ``readBoundary`` is ``workspace``."""
    kind = scalar(held.sandbox, "type", kind=str) or default("sandbox type", "workspace_readwrite")
    if kind.value == "insecure_none":
        return Box(Sandbox(evidence=(kind.evidence, *said)))
    edge = scalar(held.sandbox, "readBoundary", kind=str) or default("readBoundary", "system")
    confined = edge.value == "workspace"
    network, hosts, denied, why = _network(held)
    sandbox = Sandbox(
        "process",
        ("shell",),
        reads="confined" if confined else "open",
        writes="blocked" if kind.value == "workspace_readonly" else "confined",
        network="open" if network is NetworkMode.FREE else "confined",
        escape=escape,
        evidence=(kind.evidence, edge.evidence, *said, *why),
    )
    roots = (held.root, *_further(held), *_SYSTEM_FOLDERS) if confined else ()
    return Box(sandbox, ReadBase.SANDBOXED if confined else ReadBase.FILESYSTEM, roots, network, hosts, denied)


def _further(held: Scene) -> tuple[str, ...]:
    keys = ("additionalReadPaths", "additionalReadwritePaths", "additionalReadonlyPaths")
    words = [item.value for key in keys for item in union(held.sandbox, key)]
    return tuple(held.around.expand(word, held.workspace) for word in words)


def _network(held: Scene) -> tuple[NetworkMode, tuple[str, ...], tuple[str, ...], tuple[Evidence, ...]]:
    """The sandbox's hosts: a name with ``*.`` takes the bare name in too."""
    policy = scalar(held.sandbox, "networkPolicy", "default", kind=str) or default("networkPolicy.default", "deny")
    allowed = union(held.sandbox, "networkPolicy", "allow")
    denied = union(held.sandbox, "networkPolicy", "deny")
    evidence = tuple(item.evidence for item in (policy, *allowed, *denied))
    shut = _hosts(item.value for item in denied)
    if policy.value == "allow":
        return NetworkMode.FREE, (), shut, evidence
    hosts = _hosts([*(item.value for item in allowed), *_DEFAULT_HOSTS])
    return NetworkMode.ALLOW_LIST, hosts, shut, evidence


def _hosts(words: Any) -> tuple[str, ...]:
    found: list[str] = []
    for word in words:
        found += [word, word[2:]] if word.startswith("*.") else [word]
    return tuple(dict.fromkeys(found))


def trusts(held: Scene) -> Setting:
    """Whether the editor asks for trust in a folder; Cursor ships with that switched off."""
    key = "security.workspace.trust.enabled"
    return scalar(held.editor, key, kind=bool) or default(key, False)


def _user_folder(around: Surroundings) -> Path:
    return around.home / ".cursor"


def _layer(around: Surroundings, scope: str, path: Path) -> Layer:
    return Layer(scope, read_jsonc(path, around.show(path)))
