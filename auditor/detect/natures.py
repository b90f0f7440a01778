"""What a value is when it is not a secret: a placeholder, a reference, ciphertext, a hash, a name.

The shapes of references to secret managers and encrypted envelopes follow their vendors' documentation.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from enum import Enum

from auditor.model.lazy import lazy_pattern


class Nature(Enum):
    """Why a value is not reported as a secret; ``LITERAL`` means nothing speaks against it."""

    LITERAL = "literal"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    REFERENCE = "reference"
    ENCRYPTED = "encrypted"
    HASH = "hash"
    NAME = "name"
    PATH = "path"
    PROSE = "prose"


_REFERENCES = lazy_pattern(
    r"""(?xi)
    ^(?:
      op://.+ | (?:ref\+|vals\+|secretref)[a-z]*:.+ | vault:[\w/.-]+(?:\#\w+)? | sm://.+ | berglas://.+ | keyring://.+
    | (?:aws|gcp|az|azure|ssm|asm|kms|doppler|infisical|bws|env|file|secret)s?(?:sm|sp|kv|manager)?://.+
    | arn:aws[\w-]*:(?:secretsmanager|ssm|kms):.+
    | \{\{.*\}\} | \{%.*%\} | <%.*%> | \$\{\{.*\}\} | \$\{[^}]*\} | \$\(.*\) | \$[A-Za-z_][\w.:\[\]'"-]* | %[A-Za-z_]\w*% | %\(\w+\)s
    | \#\{.*\} | @\w+@ | @\{.*\} | \(\(.*\)\) | \[\[.*\]\] | \{[\w.:$-]*\} | <<.*>> | __\w+__ | \$\$\w+ | &\w+;
    | projects/[^/]+/secrets/.+ | https://[\w-]+\.vault\.azure\.net/.* | @microsoft\.keyvault\(.*
    | /run/secrets/.+ | file:///?run/secrets/.+ | var\.\w+ | local\.\w+ | data\.\w+\.\w+.* | module\.\w+.*
    | env\(.*\) | env\.\w+ | process\.env.* | os\.environ.* | os\.getenv.* | system\.getenv.* | getenv\(.*
    | secrets\.\w+ | !ref\b.* | !sub\b.* | !getatt\b.* | !vault\b.* | valuefrom\b.* | keychain:.+ | pass:[\w/-]+ | config\.\w+(?:\.\w+)*
    )$"""
)
_ENCRYPTED = lazy_pattern(
    r"""(?x)^(?:
      ENC\[.*\] | ENC\(.*\) | \{cipher\}.* | encrypted:.+ | \$ANSIBLE_VAULT.* | U2FsdGVkX1.* | AQICAH[\w+/=]{20,} | AQECAH[\w+/=]{20,}
    | Ag[A-D][\w+/=]{200,} | v1:[\w+/=]{16,}:[\w+/=]{16,} | vault:v\d+:.+ | secure:\s?.+ | -----BEGIN\s(?:AGE|PGP\sMESSAGE|PKCS7).*
    | CfDJ8.{40,} | gAAAA[\w-]{60,}={0,2} | eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+ | \{(?:AES|RSA|3DES|DES|PBE|XOR|COAT|ssha\d*|md5|sha\d*|crypt)\}.*
    )$""",
    re.IGNORECASE | re.DOTALL,
)
_HASHED = lazy_pattern(
    r"(?i)^(?:\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2\w*|pbkdf2[\w-]*|scrypt|bcrypt\w*|P|H|S|sha1)\$.{8,}|pbkdf2[\w:_-]*[$:].{10,}"
    r"|sha(?:1|224|256|384|512)[-:=$].{20,}|md5[-:=$].{16,}|scrypt:\d+:.{20,}|bcrypt(?:_sha256)?\$.{20,}|\*[0-9A-F]{40})$"
)
_PLACEHOLDER_WORDS = lazy_pattern(
    r"""(?xi)
      (?<![a-z])(?:your|my|the|some|any|enter|insert|replace|put|add|paste|type|specify|provide|set|fill|use|add|choose|give)[\s_.-]?(?:own|in|here|me|this|it|with|\w{0,12})?[\s_.-]?
        (?:api|app|access|auth|secret|secure|password|passwd|passphrase|token|key|id|user|value|client|account|private|real|actual|here|secure|strong|credential)
    | change[\s_.-]?(?:me|it|this|in|that|before|for|on)\b | chang(?:e|ed)me | replace[\s_.-]?(?:me|this|with) | to[\s_.-]?be[\s_.-]?(?:changed|replaced|filled|set|defined|added)
    | place[\s_.-]?holder | (?<![a-z])(?:dummy|redacted|omitted|removed|hidden|masked|sanitized|obfuscated|notreal|not[\s_.-]?a[\s_.-]?real)(?![a-z])
    | (?<![a-z])(?:example|sample)(?![a-z0-9]) | example\.(?:com|org|net) | (?<![a-z])fake(?![a-z]) | insert[\s_.-]?here | goes[\s_.-]here | \.\.\.|…
    | (?:key|token|secret|password|value)[\s_.-]?(?:here|goes|placeholder) | ^x{3,}\b | x{5,} | \*{3,} | \.{4,} | _{4,} | -{6,} | \#{4,} | \?{3,} | ^<.*>$ | ^\[.*\]$ | ^\(.*\)$
    """
)
_WHOLE_PLACEHOLDERS = frozenset(
    """none null nil undefined nan true false yes no on off n/a na tbd todo fixme unset unknown empty blank default
    password passwd passphrase pass pwd secret token key apikey api_key api-key value string text user username login
    foo bar baz qux foobar xxx xxxx yyy zzz abc test testing tests tester demo changeit change required optional disabled enabled redacted hidden masked
    private public secretkey secret_key secret-key mysecret my_secret my-secret mytoken my_token my-token mykey my_key
    mypassword my_password my-password mypass your_password yourpassword somepassword some_password auth basic bearer
    str int bool boolean object array any void self this credentials credential""".split()
)
_SEQUENCES = (
    "0123456789abcdefghijklmnopqrstuvwxyz",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "12345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "zyxwvutsrqponmlkjihgfedcba9876543210",
)
_DOTTED_NAME = lazy_pattern(r"^[A-Za-z_$][\w$]*(?:(?:\.|->|::|\[['\"]?)[A-Za-z_$][\w$]*['\"]?\]?)+(?:\(\)?)?;?$")
_CALL = lazy_pattern(r"^[A-Za-z_$][\w$.:>-]*\(.*$")
_PATH = lazy_pattern(
    r"^(?:~?/|\.{1,2}/|[A-Za-z]:\\|%[A-Z]+%\\|\\\\)[\w./\\~@ -]*$|^[\w.-]+(?:/[\w.-]+)+\.\w{1,5}$|^[\w-]+\.(?:pem|key|crt|cer|p12|jks|pfx|json|ya?ml|txt|xml|env|pub|sh|py|js|ts|html?|php|properties|conf|cfg|ini|md|png|svg|css|java|go|rb)$"
)
_LONGEST_STAND_IN = 256
_RUN = 11
_MASKED = lazy_pattern(r"^(.)\1{3,}$|^[*•·.x_#-]{4,}$|^\W+$", re.IGNORECASE)


def nature(value: str) -> Nature:
    """Return what ``value`` is by its form alone, whatever stands around it."""
    text = value.strip()
    if not text:
        return Nature.EMPTY
    if _REFERENCES.match(text):
        return Nature.REFERENCE
    if _ENCRYPTED.match(text):
        return Nature.ENCRYPTED
    if _HASHED.match(text):
        return Nature.HASH
    if is_placeholder(text):
        return Nature.PLACEHOLDER
    if _PATH.match(text):
        return Nature.PATH
    return Nature.LITERAL


def is_placeholder(text: str) -> bool:
    """Whether ``text`` is plainly made up: a stand-in word, a mask, a keyboard row, one repeated character."""
    if len(text) > _LONGEST_STAND_IN:
        return False
    low = text.lower().strip("\"'`<>[](){} ")
    if low in _WHOLE_PLACEHOLDERS or _MASKED.match(text) or _PLACEHOLDER_WORDS.search(text):
        return True
    return is_sequence(low)


def is_sequence(low: str) -> bool:
    """Whether a longer value is mostly a run of the alphabet, the digits or a keyboard row, or repeats itself."""
    if len(low) < 8:  # noqa: PLR2004 - short values may be weak passwords that people really use
        return False
    letters = re.sub(r"[^a-z0-9]", "", low)
    if len(set(letters)) <= min(4, max(2, len(letters) // 10)):
        return True
    return any(_runs(letters, sequence) for sequence in _SEQUENCES)


def _runs(letters: str, sequence: str) -> bool:
    """Whether ``letters`` begins or ends with a long stretch of ``sequence``."""
    doubled = sequence * 3
    return (len(letters) >= _RUN and letters[:_RUN] in doubled) or (len(letters) >= _RUN and letters[-_RUN:] in doubled)


def is_name(value: str) -> bool:
    """Whether ``value`` is a name in a program (``settings.api_key``, ``getToken(``) instead of a value."""
    return bool(_DOTTED_NAME.match(value) or _CALL.match(value))


def entropy(value: str) -> float:
    """Shannon entropy of ``value`` in bits a character."""
    length = len(value)
    if not length:
        return 0.0
    return -sum(count / length * math.log2(count / length) for count in Counter(value).values())
