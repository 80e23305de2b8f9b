"""Integrations and routes."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ...protocol.limits import (
    INTEGRATION_TIMEOUT_MAX_MS,
    INTEGRATIONS_PER_API,
    ROUTES_PER_API,
)
from ...protocol.routes import CONNECT, DEFAULT, DISCONNECT
from ..answers import ServiceError
from ..identifiers import new_resource_id
from ..mapping import mapping_problem
from ..store import Api, Record
from .site import Handler, Site, merge, page, pick

__all__ = ["Integrations", "Routes", "find_route"]

_INTEGRATION_FIELDS = (
    "ConnectionId",
    "ConnectionType",
    "ContentHandlingStrategy",
    "CredentialsArn",
    "Description",
    "IntegrationMethod",
    "IntegrationType",
    "IntegrationUri",
    "PassthroughBehavior",
    "PayloadFormatVersion",
    "RequestParameters",
    "RequestTemplates",
    "TemplateSelectionExpression",
    "TimeoutInMillis",
)
_ROUTE_FIELDS = (
    "ApiKeyRequired",
    "AuthorizationType",
    "ModelSelectionExpression",
    "OperationName",
    "RequestModels",
    "RequestParameters",
    "RouteKey",
    "RouteResponseSelectionExpression",
    "Target",
)
_HTTP_KINDS = ("HTTP", "HTTP_PROXY")
_RESERVED_ROUTES = (CONNECT, DISCONNECT, DEFAULT)


class Integrations:
    """Operations on integrations."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateIntegration": self.create,
            "DeleteIntegration": self.delete,
            "GetIntegration": self.get,
            "GetIntegrations": self.list_page,
            "UpdateIntegration": self.update,
        }

    def create(self, params: Record) -> Record:
        """Create an integration."""
        api = self.store.api(params["ApiId"])
        _check_room(len(api.integrations), INTEGRATIONS_PER_API, "Integrations")
        record = {
            "ConnectionType": "INTERNET",
            "IntegrationId": new_resource_id(),
            "IntegrationResponseSelectionExpression": "${integration.response.statuscode}",
            "PassthroughBehavior": "WHEN_NO_MATCH",
            "PayloadFormatVersion": "1.0",
            "TimeoutInMillis": INTEGRATION_TIMEOUT_MAX_MS,
            **pick(params, *_INTEGRATION_FIELDS),
        }
        _check_integration(record)
        api.integrations[record["IntegrationId"]] = record
        self.site.changed(api)
        return record

    def get(self, params: Record) -> Record:
        """Return an integration."""
        return _integration(self.store.api(params["ApiId"]), params["IntegrationId"])

    def list_page(self, params: Record) -> Record:
        """Return a page of an API's integrations."""
        return page(self.store.api(params["ApiId"]).integrations.values(), params)

    def update(self, params: Record) -> Record:
        """Change what is given; a request parameter is removed by an empty value."""
        api = self.store.api(params["ApiId"])
        record = _integration(api, params["IntegrationId"])
        changed = dict(record)
        merge(changed, pick(params, *_INTEGRATION_FIELDS), maps=["RequestParameters"])
        _check_integration(changed)
        record.update(changed)
        self.site.changed(api)
        return record

    def delete(self, params: Record) -> Record:
        """Delete an integration that no route targets."""
        api = self.store.api(params["ApiId"])
        integration_id = _integration(api, params["IntegrationId"])["IntegrationId"]
        target = f"integrations/{integration_id}"
        users = [r["RouteId"] for r in api.routes.values() if r.get("Target") == target]
        if users:
            raise ServiceError.conflict(
                "Cannot delete Integration because it is referenced by the following Routes with "
                f"Ids: [{', '.join(users)}]"
            )
        del api.integrations[integration_id]
        self.site.changed(api)
        return {}


