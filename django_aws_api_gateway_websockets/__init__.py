"""Real-time features for Django on AWS API Gateway WebSocket APIs.

PYTEST_DONT_REWRITE: without this word, pytest warns where Django was set up before it started.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "5.0.0a1"
