"""A reader for MessagePack, small and bounded: https://github.com/msgpack/msgpack/blob/master/spec.md."""

from __future__ import annotations

import struct
from typing import Any

_DEEPEST = 32
# First bytes up to and from which a type goes, in the order of the specification.
_SMALL_NUMBER, _SMALL_MAP, _SMALL_ARRAY, _SMALL_TEXT, _NEGATIVE = 0x7F, 0x8F, 0x9F, 0xBF, 0xE0
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS = {
    0xCA: ">f",
    0xCB: ">d",
    0xCC: ">B",
    0xCD: ">H",
    0xCE: ">I",
    0xCF: ">Q",
    0xD0: ">b",
    0xD1: ">h",
    0xD2: ">i",
    0xD3: ">q",
}
_SIZED = {
    0xC4: ("bin", ">B"),
    0xC5: ("bin", ">H"),
    0xC6: ("bin", ">I"),
    0xD9: ("str", ">B"),
    0xDA: ("str", ">H"),
    0xDB: ("str", ">I"),
    0xDC: ("array", ">H"),
    0xDD: ("array", ">I"),
    0xDE: ("map", ">H"),
    0xDF: ("map", ">I"),
}


def unpack(data: bytes) -> Any:
    """Return the first value in ``data``. Raises ``ValueError`` or ``struct.error`` when it is cut off or odd."""
    return _Reader(data).value(0)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        kind = self._take(1)[0]
        if kind <= _SMALL_NUMBER or kind >= _NEGATIVE:
            return kind if kind <= _SMALL_NUMBER else kind - 256
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind in _NUMBERS:
            return self._number(_NUMBERS[kind])
        return self._sized(kind, depth)

    def _sized(self, kind: int, depth: int) -> Any:
        if kind <= _SMALL_MAP:
            return self._map(kind & 0x0F, depth)
        if kind <= _SMALL_ARRAY:
            return self._array(kind & 0x0F, depth)
        if kind <= _SMALL_TEXT:
            return self._text(kind & 0x1F)
        if kind not in _SIZED:
            raise ValueError("an extension type")
        shape, form = _SIZED[kind]
        size = self._number(form)
        if shape == "bin":
            return self._take(size)
        if shape == "str":
            return self._text(size)
        return self._array(size, depth) if shape == "array" else self._map(size, depth)

    def _array(self, size: int, depth: int) -> list[Any]:
        self._expect(size)
        return [self.value(depth + 1) for _ in range(size)]

    def _map(self, size: int, depth: int) -> dict[Any, Any]:
        self._expect(size * 2)
        return {self.value(depth + 1): self.value(depth + 1) for _ in range(size)}

    def _text(self, size: int) -> str:
        return self._take(size).decode("utf-8")

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _expect(self, size: int) -> None:
        # Every item takes a byte at least: a length beyond the data is a lie, not a reason to allocate.
        if size > len(self._data) - self._at:
            raise ValueError("longer than the data")

    def _take(self, size: int) -> bytes:
        self._expect(size)
        self._at += size
        return self._data[self._at - size : self._at]
