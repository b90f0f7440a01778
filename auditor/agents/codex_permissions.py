"""Codex's sandbox: the three legacy modes and permission profiles, as what may be read, written and reached.

Source: the vendor's pages on permissions, agent approvals and security, and the configuration reference
(developers.openai.com/codex). The two systems do not compose: where ``sandbox_mode`` is set, profiles are ignored.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from auditor.agents.codex_settings import Codex, allowed, default_evidence, pinned
from auditor.agents.globs import gitignore_to_globs, outside
from auditor.agents.layers import Setting, flag, members
from auditor.model.agent import (
    EnforcedFor,
    Evidence,
    FileRule,
    NetworkMode,
    ReadBase,
    Verdict,
)
from auditor.model.frozen import frozen

SANDBOX_MODES: Final = ("read-only", "workspace-write", "danger-full-access")
_BUILT_IN: Final = {
    ":read-only": "read-only",
    ":workspace": "workspace-write",
    ":danger-full-access": "danger-full-access",
    ":danger-no-sandbox": "danger-full-access",
}
_MINIMAL: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/dev", "/proc", "/System", "/Library")
_TEMPORARY: Final = "/tmp"  # noqa: S108 - a name in a configuration, nothing is written there


@frozen
class Bounds:
    """What the sandbox lets through. ``mode`` is a word of ``SANDBOX_MODES`` or ``profile``.

    ``roots``: folders that can be read when ``reads`` is not the whole disk.
    """

    mode: str
    evidence: tuple[Evidence, ...]
    reads: ReadBase = ReadBase.FILESYSTEM
    roots: tuple[str, ...] = ()
    rules: tuple[FileRule, ...] = ()
    network: NetworkMode = NetworkMode.NONE
    hosts: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    network_evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Paths:
    """A profile's entries: literal paths by access, and patterns that deny."""

    readable: list[str] = field(default_factory=list)
    denied: list[tuple[str, str, Evidence]] = field(default_factory=list)


def bounds(codex: Codex) -> Bounds:
    """The sandbox in force, bounded by requirements."""
    mode = codex.setting("sandbox_mode", kind=str)
    profile = codex.setting("default_permissions", kind=str)
    if mode is None and profile is not None:
        return _profile(codex, profile)
    notes = []
    if mode is not None and profile is not None:
        notes.append("default_permissions is ignored because sandbox_mode is set")
    held = allowed(codex, "allowed_sandbox_modes", mode or _default_mode(codex), SANDBOX_MODES)
    if held is None or held.value not in SANDBOX_MODES:
        held = _default_mode(codex)
    return _legacy(codex, held, tuple(notes))


def _default_mode(codex: Codex) -> Setting:
    """A folder that the user has spoken of gets ``workspace-write``, an unknown one ``read-only``."""
    name = "read-only" if codex.trust.state == "unknown" else "workspace-write"
    said = f"the sandbox is {name} in a folder whose trust is {codex.trust.state}"
    return Setting(name, default_evidence("sandbox_mode", name, said))


def _legacy(codex: Codex, held: Setting, notes: tuple[str, ...]) -> Bounds:
    rules = tuple(_required_denies(codex)) if held.value != "danger-full-access" else ()
    if held.value == "danger-full-access":
        return Bounds(held.value, (held.evidence,), network=NetworkMode.FREE, notes=notes)
    mode, hosts, denied, said = NetworkMode.NONE, tuple[str, ...](), tuple[str, ...](), tuple[Evidence, ...]()
    if held.value == "workspace-write":
        mode, hosts, denied, said = _legacy_network(codex)
    said = said or (default_evidence("network_access", "false", "sandboxed commands have no network"),)
    return Bounds(
        held.value,
        (held.evidence,),
        rules=rules,
        network=mode,
        hosts=hosts,
        denied=denied,
        network_evidence=said,
        notes=notes,
    )


def _legacy_network(codex: Codex) -> tuple[NetworkMode, tuple[str, ...], tuple[str, ...], tuple[Evidence, ...]]:
    """``network_access`` opens everything, unless the proxy's lists of hosts narrow it."""
    on = flag(codex.layers, "sandbox_workspace_write", "network_access", otherwise=False)
    if not on.value:
        return NetworkMode.NONE, (), (), (on.evidence,) if on.layer else ()
    required = _required_network(codex)
    if required:
        return required
    proxy = codex.setting("features", "network_proxy")
    domains = codex.setting("features", "network_proxy", "domains", kind=dict)
    if proxy is None or not (proxy.value is True or (isinstance(proxy.value, dict) and proxy.value.get("enabled"))):
        return NetworkMode.FREE, (), (), (on.evidence,)
    mode, hosts, denied = _domains(domains.value if domains else {})
    return mode, hosts, denied, (on.evidence, proxy.evidence)


def _required_network(
    codex: Codex,
) -> tuple[NetworkMode, tuple[str, ...], tuple[str, ...], tuple[Evidence, ...]] | None:
    """``[experimental_network]`` of requirements, when it is on."""
    on = pinned(codex, "experimental_network", "enabled", kind=bool)
    if on is None or not on.value:
        return None
    hosts = codex.requirements.strings("experimental_network", "allowed_domains")
    denied = codex.requirements.strings("experimental_network", "denied_domains")
    return NetworkMode.ALLOW_LIST, _hosts(hosts), _hosts(denied), (on.evidence,)


