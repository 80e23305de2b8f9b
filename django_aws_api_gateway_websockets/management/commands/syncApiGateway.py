"""Brings gateways and AWS together."""

from __future__ import annotations

from ..syncing import Command

__all__ = ["Command"]
