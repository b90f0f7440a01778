"""From flags to a job: paths made absolute, folders found, the fingerprint key read."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.agents import DIALECTS
from auditor.errors import UsageError
from auditor.pipeline import Job
from auditor.settings import fingerprint_key, folders

_STDIN = "-"


@dataclass(frozen=True)
class JobFlags:
    """The flags of a scan, as given."""

    paths: tuple[str, ...] = ()
    staged: bool = False
    env: bool = False
    home: bool = False
    agents: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int = 0
    no_cache: bool = False


def make_job(flags: JobFlags, environment: Mapping[str, str], stdin: Any) -> Job:
    """Return the job that ``flags`` describe. Raises ``UsageError`` for a flag that cannot be obeyed."""
    kept = folders(environment)
    paths = tuple(Path(path) for path in flags.paths if path != _STDIN)
    if not flags.paths and not (flags.env or flags.home or flags.staged):
        raise UsageError("nothing to scan", "name a folder: agent-audit scan .")
    return Job(
        paths=paths or ((Path.cwd(),) if flags.staged else ()),
        home=_home(environment),
        environment=dict(environment),
        key=fingerprint_key(environment, kept.state),
        cache=None if flags.no_cache else kept.cache,
        rules=_rule_folders(flags.rules),
        staged=flags.staged,
        scan_environment=flags.env,
        scan_home=flags.home,
        stdin=stdin.buffer if _STDIN in flags.paths else None,
        agents=_agents(flags.agents),
        exclude=_excluder(flags.exclude),
        jobs=flags.jobs,
        root=" ".join(flags.paths) or ("index" if flags.staged else "~"),
    )


def _home(environment: Mapping[str, str]) -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path(environment.get("HOME") or os.sep)


def _rule_folders(given: Sequence[Path]) -> tuple[Path, ...]:
    for folder in given:
        if not folder.is_dir():
            raise UsageError(f"--rules {folder}: no such folder", "name a folder that holds provider YAML files")
    return tuple(given)


def _agents(given: Sequence[str]) -> frozenset[str]:
    for name in given:
        if name not in DIALECTS:
            raise UsageError(f"--agent {name}: no such agent", f"one of: {' '.join(DIALECTS)}")
    return frozenset(given)


def _excluder(globs: Sequence[str]) -> Callable[[str], bool] | None:
    if not globs:
        return None
    patterns = tuple(globs)
    return lambda path: any(fnmatch.fnmatch(path.rstrip("/"), pattern) for pattern in patterns)
