"""What has been provisioned: APIs with their parts, custom domains, and what each stage serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .answers import ServiceError

__all__ = [
    "Address",
    "Api",
    "Deployment",
    "Domain",
    "Integration",
    "Record",
    "Route",
    "Snapshot",
    "Store",
]

Record = dict[str, Any]
"""A resource as the service model names its members, for example ``{"ApiId": "..."}``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Integration:
    """What a route calls."""

    kind: str
    method: str
    uri: str
    parameters: Mapping[str, str]
    timeout_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A deployed route; two-way when it has a route response.

    Args:
        asks_for_response: it has a ``RouteResponseSelectionExpression``.
    """

    key: str
    integration: Integration | None
    two_way: bool
    asks_for_response: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """An API as it was when it was deployed; later changes do not reach it."""

    selection_expression: str
    default_endpoint_enabled: bool
    routes: Mapping[str, Route]


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """A deployment's record, and the snapshot that it serves."""

    record: Record
    snapshot: Snapshot


@dataclass(kw_only=True, slots=True)
class Api:
    """One API and everything in it, by id or by stage name."""

    record: Record
    integrations: dict[str, Record] = field(default_factory=dict)
    routes: dict[str, Record] = field(default_factory=dict)
    responses: dict[str, dict[str, Record]] = field(default_factory=dict)
    stages: dict[str, Record] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        """Return the API as it is now."""
        routes = [self._snapshot_route(route) for route in self.routes.values()]
        return Snapshot(
            selection_expression=self.record["RouteSelectionExpression"],
            default_endpoint_enabled=not self.record["DisableExecuteApiEndpoint"],
            routes=MappingProxyType({route.key: route for route in routes}),
        )

    def _snapshot_route(self, route: Record) -> Route:
        _, _, integration_id = route.get("Target", "").partition("/")
        integration = self.integrations.get(integration_id)
        return Route(
            key=route["RouteKey"],
            integration=None if integration is None else _snapshot_integration(integration),
            two_way=bool(self.responses.get(route["RouteId"])),
            asks_for_response=bool(route.get("RouteResponseSelectionExpression")),
        )


def _snapshot_integration(record: Record) -> Integration:
    return Integration(
        kind=record["IntegrationType"],
        method=record.get("IntegrationMethod", "POST"),
        uri=record.get("IntegrationUri", ""),
        parameters=MappingProxyType(dict(record.get("RequestParameters", {}))),
        timeout_seconds=record["TimeoutInMillis"] / 1000,
    )


@dataclass(kw_only=True, slots=True)
class Domain:
    """A custom domain name and its API mappings by id."""

    record: Record
    mappings: dict[str, Record] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A stage of an API, and the host name under which it was asked for."""

    api_id: str
    stage: str
    domain_name: str


class Store:
    """All APIs and domains; the control plane writes it and the data plane reads it."""

    def __init__(self) -> None:
        self.apis: dict[str, Api] = {}
        self.domains: dict[str, Domain] = {}

    def api(self, api_id: str) -> Api:
        """Return an API.

        Raises:
            ServiceError: there is none of that id.
        """
        try:
            return self.apis[api_id]
        except KeyError:
            message = f"Invalid API identifier specified {api_id}"
            raise ServiceError.not_found(message) from None

    def domain(self, name: str) -> Domain:
        """Return a custom domain.

        Raises:
            ServiceError: there is none of that name.
        """
        try:
            return self.domains[name.lower()]
        except KeyError:
            message = f"Invalid domain name identifier specified {name}"
            raise ServiceError.not_found(message) from None

    def serves_domain(self, host: str) -> bool:
        """Tell whether a Host header names a custom domain."""
        return host.partition(":")[0].lower() in self.domains

    def maps_root(self, host: str) -> bool:
        """Tell whether every path of a custom domain leads to one API, known there or not."""
        domain = self.domains.get(host.partition(":")[0].lower())
        mappings = domain.mappings.values() if domain else ()
        return any(not mapping.get("ApiMappingKey") for mapping in mappings)

    def resolve(self, host: str, segments: Sequence[str]) -> Address | None:
        """Return the deployed stage behind a host and a path, or None.

        Args:
            host: the Host header; a custom domain is known by it.
            segments: decoded parts of the path: API id and stage, or a mapping key or nothing.
        """
        domain = self.domains.get(host.partition(":")[0].lower())
        if domain is not None:
            return self._resolve_mapping(domain, segments)
        if len(segments) != 2:
            return None
        address = Address(api_id=segments[0], stage=segments[1], domain_name=host)
        snapshot = self.live(address.api_id, address.stage)
        return address if snapshot and snapshot.default_endpoint_enabled else None

    def live(self, api_id: str, stage: str) -> Snapshot | None:
        """Return what a stage serves, or None when it is unknown or has no deployment."""
        api = self.apis.get(api_id)
        if api is None or stage not in api.stages:
            return None
        deployment = api.deployments.get(api.stages[stage].get("DeploymentId", ""))
        return None if deployment is None else deployment.snapshot

    def stage_variables(self, api_id: str, stage: str) -> Mapping[str, str]:
        """Return the variables of a stage that `live` knows."""
        variables: Mapping[str, str] = self.apis[api_id].stages[stage].get("StageVariables", {})
        return variables

    def _resolve_mapping(self, domain: Domain, segments: Sequence[str]) -> Address | None:
        key = "/".join(segments)
        for mapping in domain.mappings.values():
            if mapping.get("ApiMappingKey", "") == key:
                return self._mapped(mapping, domain.record["DomainName"])
        return None

    def _mapped(self, mapping: Record, domain_name: str) -> Address | None:
        address = Address(api_id=mapping["ApiId"], stage=mapping["Stage"], domain_name=domain_name)
        return address if self.live(address.api_id, address.stage) else None
