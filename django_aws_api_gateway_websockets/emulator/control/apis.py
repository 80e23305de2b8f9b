"""APIs and tags."""

from __future__ import annotations

from collections.abc import Mapping

from ..answers import ServiceError
from ..identifiers import api_id_for
from ..store import Api, Record
from .site import Handler, Site, merge, page, pick

__all__ = ["Apis", "Tags"]

_FIELDS = (
    "ApiKeySelectionExpression",
    "Description",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "IpAddressType",
    "Name",
    "RouteSelectionExpression",
    "Version",
)


class Apis:
    """Operations on APIs."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateApi": self.create,
            "DeleteApi": self.delete,
            "GetApi": self.get,
            "GetApis": self.list_page,
            "UpdateApi": self.update,
        }

    def create(self, params: Record) -> Record:
        """Create an API; names are not unique, so a second call makes a second API."""
        if params["ProtocolType"] != "WEBSOCKET":
            raise ServiceError.bad_request("The local gateway has WebSocket APIs only")
        if not params.get("RouteSelectionExpression"):
            message = "RouteSelectionExpression is required for WebSocket protocol"
            raise ServiceError.bad_request(message)
        api_id = api_id_for(params["Name"], self.store.apis)
        record = {
            "ApiEndpoint": self.site.endpoint(api_id),
            "ApiId": api_id,
            "ApiKeySelectionExpression": "$request.header.x-api-key",
            "CreatedDate": self.site.now(),
            "DisableExecuteApiEndpoint": False,
            "DisableSchemaValidation": False,
            "IpAddressType": "ipv4",
            "ProtocolType": "WEBSOCKET",
            "Tags": params.get("Tags", {}),
            **pick(params, *_FIELDS),
        }
        self.store.apis[api_id] = Api(record=record)
        return record

    def get(self, params: Record) -> Record:
        """Return an API."""
        return self.store.api(params["ApiId"]).record

    def list_page(self, params: Record) -> Record:
        """Return a page of all APIs."""
        return page((api.record for api in self.store.apis.values()), params)

    def update(self, params: Record) -> Record:
        """Change what is given and keep the rest."""
        api = self.store.api(params["ApiId"])
        merge(api.record, pick(params, *_FIELDS))
        self.site.changed(api)
        return api.record

    def delete(self, params: Record) -> Record:
        """Delete an API with everything in it, unless a custom domain maps to it."""
        self.store.api(params["ApiId"])
        domains = self.store.domains.values()
        mapped = [m for d in domains for m in d.mappings.values() if m["ApiId"] == params["ApiId"]]
        if mapped:
            raise ServiceError.bad_request(
                f"Deleting API {params['ApiId']} failed. Please remove all API mappings for the "
                "API from your custom domain names."
            )
        del self.store.apis[params["ApiId"]]
        return {}


class Tags:
    """Operations on the tags of APIs, stages and custom domains."""

    def __init__(self, site: Site) -> None:
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {"GetTags": self.get, "TagResource": self.add, "UntagResource": self.remove}

    def get(self, params: Record) -> Record:
        """Return the tags of a resource."""
        return {"Tags": self._tags(params["ResourceArn"])}

    def add(self, params: Record) -> Record:
        """Add tags, or change their values."""
        self._tags(params["ResourceArn"]).update(params.get("Tags", {}))
        return {}

    def remove(self, params: Record) -> Record:
        """Remove tags; unknown keys are ignored."""
        tags = self._tags(params["ResourceArn"])
        for key in params["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _tags(self, arn: str) -> dict[str, str]:
        tags: dict[str, str] = self._resource(arn).setdefault("Tags", {})
        return tags

    def _resource(self, arn: str) -> Record:
        """Return what an ARN names, for example ``arn:aws:apigateway:local::/apis/ID``."""
        match arn.partition("::")[2].strip("/").split("/"):
            case ["apis", api_id]:
                return self.store.api(api_id).record
            case ["apis", api_id, "stages", name] if name in self.store.api(api_id).stages:
                return self.store.api(api_id).stages[name]
            case ["domainnames", name]:
                return self.store.domain(name).record
        raise ServiceError.not_found(f"Invalid resource ARN specified {arn}")
