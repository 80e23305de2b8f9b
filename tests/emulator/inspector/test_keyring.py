"""What is known to be secret."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.inspector import Keyring
from django_aws_api_gateway_websockets.emulator.store import Store

from ..samples import deploy, make_store
from ..support import World
from .support import Page

__all__ = ["TestMasker"]

DOOR = "integration.request.header.X-Door"


class TestMasker:
    """It hides all constants of all mappings, and all stage variables."""

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

    def test_variables(self) -> None:
        """They may be mapped into a path, or be a part of an address."""
        with World() as world:
            address = f"{world.backend.url}/${{stageVariables.door}}/{{gate}}/connect"
            mapping = {"integration.request.path.gate": "stageVariables.gate"}
            world.provision("$connect", IntegrationUri=address, RequestParameters=mapping)
            world.control.update_stage(
                ApiId=world.api_id,
                StageName="dev",
                StageVariables={"door": "opensesame", "gate": "shutsesame"},
            )
            with world.connect():
                detail = Page(world).detail("connect", None)

        assert world.backend.wait_for("connect").path == "/ws/opensesame/shutsesame/connect"
        assert detail["asked"]["url"] == f"{world.backend.url}/***/***/connect"

    def test_names_of_stages(self) -> None:
        """A variable that has the name of a stage hides it nowhere."""
        store = make_store("chat")
        stages = store.apis["abcdefghij"].stages
        stages["production"] = {
            "StageName": "production",
            "StageVariables": {"env": "production", "door": "opensesame"},
        }

        assert Keyring(store).masker().body(b"production opensesame") == b"production ***"

    def test_is_kept(self) -> None:
        """Until something may have changed."""
        keyring = Keyring(Store())
        first = keyring.masker()

        assert keyring.masker() is first
        keyring.changed()
        assert keyring.masker() is not first
