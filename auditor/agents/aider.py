"""Aider: files are added to a chat, shell commands are only suggested, and ``.env`` is loaded by itself.

Source: the vendor's pages on options, the YAML file and ``.env`` (aider.chat/docs) and the open source of its questions
(aider/io.py): with ``yes-always`` a question that needs an explicit yes is answered no.
"""

from __future__ import annotations

from typing import Any, Final

from auditor.agents.command_rules import commanded
from auditor.agents.documents import read_text, read_yaml
from auditor.agents.examples import Answer
from auditor.agents.globs import escape
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Layer, Setting, default, scalar, sources
from auditor.agents.masks import blot
from auditor.agents.stage import INHERITS, Stage, answer, built_in, reading, record, stages, upward
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
    InjectedVariable,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    ReadReach,
    Transcript,
    Verdict,
)

ID = "aider"
NAME = "Aider"

KNOWN: Final = frozenset(
    """
    model opus sonnet haiku 4 4o mini 4-turbo 35turbo deepseek o1-mini o1-preview openai-api-key anthropic-api-key
    openai-api-base openai-api-type openai-api-version openai-api-deployment-id openai-organization-id set-env
    api-key list-models model-settings-file model-metadata-file alias reasoning-effort thinking-tokens verify-ssl
    timeout edit-format architect auto-accept-architect weak-model editor-model editor-edit-format
    show-model-warnings check-model-accepts-settings max-chat-history-tokens cache-prompts cache-keepalive-pings
    map-tokens map-refresh map-multiplier-no-files input-history-file chat-history-file restore-chat-history
    llm-history-file dark-mode light-mode pretty stream user-input-color tool-output-color tool-error-color
    tool-warning-color assistant-output-color completion-menu-color completion-menu-bg-color
    completion-menu-current-color completion-menu-current-bg-color code-theme show-diffs git gitignore
    add-gitignore-files aiderignore subtree-only auto-commits dirty-commits attribute-author attribute-committer
    attribute-commit-message-author attribute-commit-message-committer attribute-co-authored-by git-commit-verify
    commit commit-prompt dry-run skip-sanity-check-repo watch-files lint lint-cmd auto-lint test-cmd auto-test test
    analytics analytics-log analytics-disable analytics-posthog-host analytics-posthog-project-api-key
    just-check-update check-update show-release-notes install-main-branch upgrade version message message-file gui
    copy-paste apply apply-clipboard-edits exit show-repo-map show-prompts voice-format voice-language
    voice-input-device disable-playwright file read vim chat-language commit-language yes-always verbose load
    encoding line-endings suggest-shell-commands fancy-input multiline notifications notifications-command
    detect-urls editor shell-completions env-file config
    """.split()
)
_MARKS: Final = (
    *(".aider.conf.yml", ".aider.model.settings.yml", ".aider.model.metadata.json", ".aiderignore"),
    *(".aider.chat.history.md", ".aider.input.history", ".aider.llm.history"),
)
_FILE: Final = ".aider.conf.yml"
_SUGGESTED: Final = built_in("suggest-shell-commands", "ask", "a suggested command is asked for each time")
_CHAT: Final = built_in("read", "chat", "only files that are added to the chat are read")
_DOTENV: Final = built_in("env-file", ".env", "the .env files of home, repository and folder enter the environment")
_OFF: Final = frozenset({"0", "false", "no", "off", "none"})


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where Aider is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: its fixed commands run, any other is asked for or dropped."""
    otherwise = Verdict.DENY if _dropped(record.exec.evidence) else Verdict.ASK
    evidence = tuple(held for held in record.exec.evidence if held.key in {"suggest-shell-commands", "yes-always"})
    return answer(record, action, what, cwd, lambda line: _run(record.exec.rules, line, (otherwise, evidence)))


def _run(rules: tuple[ExecRule, ...], line: str, otherwise: Answer) -> Answer:
    found = next((rule for rule in rules if rule.pattern == line.strip()), None)
    return (found.effect, (found.evidence,)) if found else otherwise


def _dropped(evidence: tuple[Evidence, ...]) -> bool:
    said = {held.key: held.value for held in evidence}
    return said.get("suggest-shell-commands") == "false" or said.get("yes-always") == "true"


def _seen(stage: Stage) -> bool:
    folders = dict.fromkeys((stage.workspace, upward(stage)[-1]))
    held = any((folder / name).exists() for folder in folders for name in _MARKS)
    cached = any(True for _ in stage.workspace.glob(".aider.tags.cache.*"))
    own = (stage.around.home / name for name in (_FILE, ".aider"))
    named = any(name.startswith("AIDER_") for name in stage.around.environment)
    return held or cached or named or any(path.exists() for path in own)


def _layers(stage: Stage) -> tuple[Layer, ...]:
    """The files, highest first: the folder it is started in, the repository's root, the home."""
    folders = dict.fromkeys((stage.workspace, upward(stage)[-1]))
    project = [stage.layer("project", folder / _FILE, read_yaml) for folder in folders if folder != stage.around.home]
    return (*project, stage.layer("user", stage.around.home / _FILE, read_yaml))


