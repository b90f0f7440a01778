"""What a value is when it is no secret."""

from __future__ import annotations

import pytest

from auditor.detect.natures import Nature, entropy, is_sequence, nature

REFERENCES = [
    "op://vault/item/field",
    "op://Private/api/credential?attribute=otp",
    "ref+vault://secret/data/app#/key",
    "ref+awssecrets://app/db?region=eu-west-1#/password",
    "arn:aws:secretsmanager:eu-west-1:000000000000:secret:db-AbCdEf",
    "arn:aws:ssm:eu-west-1:000000000000:parameter/db",
    "{{resolve:secretsmanager:db:SecretString:password}}",
    "{{resolve:ssm-secure:name:1}}",
    "projects/p/secrets/db/versions/latest",
    "sm://project/secret",
    "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)",
    "https://v.vault.azure.net/secrets/s",
    "${DB_PASSWORD}",
    "${DB_PASSWORD:?must be set}",
    "$DB_PASSWORD",
    "$(cat /run/secrets/db)",
    "%DB_PASSWORD%",
    "${{ secrets.DB_PASSWORD }}",
    "{{ .Values.db.password }}",
    "{{ lookup('env', 'DB_PASSWORD') }}",
    "<%= ENV['DB_PASSWORD'] %>",
    "<< parameters.token >>",
    "var.db_password",
    "data.aws_secretsmanager_secret_version.db.secret_string",
    "process.env.API_KEY",
    'os.environ["API_KEY"]',
    "os.getenv('API_KEY')",
    "/run/secrets/db_password",
    "file:///run/secrets/db_password",
    "vault:secret/data/app#key",
    "secrets.DB_PASSWORD",
    "!vault |",
]
ENCRYPTED = [
    "ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]",
    "ENC(abc123==)",
    "{cipher}0a1b2c3d",
    "encrypted:BAbCdEf0123456789",
    "$ANSIBLE_VAULT;1.1;AES256",
    "U2FsdGVkX1" + "9abcdefghijk",
    "vault:v1:abcdefgh",
]
HASHES = [
    "$2b$12$abcdefghijklmnopqrstuv",
    "$6$salt$abcdefghijkl",
    "pbkdf2_sha256$600000$salt$hash",
    "sha256:" + "0a" * 32,
]
PLACEHOLDERS = [
    "changeme",
    "change-me",
    "your-api-key",
    "YOUR_TOKEN_HERE",
    "<token>",
    "xxxxxxxxxxxx",
    "************",
    "my-secret-key",
    "replace_me",
    "example",
    "dummy-token",
    "insert-key-here",
    "abcdefghijklmnop",
    "0123456789abcdef",
    "...",
    "TODO",
    "null",
    "password",
]
LITERALS = ["hunter2", "s3cr3t!x", "correct9horse", "Zx8-kQ22_vv", "p4ssw0rd!", "letmein99", "Winter2024"]


@pytest.mark.parametrize("value", REFERENCES)
def test_references_to_secret_managers_are_no_secrets(value: str) -> None:
    assert nature(value) is Nature.REFERENCE


@pytest.mark.parametrize("value", ENCRYPTED)
def test_ciphertext_is_no_secret(value: str) -> None:
    assert nature(value) is Nature.ENCRYPTED


@pytest.mark.parametrize("value", HASHES)
def test_password_hashes_are_a_class_of_their_own(value: str) -> None:
    assert nature(value) is Nature.HASH


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_stand_ins_are_placeholders(value: str) -> None:
    assert nature(value) is Nature.PLACEHOLDER


@pytest.mark.parametrize("value", LITERALS)
def test_short_and_weak_values_are_still_literals(value: str) -> None:
    assert nature(value) is Nature.LITERAL


def test_a_real_token_glued_to_a_reference_is_no_reference() -> None:
    assert nature("op:/" + "q8Zk2LmN4pR7") is not Nature.REFERENCE


def test_entropy_is_zero_for_one_sign_and_grows_with_variety() -> None:
    assert entropy("aaaa") == 0.0
    assert entropy("abcd") == 2.0
    assert not is_sequence("short")
