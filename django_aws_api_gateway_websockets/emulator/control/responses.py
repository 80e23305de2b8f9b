"""Route responses, which make a route two-way."""

from __future__ import annotations

from collections.abc import Mapping

from ...protocol.routes import DEFAULT
from ..answers import ServiceError
from ..identifiers import new_resource_id
from ..store import Api, Record
from .routing import find_route
from .site import Handler, Site, merge, page, pick

__all__ = ["RouteResponses"]

_RESPONSE_FIELDS = (
    "ModelSelectionExpression",
    "ResponseModels",
    "ResponseParameters",
    "RouteResponseKey",
)


class RouteResponses:
    """Operations on route responses."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateRouteResponse": self.create,
            "DeleteRouteResponse": self.delete,
            "GetRouteResponse": self.get,
            "GetRouteResponses": self.list_page,
            "UpdateRouteResponse": self.update,
        }

    def create(self, params: Record) -> Record:
        """Create the route response of a route; its only key is ``$default``."""
        api = self.store.api(params["ApiId"])
        responses = _responses(api, params["RouteId"])
        record = {"RouteResponseId": new_resource_id(), **pick(params, *_RESPONSE_FIELDS)}
        if record["RouteResponseKey"] != DEFAULT:
            message = f"The only route response key is {DEFAULT}"
            raise ServiceError.bad_request(message)
        if responses:
            raise ServiceError.conflict(f"Route response with key {DEFAULT} already exists")
        responses[record["RouteResponseId"]] = record
        self.site.changed(api)
        return record

    def get(self, params: Record) -> Record:
        """Return a route response."""
        api = self.store.api(params["ApiId"])
        return _response(_responses(api, params["RouteId"]), params["RouteResponseId"])

    def list_page(self, params: Record) -> Record:
        """Return a page of the route responses of a route."""
        api = self.store.api(params["ApiId"])
        return page(_responses(api, params["RouteId"]).values(), params)

    def update(self, params: Record) -> Record:
        """Change what is given and keep the rest; the key stays."""
        record = self.get(params)
        merge(record, pick(params, *_RESPONSE_FIELDS[:-1]))
        self.site.changed(self.store.api(params["ApiId"]))
        return record

    def delete(self, params: Record) -> Record:
        """Delete a route response, which makes the route one-way."""
        api = self.store.api(params["ApiId"])
        responses = _responses(api, params["RouteId"])
        del responses[_response(responses, params["RouteResponseId"])["RouteResponseId"]]
        self.site.changed(api)
        return {}


def _responses(api: Api, route_id: str) -> dict[str, Record]:
    return api.responses[find_route(api, route_id)["RouteId"]]


def _response(responses: dict[str, Record], response_id: str) -> Record:
    if response_id not in responses:
        message = f"Invalid Route Response identifier specified {response_id}"
        raise ServiceError.not_found(message)
    return responses[response_id]
