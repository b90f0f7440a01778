"""Rules of other scanners, written as provider files of ours: only those that prove themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from auditor.agents.documents import read_toml
from auditor.cli.job import existing
from auditor.detect import proof
from auditor.errors import IncompleteError, RuleError, UsageError
from auditor.rulebook import check, importer, load
from auditor.rulebook.book import Rulebook
from auditor.rulebook.importer import Draft, Refusal
from auditor.rulebook.schema import Detector


def take(file: Path, into: Path, out: TextIO) -> None:
    """Write the rules of ``file`` that prove themselves into the folder ``into``; tell of every one that does not.

    Raises ``UsageError`` when there are no rules or ``into`` cannot be used, ``IncompleteError`` when writing fails.
    """
    source = existing(str(file)).name
    data = _parsed(file)
    if into.is_symlink() or (into.exists() and (not into.is_dir() or any(into.glob("*.yaml")))):
        raise UsageError(f"--into {into}: is no folder without rules", "name a new one; nothing is written over")
    found = list(importer.drafts(data))
    if not found:
        raise UsageError(f"{file}: holds no rules", "a list of [[rules]] with id and regex is expected")
    kept, refused = _proven([one for one in found if isinstance(one, Draft)], source)
    refused = [*(one for one in found if isinstance(one, Refusal)), *refused]
    _write(kept, into, source)
    for draft in kept:
        out.writelines(f"note     {draft.id}: {note}\n" for note in draft.notes)
    out.writelines(f"refused  {refusal.id}: {refusal.why}\n" for refusal in sorted(refused, key=lambda one: one.id))
    out.write(
        f"{len(kept)} of {len(found)} rules written to {into}; use them with: agent-audit scan . --rules {into}\n"
    )


def _parsed(file: Path) -> Any:
    document = read_toml(file, str(file))
    if document.problem:
        raise UsageError(f"{file}: {document.problem}", "a TOML file of rules is expected")
    return document.data


def _proven(drafts: Sequence[Draft], source: str) -> tuple[list[Draft], list[Refusal]]:
    """The drafts that load, compile, hold their examples and stand hard texts; and the others with their reasons."""
    tried = [(draft, *_tried(draft, source)) for draft in drafts]
    reasons = {draft.id: why for draft, _, why in tried if why}
    strained = proof.strained(detector for _, detector, why in tried if detector and not why)
    reasons.update({wrong.rule: f"{wrong.place} {wrong.says}" for wrong in strained})
    kept = [draft for draft in drafts if draft.id not in reasons]
    return kept, [Refusal(name.removeprefix(importer.PREFIX), why) for name, why in reasons.items()]


def _tried(draft: Draft, source: str) -> tuple[Detector | None, str]:
    """The draft's detector, and why it does not hold (empty: it does)."""
    try:
        provider = load.provider(importer.document(draft.group, [draft], source), source)
        detector, book = provider.detectors[0], Rulebook.of([provider])
        wrong = next(check.complaints(detector, book, proof.alone(detector, book)), None)
    except RuleError as error:
        return None, error.what
    return detector, f"{wrong.place} {wrong.says}" if wrong else ""


def _write(drafts: Sequence[Draft], into: Path, source: str) -> None:
    groups: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[draft.group].append(draft)
    try:
        into.mkdir(parents=True, exist_ok=True)
        for group, parts in sorted(groups.items()):
            text = importer.write(importer.document(group, parts, source))
            (into / f"{importer.PREFIX}{group}.yaml").write_text(text, encoding="utf-8")
    except OSError as error:
        raise IncompleteError(f"{into}: could not be written: {error.strerror}", "choose another folder") from None
