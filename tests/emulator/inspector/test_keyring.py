"""What is known to be secret."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.inspector import Keyring
from django_aws_api_gateway_websockets.emulator.store import Store

from ..samples import deploy, make_store
from ..support import World

__all__ = ["TestMasker"]

DOOR = "integration.request.header.X-Door"


class TestMasker:
    """It hides all constants of all mappings."""

    def test_provisioned(self, world: World) -> None:
        """As they are, and as they are deployed, as soon as the control plane has answered."""
        keyring = world.thread.emulator.inspector.keyring
        assert keyring.masker().body(b"s" * 32) == b"***"
        integration = next(iter(world.api.integrations))

        world.control.update_integration(
            ApiId=world.api_id,
            IntegrationId=integration,
            RequestParameters={"integration.request.header.X-Ws-Gateway-Secret": "'opensesame'"},
        )

        assert keyring.masker().body(b"s" * 32 + b" opensesame") == b"*** ***"

    def test_deployed_only(self) -> None:
        """What is deployed stays a secret after it was changed."""
        store = make_store("chat")
        api = store.apis["abcdefghij"]
        api.routes["lost"] = {"RouteId": "lost", "RouteKey": "lost"}
        api.stages["new"] = {"StageName": "new"}
        api.integrations["int1"]["RequestParameters"] = {DOOR: "'opensesame'"}
        deploy(store)
        del api.integrations["int1"]["RequestParameters"]

        assert Keyring(store).masker().body(b"opensesame") == b"***"

    def test_is_kept(self) -> None:
        """Until something may have changed."""
        keyring = Keyring(Store())
        first = keyring.masker()

        assert keyring.masker() is first
        keyring.changed()
        assert keyring.masker() is not first
