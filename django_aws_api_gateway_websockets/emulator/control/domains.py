"""Custom domain names and API mappings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ..answers import ServiceError
from ..identifiers import new_resource_id
from ..store import Domain, Record
from .site import Handler, Site, merge, page, pick

__all__ = ["ApiMappings", "DomainNames"]

_HOSTED_ZONE: Final = "Z0000LOCALGATEWAY"
_MAPPING_KEY = re.compile(r"[A-Za-z0-9$_.+!*'()-]{0,300}")
_RESERVED_KEYS = ("ping", "sping")


class DomainNames:
    """Operations on custom domain names."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateDomainName": self.create,
            "DeleteDomainName": self.delete,
            "GetDomainName": self.get,
            "GetDomainNames": self.list_page,
            "UpdateDomainName": self.update,
        }

    def create(self, params: Record) -> Record:
        """Register a custom domain name."""
        name = params["DomainName"].lower()
        if name in self.store.domains:
            raise ServiceError.conflict("The domain name you provided already exists.")
        target = f"d-{new_resource_id()}.execute-api.local.amazonaws.com"
        record = {
            "ApiMappingSelectionExpression": "$request.basepath",
            "DomainName": name,
            "DomainNameArn": f"arn:aws:apigateway:local::/domainnames/{name}",
            "DomainNameConfigurations": _configurations(params, target),
            "RoutingMode": params.get("RoutingMode", "API_MAPPING_ONLY"),
            "Tags": params.get("Tags", {}),
        }
        self.store.domains[name] = Domain(record=record)
        return record

    def get(self, params: Record) -> Record:
        """Return a custom domain name."""
        return self.store.domain(params["DomainName"]).record

    def list_page(self, params: Record) -> Record:
        """Return a page of the custom domain names."""
        return page((domain.record for domain in self.store.domains.values()), params)

    def update(self, params: Record) -> Record:
        """Change certificate, security policy or routing mode; the DNS target stays."""
        record = self.get(params)
        target = record["DomainNameConfigurations"][0]["ApiGatewayDomainName"]
        if "DomainNameConfigurations" in params:
            record["DomainNameConfigurations"] = _configurations(params, target)
        merge(record, pick(params, "RoutingMode"))
        return record

    def delete(self, params: Record) -> Record:
        """Delete a custom domain name with its mappings."""
        del self.store.domains[self.get(params)["DomainName"]]
        return {}


class ApiMappings:
    """Operations on API mappings."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateApiMapping": self.create,
            "DeleteApiMapping": self.delete,
            "GetApiMapping": self.get,
            "GetApiMappings": self.list_page,
            "UpdateApiMapping": self.update,
        }

    def create(self, params: Record) -> Record:
        """Map a stage of an API to a custom domain."""
        domain = self.store.domain(params["DomainName"])
        record = {
            "ApiMappingId": new_resource_id(),
            "ApiMappingKey": "",
            **pick(params, "ApiId", "ApiMappingKey", "Stage"),
        }
        self._check(domain, record)
        domain.mappings[record["ApiMappingId"]] = record
        return record

    def get(self, params: Record) -> Record:
        """Return an API mapping."""
        return _mapping(self.store.domain(params["DomainName"]), params["ApiMappingId"])

    def list_page(self, params: Record) -> Record:
        """Return a page of the mappings of a domain."""
        return page(self.store.domain(params["DomainName"]).mappings.values(), params)

    def update(self, params: Record) -> Record:
        """Change what is given and keep the rest."""
        domain = self.store.domain(params["DomainName"])
        record = _mapping(domain, params["ApiMappingId"])
        changed = {**record, **pick(params, "ApiId", "ApiMappingKey", "Stage")}
        self._check(domain, changed)
        record.update(changed)
        return record

    def delete(self, params: Record) -> Record:
        """Delete an API mapping."""
        domain = self.store.domain(params["DomainName"])
        del domain.mappings[_mapping(domain, params["ApiMappingId"])["ApiMappingId"]]
        return {}

    def _check(self, domain: Domain, record: Record) -> None:
        """Refuse an unknown stage, and a key that is malformed, reserved or taken."""
        key = record["ApiMappingKey"]
        if record["Stage"] not in self.store.api(record["ApiId"]).stages:
            raise ServiceError.bad_request("Invalid stage identifier specified")
        if _MAPPING_KEY.fullmatch(key) is None or key in _RESERVED_KEYS:
            raise ServiceError.bad_request(f"Invalid API mapping key specified {key}")
        if key in _keys(domain.mappings.values(), except_id=record["ApiMappingId"]):
            raise ServiceError.conflict("ApiMapping key already exists for this domain name")


def _mapping(domain: Domain, mapping_id: str) -> Record:
    if mapping_id not in domain.mappings:
        raise ServiceError.not_found(f"Invalid API mapping identifier specified {mapping_id}")
    return domain.mappings[mapping_id]


def _keys(mappings: Iterable[Record], *, except_id: str) -> list[str]:
    return [m["ApiMappingKey"] for m in mappings if m["ApiMappingId"] != except_id]


def _configurations(params: Record, target: str) -> list[Record]:
    """Return the one configuration of a domain, with the DNS name that it points to."""
    configurations = params.get("DomainNameConfigurations", [])
    if len(configurations) != 1:
        message = "Invalid input. Expected one domain name configuration"
        raise ServiceError.bad_request(message)
    if not configurations[0].get("CertificateArn"):
        raise ServiceError.bad_request("A certificate is required")
    if configurations[0].get("EndpointType", "REGIONAL") != "REGIONAL":
        raise ServiceError.bad_request("WebSocket APIs need an endpoint type of REGIONAL")
    fixed = {
        "ApiGatewayDomainName": target,
        "DomainNameStatus": "AVAILABLE",
        "EndpointType": "REGIONAL",
        "HostedZoneId": _HOSTED_ZONE,
    }
    defaults = {"IpAddressType": "ipv4", "SecurityPolicy": "TLS_1_2"}
    return [{**defaults, **configurations[0], **fixed}]
