"""What to learn from the dev split: misses and false alarms by cause, with the smallest line of each.

Lines are shown as they stand, values included: only for trees of made-up values.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.bench.corpus import Label
from tests.bench.peers import Hit
from tests.bench.score import Truth

_MOST = 60
_LONGEST = 170
_HELD_OUT = "held-out"


def lessons(hits: Iterable[Hit], truths: Mapping[str, Truth], tree: Path) -> str:
    """Return a Markdown text; the held-out split is never part of it."""
    reported = list(hits)
    parts = [text for split, truth in truths.items() if split != _HELD_OUT for text in _split(reported, truth, tree)]
    return "\n".join(parts) + "\n"


def _split(hits: list[Hit], truth: Truth, tree: Path) -> list[str]:
    by_line: dict[tuple[str, int], list[Hit]] = defaultdict(list)
    for hit in hits:
        by_line[hit.file, hit.line].append(hit)
    lines = _Lines(tree)
    missed: dict[str, list[Label]] = defaultdict(list)
    alarmed: dict[str, list[tuple[Label, Hit]]] = defaultdict(list)
    beside: dict[str, list[tuple[Label, Hit]]] = defaultdict(list)
    for label in truth.labels:
        found = [hit for line in range(label.line, label.end_line + 1) for hit in by_line.get((label.file, line), ())]
        meeting = [hit for hit in found if _meets(hit, label)]
        if label.truth and not found:
            missed[f"{label.group} {label.place}"].append(label)
        elif label.truth and not meeting:
            beside[f"{label.group} {label.place}"].append((label, found[0]))
        elif label.truth is False and meeting:
            alarmed[f"{label.group} {label.place}"].append((label, meeting[0]))
    noise = [hit for place, found in by_line.items() if place not in truth.by_line for hit in found]
    files = {label.file for label in truth.labels}
    return [
        *_missed(missed, lines),
        *_alarmed("False alarms", alarmed, lines),
        *_alarmed("Right line, wrong span", beside, lines),
        *_noise([hit for hit in noise if hit.file in files], lines),
        *_shares(truth, missed),
    ]


def _meets(hit: Hit, label: Label) -> bool:
    if label.end_line != label.line or not hit.column:
        return True
    end = max(label.end_column, label.column + 1)
    return hit.column < end and label.column < hit.end_column


class _Lines:
    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._texts: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str:
        """The line, or the part of it that fits."""
        if file not in self._texts:
            data = (self._tree / file).read_bytes()
            encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
            self._texts[file] = data.decode(encoding, "replace").split("\n")
        return self._texts[file][number - 1].strip()

    def shown(self, label: Label) -> str:
        """The line around a label, cut to a readable length."""
        text = self.line(label.file, label.line)
        start = max(0, min(label.column - 60, len(text) - _LONGEST))
        return text[start : start + _LONGEST] if len(text) > _LONGEST else text


def _missed(missed: Mapping[str, list[Label]], lines: _Lines) -> list[str]:
    text = ["", "## Misses by place (nothing reported on the line)", ""]
    for cause, labels in sorted(missed.items(), key=lambda item: -len(item[1]))[:_MOST]:
        kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(label.kind for label in labels).most_common(5))
        templates = len({label.template for label in labels})
        text.append(f"- **{cause}**: {len(labels)} in {templates} templates; made from {kinds}")
        text.extend(
            f"  - `{lines.shown(label)}` ({Path(label.file).name}: {label.template})"
            for label in _distinct(labels, lines)
        )
    return text


def _distinct(labels: list[Label], lines: _Lines, most: int = 3) -> list[Label]:
    smallest: dict[str, Label] = {}
    for label in sorted(labels, key=lambda label: len(lines.line(label.file, label.line))):
        smallest.setdefault(label.template, label)
    return list(smallest.values())[:most]


def _alarmed(title: str, alarms: Mapping[str, list[tuple[Label, Hit]]], lines: _Lines) -> list[str]:
    text = ["", f"## {title}", ""]
    for cause, pairs in sorted(alarms.items(), key=lambda item: -len(item[1]))[:_MOST]:
        rules = Counter(f"{hit.rule} {hit.confidence}" for _, hit in pairs).most_common(4)
        text.append(f"- **{cause}**: {len(pairs)}; {', '.join(f'{rule} {count}' for rule, count in rules)}")
        kinds: dict[str, tuple[Label, Hit]] = {}
        for label, hit in sorted(pairs, key=lambda pair: len(lines.line(pair[0].file, pair[0].line))):
            kinds.setdefault(f"{label.template} {label.kind}", (label, hit))
        for label, hit in list(kinds.values())[:6]:
            text.append(f"  - `{lines.shown(label)}` ({Path(label.file).name}; {hit.rule} {hit.confidence})")
    return text


def _noise(hits: list[Hit], lines: _Lines) -> list[str]:
    shown = sorted(hits, key=lambda hit: (hit.rule, hit.file, hit.line))[:_MOST]
    return [
        *("", f"## Unlabelled findings: {len(hits)}", ""),
        *(f"- `{lines.line(h.file, h.line)[:_LONGEST]}` ({h.file}; {h.rule} {h.confidence})" for h in shown),
    ]


def _shares(truth: Truth, missed: Mapping[str, list[Label]]) -> list[str]:
    """Recall by what a value was made from: short and wordy ones are the hard ones."""
    total = Counter((label.group, label.kind) for label in truth.labels if label.truth)
    lost = Counter((label.group, label.kind) for labels in missed.values() for label in labels)
    text = [
        "",
        "## Share found by kind of value",
        "",
        "| group | kind | credentials | found |",
        "| --- | --- | ---: | ---: |",
    ]
    for (group, kind), count in sorted(total.items(), key=lambda item: (item[0][0], -item[1])):
        if count > 4 and kind.startswith("@"):
            text.append(f"| {group} | {kind} | {count} | {1 - lost[group, kind] / count:.2f} |")
    return text
