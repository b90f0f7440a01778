"""One YAML file in, one whole ``Provider`` out, or a ``RuleError`` that names file, detector and field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from auditor.errors import RuleError
from auditor.model.credential import Backups, Confidence, Environment, Power
from auditor.model.lazy import lazy_pattern
from auditor.rulebook import shapes, syntax
from auditor.rulebook.exemplar import CHECKSUMS
from auditor.rulebook.fields import Fields
from auditor.rulebook.schema import (
    Detector,
    Example,
    Form,
    LifetimeClass,
    LifetimeRule,
    Provider,
    Remediation,
    ScopeRule,
)

_SLUG = lazy_pattern(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_PROVIDER_FIELDS = frozenset(
    "id name category homepage hosts detectors scopes backups backups_note remediation references files verified "
    "unverified lifetime powers over env_names probes".split()
)
_DETECTOR_FIELDS = frozenset(
    "id title token value pattern carrier prefix confidence keys words hosts not_keys ignore_case checksum "
    "min_entropy guard opaque public identifier pairs needs_pair decoder environment lifetime powers over note "
    "examples counter_examples".split()
)
_REMEDIATION_FIELDS = frozenset({"revoke", "rotate", "replace"})
_LIFETIME_FIELDS = frozenset({"class", "days", "note"})
_SCOPE_FIELDS = frozenset({"match", "powers", "over"})
_CATEGORIES = frozenset("infra ai payments comms saas agent database generic".split())
_CHECKSUM_NAMES = frozenset(CHECKSUMS) | {"gitlab-routable"}
DECODERS = frozenset(
    "jwt pypi-macaroon fly-macaroon azure-sas aws-presigned gcs-presigned certificate ssh-key pgp-key aws-key-id "
    "stripe-mode kubeconfig gcp-service-account docker-auth basic url-userinfo".split()
)


def provider(data: Any, source: str, *, proven: bool = False) -> Provider:
    """Build the provider that the parsed YAML ``data`` of file ``source`` describes. Raises ``RuleError``.

    ``proven``: the data is known to pass this check, so patterns are not compiled again.
    """
    fields = Fields(data, source, _PROVIDER_FIELDS, proven=proven)
    slug = _slug(fields, "id")
    if fields.text("category") not in _CATEGORIES:
        raise RuleError(f"{source}: category {fields.text('category')!r}", f"one of: {', '.join(sorted(_CATEGORIES))}")
    shared = {name: fields.raw(name) for name in ("lifetime", "powers", "over") if fields.raw(name) is not None}
    detectors = tuple(_detector(item, slug, fields, shared) for item in fields.items("detectors"))
    if not detectors:
        raise RuleError(f"{source}: a provider needs at least one detector")
    return Provider(
        id=slug,
        name=fields.text("name"),
        category=fields.text("category"),
        homepage=fields.text("homepage", ""),
        hosts=fields.texts("hosts"),
        detectors=detectors,
        scopes=tuple(_scope(item, fields) for item in fields.items("scopes")),
        backups=fields.word("backups", Backups, Backups.UNKNOWN),
        backups_note=fields.text("backups_note", ""),
        remediation=_remediation(fields),
        references=_required_list(fields, "references"),
        files=fields.texts("files"),
        verified=str(fields.raw("verified") or ""),
        unverified=fields.texts("unverified"),
    )


def _slug(fields: Fields, name: str) -> str:
    value = fields.text(name)
    if not _SLUG.fullmatch(value):
        raise RuleError(f"{fields.where}: {name} {value!r} must be lower-case words joined by - or _")
    return value


def _required_list(fields: Fields, name: str) -> tuple[str, ...]:
    found = fields.texts(name)
    if not found:
        raise RuleError(f"{fields.where}: field {name!r} needs at least one entry")
    return found


def _remediation(fields: Fields) -> Remediation:
    inner = Fields(fields.raw("remediation"), f"{fields.where}: remediation", _REMEDIATION_FIELDS)
    return Remediation(inner.text("revoke"), inner.text("rotate"), _required_list(inner, "replace"))


def _scope(item: Any, outer: Fields) -> ScopeRule:
    fields = Fields(item, f"{outer.where}: scopes", _SCOPE_FIELDS, proven=outer.proven)
    _compiles(fields.text("match"), fields)
    return ScopeRule(fields.text("match"), _powers(fields), fields.text("over", ""))


def _powers(fields: Fields) -> tuple[Power, ...]:
    try:
        return tuple(Power(name) for name in fields.texts("powers"))
    except ValueError as error:
        raise RuleError(f"{fields.where}: {error}", f"powers: {' '.join(Power)}") from None


def _detector(item: Any, slug: str, outer: Fields, shared: dict[str, Any]) -> Detector:
    inherited = {**shared, **item} if isinstance(item, dict) else item
    fields = Fields(inherited, outer.where, _DETECTOR_FIELDS, proven=outer.proven)
    fields.where = f"{outer.where}: {_slug(fields, 'id')}"
    form, regex = _form(fields)
    return Detector(
        id=fields.text("id"),
        provider=slug,
        title=fields.text("title"),
        form=form,
        regex=regex,
        prefix=fields.text("prefix", _shown_prefix(form, regex)),
        confidence=_confidence(fields, form),
        keys=fields.texts("keys"),
        words=fields.texts("words"),
        hosts=fields.texts("hosts"),
        not_keys=tuple(_compiles(pattern, fields) for pattern in fields.texts("not_keys")),
        ignore_case=fields.flag("ignore_case"),
        checksum=_one_of(fields, "checksum", _CHECKSUM_NAMES),
        min_entropy=fields.number("min_entropy"),
        guard=fields.flag("guard", default=True),
        opaque=fields.flag("opaque"),
        public=fields.flag("public"),
        identifier=fields.flag("identifier"),
        pairs=fields.texts("pairs"),
        needs_pair=fields.flag("needs_pair"),
        decoder=_one_of(fields, "decoder", DECODERS),
        environment=fields.word("environment", Environment, Environment.UNKNOWN),
        lifetime=_lifetime(fields),
        powers=_powers(fields),
        over=fields.text("over", ""),
        note=fields.text("note", ""),
        examples=(*_examples(fields, "examples", wanted=True), *_examples(fields, "counter_examples", wanted=False)),
    )


def _form(fields: Fields) -> tuple[Form, str]:
    given = [form for form in Form if fields.raw(form.value) is not None]
    if len(given) != 1:
        raise RuleError(f"{fields.where}: write exactly one of token, value, pattern, carrier")
    form = given[0]
    if form is Form.CARRIER:
        return form, fields.text(form.value)
    regex = _compiles(shapes.expand(fields.text(form.value), fields.where), fields)
    if form is Form.PATTERN and "(?P<secret>" not in regex:
        raise RuleError(f"{fields.where}: a pattern needs the group (?P<secret>…)")
    if form is Form.VALUE and not (fields.texts("keys") or fields.texts("words") or fields.texts("hosts")):
        raise RuleError(f"{fields.where}: a value without a prefix needs keys, words or hosts that vouch for it")
    return form, regex


def _compiles(pattern: str, fields: Fields) -> str:
    if fields.proven:
        return pattern
    try:
        re.compile(pattern.encode("ascii"))
        syntax.loosen(pattern)
    except (re.error, UnicodeEncodeError) as error:
        raise RuleError(f"{fields.where}: the pattern does not compile: {error}") from None
    return pattern


def _shown_prefix(form: Form, regex: str) -> str:
    return syntax.literal_prefix(regex) if form is Form.TOKEN else ""


def _confidence(fields: Fields, form: Form) -> Confidence:
    default = Confidence.MEDIUM if form is Form.VALUE else Confidence.HIGH
    name = fields.text("confidence", default.word)
    if name.upper() not in Confidence.__members__:
        raise RuleError(f"{fields.where}: confidence {name!r}", "one of: low, medium, high")
    return Confidence[name.upper()]


def _one_of(fields: Fields, name: str, known: frozenset[str]) -> str:
    value = fields.text(name, "")
    if value and value not in known:
        raise RuleError(f"{fields.where}: unknown {name} {value!r}", f"one of: {', '.join(sorted(known))}")
    return value


def _lifetime(fields: Fields) -> LifetimeRule:
    if fields.raw("lifetime") is None:
        raise RuleError(f"{fields.where}: field 'lifetime' is missing", "write `lifetime: {class: never, note: …}`")
    inner = Fields(fields.raw("lifetime"), f"{fields.where}: lifetime", _LIFETIME_FIELDS)
    kind = inner.word("class", LifetimeClass, LifetimeClass.UNKNOWN)
    return LifetimeRule(kind, inner.number("days"), inner.text("note", ""))


def _examples(fields: Fields, name: str, *, wanted: bool) -> tuple[Example, ...]:
    found = tuple(_example(item, f"{fields.where}: {name}", wanted=wanted) for item in fields.items(name))
    if not found:
        raise RuleError(f"{fields.where}: {name} is empty", "a rule carries its own proof: give at least one")
    return found


def _example(item: Any, where: str, *, wanted: bool) -> Example:
    if isinstance(item, str):
        return Example("example.txt", item, wanted)
    fields = Fields(item, where, frozenset({"file", "text"}))
    return Example(fields.text("file"), fields.text("text"), wanted)


def providers(folder: Path) -> tuple[Provider, ...]:
    """Load every ``*.yaml`` under ``folder``, sorted by name. Raises ``RuleError`` on the first that is wrong."""
    return tuple(provider(parse(path), path.name) for path in sorted(folder.glob("*.yaml")))


def parse(path: Path) -> Any:
    """Read one YAML file with the safe loader; raises ``RuleError`` with the line of a syntax error."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe ones
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise RuleError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}") from None
