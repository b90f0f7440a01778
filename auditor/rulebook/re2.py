"""Regular expressions of Go's RE2 in the words of Python's ``re``, one group of each kept as ``secret``.

Both languages are nearly one. What differs is written out here: flags that begin in the middle, POSIX classes, some
escapes, braces and brackets that stand for themselves (https://github.com/google/re2/wiki/Syntax).
"""

from __future__ import annotations

import re

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`\{-~",
    "space": r"\t\n\x0b\f\r ",
    "upper": "A-Z",
    "word": r"0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_REPEAT = re.compile(r"\{\d+(?:,\d*)?\}")
_POSIX_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]")
_FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]+)\}")
_SAME = frozenset("AbBdDsSwWfnrtv")
_DOUBLED = frozenset("-&|~")
_LAST_ASCII = 0x7F


class Untranslatable(ValueError):  # noqa: N818 - a reason, told to people as it stands
    """The expression says something that Python's ``re`` over ASCII bytes cannot say; the text is the reason."""


def translate(pattern: str, secret_group: int = 0) -> str:
    """Return ``pattern`` for Python with its group number ``secret_group`` named ``secret``, the others nameless.

    Without a group (0 and no group in the pattern) the whole match is the secret; 0 otherwise means the first group.
    Raises ``Untranslatable``.
    """
    if not pattern.isascii():
        raise Untranslatable("it holds characters beyond ASCII")
    walk = _Walk(pattern, secret_group or 1)
    text = walk.whole()
    if not walk.groups:
        head, body = ("(?i)", text[4:]) if text.startswith("(?i)") else ("", text)
        text = f"{head}(?P<secret>{body})"
    elif walk.groups < (secret_group or 1):
        raise Untranslatable(f"it has no group {secret_group}")
    return text


class _Walk:
    """One pass over a pattern; ``groups`` counts the capturing groups seen so far."""

    def __init__(self, pattern: str, wanted: int) -> None:
        self._text = pattern
        self._at = 0
        self._wanted = wanted
        self.groups = 0

    def whole(self) -> str:
        head = ""
        flags = _FLAGS.match(self._text)
        if flags and flags.groups() == ("i", None, ")"):
            self._at, head = flags.end(), "(?i)"
        return head + self._group(frozenset())

    def _group(self, flags: frozenset[str]) -> str:
        """Everything up to the end of the group; a flag that begins in it is closed before each ``|`` and the end."""
        parts: list[str] = []
        opened = ""
        while self._at < len(self._text) and self._text[self._at] != ")":
            sign = self._text[self._at]
            setting = _FLAGS.match(self._text, self._at)
            if setting and setting[3] == ")":
                self._at = setting.end()
                flags = self._changed(flags, setting)
                parts.append((")" if opened else "") + _scope(setting))
                opened = parts[-1].removeprefix(")")
            elif sign == "|" and opened:
                self._at += 1
                parts.append(f")|{opened}")
            else:
                parts.append(self._one(sign, flags))
        return "".join(parts) + (")" if opened else "")

    def _changed(self, flags: frozenset[str], setting: re.Match[str]) -> frozenset[str]:
        unknown = set(setting[1] + (setting[2] or "")) - set("ims")
        if unknown:
            raise Untranslatable(f"it uses the flag {min(unknown)!r}")
        return (flags | set(setting[1])) - set(setting[2] or "")

    def _one(self, sign: str, flags: frozenset[str]) -> str:
        if sign == "(":
            return self._open(flags)
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign == "{":
            return self._brace()
        self._at += 1
        if sign == "." and "s" in flags:
            return r"[\s\S]"
        if sign == "$" and "m" not in flags:
            return r"\Z"
        if sign in "^$" and "m" in flags:
            return f"(?m:{sign})"
        return r"\}" if sign == "}" else sign

    def _open(self, flags: frozenset[str]) -> str:
        named = _NAMED.match(self._text, self._at)
        setting = _FLAGS.match(self._text, self._at)
        if setting and setting[3] == ":":
            self._at = setting.end()
            return self._closed(_scope(setting), self._changed(flags, setting))
        if named or not self._text.startswith("(?", self._at):
            self._at = named.end() if named else self._at + 1
            self.groups += 1
            return self._closed("(?P<secret>" if self.groups == self._wanted else "(?:", flags)
        raise Untranslatable(f"it uses {self._text[self._at : self._at + 4]}…")

    def _closed(self, start: str, flags: frozenset[str]) -> str:
        inside = self._group(flags)
        if self._at >= len(self._text):
            raise Untranslatable("a group is not closed")
        self._at += 1
        return f"{start}{inside})"

    def _brace(self) -> str:
        repeat = _REPEAT.match(self._text, self._at)
        if repeat:
            self._at = repeat.end()
            return repeat[0]
        self._at += 1
        return r"\{"

    def _escape(self) -> str:
        sign = self._text[self._at + 1 : self._at + 2]
        wide = _HEX.match(self._text, self._at)
        if wide:
            self._at = wide.end()
            return _hexadecimal(int(wide[1], 16))
        if sign == "Q":
            return self._quoted()
        self._at += 2
        if sign == "z":
            return r"\Z"
        if sign == "x":
            self._at += 2
            return _hexadecimal(int(self._text[self._at - 2 : self._at], 16))
        if sign in {"p", "P"}:
            raise Untranslatable("it names a Unicode class")
        if sign.isalnum() and sign not in _SAME and sign != "a":
            raise Untranslatable(f"it uses \\{sign}")
        return f"\\{sign}"

    def _quoted(self) -> str:
        end = self._text.find(r"\E", self._at)
        inside = self._text[self._at + 2 : end if end >= 0 else None]
        self._at = end + 2 if end >= 0 else len(self._text)
        return re.escape(inside)

    def _class(self) -> str:
        parts = ["["]
        self._at += 1
        if self._text.startswith("^", self._at):
            parts.append("^")
            self._at += 1
        first = True
        while self._at < len(self._text) and (first or self._text[self._at] != "]"):
            parts.append(self._member(parts[-1]))
            first = False
        if self._at >= len(self._text):
            raise Untranslatable("a class is not closed")
        self._at += 1
        return "".join(parts) + "]"

    def _member(self, before: str) -> str:
        sign = self._text[self._at]
        posix = _POSIX_CLASS.match(self._text, self._at)
        if posix:
            self._at = posix.end()
            if posix[1] or posix[2] not in _POSIX:
                raise Untranslatable(f"it uses the class {posix[0]}")
            return _POSIX[posix[2]]
        if sign == "\\":
            return self._escape()
        self._at += 1
        if sign in r"[]{}" or (sign in _DOUBLED and before == sign):
            return f"\\{sign}"
        return sign


def _scope(setting: re.Match[str]) -> str:
    """The group that stands for a flag: only case is one in Python; ``.``, ``^`` and ``$`` are written out."""
    if "i" in setting[1]:
        return "(?i:"
    return "(?-i:" if "i" in (setting[2] or "") else "(?:"


def _hexadecimal(code: int) -> str:
    if code > _LAST_ASCII:
        raise Untranslatable("it holds characters beyond ASCII")
    return f"\\x{code:02x}"
