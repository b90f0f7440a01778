"""Amp: one ordered list of permissions in which the first match counts, then built-in rules, then a question.

Source: the vendor's manual and its reference of settings and permissions (ampcode.com/manual). Newer releases look at
the list through a plugin, so what no rule names may run unasked there; the notes say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import broad, commanded, wild
from auditor.agents.commands import simple_commands
from auditor.agents.examples import Answer, strictest
from auditor.agents.globs import escape
from auditor.agents.layers import Layer, Setting, flag, members, scalar, sources, union
from auditor.agents.masks import blot
from auditor.agents.patterns import finds
from auditor.agents.stage import (
    Stage,
    answer,
    built_in,
    config_folder,
    data_folder,
    editors,
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
    EnforcedFor,
    Evidence,
    ExecRule,
    FileRule,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Transcript,
    Trust,
    Verdict,
)

ID = "amp"
NAME = "Amp"

_LIST: Final = "amp.permissions"
_ACTIONS: Final = {
    "allow": Verdict.ALLOW,
    "reject": Verdict.DENY,
    "ask": Verdict.ASK,
    "delegate": Verdict.CLASSIFIED,
}
_SAFE: Final = (
    *("cat *", "head *", "tail *", "less *", "more *", "grep *", "egrep *", "fgrep *", "wc *", "file *", "stat *"),
    *("ls", "ls *", "dir", "dir *", "tree", "tree *", "pwd", "du *", "df *", "ps *", "echo *", "printenv *", "id"),
    *("which *", "whereis *", "date", "uname *", "whoami", "git status", "git status *", "git log", "git log *"),
    *("git diff", "git diff *", "git show", "git show *", "git branch"),
)
_PUSHES: Final = built_in(_LIST, "ask", "pushing with git is asked for")
_BUILT_IN: Final = built_in(_LIST, "allow", "common read-only commands run unasked")
_ASKS: Final = built_in(_LIST, "ask", "what no rule names is asked for, and refused to sub-agents")
_READS: Final = built_in("read", "filesystem", "the read tool opens every file of the user unless a rule rejects it")
KNOWN: Final = frozenset(
    {
        *("$schema", _LIST, "amp.dangerouslyAllowAll", "amp.mcpServers", "amp.mcpPermissions", "amp.tools.disable"),
        *("amp.tools.enable", "amp.commands.allowlist", "amp.guardedFiles.allowlist", "amp.anthropic.thinking.enabled"),
        *(
            "amp.notifications.enabled",
            "amp.url",
            "amp.git.commit.coauthor.enabled",
            "amp.git.commit.ampThread.enabled",
        ),
        *("amp.todos.enabled", "amp.updates.mode", "amp.tools.stopTimeout", "amp.proxy", "amp.debugLogs", "amp.mode"),
        *("amp.toolbox.path", "amp.skills.path", "amp.terminal.commands.nodeSpawn.loadProfile", "amp.showCosts"),
    }
)


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """The command line's record per workspace where its files are seen, and the editor's where it is set up there."""
    records = []
    for stage in stages(around, ID, lambda one: _seen_cli(one) or _seen_ide(one)):
        if _seen_cli(stage) or not stage.seen:
            records.append(_record(stage, "cli", _cli_layers(stage)))
        if _seen_ide(stage):
            records.append(_record(stage, "ide", _editor_layers(stage)))
    return tuple(records)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: the first rule that matches counts."""
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line))


def _run(rules: tuple[ExecRule, ...], line: str) -> Answer:
    return strictest((_one(rules, part.text) for part in simple_commands(line)), _one(rules, ""))


def _one(rules: tuple[ExecRule, ...], text: str) -> Answer:
    found = next((rule for rule in rules if rule.kind in {"glob", "regex", "mode"} and _matches(rule, text)), None)
    return (found.effect, (found.evidence,)) if found else (Verdict.ASK, (_ASKS,))


def _matches(rule: ExecRule, text: str) -> bool:
    if rule.kind == "regex":
        return finds(rule.pattern, text, doubt=rule.effect is Verdict.ALLOW)
    return wild(rule.pattern, text)


def _seen_cli(stage: Stage) -> bool:
    folders = [config_folder(stage.around) / "amp", *(folder / ".amp" for folder in upward(stage))]
    named = any(name.startswith("AMP_") for name in stage.around.environment)
    return named or (data_folder(stage.around) / "amp").is_dir() or any(folder.is_dir() for folder in folders)


def _seen_ide(stage: Stage) -> bool:
    return any(key.startswith("amp.") for layer in _editor_layers(stage) for key in layer.document.table())


