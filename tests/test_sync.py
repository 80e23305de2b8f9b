"""The names that 4.1 offered in ``sync`` do what they did."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from django_aws_api_gateway_websockets import exceptions, sync
from django_aws_api_gateway_websockets.models import ApiGateway

from .models.operations.in_aws import client, created, emulator

__all__ = ["client", "created", "emulator"]

pytestmark = pytest.mark.django_db


class TestNames:
    def test_error(self) -> None:
        """The error of a sync is the one that is raised."""
        assert sync.ApiGatewaySyncError is exceptions.ApiGatewaySyncError

    @pytest.mark.parametrize(
        ("code", "expected"), [("NotFoundException", True), ("ConflictException", False)]
    )
    def test_is_not_found(self, code: str, expected: bool) -> None:
        """What AWS does not know is told from other errors."""
        error = ClientError({"Error": {"Code": code}}, "GetApi")

        assert sync.is_not_found(error) is expected
        assert sync.describe_error(error) == f"ClientError: {code}"

    def test_list_routes(self, created: ApiGateway, client: Any) -> None:
        """All routes of an API are listed."""
        keys = [route.key for route in sync.list_routes(client, created.api_id)]

        assert keys == ["$connect", "$disconnect", "$default", "say"]

    def test_push_and_pull(self, created: ApiGateway, client: Any) -> None:
        """Both ways work, with a client and without."""
        client.update_api(ApiId=created.api_id, Description="All")

        pulled = sync.pull_gateway(created, client)

        assert pulled == ["Updated api_description"]
        assert sync.push_gateway(created) == []
