"""Where Claude Code's settings stand and in which order they count.

Source: the vendor's pages on settings, managed settings and the ``.claude`` directory (code.claude.com/docs/en).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from auditor.agents.claude_rules import Anchors
from auditor.agents.documents import Document, read_json
from auditor.agents.layers import Layer, Setting, scalar, source
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import ConfigSource, Evidence, Honoured, Trust
from auditor.model.frozen import frozen, replace

_MANAGED_FOLDERS: Final = {
    "linux": ("etc", "claude-code"),
    "darwin": ("Library", "Application Support", "ClaudeCode"),
    "win32": ("Program Files", "ClaudeCode"),
}
_MANAGED_ONLY: Final = frozenset(
    {
        *("allowManagedPermissionRulesOnly", "allowManagedHooksOnly", "allowManagedMcpServersOnly"),
        *("strictKnownMarketplaces", "disableSideloadFlags", "sandbox.network.allowManagedDomainsOnly"),
        *("sandbox.filesystem.allowManagedReadPathsOnly", "policyHelper"),
    }
)
_NOT_FROM_REPOSITORY: Final = _MANAGED_ONLY | {
    *("autoMode", "sandbox.filesystem.disabled", "sandbox.network.strictAllowlist"),
}
_PROJECT_FILES: Final = (".claude", "CLAUDE.md", "CLAUDE.local.md", ".mcp.json")
_KNOWN: Final = frozenset(
    {
        *("$schema", "permissions", "env", "hooks", "sandbox", "model", "effortLevel", "cleanupPeriodDays", "autoMode"),
        *("apiKeyHelper", "awsAuthRefresh", "awsCredentialExport", "gcpAuthRefresh", "otelHeadersHelper", "statusLine"),
        *("fileSuggestion", "outputStyle", "language", "includeCoAuthoredBy", "attribution", "disableAllHooks"),
        *("enableAllProjectMcpServers", "enabledMcpjsonServers", "disabledMcpjsonServers", "allowedMcpServers"),
        *("deniedMcpServers", "disableClaudeAiConnectors", "allowAllClaudeAiMcps", "enabledPlugins", "pluginConfigs"),
        *("extraKnownMarketplaces", "strictKnownMarketplaces", "blockedMarketplaces", "forceLoginMethod", "agent"),
        *("forceLoginOrgUUID", "companyAnnouncements", "respectGitignore", "spinnerTipsEnabled", "spinnerVerbs"),
        *("spinnerTipsOverride", "terminalProgressBarEnabled", "showTurnDuration", "prefersReducedMotion", "theme"),
        *(
            "alwaysThinkingEnabled",
            "fastMode",
            "fastModePerSessionOptIn",
            "availableModels",
            "fallbackModel",
            "advisor",
        ),
        *("modelOverrides", "plansDirectory", "autoUpdatesChannel", "minimumVersion", "requiredMinimumVersion"),
        *("requiredMaximumVersion", "skipWebFetchPreflight", "skipDangerousModePermissionPrompt", "disableAutoMode"),
        *("useAutoModeDuringPlan", "defaultShell", "teammateMode", "worktree", "autoMemoryEnabled", "viewMode"),
        *("autoMemoryDirectory", "feedbackSurveyRate", "httpHookAllowedEnvVars", "allowedHttpHookUrls", "ultracode"),
        *("allowManagedPermissionRulesOnly", "allowManagedHooksOnly", "allowManagedMcpServersOnly", "tui", "voice"),
        *("disableSideloadFlags", "policyHelper", "includeGitInstructions", "channelsEnabled", "allowedChannelPlugins"),
        *("sshConfigs", "claudeMdExcludes", "disableSkillShellExecution", "promptSuggestionEnabled", "prUrlTemplate"),
        *("editorMode", "verbose", "preferredNotifChannel", "remote", "remoteControlAtStartup", "processWrapper"),
        *("promptCacheTtl", "respondToBashCommands", "allowedProviders", "timeFormat", "timeZone", "skillOverrides"),
    }
)
_AUTO_DEFAULT_SINCE: Final = (2, 1, 228)
MODES: Final = frozenset({"default", "manual", "acceptEdits", "plan", "auto", "dontAsk", "bypassPermissions"})


@frozen
class Claude:
    """All files of one workspace. ``layers``: highest precedence first. ``state`` is ``.claude.json``."""

    around: Surroundings
    workspace: Path
    config: Path
    layers: tuple[Layer, ...]
    state: Document
    state_key: str
    trust: Trust
    version: str | None

    def anchors(self, layer: Layer) -> Anchors:
        """What path rules of a layer are anchored at."""
        source = {"project": self.workspace, "local": self.workspace, "user": self.config}.get(
            layer.scope, layer.document.path.parent
        )
        home = self.around.home.as_posix()
        return Anchors(source.as_posix(), self.workspace.as_posix(), home, self.around.platform == "win32")

    def rule_layers(self) -> tuple[Layer, ...]:
        """The layers whose permission rules count: only managed ones when an administrator says so."""
        only = scalar(self.layers, "allowManagedPermissionRulesOnly", kind=bool)
        managed = tuple(layer for layer in self.layers if layer.scope == "managed")
        return managed if only and only.value else self.layers

    def variable(self, name: str) -> Setting | None:
        """A variable of a session: the settings' ``env`` map beats the launch environment."""
        held = scalar(self.layers, "env", name, kind=(str, int))
        if held:
            return Setting(str(held.value), held.evidence, held.layer)
        said = self.around.variable(name)
        return Setting(said, _launch_evidence(name), None) if said else None

    def switched_on(self, name: str) -> Setting | None:
        """A variable that is set to something other than ``0`` or ``false``."""
        held = self.variable(name)
        return held if held and held.value.strip().lower() not in {"", "0", "false", "no", "off"} else None


