"""Names, paths and hosts, and what they tell of the environment."""

from __future__ import annotations

import pytest

from auditor.enrich.environment import is_local, named, of_host, of_nearby, of_path
from auditor.model import Environment

PRODUCTION, STAGING, TEST, UNKNOWN = (
    Environment.PRODUCTION,
    Environment.STAGING,
    Environment.TEST,
    Environment.UNKNOWN,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PROD_DATABASE_URL", PRODUCTION),
        ("stripeLiveKey", PRODUCTION),
        ("production", PRODUCTION),
        ("prod-eu2", PRODUCTION),
        ("prod1.db", PRODUCTION),
        ("PRE_PROD_TOKEN", STAGING),
        ("preprod", STAGING),
        ("nonProdKey", STAGING),
        ("UAT_PASSWORD", STAGING),
        ("services.staging.token", STAGING),
        ("STRIPE_TEST_KEY", TEST),
        ("devPassword", TEST),
        ("ci_token", TEST),
        ("sandbox_key", TEST),
        ("TIME_TO_LIVE", UNKNOWN),
        ("PRODUCT_ID", UNKNOWN),
        ("livekit_token", UNKNOWN),
        ("latest_token", UNKNOWN),
        ("API_KEY", UNKNOWN),
        ("", UNKNOWN),
        ("prod_and_staging", PRODUCTION),
    ],
)
def test_the_words_of_a_name_decide_and_production_wins(name: str, expected: Environment) -> None:
    assert named(name) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".env.production", PRODUCTION),
        ("deploy/prod/values.yaml", PRODUCTION),
        (".env.staging", STAGING),
        ("tests/fixtures/key.json", TEST),
        ("src/__tests__/client.ts", TEST),
        (".env.test", TEST),
        ("docker-compose.dev.yml", TEST),
        (".env.local", UNKNOWN),
        (".env.production.local", PRODUCTION),
        (".gitlab-ci.yml", UNKNOWN),
        (".github/workflows/ci.yml", UNKNOWN),
        ("~/.local/share/tool/auth.json", UNKNOWN),
        ("~/dev/shop/.env", UNKNOWN),
        ("src/app.py", UNKNOWN),
        ("tests/prod/key.json", PRODUCTION),
        ("", UNKNOWN),
    ],
)
def test_a_path_tells_by_its_file_and_its_nearest_folders(path: str, expected: Environment) -> None:
    assert of_path(path) is expected


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "db.local", "host.docker.internal"])
def test_this_machines_own_names_are_local(host: str) -> None:
    assert is_local(host)
    assert of_host(host) is TEST


@pytest.mark.parametrize("host", ["10.0.0.5", "db", "db.acme.example.com", "postgres.railway.internal", "8.8.8.8"])
def test_other_hosts_are_not_local(host: str) -> None:
    assert not is_local(host)


def test_of_the_words_nearby_the_most_dangerous_counts() -> None:
    assert of_nearby(("test", "production")) is PRODUCTION
    assert of_nearby(("dev", "staging")) is STAGING
    assert of_nearby(("shop", "billing")) is UNKNOWN
