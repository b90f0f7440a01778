"""Is the value in a carrier a credential? Decided by place, name and nature, not by randomness alone."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from auditor.detect.keynames import Claim, claim, normalised, words
from auditor.detect.languages import Written
from auditor.detect.natures import Nature, entropy, is_name, is_placeholder, nature
from auditor.model.credential import Confidence

_HEX = re.compile(r"[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,:_/ -]*")
_WORD = re.compile(r"[A-Za-z]+")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_DASHED_WORDS = re.compile(r"[a-z]+(?:[-_.:/][a-z]+)+", re.IGNORECASE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_HOST = re.compile(
    r"(?i)(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|local|internal|example|test|svc|cluster)(?::\d+)?(?:/.*)?"
)
_VERSION = re.compile(r"v?\d+(?:\.\d+){1,3}[\w.+-]*")
_CODE_MARKS = re.compile(r"[{}<>;]|\(\)|=>|&&|\|\||\$\{|\+\s*\w+\s*\+|::")
_FORMAT = re.compile(r"%[sdrxv]\b|%\(\w+\)|\{\w*\}|#\{|\$\{|\$\(|<%|\{\{|\\[(]|\$[A-Za-z_]\w*$")
_SENTENCE = re.compile(r"[A-Za-z][a-z]+(?:[ ,.]+[A-Za-z']+){2,}")
_LOCAL_HOSTS = re.compile(
    r"(?i)^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host|hostname|server|example|.*\.example(?:\..*)?|.*\.test|example\.(?:com|org|net)|.*\.example\.(?:com|org|net)|my.*|your.*)(?::|$)"
)
_MADE_UP_USERS = frozenset("user username usr name login me foo bar someuser myuser youruser".split())
_MADE_UP_PASSWORDS = frozenset(
    "password passwd pass pwd secret passw pass123 foo bar baz somepassword mypassword mypass token pw p w x xx xxx".split()
)
_LONG = 20
_SOME = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule of the generic provider and how sure it is."""

    rule: str
    confidence: Confidence


_RULES = {
    Claim.PASSWORD: "generic-password",
    Claim.SECRET: "generic-secret",
    Claim.TOKEN: "generic-token",
    Claim.AUTH: "generic-credential",
    Claim.KEY: "generic-api-key",
}


def looks_random(value: str) -> bool:
    """Whether ``value`` is made of characters nobody would type as words: mixed classes, spread evenly."""
    letters = [c for c in value if c.isalnum()]
    if len(letters) < _SOME:
        return False
    digits = sum(c.isdigit() for c in letters)
    uppers = sum(c.isupper() for c in letters)
    mixed = digits >= 2 or (uppers >= 2 and uppers < len(letters) - 2 and not _IDENTIFIER.fullmatch(value))  # noqa: PLR2004
    return mixed and entropy(value) >= (2.6 if _HEX.fullmatch(value) else 2.9)


def is_wordy(value: str) -> bool:
    """Whether ``value`` is dictionary-like: only letters, joined by nothing or by dashes and dots."""
    return bool(value.isalpha() or _DASHED_WORDS.fullmatch(value))


def assignment(key: str, value: str, kind: Written, *, quoted: bool) -> Verdict | None:
    """Decide ``key = value``. ``quoted``: the value stands in quotes. None: not a credential."""
    claimed = claim(key)
    if claimed is Claim.NONE or not _may_be_value(key, value, kind, quoted=quoted):
        return None
    if claimed is Claim.PASSWORD:
        return _password(value, kind, quoted=quoted)
    return _machine_made(claimed, key, value)


def _may_be_value(key: str, value: str, kind: Written, *, quoted: bool) -> bool:
    """Whether the value can be a literal secret at all."""
    if nature(value) is not Nature.LITERAL or _NOT_ASCII.search(value):
        return False
    if _FORMAT.search(value) or _SENTENCE.search(value) or _speaks_of_itself(key, value):
        return False
    if not quoted and (is_name(value) or (kind is Written.PROSE and not looks_random(value))):
        return False
    return not (
        _CONSTANT.fullmatch(value)
        or (_UUID.fullmatch(value) and claim(key) is Claim.AUTH)
        or (_CODE_MARKS.search(value) and " " in value)
    )


def _speaks_of_itself(key: str, value: str) -> bool:
    """``api_key = "apiKey"``: the value is only a name for what the key already says."""
    plain = normalised(value)
    if not plain or plain == normalised(key):
        return True
    parts = [word for word in words(value) if not word.isdigit()]
    about = set(words(key)) | {
        "the",
        "new",
        "old",
        "current",
        "confirm",
        "user",
        "my",
        "db",
        "input",
        "field",
        "value",
        "name",
        "id",
    }
    spoken = about | {
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "key",
        "api",
        "auth",
        "access",
        "bearer",
        "credential",
        "credentials",
        "client",
        "admin",
    }
    return (
        bool(parts)
        and not any(c.isdigit() for c in value)
        and all(part in spoken for part in parts)
        and plain != "admin"
    )


