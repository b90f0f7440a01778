"""What kind of place a file is, told from its name and the folder it stands in.

The names are those the agents' own manuals give (settings, MCP servers, session folders) and those under which
shells and database clients keep their histories.
"""

from __future__ import annotations

import os

from auditor.model.place import Origin

_AGENT_ANYWHERE = (
    ".mcp.json mcp.json mcp_config.json mcp-config.json mcp_settings.json cline_mcp_settings.json managed-mcp.json "
    "claude_desktop_config.json .claude.json opencode.json opencode.jsonc crush.json .crush.json .aider.conf.yml "
    ".aider.model.settings.yml .continuerc.json"
)
_AGENT_IN_FOLDER = {
    "settings.json": ".claude .gemini .qwen .vscode .zed .config/zed .amp .config/amp .copilot .openhands Code/User "
    "VSCodium/User Cursor/User Windsurf/User Kiro/User Machine",
    "settings.jsonc": ".amp .config/amp",
    "settings.local.json": ".claude",
    "managed-settings.json": "claude-code ClaudeCode ampcode",
    "remote-settings.json": ".claude",
    "config.toml": ".codex etc/codex .openhands",
    "managed_config.toml": ".codex etc/codex",
    "requirements.toml": "etc/codex OpenAI/Codex",
    "config.yaml": ".continue .config/goose .goose",
    "config.json": ".continue .copilot",
    "permissions.json": ".cursor",
    "permissions.yaml": ".continue .kiro/settings",
    "permission.yaml": ".config/goose",
    "permissions-config.json": ".copilot",
    "providers.json": ".cline/data/settings .copilot",
    "sandbox.json": ".cursor",
    "hooks.json": ".cursor .codex .copilot",
    "cli.json": ".cursor .kiro/settings",
    "cli-config.json": ".cursor .config/cursor",
    "environment.json": ".cursor",
    "agent_settings.json": ".openhands",
}
_HISTORIES = (
    ".bash_history .zsh_history .zhistory .histfile .sh_history .ash_history .ksh_history .tcsh_history .history "
    "fish_history ConsoleHost_history.txt .python_history .node_repl_history .irb_history .pry_history "
    ".php_history .psql_history .mysql_history .mariadb_history .sqlite_history .rediscli_history .dbshell "
    "mongosh_repl_history .lesshst"
)
_TRANSCRIPTS = ".aider.chat.history.md .aider.input.history .aider.llm.history"

# Everything below these folders is what an agent kept of its conversations and of the output of its commands.
_TRANSCRIPT_FOLDERS = {
    ".claude": "projects file-history paste-cache shell-snapshots session-env debug plans tasks todos",
    ".codex": "sessions archived_sessions log",
    ".gemini": "tmp",
    ".qwen": "tmp",
    ".cursor": "chats projects",
    ".copilot": "session-state history-session-state logs command-history-state",
    ".codeium/windsurf": "cascade",
    ".cline/data": "sessions tasks logs db",
    "globalStorage/saoudrizwan.claude-dev": "tasks",
    "globalStorage/rooveterinaryinc.roo-cline": "tasks",
    ".continue": "sessions dev_data logs",
    "share/opencode": "storage log snapshot project",
    "share/goose": "sessions",
    "state/goose": "logs",
    "share/amp": "threads",
    "share/zed": "threads conversations",
    ".crush": "logs",
    ".openhands": "conversations sessions",
    ".kiro": "sessions",
    ".junie": "sessions",
}

_Suffixes = tuple[str, ...]


def _suffixes(folders: str) -> _Suffixes:
    return tuple("/" + folder for folder in folders.split())


_ANYWHERE: _Suffixes = ("",)
_BY_NAME: dict[str, tuple[Origin, _Suffixes]] = {
    **dict.fromkeys(_AGENT_ANYWHERE.split(), (Origin.AGENT_CONFIG, _ANYWHERE)),
    **{name: (Origin.AGENT_CONFIG, _suffixes(folders)) for name, folders in _AGENT_IN_FOLDER.items()},
    **dict.fromkeys(_HISTORIES.split(), (Origin.HISTORY, _ANYWHERE)),
    **dict.fromkeys(_TRANSCRIPTS.split(), (Origin.TRANSCRIPT, _ANYWHERE)),
    "history.jsonl": (Origin.TRANSCRIPT, _suffixes(".claude .codex share/amp")),
    "history.txt": (Origin.HISTORY, _suffixes(".config/nushell")),
}
_BY_FOLDER: dict[str, _Suffixes] = {
    name: tuple(f"/{parent}/{name}" for parent, names in _TRANSCRIPT_FOLDERS.items() if name in names.split())
    for name in frozenset(" ".join(_TRANSCRIPT_FOLDERS.values()).split())
}

KNOWN_NAMES = frozenset(_BY_NAME)
"""Every base name that ``of_file`` may tell from an ordinary one; look here first, it is the cheaper question."""


def of_file(name: str, folder: str, otherwise: Origin) -> Origin:
    """Return the origin of the file ``name`` in ``folder`` (absolute); ``otherwise`` when it is an ordinary file."""
    origin, suffixes = _BY_NAME.get(name, (otherwise, _ANYWHERE))
    return origin if _posix(folder).endswith(suffixes) else otherwise


def of_folder(name: str, folder: str, inherited: Origin) -> Origin:
    """Return the origin of ordinary files in ``folder`` (absolute, ending in ``name``), given its parent's."""
    suffixes = _BY_FOLDER.get(name)
    return Origin.TRANSCRIPT if suffixes and _posix(folder).endswith(suffixes) else inherited


def of_root(folder: str) -> Origin:
    """Return the origin of ordinary files in ``folder`` (absolute), looking at every folder it stands in."""
    origin, path = Origin.FILE, ""
    for name in _posix(folder).split("/"):
        path = f"{path}/{name}" if path else name or "/"
        origin = of_folder(name, path, origin)
    return origin


def _posix(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")
