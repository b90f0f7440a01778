"""The one record that every agent dialect is turned into: what an agent may read, run, reach and inherit."""

from __future__ import annotations

from enum import Enum

from auditor.model.frozen import frozen, ordered


@ordered
class Evidence:
    """Why a statement holds: the file (as shown to people), the key, its line (0: no line) and a value class.

    ``value`` is a setting's word (``bypassPermissions``, ``true``), never a credential. A built-in default has an
    empty ``file``. ``note`` completes the sentence.
    """

    file: str = ""
    key: str = ""
    value: str = ""
    line: int = 0
    note: str = ""

    @property
    def sentence(self) -> str:
        """``.claude/settings.json:12 sets permissions.defaultMode to bypassPermissions``, or the default's note."""
        if not self.file:
            return self.note or f"built-in default: {self.key} is {self.value}"
        place = f"{self.file}:{self.line}" if self.line else self.file
        said = f"{place} sets {self.key}" + (f" to {self.value}" if self.value else "") if self.key else place
        return f"{said} ({self.note})" if self.note else said


class Honoured(str, Enum):
    """Whether a configuration file takes effect."""

    YES = "yes"
    NO = "no"
    IF_TRUSTED = "if-trusted"
    UNKNOWN = "unknown"


@frozen
class ConfigSource:
    """One file that took part. ``scope``: managed, user, project, local, ci, env or default.

    ``problem`` says why a file is not effective (a parse error with its line, a scope that may not set the key).
    """

    path: str
    scope: str
    honoured: Honoured = Honoured.YES
    problem: str = ""
    unknown_keys: tuple[str, ...] = ()


@frozen
class Trust:
    """Whether project settings are active. ``state``: trusted, untrusted, unknown or not-applicable."""

    required: bool = False
    state: str = "not-applicable"
    headless_bypass: bool = False


class Verdict(str, Enum):
    """What happens when the agent tries something, with no human asked first.

    ``CLASSIFIED``: a model or a risk heuristic decides. ``ASK``: a human is asked.
    """

    ALLOW = "allow"
    CLASSIFIED = "classified"
    ASK = "ask"
    DENY = "deny"


class EnforcedFor(str, Enum):
    """How far a read rule reaches, weakest first (agents.md 26.3)."""

    INDEX = "index"
    TOOL = "tool"
    KNOWN_SHELL = "tool+known-shell"
    OS_COMMANDS = "os-commands"
    OS = "os"

    @property
    def covers_tool(self) -> bool:
        """Stops the agent's own file tool."""
        return self in {EnforcedFor.TOOL, EnforcedFor.KNOWN_SHELL, EnforcedFor.OS}

    @property
    def covers_readers(self) -> bool:
        """Stops recognised shell readers such as ``cat``."""
        return self in {EnforcedFor.KNOWN_SHELL, EnforcedFor.OS_COMMANDS, EnforcedFor.OS}

    @property
    def covers_processes(self) -> bool:
        """Stops every process a command starts: a kernel or container boundary."""
        return self in {EnforcedFor.OS_COMMANDS, EnforcedFor.OS}


@frozen
class FileRule:
    """One rule over paths, in the dialect's words and in ours.

    ``original`` is what stands in the file; ``glob`` is the same rule as an absolute POSIX glob (``**`` any depth,
    ``*`` and ``?`` within one segment, ``[...]`` classes) as ``agents.globs`` matches it. ``excepts`` are globs that a
    later line takes back.
    """

    effect: Verdict
    original: str
    glob: str
    enforced_for: EnforcedFor
    evidence: Evidence
    excepts: tuple[str, ...] = ()


class ReadBase(str, Enum):
    """What the file tool reads with no prompt, narrowest first."""

    NOTHING = "nothing"
    SANDBOXED = "sandboxed-set"
    WORKSPACE = "workspace"
    ROOTS = "workspace+roots"
    HOME = "home"
    FILESYSTEM = "filesystem"


class OnOutside(str, Enum):
    """What happens when the file tool reads beyond its base."""

    DENY = "deny"
    ASK = "ask"
    FREE = "free"


@frozen
class ReadReach:
    """What can be read. ``roots`` are absolute folders (workspace first); ``rules`` are first-match-free: deny wins.

    ``shell_base`` is what a running command can open (``FILESYSTEM`` unless an OS boundary confines it to
    ``shell_roots``).
    """

    base: ReadBase = ReadBase.WORKSPACE
    outside: OnOutside = OnOutside.ASK
    roots: tuple[str, ...] = ()
    rules: tuple[FileRule, ...] = ()
    shell_base: ReadBase = ReadBase.FILESYSTEM
    shell_roots: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class ExecMode(str, Enum):
    """What runs without a human, narrowest first."""

    NONE = "none"
    ASK = "ask"
    ALLOW_LIST = "allow-list"
    RISK_BASED = "risk-based"
    FREE = "free"


class CommandClass(str, Enum):
    """The kinds of command that reach depends on."""

    READER = "reader"  # cat FILE: a recognised file reader
    PROCESS = "process"  # python -c, node -e, a package script: any program
    NETWORK = "network"  # curl, a provider's CLI, git push


@frozen
class ExecRule:
    """One rule over commands, as written. ``broad``: an interpreter, a package runner or a wildcard."""

    effect: Verdict
    pattern: str
    kind: str
    broad: bool
    evidence: Evidence