def _managed(stage: Stage) -> Layer:
    around = stage.around
    parts = {
        "darwin": ("Library", "Application Support", "ampcode"),
        "win32": ("ProgramData", "ampcode"),
    }.get(around.platform, ("etc", "ampcode"))
    return stage.layer("managed", around.system(*parts, "managed-settings.json"))


def _cli_layers(stage: Stage) -> tuple[Layer, ...]:
    """The files, highest first: managed, the project's nearest one, the user's."""
    names = ("settings.json", "settings.jsonc")
    own = stage.around.variable("AMP_SETTINGS_FILE")
    folder = config_folder(stage.around) / "amp"
    project = [path for base in upward(stage) for name in names if (path := base / ".amp" / name).is_file()]
    user = [Path(stage.around.expand(own, stage.workspace))] if own else [folder / name for name in names]
    return (
        _managed(stage),
        *(stage.layer("project", path) for path in project[:1]),
        *(stage.layer("user", path) for path in user),
    )


def _editor_layers(stage: Stage) -> tuple[Layer, ...]:
    project = stage.layer("project", stage.workspace / ".vscode" / "settings.json")
    found = (project, *(stage.layer("user", folder / "settings.json") for folder in editors(stage.around)))
    ours = tuple(layer for layer in found if any(key.startswith("amp.") for key in layer.document.table()))
    return (_managed(stage), *ours) if ours else ()


def _record(stage: Stage, surface: str, held: tuple[Layer, ...]) -> AgentRecord:
    free = flag(held, "amp.dangerouslyAllowAll", otherwise=False)
    rules = _rules(held, free)
    last = rules[-1]
    mcp = members(held, "amp.mcpServers")
    reduced = _reduced(held)
    fetch = _tool(held, "read_web_page", free)[0]
    edit = _tool(held, "edit_file", free)
    return record(
        stage,
        ID,
        NAME,
        surface,
        sources=sources(held, KNOWN if surface == "cli" else frozenset()),
        trust=Trust(required=bool(mcp), state="unknown" if mcp else "not-applicable"),
        read=reading(
            stage, ReadBase.FILESYSTEM, outside=OnOutside.FREE, rules=_file_rules(stage, held, free), evidence=(_READS,)
        ),
        exec=commanded(rules, lambda line: _run(rules, line), (last.effect, (last.evidence,))),
        network=NetworkReach(
            tool_mode={Verdict.ALLOW: NetworkMode.FREE, Verdict.DENY: NetworkMode.NONE}.get(fetch, NetworkMode.ASK),
            evidence=(built_in("network", "free", "a command that runs reaches every host"),),
        ),
        approval=Approval.NEVER if free.value else Approval.ON_REQUEST,
        approval_removers=(
            *((free.evidence,) if free.value else ()),
            *(rule.evidence for rule in rules if rule.broad and rule.kind != "mode" and rule.evidence.file),
        ),
        mcp=served(stage, mcp, lambda name, _: _gate(held, name, free)),
        logging=_logging(stage),
        reasoning="reduced" if reduced else "normal",
        self_modify={Verdict.ALLOW: "free", Verdict.DENY: "blocked"}.get(edit[0], "ask") if edit[1] else "free",
        evidence=(last.evidence, *reduced),
        notes=(
            "newer releases look at these rules through a plugin; there, what no rule names may run unasked",
            "the flags --dangerously-allow-all and -x are not visible in files",
        ),
    )


def _entries(held: Iterable[Layer]) -> list[tuple[dict[str, Any], Evidence]]:
    """The rules of the highest file that has any; rules for sub-agents alone are left out."""
    top = next((layer for layer in held if layer.counts and isinstance(layer.document.get(_LIST), list)), None)
    if top is None:
        return []
    return [
        (rule, top.document.evidence(_LIST, at, value=str(rule.get("action", ""))))
        for at, rule in enumerate(top.document.get(_LIST))
        if isinstance(rule, dict) and str(rule.get("action")) in _ACTIONS and rule.get("context") != "subagent"
    ]


