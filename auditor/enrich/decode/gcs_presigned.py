"""Signed URLs of Google Cloud Storage and of CloudFront.

https://cloud.google.com/storage/docs/authentication/signatures and
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from auditor.enrich import moments
from auditor.enrich.decode.bits import base64_bytes
from auditor.enrich.decode.decoded import Decoded, forgiving
from auditor.enrich.decode.queries import SignedUrl, taken_apart
from auditor.enrich.words import tidy

# CloudFront replaces the characters of base64 that a URL would need to escape.
_CLOUDFRONT = str.maketrans("-_~", "+=/")


@forgiving
def read(text: str) -> Decoded | None:
    """Read a signed URL; None when it carries neither form of expiry."""
    url = taken_apart(text)
    fields = url.parameters
    if "x-goog-expires" in fields:
        signed = moments.parse(fields["x-goog-date"])
        return _google(url, signed, signed + timedelta(seconds=int(fields["x-goog-expires"])) if signed else None)
    if "googleaccessid" in fields:
        return _google(url, None, moments.parse(fields["expires"]))
    return _cloudfront(url) if "key-pair-id" in fields else None


def _google(url: SignedUrl, signed: datetime | None, expires: datetime | None) -> Decoded | None:
    if expires is None:
        return None
    fields = url.parameters
    account = fields.get("x-goog-credential", "").partition("/")[0] or fields.get("googleaccessid", "")
    return Decoded(
        form="signed Cloud Storage URL",
        expires_at=expires,
        issued_at=signed,
        identity=tidy(account),
        provider="gcp",
        resources=_resources(url),
    )


def _cloudfront(url: SignedUrl) -> Decoded | None:
    fields = url.parameters
    expires = moments.parse(fields["expires"]) if "expires" in fields else _policy_end(fields["policy"])
    if expires is None:
        return None
    return Decoded("signed CloudFront URL", expires_at=expires, provider="aws", resources=_resources(url))


def _policy_end(policy: str) -> datetime | None:
    statement = json.loads(base64_bytes(policy.translate(_CLOUDFRONT)))["Statement"][0]
    return moments.from_epoch(statement["Condition"]["DateLessThan"]["AWS:EpochTime"])


def _resources(url: SignedUrl) -> tuple[str, ...]:
    shown = tidy(url.host + url.path) if url.host else ""
    return (shown,) if shown else ()
