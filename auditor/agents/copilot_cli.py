"""GitHub Copilot CLI: stored approvals, a repository that may not widen them, and a sandbox that is off by default.

Source: the vendor's pages on configuring Copilot CLI, its configuration folder, its commands and managed settings
(docs.github.com).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from auditor.agents.command_rules import commanded
from auditor.agents.copilot_cli_rules import (
    OTHERWISE,
    approvals,
    approved,
    for_url,
    gated,
    managed,
    server_gate,
    url_rules,
)
from auditor.agents.documents import read_json
from auditor.agents.examples import Answer
from auditor.agents.layers import Layer, Setting, flag, members, scalar, sources, union
from auditor.agents.places import under
from auditor.agents.stage import UNBOXED, Stage, answer, built_in, reading, record, served, stages, upward
from auditor.agents.surroundings import Surroundings
from auditor.model.agent import (
    AgentRecord,
    Approval,
    EnforcedFor,
    Evidence,
    ExecRule,
    FileRule,
    Honoured,
    Logging,
    NetworkMode,
    NetworkReach,
    OnOutside,
    ReadBase,
    Sandbox,
    Transcript,
    Trust,
    Verdict,
)

ID = "copilot-cli"
NAME = "GitHub Copilot CLI"

_REPOSITORY: Final = frozenset(
    {
        *("companyAnnouncements", "contextTier", "deniedUrls", "disableAllHooks", "disabledMcpServers"),
        *("disabledSkills", "effortLevel", "enabledPlugins", "extraKnownMarketplaces", "hooks"),
        *("includeCoAuthoredBy", "mergeStrategy", "model", "respectGitignore"),
    }
)
_IN_TRUST: Final = frozenset({"model", "effortLevel", "contextTier"})
KNOWN: Final = _REPOSITORY | {
    *("$schema", "allowedUrls", "autoTier", "autoUpdate", "banner", "bashEnv", "beep", "permissions", "remote"),
    *(
        "remoteExport",
        "sandbox",
        "screenReader",
        "storeTokenPlaintext",
        "subagents",
        "telemetry",
        "theme",
        "trustedFolders",
    ),
    *(
        "copilotTokens",
        "firstLaunchAt",
        "lastLoggedInUser",
        "loggedInUsers",
        "parallelToolExecution",
        "stream",
        "version",
    ),
    *("mcpServers", "locations", "logLevel", "renderMarkdown", "updateTerminalTitle", "allowedModels"),
}
_OWN: Final = ("settings.json", "config.json", "permissions-config.json", "mcp-config.json", "session-state")
_MODE: Final = "COPILOT_ALLOW_ALL"
_READS: Final = built_in(
    "read", "workspace", "files in the folder it is started in and the temporary folder are read unasked"
)


def read(around: Surroundings) -> tuple[AgentRecord, ...]:
    """A record per workspace where the CLI is seen."""
    return tuple(_record(stage) for stage in stages(around, ID, _seen))


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> Answer:
    """One question, from the record alone: refusals first, then approvals, then the path and URL gates."""
    free = next((held for held in record.exec.evidence if held.key == _MODE), None)
    if action == "fetch":
        found = for_url(record.exec.rules, what)
        return (Verdict.ALLOW, (free,)) if free and found[0] is Verdict.ASK else found
    return answer(
        record,
        action,
        what,
        cwd,
        lambda line: _freed(gated(record.exec.rules, line, record.read.roots), free),
    )


def _freed(found: Answer, free: Evidence | None) -> Answer:
    return (Verdict.ALLOW, (free,)) if free and found[0] is not Verdict.DENY else found


def _home(stage: Stage) -> Path:
    return stage.around.folder("COPILOT_HOME", stage.around.home / ".copilot")


def _managed(stage: Stage) -> Path:
    around = stage.around
    parts = {
        "darwin": ("Library", "Application Support", "GitHubCopilot"),
        "win32": ("Program Files", "GitHubCopilot"),
    }.get(around.platform, ("etc", "github-copilot"))
    return around.system(*parts, "managed-settings.json")


def _seen(stage: Stage) -> bool:
    root = upward(stage)[-1]
    project = (root / ".github" / "copilot" / name for name in ("settings.json", "settings.local.json"))
    user = (_home(stage) / name for name in _OWN)
    return any(path.exists() for path in (*project, *user, _managed(stage)))


def _layers(stage: Stage, root: Path) -> tuple[Layer, ...]:
    """The settings, highest first; a repository's hold only the keys that it may set, some of them after trust."""
    folder = root / ".github" / "copilot"
    user = (stage.layer("user", _home(stage) / "settings.json"), stage.layer("user", _home(stage) / "config.json"))
    trusted = _trusted(stage, user)
    found = []
    for scope, name in (("local", "settings.local.json"), ("project", "settings.json")):
        document = stage.layer(scope, folder / name).document
        free = _REPOSITORY if trusted is not None else _REPOSITORY - _IN_TRUST
        refused = frozenset(key for key in document.table() if key not in free and key != "$schema")
        found.append(Layer(scope, document, Honoured.YES if trusted else Honoured.IF_TRUSTED, refused))
    return (*found, *user)


