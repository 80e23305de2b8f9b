"""Compares the headers that an integration maps with those that Django trusts."""

from __future__ import annotations

from collections.abc import Mapping

from ..protocol.routes import CONNECTION_ID_HEADER, SECRET_HEADER, request_parameters

__all__ = [
    "HEADER_PREFIX",
    "SECRET_PARAMETER",
    "changed_parameters",
    "header_names",
    "is_for_django",
]

#: Before the name of a header, in the name of the parameter that maps it.
HEADER_PREFIX = "integration.request.header."
SECRET_PARAMETER = f"{HEADER_PREFIX}{SECRET_HEADER}"


def is_for_django(actual: Mapping[str, str]) -> bool:
    """Return whether an integration maps the connection's id, as all that lead to Django do."""
    return f"{HEADER_PREFIX}{CONNECTION_ID_HEADER}" in actual


def header_names(parameters: Mapping[str, str]) -> str:
    """Return the names of the headers of parameters, for a person to read."""
    return ", ".join(key.removeprefix(HEADER_PREFIX) for key in parameters)


def changed_parameters(actual: Mapping[str, str], secret: str | None) -> dict[str, str]:
    """Return the ``RequestParameters`` to send so that an integration maps what Django trusts.

    AWS merges them into those that are there, so parameters of others are not among them.

    Args:
        actual: what the integration maps now.
        secret: the gateway secret; None or an empty one takes a mapped secret away, which an
            empty text does.
    """
    wanted = request_parameters(secret)
    if SECRET_PARAMETER in actual:
        wanted.setdefault(SECRET_PARAMETER, "")
    return {key: value for key, value in wanted.items() if actual.get(key) != value}