class Routes:
    """Operations on routes."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateRoute": self.create,
            "DeleteRoute": self.delete,
            "GetRoute": self.get,
            "GetRoutes": self.list_page,
            "UpdateRoute": self.update,
        }

    def create(self, params: Record) -> Record:
        """Create a route."""
        api = self.store.api(params["ApiId"])
        _check_room(len(api.routes), ROUTES_PER_API, "Routes")
        record = {
            "ApiKeyRequired": False,
            "AuthorizationType": "NONE",
            "RouteId": new_resource_id(),
            **pick(params, *_ROUTE_FIELDS),
        }
        _check_route(api, record)
        api.routes[record["RouteId"]] = record
        api.responses[record["RouteId"]] = {}
        self.site.changed(api)
        return record

    def get(self, params: Record) -> Record:
        """Return a route."""
        return find_route(self.store.api(params["ApiId"]), params["RouteId"])

    def list_page(self, params: Record) -> Record:
        """Return a page of an API's routes."""
        return page(self.store.api(params["ApiId"]).routes.values(), params)

    def update(self, params: Record) -> Record:
        """Change what is given and keep the rest."""
        api = self.store.api(params["ApiId"])
        record = find_route(api, params["RouteId"])
        changed = {**record, **pick(params, *_ROUTE_FIELDS)}
        _check_route(api, changed)
        record.update(changed)
        self.site.changed(api)
        return record

    def delete(self, params: Record) -> Record:
        """Delete a route with its route responses."""
        api = self.store.api(params["ApiId"])
        route_id = find_route(api, params["RouteId"])["RouteId"]
        del api.routes[route_id], api.responses[route_id]
        self.site.changed(api)
        return {}


def find_route(api: Api, route_id: str) -> Record:
    """Return a route of an API.

    Raises:
        ServiceError: there is none of that id.
    """
    if route_id not in api.routes:
        raise ServiceError.not_found(f"Invalid Route identifier specified {route_id}")
    return api.routes[route_id]


def _integration(api: Api, integration_id: str) -> Record:
    if integration_id not in api.integrations:
        message = f"Invalid Integration identifier specified {integration_id}"
        raise ServiceError.not_found(message)
    return api.integrations[integration_id]


def _check_room(count: int, most: int, what: str) -> None:
    if count >= most:
        raise ServiceError.bad_request(
            f"Maximum number of {what} for this API has been reached.  Please contact AWS if you "
            f"need additional {what}."
        )


def _check_integration(record: Record) -> None:
    """Refuse an integration that AWS refuses."""
    if record["PayloadFormatVersion"] != "1.0":
        raise ServiceError.bad_request("PayloadFormatVersion must be 1.0 for WebSocket APIs")
    if record["TimeoutInMillis"] > INTEGRATION_TIMEOUT_MAX_MS:
        limits = f"between 50 ms and {INTEGRATION_TIMEOUT_MAX_MS} ms"
        raise ServiceError.bad_request(f"Timeout should be {limits}")
    if record["IntegrationType"] in _HTTP_KINDS:
        _check_http(record)
    for target, source in record.get("RequestParameters", {}).items():
        problem = mapping_problem(target, source)
        if problem:
            raise ServiceError.bad_request(problem)


def _check_http(record: Record) -> None:
    if not _is_http(record.get("IntegrationUri", "")):
        raise ServiceError.bad_request("Invalid HTTP endpoint specified for URI")
    if not record.get("IntegrationMethod"):
        raise ServiceError.bad_request("IntegrationMethod is required for HTTP integrations")


def _is_http(uri: str) -> bool:
    try:
        url = urlsplit(uri)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.netloc)


def _check_route(api: Api, record: Record) -> None:
    """Refuse a route that AWS refuses."""
    key = record["RouteKey"]
    if not key or (key.startswith("$") and key not in _RESERVED_ROUTES):
        raise ServiceError.bad_request(
            f"The provided route key is not valid: {key!r}. Only {', '.join(_RESERVED_ROUTES)} "
            "may begin with '$'."
        )
    others = (route for route in api.routes.values() if route["RouteId"] != record["RouteId"])
    if any(route["RouteKey"] == key for route in others):
        raise ServiceError.conflict(f"Route with key {key} already exists for this API")
    if record["AuthorizationType"] not in ("NONE", "AWS_IAM"):
        raise ServiceError.bad_request("The local gateway has no authorizers")
    place, _, integration_id = record.get("Target", "").partition("/")
    if place and (place != "integrations" or integration_id not in api.integrations):
        raise ServiceError.bad_request(f"Invalid integration target specified {record['Target']}")
