"""Claude Code's sandbox around shell commands: what it covers, what it hides, and the ways out of it.

Source: the vendor's pages on sandboxing and the settings reference (code.claude.com/docs/en). It confines Bash and its
children only; file tools, MCP servers and hooks run outside it.
"""

from __future__ import annotations

from typing import Final

from auditor.agents.claude_decide import AUTO_ALLOW_KEY, EXCLUDED_KEY
from auditor.agents.claude_rules import parse
from auditor.agents.claude_settings import Claude
from auditor.agents.globs import gitignore_to_globs, outside
from auditor.agents.layers import Layer, Setting, flag, scalar, union
from auditor.agents.masks import blot
from auditor.model.agent import (
    EnforcedFor,
    Evidence,
    FileRule,
    NetworkMode,
    ReadBase,
    Sandbox,
    Verdict,
)
from auditor.model.frozen import frozen, replace

_SYSTEM_FOLDERS: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/etc", "/proc", "/sys", "/dev", "/tmp")  # noqa: S108


@frozen
class Box:
    """The sandbox and what follows from it. ``auto_allowed``: why sandboxed commands need no prompt."""

    sandbox: Sandbox = Sandbox()
    auto_allowed: Evidence | None = None
    reads_confined: bool = False
    network_confined: bool = False
    network_mode: NetworkMode = NetworkMode.FREE
    network_evidence: tuple[Evidence, ...] = ()
    hosts: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def sandbox(claude: Claude, modes: tuple[str, ...]) -> Box:
    """The sandbox in force; the empty box when it is off or does not exist on this platform."""
    enabled = scalar(claude.layers, "sandbox", "enabled", kind=bool)
    if enabled is None or not enabled.value:
        return Box()
    if claude.around.platform == "win32":
        return Box(notes=("sandbox.enabled has no effect on native Windows: commands run unconfined",))
    strict = flag(claude.layers, "sandbox", "failIfUnavailable", otherwise=False)
    open_files = flag(claude.layers, "sandbox", "filesystem", "disabled", otherwise=False)
    auto = _auto_allow(claude, modes)
    mode, evidence = _network_mode(claude, modes)
    hidden = _paths(claude, "denyRead") or _credential_files(claude) or _read_denies(claude)
    excluded = union(claude.layers, "sandbox", "excludedCommands")
    shown = tuple(replace(held.evidence, key=EXCLUDED_KEY, value=blot(held.value)) for held in excluded)
    held = Sandbox(
        kind="process",
        covers=("shell",),
        reads="confined" if hidden and not open_files.value else "open",
        writes="open" if open_files.value else "confined",
        network="open" if "*" in _hosts(claude, "allowedDomains") else "confined",
        escape=_escape(claude, modes, excluded),
        fail_open=not strict.value,
        evidence=(enabled.evidence, *((auto,) if auto else ()), *shown),
    )
    return Box(
        sandbox=held,
        auto_allowed=auto,
        reads_confined=not open_files.value,
        network_confined=True,
        network_mode=mode,
        network_evidence=evidence,
        hosts=_hosts(claude, "allowedDomains"),
        denied=_hosts(claude, "deniedDomains"),
        notes=_notes(claude, fail_open=not strict.value),
    )


def sandbox_rules(claude: Claude, box: Box) -> tuple[FileRule, ...]:
    """``denyRead`` and hidden credential files as rules that bind every sandboxed process, not the file tools.

    The most specific path wins, so each denied folder leaves out the allowed ones below it.
    """
    if box.sandbox.kind == "none" or not box.reads_confined:
        return ()
    kept = tuple(path for path, _ in _paths(claude, "allowRead") if not _has_wildcard(path))
    found: list[FileRule] = []
    for path, setting in (*_paths(claude, "denyRead"), *_credential_files(claude)):
        globs = gitignore_to_globs(path, "/") if _has_wildcard(path) else outside(path, kept)
        original = f"{setting.evidence.key}: {setting.value}"
        found.extend(
            FileRule(Verdict.DENY, original, glob, EnforcedFor.OS_COMMANDS, setting.evidence) for glob in globs
        )
    return tuple(found)


def shell_reach(claude: Claude, box: Box, roots: tuple[str, ...], *, blocked: bool) -> tuple[ReadBase, tuple[str, ...]]:
    """What a running command can open: the whole disk, unless reads outside the folders are blocked by the sandbox."""
    if not blocked or not box.reads_confined:
        return ReadBase.FILESYSTEM, ()
    allowed = (path for path, _ in _paths(claude, "allowRead") if not _has_wildcard(path))
    return ReadBase.SANDBOXED, tuple(dict.fromkeys((*roots, *allowed, *_SYSTEM_FOLDERS)))


def _auto_allow(claude: Claude, modes: tuple[str, ...]) -> Evidence | None:
    held = flag(claude.layers, "sandbox", "autoAllowBashIfSandboxed", otherwise=True)
    scrubbed = claude.switched_on("CLAUDE_CODE_SUBPROCESS_ENV_SCRUB")
    if not held.value or scrubbed or modes == ("plan",):
        return None
    note = held.evidence.note or ("" if held.evidence.file else "built-in default: sandboxed commands need no prompt")
    return replace(held.evidence, key=AUTO_ALLOW_KEY, value="true", note=note)


