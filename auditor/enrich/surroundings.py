"""Which environment a credential acts on, as far as its kind, its text and the places it stands in tell."""

from __future__ import annotations

from auditor.enrich import sidecars
from auditor.enrich.decode.decoded import Decoded
from auditor.enrich.environment import is_local, named, of_nearby, of_path, of_samples, worst
from auditor.enrich.words import words
from auditor.model.credential import Basis, Credential, Environment, Fact
from auditor.model.place import Sighting
from auditor.rulebook.schema import Detector


def environment_of(
    credential: Credential, detector: Detector, decoded: Decoded | None, host: str, *, wide: bool
) -> tuple[Environment, tuple[Fact, ...]]:
    """The environment and why; ``host`` is the one that the credential belongs to, when that is known.

    ``wide``: the credential administers a whole account, so that a lesser environment in the name of the file or the
    key does not bind it; only lying among test data, which speaks of the value itself, still counts.
    """
    if detector.environment is not Environment.UNKNOWN:
        return detector.environment, (_fact(f"values of this kind are for {_name(detector.environment)}", Basis.RULE),)
    stated = decoded.environment if decoded else Environment.UNKNOWN
    basis = decoded.basis if decoded else Basis.UNKNOWN
    if stated is Environment.TEST:
        return stated, (_fact("the value itself is for test", basis),)
    if host and is_local(host):
        return Environment.TEST, (_fact(f"it belongs to {host}, which is this machine", Basis.SIDECAR),)
    around, said = _around(credential, wide=wide)
    if stated is Environment.UNKNOWN or around is Environment.PRODUCTION:
        return around, said
    return stated, (_fact(f"the value itself names {_name(stated)}", basis),)


def _around(credential: Credential, *, wide: bool) -> tuple[Environment, tuple[Fact, ...]]:
    told, said = named(sidecars.read(credential.sidecars).environment), "the environment written beside it"
    if told is Environment.UNKNOWN:
        told, said = worst(map(_of_sighting, credential.sightings)), "the names and paths it stands under"
    if told is Environment.UNKNOWN:
        return _of_neighbours(credential)
    samples = all(of_samples(sighting.location.path) for sighting in credential.sightings)
    if wide and told is not Environment.PRODUCTION and not samples:
        note = f"{said} tell of {_name(told)}, which does not bind a credential for the whole account"
        return Environment.UNKNOWN, (_fact(note, Basis.SIDECAR),)
    return told, (_fact(f"{said} tell of {_name(told)}", Basis.SIDECAR),)


def _of_sighting(sighting: Sighting) -> Environment:
    """The name a value stands under is nearer to it than the path."""
    by_name = named(sighting.context)
    return by_name if by_name is not Environment.UNKNOWN else of_path(sighting.location.path)


def _of_neighbours(credential: Credential) -> tuple[Environment, tuple[Fact, ...]]:
    """What the words around it tell: they may speak of the line before, so they can only make matters worse."""
    told = of_nearby(_near(credential))
    if told is Environment.UNKNOWN:
        return told, ()
    if told is Environment.PRODUCTION:
        return told, (_fact("the words around it tell of production", Basis.SIDECAR),)
    note = f"the words around it tell of {_name(told)}, perhaps of something else there: not counted"
    return Environment.UNKNOWN, (_fact(note, Basis.SIDECAR),)


def _near(credential: Credential) -> tuple[str, ...]:
    """The words around it but for those of its path and name, which were weighed as such."""
    weighed = {
        word for one in credential.sightings for name in (one.location.path, one.context) for word in words(name)
    }
    return tuple(word for word in credential.nearby if not weighed.issuperset(words(word)))


def _name(environment: Environment) -> str:
    return environment.value


def _fact(says: str, basis: Basis) -> Fact:
    return Fact("environment", says, basis)