def _password(value: str, kind: Written, *, quoted: bool) -> Verdict | None:
    """Passwords may be short and wordy; the more they look like prose or a name, the less sure."""
    rule = _RULES[Claim.PASSWORD]
    if len(value) < 3 or (" " in value.strip() and not quoted) or _HOST.fullmatch(value):  # noqa: PLR2004
        return None
    if value.count(" ") > 1:
        return None
    if looks_random(value) or (any(c.isdigit() for c in value) and any(c.isalpha() for c in value)):
        return Verdict(rule, Confidence.HIGH if len(value) >= 6 and " " not in value else Confidence.MEDIUM)  # noqa: PLR2004
    if is_wordy(value):
        return _wordy_password(value, kind)
    return Verdict(rule, Confidence.MEDIUM if " " not in value else Confidence.LOW)


def _wordy_password(value: str, kind: Written) -> Verdict | None:
    rule = _RULES[Claim.PASSWORD]
    if (value[:1].isupper() and value[1:].islower()) or kind in {Written.PROSE, Written.MARKUP}:
        return None  # a label, a translation, a sentence's word
    if _DASHED_WORDS.fullmatch(value) and ("." in value or "/" in value or ":" in value):
        return None
    return Verdict(rule, Confidence.MEDIUM if kind in {Written.CONFIG, Written.SHELL} else Confidence.LOW)


def _machine_made(claimed: Claim, key: str, value: str) -> Verdict | None:
    """Secrets, tokens and keys are made by machines: long enough, no words, no numbers only."""
    rule = _RULES[claimed]
    if " " in value or len(value) < 6 or _NUMBER.fullmatch(value) or _VERSION.fullmatch(value):  # noqa: PLR2004
        return None
    if _HOST.fullmatch(value) or "://" in value or (is_name(value) and not looks_random(value)):
        return None
    if is_wordy(value) and len(value) < _LONG * 2:
        secret = claimed is Claim.SECRET and value.isalpha() and value.islower() and len(value) >= _SOME
        return Verdict(rule, Confidence.LOW) if secret else None
    if not looks_random(value):
        return Verdict(rule, Confidence.LOW) if claimed in {Claim.SECRET, Claim.TOKEN} and len(value) >= _SOME else None
    if "csrf" in normalised(key) or "xsrf" in normalised(key):
        return Verdict(rule, Confidence.LOW)
    return Verdict(rule, Confidence.HIGH if len(value) >= _LONG and claimed is not Claim.AUTH else Confidence.MEDIUM)


def call(name: str, value: str, kind: Written, *, first: str | None) -> Verdict | None:
    """Decide ``name("value")`` or ``name("first", "value")``."""
    leaf = re.split(r"[.:>]+", name)[-1]
    parts = words(leaf)
    if (
        first is not None
        and first
        and {"login", "logon", "signin", "authenticate", "auth", "connect", "credentials", "bind"} & set(parts)
    ):
        if not _may_be_value("password", value, kind, quoted=True) or " " in value or _HOST.fullmatch(value):
            return None
        return _password(value, kind, quoted=True)
    if parts and parts[0] in {
        "get",
        "has",
        "is",
        "find",
        "remove",
        "delete",
        "check",
        "assert",
        "expect",
        "describe",
        "it",
        "test",
        "on",
        "load",
        "read",
    }:
        return None
    claimed = claim(leaf)
    if claimed is Claim.NONE or first is not None:
        return None
    if not _may_be_value(leaf, value, kind, quoted=True):
        return None
    found = _password(value, kind, quoted=True) if claimed is Claim.PASSWORD else _machine_made(claimed, leaf, value)
    return _at_most(found, Confidence.MEDIUM)


def _at_most(verdict: Verdict | None, limit: Confidence) -> Verdict | None:
    if verdict is None or verdict.confidence <= limit:
        return verdict
    return Verdict(verdict.rule, limit)


def header(scheme: str, value: str) -> Verdict | None:
    """Decide ``Basic …`` and ``Bearer …``."""
    word = scheme.lower()
    if nature(value) is not Nature.LITERAL:
        return None
    if word == "basic":
        return _basic(value)
    if not looks_random(value) or len(value) < 12 or (is_name(value) and "_" not in value and "-" not in value):  # noqa: PLR2004
        return None
    return Verdict("bearer-token", Confidence.HIGH if word == "bearer" and len(value) >= _LONG else Confidence.LOW)


