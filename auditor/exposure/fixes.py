"""The changes that would help: at the credential itself, and in the settings of every agent that reaches it.

What a fix costs:
    1  one line in one file
    2  several lines or files of settings
    3  moving a value out of the files it stands in
    4  revoking or replacing a credential
    5  another way of working, such as a container around the agent
"""

from __future__ import annotations

import hashlib
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from auditor.exposure import remedies
from auditor.exposure.sentences import counted, listed
from auditor.exposure.transform import CONTAINER
from auditor.model.agent import AgentRecord, EnforcedFor
from auditor.model.credential import Assessment, State
from auditor.model.exposure import Band, Finding, Fix, FixKind, Means, Reach, Use
from auditor.model.frozen import frozen, replace
from auditor.model.place import Location, Origin, Sighting
from auditor.rulebook.schema import Remediation

_UNATTENDED = frozenset({Use.FREE, Use.RISK_BASED})
# Where nobody sits, a question is a refusal, and where the vendor's machine runs there is no setting to change here.
_NOBODY = frozenset({"headless", "ci", "cloud"})
_COPIED = frozenset({Origin.COMMIT, Origin.INDEX, Origin.TRANSCRIPT, Origin.HISTORY, Origin.ARCHIVE})
_UNKNOWN = Remediation("Revoke it where it was made.", "Make a new one before the old one is revoked.", ())
_KEYCHAIN = "keep it in a secret manager or the system's keychain and write a reference"
_SHOWN = 4


@frozen
class _Way:
    """One agent's reach to one sighting of a finding."""

    finding: Finding
    reach: Reach
    sighting: Sighting


def candidate_fixes(
    findings: Iterable[Finding], agents: Iterable[AgentRecord], remediation: Mapping[str, Remediation]
) -> tuple[Fix, ...]:
    """Every fix that might help, in a fixed order; ``remediation`` is by provider.

    ``cuts`` names the findings whose routes a fix touches; how far they fall is for a re-evaluation to say.
    """
    held = list(findings)
    found: dict[str, Fix] = {}
    for finding in held:
        for fix in _at_the_credential(finding, remediation.get(_provider(finding), _UNKNOWN)):
            found.setdefault(fix.id, fix)
    by_agent = _ways(held)
    for record in _told_apart(agents):
        for fix in _at_the_agent(record, by_agent.get((record.agent, record.surface), [])):
            found.setdefault(fix.id, fix)
    return tuple(found.values())


def _told_apart(agents: Iterable[AgentRecord]) -> Iterator[AgentRecord]:
    """The records, with the surface in the name of those agents that have several."""
    held = list(agents)
    surfaces: dict[str, set[str]] = defaultdict(set)
    for record in held:
        surfaces[record.agent].add(record.surface)
    for record in held:
        several = len(surfaces[record.agent]) > 1
        yield replace(record, name=f"{record.name} ({record.surface})") if several else record


def fix_id(kind: FixKind, agent: str, surface: str, subject: Iterable[str]) -> str:
    """A name that stays the same from run to run: the hash of what is changed where."""
    text = "\0".join([kind.value, agent, surface, *sorted(subject)])
    return "FX-" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _made(
    kind: FixKind,
    title: str,
    *,
    cost: int,
    edit: str,
    cuts: Iterable[str],
    subject: Iterable[str] = (),
    record: AgentRecord | None = None,
) -> Fix:
    agent, surface = (record.agent, record.surface) if record else ("", "")
    held = tuple(dict.fromkeys(subject))
    return Fix(
        id=fix_id(kind, agent, surface, held),
        title=title,
        kind=kind,
        cuts=tuple(sorted(set(cuts))),
        cost=cost,
        edit=edit,
        agent=agent,
        surface=surface,
        subject=held,
    )


# --- at the credential