def _rules(held: tuple[Layer, ...], free: Setting) -> tuple[ExecRule, ...]:
    """Every rule for commands in order: switched off, all allowed, the list, the old allow-list, built in, the rest."""
    off = [word for word in union(held, "amp.tools.disable") if wild(word.value.removeprefix("builtin:"), "Bash")]
    if off:
        return (ExecRule(Verdict.DENY, "*", "mode", False, off[0].evidence),)
    if free.value:
        return (ExecRule(Verdict.ALLOW, "*", "mode", True, free.evidence),)
    found: list[ExecRule] = []
    for rule, evidence in _entries(held):
        if wild(str(rule.get("tool", "")), "Bash"):
            found += _commands(rule, evidence)
    for word in union(held, "amp.commands.allowlist"):
        found += [
            ExecRule(Verdict.ALLOW, blot(said), "glob", broad(word.value), word.evidence)
            for said in dict.fromkeys((word.value, f"{word.value} *"))
        ]
    found.append(ExecRule(Verdict.ASK, "*git*push*", "glob", False, _PUSHES))
    found += [ExecRule(Verdict.ALLOW, said, "glob", False, _BUILT_IN) for said in _SAFE]
    return (*found, ExecRule(Verdict.ASK, "*", "mode", False, _ASKS))


def _commands(rule: dict[str, Any], evidence: Evidence) -> list[ExecRule]:
    effect = _ACTIONS[str(rule["action"])]
    matches = rule.get("matches")
    said = matches.get("cmd", matches.get("command")) if isinstance(matches, dict) and matches else "*"
    words = said if isinstance(said, list) else [said]
    found = []
    for word in words:
        if isinstance(word, str):
            regex = len(word) > 1 and word.startswith("/") and word.endswith("/")
            pattern = word[1:-1] if regex else word
            wide = effect is Verdict.ALLOW and broad(pattern)
            found.append(ExecRule(effect, blot(pattern), "regex" if regex else "glob", wide, evidence))
    return found


def _tool(held: tuple[Layer, ...], name: str, free: Setting) -> tuple[Verdict, bool]:
    """What the first rule without conditions says of a tool, and whether there is one."""
    if free.value:
        return Verdict.ALLOW, True
    for rule, _ in _entries(held):
        if wild(str(rule.get("tool", "")), name) and not rule.get("matches"):
            return _ACTIONS[str(rule["action"])], True
    return Verdict.ASK, False


def _gate(held: tuple[Layer, ...], name: str, free: Setting) -> str:
    if _tool(held, f"mcp__{name}__tool", free)[0] is Verdict.ALLOW:
        return "all"
    own = [rule for rule, _ in _entries(held) if str(rule.get("tool", "")).startswith(f"mcp__{name}__")]
    return "some" if any(rule.get("action") == "allow" for rule in own) else "no"


def _file_rules(stage: Stage, held: tuple[Layer, ...], free: Setting) -> tuple[FileRule, ...]:
    """Rules for the read tool: a path that an earlier rule names is not a later one's."""
    found: list[FileRule] = []
    earlier: list[str] = []
    for rule, evidence in () if free.value else _entries(held):
        if not wild(str(rule.get("tool", "")), "Read"):
            continue
        matches = rule.get("matches")
        said = matches.get("path", "*") if isinstance(matches, dict) else "*"
        globs = [_glob(stage, word) for word in (said if isinstance(said, list) else [said]) if isinstance(word, str)]
        effect = _ACTIONS[str(rule["action"])]
        if effect is not Verdict.ALLOW:
            words = str(said)
            found += [FileRule(effect, words, glob, EnforcedFor.TOOL, evidence, tuple(earlier)) for glob in globs]
        earlier += globs
    return tuple(found)


def _glob(stage: Stage, word: str) -> str:
    """A pattern over paths, in which a star crosses folders, as a path glob."""
    while "**" in word:
        word = word.replace("**", "*")
    said = stage.around.expand(word, stage.workspace) if word.startswith("~") else word
    said = said if said.startswith(("/", "*")) else f"{escape(stage.root)}/{said}"
    return (said if said.startswith("/") else f"/{said}").replace("*", "{*,*/**/*}")


def _logging(stage: Stage) -> Logging:
    """Threads live on the vendor's server; a little is kept here."""
    own = data_folder(stage.around) / "amp"
    cache = stage.around.folder("XDG_CACHE_HOME", stage.around.home / ".cache") / "amp" / "logs"
    paths = (own / "threads", own / "history.jsonl", cache)
    said = built_in("threads", "server", "conversations are kept on the vendor's server")
    return Logging(tuple(Transcript(stage.around.show(path)) for path in paths), remote="vendor", evidence=(said,))


def _reduced(held: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    thinks, mode = scalar(held, "amp.anthropic.thinking.enabled", kind=bool), scalar(held, "amp.mode", kind=str)
    found = [thinks.evidence] if thinks and not thinks.value else []
    return (*found, *((mode.evidence,) if mode and mode.value == "rush" else ()))
