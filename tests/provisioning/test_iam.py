"""The policies allow every call that the package makes, and little else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from django_aws_api_gateway_websockets import aws
from django_aws_api_gateway_websockets.provisioning.iam import (
    GatewayScope,
    connections_arn,
    provisioning_policy,
    runtime_policy,
)

__all__ = ["TestConnectionsArn", "TestProvisioning", "TestRuntime"]

ACCOUNT = "123456789012"
CHAT = GatewayScope(
    region="eu-west-1",
    account=ACCOUNT,
    api_id="a1",
    stage_name="live",
    domain_name="ws.example.com",
    hosted_zone_id="Z1",
)
CONTROL = "arn:aws:apigateway:eu-west-1::"
ZONES = "arn:aws:route53:::"

SESSION = botocore.session.get_session()
MODELS = {name: SESSION.get_service_model(name) for name in ("apigatewayv2", "route53")}
OPERATIONS = {
    botocore.xform_name(operation): (service, operation)
    for service, model in MODELS.items()
    for operation in model.operation_names
}


def called() -> Iterator[str]:
    """Yield the name of every call to AWS's control planes in the source of ``aws``."""
    for path in Path(aws.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="_call" | "_pages"),
                    args=[ast.Constant(value=str(name)), *_],
                ):
                    yield name


def needed(name: str) -> tuple[str, str]:
    """Return the action and a resource that AWS asks for when an operation is called."""
    service, operation = OPERATIONS[name]
    http = MODELS[service].operation_model(operation).http
    path = http["requestUri"].partition("?")[0].replace("{", "").replace("}", "")
    if service == "route53":
        return f"route53:{operation}", ZONES + path.split("/", 2)[2].partition("/rrset")[0]
    return f"apigateway:{http['method']}", CONTROL + path.removeprefix("/v2")


def is_allowed(policy: dict[str, Any], action: str, resource: str) -> bool:
    """Return whether a policy allows an action on a resource, as IAM compares them."""
    return any(
        action in statement["Action"]
        and any(fnmatchcase(resource, pattern) for pattern in statement["Resource"])
        for statement in policy["Statement"]
    )


def statements(policy: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the statements of a policy by their names."""
    return {statement["Sid"]: statement for statement in policy["Statement"]}


class TestConnectionsArn:
    def test_has_stars(self) -> None:
        """What is not known may be anything."""
        arn = connections_arn(region="cn-north-1", api_id="a1", stage_name="live")

        assert arn == "arn:aws-cn:execute-api:cn-north-1:*:a1/live/*/@connections/*"


class TestRuntime:
    def test_is_about_one_stage(self) -> None:
        """A process may post to, look up and close the connections of that API."""
        start = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:a1/live"

        assert runtime_policy([CHAT]) == {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Connections",
                    "Effect": "Allow",
                    "Action": ["execute-api:ManageConnections"],
                    "Resource": [
                        f"{start}/DELETE/@connections/*",
                        f"{start}/GET/@connections/*",
                        f"{start}/POST/@connections/*",
                    ],
                }
            ],
        }

    @pytest.mark.parametrize(
        "operation", SESSION.get_service_model("apigatewaymanagementapi").operation_names
    )
    def test_covers(self, operation: str) -> None:
        """Every call to a connection is allowed."""
        model = SESSION.get_service_model("apigatewaymanagementapi")
        http = model.operation_model(operation).http
        arn = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:a1/live/{http['method']}/@connections/L0w="

        assert is_allowed(runtime_policy([CHAT]), "execute-api:ManageConnections", arn)

    def test_has_every_gateway(self) -> None:
        """Gateways of several partitions stand in one policy."""
        china = GatewayScope(region="cn-north-1", api_id="b2", stage_name="live")

        arns = statements(runtime_policy([CHAT, china]))["Connections"]["Resource"]

        assert len(arns) == 6
        assert arns[0] == "arn:aws-cn:execute-api:cn-north-1:*:b2/live/DELETE/@connections/*"


class TestProvisioning:
    @pytest.mark.parametrize("name", sorted({*called(), "change_resource_record_sets"}))
    def test_covers(self, name: str) -> None:
        """Every call that provisioning makes is allowed."""
        zone = GatewayScope(region="eu-west-1", domain_name="x.example", hosted_zone_id="Id")

        assert is_allowed(provisioning_policy([zone]), *needed(name))

    def test_does_not_cover_others(self) -> None:
        """What provisioning never calls is not allowed."""
        assert not is_allowed(provisioning_policy([CHAT]), *needed("create_vpc_link"))

    def test_tells_tags_from_apis(self) -> None:
        """Tags are resources of their own, which a slash in an ARN does not hide."""
        resource = f"{CONTROL}/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapis%2Fa1"

        assert is_allowed(provisioning_policy([CHAT]), "apigateway:POST", resource)

    @pytest.mark.parametrize("path", ["/apis", "/apis/a1/stages", "/domainnames"])
    def test_creates_with_tags(self, path: str) -> None:
        """AWS asks for one action more where tags come along."""
        policy = provisioning_policy([CHAT])

        assert is_allowed(policy, "apigateway:TagResource", f"{CONTROL}{path}")

    def test_first_custom_domain(self) -> None:
        """The first domain of an account creates the role of the service, and no other."""
        assert statements(provisioning_policy([CHAT]))["FirstCustomDomain"] == {
            "Sid": "FirstCustomDomain",
            "Effect": "Allow",
            "Action": ["iam:CreateServiceLinkedRole"],
            "Resource": [
                f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/"
                "AWSServiceRoleForAPIGateway"
            ],
            "Condition": {"StringEquals": {"iam:AWSServiceName": "ops.apigateway.amazonaws.com"}},
        }

    def test_zone_as_route_53_writes_it(self) -> None:
        """The id of a zone may have its path before it."""
        scope = GatewayScope(region="cn-north-1", hosted_zone_id="/hostedzone/Z1")

        dns = statements(provisioning_policy([scope]))["DnsRecords"]

        assert dns["Resource"] == ["arn:aws-cn:route53:::hostedzone/Z1"]

    def test_without_a_domain(self) -> None:
        """Roles and records are for those who have a domain and a zone."""
        scope = GatewayScope(region="eu-west-1")

        assert list(statements(provisioning_policy([scope]))) == ["ApisAndDomains", "Tags"]

    def test_names_each_region_once(self) -> None:
        """Two gateways of one region make no second line."""
        apis = statements(provisioning_policy([CHAT, CHAT]))["ApisAndDomains"]

        assert apis["Resource"] == [
            f"{CONTROL}/apis",
            f"{CONTROL}/apis/*",
            f"{CONTROL}/domainnames",
            f"{CONTROL}/domainnames/*",
        ]
