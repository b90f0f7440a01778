"""``user:password`` in base64, as HTTP basic authentication and container registries write it."""

from __future__ import annotations

from auditor.enrich.decode import jwt
from auditor.enrich.decode.bits import base64_text
from auditor.enrich.decode.decoded import Decoded, claim
from auditor.enrich.words import tidy

# Where these stand in the password's place, the token is in the user's.
_NO_PASSWORD = frozenset({"", "x", "X", "x-oauth-basic", "api_token", "unused"})
# Where these stand in the user's place, they name nobody.
_NOBODY = frozenset({"", "x-access-token", "oauth2", "token", "__token__", "x-oauth-basic", "git", "gitlab-ci-token"})


def split(text: str) -> tuple[str, str]:
    """User and password of base64 text, with or without ``Basic`` before it. Raises ``ValueError``."""
    plain = text.strip()
    encoded = plain[6:] if plain[:6].lower() == "basic " else plain
    user, colon, password = base64_text(encoded).partition(":")
    if not colon or not (user or password):
        raise ValueError("no user and password")
    return user, password


def shown_user(user: str, password: str) -> str:
    """The user, when it is a name and not itself the credential."""
    return "" if password in _NO_PASSWORD or user in _NOBODY else tidy(user)


def decoded(form: str, user: str, password: str) -> Decoded:
    """What a user and a password tell: the user, and the claims of a password that is a web token."""
    name = shown_user(user, password)
    inner = jwt.read(password)
    facts = (claim("identity", f"signs in as {name}"),) if name else ()
    if inner is None:
        return Decoded(form=form, identity=name, facts=facts)
    return Decoded(
        form=form,
        expires_at=inner.expires_at,
        issued_at=inner.issued_at,
        never=inner.never,
        identity=name or inner.identity,
        provider=inner.provider,
        scopes=inner.scopes,
        resources=inner.resources,
        facts=(*facts, *inner.facts),
    )
