"""Deletes the API of a gateway."""

from __future__ import annotations

from ..removal import Command

__all__ = ["Command"]