def _trusted(stage: Stage, user: tuple[Layer, ...]) -> Setting | None:
    """The trusted folder that takes in the workspace, if any."""
    words = union(user, "trustedFolders")
    return next((word for word in words if under(stage.root, [stage.around.expand(word.value, stage.workspace)])), None)


def _record(stage: Stage) -> AgentRecord:
    root = upward(stage)[-1]
    held, floor = _layers(stage, root), (stage.layer("managed", _managed(stage)),)
    stored = stage.layer("user", _home(stage) / "permissions-config.json")
    rules = _rules(held, floor, stored, root)
    every = stage.variable(_MODE)
    free = every is not None and every.value.lower() not in {"0", "false", "no"}
    otherwise: Answer = (Verdict.ALLOW, (every.evidence,)) if every and free else OTHERWISE
    box, denied, network = _sandbox(stage, (*floor, *held))
    mcp = _mcp_layers(stage, root)
    trusted = _trusted(stage, held)
    reduced = _reduced(held)
    return record(
        stage,
        ID,
        NAME,
        "cli",
        sources=(*sources((*floor, *held), KNOWN), *sources((stored, *mcp))),
        trust=Trust(required=True, state="trusted" if trusted else "unknown"),
        read=_reads(stage, stored, root, denied),
        exec=commanded(
            rules, lambda line: _freed(approved(rules, line), every.evidence if every and free else None), otherwise
        ),
        network=network,
        approval=Approval.NEVER if free else Approval.ON_REQUEST,
        approval_removers=(*(otherwise[1] if free else ()), *(rule.evidence for rule in rules if rule.broad)),
        sandbox=box,
        mcp=_servers(stage, mcp, (*floor, *held), rules, free=free, boxed=box.kind != "none"),
        hooks=_hooks(stage, held, root),
        logging=_logging(stage, held),
        reasoning="reduced" if reduced else "normal",
        self_modify="free" if any(rule.kind == "tool" and rule.pattern == "write" for rule in rules) or free else "ask",
        evidence=(*otherwise[1], *((trusted.evidence,) if trusted else ()), *reduced),
        notes=_notes(floor, box),
    )


def _rules(held: tuple[Layer, ...], floor: tuple[Layer, ...], stored: Layer, root: Path) -> tuple[ExecRule, ...]:
    """Every rule: managed lists first, then the approvals stored for this repository, then the URL lists."""
    effects = (("deny", Verdict.DENY), ("ask", Verdict.ASK), ("allow", Verdict.ALLOW))
    forced = [rule for word, effect in effects for rule in managed(union(floor, "permissions", word), effect)]
    lists = (*url_rules(union((*floor, *held), "deniedUrls"), Verdict.DENY),)
    allowed = url_rules(union((*floor, *held), "allowedUrls"), Verdict.ALLOW)
    return (*forced, *approvals(stored, root.as_posix()), *lists, *allowed)


def _reads(stage: Stage, stored: Layer, root: Path, denied: tuple[FileRule, ...]) -> Any:
    further = union((stored,), "locations", root.as_posix(), "allowed_directories")
    temporary = stage.around.variable("TMPDIR") or "/tmp"  # noqa: S108 - where the agent reads, not where we write
    return reading(
        stage,
        ReadBase.ROOTS,
        outside=OnOutside.ASK,
        roots=(temporary.rstrip("/"), *(stage.around.expand(word.value, root) for word in further)),
        rules=denied,
        evidence=(_READS, *(word.evidence for word in further)),
    )


