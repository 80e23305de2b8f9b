"""Deletes the sessions of connections that have ended."""

from __future__ import annotations

from ..sessions import Command

__all__ = ["Command"]
