"""What each agent's own settings can do against reach: the file, the line, and how far it binds.

A setting is listed only for what its vendor's documentation says that it binds; an ignore file that stops the index or
the file tool is no remedy against a shell. ``{path}``, ``{rule}``, ``{names}`` and ``{server}`` are filled in.
"""

from __future__ import annotations

from typing import Final

from auditor.model.agent import EnforcedFor, NetworkMode
from auditor.model.frozen import frozen


@frozen
class Deny:
    """A read rule. ``style``: how a path is written (absolute, gitignore, claude).

    ``boxed``: how far it binds while the sandbox is on.
    ``inside``: it covers files below the workspace only. ``needs_box``: it does nothing without the sandbox.
    """

    file: str
    edit: str
    style: str
    enforced_for: EnforcedFor
    boxed: EnforcedFor | None = None
    inside: bool = False
    needs_box: bool = False
    url: str = ""


@frozen
class Box:
    """A sandbox for commands, set so that they reach no network by themselves. ``escape`` is what is left of it."""

    file: str
    edit: str
    network: NetworkMode
    escape: str = "never"
    url: str = ""


@frozen
class Ask:
    """A human is asked before commands run. ``readers``: also before plain file readers such as ``cat``."""

    file: str
    edit: str
    readers: bool = True
    url: str = ""


@frozen
class Filter:
    """Variables kept out of the environment of commands. ``needs_box``: only while the sandbox is on."""

    file: str
    edit: str
    needs_box: bool = False
    url: str = ""


@frozen
class Remedies:
    """What one agent has to offer; None where its vendor documents nothing that binds."""

    deny: Deny | None = None
    box: Box | None = None
    ask: Ask | None = None
    env: Filter | None = None


_CLAUDE = "https://code.claude.com/docs/en/"
_CODEX = "https://developers.openai.com/codex/"
_GEMINI = "https://github.com/google-gemini/gemini-cli/blob/main/docs/"
_CURSOR = "https://cursor.com/docs/"
_VSCODE = "https://code.visualstudio.com/docs/"
_TOOL, _SHELL, _OS = EnforcedFor.TOOL, EnforcedFor.KNOWN_SHELL, EnforcedFor.OS