def basic_pair(value: str) -> tuple[str, str] | None:
    """Decode ``user:password`` from a basic header's base64; None when it is none."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    user, colon, password = text.partition(":")
    return (user, password) if colon and text.isprintable() else None


def _basic(value: str) -> Verdict | None:
    pair = basic_pair(value)
    if pair is None or not pair[1] or nature(pair[1]) is not Nature.LITERAL or is_made_up_pair(*pair):
        return None
    return Verdict("basic-auth-header", Confidence.HIGH)


def is_made_up_pair(user: str, password: str) -> bool:
    """``user:password`` and its like, that only show where credentials go."""
    low_user, low = user.lower(), password.lower()
    if low in _MADE_UP_PASSWORDS and (not low_user or low_user in _MADE_UP_USERS or low_user == low):
        return True
    return low_user in _MADE_UP_USERS and (low in _MADE_UP_PASSWORDS or is_placeholder(password))


_URL_RULES = {
    "postgres": "postgres-url", "postgresql": "postgres-url", "postgis": "postgres-url", "cockroachdb": "postgres-url", "redshift": "postgres-url",
    "mysql": "mysql-url", "mysql2": "mysql-url", "mariadb": "mysql-url",
    "mongodb": "mongodb-url", "redis": "redis-url", "rediss": "redis-url", "amqp": "amqp-url", "amqps": "amqp-url",
    "mssql": "mssql-url", "sqlserver": "mssql-url",
    "clickhouse": "database-url", "cassandra": "database-url", "couchdb": "database-url", "neo4j": "database-url", "bolt": "database-url",
    "oracle": "database-url", "snowflake": "database-url", "nats": "database-url", "mqtt": "database-url", "mqtts": "database-url",
    "kafka": "database-url", "influxdb": "database-url", "elasticsearch": "database-url", "trino": "database-url", "presto": "database-url",
}  # fmt: skip


def url(scheme: str, user: str, password: str, host: str) -> Verdict | None:
    """Decide ``scheme://user:password@host``."""
    rule = _URL_RULES.get(re.split(r"[+.]", scheme.lower())[0], "url-credentials")
    if (
        nature(password) is not Nature.LITERAL
        or _FORMAT.search(password)
        or _FORMAT.search(host)
        or _FORMAT.search(user)
    ):
        return None
    if is_made_up_pair(user, password) or (
        nature(user) is Nature.PLACEHOLDER and user.lower() not in {"admin", "root", "test"}
    ):
        return None
    if password.startswith(("/", "$", "{", "<", "%s")) or is_name(password):
        return None
    local = bool(_LOCAL_HOSTS.match(host))
    weak = password.lower() in _MADE_UP_PASSWORDS or user.lower() == password.lower()
    if local and weak:
        return None
    return Verdict(rule, Confidence.LOW if weak else Confidence.MEDIUM if local else Confidence.HIGH)


def query(key: str, value: str) -> Verdict | None:
    """Decide ``?key=value&…``."""
    claimed = claim(key)
    if claimed is Claim.NONE or not _may_be_value(key, value, Written.CONFIG, quoted=False):
        return None
    found = (
        _password(value, Written.CONFIG, quoted=False)
        if claimed is Claim.PASSWORD
        else _machine_made(claimed, key, value)
    )
    return Verdict("query-credential", min(found.confidence, Confidence.MEDIUM)) if found else None


def option(key: str, value: str) -> Verdict | None:
    """Decide ``--password value`` and ``--token=value``."""
    claimed = claim(key)
    if claimed is Claim.NONE or not _may_be_value(key, value, Written.SHELL, quoted=False):
        return None
    found = (
        _password(value, Written.SHELL, quoted=False)
        if claimed is Claim.PASSWORD
        else _machine_made(claimed, key, value)
    )
    return Verdict("command-line-credential", found.confidence) if found else None


_USER_OPTIONS = {"curl": {"u", "user", "proxy-user"}, "smbclient": {"U"}, "snmp": set()}
_PASSWORD_OPTIONS = {
    "mysql": {"p", "password"}, "mariadb": {"p", "password"}, "sshpass": {"p"}, "docker": {"p", "password"}, "podman": {"p", "password"},
    "mongo": {"p", "password"}, "redis-cli": {"a"}, "ldap": {"w"}, "sqlcmd": {"P"}, "openssl": {"passin", "passout"}, "useradd": {"p"},
    "usermod": {"p"}, "plink": {"p"}, "pscp": {"p"}, "az": {"p", "password"}, "svn": {"password"}, "lftp": {"u"}, "wget": {"password"},
}  # fmt: skip


def command(tool: str, key: str, separator: str, value: str) -> Verdict | None:
    """Decide ``mysql -pVALUE``, ``curl -u user:VALUE``, ``docker login -p VALUE`` and their like."""
    name = next((known for known in {**_PASSWORD_OPTIONS, **_USER_OPTIONS} if tool.lower().startswith(known)), "")
    if key in _USER_OPTIONS.get(name, ()):
        user, colon, password = value.partition(":")
        return option("password", password) if colon and not is_made_up_pair(user, password) else None
    if (
        _NUMBER.fullmatch(value)
        or key not in _PASSWORD_OPTIONS.get(name, ())
        or (name in {"mysql", "mariadb"} and key == "p" and separator)
    ):
        return None
    return option("password", value)


def spoken(key: str, value: str) -> Verdict | None:
    """Decide ``the password is VALUE`` in prose: only what no sentence would hold."""
    text = value.rstrip(".,;:!?)")
    if not looks_random(text) and not (any(c.isdigit() for c in text) and any(c.isalpha() for c in text)):
        return None
    return _at_most(assignment(key, text, Written.CONFIG, quoted=True), Confidence.MEDIUM)
