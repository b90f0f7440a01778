"""Rarer places where a value stands: defaults of missing settings, known calls, pipes, elements, data source names.

Each was seen in real repositories and is missed by scanners that only look for ``name = "value"``.
"""

from __future__ import annotations

from auditor.detect.carrier import NAMES, QUOTE, VALUE_IN_QUOTES, Carrier
from auditor.detect.languages import Written

_PLAIN = frozenset({Written.CONFIG, Written.SHELL, Written.UNKNOWN})
_PROGRAMS = frozenset({Written.CODE, Written.UNKNOWN, Written.JSON})
# Calls whose argument is a secret whatever its name: key material, connections by position.
_MATERIAL = (
    r"(?:Fernet|SecretKeySpec|createHmac|hmac\.new|HMAC\.new|jwt\.(?:sign|encode|verify|decode)|signWith|setSigningKey|"
    r"Keys\.hmacShaKeyFor|cookieParser|cookieSession|secure_cookie|HmacSHA\d+|createCipheriv)"
)
_CONNECTIONS = (
    r"(?:mysqli(?:_connect|_real_connect)?|mysql_connect|mysql_pconnect|pg_pconnect|oci_connect|getConnection|Sequelize|PDO|"
    r"signInWithEmailAndPassword|createUserWithEmailAndPassword|ftp_login|imap_open|ldap_bind|ldap_simple_bind_s|simple_bind_s|set_credentials|HTTPBasicAuth|BasicAuth|SetBasicAuth|"
    r"basic_auth|basic_authorize|http_basic|NetworkCredential|UsernamePasswordCredentials|PasswordAuthentication|"
    r"UsernamePasswordToken|PlainAuth|smtplib\.login|auth_basic|Credentials\.basic|preemptive\(\)\.basic|withBasicAuth)"
)

