"""Values that the tests of the pure rooms begin with."""

from __future__ import annotations

from typing import Any

from django_aws_api_gateway_websockets.emulator.connections import Connection
from django_aws_api_gateway_websockets.emulator.events import Event, EventType
from django_aws_api_gateway_websockets.emulator.store import Api, Deployment, Integration, Store


def make_event(kind: EventType = EventType.MESSAGE, **values: Any) -> Event:
    """Return an event of a connection."""
    defaults: dict[str, Any] = {
        "route_key": "chat",
        "connection_id": "Qyi07eCbtjMCJKw=",
        "request_id": "Qyi3UG41tjMFlUg=",
        "message_id": "",
        "api_id": "abcdefghij",
        "stage": "dev",
        "domain_name": "gateway.test",
        "source_ip": "192.0.2.1",
        "user_agent": "",
        "scheme": "http",
        "port": 8000,
        "connected_at": 1_750_000_000.123,
        "at": 1_750_000_001.5,
    }
    return Event(kind=kind, **{**defaults, **values})


def make_integration(**values: Any) -> Integration:
    """Return an integration with a backend that nobody calls."""
    defaults: dict[str, Any] = {
        "kind": "HTTP_PROXY",
        "method": "POST",
        "uri": "http://django.test:8000/ws/chat",
        "parameters": {},
        "timeout_seconds": 29.0,
    }
    return Integration(**{**defaults, **values})


def make_connection(**values: Any) -> Connection:
    """Return a connection that has begun its handshake."""
    defaults: dict[str, Any] = {
        "connection_id": "Qyi07eCbtjMCJKw=",
        "api_id": "abcdefghij",
        "stage": "dev",
        "domain_name": "gateway.test",
        "source_ip": "192.0.2.1",
        "user_agent": "Browser",
        "scheme": "http",
        "port": 8000,
        "connected_at": 1_750_000_000.0,
        "last_active_at": 1_750_000_000.0,
    }
    return Connection(**{**defaults, **values})


def make_api(api_id: str = "abcdefghij", *keys: str, **route: Any) -> Api:
    """Return an API with routes that share one integration."""
    api = Api(
        record={
            "ApiId": api_id,
            "RouteSelectionExpression": "$request.body.action",
            "DisableExecuteApiEndpoint": False,
        }
    )
    api.integrations["int1"] = {
        "IntegrationId": "int1",
        "IntegrationType": "HTTP_PROXY",
        "IntegrationMethod": "POST",
        "IntegrationUri": "http://django.test:8000/ws",
        "TimeoutInMillis": 29_000,
    }
    for key in keys:
        api.routes[key] = {
            "RouteId": key,
            "RouteKey": key,
            "Target": "integrations/int1",
            **route,
        }
    return api


def make_store(*keys: str, **route: Any) -> Store:
    """Return a store with one API whose stage ``dev`` serves its routes."""
    store = Store()
    store.apis["abcdefghij"] = make_api("abcdefghij", *keys, **route)
    deploy(store)
    return store


def deploy(store: Store) -> None:
    """Deploy the sample API to the stage ``dev``."""
    api = store.apis["abcdefghij"]
    api.deployments["dep1"] = Deployment(record={"DeploymentId": "dep1"}, snapshot=api.snapshot())
    api.stages["dev"] = {"StageName": "dev", "DeploymentId": "dep1"}
