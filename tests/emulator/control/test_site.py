"""What the rooms of the control plane share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator.answers import ServiceError
from django_aws_api_gateway_websockets.emulator.clock import ManualClock
from django_aws_api_gateway_websockets.emulator.control.site import (
    NO_ROUTE,
    Site,
    drop_empty,
    merge,
    page,
    pick,
)
from django_aws_api_gateway_websockets.emulator.store import Store

from ..samples import make_api

ROWS = [{"Id": str(number)} for number in range(60)]


def make_site() -> Site:
    """Return a site with an empty store."""
    return Site(store=Store(), clock=ManualClock(1_750_000_000.9), endpoint=lambda api_id: api_id)


class TestPaging:
    """Lists come in pages."""

    def test_has_25_items_unless_told(self) -> None:
        """The rest comes with the token."""
        first = page(ROWS, {})
        second = page(ROWS, {"NextToken": first["NextToken"], "MaxResults": "35"})

        assert first["Items"] == ROWS[:25]
        assert second == {"Items": ROWS[25:], "NextToken": None}

    @pytest.mark.parametrize("size", ["0", "501", "x", "-1", "", "²", "9" * 5000])
    def test_refuses_a_size(self, size: str) -> None:
        """Only numbers from 1 to 500."""
        with pytest.raises(ServiceError, match=rf"Invalid value for maxResults: {size}$"):
            page(ROWS, {"MaxResults": size})

    @pytest.mark.parametrize("token", ["x", "!!!!", "eA==", "LTU=", "OTk5" * 2000])
    def test_refuses_a_token(self, token: str) -> None:
        """Only tokens that it gave."""
        with pytest.raises(ServiceError, match="Invalid nextToken specified"):
            page(ROWS, {"NextToken": token})


class TestRecords:
    """Small changes of records."""

    def test_pick(self) -> None:
        """Only what is named, as far as it is there."""
        assert pick({"A": 1, "B": 2}, "A", "C") == {"A": 1}

    def test_drop_empty(self) -> None:
        """Falsy values are values."""
        assert drop_empty({"A": None, "B": "", "C": 0}) == {"B": "", "C": 0}

    def test_merge(self) -> None:
        """Maps are merged key by key when they are named, else replaced."""
        record: dict[str, Any] = {"A": 1, "M": {"a": "1", "b": "2"}, "N": {"a": "1"}}

        merge(record, {"A": 2, "M": {"b": "", "c": "3"}, "N": {"b": "2"}}, maps=["M"])

        assert record == {"A": 2, "M": {"a": "1", "c": "3"}, "N": {"b": "2"}}


class TestDeploying:
    """Snapshots of an API."""

    def test_adds_a_deployment(self) -> None:
        """The record says when and how."""
        site, api = make_site(), make_api("abcdefghij", "chat")

        deployment = site.deploy(api, "first")

        assert deployment.record == {
            "AutoDeployed": False,
            "CreatedDate": datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC),
            "DeploymentId": deployment.record["DeploymentId"],
            "DeploymentStatus": "DEPLOYED",
            "Description": "first",
        }
        assert list(api.deployments.values()) == [deployment]

    def test_needs_a_route(self) -> None:
        """An API without routes cannot be deployed."""
        with pytest.raises(ServiceError) as caught:
            make_site().deploy(make_api())
        assert caught.value.message == NO_ROUTE

    def test_automatic_stages_follow_changes(self) -> None:
        """A change reaches them at once, and only them."""
        api = make_api("abcdefghij", "chat")
        api.stages = {"auto": {"AutoDeploy": True}, "manual": {"AutoDeploy": False}}

        make_site().changed(api)

        (deployment,) = api.deployments.values()
        deployment_id = deployment.record["DeploymentId"]
        assert deployment.record["AutoDeployed"] is True
        assert api.stages["auto"]["DeploymentId"] == deployment_id
        assert api.stages["auto"]["LastDeploymentStatusMessage"] == (
            f"Successfully deployed stage with deployment ID '{deployment_id}'"
        )
        assert api.stages["manual"] == {"AutoDeploy": False}

    def test_automatic_stage_of_an_empty_api(self) -> None:
        """The failure is told on the stage."""
        api = make_api()
        api.stages = {"auto": {"AutoDeploy": True}}

        make_site().changed(api)

        assert api.stages["auto"]["LastDeploymentStatusMessage"] == (
            "Deployment attempt failed: At least one route is required before deploying the Api"
        )

    def test_no_automatic_stage(self) -> None:
        """Nothing is deployed for nobody."""
        api = make_api("abcdefghij", "chat")

        make_site().changed(api)

        assert api.deployments == {}
