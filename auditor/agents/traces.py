"""A cheap first look: has an agent left any trace at all? Only then is its dialect loaded.

A trace is wider than what a dialect accepts as proof: a folder's name is enough here. What has no trace cannot be seen
by its dialect; a test holds every dialect to that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from auditor.agents.surroundings import Surroundings
from auditor.model.frozen import frozen


@frozen
class Trace:
    """What an agent may leave: names in a workspace, in the home, below the system root; starts of variable names.

    ``settings`` are starts of keys in the settings of an editor, the workspace's or the user's.
    """

    workspace: tuple[str, ...]
    home: tuple[str, ...]
    system: tuple[str, ...]
    variables: tuple[str, ...]
    settings: tuple[str, ...] = ()


_CODE = tuple(f".config/{name}" for name in ("Code", "Code - Insiders", "Code - OSS", "VSCodium"))
_MOVED = (
    (".config/", "XDG_CONFIG_HOME"),
    (".local/share/", "XDG_DATA_HOME"),
    ("AppData/Roaming/", "APPDATA"),
    ("AppData/Local/", "LOCALAPPDATA"),
)
_EVERY_EDITOR = ("Library/Application Support", "AppData/Roaming", "Library/Preferences")
_CONFIGURED = (".config", "Library/Application Support", "AppData/Roaming")
_EDITORS = (
    *(
        f"{base}/{name}/User"
        for base in _CONFIGURED
        for name in ("Code", "Code - Insiders", "Code - OSS", "VSCodium", "Cursor", "Windsurf")
    ),
    ".vscode-server/data/User",
    ".cursor-server/data/User",
    ".windsurf-server/data/User",
)
_INSTALLED = (".vscode", ".vscode-insiders", ".vscode-oss", ".vscode-server", ".cursor", ".windsurf")


def _extension(name: str) -> tuple[str, ...]:
    """Where an extension of the VS Code family is installed and keeps its data."""
    stores = (f"{folder}/globalStorage/{name}" for folder in _EDITORS)
    return (*stores, *(f"{folder}/extensions/{name}-*" for folder in _INSTALLED))


TRACES = {
    "claude-code": Trace(
        (".claude", "CLAUDE.md", "CLAUDE.local.md", ".mcp.json"),
        (".claude", ".claude.json"),
        ("etc/claude-code", "Library/Application Support/ClaudeCode", "Program Files/ClaudeCode"),
        ("CLAUDE",),
    ),
    "codex": Trace((".codex",), (".codex",), ("etc/codex",), ("CODEX",)),
    "gemini": Trace(
        (".gemini", "GEMINI.md", ".geminiignore"),
        (".gemini",),
        ("etc/gemini-cli", "Library/Application Support/GeminiCli", "ProgramData/gemini-cli"),
        ("GEMINI",),
    ),
    "cursor": Trace(
        (".cursor", ".cursorrules", ".cursorignore", ".cursorindexingignore"),
        (".cursor", ".config/Cursor", ".config/cursor", *_EVERY_EDITOR),
        ("etc/cursor",),
        ("CURSOR", "XDG_CONFIG_HOME", "APPDATA"),
    ),
    "copilot-vscode": Trace(
        (".vscode", ".github", "*.code-workspace"),
        (*_CODE, ".vscode", ".vscode-insiders", ".vscode-oss", ".vscode-server", ".copilot", *_EVERY_EDITOR),
        ("etc/vscode",),
        ("VSCODE", "COPILOT", "XDG_CONFIG_HOME", "APPDATA"),
    ),
    "opencode": Trace(
        ("opencode.json", "opencode.jsonc", ".opencode"),
        (".config/opencode", ".local/share/opencode", ".opencode"),
        ("etc/opencode", "Library/Application Support/opencode", "ProgramData/opencode"),
        ("OPENCODE",),
    ),
    "copilot-cli": Trace(
        (".github/copilot",),
        (".copilot",),
        ("etc/github-copilot", "Library/Application Support/GitHubCopilot", "Program Files/GitHubCopilot"),
        ("COPILOT",),
    ),
    "aider": Trace((".aider*",), (".aider.conf.yml", ".aider"), (), ("AIDER_",)),
    "goose": Trace(
        (".gooseignore", ".goosehints", ".goose"), (".config/goose", "AppData/Roaming/Block/goose"), (), ("GOOSE_",)
    ),
    "cline": Trace(
        (".cline", ".clinerules", ".clineignore"), (".cline", *_extension("saoudrizwan.claude-dev")), (), ("CLINE_",)
    ),
    "roo": Trace(
        (".roo", ".roomodes", ".roorules*", ".rooignore"),
        (".roo", *_extension("rooveterinaryinc.roo-cline")),
        (),
        (),
        ("roo-cline.",),
    ),
    "continue": Trace((".continue*",), (".continue", *_extension("continue.continue")), (), ("CONTINUE_",)),
    "windsurf": Trace(
        (".windsurf", ".windsurfrules", ".codeiumignore"),
        (".codeium", ".config/Windsurf", "Library/Application Support/Windsurf", "AppData/Roaming/Windsurf"),
        (),
        (),
    ),
    "amp": Trace(
        (".amp",),
        (".config/amp", ".local/share/amp"),
        ("etc/ampcode", "Library/Application Support/ampcode", "ProgramData/ampcode"),
        ("AMP_",),
        ("amp.",),
    ),
    "amazon-q": Trace(
        (".amazonq",), (".aws/amazonq", ".local/share/amazon-q", "Library/Application Support/amazon-q"), (), ()
    ),
    "kiro": Trace(
        (".kiro", ".kiroignore"),
        (".kiro", ".config/Kiro", "Library/Application Support/Kiro", "AppData/Roaming/Kiro"),
        (),
        (),
    ),
    "zed": Trace((".zed",), (".config/zed", "AppData/Roaming/Zed"), (), ()),
    "junie": Trace(
        (".junie", ".aiignore", ".idea/junie*.xml"),
        (".junie", *(f"{base}/JetBrains/*/options/*unie*.xml" for base in _CONFIGURED)),
        (),
        (),
    ),
    "crush": Trace(
        ("crush.json", ".crush*", "CRUSH.md"),
        (".config/crush", ".local/share/crush", "AppData/Local/crush"),
        (),
        ("CRUSH_",),
    ),
    "openhands": Trace((".openhands", ".openhands_instructions", "config.toml"), (".openhands",), (), ()),
    "devin": Trace((".devin",), (".config/devin",), (), ("DEVIN_",)),
    "copilot-cloud": Trace((".github/workflows/copilot-setup-steps.y*",), (), (), ()),
}


class Listing:
    """What stands in folders, each listed once: most of what is asked for is not there."""

    def __init__(self) -> None:
        self._known: dict[Path, frozenset[str] | None] = {}

    def holds(self, folder: Path, name: str) -> bool:
        """Whether ``name``, a path below ``folder`` that may have wildcards, is there."""
        if not self.may_hold(folder, name):
            return False
        return any(folder.glob(name)) if "*" in name else os.path.lexists(folder / name)

    def may_hold(self, folder: Path, name: str) -> bool:
        """Whether what ``name`` begins with is there, or cannot be told."""
        if folder not in self._known:
            self._known[folder] = _names_in(folder)
        names, first = self._known[folder], name.partition("/")[0].casefold()
        if names is None or "*" not in first:
            return names is None or first in names
        head, _, tail = first.partition("*")
        return any(known.startswith(head) and known.endswith(tail) for known in names)


def _names_in(folder: Path) -> frozenset[str] | None:
    """The names in a folder as any file system may compare them; None when it cannot be listed."""
    try:
        return frozenset(name.casefold() for name in os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError:
        return None


def left(agent: str, around: Surroundings, listing: Listing | None = None) -> bool:
    """Whether ``agent`` may have been here; an agent without a row is always worth a closer look.

    Ask about several agents with one ``listing``.
    """
    trace = TRACES.get(agent)
    if trace is None or agent in around.named or agent in around.launched_here:
        return True
    if any(name.startswith(trace.variables) for name in around.environment):
        return True
    places = [(folder, trace.workspace) for folder in _folders(around)]
    places += [(around.home, trace.home), (around.system_root, trace.system), *_moved(around, trace.home)]
    found = listing or Listing()
    if any(found.holds(folder, name) for folder, names in places for name in names):
        return True
    files = _settings(around) if trace.settings else ()
    return any(found.may_hold(folder, name) and _mentions(folder / name, trace.settings) for folder, name in files)


def _folders(around: Surroundings) -> Iterator[Path]:
    """The workspaces, and the folders above them up to a repository's root: some dialects look there."""
    for workspace in around.workspaces or (around.home,):
        yield workspace
        for parent in workspace.parents:
            if parent == parent.parent:
                break
            yield parent
            if parent == around.home:
                break


def _moved(around: Surroundings, names: tuple[str, ...]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The same names below the folders that a variable puts in place of the usual ones."""
    for usual, variable in _MOVED:
        if around.variable(variable):
            folder = around.folder(variable, around.home)
            yield folder, tuple(name[len(usual) :] for name in names if name.startswith(usual))


def _settings(around: Surroundings) -> Iterator[tuple[Path, str]]:
    """The settings files of the VS Code family, as folders and names below: of each workspace, and of the user."""
    for workspace in around.workspaces or (around.home,):
        yield workspace, ".vscode/settings.json"
    for folder, names in ((around.home, _EDITORS), *_moved(around, _EDITORS)):
        for name in names:
            yield folder, f"{name}/settings.json"


def _mentions(path: Path, starts: tuple[str, ...]) -> bool:
    """Whether a settings file holds a key with one of these starts, as text; one that cannot be read may hold any."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return any(f'"{start}'.encode() in text for start in starts)
