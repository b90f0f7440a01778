"""Credentials that stand in headers, URLs, queries, command lines and prose instead of assignments."""

from __future__ import annotations

import base64
import binascii
import re

from auditor.detect.generic import Verdict, assignment, at_most, machine_made, password
from auditor.detect.keynames import Claim, claim
from auditor.detect.languages import Written
from auditor.detect.natures import Nature, is_placeholder, nature
from auditor.detect.values import is_mixed, is_plain_data, is_reading, looks_drawn, may_be_secret
from auditor.model.credential import Confidence
from auditor.model.lazy import lazy_pattern

_LOCAL_HOSTS = lazy_pattern(
    r"(?i)^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host|hostname|server|domain|example|.*\.example(?:\..*)?|.*\.test|example\.(?:com|org|net)|.*\.example\.(?:com|org|net)|my.*|your.*)(?::|$)"
)
_TEMPLATE = lazy_pattern(r"%[sdrxv]\b|%\(\w+\)|\{\w*\}|#\{|\$\{|\$\(|<%|\{\{|\$[A-Za-z_]\w*$|^[*.x]+$")
_MADE_UP_USERS = frozenset("user username usr name login me foo bar someuser myuser youruser uname u a".split())
_MADE_UP_PASSWORDS = frozenset(
    "password passwd pass pwd secret passw pass123 foo bar baz somepassword mypassword mypass token pw p w b x xx xxx".split()
)
_URL_RULES = {
    **dict.fromkeys("postgres postgresql postgis cockroachdb redshift timescaledb".split(), "postgres-url"),
    **dict.fromkeys("mysql mysql2 mariadb".split(), "mysql-url"),
    **dict.fromkeys("redis rediss".split(), "redis-url"),
    **dict.fromkeys("amqp amqps".split(), "amqp-url"),
    **dict.fromkeys("mssql sqlserver".split(), "mssql-url"),
    "mongodb": "mongodb-url",
    **dict.fromkeys(
        "clickhouse cassandra couchdb neo4j bolt oracle snowflake nats mqtt mqtts kafka influxdb elasticsearch trino presto".split(),
        "database-url",
    ),
}
_USER_OPTIONS = {"curl": {"u", "user", "proxy-user"}, "smbclient": {"U"}}
_PASSWORD_OPTIONS = {
    **{name: {"p", "password"} for name in ("mysql", "mariadb", "docker", "podman", "mongo", "az")},
    **{name: {"p"} for name in ("sshpass", "useradd", "usermod", "plink", "pscp")},
    **{name: {"password"} for name in ("svn", "wget")},
    "redis-cli": {"a"},
    "ldap": {"w"},
    "sqlcmd": {"P"},
    "openssl": {"passin", "passout"},
    "lftp": {"u"},
}
# `--password PW`: usage texts write what belongs there in capitals.
_METAVARIABLE = re.compile(r"[A-Z_]{2,12}(?:\\n)?")
_EITHER_WAY = frozenset({"sshpass", "openssl"})
_LONG = 20
_SHORTEST_BEARER = 12


def header(scheme: str, value: str) -> Verdict | None:
    """Decide ``Basic …`` and ``Bearer …``."""
    word = scheme.lower()
    if nature(value) is not Nature.LITERAL:
        return None
    if word == "basic":
        return _basic(value)
    if len(value) < _SHORTEST_BEARER or not looks_drawn(value) or is_reading(value):
        return None
    return Verdict("bearer-token", Confidence.HIGH if word == "bearer" and len(value) >= _LONG else Confidence.MEDIUM)


def basic_pair(value: str) -> tuple[str, str] | None:
    """Decode ``user:password`` from a basic header's base64; None when it is none."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    user, colon, word = text.partition(":")
    return (user, word) if colon and text.isprintable() else None


def _basic(value: str) -> Verdict | None:
    pair = basic_pair(value)
    if pair is None or not pair[1] or nature(pair[1]) is not Nature.LITERAL or is_made_up_pair(*pair):
        return None
    return Verdict("basic-auth-header", Confidence.HIGH)


def is_made_up_pair(user: str, word: str) -> bool:
    """``user:password`` and its like, that only show where credentials go."""
    low_user, low = user.lower(), word.lower()
    if low in _MADE_UP_PASSWORDS and (not low_user or low_user in _MADE_UP_USERS or low_user == low):
        return True
    return low_user in _MADE_UP_USERS and (low in _MADE_UP_PASSWORDS or is_placeholder(word))


def url(scheme: str, user: str, word: str, host: str) -> Verdict | None:
    """Decide ``scheme://user:word@host``."""
    rule = _URL_RULES.get(re.split(r"[+.]", scheme.lower())[0], "url-credentials")
    if nature(word) is not Nature.LITERAL or any(_TEMPLATE.search(text) for text in (word, host, user)):
        return None
    if is_made_up_pair(user, word) or (
        nature(user) is Nature.PLACEHOLDER and user.lower() not in {"admin", "root", "test"}
    ):
        return None
    if word.startswith(("/", "$", "{", "<", "[")) or is_reading(word):
        return None
    local = bool(_LOCAL_HOSTS.match(host))
    weak = word.lower() in _MADE_UP_PASSWORDS or user.lower() == word.lower()
    if local and weak:
        return None
    return Verdict(rule, Confidence.LOW if weak else Confidence.MEDIUM if local else Confidence.HIGH)


def query(key: str, value: str) -> Verdict | None:
    """Decide ``?key=value&…`` and ``;Key=value;…``."""
    claimed = claim(key)
    if claimed is Claim.NONE or not may_be_secret(key, value):
        return None
    found = _by_claim(claimed, key, value)
    return Verdict("query-credential", min(found.confidence, Confidence.MEDIUM)) if found else None


def _by_claim(claimed: Claim, key: str, value: str) -> Verdict | None:
    if claimed is Claim.PASSWORD:
        return password(value, Written.CONFIG, quoted=False)
    return machine_made(claimed, key, value, Written.CONFIG)


def option(key: str, value: str) -> Verdict | None:
    """Decide ``--password value`` and ``--token=value``."""
    claimed = claim(key)
    if claimed is Claim.NONE or not may_be_secret(key, value) or is_reading(value) or _METAVARIABLE.fullmatch(value):
        return None
    found = _by_claim(claimed, key, value)
    return Verdict("command-line-credential", found.confidence) if found else None


def command(tool: str, key: str, separator: str, value: str) -> Verdict | None:
    """Decide ``mysql -pVALUE``, ``curl -u user:VALUE``, ``docker login -p VALUE`` and their like."""
    name = next((known for known in (*_PASSWORD_OPTIONS, *_USER_OPTIONS) if tool.lower().startswith(known)), "")
    if key in _USER_OPTIONS.get(name, ()):
        user, colon, word = value.partition(":")
        return option("password", word) if colon and not is_made_up_pair(user, word) else None
    glued = name in {"mysql", "mariadb"} and key == "p"
    if (not separator) != glued and name not in _EITHER_WAY:
        return None
    if key not in _PASSWORD_OPTIONS.get(name, ()) or is_plain_data(value):
        return None
    return option("password", value)


def spoken(key: str, value: str) -> Verdict | None:
    """Decide ``the password is VALUE`` in prose: only what no sentence would hold."""
    text = value.rstrip(".,;:!?)")
    if not looks_drawn(text) and not is_mixed(text):
        return None
    return at_most(assignment(key, text, Written.CONFIG, quoted=True), Confidence.MEDIUM)
