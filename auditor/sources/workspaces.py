"""VS Code's multi-root workspace files: a list of folders, and settings, in JSON with comments.

The format: https://code.visualstudio.com/docs/editing/workspaces/multi-root-workspaces
"""

from __future__ import annotations

import os.path
import re
from pathlib import Path
from typing import Any

from auditor.errors import UsageError
from auditor.model.place import Skip

SUFFIX = ".code-workspace"

_LARGEST = 1 << 20
_TEXT = r'"(?:\\.|[^"\\])*"'
_COMMENT = rf"({_TEXT})|//[^\n]*|/\*.*?\*/"
_LAST_COMMA = rf"({_TEXT})|,(?=\s*[\]}}])"


def folders(workspace: Path) -> tuple[tuple[Path, ...], tuple[Skip, ...]]:
    """Return the folders a workspace file names, beside it when they are relative, and a ``Skip`` for those missing.

    Raises:
        UsageError: the file cannot be read or is no workspace file.
    """
    found: list[Path] = []
    missing: list[Skip] = []
    for name in _folder_names(workspace):
        folder = Path(os.path.normpath(workspace.parent / name))
        if folder.is_dir():
            found.append(folder)
        else:
            missing.append(Skip(folder.as_posix(), f"{workspace.name} names this folder, but it does not exist"))
    return tuple(dict.fromkeys(found)), tuple(missing)


def _folder_names(workspace: Path) -> list[str]:
    try:
        with workspace.open("rb") as file:
            data = _parsed(file.read(_LARGEST).decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the workspace file {workspace}", "it must be JSON with comments") from error
    entries = data.get("folders") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise UsageError(f"{workspace} names no folders", 'a workspace file has a list called "folders"')
    names = (_folder_name(entry) for entry in entries if isinstance(entry, dict))
    return [name for name in names if name]


def _folder_name(entry: dict[str, Any]) -> str:
    path, uri = entry.get("path"), entry.get("uri")
    if isinstance(path, str):
        return path
    if isinstance(uri, str) and uri.startswith("file://"):
        from urllib.parse import unquote, urlsplit

        return unquote(urlsplit(uri).path)
    return ""


def _parsed(text: str) -> Any:
    import json

    without_comments = re.sub(_COMMENT, r"\1", text, flags=re.DOTALL)
    return json.loads(re.sub(_LAST_COMMA, r"\1", without_comments, flags=re.DOTALL))
