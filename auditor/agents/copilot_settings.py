"""Where VS Code keeps Copilot's settings, which of them count, and what proves that Copilot works here.

Source: the vendor's pages on settings, agent approvals and MCP (microsoft/vscode-docs), and the open source of the
editor for the scope of a key (microsoft/vscode): ``chat.tools.global.autoApprove`` is a setting of the application and
is not taken from a workspace; the terminal's rules are, once the workspace is trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from auditor.agents.documents import Document, read_jsonc
from auditor.agents.layers import Layer, Setting, default
from auditor.agents.masks import blot
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import ConfigSource, Evidence, Honoured
from auditor.model.frozen import frozen, replace

GLOBAL: Final = "chat.tools.global.autoApprove"
_APPLICATION: Final = frozenset({GLOBAL, "chat.tools.autoApprove"})
_POLICY_NAMES: Final = {
    GLOBAL: "ChatToolsAutoApprove",
    "chat.tools.terminal.enableAutoApprove": "ChatToolsTerminalEnableAutoApprove",
    "chat.agent.enabled": "ChatAgentMode",
    "chat.mcp.access": "ChatMCP",
}
_VARIANTS: Final = (("", "Code", ".vscode"), (" Insiders", "Code - Insiders", ".vscode-insiders"))
_MORE_VARIANTS: Final = ((" in VSCodium", "VSCodium", ".vscode-oss"),)
_PROJECT_MARKS: Final = (
    *(".vscode/mcp.json", ".github/copilot-instructions.md", ".github/instructions", ".github/prompts"),
    *(".github/agents", ".github/chatmodes", ".github/hooks", ".github/skills"),
)
_STORES: Final = ("globalStorage/github.copilot-chat", "globalStorage/github.copilot", "prompts", "mcp.json")
_OURS: Final = ("chat.", "github.copilot.")


@frozen
class Sheet:
    """One file of flat settings. ``prefix``: where they stand in it; ``sure`` False: it may not be in use at all."""

    layer: Layer
    prefix: tuple[str, ...] = ()
    sure: bool = True

    def get(self, key: str) -> Any:
        """The value of a setting, or None when the file does not set it or may not."""
        if not self.layer.counts or key in self.layer.refused:
            return None
        return self.layer.document.get(*self.prefix, key)

    def evidence(self, key: str, *more: str | int, value: str = "") -> Evidence:
        """Where the setting, or a part of it, stands; names of parts may be whole commands and are blotted."""
        found = self.layer.document.evidence(*self.prefix, key, *more, value=value)
        return replace(found, key=blot(found.key))

    @property
    def names(self) -> tuple[str, ...]:
        """The settings it has, refused ones too."""
        return tuple(self.layer.document.table(*self.prefix))


@frozen
class Variant:
    """One VS Code on this machine: what is added to its name, and the folders of its user data and extensions."""

    label: str
    data: Path
    extensions: Path
    profile: Path | None = None

    @property
    def folder(self) -> Path:
        """Where the settings in use stand: the user data, or a profile below it."""
        return self.profile or self.data


@frozen
class Board:
    """Everything set for one workspace in one VS Code: policy over workspace over user."""

    around: Surroundings
    variant: Variant
    workspace: Path
    policy: Document
    sheets: tuple[Sheet, ...]

    def setting(self, key: str, otherwise: Any, *, worst: tuple[Any, ...] = ()) -> Setting:
        """The value in force, or ``otherwise``; of two that may be in force, one of ``worst`` is taken."""
        name = _POLICY_NAMES.get(key)
        if name and self.policy.get(name) is not None:
            return Setting(self.policy.get(name), self.policy.evidence(name))
        built_in = default(key, otherwise)
        sure = self._first(key, (sheet for sheet in self.sheets if sheet.sure)) or built_in
        maybe = self._first(key, self.sheets) or built_in
        return maybe if maybe.value in worst else sure

    def entries(self, key: str) -> dict[str, Setting]:
        """The members of an object setting over all files, the higher file first for each member."""
        found: dict[str, Setting] = {}
        for sheet in self.sheets:
            table = sheet.get(key)
            for name, value in (table if isinstance(table, dict) else {}).items():
                widens = value is True or (isinstance(value, dict) and value.get("approve") is True)
                if name not in found and (sheet.sure or widens):
                    found[name] = Setting(value, sheet.evidence(key, name), sheet.layer)
        return found

    def words(self, key: str, *inside: str) -> tuple[Setting, ...]:
        """The strings of a list setting (of a member of an object setting), over all files."""
        found: list[Setting] = []
        for sheet in self.sheets:
            value = _inside(sheet.get(key), inside)
            for index, word in enumerate(value if isinstance(value, list) else ()):
                if isinstance(word, str):
                    found.append(Setting(word, sheet.evidence(key, *inside, index), sheet.layer))
        return tuple(found)

    def sources(self) -> tuple[ConfigSource, ...]:
        """What is to be said of every file that exists, keys it may not set included."""
        found = [_source(sheet) for sheet in self.sheets if sheet.layer.document.exists]
        if self.policy.exists:
            honoured = Honoured.NO if self.policy.problem else Honoured.YES
            found.insert(0, ConfigSource(self.policy.shown, "managed", honoured, self.policy.problem))
        return tuple(found)

    def refused(self) -> tuple[Evidence, ...]:
        """Settings that a workspace file sets and that only a user may set."""
        return tuple(
            sheet.evidence(key)
            for sheet in self.sheets
            for key in sheet.layer.refused
            if sheet.layer.document.get(*sheet.prefix, key) is not None
        )

    @staticmethod
    def _first(key: str, sheets: Iterable[Sheet]) -> Setting | None:
        for sheet in sheets:
            value = sheet.get(key)
            if value is not None:
                return Setting(value, sheet.evidence(key), sheet.layer)
        return None


def variants(around: Surroundings) -> tuple[Variant, ...]:
    """Every VS Code with user data here, profiles included; the stable one when there is none."""
    found: list[Variant] = []
    for label, name, extensions in (*_VARIANTS, *_MORE_VARIANTS):
        data = _user_data(around, name)
        plain = Variant(label, data, around.home / extensions / "extensions")
        if data.is_dir():
            profiles = sorted(path.parent for path in (data / "profiles").glob("*/settings.json"))
            found += [
                plain,
                *(replace(plain, label=f"{label} (profile {path.name})", profile=path) for path in profiles),
            ]
    stable = Variant("", _user_data(around, "Code"), around.home / ".vscode" / "extensions")
    return tuple(found) or (stable,)


def seen_by_user(variant: Variant, board: Board) -> bool:
    """Whether this VS Code holds Copilot's own data, extension or settings."""
    stores = any((variant.folder / name).exists() for name in _STORES)
    extension = any(variant.extensions.glob("github.copilot*"))
    user = (sheet for sheet in board.sheets if sheet.layer.scope == "user")
    return stores or extension or any(key.startswith(_OURS) for sheet in user for key in sheet.names)


