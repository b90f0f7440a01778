"""Zed's agent: regular expressions that are found anywhere in a command, and private files for the read tool.

Source: the vendor's pages on agent settings, tool permissions and MCP (zed.dev/docs/ai) and the open source of the read
tool. Whether a project's own ``agent`` settings count is not documented; they are counted, with low confidence.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import broad, by_mode, commanded, mode_rule
from auditor.agents.commands import SimpleCommand, simple_commands
from auditor.agents.examples import Answer, strictest
from auditor.agents.ignores import Ignores, ignore_rules
from auditor.agents.layers import Layer, Setting, members, scalar, sources
from auditor.agents.masks import blot
from auditor.agents.patterns import finds
from auditor.agents.stage import (
    INHERITS,
    Stage,
    answer,
    built_in,
    config_folder,
    data_folder,
    injected,
    reading,
    record,
    roaming,
    served,
    stages,
)
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    EnvMode,
    EnvReach,
    Evidence,
    ExecRule,
    FileRule,
    Honoured,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Verdict,
)

ID = "zed"
NAME = "Zed"

_TOOLS: Final = ("agent", "tool_permissions", "tools")
_DEFAULTS: Final = {"allow": Verdict.ALLOW, "confirm": Verdict.ASK, "deny": Verdict.DENY}
_LISTS: Final = (("always_deny", Verdict.DENY), ("always_confirm", Verdict.ASK), ("always_allow", Verdict.ALLOW))
_PRIVATE: Final = ("**/.env*", "**/*.pem", "**/*.key", "**/*.cert", "**/*.crt", "**/secrets.yml")
_HIDDEN: Final = ("**/.git", "**/.svn", "**/.hg", "**/.jj", "**/CVS")
_ROOTS: Final = frozenset({"/", "~", "$HOME", "${HOME}", ".", "..", "/*", "~/*"})
_ASKS: Final = built_in("agent.tool_permissions.default", "confirm", "a tool that no rule names is asked for")
_GUARD: Final = built_in("terminal", "deny", "deleting the root, the home or the folder itself is refused")
_READS: Final = built_in("read_file", "workspace", "the read tool opens the files of the open folders and no others")
_NETWORK: Final = built_in("network", "free", "a command that runs reaches every host")


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where Zed is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: the built-in guard, refused, asked, allowed, then the default."""
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    """Every command of a line; one that no allow pattern is found in leaves it to the default."""
    parts = simple_commands(line)
    if any(_deletes_all(part) for part in parts):
        return Verdict.DENY, (_GUARD,)
    return strictest((_one(rules, part.text) for part in parts), by_mode(rules))


def _one(rules: tuple[ExecRule, ...], text: str) -> Answer:
    for _, effect in _LISTS:
        for rule in rules:
            if rule.effect is effect and rule.kind.startswith("regex"):
                loose = rule.kind == "regex-i"
                if finds(rule.pattern, text, ignore_case=loose, doubt=effect is Verdict.ALLOW):
                    return effect, (rule.evidence,)
    return by_mode(rules)


def _deletes_all(part: SimpleCommand) -> bool:
    words = part.arguments
    flags = "".join(word[1:] for word in words[1:] if word.startswith("-") and not word.startswith("--"))
    named = any(word.rstrip("/") in _ROOTS or word in _ROOTS for word in words[1:])
    return bool(words) and words[0] == "rm" and "r" in flags.lower() and "f" in flags and named


def _user(stage: Stage) -> Path:
    return (roaming(stage.around) / "Zed") if stage.around.platform == "win32" else config_folder(stage.around) / "zed"


def _seen(stage: Stage) -> bool:
    return _user(stage).is_dir() or (stage.workspace / ".zed").is_dir()


def _layers(stage: Stage) -> tuple[Layer, ...]:
    return (
        stage.layer("project", stage.workspace / ".zed" / "settings.json", honoured=Honoured.UNKNOWN),
        stage.layer("user", _user(stage) / "settings.json"),
    )


def _record(stage: Stage) -> AgentRecord:
    held = _layers(stage)
    mode = _default(held, "terminal")
    rules = (*_patterns(held), mode_rule(_effect(mode), mode.evidence))
    fetch = _effect(_default(held, "fetch"))
    edit = _effect(_default(held, "edit_file"))
    project = any(held[0].holds(key) for key in ("agent", "context_servers"))
    reduced = _reduced(held)
    return record(
        stage,
        ID,
        NAME,
        "ide",
        sources=sources(held),
        read=reading(
            stage, ReadBase.WORKSPACE, outside=OnOutside.DENY, rules=_private(stage, held), evidence=(_READS,)
        ),
        exec=commanded(rules, lambda line: _run(rules, line), (rules[-1].effect, (mode.evidence,))),
        network=NetworkReach(
            tool_mode={Verdict.ALLOW: NetworkMode.FREE, Verdict.DENY: NetworkMode.NONE}.get(fetch, NetworkMode.ASK),
            evidence=(_NETWORK,),
        ),
        env=_env(stage, held),
        approval=Approval.NEVER if mode.value in {"allow", True} and fetch is Verdict.ALLOW else Approval.ON_REQUEST,
        approval_removers=(
            *((mode.evidence,) if mode.value in {"allow", True} else ()),
            *(rule.evidence for rule in rules if rule.broad and rule.kind != "mode"),
        ),
        mcp=served(stage, members(held, "context_servers"), lambda name, _: _gate(held, name), trustless=True),
        logging=_logging(stage),
        reasoning="reduced" if reduced else "unknown",
        self_modify={Verdict.ALLOW: "free", Verdict.DENY: "blocked"}.get(edit, "ask"),
        confidence="low" if project else "medium",
        evidence=(mode.evidence, *reduced),
        notes=_notes(held, project=project),
    )


