"""How far a run is: one line on stderr, only on a terminal, only when it takes more than a moment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from auditor.pipeline import Progress
from auditor.workers import Haul

if TYPE_CHECKING:
    from typing_extensions import Self

_PATIENCE = 1.0
_INTERVAL = 0.1
_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "BUILDKITE", "JENKINS_URL", "TEAMCITY_VERSION")


class Meter:
    """A context that shows progress and leaves no trace of it behind."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str]) -> None:
        self._stream = stream
        self._shown = stream.isatty() and not any(environment.get(name) for name in _CI)
        self._started = self._last = time.monotonic()
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def progress(self) -> Progress:
        """The callbacks for the pipeline; none when nothing is to be shown."""
        return Progress(self._building, self._read) if self._shown else Progress()

    def _building(self) -> None:
        self._draw("compiling the rules (once for each version)…")

    def _read(self, haul: Haul) -> None:
        now = time.monotonic()
        if now - self._started > _PATIENCE and now - self._last > _INTERVAL:
            self._last = now
            megabytes = haul.bytes / 1e6
            self._draw(f"{haul.files} files · {megabytes:.0f} MB · {len(haul.matches)} sightings")

    def _draw(self, text: str) -> None:
        self._drawn = True
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()
