"""Entries of container registries: ``auth`` is base64 of user and secret, and some users stand for a whole scheme.

https://docs.docker.com/reference/cli/docker/login/
"""

from __future__ import annotations

import json

from auditor.enrich.decode import gcp_service_account
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.decode.userpass import decoded, split
from auditor.model.frozen import replace

_FORM = "container registry login"
# Users that registries prescribe: provider, whether the secret lives hours only, what it is.
_SCHEMES = {
    "AWS": ("aws", True, "a twelve-hour token of Amazon's registry"),
    "oauth2accesstoken": ("gcp", True, "a Google access token of one hour"),
    "00000000-0000-0000-0000-000000000000": ("azure", False, "a token of Azure's registry"),
}
_KEY_USERS = frozenset({"_json_key", "_json_key_base64"})


@forgiving
def read(text: str) -> Decoded | None:
    """Read the base64 text of ``auth``, or a JSON object that has it."""
    plain = text.strip()
    if plain.startswith("{"):
        plain = str(json.loads(plain)["auth"])
    user, password = split(plain)
    if user in _KEY_USERS:
        return gcp_service_account.read(password)
    found = decoded(_FORM, user, password)
    if user not in _SCHEMES:
        return found
    provider, brief, said = _SCHEMES[user]
    fact = claim("kind", f"its user name says that it is {said}")
    return replace(found, identity="", provider=provider, brief=brief, facts=(fact,))