@frozen
class CommandVerdict:
    """The dialect's own answer for one class of command, with the example it decided and what decided it."""

    command_class: CommandClass
    verdict: Verdict
    example: str
    evidence: tuple[Evidence, ...] = ()


@frozen
class ExecReach:
    """How commands run. ``mode`` is the worst case the files allow; ``best`` differs where a database decides."""

    mode: ExecMode = ExecMode.ASK
    best: ExecMode | None = None
    rules: tuple[ExecRule, ...] = ()
    verdicts: tuple[CommandVerdict, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def verdict(self, command_class: CommandClass) -> CommandVerdict:
        """The verdict for a class; a missing one means a human is asked."""
        found = (v for v in self.verdicts if v.command_class is command_class)
        return next(found, CommandVerdict(command_class, Verdict.ASK, "", self.evidence))


class NetworkMode(str, Enum):
    """What a running command can reach, narrowest first."""

    NONE = "none"
    ASK = "ask"
    ALLOW_LIST = "allow-list"
    FREE = "free"


@frozen
class NetworkReach:
    """Network of commands and, separately, of fetch tools. ``hosts`` may hold ``*.example.com`` forms."""

    mode: NetworkMode = NetworkMode.FREE
    hosts: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    tool_mode: NetworkMode = NetworkMode.ASK
    evidence: tuple[Evidence, ...] = ()


@frozen
class InjectedVariable:
    """A variable a configuration file puts into the agent's environment. ``literal``: the value stands there."""

    name: str
    literal: bool
    evidence: Evidence


class EnvMode(str, Enum):
    """How much of the launch environment is handed on."""

    NONE = "none"
    MINIMAL = "minimal"
    FILTERED = "filtered"
    ALL = "all"


@frozen
class EnvReach:
    """Environment of the shell tool and of MCP children.

    ``removed`` / ``kept`` are case-sensitive-as-given name globs applied in ``FILTERED`` mode (kept wins);
    ``dotenv`` are absolute paths of files whose values enter the process environment by themselves.
    """

    shell: EnvMode = EnvMode.ALL
    mcp: EnvMode = EnvMode.ALL
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    injected: tuple[InjectedVariable, ...] = ()
    dotenv: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Approval(str, Enum):
    """Who decides when a gate exists."""

    ALWAYS = "always"
    ON_REQUEST = "on-request"
    RISK_BASED = "risk-based"
    NEVER = "never"


@frozen
class Sandbox:
    """The boundary around commands. ``kind``: none, process, container, vm.

    ``covers``: subset of shell, file-tool, mcp, hooks, fetch. ``reads``/``writes``/``network``: open, confined,
    blocked. ``escape``: never, ask, auto (a failed command is retried outside). ``fail_open``: a missing dependency
    runs commands outside.
    """

    kind: str = "none"
    covers: tuple[str, ...] = ()
    reads: str = "open"
    writes: str = "open"
    network: str = "open"
    escape: str = "never"
    fail_open: bool = False
    evidence: tuple[Evidence, ...] = ()


@frozen
class McpServer:
    """One MCP server entry.

    ``abilities``: what its tools can do as far as its name and command tell (``read-files``, ``run-commands``,
    ``network``, ``database``, ``provider:<slug>``). ``auto_approved``: no, some, all. ``secret_keys`` are the env,
    header and argument names that carry credentials (names only). ``roots``: absolute folders it is given.
    """

    name: str
    transport: str
    command: str
    evidence: Evidence
    abilities: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    secret_keys: tuple[str, ...] = ()
    literal_secret: bool = False
    auto_approved: str = "no"
    started_without_trust: bool = False
    sandboxed: bool = False
    unpinned: bool = False


@frozen
class Transcript:
    """A place where the agent keeps what it saw. ``path``: absolute folder or file, as shown; retention in days."""

    path: str
    retention_days: int | None = None
    contains_tool_output: bool = True


@frozen
class Logging:
    """Transcripts kept, audit export (exporter name or empty), and where conversations are copied to."""

    transcripts: tuple[Transcript, ...] = ()
    audit: str = ""
    content_logged: bool = False
    remote: str = "vendor"
    evidence: tuple[Evidence, ...] = ()


@frozen
class AgentRecord:
    """One (agent, surface, workspace): effective permissions, each with evidence (agents.md 26.1).

    ``agent`` is the id of DESIGN section 6; ``surface``: ide, cli, headless, ci, cloud, desktop. ``assumed``: no file
    of it was seen, defaults apply because the user named it or no agent was found. ``notes`` say what files cannot
    tell. ``confidence``: high, medium, low.
    """

    agent: str
    name: str
    surface: str
    workspace: str
    version: str | None = None
    assumed: bool = False
    sources: tuple[ConfigSource, ...] = ()
    trust: Trust = Trust()
    read: ReadReach = ReadReach()
    exec: ExecReach = ExecReach()
    network: NetworkReach = NetworkReach()
    env: EnvReach = EnvReach()
    approval: Approval = Approval.ON_REQUEST
    approval_removers: tuple[Evidence, ...] = ()
    sandbox: Sandbox = Sandbox()
    mcp: tuple[McpServer, ...] = ()
    hooks: tuple[Evidence, ...] = ()
    logging: Logging = Logging()
    reasoning: str = "unknown"
    self_modify: str = "ask"
    confidence: str = "medium"
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
