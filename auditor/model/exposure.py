"""What the findings add up to: reach, score, kill chain, fixes and the report."""

from __future__ import annotations

from enum import Enum, IntEnum

from auditor.model.agent import AgentRecord, Evidence
from auditor.model.credential import Assessment
from auditor.model.frozen import frozen
from auditor.model.place import Location, Skip


class Means(IntEnum):
    """How an agent gets at a sighting, weakest barrier last."""

    NONE = 0
    WITH_APPROVAL = 1
    VIA_MCP = 2
    VIA_SHELL = 3
    INHERITED = 4
    DIRECT = 5

    @property
    def word(self) -> str:
        """The name used in reports: ``via-shell``."""
        return self.name.lower().replace("_", "-")


class Use(IntEnum):
    """Whether the agent can act with the credential: weakest barrier last."""

    NONE = 0
    LOCAL_ONLY = 1
    WITH_APPROVAL = 2
    RISK_BASED = 3
    FREE = 4

    @property
    def word(self) -> str:
        """The name used in reports: ``with-approval``."""
        return self.name.lower().replace("_", "-")


@frozen
class Reach:
    """How one agent gets at one sighting of one credential, and whether it can act with it unasked.

    ``barrier`` is a sentence naming what is left between agent and value; ``route`` says how (``file tool``,
    ``cat in the shell``, ``environment``, ``MCP server fs``). ``network`` says in words whether the provider is
    reachable. ``unattended``: no human has to say yes on the way to reading it.
    """

    agent: str
    surface: str
    location: Location
    means: Means
    use: Use
    route: str
    barrier: str
    unattended: bool
    evidence: tuple[Evidence, ...] = ()
    network: str = ""


@frozen
class Step:
    """One link of the kill chain. ``kind``: agent, permission, sighting, credential, identity, power, asset."""

    kind: str
    says: str
    file: str = ""
    line: int = 0


@frozen
class Exposure:
    """A credential with every agent's reach to it, best route first per (agent, surface)."""

    assessment: Assessment
    reaches: tuple[Reach, ...]


class Band(IntEnum):
    """Severity band; the score thresholds stand in ``rules/scoring.yaml``."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The lower-case name used in reports and in ``--fail-on``."""
        return self.name.lower()


@frozen
class Factor:
    """One factor of the score: its letter (R U P L V E), the level's letter, the weight, and why."""

    letter: str
    level: str
    weight: float
    says: str


@frozen
class Score:
    """0-100, its band, the printable vector, and the factors that multiply to it."""

    value: int
    band: Band
    vector: str
    factors: tuple[Factor, ...]


class FixKind(str, Enum):
    """What sort of change a fix is."""

    REVOKE = "revoke"
    ROTATE = "rotate"
    NARROW = "narrow"
    MOVE = "move"
    DENY_READ = "deny-read"
    SANDBOX = "sandbox"
    APPROVAL = "approval"
    ENV_FILTER = "env-filter"
    MCP = "mcp"


@frozen
class Fix:
    """One change: what to do, which findings it cuts (ids), what it costs (1 config line … 5 rebuild), the edit.

    ``edit`` is human-readable: the file and the line to write, or the page to visit; never a secret. ``agent`` and
    ``surface`` say whose settings change (empty: nobody's, the credential itself; an empty surface: all of them).
    ``subject`` names what the change is about: fingerprints, absolute paths, variables or MCP servers.
    """

    id: str
    title: str
    kind: FixKind
    cuts: tuple[str, ...]
    cost: int
    edit: str = ""
    agent: str = ""
    surface: str = ""
    subject: tuple[str, ...] = ()


@frozen
class Effect:
    """What one fix, done alone, makes of a finding: score and band after it, both None when nothing of it is left."""

    fix: str
    score: int | None
    band: Band | None


@frozen
class Cut:
    """The cheapest changes found that take findings below a band, in the order to do them.

    ``fixes`` and ``findings`` are ids; ``left`` are the findings that no known change takes there. ``exact``: no
    cheaper set of the known changes exists.
    """

    below: Band
    fixes: tuple[str, ...]
    cost: int
    findings: tuple[str, ...]
    left: tuple[str, ...] = ()
    exact: bool = False


@frozen
class Finding:
    """An exposure with its score, kill chain and the ids of its fixes. ``id`` is stable across runs and moves.

    ``worst`` is the reach that the score and the chain are about; ``effects`` say what each fix would do.
    """

    id: str
    exposure: Exposure
    score: Score
    path: tuple[Step, ...]
    fixes: tuple[str, ...]
    taxonomy: tuple[str, ...] = ()
    suppressed: str = ""
    worst: Reach | None = None
    effects: tuple[Effect, ...] = ()


@frozen
class Report:
    """Everything a renderer needs. ``root`` is shown as given by the user; ``seconds`` is wall time."""

    root: str
    complete: bool
    findings: tuple[Finding, ...]
    agents: tuple[AgentRecord, ...]
    fixes: tuple[Fix, ...]
    skipped: tuple[Skip, ...]
    files: int
    bytes: int
    seconds: float
    key_id: str
    notes: tuple[str, ...] = ()
    cut: Cut | None = None
