"""What the name before a value says: is it a password, a token, a key, and does it hold the value or speak about it."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from auditor.model.lazy import lazy_pattern


class Claim(IntEnum):
    """How strongly a name claims that its value is a credential, weakest first."""

    NONE = 0
    KEY = 1
    AUTH = 2
    TOKEN = 3
    SECRET = 4
    PASSWORD = 5


_WORDS = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[A-Z]+")
_PASSWORD = frozenset(
    "pw pws password passwords passwd passwds pwd pwds psw pswd pass passphrase passcode passwort kennwort contrasena senha "
    "motdepasse mdp wachtwoord haslo parola userpass dbpass rootpass mypass passw passwrd userpassword userpwd "
    "dbpassword dbpasswd dbpwd rootpassword adminpassword adminpass ftppass smtppass mailpass keypass storepass "
    "keystorepass truststorepass pgpassword sshpass".split()
)
_SECRET = frozenset("secret secrets secretkey clientsecret appsecret sharedsecret consumersecret apisecret".split())
_TOKEN = frozenset(
    "token tokens accesstoken authtoken apitoken refreshtoken bearertoken usertoken sessiontoken pat jwt idtoken "
    "securitytoken xsrf csrf".split()
)
_KEY_WHOLE = frozenset("apikey apikeys accesskey secretkey privatekey authkey masterkey appkey licensekey".split())
_KEY_BEFORE = frozenset(
    "api access secret private auth master account shared storage encryption encrypt encrypted signing sign signature "
    "app application client consumer service license licence host hmac aes des crypto cipher session cookie jwt ssh rsa "
    "server subscription primary secondary admin root deploy functions function webhook publish write integration "
    "ingest ingestion instrumentation management sas security decryption crypt kms wrapping partner merchant "
    "salt seed validation machine user dev developer prod live project company company account".split()
)
_AUTH = frozenset("auth authorization authentication credential credentials creds cred basicauth userpwd".split())
# The last word of a name that speaks about a credential instead of holding one.
_ABOUT = frozenset(
    "name names field fields label labels type types id ids url uri urls path paths file files filename dir directory "
    "folder hint hints policy policies length len min max size regex regexp pattern prompt message messages msg error "
    "errors title titles placeholder count expiry expires expired expiration expire ttl age lifetime timeout header "
    "headers format algorithm algo alg method mode reset change changed forgot forgotten required valid validator "
    "validation strength input inputs form class selector column columns param params parameter parameters env var "
    "variable version provider providers endpoint location locations store storage manager service helper util utils "
    "factory builder handler callback listener generator encoder parser reader writer cache cached enabled disabled "
    "exists set unset missing invalid ok check checks test description desc info help text texts doc docs link button "
    "icon view page screen dialog window element xpath css model schema table index rule rules config configuration "
    "settings options option status state scope scopes audience issuer kind source target list array map ref refs "
    "reference prefix suffix separator delimiter encoding charset usage rotation rotated date time timestamp at by "
    "owner user username userid login email account host port server address domain realm group role limit limits "
    "retry retries attempts key_id keyid keyname tokenname tokentype tokenid secretname secretid secretref arn alias "
    "aliases plugin module package import imports function fn func callable backend backends class classes interface "
    "property properties attr attribute attributes mapper mapping converter serializer filter interceptor middleware "
    "encryption hashing hasher reuse history complexity grace stdin command cmd rule rules always guard strategy adapter policy_arn hash hashed digest checksum public pub fingerprint certificate cert certs".split()
)
_ABOUT_FIRST = frozenset(
    "update existing generate is has no not use get show hide toggle require requires should can allow invalid confirm".split()
)
_PLURAL_CODE = frozenset("tokens keys secrets passwords".split())


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Split a name into lower-case words: ``dbPassword``, ``DB_PASSWORD`` and ``db-password`` alike."""
    return tuple(word.lower() for word in _WORDS.findall(name))


@lru_cache(maxsize=8192)
def normalised(name: str) -> str:
    """The name without case and separators: ``DD-API-Key`` and ``ddApiKey`` are ``ddapikey``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


# Tokens that are no credentials: of parsers, of pages of results, of concurrency.
_MEMBERS = frozenset("text value val string".split())
_OTHER_TOKENS = frozenset(
    "next page continuation change cancel cancellation end start first last prev previous syntax close open parse lex "
    "keyword string comment operator punctuation pagination marker sync resume eof peek lookahead delimiter design "
    "color colour theme style css font space word sub stop pad mask special vocab max num n k request idempotency client_request sequence brace paren bracket comma arrow".split()
)


@lru_cache(maxsize=8192)
def claim(name: str) -> Claim:
    """Return what ``name`` (a key path's last part, or all of it) claims of its value."""
    leaf = _leaf(name)
    parts = [part for part in words(leaf) if not part.isdigit()]
    if len(parts) > 1 and parts[-1] in _MEMBERS:
        parts.pop()
    if not parts or parts[-1] in _ABOUT or parts[0] in _ABOUT_FIRST or "public" in parts:
        return Claim.NONE
    return max((_of_word(parts, place) for place in range(len(parts))), default=Claim.NONE)


def _leaf(name: str) -> str:
    """The last part of a path of names; of ``txtPassword.Text`` the part that tells."""
    parts = [part for part in re.split(r"[./\[\]]", name.strip("./[]\"' ")) if part]
    if len(parts) > 1 and parts[-1].lower() in _MEMBERS:
        return parts[-2]
    return parts[-1] if parts else name


def _of_word(parts: list[str], place: int) -> Claim:
    word = parts[place]
    tail = parts[place + 1 :]
    if any(part in _ABOUT for part in tail):
        return Claim.NONE
    if word in _PASSWORD:
        return Claim.PASSWORD
    if word in _SECRET:
        return Claim.SECRET
    if word in _TOKEN:
        other = place and parts[place - 1] in _OTHER_TOKENS
        return Claim.NONE if other else Claim.TOKEN
    if word in _AUTH:
        return Claim.AUTH
    return _key_claim(parts, place)


def _key_claim(parts: list[str], place: int) -> Claim:
    word = parts[place]
    if word in _KEY_WHOLE:
        return Claim.KEY
    if word in {"key", "keys"} and place and parts[place - 1] in _KEY_BEFORE:
        return Claim.SECRET if parts[place - 1] in {"secret", "private"} else Claim.KEY
    joined = any(word.endswith(tail) and len(word) > len(tail) for tail in ("password", "passwd", "passphrase"))
    if joined:
        return Claim.PASSWORD
    if word.endswith(("secret", "token")) and len(word) > 6:  # noqa: PLR2004 - longer than the word itself
        return Claim.TOKEN
    return Claim.KEY if word.endswith("apikey") else Claim.NONE