def _default(held: tuple[Layer, ...], tool: str) -> Setting:
    """What holds for a tool without patterns: a profile without it, its own default, the global one, the old switch."""
    profile = scalar(held, "agent", "default_profile", kind=str)
    off = scalar(held, "agent", "profiles", str(profile.value), "tools", tool, kind=bool) if profile else None
    if off and not off.value:
        return Setting("deny", off.evidence, off.layer)
    own = scalar(held, *_TOOLS, tool, "default", kind=str)
    common = scalar(held, "agent", "tool_permissions", "default", kind=str)
    old = scalar(held, "agent", "always_allow_tool_actions", kind=bool)
    found = own or common or (old if old and old.value else None)
    return found or Setting("confirm", _ASKS)


def _effect(setting: Setting) -> Verdict:
    return Verdict.ALLOW if setting.value is True else _DEFAULTS.get(str(setting.value), Verdict.ASK)


def _patterns(held: tuple[Layer, ...]) -> tuple[ExecRule, ...]:
    """The patterns of the terminal over both files; without an anchor they are found anywhere in a command."""
    found = []
    for layer in held:
        for key, effect in _LISTS:
            keys = (*_TOOLS, "terminal", key)
            items = layer.document.get(*keys) if layer.holds(*keys) else None
            for at, item in enumerate(items if isinstance(items, list) else ()):
                pattern = item.get("pattern") if isinstance(item, dict) else item
                if isinstance(pattern, str) and pattern:
                    kind = "regex" if isinstance(item, dict) and item.get("case_sensitive") is True else "regex-i"
                    loose = effect is Verdict.ALLOW and (not pattern.startswith("^") or broad(pattern))
                    found.append(ExecRule(effect, blot(pattern), kind, loose, layer.document.evidence(*keys, at)))
    return tuple(found)


def _private(stage: Stage, held: tuple[Layer, ...]) -> tuple[FileRule, ...]:
    """What the read tool refuses: private files and excluded ones, of the user's list and the project's alike."""
    found: list[FileRule] = []
    for key, usual in (("private_files", _PRIVATE), ("file_scan_exclusions", _HIDDEN)):
        for layer in held:
            words = layer.document.get(key) if layer.counts else None
            for at, word in enumerate(words if isinstance(words, list) else ()):
                if isinstance(word, str):
                    evidence = layer.document.evidence(key, at)
                    rules = ignore_rules((Ignores((word,)),), stage.root, EnforcedFor.TOOL)
                    found += [FileRule(one.effect, word, one.glob, one.enforced_for, evidence) for one in rules]
        if not isinstance(held[-1].document.get(key), list):
            built = Ignores(usual, note=f"built in: {key} of Zed")
            found += ignore_rules((built,), stage.root, EnforcedFor.TOOL)
    return tuple(found)


def _env(stage: Stage, held: tuple[Layer, ...]) -> EnvReach:
    """The login shell's environment, the results of ``.envrc``, and variables of the terminal."""
    direnv = scalar(held, "load_direnv", kind=str)
    loads = direnv is None or direnv.value != "disabled"
    variables = tuple(one for layer in held for one in injected(layer, "terminal", "env"))
    said = direnv.evidence if direnv else built_in("load_direnv", "direct", "what direnv makes of .envrc is loaded")
    return EnvReach(
        EnvMode.ALL,
        EnvMode.ALL,
        injected=variables,
        dotenv=stage.existing(".envrc") if loads else (),
        evidence=(INHERITS, said),
    )


def _gate(held: tuple[Layer, ...], name: str) -> str:
    """Of a server's tools only the defaults matter; patterns see nothing of them."""
    common = scalar(held, "agent", "tool_permissions", "default", kind=str)
    old = scalar(held, "agent", "always_allow_tool_actions", kind=bool)
    if (common and common.value == "allow") or (common is None and old and old.value):
        return "all"
    tools: dict[str, Any] = {}
    for layer in reversed(held):
        tools.update(layer.document.table(*_TOOLS) if layer.counts else {})
    own = [entry for tool, entry in tools.items() if tool.startswith(f"mcp:{name}:")]
    return "some" if any(isinstance(entry, dict) and entry.get("default") == "allow" for entry in own) else "no"


def _logging(stage: Stage) -> Logging:
    if stage.around.platform == "darwin":
        folder = stage.around.home / "Library" / "Application Support" / "Zed"
    else:
        folder = data_folder(stage.around) / "zed"
    return Logging((Transcript(stage.around.show(folder / "threads")),))


def _reduced(held: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    thinks = scalar(held, "agent", "default_model", "enable_thinking", kind=bool)
    effort = scalar(held, "agent", "default_model", "effort", kind=str)
    found = [thinks.evidence] if thinks and not thinks.value else []
    return (*found, *((effort.evidence,) if effort and effort.value in {"low", "minimal"} else ()))


def _notes(held: tuple[Layer, ...], *, project: bool) -> tuple[str, ...]:
    said = ["private files bind the read tool alone; a command opens them"]
    if project:
        said.append("whether the agent settings of a project count is not documented; they are counted here")
    external = members(held, "agent_servers")
    if external:
        said.append(f"these external agents follow their own permissions, not Zed's: {', '.join(external)}")
    return tuple(said)
