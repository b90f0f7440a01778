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
    """What an agent may leave: names in a workspace, in the home, below the system root; starts of variable names."""

    workspace: tuple[str, ...]
    home: tuple[str, ...]
    system: tuple[str, ...]
    variables: tuple[str, ...]


_CODE = tuple(f".config/{name}" for name in ("Code", "Code - Insiders", "Code - OSS", "VSCodium"))
_MOVED = (
    (".config/", "XDG_CONFIG_HOME"),
    (".local/share/", "XDG_DATA_HOME"),
    ("AppData/Roaming/", "APPDATA"),
    ("AppData/Local/", "LOCALAPPDATA"),
)
_EVERY_EDITOR = ("Library/Application Support", "AppData/Roaming", "Library/Preferences")
# Where extensions leave something: the user data and the extensions of every editor of the VS Code family.
_STORES_OF_EDITORS = (
    *_CODE,
    *(".config/Cursor", ".config/Windsurf", ".vscode", ".vscode-insiders", ".vscode-oss", ".vscode-server"),
    *(".cursor", ".cursor-server", ".windsurf", ".windsurf-server", *_EVERY_EDITOR),
)
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
        (".github",),
        (".copilot",),
        ("etc/github-copilot", "Library/Application Support/GitHubCopilot", "Program Files/GitHubCopilot"),
        ("COPILOT",),
    ),
    "aider": Trace((".aider*",), (".aider.conf.yml", ".aider"), (), ("AIDER_",)),
    "goose": Trace(
        (".gooseignore", ".goosehints", ".goose"), (".config/goose", "AppData/Roaming/Block/goose"), (), ("GOOSE_",)
    ),
    "cline": Trace((".cline", ".clinerules", ".clineignore"), (".cline", *_STORES_OF_EDITORS), (), ("CLINE_",)),
    "roo": Trace((".roo", ".roomodes", ".roorules*", ".rooignore", ".vscode"), (".roo", *_STORES_OF_EDITORS), (), ()),
    "continue": Trace((".continue*",), (".continue", *_STORES_OF_EDITORS), (), ("CONTINUE_",)),
    "windsurf": Trace(
        (".windsurf", ".windsurfrules", ".codeiumignore"), (".codeium", ".config/Windsurf", *_EVERY_EDITOR), (), ()
    ),
    "amp": Trace(
        (".amp", ".vscode"),
        (".config/amp", ".local/share/amp", *_STORES_OF_EDITORS),
        ("etc/ampcode", "Library/Application Support/ampcode", "ProgramData/ampcode"),
        ("AMP_",),
    ),
    "amazon-q": Trace(
        (".amazonq",), (".aws/amazonq", ".local/share/amazon-q", "Library/Application Support/amazon-q"), (), ()
    ),
    "kiro": Trace((".kiro", ".kiroignore"), (".kiro", ".config/Kiro", *_EVERY_EDITOR), (), ()),
    "zed": Trace((".zed",), (".config/zed", "AppData/Roaming/Zed"), (), ()),
    "junie": Trace(
        (".junie", ".aiignore", ".idea"),
        (".junie", ".config/JetBrains", "Library/Application Support/JetBrains", "AppData/Roaming/JetBrains"),
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
    "copilot-cloud": Trace((".github",), (), (), ()),
}


def left(agent: str, around: Surroundings) -> bool:
    """Whether ``agent`` may have been here; an agent without a row is always worth a closer look."""
    trace = TRACES.get(agent)
    if trace is None or agent in around.named or agent in around.launched_here:
        return True
    if any(name.startswith(trace.variables) for name in around.environment):
        return True
    places = [(folder, trace.workspace) for folder in _folders(around)]
    places += [(around.home, trace.home), (around.system_root, trace.system), *_moved(around, trace.home)]
    return any(_holds(folder, name) for folder, names in places for name in names)


def _folders(around: Surroundings) -> Iterator[Path]:
    """The workspaces, and the folders above them up to a repository's root: some dialects look there."""
    for workspace in around.workspaces or (around.home,):
        yield workspace
        for parent in workspace.parents:
            if parent in (around.home, parent.parent):
                break
            yield parent


def _moved(around: Surroundings, names: tuple[str, ...]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """The same names below the folders that a variable puts in place of the usual ones."""
    for usual, variable in _MOVED:
        if around.variable(variable):
            folder = around.folder(variable, around.home)
            yield folder, tuple(name[len(usual) :] for name in names if name.startswith(usual))


def _holds(folder: Path, name: str) -> bool:
    if "*" in name:
        return any(folder.glob(name))
    return os.path.lexists(folder / name)
