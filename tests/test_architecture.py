"""Who may import whom: one way, room by room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "auditor"

# A room imports only from rooms of a smaller rank; rooms of the same rank never import each other.
RANKS = {
    "__init__": 0,
    "model": 0,
    "errors": 0,
    "rulebook": 1,
    "settings": 1,
    "sources": 2,
    "detect": 2,
    "enrich": 2,
    "agents": 2,
    "exposure": 2,
    "probe": 2,
    "report": 2,
    "workers": 2,
    "pipeline": 3,
    "cli": 4,
    "__main__": 5,
}
# The one place that may import each of these; everything else goes through it.
DOORS = {
    "typer": ("cli",),
    "rich": ("report",),
    "hyperscan": ("detect/engine.py",),
    "git": ("sources/worktrees.py",),
    # Rules are YAML, agents write YAML of their own, and so does kubectl: three readers that share nothing else.
    "yaml": ("rulebook/load.py", "agents/", "enrich/decode/kubeconfig.py"),
    "tomli": ("agents/documents.py", "settings.py", "rulebook/importer.py"),
    "detect_secrets": ("detect/yelp.py",),
    "platformdirs": ("settings.py",),
    "cryptography": ("enrich/decode",),
    "httpx": ("probe",),
}
# Plaintext is opened where it is found, read for its claims, or sent to its provider; nowhere else.
REVEALS = ("detect", "enrich", "probe", "model/secret.py")


def modules() -> list[tuple[str, Path]]:
    return [(path.relative_to(PACKAGE).as_posix(), path) for path in sorted(PACKAGE.rglob("*.py"))]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "auditor":
                yield from (f"auditor.{alias.name}" for alias in node.names)
            else:
                yield node.module


def room(name: str) -> str:
    return name.split("/", 1)[0].removesuffix(".py")


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_a_room_imports_only_from_rooms_before_it(name: str, path: Path) -> None:
    own = room(name)
    assert own in RANKS, f"{own} has no rank: give the new room a place in RANKS"
    for module in imported(ast.parse(path.read_text(encoding="utf-8"))):
        if not module.startswith("auditor."):
            continue
        other = module.split(".")[1]
        if other.startswith("__version__") or other == own:
            continue
        assert RANKS[other] < RANKS[own], f"{name} imports {module}: {own} may not know {other}"


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_every_dependency_has_one_door(name: str, path: Path) -> None:
    for module in imported(ast.parse(path.read_text(encoding="utf-8"))):
        doors = DOORS.get(module.split(".")[0])
        assert doors is None or name.startswith(doors), f"{name} imports {module}; its door is {doors}"


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_plaintext_is_revealed_in_named_rooms_only(name: str, path: Path) -> None:
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "reveal"
    ]
    assert not calls or name.startswith(REVEALS), f"{name}:{calls} opens a secret"
