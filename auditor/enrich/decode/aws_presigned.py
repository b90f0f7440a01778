"""Presigned AWS requests: S3 URLs, database login tokens and short Bedrock keys carry their own expiry.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

from datetime import timedelta

from auditor.enrich import moments
from auditor.enrich.decode.aws_key_id import account_of
from auditor.enrich.decode.bits import base64_text
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.decode.queries import SignedUrl, taken_apart
from auditor.enrich.words import tidy

_BEDROCK = "bedrock-api-key-"


@forgiving
def read(text: str) -> Decoded | None:
    """Read a presigned URL of signature version 4 or 2, or a Bedrock key that wraps one."""
    plain = text.strip()
    url = taken_apart(base64_text(plain.removeprefix(_BEDROCK)) if plain.startswith(_BEDROCK) else plain)
    if "x-amz-expires" in url.parameters:
        return _version_4(url)
    return _version_2(url) if "awsaccesskeyid" in url.parameters else None


def _version_4(url: SignedUrl) -> Decoded | None:
    fields = url.parameters
    signed = moments.parse(fields["x-amz-date"])
    if signed is None:
        return None
    seconds = int(fields["x-amz-expires"])
    key_id = fields.get("x-amz-credential", "").partition("/")[0]
    account = account_of(key_id)
    action = tidy(fields.get("action", ""))
    return Decoded(
        form="presigned AWS request",
        expires_at=signed + timedelta(seconds=seconds),
        issued_at=signed,
        identity=f"AWS account {account}" if account else "",
        provider="aws",
        resources=_resources(url),
        facts=(claim("resources", f"signed for the action {action}"),) if action else (),
    )


def _version_2(url: SignedUrl) -> Decoded | None:
    expires = moments.parse(url.parameters["expires"])
    account = account_of(url.parameters["awsaccesskeyid"])
    identity = f"AWS account {account}" if account else ""
    if expires is None:
        return None
    return Decoded(
        "presigned AWS request", expires_at=expires, identity=identity, provider="aws", resources=_resources(url)
    )


def _resources(url: SignedUrl) -> tuple[str, ...]:
    shown = tidy(url.host + url.path) if url.host else ""
    return (shown,) if shown else ()
