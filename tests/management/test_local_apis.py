"""Gateways in the emulator, before and after its restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from django_aws_api_gateway_websockets.aws.control import get_control_plane
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.management.local_apis import provision
from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = ["TestProvisioning"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that is not created yet."""
    target = "http://127.0.0.1:8000/ws/"
    return ApiGateway.objects.create(api_name="demo", target_base_endpoint=target)


def bring_up(gateway: ApiGateway, state: Path | None, port: int = 0) -> tuple[int, list[str]]:
    """Provision a gateway in an emulator; return its port, and the URIs that it calls."""
    with EmulatorThread(port=port, state=state) as emulator:
        provision(gateway, get_control_plane(emulator.url), emulator.endpoints)
        gateway.refresh_from_db()
        assert gateway.api_endpoint == emulator.endpoints[gateway.api_id or ""]
        assert len(emulator.endpoints) == 1
        integrations = emulator.emulator.store.apis[gateway.api_id or ""].integrations
        return emulator.port, sorted(record["IntegrationUri"] for record in integrations.values())


class TestProvisioning:
    def test_creates_what_was_lost(self, gateway: ApiGateway) -> None:
        """An emulator that keeps nothing gets the API anew."""
        bring_up(gateway, None)

        _, uris = bring_up(gateway, None)

        assert uris[0] == "http://127.0.0.1:8000/ws/connect"

    def test_keeps_what_is_there(self, gateway: ApiGateway, tmp_path: Path) -> None:
        """Not even the deployment is another one."""
        port, _ = bring_up(gateway, tmp_path / "state")
        deployment = gateway.deployment_id

        bring_up(gateway, tmp_path / "state", port)

        assert gateway.deployment_id == deployment

    def test_changes_what_differs(self, gateway: ApiGateway, tmp_path: Path) -> None:
        """The port, and what the row says by now."""
        bring_up(gateway, tmp_path / "state")
        gateway.target_base_endpoint = "http://127.0.0.1:8001/ws/"
        gateway.save(push_to_aws=False)

        _, uris = bring_up(gateway, tmp_path / "state")

        assert uris[0] == "http://127.0.0.1:8001/ws/connect"