RARE: tuple[Carrier, ...] = (
    Carrier(
        "default",
        NAMES + r"[\w.\-]{0,30}(?::-|:=|:)[^\s\"'`<>{}$:]{3}[^\s\"'`<>{}$]{0,60}\}",
        rb"\$\{(?P<key>[A-Za-z_][\w.\-]{0,80})(?::-|:=|:)(?P<secret>[^\s\"'`<>{}$]{3,200})\}",
    ),
    Carrier(
        "fallback",
        r"(?:env|getenv|environ|EnvironmentVariable|GetString|config|process\.env)[^\r\n]{0,8}[(.\[\"' ][^\r\n]{0,40}?"
        + NAMES
        + r"[^\r\n]{0,40}(?:\|\||\?\?|\?:|,|\bor\b)\s{0,4}"
        + QUOTE
        + r"[^\"'`\s\\]{3}",
        rb"(?:env|getenv|environ|EnvironmentVariable|GetString|config|process\.env)[^\r\n]{0,8}?[(.\[\"' ]+"
        rb"(?P<key>[A-Za-z_][\w.\-]{1,80})[\"'\])\s]{0,6}(?:\|\||\?\?|\?:|,|\bor\b)\s{0,4}" + VALUE_IN_QUOTES,
    ),
    Carrier(
        "option-default",
        r"-{1,2}[\w\-]{0,30}(?:passw|pass|pwd|secret|token|key)[\w\-]{0,20}[\"'][^\r\n]{0,120}default[ ]?=[ ]?[\"'][^\"'\s]{3}",
        rb"-{1,2}(?P<key>[\w\-]{1,60})[\"'][^\r\n]{0,160}?default[ ]?=[ ]?" + VALUE_IN_QUOTES,
    ),
    Carrier(
        "typed-assignment",
        NAMES
        + r"[\w]{0,30}(?:\s{0,3}:\s{0,2}[&\w<>\[\]?.]{1,30}|\s+As\s+\w{1,20}|\s+&?[a-z]{3,10})\s{0,4}=\s{0,4}[a-z@$(\[]{0,3}"
        + QUOTE
        + r"[^\"'`\s\\]{3}",
        rb"(?P<key>[A-Za-z_$][\w$]{0,80})(?:\s{0,3}:\s{0,2}[&\w<>\[\]?.]{1,30}|\s+As\s+\w{1,20}|\s+&?[a-z]{3,10})\s{0,4}=\s{0,4}"
        + VALUE_IN_QUOTES,
        _PROGRAMS,
    ),
    Carrier(
        "spaced",
        r"(?:requirepass|masterauth|bindpw|rootbindpw|rootpw|auth_pass|password|passwd|secret|pass|pw|credentials)[ \t]{1,12}"
        r"[\"']?[^\s\"'#=:<>{}$(\[,;\-][^\s\"'<>]{2}",
        rb"(?m)^[ \t]*(?:(?:ENV|set|setenv|option)[ \t]+)?(?P<key>requirepass|masterauth|bindpw|rootbindpw|rootpw|auth_pass|[\w.\-]{0,30}"
        rb"(?:password|passwd|secret)|pass|pw)[ \t]{1,12}(?P<quote>[\"']?)"
        rb"(?P<secret>[^\s\"'#=:<>{}$(\[,;\-][^\s\"'<>]{2,200}?)(?P=quote)[ \t;]{0,4}\r?$",
        _PLAIN,
    ),
    Carrier(
        "piped",
        r"echo[^\r\n|]{1,120}\|[ \t]*(?:sudo[ \t]+)?(?:-S|chpasswd|passwd|sudo[ \t]+-S|docker[ \t]+login|gpg)",
        rb"echo[ \t]+(?:-[ne]{1,2}[ \t]+)?[\"']?(?:(?P<user>[\w.$\-]{1,40}):)?(?P<secret>[^\s\"'|$:]{3,120})[\"']?[ \t]*\|[ \t]*"
        rb"(?P<key>(?:sudo[ \t]+)?(?:chpasswd|passwd|sudo[ \t]+-S|docker[ \t]+login|gpg))",
        frozenset({Written.SHELL, Written.UNKNOWN, Written.CONFIG, Written.PROSE}),
    ),
    Carrier(
        "named-element",
        r"(?:name|key|id|label)=[\"'][\w.\-]{0,60}" + NAMES + r"[\w.\-]{0,20}[\"'][^<>\r\n]{0,60}>[^<>\s$]{3}",
        rb"(?:name|key|id|label)=[\"'](?P<key>[\w.\-]{1,100})[\"'][^<>\r\n]{0,60}>(?P<secret>[^<>\r\n]{3,400}?)</",
    ),
    Carrier(
        "plist",
        r"<key>[\w.\- ]{0,40}" + NAMES + r"[\w.\- ]{0,20}</key>\s{0,20}<string>[^<>\s$]{3}",
        rb"<key>(?P<key>[\w.\- ]{1,80})</key>\s{0,20}<string>(?P<secret>[^<>\r\n]{3,400}?)</string>",
    ),
    Carrier(
        "material",
        _MATERIAL
        + r"\s{0,3}\([^\"'\r\n]{0,80}(?:[\"'][A-Za-z0-9\-]{1,12}[\"'][^\"'\r\n]{0,40})?"
        + QUOTE
        + r"[^\"'`\s\\]{4}",
        rb"(?P<key>"
        + _MATERIAL.encode()
        + rb")\s{0,3}\([^\"'\r\n]{0,80}(?:[\"'](?:sha|md5|aes|HS|RS|ES|hmac)[A-Za-z0-9\-]{0,12}[\"']"
        rb"[^\"'\r\n]{0,40})?[bru]{0,2}" + VALUE_IN_QUOTES,
        _PROGRAMS,
    ),
    Carrier(
        "connection",
        _CONNECTIONS + r"[\s(]{1,4}(?:[^()\r\n]{0,120},)?\s{0,4}" + QUOTE + r"[^\"'`\s\\]{3}",
        rb"(?P<key>"
        + _CONNECTIONS.encode()
        + rb")[\s(]{1,4}(?:[^()\r\n]{0,160}?,\s{0,4})?(?P<first>[\"'`][^\"'`\r\n]{1,80}[\"'`])"
        rb"\s{0,4},\s{0,4}" + VALUE_IN_QUOTES,
        _PROGRAMS,
    ),
    Carrier(
        "char-array",
        r"\"[^\"\s\\]{3,60}\"\s{0,2}\.toCharArray\(",
        rb"(?P<quote>\")(?P<secret>[^\"\s\\]{3,80})\"\s{0,2}\.(?P<key>toCharArray)\(",
        _PROGRAMS,
    ),
    Carrier(
        "encoded-pair",
        r"(?:btoa|b64encode|base64_encode|strict_encode64|encodeToString|encode64)\(\s{0,4}b?[\"'][\w.\-@]{1,40}:[^\"'\s]{3}",
        rb"(?P<key>btoa|b64encode|base64_encode|strict_encode64|encodeToString|encode64)\(\s{0,4}b?(?P<quote>[\"'])"
        rb"(?P<user>[\w.\-@]{1,40}):(?P<secret>[^\"'\s]{3,100})(?P=quote)",
    ),
    Carrier(
        "source-name",
        r"[\w.\-]{1,40}:[^\s@\"'`:/]{3,60}@(?:tcp|unix|udp)\(|jdbc:oracle:\w{1,6}:[\w.\-]{1,40}/[^\s@\"']{3,60}@",
        rb"(?P<key>(?P<user>[\w.\-]{1,40})):(?P<secret>[^\s@\"'`:/]{3,60})@(?:tcp|unix|udp)\(",
    ),
    Carrier(
        "oracle",
        r"jdbc:oracle:\w{1,6}:[\w.\-]{1,40}/[^\s@\"'$]{3}",
        rb"(?P<key>jdbc:oracle:\w{1,6}):(?P<user>[\w.\-]{1,40})/(?P<secret>[^\s@\"'${}]{3,60})@",
    ),
    Carrier(
        "archive-option",
        r"\b(?:7z|7za|zip|unzip|unrar|rar|twine)\b[^\r\n]{0,80}[ \t]-(?:p|P|hp)[ \t]?[\"']?[^\s\"'\-$]{3}",
        rb"\b(?P<tool>7z|7za|zip|unzip|unrar|rar|twine)\b[^\r\n]{0,100}?[ \t]-(?P<key>hp|p|P)[ \t]?(?P<quote>[\"']?)(?P<secret>[^\s\"'\-$][^\s\"']{2,100})",
        frozenset({Written.SHELL, Written.UNKNOWN, Written.CONFIG, Written.PROSE}),
    ),
    Carrier(
        "net-user",
        r"\bnet[ \t]+user[ \t]+[\w.\-]{1,40}[ \t]+[^\s/*][^\s]{2,60}",
        rb"\b(?P<key>net[ \t]+user)[ \t]+(?P<user>[\w.\-]{1,40})[ \t]+(?P<quote>[\"']?)(?P<secret>[^\s/*\"'][^\s\"']{2,80})",
        frozenset({Written.SHELL, Written.UNKNOWN, Written.PROSE}),
    ),
)
