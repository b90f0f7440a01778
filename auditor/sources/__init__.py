"""Where text comes from: files, staged blobs, the environment, standard input and the stores of a home.

``environment``, ``stdin``, ``stores`` and ``git`` are used as modules; the rest is at hand here.
"""

from types import ModuleType

from auditor.sources import environment, git, stdin
from auditor.sources.files import walk
from auditor.sources.reading import Reader

__all__ = ["Reader", "environment", "git", "stdin", "stores", "walk"]


def __getattr__(name: str) -> ModuleType:
    # Only a scan of a home pays for the stores at start-up.
    if name == "stores":
        from importlib import import_module

        return import_module("auditor.sources.stores")
    raise AttributeError(name)
