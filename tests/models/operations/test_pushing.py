"""What is saved or deleted reaches AWS: after the commit, once for each gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from django_aws_api_gateway_websockets.exceptions import ApiGatewaySyncError
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ApiGatewayAdditionalRoute,
    collect_deferred_sync_errors,
    run_aws_after_commit,
)

from .in_aws import BASE, client, created, deployments, emulator, integration, route_keys

__all__ = ["client", "created", "emulator"]

pytestmark = pytest.mark.django_db(transaction=True)


def new_route(gateway: ApiGateway, key: str) -> ApiGatewayAdditionalRoute:
    """Return a route that is not stored."""
    return ApiGatewayAdditionalRoute(
        api_gateway=gateway, name=key, route_key=key, integration_url=f"{BASE}{key}/"
    )


def save_all(routes: list[ApiGatewayAdditionalRoute]) -> None:
    """Store routes one by one."""
    for route in routes:
        route.save()


@contextmanager
def counted(client: Any) -> Iterator[list[str]]:
    """Yield the names of the operations that a client calls inside."""
    names: list[str] = []

    def remember(**event: Any) -> None:
        names.append(event["model"].name)

    client.meta.events.register("before-call.apigatewayv2", remember)
    yield names
    client.meta.events.unregister("before-call.apigatewayv2", remember)


@pytest.fixture
def push_off(settings: Settings) -> None:
    """Switch the push of changes off."""
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "push_changes_to_aws": False}


class TestSavingGateways:
    def test_changed(self, created: ApiGateway, client: Any) -> None:
        """A changed field is in AWS after the save."""
        created.api_description = "All"

        created.save()

        assert client.get_api(ApiId=created.api_id)["Description"] == "All"
        stage = client.get_stage(ApiId=created.api_id, StageName="live")
        assert created.deployment_id == stage["DeploymentId"]

    def test_unchanged(self, created: ApiGateway, client: Any) -> None:
        """A save that changes nothing asks AWS nothing."""
        client.delete_api(ApiId=created.api_id)

        created.save()

    def test_unpushed_field(self, created: ApiGateway, client: Any) -> None:
        """Nor does one that changes what AWS does not know."""
        client.delete_api(ApiId=created.api_id)
        created.default_channel_name = "all"

        created.save()

    def test_after_refresh(self, created: ApiGateway, client: Any) -> None:
        """What was read from the row is not a change."""
        ApiGateway.objects.update(api_description="All")
        created.refresh_from_db()

        created.save()

        assert deployments(client, created) == 1

    def test_deferred_field(self, created: ApiGateway, client: Any) -> None:
        """A field that was loaded late is not a change either."""
        row = ApiGateway.objects.defer("api_description").get()
        assert row.api_description == ""

        row.save()

        assert deployments(client, created) == 1

    @pytest.mark.usefixtures("push_off")
    def test_switched_off(self, created: ApiGateway, client: Any) -> None:
        """The setting keeps AWS as it is, and the argument overrules it."""
        created.api_description = "All"
        created.save()
        assert deployments(client, created) == 1

        created.api_description = "Some"
        created.save(push_to_aws=True)

        assert client.get_api(ApiId=created.api_id)["Description"] == "Some"

    def test_asked_not_to(self, created: ApiGateway, client: Any) -> None:
        """So does the argument."""
        created.api_description = "All"

        created.save(push_to_aws=False)

        assert deployments(client, created) == 1

    def test_failure(self, created: ApiGateway, client: Any) -> None:
        """The row is stored and says why AWS is not as it says."""
        client.delete_api(ApiId=created.api_id)
        created.api_description = "All"

        with pytest.raises(ApiGatewaySyncError, match=r"^ClientError: NotFoundException$"):
            created.save()

        row = ApiGateway.objects.get()
        assert (row.api_description, row.last_error) == (
            "All",
            "ClientError: NotFoundException",
        )

    def test_unusable_secret(self, created: ApiGateway, settings: Settings) -> None:
        """What the configuration lacks is an error of the sync as well."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": "short"}
        created.api_description = "All"

        with pytest.raises(ApiGatewaySyncError, match=r"^The first secret of "):
            created.save()


