"""Where Codex's configuration stands, in which order it counts, and whether the folder's own part of it is trusted.

Source: the vendor's pages on configuration and managed configuration (developers.openai.com/codex: config-basic,
config-advanced, config-reference, enterprise/managed-configuration) and the command line tool's own source.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.documents import Document, read_toml
from auditor.agents.layers import Layer, Setting, scalar, source
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import ConfigSource, Evidence, Honoured, Trust
from auditor.model.frozen import frozen, replace

# Keys that a repository may never set, whoever trusts it.
_NOT_FROM_PROJECT: Final = frozenset(
    {
        *("openai_base_url", "chatgpt_base_url", "apps_mcp_product_sku", "model_provider", "model_providers", "notify"),
        *("profile", "profiles", "experimental_realtime_ws_base_url", "otel"),
    }
)
# Since 0.134 profiles are files of their own; the tables are no longer read from anywhere.
_NO_LONGER_READ: Final = frozenset({"profile", "profiles"})
_KNOWN: Final = frozenset(
    {
        *("model", "model_provider", "model_providers", "model_reasoning_effort", "plan_mode_reasoning_effort"),
        *("model_reasoning_summary", "model_verbosity", "model_context_window", "model_max_output_tokens"),
        *("model_auto_compact_token_limit", "model_supports_reasoning_summaries", "model_catalog_json"),
        *("review_model", "service_tier", "personality", "approval_policy", "approvals_reviewer", "sandbox_mode"),
        *("sandbox_workspace_write", "default_permissions", "permissions", "features", "mcp_servers", "projects"),
        *("shell_environment_policy", "allow_login_shell", "history", "otel", "tui", "notify", "notice", "profile"),
        *("profiles", "web_search", "tools", "analytics", "feedback", "hooks", "skills", "plugins", "apps", "agents"),
        *("project_doc_max_bytes", "project_doc_fallback_filenames", "project_root_markers", "file_opener"),
        *("hide_agent_reasoning", "show_raw_agent_reasoning", "disable_paste_burst", "check_for_update_on_startup"),
        *("cli_auth_credentials_store", "mcp_oauth_credentials_store", "mcp_oauth_callback_port", "log_dir"),
        *("mcp_oauth_callback_url", "forced_login_method", "forced_chatgpt_workspace_id", "chatgpt_base_url"),
        *("openai_base_url", "sqlite_home", "windows", "experimental_instructions_file", "developer_instructions"),
        *("instructions", "model_instructions_file", "compact_prompt", "tool_output_token_limit", "memories"),
        *("background_terminal_max_timeout", "suppress_unstable_features_warning", "commit_attribution", "zsh_path"),
        *("experimental_network", "auto_review", "guardian_policy_config", "marketplaces", "ghost_snapshot", "js_repl"),
    }
)


@frozen
class Codex:
    """All files of one workspace. ``layers``: highest precedence first; ``requirements`` bound what they may say."""

    around: Surroundings
    workspace: Path
    root: Path
    home: Path
    layers: tuple[Layer, ...]
    requirements: Document
    trust: Trust

    def setting(self, *keys: str, kind: type | tuple[type, ...] = object) -> Setting | None:
        """The effective value of a key."""
        return scalar(self.layers, *keys, kind=kind)

    def rule_folders(self) -> tuple[tuple[Path, str, Honoured], ...]:
        """The folders of ``*.rules`` files with their scope and whether they are honoured."""
        system = self.around.system("etc", "codex", "rules")
        found = [(system, "managed", Honoured.YES), (self.home / "rules", "user", Honoured.YES)]
        found += [(folder / "rules", "project", honoured_project(self.trust)) for folder in _project_folders(self)]
        return tuple(found)


def locate(around: Surroundings, workspace: Path) -> Codex:
    """Read every configuration file that a session started in ``workspace`` would read."""
    home = around.folder("CODEX_HOME", around.home / ".codex")
    root = _root(workspace, around.home)
    user = _layer(around, "user", home / "config.toml", refused=_NO_LONGER_READ)
    system = _layer(around, "managed", around.system("etc", "codex", "config.toml"), refused=_NO_LONGER_READ)
    trust = _trust(user, workspace, root)
    managed = _layer(around, "managed", _managed_path(around, home), refused=_NO_LONGER_READ)
    empty = Codex(around, workspace, root, home, (), _requirements(around), trust)
    project = tuple(
        _layer(around, "project", folder / "config.toml", honoured_project(trust), _NOT_FROM_PROJECT)
        for folder in _project_folders(empty)
    )
    return replace(empty, layers=(managed, *project, user, system))


def seen(around: Surroundings, workspace: Path) -> tuple[Path, ...]:
    """The files and folders that show that Codex is used here."""
    home = around.folder("CODEX_HOME", around.home / ".codex")
    root = _root(workspace, around.home)
    places = (workspace / ".codex", root / ".codex", home, around.system("etc", "codex"))
    return tuple(path for path in dict.fromkeys(places) if _exists(path))


def sources(codex: Codex) -> tuple[ConfigSource, ...]:
    """What is reported of the configuration files."""
    found = [source(layer, _KNOWN) for layer in codex.layers if layer.document.exists]
    needed = codex.requirements
    if needed.exists:
        honoured = Honoured.NO if needed.problem else Honoured.YES
        found.append(ConfigSource(needed.shown, "managed", honoured, needed.problem))
    return tuple(found)


def honoured_project(trust: Trust) -> Honoured:
    """Whether project files take effect."""
    return {"trusted": Honoured.YES, "untrusted": Honoured.NO}.get(trust.state, Honoured.IF_TRUSTED)


def allowed(codex: Codex, key: str, held: Setting | None, words: tuple[str, ...]) -> Setting | None:
    """A setting within what requirements allow: the value itself, or the first allowed word when it is not one.

    ``words`` are the values that are known; ``held`` is None when nothing sets the key.
    """
    said = codex.requirements.get(key)
    permitted = [word for word in said if word in words] if isinstance(said, list) else []
    if not permitted or held is None or held.value in permitted:
        return held
    evidence = codex.requirements.evidence(key, value=permitted[0], note=f"{held.value} is not allowed")
    return Setting(permitted[0], evidence)


def pinned(codex: Codex, *keys: str, kind: type = object) -> Setting | None:
    """A value that requirements pin."""
    value: Any = codex.requirements.get(*keys)
    if value is None or not isinstance(value, kind):
        return None
    return Setting(value, codex.requirements.evidence(*keys))


def default_evidence(key: str, value: str, said: str) -> Evidence:
    """A built-in default as a sentence."""
    return Evidence(key=key, value=value, note=f"built-in default: {said}")


def _project_folders(codex: Codex) -> tuple[Path, ...]:
    """``.codex`` of every folder from the start folder up to the project's root: the nearest first."""
    found = []
    for folder in (codex.workspace, *codex.workspace.parents):
        if folder / ".codex" != codex.home:
            found.append(folder / ".codex")
        if folder == codex.root:
            break
    return tuple(found)