def _escape(claude: Claude, modes: tuple[str, ...], excluded: tuple[Setting, ...]) -> str:
    """Whether a command gets out: by an unsandboxed retry in the normal flow, or because it is on the list."""
    retry = flag(claude.layers, "sandbox", "allowUnsandboxedCommands", otherwise=True)
    refused = any(_refuses_retry(held.value) for held in union(claude.rule_layers(), "permissions", "deny"))
    if not (retry.value and not refused) and not excluded:
        return "never"
    allowed = [parse(held.value) for held in union(claude.rule_layers(), "permissions", "allow")]
    anything = any(rule and rule.tool == "Bash" and rule.bare for rule in allowed)
    if "bypassPermissions" in modes or (anything and "auto" not in modes):
        return "auto"
    return "never" if modes == ("dontAsk",) and not anything else "ask"


def _read_denies(claude: Claude) -> bool:
    """Whether a ``Read`` deny over paths is handed to the operating system."""
    rules = (parse(held.value) for held in union(claude.rule_layers(), "permissions", "deny"))
    return any(rule and rule.tool == "Read" and not rule.bare for rule in rules)


def _refuses_retry(written: str) -> bool:
    rule = parse(written)
    return bool(rule and rule.tool == "Bash" and rule.specifier == "dangerouslyDisableSandbox:true")


def _network_mode(claude: Claude, modes: tuple[str, ...]) -> tuple[NetworkMode, tuple[Evidence, ...]]:
    """What happens at a host that is on no list: a prompt, unless the mode or a strict list decides."""
    listed = union(claude.layers, "sandbox", "network", "allowedDomains")
    evidence = tuple(held.evidence for held in listed)
    if "bypassPermissions" in modes:
        return NetworkMode.FREE, evidence
    strict = flag(claude.layers, "sandbox", "network", "strictAllowlist", otherwise=False)
    managed = flag(claude.layers, "sandbox", "network", "allowManagedDomainsOnly", otherwise=False)
    for held in (strict, managed):
        if held.value:
            return NetworkMode.ALLOW_LIST, (held.evidence, *evidence)
    if modes == ("dontAsk",):
        return NetworkMode.ALLOW_LIST, evidence
    note = "built-in default: a sandboxed command's first use of a host asks"
    return NetworkMode.ASK, (*evidence, Evidence(key="sandbox.network", value="ask", note=note))


def _hosts(claude: Claude, name: str) -> tuple[str, ...]:
    only = name == "allowedDomains" and flag(
        claude.layers, "sandbox", "network", "allowManagedDomainsOnly", otherwise=False
    )
    layers = [layer for layer in claude.layers if layer.scope == "managed"] if only and only.value else claude.layers
    return tuple(dict.fromkeys(held.value.lower() for held in union(layers, "sandbox", "network", name)))


def _paths(claude: Claude, name: str) -> tuple[tuple[str, Setting], ...]:
    """The absolute paths of a list below ``sandbox.filesystem``, each with where it stands."""
    layers: tuple[Layer, ...] = claude.layers
    if name == "allowRead" and scalar(layers, "sandbox", "filesystem", "allowManagedReadPathsOnly", kind=bool):
        layers = tuple(layer for layer in layers if layer.scope == "managed")
    found = union(layers, "sandbox", "filesystem", name)
    return tuple((_absolute(claude, held, held.value), held) for held in found)


def _credential_files(claude: Claude) -> tuple[tuple[str, Setting], ...]:
    """``sandbox.credentials.files``: hidden (``deny``) and replaced (``mask``) files are both unreadable inside."""
    found = []
    for layer in claude.layers:
        entries = layer.document.get("sandbox", "credentials", "files") if layer.counts else None
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            path, mode = (entry.get("path"), entry.get("mode")) if isinstance(entry, dict) else (None, None)
            masked = mode == "mask" and layer.scope in {"user", "managed"}
            if isinstance(path, str) and (mode == "deny" or masked):
                evidence = layer.document.evidence("sandbox", "credentials", "files", index, value=str(mode))
                setting = Setting(path, evidence, layer)
                found.append((_absolute(claude, setting, path), setting))
    return tuple(found)


def _absolute(claude: Claude, setting: Setting, written: str) -> str:
    """A sandbox path: ``/`` and ``//`` are absolute, ``~`` is the home, the rest starts at the settings' folder."""
    scope = setting.layer.scope if setting.layer else "user"
    base = claude.config if scope == "user" else claude.workspace
    said = written.removesuffix("/**").removesuffix("/") or "/"
    return claude.around.expand("/" + said.lstrip("/") if said.startswith("//") else said, base)


def _has_wildcard(path: str) -> bool:
    return any(mark in path for mark in "*?[")


def _notes(claude: Claude, *, fail_open: bool) -> tuple[str, ...]:
    found = []
    if fail_open:
        found.append(
            "if the sandbox cannot start, commands run outside it with a warning: failIfUnavailable is not set"
        )
    for key in ("enableWeakerNestedSandbox", "enableWeakerNetworkIsolation", "allowAppleEvents"):
        held = scalar(claude.layers, "sandbox", key, kind=bool)
        if held and held.value:
            found.append(f"sandbox.{key} weakens the sandbox ({held.evidence.file}:{held.evidence.line})")
    sockets = union(claude.layers, "sandbox", "network", "allowUnixSockets")
    everything = scalar(claude.layers, "sandbox", "network", "allowAllUnixSockets", kind=bool)
    if sockets or (everything and everything.value):
        found.append("the sandbox opens Unix sockets: a Docker or agent socket is a way out of it")
    return tuple(found)
