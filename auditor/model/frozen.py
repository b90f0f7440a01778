"""``frozen``: what ``dataclass(frozen=True)`` gives, at a twentieth of what it costs to make the class.

The standard decorator writes and compiles six methods for every class. That is a millisecond each, and a hook that
looks at one file would spend longer on its vocabulary than on the file. Here the methods are shared: instances cannot
be changed, compare and hash by their fields, and work with ``dataclasses.fields``, ``replace`` and ``asdict``, ``copy``
and ``pickle``. An instance costs a microsecond more, so what is made for every file stays a dataclass with slots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Callable[[Any], Any]:
        """At run time there is nothing to do: what it says is for type checkers."""
        return lambda decorator: decorator


Made = TypeVar("Made")
Method = Callable[..., Any]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Made]) -> type[Made]:
    """Make ``cls`` a frozen dataclass: its annotated names are its fields, as for ``dataclasses.dataclass``.

    A method that the class defines itself is kept. Fields are not inherited.
    """
    own = frozenset(vars(cls))
    made: Any = dataclass(init=False, repr=False, eq=False)(cls)
    fields = tuple(made.__dataclass_fields__.values())
    state = attrgetter(*(one.name for one in fields if one.compare))
    methods: dict[str, Method] = {
        "__init__": _initialiser(fields),
        "__repr__": _renderer(fields),
        "__eq__": lambda self, other: state(self) == state(other) if type(other) is type(self) else NotImplemented,
        "__hash__": lambda self: hash(state(self)),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
    }
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return cls


@dataclass_transform(frozen_default=True, order_default=True, field_specifiers=(field,))
def ordered(cls: type[Made]) -> type[Made]:
    """Make ``cls`` a ``frozen`` class whose instances are ordered by their fields, first field first."""
    made: Any = frozen(cls)
    state = attrgetter(*made.__dataclass_fields__)
    for name, compare in (("__lt__", lt), ("__le__", le), ("__gt__", gt), ("__ge__", ge)):
        setattr(made, name, _comparison(state, compare))
    return cls


def _comparison(state: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Method:
    return lambda self, other: compare(state(self), state(other)) if type(other) is type(self) else NotImplemented


def _initialiser(fields: tuple[Field[Any], ...]) -> Method:
    names = tuple(one.name for one in fields)
    known = frozenset(names)
    defaults = {one.name: one.default for one in fields if one.default is not MISSING}
    factories = {one.name: one.default_factory for one in fields if one.default_factory is not MISSING}

    def fill(self: object, /, *given: Any, **named: Any) -> None:
        held = dict(zip(names, given, strict=False), **named)
        told = len(held)
        if told != len(names):
            held = {**defaults, **{name: make() for name, make in factories.items() if name not in held}, **held}
        if told != len(given) + len(named) or held.keys() != known:
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}; given {len(given)} and {list(named)}")
        object.__setattr__(self, "__dict__", held)

    return fill


def _renderer(fields: tuple[Field[Any], ...]) -> Method:
    names = tuple(one.name for one in fields if one.repr)
    return lambda self: f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _refuse(_self: object, name: str, *_new: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")
