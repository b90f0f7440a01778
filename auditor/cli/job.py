"""From flags to a job: paths made absolute, folders found, the fingerprint key read."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from auditor.agents import DIALECTS
from auditor.cli.hints import near
from auditor.cli.past import HistoryFlags, check, moment
from auditor.errors import UsageError
from auditor.model.frozen import frozen
from auditor.pipeline import Job
from auditor.settings import fingerprint_key, folders

_STDIN = "-"


@frozen
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
    history: HistoryFlags = HistoryFlags()


def make_job(flags: JobFlags, environment: Mapping[str, str], stdin: Any) -> Job:
    """Return the job that ``flags`` describe. Raises ``UsageError`` for a flag that cannot be obeyed."""
    kept = folders(environment)
    paths = tuple(existing(path) for path in flags.paths if path != _STDIN)
    if not flags.paths and not (flags.env or flags.home or flags.staged or flags.history.wanted):
        raise UsageError("nothing to scan", "name a folder: agent-audit scan .")
    check(flags.history, paths=bool(paths), staged=flags.staged)
    return Job(
        paths=paths or ((Path.cwd(),) if flags.staged else ()),
        home=_home(environment),
        environment=dict(environment),
        key=fingerprint_key(environment, kept.state),
        cache=None if flags.no_cache else kept.cache,
        rules=rule_folders(flags.rules),
        staged=flags.staged,
        scan_environment=flags.env,
        scan_home=flags.home,
        stdin=stdin.buffer if _STDIN in flags.paths else None,
        agents=_agents(flags.agents),
        exclude=_excluder(flags.exclude),
        jobs=flags.jobs,
        root=" ".join(flags.paths) or ("index" if flags.staged else "~"),
        history=flags.history.wanted,
        since=moment(flags.history.since),
        range_=flags.history.range_,
        all_refs=flags.history.all_refs,
        unreachable=flags.history.unreachable,
    )


def existing(given: str) -> Path:
    """Return ``given`` as a path. Raises ``UsageError`` with the nearest name when nothing is there."""
    if not given:
        raise UsageError("a path is empty", "an unset variable? name a folder: agent-audit scan .")
    path = Path(given)
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        hint = near_path(path) or "check the spelling and the working directory"
        raise UsageError(f"no such file or folder: {given}", hint) from None
    except ValueError:
        raise UsageError(f"not a path: {given!r}", "a path has no NUL character") from None
    except OSError:
        pass  # it is there but cannot be read: the scan says so, and is not complete
    return path


def near_path(path: Path) -> str:
    """``did you mean …?`` with the name beside ``path`` that is nearest to it; empty when none is near."""
    try:
        beside = [os.fspath(path.parent / name) for name in os.listdir(path.parent)]
    except (OSError, ValueError):
        return ""
    return near(os.fspath(path), beside)


def _home(environment: Mapping[str, str]) -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path(environment.get("HOME") or os.sep)


def rule_folders(given: Sequence[Path]) -> tuple[Path, ...]:
    """Return the folders of ``--rules``. Raises ``UsageError`` for one that is not there or holds no rule files."""
    for folder in given:
        if not folder.is_dir():
            what = "is a file; --rules takes its folder" if folder.exists() else "no such folder"
            raise UsageError(f"--rules {folder}: {what}", near_path(folder) or "name a folder of provider YAML files")
        if not any(folder.glob("*.yaml")):
            raise UsageError(f"--rules {folder}: holds no .yaml file", "`agent-audit rules import --help` makes some")
    return tuple(given)


def _agents(given: Sequence[str]) -> frozenset[str]:
    for name in given:
        if name not in DIALECTS:
            hint = near(name, DIALECTS)
            raise UsageError(f"--agent {name}: no such agent", f"{hint} one of: {' '.join(DIALECTS)}".strip())
    return frozenset(given)


def _excluder(globs: Sequence[str]) -> Callable[[str], bool] | None:
    if not globs:
        return None
    patterns = tuple(globs)
    return lambda path: any(fnmatch.fnmatch(path.rstrip("/"), pattern) for pattern in patterns)
