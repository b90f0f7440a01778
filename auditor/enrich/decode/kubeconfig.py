"""kubeconfig files and their pieces: a static token, a client certificate, or a helper that mints short tokens.

The few fields that matter are found by their names, so that YAML, JSON and cut-off text are read alike.
https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.enrich.decode import certificate, jwt
from auditor.enrich.decode.bits import base64_text
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.environment import named, of_host, worst
from auditor.enrich.words import listed, tidy
from auditor.model.credential import Environment
from auditor.model.frozen import replace
from auditor.model.lazy import lazy_pattern

_FORM = "Kubernetes credential"
_LONGEST = 1 << 18
_USERS = lazy_pattern(r"""(?:^|["'\s{,])users["']?\s*:""")
_TOKEN = lazy_pattern(r"""(?<![\w-])token["']?\s*:\s*["']?([^\s"',}]{8,})""")
_CERTIFICATE = lazy_pattern(r"""client-certificate-data["']?\s*:\s*["']?([A-Za-z0-9+/=]{40,})""")
_HELPER = lazy_pattern(r"""(?<![\w-])(?:exec|auth-provider)["']?\s*:\s*(?:\{|[a-z])""")
_SERVER = lazy_pattern(r"""(?<![\w-])server["']?\s*:\s*["']?[a-z]+://(?:[^@/\s"']*@)?([^/\s"',}]+)""")
_NAME = lazy_pattern(r"""(?:^|["'\s{,-])(?:name|current-context)["']?\s*:\s*["']?([^\s"',}]+)""")
_USER = lazy_pattern(r"""name["']?\s*:\s*["']?([^\s"',}]+)["']?,?\s*["']?user["']?\s*:\s*(?:\{|[a-z])""")


@forgiving
def read(text: str) -> Decoded | None:
    """Read a whole file, plain or in base64, a bearer token, or certificate data; None for anything else."""
    return _file(text) or _piece(text) or _file(base64_text(text))


def _piece(text: str) -> Decoded | None:
    found = jwt.read(text) or certificate.certified(text)
    return replace(found, form=_FORM, provider="kubernetes") if found else None


def _file(text: str) -> Decoded | None:
    held = text[:_LONGEST]
    if not _USERS.search(held):
        return None
    servers = tuple(dict.fromkeys(tidy(server) for server in _SERVER.findall(held)))
    # Several users in one file: the one that lives longest tells how dangerous the file is.
    best = max(_users(held), key=_lasting, default=Decoded(_FORM))
    user = _USER.search(held)
    return replace(
        best,
        form=_FORM,
        identity=best.identity or (tidy(user.group(1)) if user else ""),
        provider="kubernetes",
        resources=(*best.resources, *((f"cluster {listed(servers)}",) if servers else ())),
        environment=_environment(held, servers),
    )


def _lasting(found: Decoded) -> tuple[bool, bool, float]:
    return found.never, not found.brief, found.expires_at.timestamp() if found.expires_at else 0.0


def _users(text: str) -> Iterator[Decoded]:
    """One reading for each token, each certificate, and for helpers."""
    for token in _TOKEN.findall(text):
        yield jwt.read(token) or Decoded(_FORM)
    for data in _CERTIFICATE.findall(text):
        found = certificate.certified(data)
        if found is not None:
            yield found
    if _HELPER.search(text):
        said = claim("kind", "no token is stored: a helper mints short ones with the rights of whoever is signed in")
        yield Decoded(_FORM, brief=True, facts=(said,))


def _environment(text: str, servers: tuple[str, ...]) -> Environment:
    told = [*map(named, _NAME.findall(text)), *(of_host(server.rpartition(":")[0] or server) for server in servers)]
    known = [one for one in told if one is not Environment.UNKNOWN]
    return worst(known) if known else Environment.UNKNOWN