def _root(workspace: Path, home: Path) -> Path:
    for place in (workspace, *workspace.parents):
        if _exists(place / ".git") and place != home:
            return place
    return workspace


def _trust(user: Layer, workspace: Path, root: Path) -> Trust:
    """The nearest folder between the start folder and the root that the user's file speaks of."""
    folders = [workspace, *(folder for folder in workspace.parents if folder.is_relative_to(root))]
    for folder in folders:
        said = user.document.get("projects", folder.as_posix(), "trust_level")
        if str(said) in {"trusted", "untrusted"}:
            return Trust(required=True, state=str(said))
    return Trust(required=True, state="unknown")


def _managed_path(around: Surroundings, home: Path) -> Path:
    return (
        home / "managed_config.toml"
        if around.platform == "win32"
        else around.system("etc", "codex", "managed_config.toml")
    )


def _requirements(around: Surroundings) -> Document:
    parts = ("ProgramData", "OpenAI", "Codex") if around.platform == "win32" else ("etc", "codex")
    path = around.system(*parts, "requirements.toml")
    return read_toml(path, around.show(path))


def _layer(
    around: Surroundings,
    scope: str,
    path: Path,
    honoured: Honoured = Honoured.YES,
    refused: frozenset[str] = frozenset(),
) -> Layer:
    return Layer(scope, read_toml(path, around.show(path)), honoured, refused)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