def _sandbox(stage: Stage, held: tuple[Layer, ...]) -> tuple[Sandbox, tuple[FileRule, ...], NetworkReach]:
    """The sandbox of the user's or the managed file; a repository cannot touch it."""
    on = flag(held, "sandbox", "enabled", otherwise=False)
    if not on.value:
        said = built_in("network", "free", "an approved command reaches every host")
        return Sandbox(evidence=(on.evidence if on.layer else UNBOXED,)), (), NetworkReach(evidence=(said,))
    policy = ("sandbox", "userPolicy")
    paths = union(held, *policy, "filesystem", "deniedPaths")
    allowed = union(held, *policy, "network", "allowedHosts")
    blocked = union(held, *policy, "network", "blockedHosts")
    bypass = flag(held, "sandbox", "allowBypass", otherwise=True)
    rules = tuple(
        FileRule(Verdict.DENY, word.value, glob, EnforcedFor.OS, word.evidence)
        for word in paths
        for glob in _below(stage.around.expand(word.value, stage.workspace))
    )
    box = Sandbox(
        "process",
        ("shell", "file-tool", "mcp"),
        reads="confined" if rules else "open",
        writes="confined",
        network="confined" if allowed else "open",
        escape="ask" if bypass.value else "never",
        evidence=(on.evidence, bypass.evidence),
    )
    mode = NetworkMode.ALLOW_LIST if allowed else NetworkMode.FREE
    evidence = tuple(word.evidence for word in (*allowed, *blocked)) or (on.evidence,)
    hosts, shut = (tuple(word.value for word in words) for words in (allowed, blocked))
    return box, rules, NetworkReach(mode, hosts, shut, evidence=evidence)


def _below(path: str) -> tuple[str, ...]:
    return (path,) if "*" in path else (path, f"{path}/**")


def _mcp_layers(stage: Stage, root: Path) -> tuple[Layer, ...]:
    project = tuple(stage.layer("project", root / name) for name in (".github/mcp.json", ".mcp.json"))
    return (*project, stage.layer("user", _home(stage) / "mcp-config.json", read_json))


def _servers(
    stage: Stage,
    mcp: tuple[Layer, ...],
    held: tuple[Layer, ...],
    rules: tuple[ExecRule, ...],
    *,
    free: bool,
    boxed: bool,
) -> Any:
    off = {word.value for word in union(held, "disabledMcpServers")}
    entries = {name: entry for name, entry in members(mcp, "mcpServers").items() if name not in off}
    return served(stage, entries, lambda name, _: "all" if free else server_gate(rules, name), sandboxed=boxed)


def _hooks(stage: Stage, held: tuple[Layer, ...], root: Path) -> tuple[Evidence, ...]:
    """Programs it starts on events: from its own files and, as it reads them too, from Claude Code's."""
    claude = [stage.layer("project", root / ".claude" / name) for name in ("settings.local.json", "settings.json")]
    if flag(held, "disableAllHooks", otherwise=False).value:
        return ()
    found = [layer.document.evidence("hooks") for layer in (*held, *claude) if layer.holds("hooks")]
    for folder in (root / ".github" / "hooks", _home(stage) / "hooks"):
        files = sorted(folder.glob("*.json"))
        found += [Evidence(stage.around.show(path), note="its hooks run on events") for path in files]
    return tuple(found)


def _logging(stage: Stage, held: tuple[Layer, ...]) -> Logging:
    user = tuple(layer for layer in held if layer.scope == "user")
    exported = flag(user, "remoteExport", otherwise=True)
    names = ("session-state", "session-store.db", "command-history-state", "logs")
    return Logging(
        tuple(Transcript(stage.around.show(_home(stage) / name)) for name in names),
        remote="vendor" if exported.value else "none",
        evidence=(exported.evidence,),
    )


def _reduced(held: tuple[Layer, ...]) -> tuple[Evidence, ...]:
    effort, tier = scalar(held, "effortLevel", kind=str), scalar(held, "autoTier", kind=str)
    found = [one for one, word in ((effort, "low"), (tier, "efficiency")) if one and one.value == word]
    return tuple(one.evidence for one in found)


def _notes(floor: tuple[Layer, ...], box: Sandbox) -> tuple[str, ...]:
    said = ["the path and URL gates read the words of a command; what a program opens by itself they do not see"]
    blocked = scalar(floor, "permissions", "disableBypassPermissionsMode", kind=str)
    if blocked is None:
        said.append("the flags --allow-all-tools, --allow-all and --yolo are not visible in files")
    elif blocked.value == "allow-auto-only":
        said.append("the managed settings leave one way round approvals: a model that decides")
    if scalar(floor, "permissions", "limitTo", kind=list):
        said.append("the managed settings limit the tools; the list is not evaluated")
    if box.kind != "none":
        said.append("git and gh credentials are handed into the sandbox unless sandbox.auth says otherwise")
    return tuple(said)
