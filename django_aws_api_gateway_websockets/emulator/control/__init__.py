"""The control plane of the emulator: what boto3's ``apigatewayv2`` client talks to."""

from __future__ import annotations

from .plane import ControlPlane
from .site import Site

__all__ = ["ControlPlane", "Site"]