def seen_in(workspace: Path, board: Board) -> bool:
    """Whether a workspace holds files or settings for Copilot in VS Code."""
    project = (sheet for sheet in board.sheets if sheet.layer.scope == "project")
    ours = any(key.startswith(_OURS) for sheet in project for key in sheet.names)
    return ours or any((workspace / mark).exists() for mark in _PROJECT_MARKS)


def board(around: Surroundings, variant: Variant, workspace: Path) -> Board:
    """The files that set something for a workspace: ``.vscode``, ``.code-workspace``, a remote's, the user's."""
    folder = _sheet(around, "project", workspace / ".vscode" / "settings.json")
    named = [
        _sheet(around, "project", path, ("settings",), sure=False)
        for path in sorted(workspace.glob("*.code-workspace"))
    ]
    remote = around.home / ".vscode-server" / "data" / "Machine" / "settings.json"
    user = _sheet(around, "user", variant.folder / "settings.json")
    policy = around.system("etc", "vscode", "policy.json")
    return Board(
        around,
        variant,
        workspace,
        read_jsonc(policy, around.show(policy)),
        (folder, *named, _sheet(around, "user", remote, sure=False), user),
    )


def asks_for_trust(held: Board) -> Setting:
    """Whether VS Code asks for trust in a folder; only the user's own file can say no."""
    key = "security.workspace.trust.enabled"
    for sheet in held.sheets:
        if sheet.layer.scope == "user" and sheet.sure and isinstance(sheet.get(key), bool):
            return Setting(sheet.get(key), sheet.evidence(key), sheet.layer)
    return default(key, True)


def _sheet(around: Surroundings, scope: str, path: Path, prefix: tuple[str, ...] = (), *, sure: bool = True) -> Sheet:
    document = read_jsonc(path, around.show(path))
    if scope == "user":
        return Sheet(Layer(scope, document, Honoured.YES if sure else Honoured.UNKNOWN), prefix, sure)
    honoured = Honoured.IF_TRUSTED if sure else Honoured.UNKNOWN
    return Sheet(Layer(scope, document, honoured, _APPLICATION), prefix, sure)


def _source(sheet: Sheet) -> ConfigSource:
    document = sheet.layer.document
    set_here = [key for key in sorted(sheet.layer.refused) if document.get(*sheet.prefix, key) is not None]
    said = [document.problem] if document.problem else []
    said += [f"{key} is not honoured from workspace settings" for key in set_here]
    honoured = Honoured.NO if document.problem else sheet.layer.honoured
    return ConfigSource(document.shown, sheet.layer.scope, honoured, "; ".join(said))


def _user_data(around: Surroundings, name: str) -> Path:
    if around.platform == "darwin":
        return around.home / "Library" / "Application Support" / name / "User"
    if around.platform == "win32":
        return around.folder("APPDATA", around.home / "AppData" / "Roaming") / name / "User"
    return around.folder("XDG_CONFIG_HOME", around.home / ".config") / name / "User"


def _inside(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
