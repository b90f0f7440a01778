"""Where Gemini CLI is configured: its folders, the layers of settings, the trust of a folder and its ``.env`` files.

Source: the vendor's reference pages on configuration, enterprise controls, trusted folders and the ``.env`` search,
and the open source of the CLI (google-gemini, packages/cli/src/config).
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

from auditor.agents.documents import Document, read_jsonc
from auditor.agents.layers import Layer, Setting, flag
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import Evidence, Honoured, Trust
from auditor.model.frozen import frozen, replace
from auditor.model.lazy import lazy_pattern

KNOWN: Final = frozenset(
    {
        *("$schema", "general", "output", "ui", "ide", "privacy", "model", "modelConfigs", "context", "tools", "mcp"),
        *("mcpServers", "useWriteTodos", "security", "advanced", "experimental", "extensions", "hooks", "hooksConfig"),
        *("skills", "telemetry", "admin", "policyPaths", "adminPolicyPaths", "agents", "billing", "adk", "voice"),
        *("contextManagement", "plan", "sandbox"),
    }
)
_PROJECT_MARKS: Final = (
    *(".gemini/settings.json", ".gemini/.env", ".gemini/commands", ".gemini/policies", ".gemini/system.md"),
    *(".gemini/sandbox.Dockerfile", ".gemini/sandbox.bashrc", ".gemini/skills", ".gemini/extensions", "GEMINI.md"),
    *(".geminiignore", "gemini-extension.json"),
)
_USER_MARKS: Final = (
    *("settings.json", ".env", "policies", "trustedFolders.json", "oauth_creds.json", "extensions", "GEMINI.md"),
    *("tmp", "installation_id", "google_accounts.json", "state.json"),
)
# Trust is asked for before the project's own settings are looked at.
_NOT_FROM_PROJECT: Final = frozenset({"security.folderTrust", "admin"})
_VARIABLE: Final = lazy_pattern(r"\$(?:\{([A-Za-z_]\w*)(?::-([^}]*))?\}|([A-Za-z_]\w*))")
_TRUSTING: Final = ("TRUST_FOLDER", "TRUST_PARENT")
_LEVELS: Final = (*_TRUSTING, "DO_NOT_TRUST")


@frozen
class Folders:
    """The user's ``.gemini`` folder and the machine-wide one."""

    user: Path
    system: Path

    @property
    def policies(self) -> Path:
        """Where a person's own policy files stand."""
        return self.user / "policies"


@frozen
class Scene:
    """One workspace seen on one surface: the layers that count (highest first), and whether the folder is trusted."""

    around: Surroundings
    folders: Folders
    workspace: Path
    headless: bool
    layers: tuple[Layer, ...]
    trust: Trust
    trusted_by: tuple[Evidence, ...]

    @property
    def trusted(self) -> bool:
        """Whether project settings may take part; an unknown answer counts as yes."""
        return self.trust.state != "untrusted"

    def expanded(self, value: Any) -> str:
        """A string setting with ``$VAR``, ``${VAR}`` and ``${VAR:-default}`` filled in; empty for other values."""
        if not isinstance(value, str):
            return ""

        def filled(found: re.Match[str]) -> str:
            return self.around.variable(found[1] or found[3]) or found[2] or ""

        return _VARIABLE.sub(filled, value)


def folders(around: Surroundings) -> Folders:
    """``~/.gemini`` (below ``GEMINI_CLI_HOME`` when that is set) and the system folder of the platform."""
    system = {
        "darwin": ("Library", "Application Support", "GeminiCli"),
        "win32": ("ProgramData", "gemini-cli"),
    }.get(around.platform, ("etc", "gemini-cli"))
    return Folders(around.folder("GEMINI_CLI_HOME", around.home) / ".gemini", around.system(*system))


def seen_by_user(around: Surroundings, held: Folders) -> bool:
    """Whether the user's or the machine's own files prove that the CLI is used here."""
    system = (held.system / name for name in ("settings.json", "system-defaults.json", "policies"))
    return "gemini" in around.launched_here or any(
        path.exists() for path in (*system, *(held.user / name for name in _USER_MARKS))
    )


def seen_in(workspace: Path) -> bool:
    """Whether a workspace holds files that only this CLI reads."""
    return any((workspace / mark).exists() for mark in _PROJECT_MARKS)


