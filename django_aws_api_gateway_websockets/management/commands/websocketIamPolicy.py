"""Prints an IAM policy for gateways."""

from __future__ import annotations

from ..policies import Command

__all__ = ["Command"]
