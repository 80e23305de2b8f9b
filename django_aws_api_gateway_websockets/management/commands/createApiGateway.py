"""Creates one gateway in AWS."""

from __future__ import annotations

from ..creation import Command

__all__ = ["Command"]
