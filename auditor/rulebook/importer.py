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
from typing import Any

from auditor.model.frozen import frozen
from auditor.rulebook.exemplar import exemplar
from auditor.rulebook.re2 import Untranslatable, translate
from auditor.rulebook.syntax import constants, literal_prefix, tree, width

PREFIX = "imported-"
_SEEDS = 40
_SAMPLES = 8
_ENTROPY = re.compile(r"entropy\(finding\[\"secret\"\]\)\s*(?:<=?)\s*([0-9.]+)")
# Fields with no counterpart here, and what is lost with each.
_LOST = {
    "path": "it was for some paths only; here it holds for all",
    "allowlist": "its allow-list is left out",
    "allowlists": "its allow-lists are left out",
    "components": "its other parts are not asked for",
    "validate": "it is not validated online",
}
_START = re.compile(r"(?P<case>\(\?i\))?(?:\\b)?\(\?P<secret>")
_BOUNDARY = 2
_TOKEN = re.compile(r"[\w.+/=:|%!-]+")
_COUNTER_EXAMPLE = "Nothing of this kind stands here."


@frozen
class Draft:
    """One rule in our words: ``data`` is the detector's mapping; ``notes`` say what it lost on the way."""

    id: str
    group: str
    data: Mapping[str, Any]
    notes: tuple[str, ...]


@frozen
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
    try:
        regex = translate(pattern, _number(rule, "secretGroup") or _number(rule, "valueGroup"))
        parsed = tree(regex)
        form, notes = _form(regex, rule, name)
    except (re.error, ValueError, RecursionError) as error:
        raise Untranslatable(str(error)) from None
    if not _always_there(parsed, parsed.state.groupdict["secret"]):
        raise Untranslatable("its secret stands in one of several places")
    data: dict[str, Any] = {"id": f"{PREFIX}{name}", "title": _title(rule, name), **form}
    least = _entropy(rule)
    if least:
        data["min_entropy"] = least
    if rule.get("skipReport"):
        data["identifier"] = True
    data["confidence"] = _confidence(rule)
    data["examples"] = [_example(data, least)]
    data["counter_examples"] = [_COUNTER_EXAMPLE]
    return Draft(data["id"], name.split("-", 1)[0], data, notes)


def _always_there(items: Any, group: int) -> bool:
    """Whether every match of the parsed pattern ``items`` takes part in the group of that number."""
    for operator, argument in items:
        if operator is constants.SUBPATTERN:
            inside, body = argument[0] == group, argument[3]
        elif operator in {constants.MAX_REPEAT, constants.MIN_REPEAT}:
            inside, body = False, argument[2] if argument[0] else ()
        else:
            continue
        if inside or _always_there(body, group):
            return True
    return False


def _form(regex: str, rule: Mapping[str, Any], name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How the rule finds its secret here, and notes on what it lost.

    A bare value whose keywords stand elsewhere becomes a value that those words vouch for; all else is a pattern.
    """
    notes = [said for field, said in _LOST.items() if rule.get(field)]
    keywords = tuple(word.lower() for word in rule.get("keywords") or () if isinstance(word, str))
    asked = _asked_for(keywords, regex, name)
    if keywords and asked < 1:
        value = _bare_value(regex)
        begins = literal_prefix(value.removeprefix("(?i)")).lower() if value else ""
        if value and not asked and not any(begins and word.startswith(begins) for word in keywords):
            return {"value": value, "words": list(keywords)}, tuple(notes)
        notes.append(f"it is found without its keywords too ({', '.join(keywords)})")
    return {"pattern": regex}, tuple(notes)


def _bare_value(regex: str) -> str:
    """The secret's own expression, when all around it are boundaries and it is one run of token characters."""
    start = _START.match(regex)
    if not start:
        return ""
    rest = regex[start.end() :]
    ends = (place for place, sign in enumerate(rest) if sign == ")" and _compiles(rest[:place]))
    end = next(ends, len(rest))
    value, tail = rest[:end], rest[end + 1 :]
    if not _compiles(tail) or width(tail)[1] > _BOUNDARY or not _TOKEN.fullmatch(exemplar(value, "bare")):
        return ""
    return (start["case"] or "") + value


def _compiles(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


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


def _asked_for(keywords: Iterable[str], regex: str, name: str) -> float:
    """The part of the values made up from the pattern that hold a good part of a keyword: 1 when it is implied."""
    made = [exemplar(regex.removeprefix("(?i)"), f"{name}{seed}").lower() for seed in range(_SAMPLES)]
    runs = [run for word in keywords for run in re.findall(r"[a-z0-9]{3,}", word) or [word]]
    return sum(any(run in text for run in runs) for text in made) / _SAMPLES


def _example(data: Mapping[str, Any], least: float) -> str:
    """The slot where the value that it is filled with is found, else a made-up value that is."""
    regex = str(data.get("pattern") or data["value"])
    body, flags = regex.removeprefix("(?i)"), re.IGNORECASE if regex.startswith("(?i)") else 0
    compiled = re.compile(body, flags)
    lead = f"{data['words'][0]} = " if "value" in data else "x "
    if _proves(compiled, exemplar(body, f"{data['id']}-0"), least):
        return lead + "{{secret}} \n"
    for seed in range(_SEEDS):
        made = exemplar(body, f"{data['id']}-seed-{seed}")
        if _proves(compiled, made, least):
            return f"{lead}{made} \n"
    raise Untranslatable("no made-up value passes its own pattern and filter")


def _proves(regex: re.Pattern[str], value: str, least: float) -> bool:
    found = regex.search(f"x {value} \n")
    if found is None:
        return False
    secret = found["secret"] if "secret" in regex.groupindex else found[0]
    return bool(secret) and entropy(secret) >= least


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
