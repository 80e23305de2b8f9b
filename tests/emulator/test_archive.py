"""What is provisioned comes back from JSON as it was."""

from __future__ import annotations

import json

from django_aws_api_gateway_websockets.emulator.archive import pack, unpack
from django_aws_api_gateway_websockets.emulator.store import Store

from .samples import make_store
from .support import World


class TestRoundTrip:
    """From a store to text, and back."""

    def test_everything_of_an_api(self, world: World) -> None:
        """Times, maps, route responses, deployments and custom domains too."""
        world.add_route("chat", two_way=True)
        world.deploy()
        world.map_domain()
        store = world.thread.emulator.store

        again = unpack(json.loads(json.dumps(pack(store))))

        assert again.apis == store.apis
        assert again.domains == store.domains

    def test_route_without_an_integration(self) -> None:
        """A deployed one stays without."""
        store = make_store("chat", Target="")

        again = unpack(pack(store))

        assert again.apis == store.apis
        assert again.apis["abcdefghij"].deployments["dep1"].snapshot.routes["chat"] is not None

    def test_nothing(self) -> None:
        """An empty store is empty."""
        again = unpack(pack(Store()))

        assert (again.apis, again.domains) == ({}, {})
