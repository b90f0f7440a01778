"""Each kind of place has its own question; this table says which is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from auditor.detect import elsewhere, generic
from auditor.detect.generic import Verdict
from auditor.detect.languages import Written
from auditor.model.credential import Confidence
from auditor.model.frozen import frozen
from auditor.model.lazy import lazy_pattern

_ALGORITHM = lazy_pattern(
    r"(?i)(?:sha|md|aes|hs|rs|es|ps|rsa|hmac|des|gcm|cbc)[\w\-/]{0,16}|[a-z0-9\-]{1,12}-(?:cbc|gcm|ctr|ecb)"
)


@frozen
class Place:
    """What a carrier saw: its kind, its groups, the value, how the file is written, and for a comma whether alone."""

    carrier: str
    groups: Mapping[str, str]
    value: str
    kind: Written
    alone: bool

    @property
    def key(self) -> str:
        """The name that stands before the value."""
        return self.groups.get("key", "")


def decide(place: Place) -> Verdict | None:
    """Return the verdict on the value at ``place``; None when it is no credential."""
    return _QUESTIONS[place.carrier](place)


def _assignment(place: Place) -> Verdict | None:
    if place.groups["op"] == "," and not place.alone:
        return None
    return generic.assignment(place.key, place.value, place.kind, quoted=True)


def _bare(place: Place) -> Verdict | None:
    return generic.assignment(place.key, place.value, place.kind, quoted=False)


def _quoted(place: Place) -> Verdict | None:
    return generic.assignment(place.key, place.value, place.kind, quoted=True)


def _configured(place: Place) -> Verdict | None:
    """A value in a place that only holds values, whatever the file."""
    return generic.assignment(place.key, place.value, Written.CONFIG, quoted=True)


def _password(place: Place) -> Verdict | None:
    """A place that holds a password by its form."""
    return generic.assignment("password", place.value, Written.CONFIG, quoted=True)


def _programmed_password(place: Place) -> Verdict | None:
    return generic.at_most(generic.assignment("password", place.value, Written.SHELL, quoted=True), Confidence.MEDIUM)


def _material(place: Place) -> Verdict | None:
    if _ALGORITHM.fullmatch(place.value):
        return None
    return generic.at_most(generic.assignment("secret", place.value, Written.CONFIG, quoted=True), Confidence.MEDIUM)


def _paired(place: Place) -> Verdict | None:
    user = place.groups.get("user", "")
    return None if elsewhere.is_made_up_pair(user, place.value) else _programmed_password(place)


def _call(place: Place) -> Verdict | None:
    first = place.groups.get("first") or None
    return generic.call(place.key, place.value, place.kind, first=first.strip("\\\"'`") if first else None)


def _header(place: Place) -> Verdict | None:
    return elsewhere.header(place.key, place.value)


def _named_header(place: Place) -> Verdict | None:
    return generic.assignment(f"{place.key}_token", place.value, Written.CONFIG, quoted=False)


def _url(place: Place) -> Verdict | None:
    groups = place.groups
    return elsewhere.url(groups["scheme"], groups.get("user", ""), place.value, groups.get("host", ""))


def _command(place: Place) -> Verdict | None:
    return elsewhere.command(place.groups["tool"], place.key, place.groups["sep"], place.value)


_QUESTIONS: dict[str, Callable[[Place], Verdict | None]] = {
    "assignment": _assignment,
    "bare-assignment": _bare,
    "call": _call,
    "named-value": _quoted,
    "header": _header,
    "named-header": _named_header,
    "url": _url,
    "query": lambda place: elsewhere.query(place.key, place.value),
    "option": lambda place: elsewhere.option(place.key, place.value),
    "command": _command,
    "sql": _password,
    "element": _configured,
    "secure-string": _password,
    "spoken": lambda place: elsewhere.spoken(place.key, place.value),
    "default": _configured,
    "fallback": _configured,
    "option-default": _configured,
    "typed-assignment": _quoted,
    "spaced": lambda place: generic.assignment("password", place.value, Written.CONFIG, quoted=False),
    "piped": _password,
    "named-element": _configured,
    "plist": _configured,
    "material": _material,
    "connection": _paired,
    "char-array": _programmed_password,
    "encoded-pair": _paired,
    "source-name": _paired,
    "oracle": _paired,
    "archive-option": _programmed_password,
    "net-user": _programmed_password,
}
