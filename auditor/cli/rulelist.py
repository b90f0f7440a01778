"""Rules as lines of columns, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from auditor.rulebook.schema import Detector


def as_columns(detectors: Sequence[Detector]) -> str:
    """Return one line a rule; columns are as wide as their widest entry, the title comes last and is never cut."""
    rows = [("RULE", "PROVIDER", "CONFIDENCE", "LIFETIME", "POWERS", "TITLE")]
    rows += [
        (
            detector.id,
            detector.provider,
            detector.confidence.word,
            detector.lifetime.kind.value,
            _powers(detector) or "-",
            detector.title,
        )
        for detector in detectors
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def as_json(detectors: Sequence[Detector]) -> str:
    """Return a JSON list with one object a rule."""
    data = [
        {
            "id": detector.id,
            "provider": detector.provider,
            "title": detector.title,
            "confidence": detector.confidence.word,
            "form": detector.form.value,
            "lifetime": {
                "class": detector.lifetime.kind.value,
                "days": detector.lifetime.days or None,
                "note": detector.lifetime.note,
            },
            "powers": [power.value for power in detector.powers],
            "over": detector.over,
        }
        for detector in detectors
    ]
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _powers(detector: Detector) -> str:
    if detector.public:
        return "public"
    return ",".join(power.value for power in detector.powers)
