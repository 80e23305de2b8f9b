"""What is provisioned, and which stage a client reaches."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.answers import ServiceError
from django_aws_api_gateway_websockets.emulator.store import Address, Domain, Store

from .samples import deploy, make_store

ADDRESS = Address(api_id="abcdefghij", stage="dev", domain_name="127.0.0.1:8000")


def with_domain(store: Store, *keys: str) -> Store:
    """Give the sample stage a custom domain with mapping keys."""
    mappings = {key: {"ApiId": "abcdefghij", "Stage": "dev", "ApiMappingKey": key} for key in keys}
    record = {"DomainName": "ws.example.test"}
    store.domains["ws.example.test"] = Domain(record=record, mappings=mappings)
    return store


class TestResolving:
    """Host and path to a stage."""

    def test_api_and_stage(self) -> None:
        """The default endpoint has both in its path."""
        assert make_store().resolve("127.0.0.1:8000", ["abcdefghij", "dev"]) == ADDRESS

    @pytest.mark.parametrize(
        "segments", [[], ["abcdefghij"], ["other", "dev"], ["abcdefghij", "x"], ["a", "b", "c"]]
    )
    def test_anything_else_is_unknown(self, segments: list[str]) -> None:
        """A part too few, too many or unknown leads nowhere."""
        assert make_store().resolve("127.0.0.1:8000", segments) is None

    def test_stage_without_a_deployment(self) -> None:
        """Nothing is served before the first deployment."""
        store = make_store()
        del store.apis["abcdefghij"].stages["dev"]["DeploymentId"]

        assert store.resolve("127.0.0.1:8000", ["abcdefghij", "dev"]) is None

    def test_disabled_default_endpoint(self) -> None:
        """It is closed by a deployment, not by the change itself."""
        store = make_store()
        store.apis["abcdefghij"].record["DisableExecuteApiEndpoint"] = True

        before = store.resolve("127.0.0.1:8000", ["abcdefghij", "dev"])
        deploy(store)
        after = store.resolve("127.0.0.1:8000", ["abcdefghij", "dev"])

        assert (before, after) == (ADDRESS, None)


class TestCustomDomains:
    """A host name of one's own."""

    @pytest.mark.parametrize(
        ("key", "segments"), [("", []), ("chat", ["chat"])], ids=["root", "key"]
    )
    def test_resolves_a_mapping(self, key: str, segments: list[str]) -> None:
        """The path is the mapping key and holds no stage."""
        store = with_domain(make_store(), key, "other")

        address = store.resolve("WS.example.test:9000", segments)

        assert address == Address(api_id="abcdefghij", stage="dev", domain_name="ws.example.test")

    @pytest.mark.parametrize("segments", [["abcdefghij", "dev"], ["dev"]])
    def test_knows_no_stage_in_the_path(self, segments: list[str]) -> None:
        """The path of the default endpoint does not work there."""
        assert with_domain(make_store(), "").resolve("ws.example.test", segments) is None

    def test_mapping_to_what_is_not_deployed(self) -> None:
        """A mapping alone serves nothing."""
        store = with_domain(make_store(), "")
        store.apis["abcdefghij"].deployments.clear()

        assert store.resolve("ws.example.test", []) is None

    def test_serves_domain(self) -> None:
        """Host headers with and without a port are known."""
        store = with_domain(make_store(), "")

        assert store.serves_domain("ws.example.test:1")
        assert not store.serves_domain("127.0.0.1:1")


class TestSnapshots:
    """An API at the moment of its deployment."""

    def test_holds_routes_and_integrations(self) -> None:
        """A route has the integration that its target names."""
        snapshot = make_store("chat").live("abcdefghij", "dev")

        assert snapshot is not None
        integration = snapshot.routes["chat"].integration
        assert integration is not None
        assert (integration.uri, integration.timeout_seconds) == ("http://django.test:8000/ws", 29)

    def test_does_not_see_later_changes(self) -> None:
        """An undeployed change has no effect."""
        store = make_store("chat")
        store.apis["abcdefghij"].integrations["int1"]["IntegrationUri"] = "http://other.test"
        store.apis["abcdefghij"].routes.clear()

        snapshot = store.live("abcdefghij", "dev")

        assert snapshot is not None
        integration = snapshot.routes["chat"].integration
        assert integration is not None
        assert integration.uri == "http://django.test:8000/ws"

    def test_route_without_a_target(self) -> None:
        """A route may have no integration, and is one-way without a route response."""
        store = make_store("$connect", Target="")

        snapshot = store.live("abcdefghij", "dev")

        assert snapshot is not None
        assert snapshot.routes["$connect"].integration is None
        assert snapshot.routes["$connect"].two_way is False

    def test_route_with_a_response_is_two_way(self) -> None:
        """The route response alone decides."""
        store = make_store("chat")
        store.apis["abcdefghij"].responses["chat"] = {"r1": {"RouteResponseKey": "$default"}}

        assert store.apis["abcdefghij"].snapshot().routes["chat"].two_way is True


class TestLookingUp:
    """Errors for what does not exist."""

    def test_unknown_api(self) -> None:
        """The sentence names the id."""
        with pytest.raises(
            ServiceError, match=r"NotFoundException: Invalid API identifier specified x$"
        ):
            Store().api("x")

    def test_unknown_domain(self) -> None:
        """The sentence names the domain."""
        with pytest.raises(
            ServiceError, match=r"Invalid domain name identifier specified x\.test$"
        ):
            Store().domain("x.test")

    def test_known_ones(self) -> None:
        """An API is found by id, a domain whatever its case."""
        store = with_domain(make_store(), "")

        assert store.api("abcdefghij") is store.apis["abcdefghij"]
        assert store.domain("WS.Example.test") is store.domains["ws.example.test"]

    def test_stage_variables(self) -> None:
        """They belong to the stage and need no deployment."""
        store = make_store()
        store.apis["abcdefghij"].stages["dev"]["StageVariables"] = {"a": "b"}

        assert store.stage_variables("abcdefghij", "dev") == {"a": "b"}
