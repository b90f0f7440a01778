"""Where the user's own folders are and which key fingerprints are made with; flags and environment, nothing scanned.

Nothing in a scanned tree is read here: a repository cannot move a cache, choose a key or switch anything on.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from auditor.errors import UsageError
from auditor.model.frozen import frozen

_KEY_BYTES = 32
_KEY_VARIABLE = "AGENT_AUDIT_FINGERPRINT_KEY"
_CACHE_VARIABLE = "AGENT_AUDIT_CACHE_DIR"
_NAME = "agent-audit"
_XDG_DEFAULTS = {"cache": "~/.cache", "state": "~/.local/state"}


@frozen
class Folders:
    """Per-user folders (None: there is no home to keep anything in)."""

    cache: Path | None
    state: Path | None


def folders(environment: Mapping[str, str]) -> Folders:
    """Return the cache and state folders of this user, by the platform's convention."""
    base = _xdg if sys.platform == "linux" else _by_platform
    cache = environment.get(_CACHE_VARIABLE) or base("cache", environment)
    state = base("state", environment)
    return Folders(Path(cache) if cache else None, Path(state) if state else None)


def _xdg(kind: str, environment: Mapping[str, str]) -> str:
    """The XDG Base Directory Specification's rule; a library that knows every platform would cost hooks more."""
    given = environment.get(f"XDG_{kind.upper()}_HOME", "")
    base = given if os.path.isabs(given) else os.path.expanduser(_XDG_DEFAULTS[kind])
    return os.path.join(base, _NAME) if os.path.isabs(base) else ""


def _by_platform(kind: str, _: Mapping[str, str]) -> str:
    import platformdirs

    ask = platformdirs.user_cache_dir if kind == "cache" else platformdirs.user_state_dir
    try:
        return ask(_NAME, appauthor=False)
    except (RuntimeError, OSError, KeyError):
        return ""


def fingerprint_key(environment: Mapping[str, str], state: Path | None) -> bytes:
    """Return the key of fingerprints: the environment's, else this user's own, made on first use (mode 0600).

    Raises ``UsageError`` when the variable is set but empty. Where nothing can be kept, the key lives for one run.
    """
    given = environment.get(_KEY_VARIABLE)
    if given is not None:
        if not given.strip():
            raise UsageError(f"{_KEY_VARIABLE} is set but empty", "unset it, or give it a long random value")
        return given.encode("utf-8", "surrogateescape")
    path = state / "fingerprint.key" if state else None
    kept = _read_key(path) if path else None
    return kept or _make_key(path)


def _read_key(path: Path) -> bytes | None:
    try:
        key = path.read_bytes()
    except OSError:
        return None
    return key if len(key) >= _KEY_BYTES else None


def _make_key(path: Path | None) -> bytes:
    key = os.urandom(_KEY_BYTES)
    if path is None:
        return key
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        return key
    return _read_key(path) or key
