"""Powers, resources, backups and environment, each by its best basis."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from auditor.enrich.decode.decoded import Decoded
from auditor.enrich.scope import infer, map_scopes
from auditor.model import Backups, Basis, Environment, Part, Power, Secret
from auditor.rulebook.schema import ScopeRule

READ, WRITE, ADMIN, DESTROY, SPEND, PUBLISH, PIVOT = Power
TABLE = (
    ScopeRule("repo:status", (READ,), "commit status"),
    ScopeRule("repo.*", (READ, WRITE, DESTROY), "repositories"),
    ScopeRule("admin:.*", (ADMIN,)),
)


def test_claimed_scopes_go_through_the_providers_table_first_match_wins(make: SimpleNamespace) -> None:
    decoded = Decoded("token", scopes=("repo:status", "admin:org"))
    found = infer(make.credential(), make.detector(), make.provider(scopes=TABLE), decoded=decoded)
    assert found.powers == (READ, ADMIN)
    assert found.basis is Basis.CLAIM
    assert [(g.power, g.resource) for g in found.grants] == [(READ, "commit status"), (ADMIN, "the whole account")]


def test_a_scope_is_matched_whole(make: SimpleNamespace) -> None:
    mapped = map_scopes(["xrepo"], make.provider(scopes=TABLE))
    assert mapped == (("xrepo", (), ""),)


def test_scopes_beside_it_count_when_it_claims_none(make: SimpleNamespace) -> None:
    credential = make.credential(sidecars=(("scope", "repo admin:org"),))
    found = infer(credential, make.detector(), make.provider(scopes=TABLE), decoded=None)
    assert found.powers == (READ, WRITE, ADMIN, DESTROY)
    assert found.basis is Basis.SIDECAR


@pytest.mark.parametrize(
    ("name", "powers"),
    [
        ("orders.read", (READ,)),
        ("write:users", (READ, WRITE)),
        ("delete_items", (WRITE, DESTROY)),
        ("superuser", (READ, WRITE, ADMIN, DESTROY)),
        ("*", (READ, WRITE, ADMIN, DESTROY)),
        ("packages:publish", (PUBLISH,)),
        ("secrets:list", (READ, PIVOT)),
        ("billing:manage", (READ, WRITE, SPEND)),
        ("frobnicate", ()),
    ],
)
def test_a_scope_that_no_table_knows_is_read_by_its_words(
    make: SimpleNamespace, name: str, powers: tuple[Power, ...]
) -> None:
    assert map_scopes([name], make.provider())[0][1] == powers


def test_scopes_that_say_nothing_leave_the_default_and_are_told(make: SimpleNamespace) -> None:
    found = infer(make.credential(), make.detector(), make.provider(), decoded=Decoded("token", scopes=("frob",)))
    assert found.powers == (READ, WRITE)
    assert found.basis is Basis.RULE
    assert any("frob" in fact.says for fact in found.facts)


def test_powers_that_the_value_states_beat_its_scopes(make: SimpleNamespace) -> None:
    decoded = Decoded("token", powers=(READ, DESTROY), scopes=("admin",), resources=("project blue",))
    found = infer(make.credential(), make.detector(), make.provider(), decoded=decoded)
    assert found.powers == (READ, DESTROY)
    assert found.resources == ("project blue",)


def test_a_kind_of_which_nothing_is_known_has_no_grants_and_an_unknown_basis(make: SimpleNamespace) -> None:
    found = infer(make.credential(), make.detector(powers=()), make.provider(), decoded=None)
    assert (found.grants, found.basis) == ((), Basis.UNKNOWN)
    assert found.backups is Backups.INSIDE


def test_backups_count_only_for_what_can_destroy(make: SimpleNamespace) -> None:
    reading = infer(make.credential(), make.detector(powers=(READ,)), make.provider(), decoded=None)
    breaking = infer(make.credential(), make.detector(powers=(DESTROY,)), make.provider(), decoded=None)
    assert (reading.backups, reading.backups_note) == (Backups.NONE, "")
    assert (breaking.backups, breaking.backups_note) == (Backups.INSIDE, "backups live with the volume")


def test_public_parts_make_the_resource_precise_and_secret_ones_stay_unspoken(make: SimpleNamespace) -> None:
    credential = make.credential(
        parts=(Part("account_id", Secret("4711")), Part("user", Secret("ops")), Part("project", Secret("hush"), False))
    )
    found = infer(credential, make.detector(), make.provider(), decoded=None)
    assert found.resources == ("the whole account (account 4711)",)
    assert found.identity == "ops"


def test_the_public_half_of_a_pair_is_told_from_a_whole_pair(make: SimpleNamespace) -> None:
    half = make.detector(identifier=True)
    alone = infer(make.credential(), half, make.provider(), decoded=None)
    paired = make.credential(parts=(Part("secret", Secret("x" * 20), public=False),))
    whole = infer(paired, half, make.provider(), decoded=None)
    assert any(fact.field == "identifier" for fact in alone.facts)
    assert not any(fact.field == "identifier" for fact in whole.facts)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"context": "PROD_TOKEN", "path": "tests/a.py"}, Environment.PRODUCTION),
        ({"context": "STAGING_TOKEN"}, Environment.STAGING),
        ({"path": ".env.production"}, Environment.PRODUCTION),
        ({"path": "tests/fixtures/a.json"}, Environment.TEST),
        ({"nearby": ("production",)}, Environment.PRODUCTION),
        ({"sidecars": (("environment", "staging"),)}, Environment.STAGING),
        ({"sidecars": (("environment", "DATABASE_URL: test"),)}, Environment.UNKNOWN),
        ({"path": ".gitlab-ci.yml", "nearby": ("ci",)}, Environment.UNKNOWN),
        ({"sidecars": (("environment", "production"),), "path": "tests/a"}, Environment.PRODUCTION),
        ({}, Environment.UNKNOWN),
    ],
)
def test_names_paths_and_words_tell_the_environment(
    make: SimpleNamespace, given: dict[str, object], expected: Environment
) -> None:
    found = infer(make.credential(**given), make.detector(), make.provider(), decoded=None)
    assert found.environment is expected
    assert expected is Environment.UNKNOWN or any(fact.field == "environment" for fact in found.facts)


def test_a_token_for_the_whole_account_is_not_bound_by_the_name_of_its_file(make: SimpleNamespace) -> None:
    owner = make.detector(powers=tuple(Power))
    staging = infer(make.credential(path="deploy/staging/run.sh"), owner, make.provider(), decoded=None)
    sample = infer(make.credential(path="tests/fixtures/run.sh"), owner, make.provider(), decoded=None)
    bound = Decoded("token", powers=(ADMIN,), resources=("project blue",))
    one_project = infer(make.credential(path="staging/run.sh"), owner, make.provider(), decoded=bound)
    assert staging.environment is Environment.UNKNOWN
    assert any("does not bind" in fact.says for fact in staging.facts)
    assert sample.environment is Environment.TEST
    assert one_project.environment is Environment.STAGING


def test_a_credential_belongs_to_the_host_that_is_a_part_of_it(make: SimpleNamespace) -> None:
    databases = make.provider(category="database")
    parts = (Part("host", Secret("localhost")), Part("database", Secret("shop")))
    found = infer(make.credential(parts=parts), make.detector(powers=tuple(Power), over=""), databases, decoded=None)
    assert found.environment is Environment.TEST
    assert found.resources == ("host localhost, database shop",)
    neighbour = make.credential(sidecars=(("host", "localhost"),))
    assert infer(neighbour, make.detector(), databases, decoded=None).environment is Environment.UNKNOWN


def test_words_of_the_neighbourhood_never_make_it_harmless(make: SimpleNamespace) -> None:
    for word in ("staging", "test", "dev"):
        found = infer(make.credential(nearby=(word,)), make.detector(), make.provider(), decoded=None)
        assert found.environment is Environment.UNKNOWN
        assert any("not counted" in fact.says for fact in found.facts)


def test_the_detectors_and_the_values_own_environment_come_first(make: SimpleNamespace) -> None:
    credential = make.credential(context="PROD_KEY")
    by_kind = infer(credential, make.detector(environment=Environment.TEST), make.provider(), decoded=None)
    sandbox = Decoded("key", basis=Basis.FORMAT, environment=Environment.TEST)
    by_value = infer(credential, make.detector(), make.provider(), decoded=sandbox)
    assert by_kind.environment is by_value.environment is Environment.TEST
