"""Creates the custom domain of one gateway in AWS."""

from __future__ import annotations

from ..creation import DomainCommand as Command

__all__ = ["Command"]
