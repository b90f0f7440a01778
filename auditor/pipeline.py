"""The story, told once: sources → detect → enrich → agents → exposure → report. Only this module knows the order."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from auditor import sources
from auditor.agents import survey
from auditor.agents.surroundings import Surroundings
from auditor.detect.matcher import Matcher
from auditor.detect.prepare import prepare
from auditor.enrich.join import join, key_id
from auditor.errors import AuditError, IncompleteError
from auditor.model.agent import AgentRecord
from auditor.model.credential import Assessment, Credential, Match
from auditor.model.exposure import Band, Cut, Finding, Fix, Report
from auditor.model.frozen import frozen, replace
from auditor.model.place import Fragment, Skip, Target
from auditor.rulebook.book import Rulebook
from auditor.rulebook.find import rules_folder
from auditor.rulebook.schema import Detector
from auditor.workers import BatchCrew, Crew, Haul, processors

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.sources.history import Past

# History is asked for the worst places only: each question costs a git process.
_HISTORIES = 50
_VERSIONS = 400
_SETTINGS = (
    ".claude .codex .cursor .gemini .vscode .github/copilot-instructions.md .mcp.json AGENTS.md CLAUDE.md GEMINI.md "
    ".cursorrules .cursorignore .git"
).split()


@frozen
class Job:
    """What one run is to look at, and with what.

    ``paths`` are files and folders; ``staged`` reads the index of the repository around the first path instead.
    ``environment`` is this process's; it is scanned only with ``scan_environment``. ``cache`` is the folder for the
    compiled rules, None for no cache. ``key`` makes fingerprints. ``agents`` are ids named by the user. ``now`` (aware)
    and ``platform`` (linux, darwin, win32) stand in for this moment and this machine.

    ``history`` adds what the repositories of ``paths`` ever held: in the commits of HEAD, of all refs, or of a range as
    git writes it; only those made since a moment (epoch seconds); the ``unreachable`` ones that are not pruned yet.
    """

    paths: tuple[Path, ...]
    home: Path
    environment: Mapping[str, str]
    key: bytes
    cache: Path | None = None
    rules: tuple[Path, ...] = ()
    staged: bool = False
    scan_environment: bool = False
    scan_home: bool = False
    stdin: BinaryIO | None = None
    agents: frozenset[str] = frozenset()
    exclude: Callable[[str], bool] | None = None
    jobs: int = 0
    system_root: Path = Path("/")
    root: str = "."
    now: datetime | None = None
    platform: str = ""
    history: bool = False
    since: int | None = None
    range_: str = ""
    all_refs: bool = False
    unreachable: bool = False


@frozen
class Progress:
    """Who hears how far the run is: ``building`` before rules are compiled, ``read`` after every batch."""

    building: Callable[[], None] | None = None
    read: Callable[[Haul], None] | None = None


_UNHEARD = Progress()


def run(job: Job, progress: Progress = _UNHEARD) -> Report:
    """Do the whole audit and return its report. Raises ``AuditError`` for what a person must act on."""
    started = time.perf_counter()
    book, matcher = prepare((rules_folder() / "providers", *job.rules), job.cache, progress.building)
    haul = find(job, matcher, progress)
    if not (haul.files or job.staged or job.stdin) and all(_is_by_choice(skip) for skip in haul.skips):
        haul.skips.append(Skip(job.root, "nothing was read: no file is here, or all were left out"))
    records = survey(surroundings(job))
    # What weighs credentials is only loaded when there are some: most runs are hooks that find nothing.
    findings, fixes, cut = _weighed(job, haul, records, book) if haul.matches else ((), (), None)
    report = Report(
        root=job.root,
        complete=not haul.skips or all(_is_by_choice(skip) for skip in haul.skips),
        findings=findings,
        agents=records,
        fixes=fixes,
        skipped=tuple(haul.skips),
        files=haul.files,
        bytes=haul.bytes,
        seconds=time.perf_counter() - started,
        key_id=key_id(job.key),
        notes=tuple(haul.notes),
        cut=cut,
    )
    return _unspoken(report) if findings else report


def _unspoken(report: Report) -> Report:
    from auditor.enrich.hush import hush

    return hush(report, (finding.exposure.assessment.credential.secret for finding in report.findings))


def surroundings(job: Job) -> Surroundings:
    """Where agents are looked for: the home, and the workspaces around the paths."""
    here = "win32" if sys.platform in {"win32", "cygwin"} else "darwin" if sys.platform == "darwin" else "linux"
    return Surroundings(
        home=job.home,
        workspaces=workspaces(job.paths),
        environment=job.environment,
        platform=job.platform or here,
        system_root=job.system_root,
        named=job.agents,
    )


def workspaces(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The folders agents would be started in.

    That is each path's own folder where an agent has left its settings, else the repository around it, else the folder.
    """
    found: dict[Path, None] = {}
    for path in paths:
        folder = Path(os.path.abspath(path if path.is_dir() else path.parent))
        own = any((folder / name).exists() for name in _SETTINGS)
        found[folder if own else sources.git.repo_root(folder) or folder] = None
    return tuple(found)


