"""OpenCode: layered JSON files whose permissions merge in order, and almost everything allowed when none is set.

Source: the vendor's pages on configuration, permissions, agents, MCP servers and sharing (opencode.ai/docs) and the
open source of the program. There is no sandbox and no question of trust: a project's servers and plugins start at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import commanded
from auditor.agents.documents import Document, read_front_matter
from auditor.agents.examples import Answer
from auditor.agents.json_text import JsonError, parse
from auditor.agents.layers import Layer, Setting, members, scalar, sources
from auditor.agents.opencode_rules import (
    DEFAULTS,
    Rule,
    decision,
    exec_rules,
    file_rules,
    merged,
    open_folders,
    shell_answer,
)
from auditor.agents.stage import (
    INHERITS,
    Stage,
    answer,
    built_in,
    config_folder,
    data_folder,
    reading,
    record,
    served,
    stages,
    upward,
)
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnvMode,
    EnvReach,
    Evidence,
    Honoured,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Verdict,
)

ID = "opencode"
NAME = "OpenCode"

KNOWN: Final = frozenset(
    {
        *(
            "$schema",
            "agent",
            "autoshare",
            "autoupdate",
            "command",
            "compaction",
            "default_agent",
            "disabled_providers",
        ),
        *(
            "enabled_providers",
            "enterprise",
            "experimental",
            "formatter",
            "instructions",
            "keybinds",
            "layout",
            "logLevel",
        ),
        *(
            "lsp",
            "mcp",
            "mode",
            "model",
            "permission",
            "plugin",
            "provider",
            "server",
            "share",
            "skills",
            "small_model",
        ),
        *("snapshot", "theme", "tools", "tui", "username", "watcher"),
    }
)
_NAMES: Final = ("opencode.jsonc", "opencode.json")
_READS: Final = built_in("read", "workspace", "the read tool opens the project's files unasked")
_DOTENV: Final = built_in("env", ".env", "the runtime loads .env of the launch folder into the program's environment")
_FETCH: Final = {Verdict.ALLOW: NetworkMode.FREE, Verdict.ASK: NetworkMode.ASK, Verdict.DENY: NetworkMode.NONE}
_SELF: Final = {Verdict.ALLOW: "free", Verdict.ASK: "ask", Verdict.DENY: "blocked"}
_OUTSIDE: Final = {Verdict.ALLOW: OnOutside.FREE, Verdict.ASK: OnOutside.ASK, Verdict.DENY: OnOutside.DENY}
_LOW: Final = frozenset({"none", "minimal", "low"})


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where OpenCode is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: of the rules in their order the last that matches decides."""
    return answer(record, action, what, cwd, lambda line: shell_answer(record.exec.rules, line, record.workspace))


def _seen(stage: Stage) -> bool:
    around = stage.around
    own = (config_folder(around) / "opencode", data_folder(around) / "opencode", around.home / ".opencode")
    named = bool(around.variable("OPENCODE_CONFIG") or around.variable("OPENCODE_CONFIG_CONTENT"))
    marks = (folder / name for folder in upward(stage) for name in (*_NAMES, ".opencode"))
    return named or any(path.exists() for path in (*own, *marks))


def layers(stage: Stage) -> tuple[Layer, ...]:
    """Every file, highest first: managed, the environment's content, ``.opencode``, project, its file, user."""
    around, off = stage.around, bool(stage.variable("OPENCODE_DISABLE_PROJECT_CONFIG"))
    held = Honoured.NO if off else Honoured.YES
    system = {
        "darwin": ("Library", "Application Support", "opencode"),
        "win32": ("ProgramData", "opencode"),
    }.get(around.platform, ("etc", "opencode"))
    found = [stage.layer("managed", around.system(*system, name)) for name in _NAMES]
    found += [_inline(stage, "OPENCODE_CONFIG_CONTENT")] if stage.variable("OPENCODE_CONFIG_CONTENT") else []
    folders = [folder for folder in upward(stage) if folder != around.home]
    extra = stage.variable("OPENCODE_CONFIG_DIR")
    found += [_extra(stage, Path(extra.value), name) for name in _NAMES] if extra else []
    found += [
        stage.layer("project", folder / ".opencode" / name, honoured=held) for folder in folders for name in _NAMES
    ]
    found += [stage.layer("user", around.home / ".opencode" / name) for name in _NAMES]
    found += [stage.layer("project", folder / name, honoured=held) for folder in folders for name in _NAMES]
    file = stage.variable("OPENCODE_CONFIG")
    found += [stage.layer("env", Path(around.expand(file.value, stage.workspace)))] if file else []
    own = config_folder(around) / "opencode"
    return (*found, *(stage.layer("user", own / name) for name in (*_NAMES, "config.json")))


