"""Where text comes from: files, staged blobs, the environment, standard input and the stores of a home.

``environment``, ``stdin``, ``stores`` and ``git`` are used as modules; the rest is at hand here.
"""

from auditor.sources import environment, git, stdin, stores
from auditor.sources.files import walk
from auditor.sources.reading import Reader

__all__ = ["Reader", "environment", "git", "stdin", "stores", "walk"]
