"""From the engine's events to candidates: spans that a detector or a carrier vouches for."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from auditor.detect import checksums
from auditor.detect.carrier import Carrier
from auditor.detect.context import key_path
from auditor.detect.keynames import normalised
from auditor.detect.languages import Written
from auditor.detect.natures import Nature, entropy, is_sequence, nature
from auditor.detect.spans import Span, exact
from auditor.detect.values import is_identifier_like
from auditor.detect.verdicts import Place, decide
from auditor.model.credential import Confidence
from auditor.model.frozen import frozen, replace
from auditor.model.lazy import lazy_pattern
from auditor.rulebook.schema import Detector, Form

_VOUCH_BYTES = 160
_LOW_ENTROPY = 1.5
_COMMAND_BYTES = 400
_BRACKET_BYTES = 12
_OPENED = lazy_pattern(rb"[(\[{]\s*\\{0,3}[\"'`]$")
_CLOSED = lazy_pattern(rb"\s*[)\]}]")
_ESCAPES = lazy_pattern(r"\\([\\/\"'`])")


@frozen
class Page:
    """The text being matched: its bytes, its shown path and how it is written.

    ``packed``: a machine wrote it for machines (minified, a source map), so that only what is sure counts there.
    """

    data: bytes
    path: str
    kind: Written
    packed: bool = False

    def text(self, start: int, end: int) -> str:
        """The characters between two byte offsets; bytes that are no UTF-8 survive a round trip."""
        return self.data[start:end].decode("utf-8", "surrogateescape")


@frozen
class Candidate:
    """A span that may be a credential, by which detector or generic rule, under which name, how surely."""

    rule: str
    start: int
    end: int
    confidence: Confidence
    rank: int
    key: str
    detector: Detector | None = None
    groups: tuple[tuple[str, str], ...] = ()


# Who wins a stretch of text: a provider's own form before a value that only its surroundings vouch for, a provider's
# token before a format that anyone uses, anything before a carrier.
_RANKS = {Form.TOKEN: 40, Form.PATTERN: 30, Form.VALUE: 20, Form.CARRIER: 10}
_EXACT_NAME = 5
_ANYONES = 15


def from_detector(detector: Detector, ends: Iterable[int], page: Page, *, anyones: bool = False) -> Iterator[Candidate]:
    """Yield what ``detector`` finds around the engine's events that end at ``ends`` (rising).

    ``anyones``: the rule is for a format that credentials of any provider may have; a provider's own rule goes before.
    """
    look = exact(detector)
    covered = -1
    for end in ends:
        if end <= covered:
            continue
        for span in look.around(page.data, end):
            covered = max(covered, span.end)
            found = _sifted(detector, span, page)
            if found is not None:
                yield replace(found, rank=_ANYONES) if anyones else found


def _sifted(detector: Detector, span: Span, page: Page) -> Candidate | None:
    value = page.text(span.start, span.end)
    key = key_path(page.data, span.start, page.path, page.kind)
    confidence = _confidence(detector, span, page, key)
    if (
        confidence is None
        or _ruled_out(detector, key)
        or _made_up(detector, value, named=confidence is Confidence.HIGH)
    ):
        return None
    if detector.checksum and checksums.fits(detector.checksum, value) is False:
        confidence = min(confidence, Confidence.LOW)
    return Candidate(
        detector.id, span.start, span.end, confidence, _rank(detector, confidence), key, detector, span.groups
    )


def _rank(detector: Detector, confidence: Confidence) -> int:
    named = detector.form is Form.VALUE and confidence is Confidence.HIGH
    return _RANKS[detector.form] + (_EXACT_NAME if named else 0)


def _confidence(detector: Detector, span: Span, page: Page, key: str) -> Confidence | None:
    """How sure a span is; None when nothing vouches for a value without a prefix."""
    if detector.form is not Form.VALUE:
        return detector.confidence
    leaf = normalised(re.split(r"[./]", key)[-1])
    if leaf and leaf in {normalised(name) for name in detector.keys}:
        return Confidence.HIGH
    before = page.data[max(0, span.start - _VOUCH_BYTES) : span.start]
    vouches = exact(detector).vouches
    return detector.confidence if vouches and vouches.search(before) else None


def _ruled_out(detector: Detector, key: str) -> bool:
    leaf = key.rsplit(".", 1)[-1]
    return any(re.search(pattern, leaf) or re.search(pattern, key) for pattern in detector.not_keys)


def _made_up(detector: Detector, value: str, *, named: bool) -> bool:
    """Whether a value of the right shape is still no secret: a mask, a sample, too even to be random."""
    if detector.decoder == "jwt" and _is_sample_jwt(value):
        return True
    if detector.form is Form.PATTERN:
        if detector.min_entropy and entropy(value) < detector.min_entropy:
            return True
        return "\n" not in value and nature(value) in {
            Nature.REFERENCE,
            Nature.ENCRYPTED,
            Nature.EMPTY,
            Nature.PLACEHOLDER,
        }
    body = value.removeprefix(detector.prefix)
    if (detector.min_entropy and entropy(body) < detector.min_entropy) or entropy(body) < _LOW_ENTROPY:
        return True
    if is_sequence(body.lower()) or "example" in body.lower():
        return True
    if detector.form is not Form.VALUE:
        return False
    return nature(body) not in {Nature.LITERAL, Nature.PATH, Nature.HASH} or (not named and is_identifier_like(body))


def _is_sample_jwt(value: str) -> bool:
    """Whether a JWT is one of the samples that documentation shows: John Doe, subject 1234567890."""
    payload = value.split(".")[1] if value.count(".") >= 2 else ""  # noqa: PLR2004 - header.payload.signature
    try:
        claims = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except (binascii.Error, ValueError):
        return False
    return any(mark in claims for mark in (b'"John Doe"', b'"1234567890"', b'"Jane Doe"'))


def from_carrier(carrier: Carrier, ends: Iterable[int], page: Page) -> Iterator[Candidate]:
    """Yield the generic credentials that stand in ``carrier`` places around the events that end at ``ends``."""
    if page.kind not in carrier.kinds:
        return
    covered = -1
    size = len(page.data)
    for end in ends:
        if end <= covered:
            continue
        low = _window_start(page.data, end, carrier.reach)
        for match in carrier.exact.finditer(page.data, low, min(size, end + carrier.reach)):
            if match.start() >= end:
                break
            if match.end() < end:
                continue
            covered = max(covered, match.end("secret"))
            found = _decide(carrier, match, page)
            if found is not None:
                yield found


def _window_start(data: bytes, end: int, reach: int) -> int:
    """The start of the line before the event, or as far back as the carrier reaches."""
    low = max(0, end - reach)
    line = data.rfind(b"\n", low, max(low, end - 1))
    previous = data.rfind(b"\n", low, max(low, line)) if line > low else -1
    return previous + 1 if previous >= low else low


def _line_before(data: bytes, start: int) -> bytes:
    """The command up to ``start``: its line, and the lines before it that a backslash joins to it."""
    low = max(0, start - _COMMAND_BYTES)
    text = data[low:start].replace(b"\\\n", b"  ").replace(b"\\\r\n", b"   ")
    return text[text.rfind(b"\n") + 1 :]


def _decide(carrier: Carrier, match: re.Match[bytes], page: Page) -> Candidate | None:
    groups = {name: (text or b"").decode("utf-8", "replace") for name, text in match.groupdict().items()}
    if carrier.before is not None:
        tools = carrier.before.findall(_line_before(page.data, match.start()))
        if not tools:
            return None
        groups["tool"] = tools[-1].decode("ascii", "replace")
    start, end = match.span("secret")
    value = page.text(start, end).rstrip("\\")
    end = start + len(value.encode("utf-8", "surrogateescape"))
    place = Place(carrier.name, groups, value, page.kind, groups.get("op") == "," and _stands_alone(page, match))
    verdict = decide(place)
    if verdict is not None and page.packed and verdict.confidence < Confidence.HIGH:
        return None
    if verdict is None:
        return None
    key = groups.get("key", "")
    path = key_path(page.data, start, page.path, page.kind)
    shown = path if normalised(path).endswith(normalised(key)) and path else key
    extra = tuple((name, groups[name]) for name in ("scheme", "user", "host") if groups.get(name))
    return Candidate(verdict.rule, start, end, verdict.confidence, _RANKS[Form.CARRIER], shown, None, extra)


def _stands_alone(page: Page, match: re.Match[bytes]) -> bool:
    """Whether a quoted name and its quoted value are a bracket's only content: ``("password", "…")``."""
    before = page.data[max(0, match.start() - _BRACKET_BYTES) : match.start()]
    after = page.data[match.end() : match.end() + _BRACKET_BYTES]
    return bool(_OPENED.search(before) and _CLOSED.match(after) and set(match["close"]) & set(b"\"'`;"))