def scene(around: Surroundings, held: Folders, workspace: Path, *, headless: bool) -> Scene:
    """The layers, highest first: system settings, project, user, system defaults; and the folder's trust."""
    system = _layer(around, "managed", _moved(around, "GEMINI_CLI_SYSTEM_SETTINGS_PATH", held.system / "settings.json"))
    user = _layer(around, "user", held.user / "settings.json")
    low = _moved(around, "GEMINI_CLI_SYSTEM_DEFAULTS_PATH", held.system / "system-defaults.json")
    defaults = _layer(around, "managed", low)
    trust, evidence = _trust(around, held, workspace, (system, user, defaults), headless=headless)
    layers = [system, *_project(around, held, workspace, trust), user, defaults]
    return Scene(around, held, workspace, headless, tuple(layers), trust, evidence)


def dotenv(held: Scene, ignore_local: Setting) -> Path | None:
    """The one ``.env`` file whose values enter the process: the first from the workspace upward, then the home's.

    In a folder that is not trusted only four variables of the vendor's own are taken, so there is none.
    """
    if not held.trusted:
        return None
    home = held.folders.user.parent
    search = [] if ignore_local.value is True else [held.workspace, *held.workspace.parents]
    for folder in (*search, home):
        for path in (folder / ".gemini" / ".env", folder / ".env"):
            if path.is_file():
                return path
    return None


def _layer(around: Surroundings, scope: str, path: Path) -> Layer:
    return Layer(scope, read_jsonc(path, around.show(path)))


def _moved(around: Surroundings, variable: str, path: Path) -> Path:
    return around.folder(variable, path)


def _project(around: Surroundings, held: Folders, workspace: Path, trust: Trust) -> tuple[Layer, ...]:
    path = workspace / ".gemini" / "settings.json"
    if path == held.user / "settings.json":  # started in the home, the project's file is the user's
        return ()
    layer = _layer(around, "project", path)
    honoured = {"untrusted": Honoured.NO, "unknown": Honoured.IF_TRUSTED}.get(trust.state, Honoured.YES)
    document = layer.document
    if honoured is Honoured.NO and not document.problem:
        document = replace(document, problem="the folder is not trusted; file not effective")
    return (replace(layer, document=document, honoured=honoured, refused=_NOT_FROM_PROJECT),)


def _trust(
    around: Surroundings, held: Folders, workspace: Path, layers: tuple[Layer, ...], *, headless: bool
) -> tuple[Trust, tuple[Evidence, ...]]:
    """Whether the folder is trusted, and what says so; headless runs trust every folder."""
    feature = flag(layers, "security", "folderTrust", "enabled", otherwise=True)
    if not feature.value:
        return Trust(required=False, state="not-applicable", headless_bypass=True), (feature.evidence,)
    if headless:
        said = Evidence(key="folder trust", value="headless", note="built in: a headless run trusts every folder")
        return Trust(required=True, state="trusted", headless_bypass=True), (said,)
    if around.variable("GEMINI_CLI_TRUST_WORKSPACE").lower() == "true":
        said = Evidence(key="GEMINI_CLI_TRUST_WORKSPACE", value="true", note="the environment trusts every folder")
        return Trust(required=True, state="trusted", headless_bypass=True), (said,)
    path = around.folder("GEMINI_CLI_TRUSTED_FOLDERS_PATH", held.user / "trustedFolders.json")
    state, evidence = _from_list(read_jsonc(path, around.show(path)), workspace.as_posix())
    return Trust(required=True, state=state, headless_bypass=True), (evidence,)


def _from_list(document: Document, workspace: str) -> tuple[str, Evidence]:
    """The entry with the longest path that holds the workspace; ``TRUST_PARENT`` speaks for the folder above."""
    best, longest = "", -1
    for path, level in (document.data if isinstance(document.data, dict) else {}).items():
        root = posixpath.dirname(path.rstrip("/")) if level == "TRUST_PARENT" else path.rstrip("/")
        inside = workspace == root or workspace.startswith(f"{root.rstrip('/')}/")
        if inside and len(path) > longest and level in _LEVELS:
            best, longest = path, len(path)
    if not best:
        note = document.problem or "no entry for this folder: the CLI asks on the first run"
        return "unknown", Evidence(document.shown if document.exists else "", "folder trust", "unknown", 0, note)
    level = document.get(best)
    said = Evidence(document.shown, "trusted folder", level, document.line(best))
    return ("trusted" if level in _TRUSTING else "untrusted"), said
