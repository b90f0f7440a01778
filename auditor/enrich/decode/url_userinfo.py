"""URLs that carry a user and a password: who signs in where, and whether that is an owner's account."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.enrich.decode import aws_presigned, jwt
from auditor.enrich.decode.decoded import Decoded, claim, forgiving
from auditor.enrich.decode.queries import unescaped
from auditor.enrich.decode.userpass import shown_user
from auditor.enrich.environment import is_local, named, of_host
from auditor.enrich.words import tidy
from auditor.model.credential import Environment, Fact, Power
from auditor.model.lazy import lazy_pattern

_URL = lazy_pattern(
    r"(?:jdbc:)?(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,30})://(?P<user>[^:@/\s]*)(?::(?P<password>[^\s]*))?"
    r"@(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?#:@,]+)(?::\d+)?(?:,[^/?#\s]*)?(?:/(?P<database>[^?#\s]*))?"
)
_PORT = lazy_pattern(r":\d+$")
_DATABASES = frozenset(
    "postgres postgresql mysql mariadb mongodb redis rediss amqp amqps mssql sqlserver cockroachdb clickhouse "
    "cassandra neo4j couchbase couchbases nats".split()
)
_SUPERUSERS = frozenset(
    "postgres root sa admin neondb_owner doadmin avnadmin rdsadmin default_admin administrator superuser "
    "dbadmin".split()
)
# Hosts under which providers run databases, by the names in their own connection guides.
_HOSTED = (
    (".rds.amazonaws.com", "aws"),
    (".cache.amazonaws.com", "aws"),
    (".neon.tech", "neon"),
    (".supabase.co", "supabase"),
    (".pooler.supabase.com", "supabase"),
    (".railway.internal", "railway"),
    (".rlwy.net", "railway"),
    (".render.com", "render"),
    (".psdb.cloud", "planetscale"),
    (".mongodb.net", "mongodb_atlas"),
    (".upstash.io", "upstash"),
    (".redislabs.com", "redis_cloud"),
    (".redis-cloud.com", "redis_cloud"),
    (".cloudamqp.com", "cloudamqp"),
    (".aivencloud.com", "aiven"),
    (".cockroachlabs.cloud", "cockroach"),
    (".database.windows.net", "azure"),
    (".postgres.database.azure.com", "azure"),
    (".mysql.database.azure.com", "azure"),
    (".ondigitalocean.com", "digitalocean"),
    (".fly.dev", "fly"),
    (".flycast", "fly"),
)
_OWNER = (Power.READ, Power.WRITE, Power.ADMIN, Power.DESTROY)


@forgiving
def read(text: str) -> Decoded | None:
    """Read a URL with user information; None without it."""
    found = _URL.search(text)
    if found is None:
        return None
    parts = {name: unescaped(value or "") for name, value in found.groupdict().items()}
    return _of(parts["scheme"], parts["user"], parts["password"], parts["host"], parts["database"])


def read_parts(parts: Mapping[str, str]) -> Decoded | None:
    """Read the pieces that stand beside a password: ``scheme``, ``user``, ``host`` (also with a port), ``database``."""
    host = _PORT.sub("", parts.get("host", ""))
    if not host:
        return None
    # The password is the secret itself and tells nothing here; anything that is no marker stands for it.
    return _of(parts.get("scheme", ""), parts.get("user", ""), "set", host, parts.get("database", ""))


def _of(scheme: str, user: str, password: str, host: str, database: str) -> Decoded:
    kind = scheme.lower().partition("+")[0]
    stored = kind in _DATABASES
    name = shown_user(user, password)
    owner = stored and user.lower() in _SUPERUSERS
    provider = next((slug for end, slug in _HOSTED if host.lower().endswith(end)), "")
    place = f"{tidy(host)}/{tidy(database)}" if stored and database else tidy(host)
    inner = aws_presigned.read(password) or jwt.read(password)
    return Decoded(
        form="URL with a password",
        expires_at=inner.expires_at if inner else None,
        issued_at=inner.issued_at if inner else None,
        identity=name,
        provider=provider,
        powers=_OWNER if owner else (),
        resources=(place,) if place else (),
        environment=_environment(host, database if stored else "", name),
        facts=_facts(name, host, provider, owner=owner),
    )


def _environment(host: str, database: str, user: str) -> Environment:
    told = of_host(host)
    if told is not Environment.UNKNOWN:
        return told
    return named(f"{database} {user}")


def _facts(user: str, host: str, provider: str, *, owner: bool) -> tuple[Fact, ...]:
    facts = [claim("identity", f"signs in as {user}")] if user else []
    if owner:
        facts.append(claim("powers", f"{user or 'the user'} is by custom the owner or superuser"))
    if is_local(host):
        facts.append(claim("environment", f"{tidy(host)} is this machine"))
    elif "." not in host and ":" not in host:
        facts.append(claim("resources", f"{tidy(host)} is a name that only its own network knows"))
    if provider:
        facts.append(claim("resources", f"the host belongs to {provider}"))
    return tuple(facts)
