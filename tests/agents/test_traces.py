"""The cheap first look never hides what a dialect would have accepted as proof."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from auditor import agents
from auditor.agents.surroundings import Surroundings
from auditor.agents.traces import TRACES, left

# One file each: below the home, the workspace or the system root; what stands in it is the second part.
HOMES = (
    *((f"home/{place}", "{}") for place in (".claude.json", ".claude/settings.json", ".codex/config.toml")),
    *((f"home/{place}", "{}") for place in (".gemini/settings.json", ".cursor/mcp.json", ".cursor/cli-config.json")),
    *((f"home/{place}", "{}") for place in (".config/Cursor/User/settings.json", ".config/Code/User/mcp.json")),
    *((f"home/{place}", "{}") for place in (".config/opencode/opencode.json", ".local/share/opencode/auth.json")),
    *(
        (f"home/.copilot/{name}", "{}")
        for name in ("settings.json", "config.json", "mcp-config.json", "session-state/x")
    ),
    *((f"home/{place}", "") for place in (".aider.conf.yml", ".config/goose/config.yaml", ".opencode/agent/a.md")),
    *(
        (f"home/{place}", "{}")
        for place in (".cline/data/x", ".roo/mcp.json", ".continue/config.yaml", ".continue/permissions.yaml")
    ),
    *(
        (f"home/.config/{editor}/User/globalStorage/{name}/x", "")
        for editor in ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
        for name in ("saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "github.copilot-chat")
    ),
    *(
        (f"home/{editor}/extensions/{name}-1.2.3/package.json", "{}")
        for editor in (".vscode", ".vscode-insiders", ".vscode-oss", ".vscode-server", ".cursor", ".windsurf")
        for name in ("saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "continue.continue", "github.copilot-chat")
    ),
    *(
        (f"home/.config/{editor}/User/settings.json", '{"amp.url": "x", "roo-cline.a": 1}')
        for editor in ("Code", "Cursor")
    ),
    ("home/.vscode-server/data/User/globalStorage/saoudrizwan.claude-dev/x", ""),
    *(
        (f"home/{place}", "{}")
        for place in (".codeium/windsurf/mcp_config.json", ".config/Windsurf/User/settings.json")
    ),
    *((f"home/{place}", "{}") for place in (".config/amp/settings.json", ".local/share/amp/history.jsonl")),
    *((f"home/{place}", "{}") for place in (".aws/amazonq/mcp.json", ".local/share/amazon-q/settings.json")),
    *((f"home/{place}", "{}") for place in (".kiro/settings/mcp.json", ".config/Kiro/User/settings.json")),
    *((f"home/{place}", "{}") for place in (".config/zed/settings.json", ".junie/mcp/mcp.json")),
    ("home/.config/JetBrains/PyCharm2026.2/options/junie.xml", ""),
    *((f"home/{place}", "{}") for place in (".config/crush/crush.json", ".local/share/crush/crush.json")),
    *((f"home/{place}", "{}") for place in (".openhands/settings.json", ".config/devin/config.json")),
)
WORKSPACES = (
    *(
        (f"work/shop/{place}", "{}")
        for place in (".claude/settings.json", ".mcp.json", "CLAUDE.md", ".codex/config.toml")
    ),
    *(
        (f"work/shop/{place}", "{}")
        for place in (".gemini/settings.json", "GEMINI.md", ".cursorrules", ".cursor/mcp.json")
    ),
    *((f"work/shop/{place}", "{}") for place in (".vscode/mcp.json", ".github/copilot-instructions.md")),
    *((f"work/shop/{place}", "{}") for place in ("opencode.json", "opencode.jsonc", ".opencode/opencode.json")),
    *((f"work/{place}", "{}") for place in ("opencode.json", ".amp/settings.json", "crush.json", ".aiderignore")),
    *((f"work/shop/.github/copilot/{name}", "{}") for name in ("settings.json", "settings.local.json")),
    ("work/shop/.github/workflows/copilot-setup-steps.yml", ""),
    *((f"work/shop/{place}", "") for place in (".aiderignore", ".aider.chat.history.md", ".aider.tags.cache.v4/x")),
    *(
        (f"work/shop/{place}", "")
        for place in (".goosehints", ".gooseignore", ".goose/x", ".clinerules", ".clineignore")
    ),
    *((f"work/shop/{place}", "") for place in (".cline/x", ".roo/x", ".roomodes", ".roorules-code", ".rooignore")),
    (
        "work/shop/.vscode/settings.json",
        '{"roo-cline.allowedCommands": [], "amp.url": "x", "chat.agent.enabled": true}',
    ),
    *((f"work/shop/{place}", "") for place in (".continue/x", ".continuerules", ".continueignore", ".continuerc.json")),
    *(
        (f"work/shop/{place}", "")
        for place in (".windsurf/x", ".windsurfrules", ".codeiumignore", ".amp/settings.json")
    ),
    *((f"work/shop/{place}", "") for place in (".amazonq/rules/a.md", ".kiro/steering/a.md", ".kiroignore", ".zed/x")),
    *(
        (f"work/shop/{place}", "")
        for place in (".junie/x", ".aiignore", ".idea/junie.xml", "crush.json", ".crush.json")
    ),
    *((f"work/shop/{place}", "") for place in (".crush/crush.db", ".crushignore", "CRUSH.md", ".devin/x")),
    *((f"work/shop/{place}", "") for place in (".openhands/setup.sh", ".openhands_instructions")),
    ("work/shop/config.toml", "[core]\n[llm]\n"),
)
SYSTEMS = (
    *((f"system/etc/{place}", "{}") for place in ("opencode/opencode.json", "github-copilot/managed-settings.json")),
    *(
        (f"system/etc/{place}", "{}")
        for place in ("ampcode/managed-settings.json", "claude-code/managed-settings.json")
    ),
)
MOVED = (
    ({"XDG_CONFIG_HOME": "c"}, "c/opencode/opencode.json"),
    ({"XDG_CONFIG_HOME": "c"}, "c/goose/config.yaml"),
    ({"XDG_CONFIG_HOME": "c"}, "c/zed/settings.json"),
    ({"XDG_CONFIG_HOME": "c"}, "c/Code/User/globalStorage/saoudrizwan.claude-dev/x"),
    ({"XDG_CONFIG_HOME": "c"}, "c/Windsurf/User/settings.json"),
    ({"XDG_CONFIG_HOME": "c"}, "c/Kiro/User/settings.json"),
    ({"XDG_CONFIG_HOME": "c"}, "c/JetBrains/PyCharm/options/junie.xml"),
    ({"XDG_DATA_HOME": "d"}, "d/amp/history.jsonl"),
    ({"XDG_DATA_HOME": "d"}, "d/crush/crush.json"),
    ({"GOOSE_PATH_ROOT": "g"}, "g/config/config.yaml"),
    ({"COPILOT_HOME": "p"}, "p/settings.json"),
    ({"CLINE_DIR": "l"}, "l/data/x"),
    ({"CONTINUE_GLOBAL_DIR": "n"}, "n/permissions.yaml"),
    ({"OPENCODE_CONFIG_CONTENT": "{}"}, ""),
    ({"AIDER_MODEL": "m"}, ""),
    ({"DEVIN_API_KEY": "made-up"}, ""),
)
DIALECTS = sorted(agent for agent in agents.DIALECTS if agent != "generic")


def prove(
    root: Path, place: str, content: str, environment: dict[str, str] | None = None, platform: str = "linux"
) -> None:
    for folder in ("home", "work/.git", "work/shop", "system"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    if place:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(content, encoding="utf-8")
    around = Surroundings(root / "home", (root / "work/shop",), environment or {}, platform, root / "system")
    for agent in DIALECTS:
        module: Any = import_module(agents.DIALECTS[agent])
        seen = [record for record in module.read(around) if not record.assumed]
        assert not seen or left(agent, around), f"{agent} accepts {place or environment}, and no trace shows it"


@pytest.mark.parametrize(("place", "content"), [*HOMES, *WORKSPACES, *SYSTEMS], ids=lambda part: part[:60])
def test_what_a_dialect_accepts_as_proof_leaves_a_trace(tmp_path: Path, place: str, content: str) -> None:
    prove(tmp_path, place, content)


@pytest.mark.parametrize(("environment", "place"), MOVED)
def test_what_a_variable_moves_leaves_a_trace(tmp_path: Path, environment: dict[str, str], place: str) -> None:
    moved = {
        name: value if len(value) > 1 else (tmp_path / "home" / value).as_posix() for name, value in environment.items()
    }
    prove(tmp_path, f"home/{place}" if place else "", "{}", moved)


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("darwin", "home/Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev/x"),
        ("darwin", "home/Library/Application Support/Windsurf/User/settings.json"),
        ("darwin", "home/Library/Application Support/Kiro/User/settings.json"),
        ("darwin", "home/Library/Application Support/amazon-q/settings.json"),
        ("darwin", "home/Library/Application Support/JetBrains/PyCharm/options/junie.xml"),
        ("darwin", "system/Library/Application Support/opencode/opencode.json"),
        ("darwin", "system/Library/Application Support/GitHubCopilot/managed-settings.json"),
        ("darwin", "system/Library/Application Support/ampcode/managed-settings.json"),
        ("win32", "home/AppData/Roaming/Block/goose/config/config.yaml"),
        ("win32", "home/AppData/Roaming/Zed/settings.json"),
        ("win32", "home/AppData/Local/crush/crush.json"),
        ("win32", "home/AppData/Roaming/Windsurf/User/settings.json"),
        ("win32", "system/ProgramData/opencode/opencode.json"),
        ("win32", "system/ProgramData/ampcode/managed-settings.json"),
        ("win32", "system/Program Files/GitHubCopilot/managed-settings.json"),
    ],
)
def test_what_other_platforms_keep_elsewhere_leaves_a_trace(tmp_path: Path, platform: str, place: str) -> None:
    prove(tmp_path, place, "{}", platform=platform)


def test_the_made_up_files_prove_every_dialect(tmp_path: Path) -> None:
    seen = set()
    for number, kind in enumerate((HOMES, WORKSPACES)):
        root = tmp_path / str(number)
        for place, content in kind:
            if not (root / place).exists() and not any((root / part).is_file() for part in Path(place).parents):
                (root / place).parent.mkdir(parents=True, exist_ok=True)
                (root / place).write_text(content, encoding="utf-8")
        around = Surroundings(root / "home", (root / "work/shop",), {}, "linux", root / "system")
        for agent in DIALECTS:
            module: Any = import_module(agents.DIALECTS[agent])
            seen |= {record.agent for record in module.read(around) if not record.assumed}

    assert sorted(seen) == DIALECTS


def test_an_editor_s_settings_alone_load_only_who_is_named_in_them(tmp_path: Path) -> None:
    for place in ("home/.config/Code/User", "work/.vscode", "work/.github/workflows", "work/.idea"):
        (tmp_path / place).mkdir(parents=True)
    settings = tmp_path / "home/.config/Code/User/settings.json"
    settings.write_text('{"editor.tabSize": 2}')
    around = Surroundings(tmp_path / "home", (tmp_path / "work",), {}, "linux", tmp_path / "system")
    others = {"copilot-vscode"}

    assert {agent for agent in TRACES if left(agent, around)} == others
    settings.write_text('{"roo-cline.allowedCommands": []}')
    assert {agent for agent in TRACES if left(agent, around)} == others | {"roo"}


def test_every_dialect_but_the_fallback_has_a_row() -> None:
    assert sorted(TRACES) == DIALECTS


def test_an_empty_machine_shows_no_trace_at_all(tmp_path: Path) -> None:
    (tmp_path / "work" / ".git").mkdir(parents=True)
    around = Surroundings(
        tmp_path / "home", (tmp_path / "work",), {"HOME": "x", "PATH": "y"}, "linux", tmp_path / "system"
    )

    assert not [agent for agent in TRACES if left(agent, around)]