class TestSavingRoutes:
    def test_new(self, created: ApiGateway, client: Any) -> None:
        """A new route is created and deployed, and the instance has its ids."""
        route = new_route(created, "more")

        route.save()

        found = integration(client, created, "more")
        assert found["IntegrationUri"] == f"{BASE}more/"
        assert (route.deployed, route.integration_id) == (True, found["IntegrationId"])
        assert deployments(client, created) == 2

    def test_changed(self, created: ApiGateway, client: Any) -> None:
        """A changed route is changed in AWS."""
        route = created.additional_routes.get()
        route.route_key, route.integration_url = "talk", f"{BASE}talk/"

        route.save()

        assert integration(client, created, "talk")["IntegrationUri"] == f"{BASE}talk/"
        assert "say" not in route_keys(client, created)

    def test_unchanged(self, created: ApiGateway, client: Any) -> None:
        """Another name changes nothing in AWS."""
        route = created.additional_routes.get()
        route.name = "Other"

        route.save()

        assert deployments(client, created) == 1

    def test_of_a_gateway_that_is_not_deployed(self) -> None:
        """Nothing is to be done before the gateway is created."""
        gateway = ApiGateway.objects.create(api_name="New", target_base_endpoint=BASE)

        new_route(gateway, "more").save()

    @pytest.mark.usefixtures("push_off")
    def test_switched_off(self, created: ApiGateway, client: Any) -> None:
        """The setting stops changes; a new route is created all the same, as 4.1 does."""
        route = created.additional_routes.get()
        route.route_key = "talk"
        route.save()
        assert "talk" not in route_keys(client, created)

        new_route(created, "more").save()
        new_route(created, "less").save(push_to_aws=False)

        assert route_keys(client, created)[-2:] == ["say", "more"]


class TestTransactions:
    def test_many_routes(self, created: ApiGateway, client: Any) -> None:
        """Twenty routes and a field are one deployment, after the commit."""
        with transaction.atomic():
            created.api_description = "All"
            created.save()
            routes = [new_route(created, f"r{number}") for number in range(20)]
            save_all(routes)
            assert len(route_keys(client, created)) == 4

        assert len(route_keys(client, created)) == 24
        assert len(client.get_integrations(ApiId=created.api_id, MaxResults="100")["Items"]) == 24
        assert deployments(client, created) == 2
        assert all(route.deployed and route.route_id for route in routes)

    def test_rollback(self, created: ApiGateway, client: Any) -> None:
        """What is rolled back never reaches AWS."""
        with transaction.atomic():
            created.additional_routes.get().delete()
            transaction.set_rollback(True)

        new_route(created, "more").save()

        assert route_keys(client, created)[-2:] == ["say", "more"]

    def test_savepoint(self, created: ApiGateway, client: Any) -> None:
        """Nor does what a savepoint has rolled back."""
        with transaction.atomic():
            with transaction.atomic():
                created.additional_routes.get().delete()
                new_route(created, "less").save()
                transaction.set_rollback(True)
            new_route(created, "more").save()

        assert route_keys(client, created)[-2:] == ["say", "more"]
        assert deployments(client, created) == 2

    def test_gateway_that_is_gone(self, created: ApiGateway, client: Any) -> None:
        """A gateway that was deleted in the same transaction is left alone in AWS."""
        with transaction.atomic():
            new_route(created, "more").save()
            created.delete()

        assert "more" not in route_keys(client, created_copy(client))

    def test_failure(self, created: ApiGateway, client: Any) -> None:
        """What fails at the commit is collected and on the row; the rows stay."""
        client.delete_api(ApiId=created.api_id)

        with collect_deferred_sync_errors() as errors, transaction.atomic():
            new_route(created, "more").save()
            new_route(created, "less").save()

        assert list(map(str, errors)) == ["ClientError: NotFoundException"]
        assert created.additional_routes.count() == 3
        assert ApiGateway.objects.get().last_error == "ClientError: NotFoundException"

    def test_failure_that_nobody_collects(self, created: ApiGateway, client: Any) -> None:
        """It does not reach the other callbacks of the commit."""
        client.delete_api(ApiId=created.api_id)
        called: list[str] = []

        with transaction.atomic():
            new_route(created, "more").save()
            transaction.on_commit(lambda: called.append("later"))

        assert called == ["later"]


def created_copy(client: Any) -> ApiGateway:
    """Return an instance with the id of the newest API."""
    return ApiGateway(api_id=client.get_apis(MaxResults="500")["Items"][-1]["ApiId"])


