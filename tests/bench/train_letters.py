"""How the letter model in ``auditor/detect/letters.py`` was made: ``python -m tests.bench.train_letters FOLDER...``.

Counts which letter follows which in the words of identifiers and prose of source trees, and prints the table of
log-probabilities as one digit a pair: 0 is never seen, 9 is most usual. Nothing of the text itself is kept.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}")
SUFFIXES = {".py", ".ts", ".md", ".java", ".go", ".rb"}


def words(folders: list[Path]) -> Iterator[str]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.is_file() and path.stat().st_size < 200_000:
                yield from (word.lower() for word in set(WORD.findall(path.read_text("utf-8", "ignore"))))


def table(folders: list[Path]) -> str:
    pairs: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for word in words(folders):
        for first, second in pairwise(word):
            pairs[first + second] += 1
            firsts[first] += 1
    rows = []
    for first in LETTERS:
        row = ""
        for second in LETTERS:
            probability = (pairs[first + second] + 0.5) / (firsts[first] + 13)
            row += str(max(0, min(9, round(9 + math.log2(probability)))))
        rows.append(row)
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(table([Path(name) for name in sys.argv[1:]]) + "\n")
