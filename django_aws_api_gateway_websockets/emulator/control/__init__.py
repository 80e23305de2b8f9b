"""The control plane of the emulator: what boto3's ``apigatewayv2`` client talks to."""

from __future__ import annotations

from .faults import ControlFault, ControlFaults
from .plane import ControlPlane
from .site import Site

__all__ = ["ControlFault", "ControlFaults", "ControlPlane", "Site"]
