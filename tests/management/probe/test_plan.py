"""What is known of a gateway before anything is opened."""

from __future__ import annotations

from typing import Any

import pytest

from django_aws_api_gateway_websockets.management.probe.plan import make_plan
from django_aws_api_gateway_websockets.management.probe.report import ProbeFailed
from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.testing import create_gateway

__all__ = ["TestMakePlan"]

pytestmark = pytest.mark.django_db


class TestMakePlan:
    def test_takes_the_page_from_the_target(self) -> None:
        """Without an origin the page is where Django is."""
        plan = make_plan(create_gateway("https://example.com/ws/"))

        assert plan.origin == "https://example.com"
        assert not plan.is_local

    def test_needs_an_api(self) -> None:
        """A row that was never created has no URL."""
        with pytest.raises(ProbeFailed) as failure:
            make_plan(ApiGateway(api_name="demo"))

        assert failure.value.fact == (
            "there is no URL to open: demo has no API yet; create it first"
        )

    def test_needs_a_creation_that_is_finished(self) -> None:
        """An API without a stage cannot be opened."""
        gateway = create_gateway(provisioning_status="api_created", creation_id="a1b2")

        with pytest.raises(ProbeFailed, match=r"^the creation of the API stopped at 'api_created'"):
            make_plan(gateway)

    def test_needs_a_target(self) -> None:
        """Without one nobody knows which Django is meant."""
        with pytest.raises(ProbeFailed, match=r"^target_base_endpoint is empty"):
            make_plan(create_gateway(""))

    def test_needs_a_secret_that_can_match(self, settings: Any) -> None:
        """An unusable secret refuses everything, so there is no need to try."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": "short\n"}

        with pytest.raises(ProbeFailed, match="is not usable, so every request is refused"):
            make_plan(create_gateway())
