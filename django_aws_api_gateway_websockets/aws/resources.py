"""What the control plane has: APIs and their parts, as values read from AWS's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = [
    "Api",
    "ApiMapping",
    "Deployment",
    "DomainName",
    "Integration",
    "MappedDomain",
    "Route",
    "RouteResponse",
    "Stage",
]

HTTP_PROXY = "HTTP_PROXY"
WEBSOCKET = "WEBSOCKET"
INTEGRATION_TARGET = "integrations/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """One API; ``endpoint`` has no stage, and ``protocol`` is ``WEBSOCKET`` or ``HTTP``."""

    api_id: str
    endpoint: str
    name: str
    description: str = ""
    route_selection_expression: str = ""
    api_key_selection_expression: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    protocol: str = WEBSOCKET

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the API of an answer."""
        return cls(
            api_id=answer["ApiId"],
            endpoint=answer.get("ApiEndpoint", ""),
            name=answer["Name"],
            description=answer.get("Description", ""),
            route_selection_expression=answer.get("RouteSelectionExpression", ""),
            api_key_selection_expression=answer.get("ApiKeySelectionExpression", ""),
            tags=answer.get("Tags", {}),
            protocol=answer.get("ProtocolType", WEBSOCKET),
        )

    @property
    def takes_websockets(self) -> bool:
        """Whether it is a WebSocket API."""
        return self.protocol == WEBSOCKET


@dataclass(frozen=True, kw_only=True, slots=True)
class Integration:
    """Where messages go, and which headers they get; these may hold the gateway secret.

    Args:
        kind: AWS's type, such as ``HTTP_PROXY`` or ``AWS_PROXY``.
    """

    integration_id: str
    uri: str
    request_parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    kind: str = HTTP_PROXY

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the integration of an answer."""
        return cls(
            integration_id=answer["IntegrationId"],
            uri=answer.get("IntegrationUri", ""),
            request_parameters=answer.get("RequestParameters", {}),
            kind=answer.get("IntegrationType", HTTP_PROXY),
        )

    @property
    def is_http_proxy(self) -> bool:
        """Whether it passes messages on to a URL as they are, as ours do."""
        return self.kind == HTTP_PROXY


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A route key and the integration it leads to; the id is empty when it leads elsewhere.

    Args:
        response_expression: chooses the route response; empty when it chooses none.
    """

    route_id: str
    key: str
    integration_id: str = ""
    response_expression: str = ""

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the route of an answer."""
        target = answer.get("Target", "")
        leads_here = target.startswith(INTEGRATION_TARGET)
        return cls(
            route_id=answer["RouteId"],
            key=answer["RouteKey"],
            integration_id=target.removeprefix(INTEGRATION_TARGET) if leads_here else "",
            response_expression=answer.get("RouteResponseSelectionExpression", ""),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteResponse:
    """Makes a route two-way."""

    route_response_id: str
    key: str

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the route response of an answer."""
        return cls(route_response_id=answer["RouteResponseId"], key=answer["RouteResponseKey"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A stage, and what is deployed to it: empty when nothing is.

    Args:
        deploys_itself: AWS deploys every change at once, and refuses to be told to.
    """

    name: str
    deployment_id: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    deploys_itself: bool = False

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the stage of an answer."""
        return cls(
            name=answer["StageName"],
            deployment_id=answer.get("DeploymentId", ""),
            description=answer.get("Description", ""),
            tags=answer.get("Tags", {}),
            deploys_itself=answer.get("AutoDeploy", False),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """A snapshot of routes and integrations, which a stage serves."""

    deployment_id: str
    description: str = ""

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the deployment of an answer."""
        return cls(deployment_id=answer["DeploymentId"], description=answer.get("Description", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainName:
    """A custom domain name.

    Args:
        target: the name that its DNS record must point to.
        target_zone_id: the hosted zone of the target, which is AWS's own.
        configuration: all that was said of it, which a change of its certificate repeats.
    """

    name: str
    target: str = ""
    target_zone_id: str = ""
    certificate_arn: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the domain name of an answer."""
        [configuration, *_] = answer.get("DomainNameConfigurations") or [{}]
        return cls(
            name=answer["DomainName"],
            target=configuration.get("ApiGatewayDomainName", ""),
            target_zone_id=configuration.get("HostedZoneId", ""),
            certificate_arn=configuration.get("CertificateArn", ""),
            tags=answer.get("Tags", {}),
            configuration=configuration,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiMapping:
    """A stage of an API, and the first part of the path under which a domain serves it."""

    mapping_id: str
    api_id: str
    stage_name: str
    key: str = ""

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the mapping of an answer."""
        return cls(
            mapping_id=answer["ApiMappingId"],
            api_id=answer["ApiId"],
            stage_name=answer["Stage"],
            key=answer.get("ApiMappingKey", ""),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedDomain:
    """A custom domain name and everything that it maps to."""

    domain: DomainName
    mappings: tuple[ApiMapping, ...]

    def of_api(self, api_id: str) -> tuple[ApiMapping, ...]:
        """Return what it maps to an API."""
        return tuple(mapping for mapping in self.mappings if mapping.api_id == api_id)