def locate(around: Surroundings, workspace: Path) -> Claude:
    """Read every settings file that a session started in ``workspace`` would read."""
    config = around.folder("CLAUDE_CONFIG_DIR", around.home / ".claude")
    moved = bool(around.variable("CLAUDE_CONFIG_DIR"))
    state_path = (config if moved else around.home) / ".claude.json"
    state = read_json(state_path, around.show(state_path))
    root = git_root(workspace, around.home)
    key = _state_key(state, workspace, root)
    trust = _trust(state, key, workspace)
    layers = (*_managed(around, config), *_local(around, workspace, root, trust), *_project(around, workspace, trust))
    layers = (*layers, _layer(around, "user", config / "settings.json", refused=_MANAGED_ONLY))
    return Claude(around, workspace, config, layers, state, key, trust, version(around))


def seen(around: Surroundings, workspace: Path) -> tuple[Path, ...]:
    """The files and folders that show that Claude Code is used here."""
    config = around.folder("CLAUDE_CONFIG_DIR", around.home / ".claude")
    folders = dict.fromkeys((workspace, git_root(workspace, around.home)))
    in_project = [folder / name for folder in folders for name in _PROJECT_FILES]
    places = (*in_project, config, around.home / ".claude.json", managed_folder(around))
    return tuple(path for path in places if _exists(path))


def managed_folder(around: Surroundings) -> Path:
    """The folder of the managed files on this platform."""
    return around.system(*_MANAGED_FOLDERS[around.platform])


def git_root(folder: Path, home: Path) -> Path:
    """The nearest folder upwards that holds ``.git``, or the folder itself; the home is never taken for a root."""
    for place in (folder, *folder.parents):
        if _exists(place / ".git") and place != home:
            return place
    return folder


def sources(claude: Claude) -> tuple[ConfigSource, ...]:
    """What is reported of the settings files and the state file."""
    found = [_source(layer) for layer in claude.layers if layer.document.exists]
    if claude.state.exists:
        found.append(ConfigSource(claude.state.shown, "user", Honoured.YES, claude.state.problem))
    return tuple(found)


def version(around: Surroundings) -> str | None:
    """The installed version, told by the native installer's link or the npm package's own file; None when unknown."""
    link = around.home / ".local" / "bin" / "claude"
    try:
        found = re.search(r"/versions/(\d+\.\d+\.\d+)", str(link.readlink().as_posix()))
    except OSError:
        found = None
    if found:
        return found[1]
    package = around.home / ".claude" / "local" / "node_modules" / "@anthropic-ai" / "claude-code" / "package.json"
    said = read_json(package, "").get("version")
    return said if isinstance(said, str) else None