def find(job: Job, matcher: Matcher, progress: Progress) -> Haul:
    """Read everything the job names and return what was found and what could not be read."""
    haul = Haul()
    reader = sources.Reader()
    if not job.staged:
        crew = Crew(reader.read, matcher.matches, job.jobs or processors(), progress.read)
        haul.add(crew.run(_targets(job)))
    for fragment in _fragments(job):
        if isinstance(fragment, Skip):
            haul.skips.append(fragment)
            continue
        haul.files += fragment.fresh_from == 0
        haul.bytes += fragment.fresh
        haul.matches.extend(matcher.matches(fragment))
    if job.history:
        haul.add(_past(job, matcher, progress))
    return haul


def _past(job: Job, matcher: Matcher, progress: Progress) -> Haul:
    """What the repositories of the job's paths held in the commits it asks for."""
    from auditor.sources.history import Selection, gather, scopes

    selection = Selection(job.since, job.range_, job.all_refs, job.unreachable)
    haul = Haul()
    for scope in scopes(job.paths):
        if isinstance(scope, Skip):
            haul.skips.append(scope)
            continue
        try:
            past = gather(scope, selection, job.exclude, job.jobs or processors())
        except IncompleteError as error:
            haul.skips.append(Skip(scope.name, f"its history was not read: {error.what}"))
        else:
            haul.add(_held(past, job, matcher, progress))
    return haul


def _held(past: Past, job: Job, matcher: Matcher, progress: Progress) -> Haul:
    from auditor.sources.blobs import BlobReader
    from auditor.sources.history import folded
    from auditor.sources.holders import trace

    jobs, count = job.jobs or processors(), past.count
    haul = BatchCrew(BlobReader().read_all, matcher.matches, jobs, progress.read, count=count).run(past.targets())
    traced = trace(past, haul.matches)
    haul.matches, haul.firsts = list(traced.matches), traced.firsts
    haul.skips = [*past.skips, *folded(past.scope.name, haul.skips)]
    haul.notes = [past.said()]
    return haul


def _targets(job: Job) -> Iterator[Target | Skip]:
    """Files of the paths, then those of the home's stores that were not among them."""
    seen: set[str] = set()
    for item in _walked(job):
        if isinstance(item, Target) and job.scan_home:
            seen.add(item.real)
        yield item
    for item in _stored(job) if job.scan_home else ():
        if isinstance(item, Skip) or item.real not in seen:
            yield item


def _walked(job: Job) -> Iterator[Target | Skip]:
    return sources.walk(job.paths, exclude=job.exclude) if job.paths else iter(())


def _stored(job: Job) -> Iterator[Target | Skip]:
    if job.scan_home:
        from auditor.sources.storebook import load

        definitions = load(rules_folder() / "stores")
        yield from sources.stores.stores(job.home, job.environment, surroundings(job).platform, definitions)


def _fragments(job: Job) -> Iterator[Fragment | Skip]:
    if job.staged:
        yield from sources.git.staged(job.paths[0] if job.paths else Path.cwd())
    if job.scan_environment:
        yield from sources.environment.fragments(job.environment)
    if job.stdin is not None:
        yield from sources.stdin.fragments(job.stdin)


def _is_by_choice(skip: Skip) -> bool:
    """Whether nothing is missing for a skip: a link out of the tree, a socket, a device, a history not begun."""
    return skip.why.startswith(("link to outside", "links to outside", "is a ", "not a regular file", "has no commits"))


def _with_git(matches: Sequence[Match]) -> Iterator[Match]:
    """Say of every file sighting whether git tracks it, asking once for each repository."""
    by_root: dict[Path, set[str]] = {}
    roots: dict[str, Path | None] = {}
    for match in matches:
        if match.real and match.tracked is None:
            root = _root_of(match.real, roots)
            if root:
                by_root.setdefault(root, set()).add(os.path.relpath(match.real, root).replace(os.sep, "/"))
    known = {root: _tracked(root, paths) for root, paths in by_root.items()}
    for match in matches:
        root = _root_of(match.real, roots) if match.real and match.tracked is None else None
        if root is None:
            yield match
        else:
            name = os.path.relpath(match.real, root).replace(os.sep, "/")
            yield replace(match, tracked=name in known[root])