def _at_the_credential(finding: Finding, remediation: Remediation) -> Iterator[Fix]:
    assessment = finding.exposure.assessment
    title = assessment.credential.title
    if assessment.state is State.PUBLIC:
        said = "Nothing to revoke: it is made to be public. Limit it to your own sites where the provider offers that."
        yield _credential_fix(finding, FixKind.NARROW, f"Limit the {title} to its purpose", 1, said)
        return
    if assessment.state is State.INACTIVE:
        said = f"Delete the value from {_places(assessment)}."
        cost = 1 if len(assessment.credential.sightings) == 1 else 2
        yield _credential_fix(finding, FixKind.MOVE, f"Delete the dead {title}", cost, said)
        return
    yield _credential_fix(finding, FixKind.REVOKE, f"Revoke the {title}", 4, remediation.revoke)
    if remediation.replace:
        said = f"Best first: {'; '.join(remediation.replace)}. {remediation.rotate}"
        yield _credential_fix(finding, FixKind.NARROW, f"Replace the {title} by something narrower or shorter", 4, said)
    if _copied(assessment):
        said = f"{remediation.rotate} Then {_KEYCHAIN} in {_places(assessment)}; what history has seen stays seen."
        yield _credential_fix(finding, FixKind.ROTATE, f"Rotate the {title} and keep it out of files", 4, said)
    elif any(one.location.origin.is_file for one in assessment.credential.sightings):
        said = f"Take it out of {_places(assessment)}: {_KEYCHAIN} there."
        yield _credential_fix(finding, FixKind.MOVE, f"Move the {title} out of plain files", 3, said)
    configured = [one for one in assessment.credential.sightings if one.location.origin is Origin.AGENT_CONFIG]
    if configured and len(configured) < len(assessment.credential.sightings):
        said = f"Write a reference such as ${{NAME}} instead of the value in {_listed_places(configured)}."
        yield _credential_fix(finding, FixKind.MCP, f"Take the {title} out of the agent's configuration", 3, said)


def _credential_fix(finding: Finding, kind: FixKind, title: str, cost: int, edit: str) -> Fix:
    fingerprint = finding.exposure.assessment.credential.fingerprint
    return _made(kind, title, cost=cost, edit=edit, cuts=(finding.id,), subject=(fingerprint,))


def _copied(assessment: Assessment) -> bool:
    """Whether a copy stands where no edit reaches: in git, in a transcript, in a shell's history."""
    return any(one.tracked or one.location.origin in _COPIED for one in assessment.credential.sightings)


def _places(assessment: Assessment) -> str:
    return _listed_places(one for one in assessment.credential.sightings if one.location.origin.is_file) or "its place"


def _listed_places(sightings: Iterable[Sighting]) -> str:
    shown = list(dict.fromkeys(_place(one.location) for one in sightings))
    more = [counted(len(shown) - _SHOWN, "other place", "other places")] if len(shown) > _SHOWN else []
    return listed([*shown[:_SHOWN], *more])


def _place(location: Location) -> str:
    return f"{location.path}:{location.line}" if location.line else location.path


def _provider(finding: Finding) -> str:
    return finding.exposure.assessment.credential.provider


# --- in an agent's settings


def _ways(findings: Iterable[Finding]) -> dict[tuple[str, str], list[_Way]]:
    """Every open reach by (agent, surface); findings that are information only need no setting."""
    found: dict[tuple[str, str], list[_Way]] = defaultdict(list)
    for finding in findings:
        if finding.score.band is Band.INFO:
            continue
        by_place = {one.location: one for one in finding.exposure.assessment.credential.sightings}
        for reach in finding.exposure.reaches:
            if reach.means is not Means.NONE:
                sighting = by_place.get(reach.location) or Sighting(reach.location)
                found[reach.agent, reach.surface].append(_Way(finding, reach, sighting))
    return found


def _at_the_agent(record: AgentRecord, ways: list[_Way]) -> Iterator[Fix]:
    offered = remedies.of(record.agent, record.surface)
    unasked = [way for way in ways if way.reach.use in _UNATTENDED or way.reach.unattended]
    if not unasked:
        return
    if offered.ask and record.surface not in _NOBODY and any(way.reach.use in _UNATTENDED for way in unasked):
        yield _approval(record, offered.ask, unasked)
    yield from _boxes(record, offered.box, unasked)
    if offered.deny:
        yield from _denials(record, offered.deny, unasked)
    if offered.env:
        yield from _filters(record, offered.env, unasked)
    yield from _servers(record, unasked)


def _approval(record: AgentRecord, remedy: remedies.Ask, ways: list[_Way]) -> Fix:
    removers = [one for one in record.approval_removers if one.file]
    undo = (
        f"Undo what removed the question: {'; '.join(one.sentence for one in removers[:_SHOWN])}. " if removers else ""
    )
    edit = f"{undo}In {remedy.file}, {remedy.edit.format()}.{_see(remedy.url)}"
    cost = 1 if len({one.file for one in removers}) <= 1 else 2
    return _made(
        FixKind.APPROVAL,
        f"{record.name}: ask before commands run",
        cost=cost,
        edit=edit,
        cuts=(way.finding.id for way in ways if way.reach.use in _UNATTENDED),
        record=record,
    )


