"""Rules of gitleaks and betterleaks (parsed TOML) as provider files of ours, each with the proof that a rule carries.

What cannot be said in our words is a ``Refusal`` with its reason; what is said more broadly is a note on the draft.
Formats: github.com/gitleaks/gitleaks and github.com/betterleaks/betterleaks, "Configuration" of their READMEs.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.rulebook.exemplar import exemplar
from auditor.rulebook.re2 import Untranslatable, translate

PREFIX = "imported-"
_SEEDS = 40
_ENTROPY = re.compile(r"entropy\(finding\[\"secret\"\]\)\s*(?:<=?)\s*([0-9.]+)")
# Fields with no counterpart here, and what is lost with each.
_LOST = {
    "path": "it was for some paths only; here it holds for all",
    "allowlist": "its allow-list is left out",
    "allowlists": "its allow-lists are left out",
    "components": "its other parts are not asked for",
    "validate": "it is not validated online",
}
_COUNTER_EXAMPLE = "Nothing of this kind stands here."


@dataclass(frozen=True)
class Draft:
    """One rule in our words: ``data`` is the detector's mapping; ``notes`` say what it lost on the way."""

    id: str
    group: str
    data: Mapping[str, Any]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """A rule that is not taken over, and why."""

    id: str
    why: str


def drafts(data: Any) -> Iterator[Draft | Refusal]:
    """Yield what becomes of every rule in the parsed TOML ``data``, in its order, ids made unique."""
    taken: set[str] = set()
    rules = data.get("rules") if isinstance(data, Mapping) else None
    for place, rule in enumerate(rules if isinstance(rules, list) else [], start=1):
        given = str(rule.get("id") or f"rule {place}") if isinstance(rule, Mapping) else f"rule {place}"
        name = _unique(_slug(given), taken)
        try:
            yield _draft(rule, name)
        except Untranslatable as reason:
            yield Refusal(given, str(reason))


def document(group: str, parts: Sequence[Draft], source: str) -> dict[str, Any]:
    """Return the provider file of one group of drafts; ``source`` is the name of the file they come from."""
    return {
        "id": f"{PREFIX}{group}",
        "name": f"{group} (imported)",
        "category": "generic",
        "lifetime": {"class": "unknown", "note": "The imported list says nothing of it."},
        "detectors": [dict(part.data) for part in parts],
        "remediation": {
            "revoke": "Revoke it where it was made.",
            "rotate": "Make a new one, put it where the old one was used, then revoke the old one.",
            "replace": ["a credential made for this one task, read-only and short-lived"],
        },
        "references": [f"imported from {source}"],
    }


def write(value: Any, indent: int = 0) -> str:
    """Return plain data as YAML; texts are quoted the way that YAML and JSON share."""
    lead = " " * indent
    if isinstance(value, Mapping):
        return "".join(f"{lead}{key}:{_below(item, indent)}" for key, item in value.items())
    return "".join(f"{lead}-{_below(item, indent)}" for item in value)


def _below(item: Any, indent: int) -> str:
    if isinstance(item, (Mapping, list, tuple)) and item:
        return "\n" + write(item, indent + 2)
    return f" {json.dumps(item)}\n"


def _draft(rule: Any, name: str) -> Draft:
    if not isinstance(rule, Mapping):
        raise Untranslatable("it is no table")
    pattern = rule.get("regex")
    if not isinstance(pattern, str) or not pattern:
        raise Untranslatable("it looks for file names, not for values")
    regex = translate(pattern, _number(rule, "secretGroup") or _number(rule, "valueGroup"))
    least = _entropy(rule)
    data: dict[str, Any] = {"id": f"{PREFIX}{name}", "title": _title(rule, name), "pattern": regex}
    notes = [said for field, said in _LOST.items() if rule.get(field)]
    keywords = [word.lower() for word in rule.get("keywords") or () if isinstance(word, str)]
    if keywords and not _implied(keywords, regex, name):
        if not regex.removeprefix("(?i)").startswith("(?P<secret>"):
            notes.append(f"it is found without its keywords too ({', '.join(keywords)})")
        else:
            data["words"] = keywords
    if least:
        data["min_entropy"] = least
    if rule.get("skipReport"):
        data["identifier"] = True
    data["confidence"] = _confidence(rule)
    data["examples"] = [_example(regex, f"{PREFIX}{name}", least)]
    data["counter_examples"] = [_COUNTER_EXAMPLE]
    return Draft(data["id"], name.split("-", 1)[0], data, tuple(notes))


def _title(rule: Mapping[str, Any], name: str) -> str:
    said = str(rule.get("description") or name).strip()
    return re.split(r"[,.;] ", said)[0].rstrip(".")


def _confidence(rule: Mapping[str, Any]) -> str:
    said = rule.get("confidence")
    return said if said in {"low", "medium", "high"} else "medium"


def _number(rule: Mapping[str, Any], field: str) -> int:
    value = rule.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _entropy(rule: Mapping[str, Any]) -> float:
    given = rule.get("entropy")
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return float(given)
    said = _ENTROPY.search(str(rule.get("filter") or ""))
    return float(said[1]) if said else 0.0


def _implied(keywords: Iterable[str], regex: str, name: str) -> bool:
    """Whether the pattern itself asks for a keyword: all values made up from it hold one."""
    made = [exemplar(regex.removeprefix("(?i)"), f"{name}{seed}").lower() for seed in range(8)]
    return all(any(word in text for word in keywords) for text in made)


def _example(regex: str, rule: str, least: float) -> str:
    """The slot where the value that it is filled with is found, else a made-up value that is."""
    body, flags = regex.removeprefix("(?i)"), re.IGNORECASE if regex.startswith("(?i)") else 0
    compiled = re.compile(body, flags)
    if _proves(compiled, exemplar(body, f"{rule}-0"), least):
        return "x {{secret}} \n"
    for seed in range(_SEEDS):
        made = exemplar(body, f"{rule}-seed-{seed}")
        if _proves(compiled, made, least):
            return f"x {made} \n"
    raise Untranslatable("no made-up value passes its own pattern and filter")


def _proves(regex: re.Pattern[str], value: str, least: float) -> bool:
    found = regex.search(f"x {value} \n")
    return bool(found and found["secret"]) and entropy(found["secret"] if found else "") >= least


def entropy(text: str) -> float:
    """Shannon entropy in bits a character."""
    size = len(text) or 1
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values())


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "rule"


def _unique(name: str, taken: set[str]) -> str:
    number = 1
    unique = name
    while unique in taken:
        number += 1
        unique = f"{name}-{number}"
    taken.add(unique)
    return unique
