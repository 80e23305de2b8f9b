"""Real-time features for Django on AWS API Gateway WebSocket APIs."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "5.0.0a1"
