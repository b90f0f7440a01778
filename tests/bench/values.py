"""Made-up values for the labelled corpus: passwords as people type them, secrets as machines make them, and stand-ins.

Everything is drawn from a seeded generator at run time, so that the source holds nothing that looks like a credential.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string
import uuid
from collections.abc import Callable, Sequence

Maker = Callable[[random.Random, str], str]

_WORDS = (
    "anchor apple autumn badger banana basil beacon birch biscuit blossom bridge bronze butter cactus camel "
    "candle canyon castle cherry cinnamon clover cobalt coconut comet copper coral cotton cricket crystal dahlia "
    "dolphin dragon eagle ember falcon feather fennel forest galaxy garden ginger glacier granite guitar hammer "
    "harbor hazel hornet iceberg indigo ivory jaguar jasmine juniper kestrel kiwi ladder lagoon lantern lemon "
    "leopard lilac lobster lotus magnet mango maple marble meadow melon mercury mitten monkey mustard nectar "
    "nickel nutmeg ocean olive orchid otter oyster panda papaya parrot pebble pepper phoenix pickle pirate planet "
    "poppy prairie pumpkin puzzle quartz rabbit raven river rocket saffron salmon sapphire shadow silver sparrow "
    "spider spruce squirrel sunflower sunset thunder tiger timber tomato topaz tulip turtle velvet violet walnut "
    "whisper willow winter wizard wombat zebra zephyr katze sonne blume hund wolke perro gato luna fuego cielo "
    "oiseau soleil maison fleur tatooine gandalf frodo kermit snoopy"
).split()
_WEAK = (
    "admin admin123 root toor 123456 12345678 1234 letmein welcome1 qwerty123 test1234 s3cret passw0rd password1 "
    "Password123 pass123 abc123 guest postgres admin1 root123 iloveyou trustno1 hunter2 master1 super123 demo123"
).split()
_FIRST = (
    "ada alan bob carla dana emil fred grace heidi ivan judy karl lena mike nina otto paula quinn rosa sam tina".split()
)
_USERS = "app deploy reporting svc_orders jenkins backup etl webapp readonly ops ci_bot appuser sysdba dbuser".split()
_COMPANIES = "acme globex initech umbra hooli vandelay wonka stark cyberdyne tyrell".split()
_SERVICES = "orders billing search catalog ledger invoices shipping reports auth gateway inventory notifier".split()
_DATABASES = "orders billing shop crm wiki inventory analytics events blog forum".split()
_HOSTS = (
    "10.4.0.12 192.168.1.41 172.16.8.3 db-prod-02.corp.lan mysql.corp.lan 10.20.30.40 pg1.internal.corp.lan "
    "db.staging.corp.lan nas.corp.lan files.corp.lan localhost 127.0.0.1 mail.corp.lan srv42.corp.lan"
).split()
_B62 = string.ascii_letters + string.digits
_B32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MIXED = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _from(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choice(alphabet) for _ in range(length))


def _of(alphabet: str, usual: int) -> Maker:
    return lambda chance, argument: _from(chance, alphabet, int(argument or usual))


def _one_of(values: Sequence[str]) -> Maker:
    return lambda chance, _: chance.choice(values)


def _password(chance: random.Random, _: str = "") -> str:
    """A password as somebody types it: a word with digits, a leet word, two words, or a few random characters."""
    word, other = chance.choice(_WORDS), chance.choice(_WORDS)
    digits = str(chance.choice((chance.randrange(10, 100), chance.randrange(1970, 2026), chance.randrange(100, 999))))
    sign = chance.choice("!._-+*")
    return chance.choice(
        (
            f"{word.capitalize()}{digits}",
            f"{word}{digits}{sign}",
            f"{word}{sign}{digits}",
            f"{word[:4].capitalize()}{sign}{other[:4]}{digits}",
            word.replace("e", "3").replace("a", "4").replace("o", "0") + digits[:1] + sign,
            _from(chance, _MIXED, chance.randrange(8, 13)) + chance.choice("23456789"),
            _from(chance, _MIXED, chance.randrange(12, 17)) + chance.choice("23456789"),
        )
    )


def _signed_password(chance: random.Random, _: str) -> str:
    return "".join(chance.sample(_from(chance, _MIXED, 8) + "7" + _from(chance, "#$%&^(){}*=?@", 4), 13))


def _long_password(chance: random.Random, _: str) -> str:
    return _from(chance, _MIXED + "!#%^&*(-_=+)", 50)


def _short(chance: random.Random, _: str) -> str:
    word = chance.choice(_WORDS)
    return chance.choice(
        (
            word[: chance.randrange(3, 6)] + str(chance.randrange(1, 99)),
            _from(chance, "abcdefghkmnpqrstuvwxyz", 3) + str(chance.randrange(10, 999)),
            _from(chance, _MIXED, chance.randrange(4, 6)) + chance.choice("23456789"),
            word[:4].capitalize() + str(chance.randrange(1, 9)) + "!",
        )
    )


def _phrase(chance: random.Random, _: str) -> str:
    words = chance.sample(_WORDS, 3)
    return chance.choice(
        (
            f"{words[0]}-{words[1]}-{chance.randrange(10, 99)}",
            f"{words[0]}_{words[1]}_{words[2]}{chance.randrange(10)}",
            f"{words[0].capitalize()}{words[1].capitalize()}{words[2].capitalize()}{chance.randrange(100, 9999)}",
            f"{words[0]}{words[1]}{words[2]}{chance.randrange(10, 99)}!",
        )
    )


def _random(low: int, high: int) -> Maker:
    return lambda chance, _: _from(chance, _B62, chance.randrange(low, high)) + chance.choice(string.digits)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _segment(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")


def _jwt(chance: random.Random, _: str) -> str:
    claims = {
        "iss": f"https://login.{chance.choice(_COMPANIES)}.dev",
        "sub": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "scope": chance.choice(("read write", "admin", "orders:read")),
        "exp": chance.randrange(1_700_000_000, 1_900_000_000),
    }
    head = _segment({"alg": chance.choice(("HS256", "RS256")), "typ": "JWT"})
    return f"{head}.{_segment(claims)}.{_from(chance, _B62 + '-_', 43)}"


def _sample_jwt(_: random.Random, __: str) -> str:
    """The sample that the introductions to JWT show, signed with the key they name."""
    text = _segment({"alg": "HS256", "typ": "JWT"}) + "."
    text += _segment({"sub": "1234567890", "name": "John Doe", "iat": 1516239022})
    digest = hmac.new(b"your-256-bit-" + b"secret", text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _unsigned_jwt(chance: random.Random, _: str) -> str:
    return f"{_segment({'alg': 'none', 'typ': 'JWT'})}.{_segment({'sub': chance.choice(_FIRST), 'admin': True})}."


def _armoured(kind: str, body: str) -> str:
    lines = [body[place : place + 64] for place in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])


def _pem(kind: str, start: str, length: int) -> Maker:
    """PEM text; the argument is how far all lines but the first are indented."""

    def make(chance: random.Random, argument: str) -> str:
        text = _armoured(kind, start + _from(chance, _B62 + "+/", length - len(start) - 2) + "==")
        return text.replace("\n", "\n" + " " * int(argument or 0))

    return make


_PRIVATE = "PRIVATE KEY"
_PEMS: dict[str, Maker] = {
    "rsa": _pem(f"RSA {_PRIVATE}", "MIIEpAIBAAKCAQEA", 1592),
    "ec": _pem(f"EC {_PRIVATE}", "MHcCAQEEI", 164),
    "pkcs8": _pem(_PRIVATE, "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", 1624),
    "openssh": _pem(f"OPENSSH {_PRIVATE}", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB", 520),
    "encpkcs8": _pem(f"ENCRYPTED {_PRIVATE}", "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI", 1700),
    "pubkey": _pem("PUBLIC KEY", "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA", 392),
    "cert": _pem("CERTIFICATE", "MIIDdzCCAl+gAwIBAgIE", 1100),
    "pgpmsg": _pem("PGP MESSAGE", "hQEMA", 600),
    "agefile": _pem("AGE ENCRYPTED FILE", "YWdlLWVuY3J5cHRpb24ub3JnL3Yx", 400),
    "pgpkey": _pem(f"PGP {_PRIVATE} BLOCK", "\nlQOYBF", 1200),
}


def _in_one_string(name: str) -> Maker:
    return lambda chance, _: _PEMS[name](chance, "").replace("\n", "\\n") + "\\n"


def _concatenated(chance: random.Random, _: str) -> str:
    return _PEMS["rsa"](chance, "").replace("\n", '\\n" +\n        "')


def _cut(chance: random.Random, _: str) -> str:
    return _PEMS["rsa"](chance, "").rpartition("\n")[0]


def _dots(chance: random.Random, _: str) -> str:
    kind = chance.choice((f"RSA {_PRIVATE}", _PRIVATE, f"OPENSSH {_PRIVATE}"))
    middle = chance.choice(("...", "MIIE...", "<base64 of the key>", "b3BlbnNza...\n..."))
    return f"-----BEGIN {kind}-----\n{middle}\n-----END {kind}-----"


def _putty(chance: random.Random, _: str) -> str:
    def block(name: str, lines: int) -> str:
        return f"{name}-Lines: {lines}\n" + "".join(_from(chance, _B62 + "+/", 64) + "\n" for _ in range(lines))

    head = "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: imported\n"
    return f"{head}{block('Public', 6)}{block('Private', 14)}Private-MAC: {_from(chance, string.hexdigits[:16], 40)}"


def _nkey(chance: random.Random, __: str) -> str:
    """A NATS user seed: prefix bytes, 32 random bytes, CRC-16 (XMODEM), in base32 (github.com/nats-io/nkeys)."""
    raw = bytes([(18 << 3) | ((20 << 3) >> 5), ((20 << 3) & 31) << 3]) + chance.randbytes(32)
    crc = 0
    for byte in raw:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return base64.b32encode(raw + crc.to_bytes(2, "little")).decode().rstrip("=")


def _time(chance: random.Random, _: str) -> str:
    day = f"2025-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return f"{day}T{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}Z"


def _in_base64(inner: Maker) -> Maker:
    return lambda chance, _: _base64(inner(chance, ""))


def _with_percents(chance: random.Random, _: str) -> str:
    return _from(chance, _B62, 20) + "%2B" + _from(chance, _B62, 21) + "%3D"


MAKERS: dict[str, Maker] = {
    # credentials as people and machines make them
    "pw": _password,
    "pwx": _signed_password,
    "pwlong": _long_password,
    "short": _short,
    "weak": _one_of(_WEAK),
    "word": _one_of(_WORDS),
    "phrase": _phrase,
    "rand": _random(15, 24),
    "rand32": _random(31, 40),
    "half1": _random(11, 14),
    "half2": _random(11, 14),
    "url64": _of(_B62 + "-_", 43),
    "b64x44": lambda chance, _: base64.b64encode(chance.randbytes(32)).decode(),
    "azsecret": lambda chance, _: f"{_from(chance, _B62, 3)}8" + "Q" + "~" + _from(chance, _B62 + "_-", 34),
    "lic": lambda chance, _: "-".join(_from(chance, string.ascii_uppercase + string.digits, 5) for _ in range(5)),
    "b64pw": _in_base64(_password),
    "b64rand": _in_base64(_random(24, 32)),
    "b64user": _in_base64(_one_of(_USERS)),
    "basic": lambda chance, _: _base64(f"{chance.choice(_USERS)}:{_password(chance)}"),
    "jwt": _jwt,
    "awsid": lambda chance, _: "AK" + "IA" + _from(chance, _B32, 16),
    "awssecret": lambda chance, _: _from(chance, _B62 + "+/", 36) + "aB4/",
    "nkey": _nkey,
    "b64pct": _with_percents,
    **_PEMS,
    "rsa1": _in_one_string("rsa"),
    "ec1": _in_one_string("ec"),
    "pkcs81": _in_one_string("pkcs8"),
    "pubkey1": _in_one_string("pubkey"),
    "pem1": _in_one_string("pkcs8"),
    "b64pem": _in_base64(_PEMS["ec"]),
    "rsaconcat": _concatenated,
    "rsacut": _cut,
    "ppk": _putty,
    # stand-ins and samples
    "samplejwt": _sample_jwt,
    "nonejwt": _unsigned_jwt,
    "jwthead": lambda chance, _: _segment({"alg": chance.choice(("HS256", "RS256")), "typ": "JWT"}),
    "awssampleid": lambda _, __: "AK" + "IA" + "IOSFODNN7" + "EXAMPLE",
    "awssamplesecret": lambda _, __: "wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    "pemdots": _dots,
    "sshpub": lambda chance, _: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + _from(chance, _B62 + "+/", 43) + " me@box",
    # alphabets
    "hex": _of("0123456789abcdef", 32),
    "hexu": _of("0123456789ABCDEF", 32),
    "b64": _of(_B62 + "+/", 32),
    "b64url": _of(_B62 + "-_", 32),
    "b62": _of(_B62, 20),
    "b36": _of(string.ascii_lowercase + string.digits, 16),
    "b32": _of(_B32, 32),
    "digits": _of(string.digits, 9),
    "uuid": lambda chance, _: str(uuid.UUID(int=chance.getrandbits(128), version=4)),
    "hexpairs": lambda chance, _: ":".join(_from(chance, "0123456789ABCDEF", 2) for _ in range(19)),
    # surroundings
    "int": lambda chance, _: str(chance.randrange(100, 999_999)),
    "port": lambda chance, _: str(chance.choice((3000, 5000, 8080, 8443, 9000))),
    "host": _one_of(_HOSTS),
    "ip": lambda chance, _: f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}",
    "user": _one_of(_USERS),
    "first": _one_of(_FIRST),
    "First": lambda chance, _: chance.choice(_FIRST).capitalize(),
    "email": lambda chance, _: f"{chance.choice(_FIRST)}@{chance.choice(_COMPANIES)}.dev",
    "version": lambda chance, _: f"{chance.randrange(1, 9)}.{chance.randrange(20)}.{chance.randrange(10)}",
    "iso": _time,
    "svc": _one_of(_SERVICES),
    "SVC": lambda chance, _: chance.choice(_SERVICES).upper(),
    "company": _one_of(_COMPANIES),
    "db": _one_of(_DATABASES),
}

# Names that stay the same all over one file, as they do in a real one.
STEADY = frozenset({"svc", "SVC", "company", "db", "port"})

# Makers that take a number after a colon: how long, or how far to indent.
SIZED = frozenset({*_PEMS, "hex", "hexu", "b64", "b64url", "b62", "b36", "b32", "digits"})
