"""``Secret``: the one value in the program that holds plaintext."""

from __future__ import annotations

# A tail is only shown when what stays hidden is still far beyond guessing.
_LONG_ENOUGH_FOR_A_TAIL = 20
_TAIL = 4


class Secret:
    """A credential's plaintext, masked in every rendering.

    ``reveal`` is called in ``detect``, ``enrich`` and ``probe`` only; a test walks the source to keep it so.
    """

    __slots__ = ("_plaintext",)

    def __init__(self, plaintext: str) -> None:
        self._plaintext = plaintext

    def reveal(self) -> str:
        """Return the plaintext. Never store, log or print what comes back."""
        return self._plaintext

    def preview(self, prefix: str = "", *, opaque: bool = False) -> str:
        """Return the masked form shown to people.

        ``prefix`` is the provider's public prefix (``ghp_``); it and the last four characters are shown when the
        hidden part is long. ``opaque`` (passwords, private keys) never shows any part.
        """
        length = len(self._plaintext)
        body = length - len(prefix)
        if opaque or body < _LONG_ENOUGH_FOR_A_TAIL or not self._plaintext.startswith(prefix):
            return f"[REDACTED len={length}]"
        return f"{prefix}…{self._plaintext[-_TAIL:]}"

    def fingerprint(self, key: bytes, provider: str) -> str:
        """Return ``aa1:`` and 128 bits (hex) of HMAC-SHA-256 over provider, NUL and the value, under ``key``."""
        import hmac

        message = provider.encode() + b"\0" + self._plaintext.encode("utf-8", "surrogateescape")
        return "aa1:" + hmac.new(key, message, "sha256").hexdigest()[:32]

    def __len__(self) -> int:
        return len(self._plaintext)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._plaintext == other._plaintext

    def __hash__(self) -> int:
        return hash(self._plaintext)

    def __repr__(self) -> str:
        return f"Secret([REDACTED len={len(self._plaintext)}])"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)
