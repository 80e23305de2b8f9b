"""What is provisioned as plain JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from .store import Api, Deployment, Domain, Integration, Record, Route, Snapshot, Store

__all__ = ["pack", "unpack"]

_TIMES: Final = ("CreatedDate", "LastUpdatedDate")
"""Members of resources that are times."""


def pack(store: Store) -> dict[str, Any]:
    """Return a store as values that JSON knows."""
    content = {"apis": store.apis, "domains": store.domains}
    packed: dict[str, Any] = json.loads(json.dumps(content, default=_plain))
    return packed


def unpack(content: Mapping[str, Any]) -> Store:
    """Return the store that `pack` made these values of."""
    store = Store()
    store.apis = {api_id: _api(api) for api_id, api in content["apis"].items()}
    store.domains = {name: _domain(domain) for name, domain in content["domains"].items()}
    return store


def _plain(value: Any) -> Any:
    """Return what JSON does not know by itself as something that it does."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value.isoformat() if isinstance(value, datetime) else dict(value)


def _api(api: Mapping[str, Any]) -> Api:
    return Api(
        record=_record(api["record"]),
        integrations=_records(api["integrations"]),
        routes=_records(api["routes"]),
        responses={route_id: _records(records) for route_id, records in api["responses"].items()},
        stages=_records(api["stages"]),
        deployments={key: _deployment(value) for key, value in api["deployments"].items()},
    )


def _domain(domain: Mapping[str, Any]) -> Domain:
    return Domain(record=_record(domain["record"]), mappings=_records(domain["mappings"]))


def _deployment(deployment: Mapping[str, Any]) -> Deployment:
    snapshot = deployment["snapshot"]
    routes = {key: _route(route) for key, route in snapshot["routes"].items()}
    return Deployment(
        record=_record(deployment["record"]),
        snapshot=Snapshot(**{**snapshot, "routes": MappingProxyType(routes)}),
    )


def _route(route: Mapping[str, Any]) -> Route:
    integration = route["integration"]
    return Route(**{**route, "integration": integration and _integration(integration)})


def _integration(integration: Mapping[str, Any]) -> Integration:
    parameters = MappingProxyType(integration["parameters"])
    return Integration(**{**integration, "parameters": parameters})


def _records(records: Mapping[str, Record]) -> dict[str, Record]:
    return {key: _record(record) for key, record in records.items()}


def _record(record: Record) -> Record:
    times: Record = {
        name: datetime.fromisoformat(record[name]) for name in _TIMES if name in record
    }
    return {**record, **times}
