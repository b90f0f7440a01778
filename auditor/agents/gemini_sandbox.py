"""Gemini CLI's two sandboxes as one boundary: around the whole process, or around the commands it runs.

Source: the vendor's page on sandboxing and the open source of the CLI (utils/sandbox.ts, services/sandboxManager.ts).
"""

from __future__ import annotations

from typing import Any, Final

from auditor.agents.gemini_settings import Scene
from auditor.agents.layers import Setting, default, flag, scalar, union
from auditor.model.agent import EnforcedFor, EnvMode, Evidence, FileRule, NetworkMode, ReadBase, Sandbox, Verdict
from auditor.model.frozen import frozen

_CONTAINERS: Final = frozenset({"docker", "podman", "lxc", "runsc"})
_ALL: Final = ("shell", "file-tool", "mcp", "hooks", "fetch")
_OFF: Final = frozenset({"", "0", "false"})
_FORWARDED: Final = (
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GOOGLE_*",
    "GEMINI_CLI_*",
    "GEMINI_MODEL",
    "TERM",
    "COLORTERM",
)


@frozen
class Boundary:
    """What a sandbox leaves: the record's part, what commands read, their network, and how much environment."""

    sandbox: Sandbox
    shell_base: ReadBase = ReadBase.FILESYSTEM
    shell_roots: tuple[str, ...] = ()
    rules: tuple[FileRule, ...] = ()
    network: NetworkMode = NetworkMode.FREE
    env: EnvMode | None = None
    forwarded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def boundary(held: Scene) -> Boundary:
    """The sandbox that is configured; the whole-process one first, as it holds everything the other would."""
    chosen = _chosen(held)
    if chosen.value in _CONTAINERS:
        return _container(held, chosen)
    if chosen.value == "sandbox-exec":
        return _seatbelt(held, chosen)
    if chosen.value:
        said = (chosen.evidence,)
        return Boundary(
            Sandbox("process", _ALL, writes="confined", evidence=said),
            notes=(f"the sandbox {chosen.value} is taken to leave reads and network open",),
        )
    tools = flag(held.layers, "security", "toolSandboxing", otherwise=False)
    return _around_commands(held, tools) if tools.value else Boundary(Sandbox(evidence=(tools.evidence,)))


def _chosen(held: Scene) -> Setting:
    """Which whole-process sandbox runs: the variable wins over ``tools.sandbox``; ``true`` is the platform's own."""
    own = "sandbox-exec" if held.around.platform == "darwin" else "docker"
    said = held.around.variable("GEMINI_SANDBOX").strip().lower()
    if said:
        named = "" if said in _OFF else own if said in {"1", "true"} else said
        return Setting(named, Evidence(key="GEMINI_SANDBOX", value=said, note="set in the environment"))
    setting = scalar(held.layers, "tools", "sandbox")
    if setting is None:
        return default("tools.sandbox", "", "false")
    value: Any = setting.value
    if isinstance(value, dict):
        value = value.get("command", True) if value.get("enabled", True) else False
    word = own if value is True else value if isinstance(value, str) else ""
    return Setting("" if word in _OFF else word, setting.evidence, setting.layer)


def _container(held: Scene, chosen: Setting) -> Boundary:
    around = held.around
    mounts = [held.workspace.as_posix(), held.folders.user.as_posix(), around.variable("TMPDIR") or "/tmp"]  # noqa: S108
    cloud = around.home / ".config" / "gcloud"
    mounts += [cloud.as_posix()] if cloud.is_dir() else []
    keys = around.variable("GOOGLE_APPLICATION_CREDENTIALS")
    mounts += [around.expand(keys, held.workspace)] if keys else []
    for mount in around.variable("SANDBOX_MOUNTS").split(","):
        source = mount.strip().partition(":")[0]
        mounts += [around.expand(source, held.workspace)] if source else []
    passed = tuple(pair.partition("=")[0].strip() for pair in around.variable("SANDBOX_ENV").split(",") if pair.strip())
    notes = ("SANDBOX_FLAGS adds options to the container that are not evaluated",)
    return Boundary(
        Sandbox("container", _ALL, reads="confined", writes="confined", evidence=(chosen.evidence,)),
        ReadBase.SANDBOXED,
        tuple(dict.fromkeys(mounts)),
        env=EnvMode.MINIMAL,
        forwarded=(*_FORWARDED, *passed),
        notes=notes if around.variable("SANDBOX_FLAGS") else (),
    )


def _seatbelt(held: Scene, chosen: Setting) -> Boundary:
    """The macOS profiles: ``permissive`` and ``restrictive`` leave reads open, ``strict`` confines them."""
    profile = held.around.variable("SEATBELT_PROFILE") or "permissive-open"
    level, _, reach = profile.partition("-")
    said = Evidence(key="SEATBELT_PROFILE", value=profile, note=f"the Seatbelt profile is {profile}")
    strict = level == "strict"
    notes = []
    if level not in {"permissive", "restrictive", "strict"}:
        notes.append(f"the profile {profile} is not a shipped one; reads and network are taken as open")
    if reach == "proxied":
        notes.append("commands reach the network through a proxy command, which is not evaluated")
    return Boundary(
        Sandbox(
            "process",
            _ALL,
            reads="confined" if strict else "open",
            writes="confined",
            network={"closed": "blocked", "proxied": "confined"}.get(reach, "open"),
            evidence=(chosen.evidence, said),
        ),
        ReadBase.SANDBOXED if strict else ReadBase.FILESYSTEM,
        (held.workspace.as_posix(), held.folders.user.as_posix()) if strict else (),
        network=NetworkMode.NONE if reach == "closed" else NetworkMode.FREE,
        notes=tuple(notes),
    )


def _around_commands(held: Scene, tools: Setting) -> Boundary:
    """The tool-level sandbox: ``.env`` files are hidden everywhere, network is a setting, widening it asks a human."""
    network = flag(held.layers, "tools", "sandboxNetworkAccess", otherwise=False)
    hidden = tuple(
        FileRule(Verdict.DENY, name, f"/**/{name}", EnforcedFor.OS, tools.evidence) for name in (".env", ".env.*")
    )
    writable = tuple(item.evidence for item in union(held.layers, "tools", "sandboxAllowedPaths"))
    sandbox = Sandbox(
        "process",
        ("shell", "file-tool"),
        reads="open",
        writes="confined",
        network="open" if network.value else "blocked",
        escape="never" if held.headless else "ask",
        evidence=(tools.evidence, network.evidence, *writable),
    )
    return Boundary(sandbox, rules=hidden, network=NetworkMode.FREE if network.value else NetworkMode.NONE)
