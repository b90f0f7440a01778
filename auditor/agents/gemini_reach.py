"""What Gemini CLI's tools read, run and inherit, as parts of the record."""

from __future__ import annotations

import hashlib
from typing import Final

from auditor.agents.documents import read_text
from auditor.agents.gemini_policy import PolicyRule, first
from auditor.agents.gemini_sandbox import Boundary
from auditor.agents.gemini_settings import Scene, dotenv
from auditor.agents.ignores import from_file, ignore_rules
from auditor.agents.layers import Setting, flag, union
from auditor.agents.places import under
from auditor.model.agent import (
    CommandVerdict,
    EnforcedFor,
    EnvMode,
    EnvReach,
    Evidence,
    ExecMode,
    ExecReach,
    ExecRule,
    FileRule,
    OnOutside,
    ReadBase,
    ReadReach,
    Verdict,
)

# services/environmentSanitization.ts of the CLI; names are compared in upper case there.
_REDACTED: Final = (
    *("TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "AUTH", "CREDENTIAL", "CREDS", "PRIVATE", "CERT"),
)
_REDACTED_NAMES: Final = (
    *("CLIENT_ID", "DB_URI", "CONNECTION_STRING", "AWS_DEFAULT_REGION", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"),
    *("SLACK_WEBHOOK_URL", "TWILIO_ACCOUNT_SID", "DATABASE_URL", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_ACCOUNT"),
    "FIREBASE_PROJECT_ID",
)
_KEPT: Final = (
    *("PATH", "SYSTEMROOT", "COMSPEC", "PATHEXT", "WINDIR", "TEMP", "TMP", "USERPROFILE", "SYSTEMDRIVE", "HOME"),
    *("LANG", "SHELL", "TMPDIR", "USER", "LOGNAME", "GITHUB_ENV", "REPOSITORY", "TITLE", "GEMINI_CLI_*"),
)
_STRICT: Final = ("GIT_CONFIG_*", "ADDITIONAL_CONTEXT", "BRANCH_NAME", "ISSUE_BODY", "ISSUE_TITLE", "EVENT_NAME")


def read_reach(held: Scene, rules: tuple[PolicyRule, ...], edge: Boundary) -> ReadReach:
    """The file tool refuses everything outside the workspace and its further folders; ignore files narrow it more."""
    folders = union(held.layers, "context", "includeDirectories")
    further = [held.around.expand(held.expanded(item.value), held.workspace) for item in folders]
    temp = held.folders.user / "tmp" / hashlib.sha256(held.workspace.as_posix().encode()).hexdigest()
    rule = first(rules, "read_file")
    gate = rule.effect if rule else Verdict.ASK
    said = rule.evidence if rule else Evidence(key="read_file", value="ask", note="built in: no rule matches read_file")
    base = ReadBase.ROOTS if further else ReadBase.WORKSPACE
    return ReadReach(
        base=base if gate is Verdict.ALLOW else ReadBase.NOTHING,
        outside=OnOutside.ASK if gate is Verdict.ASK else OnOutside.DENY,
        roots=tuple(dict.fromkeys((held.workspace.as_posix(), *further, temp.as_posix()))),
        rules=(*_ignored(held), *edge.rules),
        shell_base=edge.shell_base,
        shell_roots=edge.shell_roots,
        evidence=(said, *(item.evidence for item in folders)),
    )


def _ignored(held: Scene) -> tuple[FileRule, ...]:
    """Ignore files that the file tool obeys and commands do not."""
    files = []
    keys = ("context", "fileFiltering")
    if flag(held.layers, *keys, "respectGitIgnore", otherwise=True).value:
        files += [held.workspace / ".gitignore", held.workspace / ".git" / "info" / "exclude"]
    if flag(held.layers, *keys, "respectGeminiIgnore", otherwise=True).value:
        files.append(held.workspace / ".geminiignore")
    files += [held.workspace / item.value for item in union(held.layers, *keys, "customIgnoreFilePaths")]
    stack = [from_file(read_text(path, held.around.show(path))) for path in files]
    return ignore_rules(stack, held.workspace.as_posix(), EnforcedFor.TOOL)


def exec_reach(
    rules: tuple[ExecRule, ...], answers: tuple[CommandVerdict, ...], mode: Setting, *, headless: bool
) -> ExecReach:
    """The mode by the rule that decides commands nothing else speaks of, and what is listed above it."""
    at = next((index for index, rule in enumerate(rules) if rule.kind.startswith("any")), len(rules))
    last = rules[at].effect if at < len(rules) else Verdict.DENY if headless else Verdict.ASK
    listed = any(rule.effect is Verdict.ALLOW for rule in rules[:at])
    if last is Verdict.ALLOW:
        said = ExecMode.FREE
    elif listed:
        said = ExecMode.ALLOW_LIST
    else:
        said = ExecMode.NONE if last is Verdict.DENY else ExecMode.ASK
    evidence = (*((rules[at].evidence,) if at < len(rules) else ()), mode.evidence)
    return ExecReach(said, rules=rules, verdicts=answers, evidence=evidence)


def env_reach(held: Scene, edge: Boundary) -> EnvReach:
    """Commands inherit everything unless redaction is on; MCP servers always get the redacted environment."""
    keys = ("security", "environmentVariableRedaction")
    enabled = flag(held.layers, *keys, "enabled", otherwise=False)
    allowed, blocked = (
        tuple(item.value for item in union(held.layers, *keys, word)) for word in ("allowed", "blocked")
    )
    strict = bool(held.around.variable("GITHUB_SHA")) or held.around.variable("SURFACE") == "Github"
    said = Evidence(key="GITHUB_SHA", value="set", note="the environment is that of a workflow: a fixed list is kept")
    removed = ("*",) if strict else _cased((*(f"*{word}*" for word in _REDACTED), *_REDACTED_NAMES, *blocked))
    kept = _cased((*allowed, *_KEPT, *(_STRICT if strict else ()), *edge.forwarded))
    shell = edge.env or (EnvMode.FILTERED if strict or enabled.value else EnvMode.ALL)
    loaded = dotenv(held, flag(held.layers, "advanced", "ignoreLocalEnv", otherwise=False))
    hidden = loaded is not None and edge.shell_roots and not under(loaded.as_posix(), edge.shell_roots)
    files = (loaded.as_posix(),) if loaded and not hidden else ()
    found = Evidence(held.around.show(loaded), note="loaded into the CLI's own environment") if loaded else None
    return EnvReach(
        shell=shell,
        mcp=EnvMode.FILTERED if edge.env is None else edge.env,
        removed=removed,
        kept=kept,
        dotenv=files,
        evidence=(said if strict else enabled.evidence, *((found,) if found and files else ())),
    )


def _cased(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names in upper and lower case: the CLI compares them without regard to it."""
    return tuple(dict.fromkeys(form for name in names for form in (name.upper(), name.lower())))
