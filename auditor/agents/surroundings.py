"""Where agents are looked for: the home, the workspaces, the launch environment and the platform, as one value."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path

from auditor.model.frozen import frozen

_MARKERS = {
    "CLAUDECODE": "claude-code",
    "CODEX_SANDBOX": "codex",
    "CODEX_SANDBOX_NETWORK_DISABLED": "codex",
    "GEMINI_CLI": "gemini",
    "CURSOR_AGENT": "cursor",
    "OPENCODE": "opencode",
}


@frozen
class Surroundings:
    """Everything a dialect may look at; nothing is read from the process itself, so tests build it from a folder.

    ``home`` and ``workspaces`` are absolute. ``platform`` is ``linux``, ``darwin`` or ``win32``. ``system_root`` stands
    before every managed or system file. ``named`` holds the agent ids the user asked for: those are read even when no
    file of theirs is seen.
    """

    home: Path
    workspaces: tuple[Path, ...]
    environment: Mapping[str, str]
    platform: str
    system_root: Path = Path("/")
    named: frozenset[str] = frozenset()

    @property
    def launched_here(self) -> frozenset[str]:
        """Agent ids whose own marker variable is set: this process was started by them."""
        return frozenset(agent for name, agent in _MARKERS.items() if self.environment.get(name))

    def system(self, *parts: str) -> Path:
        """A machine-wide file below ``system_root``; a leading slash in a part does not escape it."""
        return self.system_root.joinpath(*(part.lstrip("/") for part in parts))

    def show(self, path: Path) -> str:
        """The path as people see it: relative to its workspace, ``~/…`` under the home, else absolute; POSIX."""
        held = self._workspace_of(path)
        if held is not None:
            inside = path.relative_to(held).as_posix()
            return inside if len(self.workspaces) == 1 else posixpath.join(held.name, inside)
        if path.is_relative_to(self.home):
            inside = path.relative_to(self.home).as_posix()
            return "~" if inside == "." else f"~/{inside}"
        if self.system_root != Path("/") and path.is_relative_to(self.system_root):
            return "/" + path.relative_to(self.system_root).as_posix()
        return path.as_posix()

    def expand(self, text: str, base: Path) -> str:
        """A path as written in a configuration file as an absolute POSIX path; ``~`` is the home, ``base`` the rest."""
        said = text.replace("\\", "/") if self.platform == "win32" else text
        for name in ("${HOME}", "$HOME"):
            if said == name or said.startswith(f"{name}/"):
                said = "~" + said[len(name) :]
        if said == "~" or said.startswith("~/"):
            said = posixpath.join(self.home.as_posix(), said[2:])
        full = said if Path(said).is_absolute() else posixpath.join(base.as_posix(), said)
        kept = posixpath.normpath(full)
        return kept[1:] if kept.startswith("//") else kept

    def variable(self, name: str) -> str:
        """The launch environment's value for a name, empty when unset."""
        return self.environment.get(name, "")

    def folder(self, variable: str, default: Path) -> Path:
        """A folder that a variable may move (``CLAUDE_CONFIG_DIR``, ``CODEX_HOME``); else ``default``."""
        said = self.variable(variable)
        return Path(self.expand(said, self.home)) if said else default

    def _workspace_of(self, path: Path) -> Path | None:
        for workspace in self.workspaces:
            holds_home = self.home.is_relative_to(workspace)
            if path.is_relative_to(workspace) and not (holds_home and path.is_relative_to(self.home)):
                return workspace
        return None


def here(workspaces: tuple[Path, ...], platform: str, named: frozenset[str] = frozenset()) -> Surroundings:
    """The surroundings of this very process; ``platform`` is ``sys.platform``."""
    word = "win32" if platform in {"win32", "cygwin"} else "darwin" if platform == "darwin" else "linux"
    return Surroundings(Path.home(), workspaces, dict(os.environ), word, named=named)