def _boxes(record: AgentRecord, remedy: remedies.Box | None, ways: list[_Way]) -> Iterator[Fix]:
    cuts = [way.finding.id for way in ways if way.reach.use in _UNATTENDED]
    if not cuts or record.surface == "cloud":
        return
    if remedy is not None:
        edit = f"In {remedy.file}, {remedy.edit.format()}.{_see(remedy.url)}"
        title = f"{record.name}: run commands in a sandbox without free network"
        yield _made(FixKind.SANDBOX, title, cost=2, edit=edit, cuts=cuts, record=record)
    elif record.sandbox.kind not in {"container", "vm"}:
        edit = (
            f"Start {record.name} in a container or virtual machine that mounts {record.workspace} and nothing else, "
            "with an empty environment and an allow-list of hosts."
        )
        title = f"{record.name}: work in a container"
        yield _made(FixKind.SANDBOX, title, cost=5, edit=edit, cuts=cuts, subject=(CONTAINER,), record=record)


def _denials(record: AgentRecord, remedy: remedies.Deny, ways: list[_Way]) -> Iterator[Fix]:
    """One rule a file, for the routes that the rule binds."""
    binds = {Means.DIRECT} if remedy.enforced_for is not EnforcedFor.OS_COMMANDS else set()
    if remedy.enforced_for is not EnforcedFor.TOOL:
        binds.add(Means.VIA_SHELL)
    by_path: dict[str, list[_Way]] = defaultdict(list)
    for way in ways:
        if way.reach.means in binds and way.reach.location.origin.is_file:
            by_path[_absolute(record, way.sighting)].append(way)
    for path, held in sorted(by_path.items()):
        below = _below(path, record.workspace)
        if remedy.inside and not below:
            continue
        shown = held[0].reach.location.path
        rule = _claude_rule(shown, path) if remedy.style == "claude" else below or path
        edit = f"In {remedy.file}, {remedy.edit.format(path=path, rule=rule)}.{_see(remedy.url)}"
        title = f"{record.name}: deny reading {shown}"
        cuts = (way.finding.id for way in held)
        yield _made(FixKind.DENY_READ, title, cost=1, edit=edit, cuts=cuts, subject=(path,), record=record)


def _absolute(record: AgentRecord, sighting: Sighting) -> str:
    path = sighting.real or sighting.location.path
    return path if path.startswith(("/", "~/")) or ":" in path[:3] else posixpath.join(record.workspace, path)


def _below(path: str, workspace: str) -> str:
    root = workspace.rstrip("/") + "/"
    return path.removeprefix(root) if path.startswith(root) else ""


def _claude_rule(shown: str, path: str) -> str:
    """A path as Claude Code's rules write it: home, anywhere (two slashes), never relative in a user's file."""
    if shown.startswith("~/"):
        return shown
    return f"/{path}" if path.startswith("/") else path


def _filters(record: AgentRecord, remedy: remedies.Filter, ways: list[_Way]) -> Iterator[Fix]:
    injected = {one.name for one in record.env.injected}
    held = [way for way in ways if way.reach.means is Means.INHERITED and _variable(way.sighting) not in injected]
    names = sorted({_variable(way.sighting) for way in held} - {""})
    if not names:
        return
    edit = f"In {remedy.file}, {remedy.edit.format(names=listed(names))}.{_see(remedy.url)}"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    title = f"{record.name}: keep {names[0]}{more} out of the environment of commands"
    cost = 1 if len(names) == 1 else 2
    cuts = (way.finding.id for way in held)
    yield _made(FixKind.ENV_FILTER, title, cost=cost, edit=edit, cuts=cuts, subject=names, record=record)


def _variable(sighting: Sighting) -> str:
    """The name a value has in an environment: the last step of the key path it stands under."""
    if sighting.location.origin is Origin.ENVIRONMENT:
        return sighting.context or sighting.location.path
    return sighting.context.replace("]", "").replace("[", ".").rpartition(".")[2].strip("\"'")


def _servers(record: AgentRecord, ways: list[_Way]) -> Iterator[Fix]:
    for server in record.mcp:
        name = f"MCP server {server.name}"
        held = [way for way in ways if way.reach.route == name or way.reach.network.startswith(f"{name} ")]
        if server.auto_approved == "no" or not held:
            continue
        place = f"{server.evidence.file}:{server.evidence.line}" if server.evidence.line else server.evidence.file
        edit = f"Take the tools of {server.name} off the approved list ({place or 'in its settings'})."
        title = f"{record.name}: ask before the tools of {name} run"
        cuts = (way.finding.id for way in held)
        yield _made(FixKind.MCP, title, cost=1, edit=edit, cuts=cuts, subject=(server.name,), record=record)


def _see(url: str) -> str:
    return f" See {url}" if url else ""
