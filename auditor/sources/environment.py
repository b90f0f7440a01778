"""The environment of this process as text: what every command an agent starts inherits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.model.place import Fragment, Origin, Target


def fragments(env: Mapping[str, str]) -> Iterator[Fragment]:
    """Yield one fragment a variable, ``NAME=value`` in UTF-8, shown as ``env:NAME``, sorted by name."""
    for name in sorted(env):
        target = Target(Origin.ENVIRONMENT, f"env:{name}", "")
        yield Fragment(target, f"{name}={env[name]}".encode("utf-8", "surrogateescape"))