class TestDeletingRoutes:
    def test_one(self, created: ApiGateway, client: Any) -> None:
        """The route goes with its integration."""
        created.additional_routes.get().delete()

        assert "say" not in route_keys(client, created)
        assert len(client.get_integrations(ApiId=created.api_id)["Items"]) == 3
        assert deployments(client, created) == 2

    def test_failure(self, created: ApiGateway, client: Any) -> None:
        """Without a transaction the row stays."""
        client.delete_api(ApiId=created.api_id)

        with pytest.raises(ApiGatewaySyncError):
            created.additional_routes.get().delete()

        assert created.additional_routes.exists()

    def test_in_a_transaction(self, created: ApiGateway, client: Any) -> None:
        """AWS follows after the commit."""
        with transaction.atomic():
            created.additional_routes.get().delete()
            assert "say" in route_keys(client, created)

        assert "say" not in route_keys(client, created)

    def test_queryset(self, created: ApiGateway, client: Any) -> None:
        """So it does after the deletion of a queryset, with one deployment."""
        new_route(created, "more").save()

        created.additional_routes.all().delete()

        assert route_keys(client, created) == ["$connect", "$disconnect", "$default"]
        assert deployments(client, created) == 3

    def test_asked_not_to(self, created: ApiGateway, client: Any) -> None:
        """The argument keeps the route in AWS."""
        created.additional_routes.get().delete(push_to_aws=False)

        assert "say" in route_keys(client, created)

    @pytest.mark.usefixtures("push_off")
    def test_switched_off(self, created: ApiGateway, client: Any) -> None:
        """So does the setting."""
        created.additional_routes.all().delete()

        assert "say" in route_keys(client, created)

    def test_with_the_gateway(self, created: ApiGateway, client: Any) -> None:
        """Deleting a gateway leaves AWS as it is."""
        api_id = created.api_id

        created.delete()

        assert "say" in route_keys(client, ApiGateway(api_id=api_id))


class TestByHand:
    """The methods that take a client of boto3."""

    def test_create(self, created: ApiGateway, client: Any) -> None:
        """A route is created without a deployment, which is due then."""
        route = new_route(created, "more")
        route.save(push_to_aws=False)

        route.create_route(client, deploy=False)

        assert (route.deployed, bool(route.route_id)) == (True, True)
        assert deployments(client, created) == 1
        assert ApiGateway.objects.get().sync_to_aws() == ["Deployed the stage"]

    def test_unsaved(self, created: ApiGateway, client: Any) -> None:
        """A route without a row is created, and marked in memory."""
        route = new_route(created, "more")

        route.create_route(client)

        assert (route.deployed, bool(route.route_id)) == (True, True)
        assert route._state.adding
        assert "more" in route_keys(client, created)

    def test_update(self, created: ApiGateway, client: Any) -> None:
        """A route of 4.1, whose id is not known, is found by its previous key."""
        created.additional_routes.update(route_id="", route_key="talk")

        created.additional_routes.get().update_route(client, previous_route_key="say")

        assert route_keys(client, created)[3:] == ["talk"]
        assert deployments(client, created) == 2

    def test_update_by_id(self, created: ApiGateway, client: Any) -> None:
        """A route whose id is known needs no previous key; one that is not there is created."""
        created.additional_routes.update(route_key="talk")
        route = created.additional_routes.get()

        route.update_route(client)
        client.delete_route(ApiId=created.api_id, RouteId=route.route_id)
        route.update_route(client)

        assert route_keys(client, created)[3:] == ["talk"]

    def test_delete(self, created: ApiGateway, client: Any) -> None:
        """The route goes and the row stays; doing it again does nothing."""
        route = created.additional_routes.get()

        route.delete_route(client)
        route.delete_route(client)

        assert "say" not in route_keys(client, created)
        assert created.additional_routes.exists()
        assert deployments(client, created) == 2

    def test_asks_only_about_the_route(self, created: ApiGateway, client: Any) -> None:
        """What it costs to change one route does not grow with the number of the others."""
        save_all([new_route(created, key) for key in ("a", "b", "c")])
        route = created.additional_routes.get(route_key="a")
        route.integration_url = f"{BASE}new/"

        with counted(client) as few:
            route.update_route(client)
        save_all([new_route(created, key) for key in ("d", "e", "f")])
        with counted(client) as many:
            route.update_route(client)

        assert few.count("GetRouteResponses") == many.count("GetRouteResponses") == 1


class TestOperations:
    def test_at_once(self) -> None:
        """Without a transaction an operation runs at once."""
        called: list[str] = []

        run_aws_after_commit(lambda: called.append("now"))

        assert called == ["now"]
