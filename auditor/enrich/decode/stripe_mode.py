"""Keys whose prefix tells the mode (live or test) and the kind: https://docs.stripe.com/keys."""

from __future__ import annotations

from auditor.enrich.decode.decoded import Decoded, forgiving, form
from auditor.model.credential import Basis, Environment
from auditor.model.lazy import lazy_pattern

_MODE = lazy_pattern(r"(?:(?P<kind>[A-Za-z]{2,8})_)?(?:org_)?(?P<mode>live|test)_")
_KINDS = {
    "sk": "secret key: everything the account's API can do",
    "rk": "restricted key: the permissions chosen for it, which only the dashboard shows",
    "pk": "publishable key: made to be public",
}


@forgiving
def read(text: str) -> Decoded | None:
    """Read ``sk_live_…`` and its like; None when no mode stands in the prefix."""
    found = _MODE.match(text.strip())
    if found is None:
        return None
    live = found.group("mode") == "live"
    kind = (found.group("kind") or "").lower()
    facts = [form("environment", "its prefix says live mode" if live else "its prefix says test mode")]
    if kind in _KINDS:
        facts.append(form("kind", _KINDS[kind]))
    return Decoded(
        form="key with its mode in the prefix",
        basis=Basis.FORMAT,
        environment=Environment.PRODUCTION if live else Environment.TEST,
        public=kind == "pk",
        facts=tuple(facts),
    )