def _domains(table: dict[str, Any]) -> tuple[NetworkMode, tuple[str, ...], tuple[str, ...]]:
    """A table of hosts with ``allow`` or ``deny``; an allowed ``*`` opens all."""
    permitted = _hosts(host for host, word in table.items() if word == "allow")
    denied = _hosts(host for host, word in table.items() if word == "deny")
    return (NetworkMode.FREE if "*" in permitted else NetworkMode.ALLOW_LIST), permitted, denied


def _hosts(said: Iterable[str]) -> tuple[str, ...]:
    """``**.x`` stands for ``x`` and everything below it."""
    found: list[str] = []
    for host in said:
        found += [host[3:], host[1:]] if host.startswith("**.") else [host]
    return tuple(dict.fromkeys(found))


def _profile(codex: Codex, held: Setting) -> Bounds:
    """A permission profile, built in or from ``[permissions.<name>]``."""
    built_in = _BUILT_IN.get(held.value)
    if built_in:
        return _legacy(codex, Setting(built_in, held.evidence, held.layer), ())
    filesystem = members(codex.layers, "permissions", held.value, "filesystem")
    network = members(codex.layers, "permissions", held.value, "network")
    if not filesystem and not network:
        note = f"the profile {held.value} that default_permissions names is not defined: its effect is unknown"
        return Bounds("profile", (held.evidence,), notes=(note,))
    paths = _Paths()
    for key, setting in filesystem.items():
        _entry(codex, paths, key, setting)
    everything = "/" in paths.readable
    rules = (*_denies(codex, paths), *_required_denies(codex))
    mode, hosts, denied = _profile_network(network)
    said = tuple(setting.evidence for setting in network.values())
    return Bounds(
        mode="profile",
        evidence=(held.evidence,),
        reads=ReadBase.FILESYSTEM if everything else ReadBase.SANDBOXED,
        roots=() if everything else tuple(dict.fromkeys(paths.readable)),
        rules=rules,
        network=mode,
        hosts=hosts,
        denied=denied,
        network_evidence=said or (default_evidence("network", "false", "a profile has no network unless it says so"),),
        notes=("permission profiles are in beta",),
    )


def _profile_network(network: dict[str, Setting]) -> tuple[NetworkMode, tuple[str, ...], tuple[str, ...]]:
    on = network.get("enabled")
    if on is None or on.value is not True:
        return NetworkMode.NONE, (), ()
    domains = network.get("domains")
    if domains is None or not isinstance(domains.value, dict):
        return NetworkMode.FREE, (), ()
    return _domains(domains.value)


def _entry(codex: Codex, paths: _Paths, key: str, setting: Setting) -> None:
    """One line of a profile's file system table; a nested table speaks of paths below its key."""
    bases = _bases(codex, key)
    if isinstance(setting.value, dict):
        for part, access in setting.value.items():
            for base in bases:
                where = posixpath.normpath(posixpath.join(base, str(part)))
                _access(paths, where, access, setting, f"{key} {part}")
        return
    for base in bases:
        _access(paths, base, setting.value, setting, key)


def _access(paths: _Paths, where: str, access: Any, setting: Setting, written: str) -> None:
    if str(access) in {"read", "write"}:
        paths.readable.append(where)
    elif str(access) in {"deny", "none"}:
        paths.denied.append((where, f"{written} = {access}", setting.evidence))


def _bases(codex: Codex, key: str) -> tuple[str, ...]:
    """The folders a key stands for: a special name, or a path."""
    special = {
        ":root": ("/",),
        ":minimal": _MINIMAL,
        ":workspace_roots": (codex.workspace.as_posix(),),
        ":project_roots": (codex.workspace.as_posix(),),
        ":cwd": (codex.workspace.as_posix(),),
        ":tmpdir": (codex.around.variable("TMPDIR") or _TEMPORARY,),
        ":slash_tmp": (_TEMPORARY,),
    }
    return special.get(key) or (codex.around.expand(key, codex.workspace),)


def _denies(codex: Codex, paths: _Paths) -> Iterable[FileRule]:
    """Deny entries as rules; more specific readable paths below a denied folder are left out of it."""
    for where, written, evidence in paths.denied:
        yield from _deny_rules(codex, where, written, evidence, tuple(paths.readable))


def _required_denies(codex: Codex) -> Iterable[FileRule]:
    """``[permissions.filesystem] deny_read`` of requirements."""
    for index, said in enumerate(codex.requirements.strings("permissions", "filesystem", "deny_read")):
        evidence = codex.requirements.evidence("permissions", "filesystem", "deny_read", index)
        where = codex.around.expand(said, codex.around.home)
        yield from _deny_rules(codex, where, said, evidence, ())


def _deny_rules(
    codex: Codex, where: str, written: str, evidence: Evidence, kept: tuple[str, ...]
) -> Iterable[FileRule]:
    # On native Windows a managed deny binds the file tools only.
    enforced = EnforcedFor.TOOL if codex.around.platform == "win32" else EnforcedFor.OS
    wild = any(mark in where for mark in "*?[")
    for glob in gitignore_to_globs(where, "/") if wild else outside(where, kept):
        yield FileRule(Verdict.DENY, written, glob, enforced, evidence)