REMEDIES: Final[dict[str, Remedies]] = {
    "claude-code": Remedies(
        deny=Deny(
            "~/.claude/settings.json",
            'add "Read({rule})" to permissions.deny',
            "claude",
            _SHELL,
            boxed=_OS,
            url=_CLAUDE + "permissions",
        ),
        box=Box(
            "~/.claude/settings.json",
            'set "sandbox": {{"enabled": true, "failIfUnavailable": true, "allowUnsandboxedCommands": false, '
            '"network": {{"strictAllowlist": true}}}}',
            NetworkMode.ALLOW_LIST,
            url=_CLAUDE + "sandboxing",
        ),
        ask=Ask(
            "~/.claude/settings.json",
            'set permissions.defaultMode to "default" and permissions.disableBypassPermissionsMode to "disable"',
            readers=False,
            url=_CLAUDE + "permission-modes",
        ),
        env=Filter(
            "~/.claude/settings.json",
            "add {names} with mode deny to sandbox.credentials.envVars",
            needs_box=True,
            url=_CLAUDE + "sandboxing",
        ),
    ),
    "codex": Remedies(
        deny=Deny(
            "/etc/codex/requirements.toml",
            'add "{path}" to deny_read under [permissions.filesystem]',
            "absolute",
            _OS,
            url=_CODEX + "managed-configuration",
        ),
        box=Box(
            "~/.codex/config.toml",
            'set sandbox_mode = "workspace-write" and, under [sandbox_workspace_write], network_access = false',
            NetworkMode.NONE,
            escape="ask",
            url=_CODEX + "agent-approvals-security",
        ),
        ask=Ask(
            "~/.codex/config.toml",
            'set approval_policy = "untrusted" and approvals_reviewer = "user"',
            readers=False,
            url=_CODEX + "config-reference",
        ),
        env=Filter(
            "~/.codex/config.toml",
            "add {names} to exclude under [shell_environment_policy]",
            url=_CODEX + "config-reference",
        ),
    ),
    "gemini": Remedies(
        deny=Deny(
            ".geminiignore",
            "add the line {rule}",
            "gitignore",
            _TOOL,
            inside=True,
            url=_GEMINI + "cli/gemini-ignore.md",
        ),
        box=Box(
            "~/.gemini/settings.json",
            'set "security": {{"toolSandboxing": true}} and "tools": {{"sandboxNetworkAccess": false}}',
            NetworkMode.NONE,
            escape="ask",
            url=_GEMINI + "cli/sandbox.md",
        ),
        ask=Ask(
            "~/.gemini/settings.json",
            'set security.disableYoloMode to true and take "run_shell_command" out of tools.allowed',
            url=_GEMINI + "reference/configuration.md",
        ),
        env=Filter(
            "~/.gemini/settings.json",
            "set security.environmentVariableRedaction.enabled to true and add {names} to its blocked list",
            url=_GEMINI + "reference/configuration.md",
        ),
    ),
    "cursor": Remedies(
        deny=Deny(
            ".cursorignore",
            "add the line {rule}",
            "gitignore",
            _TOOL,
            inside=True,
            url=_CURSOR + "reference/ignore-file",
        ),
        ask=Ask(
            "~/.cursor/permissions.json",
            'set "terminalAllowlist": [] and choose the run mode Allowlist under Settings, Agents',
            url=_CURSOR + "agent/security/run-modes",
        ),
    ),
    "cursor/cli": Remedies(
        deny=Deny(
            "~/.cursor/cli-config.json",
            'add "Read({path})" to permissions.deny',
            "absolute",
            _TOOL,
            url=_CURSOR + "cli/reference/permissions",
        ),
        ask=Ask(
            "~/.cursor/cli-config.json",
            'set approvalMode to "allowlist" and take broad Shell(…) entries out of permissions.allow',
            url=_CURSOR + "cli/reference/permissions",
        ),
    ),
    "copilot-vscode": Remedies(
        deny=Deny(
            "VS Code settings.json (user)",
            'add "{path}" to chat.agent.sandbox.fileSystem.userConfiguredPaths.deniedPaths',
            "absolute",
            EnforcedFor.OS_COMMANDS,
            needs_box=True,
            url=_VSCODE + "agents/run/agent-sandboxing",
        ),
        box=Box(
            "VS Code settings.json (user)",
            'set chat.agent.sandbox.enabled to "on", chat.agent.sandbox.network.allowNetwork to false and '
            "chat.agent.sandbox.allowUnsandboxedCommands to false",
            NetworkMode.NONE,
            url=_VSCODE + "agents/run/agent-sandboxing",
        ),
        ask=Ask(
            "VS Code settings.json (user)",
            'set chat.tools.global.autoApprove to false and chat.permissions.default to "default", and remove broad '
            "entries from chat.tools.terminal.autoApprove",
            readers=False,
            url=_VSCODE + "agents/run/approvals",
        ),
    ),
    "copilot-cli": Remedies(
        deny=Deny(
            "~/.copilot/settings.json",
            'add "{path}" to sandbox.userPolicy.filesystem.deniedPaths',
            "absolute",
            _OS,
            needs_box=True,
            url="https://docs.github.com/copilot/reference/cli-config-dir-reference",
        ),
        ask=Ask(
            "~/.copilot/permissions-config.json",
            "remove broad entries of kind commands from tool_approvals, and start it without --allow-all-tools",
            readers=False,
            url="https://docs.github.com/copilot/reference/cli-command-reference",
        ),
    ),
    "windsurf": Remedies(
        ask=Ask(
            "Windsurf settings.json (user)",
            'set "windsurf.cascadeCommandsAllowList": [] and the auto execution level to Disabled',
            url="https://docs.windsurf.com/windsurf/terminal",
        ),
    ),
    "cline": Remedies(
        ask=Ask(
            "Cline's settings",
            "switch off YOLO mode and the auto-approval of commands",
            url="https://docs.cline.bot/features/auto-approve",
        ),
    ),
    "roo": Remedies(
        deny=Deny(
            ".rooignore",
            "add the line {rule}",
            "gitignore",
            _SHELL,
            inside=True,
            url="https://docs.roocode.com/features/rooignore",
        ),
        ask=Ask(
            "VS Code settings.json (user)",
            'set "roo-cline.allowedCommands": [] and switch off the auto-approval of commands',
            url="https://docs.roocode.com/features/auto-approving-actions",
        ),
    ),
    "aider": Remedies(
        ask=Ask(
            ".aider.conf.yml",
            "set yes-always: false, auto-test: false and auto-lint: false",
            url="https://aider.chat/docs/config/options.html",
        ),
    ),
    "continue": Remedies(
        ask=Ask(
            "~/.continue/permissions.yaml",
            "move Bash from allow to ask",
            url="https://docs.continue.dev/cli/tool-permissions",
        ),
    ),
    "opencode": Remedies(
        deny=Deny(
            "~/.config/opencode/opencode.json",
            'add "*{rule}": "deny" as the last entry of permission.read',
            "gitignore",
            _TOOL,
            url="https://opencode.ai/docs/permissions",
        ),
        ask=Ask(
            "~/.config/opencode/opencode.json",
            'set "permission": {{"bash": "ask"}}',
            url="https://opencode.ai/docs/permissions",
        ),
    ),
    "goose": Remedies(
        deny=Deny(
            ".gooseignore",
            "add the line {rule}",
            "gitignore",
            _TOOL,
            inside=True,
            url="https://block.github.io/goose/docs/guides/using-gooseignore",
        ),
        ask=Ask(
            "~/.config/goose/config.yaml",
            "set GOOSE_MODE: approve",
            url="https://block.github.io/goose/docs/guides/goose-permissions",
        ),
    ),
    "amazon-q": Remedies(
        deny=Deny(
            "the agent's file in ~/.aws/amazonq/cli-agents/",
            'add "{path}" to toolsSettings.fs_read.deniedPaths',
            "absolute",
            _TOOL,
            url="https://github.com/aws/amazon-q-developer-cli/blob/main/docs/agent-format.md",
        ),
        ask=Ask(
            "the agent's file in ~/.aws/amazonq/cli-agents/",
            "take execute_bash out of allowedTools",
            readers=False,
            url="https://github.com/aws/amazon-q-developer-cli/blob/main/docs/built-in-tools.md",
        ),
    ),
    "kiro": Remedies(
        deny=Deny(
            "~/.kiro/settings/permissions.yaml",
            'add {{capability: fs_read, match: ["{path}"], effect: deny}}',
            "absolute",
            _TOOL,
            url="https://kiro.dev/docs/cli/v3/permissions",
        ),
        ask=Ask(
            "~/.kiro/settings/permissions.yaml",
            'add {{capability: shell, match: ["*"], effect: ask}}',
            url="https://kiro.dev/docs/cli/v3/permissions",
        ),
    ),
    "zed": Remedies(
        deny=Deny(
            "~/.config/zed/settings.json",
            'add "**/{rule}" to private_files',
            "gitignore",
            _TOOL,
            inside=True,
            url="https://zed.dev/docs/ai/tool-permissions",
        ),
        ask=Ask(
            "~/.config/zed/settings.json",
            'set agent.tool_permissions.tools.terminal.default to "confirm" and empty its always_allow',
            url="https://zed.dev/docs/ai/tool-permissions",
        ),
    ),
    "junie": Remedies(
        ask=Ask(
            "Junie's settings", "switch off Brave Mode", url="https://www.jetbrains.com/help/junie/user-approval.html"
        ),
    ),
    "amp": Remedies(
        deny=Deny(
            "~/.config/amp/settings.json",
            'put {{"tool": "Read", "matches": {{"path": "{path}"}}, "action": "reject"}} first in amp.permissions',
            "absolute",
            _TOOL,
            url="https://ampcode.com/manual",
        ),
        ask=Ask(
            "~/.config/amp/settings.json",
            'put {{"tool": "Bash", "action": "ask"}} first in amp.permissions and remove amp.dangerouslyAllowAll',
            url="https://ampcode.com/manual",
        ),
    ),
    "crush": Remedies(
        ask=Ask(
            "~/.config/crush/crush.json",
            "take bash out of permissions.allowed_tools, and start it without --yolo",
            readers=False,
            url="https://github.com/charmbracelet/crush",
        ),
    ),
    "openhands": Remedies(
        ask=Ask(
            "config.toml",
            "set confirmation_mode = true under [security], and start it without --always-approve",
            url="https://docs.openhands.dev",
        ),
    ),
    "generic": Remedies(
        ask=Ask("the agent's own settings", "let it ask before it runs a command"),
    ),
}


def of(agent: str, surface: str) -> Remedies:
    """What an agent offers on a surface; nothing for an agent that is not listed."""
    return REMEDIES.get(f"{agent}/{surface}") or REMEDIES.get(agent) or Remedies()
