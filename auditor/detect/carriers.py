"""The places where a value of any provider may stand: assignments, calls, headers, URLs, command lines, SQL, XML.

Each carrier has a cheap expression that the engine nominates with, and an exact one with the groups ``key`` (the name
that vouches for the value) and ``secret``. Whether the value is a credential is decided in ``generic.py``.
"""

from __future__ import annotations

import re

from auditor.detect.carrier import KEY, NAMES, QUOTE, VALUE_IN_QUOTES, Carrier
from auditor.detect.languages import Written
from auditor.detect.rare_carriers import RARE
from auditor.model.lazy import lazy_pattern

_SPOKEN = frozenset({Written.PROSE, Written.UNKNOWN, Written.CONFIG, Written.SHELL, Written.MARKUP})
_BARE = frozenset({Written.CONFIG, Written.SHELL, Written.UNKNOWN, Written.PROSE})
_TOOLS = (
    r"\b(?:mysql\w*|mariadb|sshpass|curl|wget|docker|podman|psql|mongo\w*|redis-cli|ldap\w+|smbclient|sqlcmd|plink|pscp|"
    r"keytool|openssl|htpasswd|useradd|usermod|svn|lftp|rsync|az|snmp\w+|ipmitool|impdp|expdp)\b"
)


CARRIERS: tuple[Carrier, ...] = (
    Carrier(
        "assignment",
        NAMES
        + r"[\w.\-]{0,30}\\{0,4}[\"'`\])]{0,3}\s{0,8}(?:=>|:=|<-|!=|[:=,])[=>]{0,2}\s{0,8}[a-z@$(\[]{0,3}"
        + QUOTE
        + r"[^\"'`\s\\]{3}",
        KEY + rb"(?P<close>\\{0,4}[\"'`\])]{0,4}|&quot;)\s{0,12}(?P<op>=>|:=|<-|={1,3}|!==?|:|,)\s{0,12}"
        rb"(?:(?:new\s+)?(?![\w.]*(?:get(?!bytes)|fetch|read|find|look|load|input|prompt|ask|env|decrypt|require|translat|i18n|text|label|format|hash|crypt)\w*\()[A-Za-z_.]{1,30}\(\s{0,4}|[brufLRUBF@$]{1,2}(?=[\"'])|\[\s{0,4})?"
        + VALUE_IN_QUOTES,
    ),
    Carrier(
        "bare-assignment",
        NAMES + r"[\w.\-]{0,30}[\"'\]]{0,2}[ \t]{0,8}(?::=|[:=])[ \t]{0,8}[^\s\"'`<>{}()\[\],;$*][^\s\"'`<>]{2}",
        KEY
        + rb"[\"'\]]{0,2}[ \t]{0,12}(?P<op>:=|[:=])[ \t]{0,12}(?P<secret>[^\s\"'`<>{}()\[\],;$*][^\s\"'`<>]{1,400})",
        _BARE,
    ),
    Carrier(
        "call",
        r"(?:passw|passwd|pwd|secret|token|key|auth|cred|login|log_?on|connect|sign_?in|bind|bearer)[\w.]{0,30}\("
        r"[^\"'()\r\n]{0,60}" + QUOTE + r"[^\"'`\r\n\\]{3}",
        rb"(?P<key>[A-Za-z_$][\w$.:>\-]{0,80})\(\s{0,8}(?:[^\"'()\r\n]{0,60},\s{0,4})?"
        rb"(?:(?P<first>\\{0,2}[\"'`][^\"'`\r\n]{0,80}\\{0,2}[\"'`])\s{0,4},\s{0,4})?" + VALUE_IN_QUOTES,
    ),
    Carrier(
        "named-value",
        r"(?:name|key|id|property|field|param|variable)[\"']?\s{0,4}[:=]\s{0,4}[\"']?[\w.\-]{0,40}"
        + NAMES
        + r"[\w.\-]{0,20}[\"']?[\s,]{1,40}[\"']?(?:default_?)?value[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\"'\s<>{}$]{3}",
        rb"(?:name|key|id|property|field|param|variable)[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?P<key>[\w.\-]{1,80})[\"']?[\s,]{1,40}"
        rb"[\"']?(?:default_?)?value[\"']?\s{0,4}[:=]\s{0,4}(?P<quote>[\"']?)(?P<secret>[^\"'\s<>{}$][^\"'\r\n<>]{1,300}?)"
        rb"(?:(?P=quote)(?=[\s,}/>\]])|$)",
    ),
    Carrier(
        "header",
        r"(?:basic|bearer|ntlm|token|apikey|negotiate)[ \t:]{1,3}[\w+/.~\-]{8}[\w+/.~\-=]{0,8}",
        rb"(?P<key>basic|bearer|ntlm|token|apikey|negotiate)[ \t:]{1,3}(?P<secret>[\w+/.~\-]{8,4000}={0,2})",
        reach=8192,
    ),
    Carrier(
        "named-header",
        r"(?:x-[\w\-]{0,30}(?:token|key|secret|auth)|authorization|private-token|api-key|apikey)[\"']?\s{0,4}[:,]\s{0,4}"
        r"[\"']?[^\s\"'{}<>$]{8}",
        rb"(?P<key>x-[\w\-]{0,30}(?:token|key|secret|auth)|authorization|private-token|api-key|apikey)[\"']?\s{0,4}[:,]"
        rb"\s{0,4}[\"']?(?:(?:basic|bearer|token|ntlm)\s+)?(?P<secret>[^\s\"'{}<>$,;]{8,1000})",
    ),
    Carrier(
        "url",
        r"://[^\s/?#@:\"'`<>\\]{0,80}:[^\s@\"'`<>/]{1,100}@[\w.\-\[\$%{]",
        rb"(?P<scheme>[a-z][a-z0-9+.\-]{1,30})://(?P<user>[^\s/?#@:\"'`<>\\]{0,80}):(?P<secret>[^\s@\"'`<>]{1,200}?)@"
        rb"(?P<host>[\w.\-\[\]:${}%]{1,255})(?P<rest>[/?][^\s\"'`<>]{0,120})?",
    ),
    Carrier(
        "query",
        r"[?&;\"'][ ]{0,2}[\w.\-\[\]%]{0,30}(?:token|key|secret|passw(?:or)?d|passwd|pwd|pass|sig|signature|auth)[\w\]%]{0,12}[ ]?=[ ]?[^\s&\"'<>${}]{4}",
        rb"[?&;\"'][ ]{0,2}(?P<key>[\w.\-\[\]%]{0,60})[ ]?=[ ]?(?P<secret>[^\s&\"'<>${}\\;]{4,1000})",
    ),
    Carrier(
        "option",
        r"\s-{1,2}[\w\-]{0,30}(?:passw(?:or)?d|passwd|pass|pwd|token|secret|key|auth|passin|passout)[ \t=:]{1,3}[\"']?[^\s\"'<>\-$({\[][^\s\"'<>]{2}",
        rb"\s-{1,2}(?P<key>[A-Za-z][\w\-]{0,60})(?:[ \t]+|[=:])(?P<quote>[\"']?)(?:pass:)?(?P<secret>[^\s\"'<>\-$({\[][^\s\"'<>]{2,300})",
    ),
    Carrier(
        "command",
        _TOOLS
        + r"[^\r\n]{0,160}[ \t]-{1,2}(?:p|u|w|a|user|proxy-user|password|P|passin|passout)[ \t=]{0,2}[\"']?[^\s\"'<>\-$]{3}",
        rb"[ \t]-{1,2}(?P<key>proxy-user|password|passout|passin|user|p|u|w|a|P)(?P<sep>[ \t]+|=|)"
        rb"(?P<quote>[\"']?)(?:pass:)?(?P<secret>[^\s\"'<>\-$][^\s\"'<>]{2,200})",
        before=lazy_pattern(_TOOLS.encode(), re.IGNORECASE),
    ),
    Carrier(
        "sql",
        r"(?:identified[ \t]+(?:with[ \t]+\S{1,40}[ \t]+)?(?:by|as)|password|passwd)[ \t]{0,4}(?:=|\(|by|to)?[ \t]{0,4}(?:password[ \t]+)?N?['\"][^'\"\s]{3}",
        rb"(?P<key>identified[ \t]+(?:with[ \t]+\S{1,40}[ \t]+)?(?:by|as)|password|passwd)[ \t]{0,4}(?:=|\(|by|to)?[ \t]{0,4}(?:password[ \t]+)?"
        rb"N?(?P<quote>['\"])(?P<secret>[^'\"\r\n]{3,200})(?P=quote)",
    ),
    Carrier(
        "element",
        r"<[\w:.\-]{0,40}(?:passw(?:or)?d|passwd|pwd|passphrase|secret|token|apikey|api[_\-]?key|private[_\-]?key|access[_\-]?key)"
        r"[\w:.\-]{0,20}(?:\s[^<>]{0,80})?>\s{0,8}[^<>\s$]{3}",
        rb"<(?P<key>[\w:.\-]{1,80})(?:\s[^<>]{0,80})?>\s{0,8}(?:<!\[CDATA\[)?(?P<secret>[^<>\r\n]{3,400}?)(?:\]\]>)?\s{0,8}</",
    ),
    Carrier(
        "secure-string",
        r"convertto-securestring[^\r\n]{0,60}[\"'][^\"'$]{3}",
        rb"(?P<key>ConvertTo-SecureString)[^\r\n\"']{0,80}(?P<quote>[\"'])(?P<secret>[^\"'$\r\n]{3,200})(?P=quote)",
    ),
    Carrier(
        "spoken",
        r"(?:password|passwd|pwd|passphrase|passcode|pin|token|secret|key)[\"')\]]{0,2}[ \t]+(?:is|was|are)[ \t:]{1,3}[\"'`]?[^\s\"'`<>]{4}",
        rb"(?P<key>password|passwd|pwd|passphrase|passcode|pin|token|secret|key)[\"')\]]{0,2}[ \t]+(?:is|was|are)[ \t:]{1,3}"
        rb"(?P<quote>[\"'`]?)(?P<secret>[^\s\"'`<>]{4,200})(?P=quote)",
        _SPOKEN,
    ),
    *RARE,
)