def _setting(stage: Stage, held: tuple[Layer, ...], key: str, otherwise: Any = None) -> Setting:
    """An option: its ``AIDER_…`` variable before every file, then the files, then the default."""
    said = stage.variable("AIDER_" + key.replace("-", "_").upper())
    if said is not None:
        value = said.value.lower() not in _OFF if isinstance(otherwise, bool) else said.value
        word = str(value).lower() if isinstance(value, bool) else said.evidence.value
        return Setting(value, Evidence(key=key, value=word, note=said.evidence.note))
    kind: Any = bool if isinstance(otherwise, bool) else (str, int, list)
    return scalar(held, key, kind=kind) or default(key, otherwise)


def _record(stage: Stage) -> AgentRecord:
    held = _layers(stage)
    yes = _setting(stage, held, "yes-always", otherwise=False)
    suggests = _setting(stage, held, "suggest-shell-commands", otherwise=True)
    rules = _fixed(stage, held)
    said = (yes.evidence, suggests.evidence) if yes.value or not suggests.value else (_SUGGESTED,)
    otherwise: Answer = (Verdict.DENY if yes.value or not suggests.value else Verdict.ASK, said)
    urls = _setting(stage, held, "detect-urls", otherwise=True)
    fetch = NetworkMode.NONE if not urls.value else NetworkMode.FREE if yes.value else NetworkMode.ASK
    reduced = _reduced(stage, held)
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=sources(held, KNOWN),
        read=_reads(stage, held, yes),
        exec=commanded(rules, lambda line: _run(rules, line, otherwise), otherwise),
        network=NetworkReach(tool_mode=fetch, evidence=(urls.evidence,)),
        env=_env(stage, held),
        approval=Approval.NEVER if yes.value else Approval.ON_REQUEST,
        approval_removers=_removers(stage, held, rules, yes),
        hooks=tuple(rule.evidence for rule in rules),
        logging=_logging(stage, held),
        reasoning="reduced" if reduced else "normal",
        self_modify="free" if yes.value else "ask",
        evidence=(*said, *reduced),
        notes=_notes(held, yes),
    )


def _fixed(stage: Stage, held: tuple[Layer, ...]) -> tuple[ExecRule, ...]:
    """The commands that run without a question: the linter after edits, tests and notices when they are switched on."""
    switches = (("auto-lint", True, "lint-cmd"), ("auto-test", False, "test-cmd"))
    switches = (*switches, ("notifications", False, "notifications-command"))  # type: ignore[assignment]
    found = []
    for switch, usual, key in switches:
        said = _setting(stage, held, key)
        if said.value and _setting(stage, held, switch, otherwise=usual).value:
            words = said.value if isinstance(said.value, list) else [said.value]
            found += [
                ExecRule(Verdict.ALLOW, blot(_command(str(word))), "exact", False, said.evidence) for word in words
            ]
    return tuple(found)


def _command(said: str) -> str:
    """A command without the language that may stand before it (``python: flake8 --select=E9``)."""
    language, colon, rest = said.partition(": ")
    return (rest if colon and language.isalpha() else said).strip()


def _reads(stage: Stage, held: tuple[Layer, ...], yes: Setting) -> ReadReach:
    """Files of the chat; with ``yes-always`` every file of the repository that the model mentions is added."""
    named = _setting(stage, held, "aiderignore").value
    base = upward(stage)[-1]
    ignore = base / (named if isinstance(named, str) else ".aiderignore")
    hidden = ignore_rules((from_file(read_text(ignore, stage.around.show(ignore))),), base.as_posix(), EnforcedFor.TOOL)
    evidence = (yes.evidence,) if yes.value else (_CHAT,)
    return reading(
        stage,
        ReadBase.ROOTS if yes.value else ReadBase.NOTHING,
        outside=OnOutside.DENY if yes.value else OnOutside.ASK,
        roots=(base.as_posix(),),
        rules=(*hidden, *_added(stage, held)),
        evidence=evidence,
    )


