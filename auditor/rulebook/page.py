"""A rule's documentation, written from its YAML: what it finds, how long that lives, what it can do, how to end it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from auditor.model.credential import Backups, Power
from auditor.rulebook.book import Rulebook
from auditor.rulebook.check import text_of
from auditor.rulebook.schema import Detector, Form, LifetimeClass, LifetimeRule, Provider

WIDTH = 100
_LIVES = {
    LifetimeClass.NEVER: "It never expires.",
    LifetimeClass.NEVER_DEFAULT: "It never expires unless an end was set when it was made.",
    LifetimeClass.DEFAULT: "It expires after {days} unless another end was set.",
    LifetimeClass.MAX: "It expires after {days} at the latest.",
    LifetimeClass.IDLE: "It expires after {days} without use.",
    LifetimeClass.SHORT: "It is short-lived: {days}.",
    LifetimeClass.EMBEDDED: "Its end stands in the value itself.",
    LifetimeClass.SESSION: "It lives as long as the session: up to {days}.",
    LifetimeClass.UNKNOWN: "Nothing is known of its end.",
}
_FORMS = {
    Form.TOKEN: "A value that identifies itself:",
    Form.VALUE: "A value of a plain shape, which counts where a name, word or host of the provider vouches for it:",
    Form.PATTERN: "A whole construct; the secret is the group of that name:",
    Form.CARRIER: "A value that stands where credentials stand, judged by its name and its nature. Place:",
}
_BACKUPS = {
    Backups.INSIDE: "Backups are inside the blast radius: who holds it can destroy them too.",
    Backups.OUTSIDE: "Backups are out of its reach.",
    Backups.UNKNOWN: "Whether backups are safe from it is not known.",
    Backups.NONE: "There is nothing to back up.",
}
_DAY = 1.0
_HOURS = 24


def page(detector: Detector, provider: Provider, book: Rulebook) -> str:
    """Return the page of ``detector`` as plain text, ``WIDTH`` columns wide; examples are made up on the spot."""
    head = [f"{detector.id} · {detector.title}", f"{provider.name} · {provider.category} · {provider.homepage}"]
    sections = [
        ("What it finds", _finds(detector)),
        ("How long it lives", _lives(detector.lifetime)),
        ("What it can do", _powers(detector, provider)),
        ("Backups", _backups(detector, provider)),
        ("How to end it", _remedies(provider)),
        ("Where it is kept", (", ".join(provider.files),) if provider.files else ()),
        ("Found, for example", _examples(detector, book, wanted=True)),
        ("Left alone, for example", _examples(detector, book, wanted=False)),
        ("References", (f"- {reference}" for reference in provider.references)),
        ("Not verified", (f"- {claim}" for claim in provider.unverified)),
    ]
    blocks = ["\n".join(line.rstrip(" ·") for line in head)]
    for title, lines in sections:
        said = "\n".join(_wrapped(line) for line in lines)
        if said:
            blocks.append(f"{title}\n{said}")
    return "\n\n".join(blocks) + "\n"


def _wrapped(line: str) -> str:
    """A sentence in lines of the page's width, set in; what is set in already (examples) stays as it is."""
    if line.startswith("  "):
        return line
    hang = "    " if line.startswith("- ") else "  "
    return textwrap.fill(
        line, WIDTH, initial_indent="  ", subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )


def _finds(detector: Detector) -> Iterator[str]:
    yield _FORMS[detector.form]
    yield f"    {detector.regex}"
    for label, words in (("names", detector.keys), ("words", detector.words), ("hosts", detector.hosts)):
        if words:
            yield f"- {label}: {', '.join(words)}"
    if detector.checksum:
        yield f"- its checksum is computed ({detector.checksum}); one that does not fit lowers the confidence"
    if detector.pairs:
        yield f"- belongs with: {', '.join(detector.pairs)}"
    if detector.identifier:
        yield "- alone it opens nothing: it is half a credential"
    if detector.public:
        yield "- it is public by design"
    yield f"Confidence: {detector.confidence.word}. {detector.note}".strip()


def _lives(rule: LifetimeRule) -> Iterator[str]:
    yield _LIVES[rule.kind].format(days=_span(rule.days))
    if rule.note:
        yield rule.note


def _span(days: float) -> str:
    if not days:
        return "a time that is not documented"
    if days < _DAY:
        hours = days * _HOURS
        return f"{hours:g} hour{'s' if hours != 1 else ''}"
    return f"{days:g} day{'s' if days != 1 else ''}"


def _powers(detector: Detector, provider: Provider) -> Iterator[str]:
    if detector.powers:
        yield f"{_words(detector.powers)}{f', over {detector.over}' if detector.over else ''}."
    else:
        yield "Public by design." if detector.public else "Not known."
    for scope in provider.scopes:
        over = f", over {scope.over}" if scope.over else ""
        yield f"- with scope {scope.match}: {_words(scope.powers) or 'nothing'}{over}"


def _words(powers: Iterable[Power]) -> str:
    return ", ".join(power.value for power in powers)


def _backups(detector: Detector, provider: Provider) -> Sequence[str]:
    if Power.DESTROY not in detector.powers:
        return ()
    return tuple(filter(None, (_BACKUPS[provider.backups], provider.backups_note)))


def _remedies(provider: Provider) -> Iterator[str]:
    remedy = provider.remediation
    yield f"- revoke: {remedy.revoke}"
    yield f"- rotate: {remedy.rotate}"
    yield from (f"- replace by {one}" for one in remedy.replace)


def _examples(detector: Detector, book: Rulebook, *, wanted: bool) -> Iterator[str]:
    for place, example in enumerate(detector.examples):
        if example.wanted is wanted:
            yield f"  {example.file}"
            yield from (f"    {line}" for line in text_of(example, detector, book, place).splitlines())
