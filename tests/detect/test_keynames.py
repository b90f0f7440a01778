"""What names claim of their values."""

from __future__ import annotations

import pytest

from auditor.detect.keynames import Claim, claim, normalised, words

CLAIMS = [
    ("DB_PASSWORD", Claim.PASSWORD),
    ("dbPassword", Claim.PASSWORD),
    ("spring.datasource.password", Claim.PASSWORD),
    ("MYSQL_PWD", Claim.PASSWORD),
    ("passphrase", Claim.PASSWORD),
    ("rootpassword", Claim.PASSWORD),
    ("kennwort", Claim.PASSWORD),
    ("client_secret", Claim.SECRET),
    ("SECRET_KEY", Claim.SECRET),
    ("clientSecret", Claim.SECRET),
    ("access_token", Claim.TOKEN),
    ("authToken", Claim.TOKEN),
    ("api_key", Claim.KEY),
    ("apiKey", Claim.KEY),
    ("X-Api-Key", Claim.KEY),
    ("AccountKey", Claim.KEY),
    ("encryption_key", Claim.KEY),
    ("_auth", Claim.AUTH),
    ("password_field", Claim.NONE),
    ("passwordLabel", Claim.NONE),
    ("token_type", Claim.NONE),
    ("tokenUrl", Claim.NONE),
    ("secretName", Claim.NONE),
    ("SECRET_ARN", Claim.NONE),
    ("password_min_length", Claim.NONE),
    ("resetPassword", Claim.PASSWORD),
    ("isPasswordValid", Claim.NONE),
    ("nextToken", Claim.NONE),
    ("cancellationToken", Claim.NONE),
    ("primary_key_columns", Claim.NONE),
    ("key", Claim.NONE),
    ("monkey", Claim.NONE),
    ("keyboard", Claim.NONE),
    ("author", Claim.NONE),
    ("public_key_fingerprint", Claim.NONE),
]


@pytest.mark.parametrize(("name", "expected"), CLAIMS)
def test_a_name_claims_what_it_holds(name: str, expected: Claim) -> None:
    assert claim(name) is expected


def test_writing_does_not_matter() -> None:
    assert normalised("DD-API-Key") == normalised("ddApiKey") == normalised("DD_API_KEY") == "ddapikey"
    assert words("dbPassword") == words("DB_PASSWORD") == words("db-password") == ("db", "password")