def _added(stage: Stage, held: tuple[Layer, ...]) -> tuple[FileRule, ...]:
    """Files that the settings add to every chat."""
    found = []
    for key in ("read", "file"):
        said = _setting(stage, held, key)
        for word in said.value if isinstance(said.value, list) else [said.value] if said.value else []:
            path = stage.around.expand(str(word), stage.workspace)
            found.append(FileRule(Verdict.ALLOW, str(word), escape(path), EnforcedFor.TOOL, said.evidence))
    return tuple(found)


def _env(stage: Stage, held: tuple[Layer, ...]) -> EnvReach:
    """Everything is inherited; ``.env`` files are loaded, and settings may put literal keys beside them."""
    named = _setting(stage, held, "env-file").value
    files = [folder / ".env" for folder in (stage.around.home, upward(stage)[-1], stage.workspace)]
    paths = [*(path.as_posix() for path in files if path.is_file())]
    paths += [stage.around.expand(named, stage.workspace)] if isinstance(named, str) else []
    return EnvReach(
        EnvMode.ALL,
        EnvMode.ALL,
        injected=_variables(held),
        dotenv=tuple(dict.fromkeys(paths)),
        evidence=(INHERITS, _DOTENV),
    )


def _variables(held: tuple[Layer, ...]) -> tuple[InjectedVariable, ...]:
    found = []
    for layer in held:
        found += [
            InjectedVariable(key.replace("-", "_").upper(), True, layer.document.evidence(key))
            for key in ("openai-api-key", "anthropic-api-key")
            if layer.holds(key)
        ]
        for key, ending in (("set-env", ""), ("api-key", "_API_KEY")):
            words = layer.document.get(key) if layer.holds(key) else None
            for at, word in enumerate(words if isinstance(words, list) else [words] if words else []):
                name = str(word).partition("=")[0].strip()
                name = name.upper() + ending if ending else name
                place = (key, at) if isinstance(words, list) else (key,)
                evidence = layer.document.evidence(*place)
                found.append(InjectedVariable(name, True, Evidence(evidence.file, key, "", evidence.line)))
    return tuple(found)


def _removers(stage: Stage, held: tuple[Layer, ...], rules: tuple[ExecRule, ...], yes: Setting) -> tuple[Evidence, ...]:
    found = [yes.evidence] if yes.value else []
    tested = _setting(stage, held, "auto-test", otherwise=False)
    found += [tested.evidence] if tested.value and any(rule.evidence.key == "test-cmd" for rule in rules) else []
    for key in ("message", "message-file", "watch-files"):
        said = _setting(stage, held, key) if key != "watch-files" else _setting(stage, held, key, otherwise=False)
        found += [said.evidence] if said.value else []
    return tuple(found)


def _logging(stage: Stage, held: tuple[Layer, ...]) -> Logging:
    """The history files, in the repository unless a setting moves them; raw prompts only where asked for."""
    names = (("chat-history-file", ".aider.chat.history.md"), ("input-history-file", ".aider.input.history"))
    said = [_setting(stage, held, key, otherwise=usual) for key, usual in names]
    raw = _setting(stage, held, "llm-history-file")
    said += [raw] if raw.value else []
    base = upward(stage)[-1]
    paths = [stage.around.expand(str(one.value), base) for one in said]
    shown = [stage.around.show(base.__class__(path)) for path in paths]
    kept = tuple(one.evidence for one in said if one.layer)
    return Logging(
        tuple(Transcript(path) for path in shown), content_logged=bool(raw.value), remote="none", evidence=kept
    )


def _reduced(stage: Stage, held: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    effort, tokens = _setting(stage, held, "reasoning-effort"), _setting(stage, held, "thinking-tokens")
    low = effort.value is not None and str(effort.value).lower() in {"low", "minimal", "none", "0"}
    off = tokens.value is not None and str(tokens.value) == "0"
    return tuple(one.evidence for one, said in ((effort, low), (tokens, off)) if said)


def _notes(held: tuple[Layer, ...], yes: Setting) -> tuple[str, ...]:
    said = ["the flags of a run (--yes-always, --message, --test-cmd) are not visible in files"]
    if yes.value:
        said.append("with yes-always suggested shell commands are not run: their question needs an explicit yes")
    moved = [layer.document.shown for layer in held if layer.scope == "project" and layer.holds("openai-api-base")]
    if moved:
        said.append(f"{moved[0]} of the repository sends the model's key to another address (openai-api-base)")
    return tuple(said)