def _extra(stage: Stage, folder: Path, name: str) -> Layer:
    return stage.layer("env", Path(stage.around.expand(folder.as_posix(), stage.workspace)) / name)


def _inline(stage: Stage, name: str) -> Layer:
    """A variable whose value is a whole configuration."""
    shown = f"${name}"
    try:
        value: Any = parse(stage.around.variable(name), tolerant=True).value
    except JsonError:
        return Layer("env", Document(Path(shown), shown, problem="line 1: not valid JSON; not effective"))
    return Layer("env", Document(Path(shown), shown, value if isinstance(value, dict) else None))


def _record(stage: Stage) -> AgentRecord:
    held = layers(stage)
    agents = _agent_files(stage)
    name = scalar(held, "default_agent", kind=str)
    chosen = str(name.value) if name else "build"
    rules = _rules(stage, held, agents, chosen)
    shell = exec_rules(rules)
    far = decision(rules, "external_directory", "/")
    fetch, edit = decision(rules, "webfetch"), decision(rules, "edit")
    free = all(decision(rules, one).effect is Verdict.ALLOW for one in ("bash", "edit", "external_directory"))
    last = decision(rules, "bash")
    share = scalar(held, "share", kind=str)
    published = share is not None and share.value == "auto"
    reduced = _reduced(held, chosen)
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=sources((*held, *agents), KNOWN | {"description", "tools", "temperature", "top_p", "prompt", "steps"}),
        read=reading(
            stage,
            ReadBase.WORKSPACE,
            outside=_OUTSIDE[far.effect],
            rules=(*file_rules(rules, stage), *open_folders(rules, stage)),
            evidence=(_READS, far.evidence),
        ),
        exec=commanded(shell, lambda line: shell_answer(shell, line, stage.root), (last.effect, (last.evidence,))),
        network=NetworkReach(NetworkMode.FREE, tool_mode=_FETCH[fetch.effect], evidence=(fetch.evidence,)),
        env=_env(stage),
        approval=Approval.NEVER if free else Approval.ON_REQUEST,
        approval_removers=_removers(held, rules, shell),
        mcp=_servers(stage, held, rules),
        hooks=_plugins(stage, held),
        logging=_logging(stage, share, published=published),
        reasoning="reduced" if reduced else "normal",
        self_modify=_SELF[edit.effect],
        evidence=(last.evidence, far.evidence, *reduced),
        notes=_notes(held, agents, chosen, published=published),
    )


def _env(stage: Stage) -> EnvReach:
    """Everything is inherited, and the runtime adds what the ``.env`` files of the folder hold."""
    dotenv = stage.existing(".env", ".env.development", ".env.production", ".env.local")
    return EnvReach(EnvMode.ALL, EnvMode.ALL, dotenv=dotenv, evidence=(INHERITS, _DOTENV))


def _logging(stage: Stage, share: Setting | None, *, published: bool) -> Logging:
    """Conversations are kept here, and published where sharing is automatic."""
    kept = Transcript(stage.around.show(data_folder(stage.around) / "opencode"))
    return Logging((kept,), remote="public-share" if published else "none", evidence=(share.evidence,) if share else ())


def _rules(stage: Stage, held: tuple[Layer, ...], agents: tuple[Layer, ...], chosen: str) -> tuple[Rule, ...]:
    """Built in, then the files lowest first, then those of the agent that starts; what comes last has the say."""
    lowest = tuple(reversed(held))
    said = stage.variable("OPENCODE_PERMISSION")
    forced = Layer("env", _wrapped(_inline(stage, "OPENCODE_PERMISSION").document)) if said else None
    common = merged((*lowest, *((forced,) if forced else ())), "permission")
    files = [layer for layer in agents if layer.document.path.stem == chosen]
    return (*DEFAULTS, *common, *merged(lowest, "agent", chosen, "permission"), *merged(files, "permission"))


