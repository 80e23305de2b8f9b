"""What a step brings to the row of a gateway, which never falls back without a reason."""

from __future__ import annotations

from typing import Any

import pytest

from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.models.operations.progress import (
    domain_values,
    latest_status,
)
from django_aws_api_gateway_websockets.provisioning.run import StepResult
from django_aws_api_gateway_websockets.provisioning.state import DesiredDomain
from django_aws_api_gateway_websockets.provisioning.steps import Step, StepKind

MAPPED = {"custom_domain_created": True, "provisioning_status": "mapped"}


def values(
    kind: StepKind, *, status: str = "deployed", zone_id: str = "Z1", skipped: bool = False
) -> dict[str, Any]:
    """Return what one step brings to a gateway of a status."""
    step = Step(kind=kind, subject="ws.example.com", skipped=skipped)
    return domain_values(
        ApiGateway(provisioning_status=status),
        DesiredDomain(name="ws.example.com", certificate_arn="arn:1", zone_id=zone_id),
        StepResult.of(step, domain_target="d-1", mapping_id="m1"),
    )


class TestStatus:
    @pytest.mark.parametrize(
        ("row", "latest"),
        [
            ({"provisioning_status": "routes_created"}, "deployed"),
            ({"provisioning_status": "mapped"}, "mapped"),
            ({"api_created": True, "custom_domain_created": True}, "mapped"),
        ],
    )
    def test_latest(self, row: dict[str, Any], latest: str) -> None:
        """The farther one counts, also of a row from before it was stored."""
        assert latest_status(ApiGateway(**row), "deployed") == latest


class TestDomain:
    @pytest.mark.parametrize("status", ["deployed", "mapped"])
    def test_created(self, status: str) -> None:
        """A new domain is mapped to nothing, whatever the row said of an earlier one."""
        assert values(StepKind.DOMAIN, status=status) == {
            "api_gateway_domain_name": "d-1",
            "api_mapping_id": "",
            "custom_domain_created": False,
            "provisioning_status": "domain_created",
        }

    @pytest.mark.parametrize(
        ("before", "after"), [("deployed", "domain_created"), ("mapped", "mapped")]
    )
    def test_found(self, before: str, after: str) -> None:
        """One that was there takes nothing away."""
        assert values(StepKind.DOMAIN, status=before, skipped=True) == {
            "api_gateway_domain_name": "d-1",
            "provisioning_status": after,
        }

    def test_mapping(self) -> None:
        """Without a hosted zone, the mapping is the last step."""
        assert values(StepKind.MAPPING, zone_id="") == {"api_mapping_id": "m1", **MAPPED}

    def test_mapping_before_dns(self) -> None:
        """With one, browsers do not open the domain yet."""
        assert values(StepKind.MAPPING) == {"api_mapping_id": "m1"}

    def test_alias(self) -> None:
        """The DNS record is the last step."""
        assert values(StepKind.ALIAS) == MAPPED

    def test_other_steps(self) -> None:
        """A step that is not about the domain brings nothing."""
        step = StepResult.of(Step(kind=StepKind.STAGE, subject="live"))

        assert domain_values(ApiGateway(), None, step) == {}