def starts_in_auto(claude: Claude) -> bool:
    """Whether the built-in default may be ``auto``: a matter of plan, which no file tells, and of version."""
    if claude.version and tuple(int(part) for part in claude.version.split(".")[:3]) < _AUTO_DEFAULT_SINCE:
        return False
    by_key = scalar(claude.layers, "apiKeyHelper") or claude.switched_on("ANTHROPIC_API_KEY")
    hosted = ("BEDROCK", "VERTEX", "FOUNDRY")
    return not by_key and not any(claude.switched_on(f"CLAUDE_CODE_USE_{name}") for name in hosted)


def _managed(around: Surroundings, config: Path) -> tuple[Layer, ...]:
    """Server-managed settings if they are cached, else the managed file with its drop-ins, the last one first."""
    folder = managed_folder(around)
    drop_ins = sorted(_listed(folder / "managed-settings.d"), reverse=True)
    files = [_layer(around, "managed", path) for path in (*drop_ins, folder / "managed-settings.json")]
    remote = _layer(around, "managed", config / "remote-settings.json")
    if not (isinstance(remote.document.data, dict) and remote.document.data):
        return tuple(files)
    return (remote, *(replace(layer, honoured=Honoured.NO) for layer in files))


def _local(around: Surroundings, workspace: Path, root: Path, trust: Trust) -> tuple[Layer, ...]:
    """Personal project settings: at the repository's root, and an older copy in the start folder."""
    folders = [workspace] if around.platform == "win32" else list(dict.fromkeys((root, workspace)))
    honoured = Honoured.YES if trust.state == "trusted" else Honoured.IF_TRUSTED
    paths = (folder / ".claude" / "settings.local.json" for folder in folders)
    return tuple(_layer(around, "local", path, honoured, _NOT_FROM_REPOSITORY) for path in paths)


def _project(around: Surroundings, workspace: Path, trust: Trust) -> tuple[Layer, ...]:
    honoured = Honoured.YES if trust.state == "trusted" else Honoured.IF_TRUSTED
    path = workspace / ".claude" / "settings.json"
    if path.parent == around.home / ".claude":
        return ()
    return (_layer(around, "project", path, honoured, _NOT_FROM_REPOSITORY),)


def _layer(
    around: Surroundings,
    scope: str,
    path: Path,
    honoured: Honoured = Honoured.YES,
    refused: frozenset[str] = frozenset(),
) -> Layer:
    return Layer(scope, read_json(path, around.show(path)), honoured, refused)


def _source(layer: Layer) -> ConfigSource:
    found = source(layer, _KNOWN)
    if layer.honoured is Honoured.NO and not found.problem:
        return replace(found, problem="settings managed by the server take its place")
    auto = layer.document.get("permissions", "defaultMode") == "auto" and layer.scope in {"project", "local"}
    said = "permissions.defaultMode auto is ignored from project and local settings" if auto else ""
    return replace(found, problem="; ".join(part for part in (found.problem, said) if part))


def _state_key(state: Document, workspace: Path, root: Path) -> str:
    """The project key of the state file that speaks of this folder: the repository's root, or the folder itself."""
    projects = state.table("projects")
    candidates = (root.as_posix(), workspace.as_posix(), str(root), str(workspace))
    return next((key for key in candidates if key in projects), root.as_posix())


def _trust(state: Document, key: str, workspace: Path) -> Trust:
    if state.data is None:
        return Trust(required=True, state="unknown", headless_bypass=True)
    folders = (key, *(folder.as_posix() for folder in (workspace, *workspace.parents)))
    trusted = any(state.get("projects", folder, "hasTrustDialogAccepted") is True for folder in folders)
    return Trust(required=True, state="trusted" if trusted else "untrusted", headless_bypass=True)


def _launch_evidence(name: str) -> Evidence:
    return Evidence(key=name, note=f"the launch environment sets {name}")


def _listed(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix == ".json" and not path.name.startswith(".")]
    except OSError:
        return []


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