def _wrapped(document: Document) -> Document:
    return Document(document.path, document.shown, {"permission": document.data}, document.problem)


def _agent_files(stage: Stage) -> tuple[Layer, ...]:
    """Agents as Markdown files, user before project; each may have permissions of its own in its head."""
    folders = [("project", folder / ".opencode") for folder in upward(stage)]
    places = [("user", config_folder(stage.around) / "opencode"), *folders[::-1]]
    return tuple(
        stage.layer(scope, path, read_front_matter)
        for scope, folder in places
        for name in ("agent", "agents")
        for path in sorted((folder / name).glob("*.md"))
    )


def _removers(held: tuple[Layer, ...], rules: tuple[Rule, ...], shell: tuple[Any, ...]) -> tuple[Evidence, ...]:
    """Broad allow rules that are in force, an open server, and the built-in default where nothing narrows it."""
    last = decision(rules, "bash")
    found = [last.evidence] if last.effect is Verdict.ALLOW else []
    found += [rule.evidence for rule in shell if rule.broad and rule.evidence.file]
    server = scalar(held, "server", "allowInsecureNoAuth", kind=bool)
    found += [server.evidence] if server and server.value else []
    return tuple(dict.fromkeys(found))


def _servers(stage: Stage, held: tuple[Layer, ...], rules: tuple[Rule, ...]) -> tuple[Any, ...]:
    def gate(name: str, _entry: dict[str, Any]) -> str:
        if decision(rules, f"{name}_tool").effect is Verdict.ALLOW:
            return "all"
        own = [rule for rule in rules if rule.permission.startswith(f"{name}_") and rule.effect is Verdict.ALLOW]
        return "some" if own else "no"

    return served(stage, members(held, "mcp"), gate, trustless=True)


def _plugins(stage: Stage, held: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    """Code that runs at start: plugins by name, and files in the plugin folders."""
    found = [layer.document.evidence("plugin") for layer in held if layer.holds("plugin")]
    folders = [folder / ".opencode" for folder in upward(stage)]
    for folder in (config_folder(stage.around) / "opencode", *folders):
        for name in ("plugin", "plugins", "tool", "tools"):
            files = sorted(path for path in (folder / name).glob("*") if path.suffix in {".ts", ".js", ".mjs"})
            found += [Evidence(stage.around.show(path), note="this code is loaded at start") for path in files]
    return tuple(found)


def _reduced(held: tuple[Layer, ...], chosen: str) -> tuple[Evidence, ...]:
    """A low reasoning effort of the agent that starts, or of a model's options."""
    own = scalar(held, "agent", chosen, "reasoningEffort", kind=str)
    found: list[Setting] = [own] if own else []
    for layer in held:
        for provider, table in (layer.document.table("provider") if layer.holds("provider") else {}).items():
            for model in table.get("models") or () if isinstance(table, dict) else ():
                keys = ("provider", provider, "models", model, "options", "reasoningEffort")
                one = scalar((layer,), *keys, kind=str)
                found += [one] if one else []
    return tuple(one.evidence for one in found if one.value in _LOW)


def _notes(held: tuple[Layer, ...], agents: tuple[Layer, ...], chosen: str, *, published: bool) -> tuple[str, ...]:
    said = [
        "permissions are no boundary, as the vendor says: a program that a command starts reads what the user can",
        "a project's MCP servers and plugins start without a question of trust",
    ]
    if published:
        said.append("share is auto: every conversation is published under a public link")
    own = [name for name, entry in members(held, "agent").items() if isinstance(entry.value, dict) and name != chosen]
    own += [layer.document.path.stem for layer in agents if layer.document.path.stem != chosen]
    if own:
        said.append(f"other agents may have permissions of their own: {', '.join(dict.fromkeys(own))}")
    return tuple(said)
