"""Renews the headers of the integrations of gateways."""

from __future__ import annotations

from ..integrations import Command

__all__ = ["Command"]
