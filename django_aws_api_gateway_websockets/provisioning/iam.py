"""IAM policies: the least that a web process needs, and the least that provisioning needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..protocol.endpoints import CONNECTIONS, partition_of

__all__ = ["GatewayScope", "connections_arn", "provisioning_policy", "runtime_policy"]

#: The version of the policy language.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
LANGUAGE = "2012-10-17"

#: What is done with connections: closed, looked up, posted to.
CONNECTION_METHODS = ("DELETE", "GET", "POST")

#: The control plane is authorised by HTTP method. AWS asks for ``TagResource`` too where something
#: is created with tags.
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
CONTROL_ACTIONS = ("DELETE", "GET", "PATCH", "POST", "TagResource")
TAG_ACTIONS = ("POST", "PUT")

#: What API Gateway reaches certificates by; the first custom domain of an account creates it.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
LINKED_SERVICE = "ops.apigateway.amazonaws.com"
LINKED_ROLE = f"role/aws-service-role/{LINKED_SERVICE}/AWSServiceRoleForAPIGateway"

DNS_ACTIONS = ("ChangeResourceRecordSets", "GetHostedZone", "ListResourceRecordSets")


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayScope:
    """What a policy has to know of a gateway.

    Args:
        account: number of the AWS account, or a star for any.
        api_id: empty for a gateway that is still to be created.
    """

    region: str
    account: str = "*"
    api_id: str = ""
    stage_name: str = ""
    domain_name: str = ""
    hosted_zone_id: str = ""


def connections_arn(
    *, region: str, api_id: str, stage_name: str, account: str = "*", method: str = "*"
) -> str:
    """Return the ARN of the connections of a stage.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html

    Args:
        method: of HTTP, or a star for all.
    """
    start = f"arn:{partition_of(region)}:execute-api:{region}:{account}"
    return f"{start}:{api_id}/{stage_name}/{method}/{CONNECTIONS}/*"


def runtime_policy(gateways: Iterable[GatewayScope]) -> dict[str, Any]:
    """Return what a process needs that sends to clients of these gateways and closes connections.

    Args:
        gateways: those that have an API.
    """
    connections = (
        connections_arn(
            region=gateway.region,
            account=gateway.account,
            api_id=gateway.api_id,
            stage_name=gateway.stage_name,
            method=method,
        )
        for gateway in gateways
        for method in CONNECTION_METHODS
    )
    return _policy(_allow("Connections", "execute-api", ("ManageConnections",), connections))


def provisioning_policy(gateways: Iterable[GatewayScope]) -> dict[str, Any]:
    """Return what creating, comparing, changing and deleting these gateways needs.

    It reaches every API and custom domain of their regions: the id of an API that is still to be
    created is not known.
    """
    return _policy(*_provisioning_statements(list(gateways)))


def _provisioning_statements(gateways: list[GatewayScope]) -> Iterator[dict[str, Any]]:
    control = [_control_arn(gateway.region) for gateway in gateways]
    paths = ("/apis", "/apis/*", "/domainnames", "/domainnames/*")
    resources = (f"{arn}{path}" for arn in control for path in paths)
    yield _allow("ApisAndDomains", "apigateway", CONTROL_ACTIONS, resources)
    yield _allow("Tags", "apigateway", TAG_ACTIONS, (f"{arn}/tags/*" for arn in control))
    roles = {_role_arn(gateway) for gateway in gateways if gateway.domain_name}
    if roles:
        statement = _allow("FirstCustomDomain", "iam", ("CreateServiceLinkedRole",), roles)
        condition = {"StringEquals": {"iam:AWSServiceName": LINKED_SERVICE}}
        yield {**statement, "Condition": condition}
    zones = {_zone_arn(gateway) for gateway in gateways if gateway.hosted_zone_id}
    if zones:
        yield _allow("DnsRecords", "route53", DNS_ACTIONS, zones)


def _control_arn(region: str) -> str:
    return f"arn:{partition_of(region)}:apigateway:{region}::"


def _role_arn(gateway: GatewayScope) -> str:
    return f"arn:{partition_of(gateway.region)}:iam::{gateway.account}:{LINKED_ROLE}"


def _zone_arn(gateway: GatewayScope) -> str:
    zone = gateway.hosted_zone_id.removeprefix("/hostedzone/")
    return f"arn:{partition_of(gateway.region)}:route53:::hostedzone/{zone}"


def _allow(
    name: str, service: str, actions: Iterable[str], resources: Iterable[str]
) -> dict[str, Any]:
    return {
        "Sid": name,
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions],
        "Resource": sorted(set(resources)),
    }


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": LANGUAGE, "Statement": list(statements)}
