"""The vocabulary of the audit: frozen values that one stage hands to the next.

Nothing here reads, decides or prints. ``Secret`` is the one holder of plaintext. The names are all at hand here, and a
module of the vocabulary is loaded when the first of its names is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.model.agent import (
        AgentRecord,
        Approval,
        CommandClass,
        CommandVerdict,
        ConfigSource,
        EnforcedFor,
        EnvMode,
        EnvReach,
        Evidence,
        ExecMode,
        ExecReach,
        ExecRule,
        FileRule,
        Honoured,
        InjectedVariable,
        Logging,
        McpServer,
        NetworkMode,
        NetworkReach,
        OnOutside,
        ReadBase,
        ReadReach,
        Sandbox,
        Transcript,
        Trust,
        Verdict,
    )
    from auditor.model.credential import (
        Assessment,
        Backups,
        Basis,
        Confidence,
        Credential,
        Environment,
        Fact,
        Grant,
        Lifetime,
        LifetimeKind,
        Match,
        Part,
        Power,
        Scope,
        State,
    )
    from auditor.model.exposure import (
        Band,
        Cut,
        Effect,
        Exposure,
        Factor,
        Finding,
        Fix,
        FixKind,
        Means,
        Reach,
        Report,
        Score,
        Step,
        Use,
    )
    from auditor.model.place import Fragment, Location, Origin, Sighting, Skip, Target
    from auditor.model.secret import Secret

__all__ = [
    "AgentRecord",
    "Approval",
    "Assessment",
    "Backups",
    "Band",
    "Basis",
    "CommandClass",
    "CommandVerdict",
    "Confidence",
    "ConfigSource",
    "Credential",
    "Cut",
    "Effect",
    "EnforcedFor",
    "EnvMode",
    "EnvReach",
    "Environment",
    "Evidence",
    "ExecMode",
    "ExecReach",
    "ExecRule",
    "Exposure",
    "Fact",
    "Factor",
    "FileRule",
    "Finding",
    "Fix",
    "FixKind",
    "Fragment",
    "Grant",
    "Honoured",
    "InjectedVariable",
    "Lifetime",
    "LifetimeKind",
    "Location",
    "Logging",
    "Match",
    "McpServer",
    "Means",
    "NetworkMode",
    "NetworkReach",
    "OnOutside",
    "Origin",
    "Part",
    "Power",
    "Reach",
    "ReadBase",
    "ReadReach",
    "Report",
    "Sandbox",
    "Scope",
    "Score",
    "Secret",
    "Sighting",
    "Skip",
    "State",
    "Step",
    "Target",
    "Transcript",
    "Trust",
    "Use",
    "Verdict",
]

_SHELVES = ("place", "secret", "credential", "exposure", "agent")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for shelf in _SHELVES:
            module = import_module(f"auditor.model.{shelf}")
            if name in vars(module):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
