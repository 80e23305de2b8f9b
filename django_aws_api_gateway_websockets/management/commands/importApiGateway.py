"""Makes the rows of an API that exists."""

from __future__ import annotations

from ..adoption import Command

__all__ = ["Command"]
