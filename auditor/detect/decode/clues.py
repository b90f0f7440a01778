"""What tells that something is encoded: cheap expressions, most of them for the one pass that the rules make anyway.

An encoding that shows itself by letters (``%2F``, ``\\u003d``, ``" + "``) is a telltale of the main engine. Base64 and
hex show themselves only by what their letters may decode to: text has no byte above 127, so that of the four letters
that three bytes of it give (RFC 4648, section 4), the first is one of half of the alphabet, and so is the third. A
second, tiny engine, the sieve, looks for a run that begins so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from auditor.detect.engine import Event, Expression

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Nominates(Protocol):
    """Anything that says which expression ends where: the engine, or the slow reference."""

    def events(self, data: bytes | bytearray | memoryview) -> list[Event]:
        """Return (expression number, end offset) pairs."""

    def another(self, expressions: Sequence[Expression]) -> Nominates:
        """Return one of the same kind for other ``expressions``."""


# The letters that the first, second and third six bits of three bytes of text give: printable, or tab and line ends.
_FIRST = "".join(sorted({_ALPHABET[code >> 2] for code in (9, 10, 13, *range(0x20, 0x7F))}))
_SECOND = "".join(letter for place, letter in enumerate(_ALPHABET) if place & 15 in {0, *range(2, 8)})
_THIRD = "".join(letter for place, letter in enumerate(_ALPHABET) if not place & 2)
_FOUR = rf"[{_FIRST}][{_SECOND}][{_THIRD}][0-9A-Za-z+/_\-]"

BASE64_LEAD = 12
"""How many letters of a base64 run an event of the sieve has seen."""
HEX_LEAD = 20
"""How many hex digits an event of the sieve has seen."""
_ANYWHERE = r"(?:[^0-9A-Za-z+]|\A|\\[nrt])"
_QUOTED = r"(?:[\"'`=]|[\"'`]\\?\r?\n[ \t]*|\\[nrt])"
# Each has an engine of its own: such small ones are quick to compile, and run faster one after the other than as one.
_BASE64 = _ANYWHERE + _FOUR * 3
_QUOTED_BASE64 = _QUOTED + _FOUR * 3
_HEX = _ANYWHERE + "(?:0x)?(?:[2-7][0-9a-fA-F]){10}"
# Files in which values stand in quotes: there the sieve needs to look at little else.
_QUOTING = (
    ".js .mjs .cjs .jsx .ts .mts .cts .tsx .py .pyi .java .kt .go .rb .rs .c .h .cc .cpp .hpp .cs .fs .swift .m .php .scala "
    ".groovy .dart .ex .exs .lua .pl .pm .json .jsonc .jsonl .json5 .ipynb .css .scss .less .vue .svelte .tf"
)
_SUFFIXES = tuple(_QUOTING.split())
# Written by machines, full of hashes and maps; or, as TypeScript's declarations, without any value.
_NEVER = (
    *".map .lock package-lock.json pnpm-lock.yaml go.sum .min.js .min.css".split(),
    *".d.ts .d.mts .d.cts".split(),
)

_TOKEN = r"[0-9A-Za-z_/+=.\-]"  # noqa: S105 - the letters of tokens
_ESCAPED = r"(?:u00|u\{|x)[2-7][0-9a-fA-F]"
# Spelled out, since the engine is quick with fixed text; whitespace has no upper bound, as the engine loses track of
# some bounded repeats that begin again before they have ended.
_JOINTS = (
    r"\"\+\"", r"'\+'", r"\" \+ \"", r"' \+ '", r"\" \. \"", r"' \. '", r"\"\.\"", r"'\.'", r"\" & \"", r"' \|\| '", r"\" \+ '", r"' \+ \"",
    r"\" ?[+.]\r?\n\s*\"", r"' ?[+.]\r?\n\s*'", r"\"\r?\n\s*[+.] ?\"", r"'\r?\n\s*[+.] ?'",
    r"\" \"", r"' '", r"\"\"", r"''", r"\"'", r"'\"", r"\"\r?\n\s*\"", r"'\r?\n\s*'", r"\" ?\\\r?\n\s*\"", r"' ?\\\r?\n\s*'",
)  # fmt: skip

TELLTALES: tuple[tuple[str, str], ...] = (
    ("percent", r"%[2-7][0-9a-fA-F]"),
    ("entity", r"&#0*(?:[xX]0*[2-7][0-9a-fA-F]|[3-9][0-9]|1[0-2][0-9]);"),
    ("entity", r"&(?:colon|sol|commat|lowbar|equals|plus|period);"),
    ("escape", rf"\\{_ESCAPED}"),
    ("escape", r"\\[01][0-7][0-7]\\[01][0-7][0-7]"),
    ("escape", r"[0-9A-Za-z_+:/=]\\/[0-9A-Za-z_/+=\\\-]{2}"),
    ("joint", rf"(?:{_TOKEN}|\\[nr])(?:{'|'.join(_JOINTS)}){_TOKEN}{{3}}"),
    ("template", r"[$#]\{ ?[\"'][0-9A-Za-z_/+=.\-]{3}"),
    ("list", r"[\"']\s*\]\s*\.join\((?:\"\"|''|``)\)"),
    ("list", r"(?:\"\"|'')\.join\(\s*[\[(]\s*[\"']"),
    ("continued", rf"{_TOKEN}{{3}}\\\r?\n[ \t]*{_TOKEN}{{3}}"),
    ("secret-manifest", r"kind\\*[\"']?\s*:\s*\\*[\"']?Secret[\\\"'\s,}]"),
    ("gzip", r"(?:[^0-9A-Za-z+]|\A|\\[nrt])H4sI[A-F]"),
    ("command", r"[-/][eE](?:[cC]|[nN][cC][A-Za-z]*)[ \t]+[\"']?[0-9A-Za-z+/]{16}"),
)
"""(name, expression) of what the main engine is to look for; several may share a name."""


class Sieve:
    """Looks for runs of base64 and hex that begin like text. ``compile_`` makes an engine of expressions."""

    def __init__(self, compile_: Callable[[Sequence[Expression]], Nominates]) -> None:
        self._compile = compile_
        self._engines: dict[str, Nominates] = {}

    def clues(self, data: bytes | bytearray | memoryview, path: str) -> list[tuple[str, int]]:
        """Return the name of each run and where its beginning ends, for a file shown as ``path``."""
        name = path.lower()
        if len(data) <= BASE64_LEAD or name.endswith(_NEVER):
            return []
        base64 = _QUOTED_BASE64 if name.endswith(_SUFFIXES) else _BASE64
        found = [("base64", end) for _, end in self._engine(base64).events(data)]
        return found + [("hex", end) for _, end in self._engine(_HEX).events(data)]

    def _engine(self, text: str) -> Nominates:
        engine = self._engines.get(text)
        if engine is None:
            engine = self._engines[text] = self._compile([Expression(0, text, caseless=False)])
        return engine
