"""Gateways in the emulator: created there, or brought up to date where they outlived a restart."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from ..aws.control import ControlPlane
from ..models import ApiGateway

__all__ = ["provision"]


def provision(gateway: ApiGateway, control: ControlPlane, endpoints: Mapping[str, str]) -> None:
    """Create a gateway's API, or change the one that is there to what the row says.

    Args:
        gateway: one without an API, or with one on this machine.
        control: the control plane of the emulator.
        endpoints: those of the APIs that the emulator has, by id.

    Raises:
        Exception: see ``create_gateway`` and ``sync_steps``.
    """
    endpoint = endpoints.get(gateway.api_id or "")
    if endpoint is None:
        gateway.forget_api()
    elif endpoint != gateway.api_endpoint:
        gateway.api_endpoint = endpoint
        gateway.save(update_fields=["api_endpoint"])
    if not gateway.create_gateway(control=control):
        deque(gateway.sync_steps(control=control), maxlen=0)
