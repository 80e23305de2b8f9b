"""What a process that holds many sockets asks of its system."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

__all__ = ["raise_open_file_limit"]

_RESOURCE: Any = (
    importlib.import_module("resource") if importlib.util.find_spec("resource") else None
)
"""The standard library's module, which Windows lacks."""


def raise_open_file_limit(resource: Any = _RESOURCE) -> int | None:
    """Raise the soft limit of open files to the hard one.

    Args:
        resource: the module of that name, or None where there is none.

    Returns:
        How many files may be open, or None when the system does not say.
    """
    if resource is None:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return int(hard)
