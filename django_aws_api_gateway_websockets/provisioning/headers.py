"""Compares the headers that an integration maps with those that Django trusts."""

from __future__ import annotations

from collections.abc import Mapping

from ..protocol.routes import SECRET_HEADER, request_parameters

__all__ = ["changed_parameters"]

SECRET_PARAMETER = f"integration.request.header.{SECRET_HEADER}"


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
