"""Which agents work here, and what may each of them read, run, reach and inherit?

One module a dialect turns that agent's files into ``AgentRecord`` values; ``survey`` asks them all. A dialect module
has ``ID``, ``NAME``, ``read(around)`` and ``decide(record, action, what, cwd)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from auditor.agents.surroundings import Surroundings
from auditor.agents.traces import Listing, left
from auditor.model.agent import AgentRecord, Evidence, Verdict

DIALECTS: Final[dict[str, str]] = {
    "claude-code": "auditor.agents.claude_code",
    "codex": "auditor.agents.codex",
    "gemini": "auditor.agents.gemini",
    "cursor": "auditor.agents.cursor",
    "copilot-vscode": "auditor.agents.copilot_vscode",
    "opencode": "auditor.agents.opencode",
    "copilot-cli": "auditor.agents.copilot_cli",
    "aider": "auditor.agents.aider",
    "goose": "auditor.agents.goose",
    "cline": "auditor.agents.cline",
    "roo": "auditor.agents.roo",
    "continue": "auditor.agents.continue_dev",
    "windsurf": "auditor.agents.windsurf",
    "amp": "auditor.agents.amp",
    "amazon-q": "auditor.agents.amazon_q",
    "kiro": "auditor.agents.kiro",
    "zed": "auditor.agents.zed",
    "junie": "auditor.agents.junie",
    "crush": "auditor.agents.crush",
    "openhands": "auditor.agents.openhands",
    "devin": "auditor.agents.devin",
    "copilot-cloud": "auditor.agents.copilot_cloud",
    "generic": "auditor.agents.generic",
}
_FALLBACK = "generic"
_READ_FAILURES = (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


def survey(around: Surroundings) -> tuple[AgentRecord, ...]:
    """Every agent that is seen or named, in the table's order; the generic one when there is none.

    A configuration so odd that its dialect gives up is a record of low confidence that says so: it never ends the run
    and never passes as "no agent".
    """
    seen: list[AgentRecord] = []
    listing = Listing()
    for agent in DIALECTS:
        if agent in around.named if agent == _FALLBACK else left(agent, around, listing):
            seen.extend(_read(agent, around))
    return tuple(seen) if seen else _read(_FALLBACK, around)


def decide(record: AgentRecord, action: str, what: str, cwd: str) -> tuple[Verdict, tuple[Evidence, ...]]:
    """Ask the record's own dialect one question; ``action`` is ``read``, ``run``, ``fetch`` or ``mcp``."""
    module: Any = import_module(DIALECTS[record.agent])
    answer: tuple[Verdict, tuple[Evidence, ...]] = module.decide(record, action, what, cwd)
    return answer


def _read(agent: str, around: Surroundings) -> tuple[AgentRecord, ...]:
    module: Any = import_module(DIALECTS[agent])
    try:
        records: tuple[AgentRecord, ...] = module.read(around)
    except _READ_FAILURES as error:
        said = f"its configuration could not be evaluated ({type(error).__name__}); built-in defaults are shown"
        workspaces = around.workspaces or (around.home,)
        return tuple(
            AgentRecord(agent, module.NAME, "cli", workspace.as_posix(), confidence="low", notes=(said,))
            for workspace in workspaces
        )
    return records
