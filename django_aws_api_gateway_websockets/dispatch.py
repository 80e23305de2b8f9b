"""Which handler a message runs: what views declare, and what messages name; knows no request."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any, TypeVar, overload

from django.core.exceptions import ImproperlyConfigured

from .exceptions import MessageRefused
from .schemas import Schema

__all__ = [
    "DEFAULT_HANDLER",
    "SELECTION_KEYS",
    "Handler",
    "check_names_handler",
    "declares_handlers",
    "find_handlers",
    "get_handler",
    "handler",
    "select_handler",
]

DEFAULT_HANDLER = "default"
SELECTION_KEYS = ("handler", "action")
"""The keys of a message that name its handler; the second one where the first is missing."""

Method = TypeVar("Method", bound=Callable[..., Any])

_DECLARATION = "websocket_handler"
"""Attribute of a decorated function; ``functools.wraps`` takes it along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What clients may call, and what it takes.

    Attributes:
        name: what messages call it.
        method: name of the method that runs.
        permissions: all that the user must have.
        schema: makes of the message what the method gets after ``request``; None for nothing.
    """

    name: str
    method: str
    permissions: Sequence[str] = ()
    schema: Schema | None = None


@overload
def handler(name: Method, /) -> Method: ...


@overload
def handler(
    name: str | None = None,
    *,
    permissions: Iterable[str] = (),
    schema: Schema | None = None,
) -> Callable[[Method], Method]: ...


def handler(
    name: Any = None, *, permissions: Iterable[str] = (), schema: Schema | None = None
) -> Any:
    """Declare a method that clients may call; used as ``@handler`` or with arguments.

    Args:
        name: what messages call it; by default the name of the method.
        permissions: all that the user must have; a text is one permission.
        schema: makes of the message what the method gets after ``request``.

    Raises:
        TypeError: what is decorated cannot be called.
        ValueError: the name begins with ``_``, as that of no handler does.
    """
    declaration = Handler(
        name=name if isinstance(name, str) else "",
        method="",
        permissions=(permissions,) if isinstance(permissions, str) else tuple(permissions),
        schema=schema,
    )

    def declare(method: Method) -> Method:
        function = getattr(method, "__func__", method)
        if not callable(function):
            raise TypeError(f"A handler is a method, not {method!r}.")
        public_name = declaration.name or getattr(function, "__name__", "")
        if public_name.startswith("_"):
            raise ValueError(f"A handler's name may not begin with an underscore: {public_name!r}.")
        setattr(function, _DECLARATION, declaration)
        return method

    return declare if isinstance(name, str | None) else declare(name)


def declares_handlers(view_class: type) -> bool:
    """Return whether a method of a view is decorated, so that only such methods are handlers."""
    attributes = (value for c in view_class.__mro__ for value in vars(c).values())
    return any(_declaration(value) for value in attributes)


def find_handlers(
    view_class: type, base_class: type, exposed: Iterable[str]
) -> Mapping[str, Handler]:
    """Return what clients may call on a view that lists no handlers, by its public name.

    These are the decorated methods; where there is none, the plain functions that the view's
    classes define below ``base_class``. A name of ``base_class`` itself is a hook then, not a
    handler, unless ``exposed`` has it.

    Args:
        view_class: the concrete view.
        base_class: where its hooks are defined.
        exposed: names of the base class that may be called all the same.

    Raises:
        ImproperlyConfigured: two methods are declared under one name.
    """
    if declares_handlers(view_class):
        return _by_name(view_class, _declared_handlers(view_class))
    classes = [c for c in view_class.__mro__ if issubclass(c, base_class) and c is not base_class]
    names = {name for c in classes for name, value in vars(c).items() if _is_function(value)}
    hooks = set(dir(base_class)) - set(exposed)
    public = (name for name in names - hooks if not name.startswith("_"))
    return {name: Handler(name=name, method=name) for name in public}


# These two ask for the type, because isinstance() and getattr() evaluate a lazy attribute.
def _is_function(value: object) -> bool:
    return issubclass(type(value), FunctionType | staticmethod)


def _declaration(value: Any) -> Handler | None:
    is_wrapped = issubclass(type(value), classmethod | staticmethod)
    function = value.__func__ if is_wrapped else value
    found = inspect.getattr_static(function, _DECLARATION, None)
    return found if isinstance(found, Handler) else None


def _declared_handlers(view_class: type) -> Iterator[Handler]:
    """Return the decorated methods; one that is overridden stays declared as it was."""
    declared: dict[str, Handler] = {}
    for base in reversed(view_class.__mro__):
        for attribute, value in vars(base).items():
            declaration = _declaration(value)
            if declaration:
                name = declaration.name or attribute
                declared[attribute] = replace(declaration, name=name, method=attribute)
            elif value is None:
                declared.pop(attribute, None)
    return iter(declared.values())


def _by_name(view_class: type, handlers: Iterable[Handler]) -> dict[str, Handler]:
    found: dict[str, Handler] = {}
    for declared in handlers:
        other = found.setdefault(declared.name, declared)
        if other is not declared:
            raise ImproperlyConfigured(
                f"{view_class.__qualname__} has two handlers of the name {declared.name!r}: "
                f"{other.method}() and {declared.method}()."
            )
    return found


def get_handler(name: str, handlers: Mapping[str, Handler]) -> Handler:
    """Return what a name stands for; a view may list a name that is none of its ``handlers``.

    That name is the method's. A decorated method is never called without what it was declared
    with, whatever name it is listed under.
    """
    if name in handlers:
        return handlers[name]
    declared = (found for found in handlers.values() if found.method == name)
    return next(declared, Handler(name=name, method=name))


def check_names_handler(body: dict[str, Any], *, keys: Iterable[str] = SELECTION_KEYS) -> None:
    """Refuse a message that has none of the keys which may name a handler.

    Raises:
        MessageRefused: ``invalid_format``.
    """
    if not any(key in body for key in keys):
        raise MessageRefused("invalid_format", "Invalid request format (1)")


def select_handler(
    body: dict[str, Any],
    allowed: Collection[str],
    *,
    keys: tuple[str, str] = SELECTION_KEYS,
    strict: bool = False,
) -> str:
    """Return the handler that a message names.

    Args:
        body: the message.
        allowed: the names that clients may call.
        keys: which names it, and which does where the message lacks that one.
        strict: refuse an unknown handler instead of running the default one; a name under the
            second key alone is a route key, which every message has.

    Raises:
        MessageRefused: ``unknown_handler``.
    """
    first, second = keys
    value = body.get(first) or body.get(second)
    name = "" if isinstance(value, dict | list) else str(value)
    if name in allowed and not name.startswith("_"):
        return name
    if strict and body.get(first):
        raise MessageRefused(
            "unknown_handler", "Unknown handler", detail=f"no handler {name[:64]!r}"
        )
    return DEFAULT_HANDLER