def _root_of(real: str, seen: dict[str, Path | None]) -> Path | None:
    folder = os.path.dirname(real)
    if folder not in seen:
        seen[folder] = sources.git.repo_root(Path(folder))
    return seen[folder]


def _tracked(root: Path, paths: Iterable[str]) -> frozenset[str]:
    try:
        return sources.git.tracked(root, paths)
    except AuditError:
        return frozenset()


def _weighed(
    job: Job, haul: Haul, records: Sequence[AgentRecord], book: Rulebook
) -> tuple[tuple[Finding, ...], tuple[Fix, ...], Cut | None]:
    """Findings, their fixes and the cheapest cut, for what was matched."""
    credentials = join(_with_git(haul.matches), _detectors(book, haul.matches), job.key)
    return _exposed(_assessed(credentials, job, haul, book), records, book)


def _detectors(book: Rulebook, matches: Iterable[Match]) -> dict[str, Detector]:
    return {rule: book.by_id(rule) for rule in {match.rule for match in matches}}


def _assessed(credentials: Sequence[Credential], job: Job, haul: Haul, book: Rulebook) -> tuple[Assessment, ...]:
    from datetime import datetime, timezone

    from auditor.enrich.assess import assess

    moment = job.now or datetime.now(timezone.utc)
    return tuple(
        assess(
            credential,
            book.by_id(credential.rule),
            book.provider(credential.provider),
            now=moment,
            history=_oldest(credential, job, haul, asks=place < _HISTORIES),
            file_time=_file_time(credential),
        )
        for place, credential in enumerate(credentials)
    )


def _oldest(credential: Credential, job: Job, haul: Haul, *, asks: bool) -> tuple[str, datetime] | None:
    """The oldest commit known to hold it: by the history that was read; unless that was whole, by its file's too."""
    told = haul.firsts.get(credential.secret)
    if not asks or (told and job.since is None and not job.range_):
        return told
    return min((first for first in (told, _history(credential)) if first), key=lambda first: first[1], default=None)


def _history(credential: Credential) -> tuple[str, datetime] | None:
    from auditor.enrich.age import first_seen

    for sighting in credential.sightings:
        if not (sighting.tracked and sighting.real):
            continue
        root = sources.git.repo_root(Path(sighting.real).parent)
        if root is None:
            continue
        name = os.path.relpath(sighting.real, root).replace(os.sep, "/")
        try:
            return first_seen(sources.git.history_of(root, name, _VERSIONS), credential.secret)
        except AuditError:
            return None
    return None


def _file_time(credential: Credential) -> datetime | None:
    from datetime import datetime, timezone

    for sighting in credential.sightings:
        if sighting.real and sighting.location.origin.is_file:
            try:
                return datetime.fromtimestamp(os.stat(sighting.real).st_mtime, tz=timezone.utc)
            except (OSError, OverflowError, ValueError):
                return None
    return None


def _exposed(
    assessments: Sequence[Assessment], records: Sequence[AgentRecord], book: Rulebook
) -> tuple[tuple[Finding, ...], tuple[Fix, ...], Cut | None]:
    """Findings, their fixes, and the cheapest cut that takes them below high."""
    from auditor.agents.reach import derive
    from auditor.exposure.findings import build
    from auditor.exposure.outlook import outlook
    from auditor.exposure.scoring import read as read_scoring
    from auditor.exposure.taxonomy import read as read_taxonomy
    from auditor.exposure.whatif import Grounds

    scoring = read_scoring(book.beside(rules_folder() / "scoring.yaml"), "scoring.yaml")
    taxonomy = read_taxonomy(book.beside(rules_folder() / "taxonomy.yaml"), "taxonomy.yaml")
    providers = {
        assessment.credential.provider: book.provider(assessment.credential.provider) for assessment in assessments
    }
    findings, fixes = build(assessments, records, derive, scoring, providers, taxonomy=taxonomy)
    hosts = {name: provider.hosts for name, provider in providers.items()}
    findings, cut = outlook(findings, fixes, Grounds(tuple(records), derive, scoring, hosts), below=Band.HIGH)
    return findings, fixes, cut
