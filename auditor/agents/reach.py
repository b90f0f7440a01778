"""Reach: how one agent gets at each sighting of one credential, and whether it can act with it unasked.

Pure: values in, values out; no dialect is known here. Of several ways to a sighting the one with the weakest barrier
is told, and what is not known is taken at its worst. The order of barriers is that of ``Means`` and ``Use``.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.agents.handovers import environment, servers
from auditor.agents.places import Place, Route, place_of
from auditor.agents.routes import file_tool, shell
from auditor.agents.uses import use_of
from auditor.model.agent import AgentRecord
from auditor.model.credential import Assessment
from auditor.model.exposure import Means, Reach
from auditor.model.place import Sighting

_NOWHERE = Route(Means.NONE, "none", "it stands nowhere on disk: it came through standard input", unattended=False)


def derive(record: AgentRecord, assessment: Assessment, *, hosts: tuple[str, ...] = ()) -> tuple[Reach, ...]:
    """The agent's reach to every sighting of the credential, weakest barrier first.

    ``hosts`` are the names the provider answers on (``api.example.com``; ``*.example.com`` for any below it), empty
    when they are not known. Every reach above ``Means.NONE`` has evidence.
    """
    provider = assessment.credential.provider
    found = (_to_sighting(record, sighting, provider, hosts) for sighting in assessment.credential.sightings)
    return order(found)


def order(reaches: Iterable[Reach]) -> tuple[Reach, ...]:
    """Reaches by barrier, weakest first; equal ones by place, then agent."""
    return tuple(
        sorted(reaches, key=lambda one: (*(-part for part in rank(one)), one.location, one.agent, one.surface))
    )


def worst(reaches: Iterable[Reach]) -> Reach | None:
    """The reach with the weakest barrier; None when there is none at all."""
    ordered = order(reaches)
    return ordered[0] if ordered else None


def rank(reach: Reach) -> tuple[int, int, int]:
    """Means, then use, then whether no human is asked: bigger is a weaker barrier."""
    return (reach.means.value, reach.use.value, int(reach.unattended))


def _to_sighting(record: AgentRecord, sighting: Sighting, provider: str, hosts: tuple[str, ...]) -> Reach:
    place = place_of(record, sighting)
    routes = _routes(record, place)
    best = max(routes, key=lambda route: (route.means, route.unattended), default=_NOWHERE)
    unasked = next((route for route in routes if route.unattended), None)
    used = use_of(record, place, provider, hosts, means=best.means, unattended=unasked is not None)
    return Reach(
        agent=record.agent,
        surface=record.surface,
        location=sighting.location,
        means=best.means,
        use=used.use,
        route=best.name if best.means is not Means.NONE else "none",
        barrier=_barrier(routes, best, unasked),
        unattended=unasked is not None,
        evidence=tuple(dict.fromkeys((*best.evidence, *used.evidence))),
        network=used.network,
    )


def _barrier(routes: tuple[Route, ...], best: Route, unasked: Route | None) -> str:
    """The best route's barrier; all of them where nothing gets through; an unasked detour is told beside it."""
    if best.means is Means.NONE:
        return "; ".join(dict.fromkeys(route.barrier for route in routes)) or best.barrier
    if unasked is None or best.unattended:
        return best.barrier
    return f"{best.barrier}; yet through {unasked.name}: {unasked.barrier}"


def _routes(record: AgentRecord, place: Place) -> tuple[Route, ...]:
    alone = (file_tool(record, place), environment(record, place), shell(record, place))
    return (*(route for route in alone if route is not None), *servers(record, place))
