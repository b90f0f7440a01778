"""Path globs: absolute POSIX globs as one compiled pattern each, and gitignore lines turned into such globs.

``**`` stands for any number of folders, ``*`` and ``?`` stay within one name and match dot files too, ``[...]`` is a
class, ``{a,b}`` an alternative. Patterns come from repositories, so the compiled forms never backtrack across stars:
each run between stars is matched at its first place, which is enough for globs, inside an atomic look-ahead.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count, pairwise

from auditor.model.lazy import lazy_pattern

_MAGIC = lazy_pattern(r"([*?\[\]{}\\])")
_MOST_ALTERNATIVES = 2048


def escape(path: str) -> str:
    """A path as a glob that matches only itself."""
    return _MAGIC.sub(r"\\\1", path)


@lru_cache(maxsize=4096)
def compile_glob(glob: str) -> re.Pattern[str]:
    """The pattern of an absolute POSIX glob; use ``fullmatch``. A glob that is not well formed matches as literal."""
    numbers = count()
    said = "|".join(_translate(part, numbers) for part in _alternatives(glob))
    return re.compile(f"(?s:{said})")


@lru_cache(maxsize=65536)
def matches(glob: str, path: str) -> bool:
    """Whether an absolute POSIX path matches a glob."""
    return compile_glob(glob).fullmatch(path) is not None


def gitignore_to_globs(pattern: str, base: str) -> tuple[str, ...]:
    """The absolute globs that one gitignore line, standing in folder ``base``, covers (gitignore(5)).

    Empty for blank lines, comments and negated lines (``!…``): the caller strips the mark of a negation and turns the
    effect round. A matched folder covers what is in it, so most lines give two globs.
    """
    line = _trimmed(pattern)
    if not line or line.startswith(("#", "!")):
        return ()
    line = line[1:] if line.startswith(("\\#", "\\!")) else line
    folder_only = line.endswith("/")
    body = line.rstrip("/")
    anchored = "/" in body
    body = body.lstrip("/")
    root = escape(base.rstrip("/"))
    if not body:
        return (f"{root}/**",)
    whole = f"{root}/{body}" if anchored else f"{root}/**/{body}"
    if whole.endswith("/**"):
        return (whole,)
    return (f"{whole}/**",) if folder_only else (whole, f"{whole}/**")


def outside(folder: str, kept: tuple[str, ...]) -> tuple[str, ...]:
    """The globs that match ``folder`` and all below it, except what is, or lies below, one of the ``kept`` paths.

    All paths are absolute and literal. Says "deny this, but allow that part of it" where the strictest rule wins.
    """
    root = folder.rstrip("/")
    inside = sorted({path[len(root) + 1 :].rstrip("/") for path in kept if path.startswith(f"{root}/")})
    if folder.rstrip("/") in {path.rstrip("/") for path in kept}:
        return ()
    if not inside:
        return (escape(root) or "/", f"{escape(root)}/**")
    names: dict[str, list[str]] = {}
    for path in inside:
        first, _, rest = path.partition("/")
        names.setdefault(first, []).append(rest)
    others = "{" + ",".join(_other_names(frozenset(names))) + "}"
    globs = [f"{escape(root)}/{others}", f"{escape(root)}/{others}/**"]
    for name, rests in names.items():
        if "" not in rests:
            below = outside(f"{root}/{name}", tuple(f"{root}/{name}/{rest}" for rest in rests))
            globs.extend(glob for glob in below if glob not in globs)
    return tuple(globs)


def _other_names(names: frozenset[str], start: str = "") -> list[str]:
    """Name globs that together match every name that begins with ``start`` and is not one of ``names``."""
    held = [name[len(start) :] for name in names if name.startswith(start)]
    heads = sorted({rest[0] for rest in held if rest})
    lead = escape(start).replace(",", "\\,")
    found = [lead] if start and "" not in held else []
    quoted = "".join(f"\\{head}" if head in "]\\^!-,{}" else head for head in heads)
    found.append(f"{lead}[!{quoted}]*" if heads else f"{lead}?*")
    for head in heads:
        found.extend(_other_names(names, start + head))
    return found


def _trimmed(pattern: str) -> str:
    line = pattern.rstrip("\r\n")
    while line.endswith((" ", "\t")) and not line.endswith("\\ "):
        line = line[:-1]
    return line


def _alternatives(glob: str) -> tuple[str, ...]:
    """The glob with every ``{a,b}`` spelled out; as it stands when there are too many or a brace is open."""
    done: list[str] = []
    waiting = [glob]
    while waiting:
        if len(done) + len(waiting) > _MOST_ALTERNATIVES:
            return (_MAGIC.sub(r"\\\1", glob),)
        text = waiting.pop()
        brace = _brace(text)
        if brace is None:
            done.append(text)
        else:
            start, end, parts = brace
            waiting.extend(text[:start] + part + text[end:] for part in reversed(parts))
    return tuple(done)


def _brace(text: str) -> tuple[int, int, tuple[str, ...]] | None:
    """The first ``{a,b}``: where it starts and ends, and its parts; a brace without a comma is no alternative."""
    start = at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == "{":
            start = at
            end, cuts = _closing(text, at)
            if end and cuts:
                edges = [start, *cuts, end]
                parts = tuple(text[a + 1 : b] for a, b in pairwise(edges))
                return start, end + 1, parts
        at += 1
    return None


def _closing(text: str, start: int) -> tuple[int, list[int]]:
    """Where the brace at ``start`` closes (0: never), and its own commas."""
    depth, cuts, at = 0, list[int](), start
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return at, cuts
        elif character == "," and depth == 1:
            cuts.append(at)
        at += 1
    return 0, cuts


def _translate(glob: str, numbers: count[int]) -> str:
    """One glob without braces as a pattern: its names cut at ``**``, each run of names matched at its first place."""
    runs: list[list[str]] = [[]]
    for name in _names(glob):
        if name == "**":
            runs.append([])
        else:
            runs[-1].append(_name(name, numbers))
    said = "/".join(runs[0])
    for index, run in enumerate(runs[1:], start=1):
        last = index == len(runs) - 1
        body = "/".join(run)
        if last:
            said += f"{_slash(runs, index)}(?:[^/]*/)*{body}" if run else f"{_slash(runs, index)}.+"
        elif run:
            number = f"r{next(numbers)}"
            said += f"{_slash(runs, index)}(?=(?P<{number}>(?:[^/]*/)*?{body}(?=/)))(?P={number})"
    return said


def _slash(runs: list[list[str]], index: int) -> str:
    """The slash between a run and what follows it; none where ``**`` stands at the very start."""
    return "/" if any(runs[:index]) else ""


def _names(glob: str) -> list[str]:
    """The segments of a glob; repeated ``**`` are one."""
    names: list[str] = []
    for name in re.split(r"/", glob):
        if name == "**" and names and names[-1] == "**":
            continue
        names.append(name)
    return names


def _name(name: str, numbers: count[int]) -> str:
    """One segment as a pattern that never crosses a slash."""
    pieces = _pieces(name)
    stars = [index for index, piece in enumerate(pieces) if piece == "*"]
    if not stars:
        return "".join(pieces)
    said = "".join(pieces[: stars[0]])
    for start, end in pairwise(stars):
        number = f"n{next(numbers)}"
        chunk = "".join(pieces[start + 1 : end])
        said += f"(?=(?P<{number}>[^/]*?{chunk}))(?P={number})"
    return f"{said}[^/]*" + "".join(pieces[stars[-1] + 1 :])


def _pieces(name: str) -> list[str]:
    """A segment as atoms: ``*`` for a run of stars, a pattern for every other character or class."""
    pieces: list[str] = []
    at = 0
    while at < len(name):
        character = name[at]
        if character == "*":
            if not pieces or pieces[-1] != "*":
                pieces.append("*")
        elif character == "?":
            pieces.append("[^/]")
        elif character == "\\" and at + 1 < len(name):
            at += 1
            pieces.append(re.escape(name[at]))
        elif character == "[" and (end := _class_end(name, at)):
            pieces.append(_class(name[at + 1 : end]))
            at = end
        else:
            pieces.append(re.escape(character))
        at += 1
    return pieces


def _class_end(name: str, start: int) -> int:
    """Where the class that opens at ``start`` ends; 0 when it never does."""
    at = start + 1
    if name[at : at + 1] in {"!", "^"}:
        at += 1
    if name[at : at + 1] == "]":
        at += 1
    while at < len(name) and name[at] != "]":
        at += 2 if name[at] == "\\" else 1
    return at if at < len(name) else 0


def _class(body: str) -> str:
    """The inside of ``[...]`` as a pattern; a range that runs backwards matches nothing."""
    negated = body[:1] in {"!", "^"}
    inside = body[1:] if negated else body
    said = re.sub(r"\\(.)|([\[\]^&~|])", lambda found: "\\" + (found[1] or found[2]), inside)
    try:
        re.compile(f"[{said}]")
    except re.error:
        return "(?!)"
    return f"(?!/)[^{said}]" if negated else f"(?!/)[{said}]"
