"""``agent-audit rules check``: what is wrong with a folder of rules, each complaint with file, rule and place."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from auditor.detect import proof
from auditor.errors import RuleError, UsageError
from auditor.rulebook import check
from auditor.rulebook.find import rules_folder


def prove(folder: Path | None, out: TextIO, err: TextIO) -> bool:
    """Write what is wrong with the rules of ``folder`` (None: those that ship), and return whether anything is.

    Raises ``RuleError`` for a file that does not load, with its name, the rule and the field.
    """
    if folder is not None and not folder.is_dir():
        raise UsageError(f"rules check: no such folder: {folder}", "name the folder of your provider files")
    shipped = rules_folder() / "providers"
    files = check.read(folder or shipped)
    own = folder is not None and folder.resolve() != shipped.resolve()
    beside = tuple(check.read(shipped).values()) if own else ()
    taken = {provider.id for provider in beside} & {provider.id for provider in files.values()}
    if taken:
        raise RuleError(f"{folder}: provider {min(taken)!r} is one that ships", "give yours another id")
    names = {detector.id: file for file, provider in files.items() for detector in provider.detectors}
    detectors = tuple(detector for provider in files.values() for detector in provider.detectors)
    if err.isatty():
        err.write(f"proving {len(detectors)} rules…\n")
    on = proof.bench((*beside, *files.values()))
    wrong = [*proof.faults(detectors, on, own=own), *proof.strained(detectors)]
    out.writelines(
        f"{names[complaint.rule]}: {complaint.rule}: {complaint.place} {complaint.says}\n" for complaint in wrong
    )
    examples = sum(len(detector.examples) for detector in detectors)
    said = f"{len(wrong)} do not hold" if wrong else "all hold"
    out.write(f"{len(detectors)} rules, {examples} examples and counter-examples: {said}\n")
    return bool(wrong)
