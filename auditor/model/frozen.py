"""``frozen``: what ``dataclass(frozen=True)`` gives, at a fiftieth of what it costs to make the class.

The standard decorator writes and compiles six methods for every class, a millisecond each, and its module brings half
of the interpreter's own tools along: a hook that looks at one file would spend longer on its vocabulary than on the
file. Here the methods are shared. Instances cannot be changed, compare and hash by their fields, and work with
``dataclasses.fields``, ``replace`` and ``asdict``, ``copy`` and ``pickle``. Making one costs a microsecond more.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import replace

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Callable[[Any], Any]:
        """At run time there is nothing to do: what it says is for type checkers."""
        return lambda decorator: decorator

    def replace(instance: Any, /, **changes: Any) -> Any:
        """As ``dataclasses.replace``, without loading that module."""
        return type(instance)(**{name: getattr(instance, name) for name in instance.__match_args__} | changes)


__all__ = ["frozen", "ordered", "replace"]

Made = TypeVar("Made")
Method = Callable[..., Any]


@dataclass_transform(frozen_default=True)
def frozen(cls: type[Made]) -> type[Made]:
    """Make ``cls`` a frozen dataclass: its annotated names are its fields, what it sets them to are the defaults.

    Defaults are values that cannot change; there is no ``field()``, and fields are not inherited. A method that the
    class defines itself is kept.
    """
    made: Any = cls
    own = vars(cls)
    names = tuple(made.__annotations__)
    state = attrgetter(*names)
    methods: dict[str, Any] = {
        "__init__": _initialiser(names, {name: own[name] for name in names if name in own}),
        "__repr__": _rendered,
        "__eq__": lambda self, other: state(self) == state(other) if type(other) is type(self) else NotImplemented,
        "__hash__": lambda self: hash(state(self)),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__match_args__": names,
        "__dataclass_fields__": _Fields(),
    }
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return cls


@dataclass_transform(frozen_default=True, order_default=True)
def ordered(cls: type[Made]) -> type[Made]:
    """Make ``cls`` a ``frozen`` class whose instances are ordered by their fields, first field first."""
    made: Any = frozen(cls)
    state = attrgetter(*made.__match_args__)
    for name, compare in (("__lt__", lt), ("__le__", le), ("__gt__", gt), ("__ge__", ge)):
        setattr(made, name, _comparison(state, compare))
    return cls


class _Fields:
    """``__dataclass_fields__``, worked out by ``dataclasses`` itself when it first asks for them."""

    def __get__(self, _instance: object, owner: type) -> Any:
        from dataclasses import dataclass

        made: Any = dataclass(init=False, repr=False, eq=False)(owner)  # puts the fields in this one's place
        return made.__dataclass_fields__


def _initialiser(names: tuple[str, ...], defaults: dict[str, Any]) -> Method:
    known = frozenset(names)

    def fill(self: object, /, *given: Any, **named: Any) -> None:
        held = dict(zip(names, given, strict=False), **named)
        told = len(held)
        if told != len(names):
            held = defaults | held
        if told != len(given) + len(named) or held.keys() != known:
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}; given {len(given)} and {list(named)}")
        object.__setattr__(self, "__dict__", held)

    return fill


def _comparison(state: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Method:
    return lambda self, other: compare(state(self), state(other)) if type(other) is type(self) else NotImplemented


def _rendered(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__match_args__)})"


def _refuse(_self: object, name: str, *_new: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")
