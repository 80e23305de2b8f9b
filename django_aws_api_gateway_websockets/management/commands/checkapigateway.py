"""Sends a message through a gateway and back."""

from __future__ import annotations

from ..checking import Command

__all__ = ["Command"]
