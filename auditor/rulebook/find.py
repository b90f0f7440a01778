"""Where the rules are: inside the installed package, else beside it in a checkout; nobody else asks."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import RuleError

_PACKAGE = Path(__file__).resolve().parent.parent


def rules_folder() -> Path:
    """Return the folder that holds ``providers/``, ``stores/`` and the scoring data. Raises ``RuleError``."""
    for folder in (_PACKAGE / "rules", _PACKAGE.parent / "rules"):
        if (folder / "providers").is_dir():
            return folder
    raise RuleError("the rules that ship with agent-audit are missing", "reinstall agent-exposure-audit")
