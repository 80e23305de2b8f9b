"""Typed calls of API Gateway's control plane about custom domain names and what they map to."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..conf import settings
from ..exceptions import ProvisioningError
from ..protocol.endpoints import is_loopback
from .calls import Calls
from .dns import HostedZones, get_hosted_zones
from .resources import ApiMapping, DomainName, MappedDomain

__all__ = ["NOT_FOUND", "DomainCalls"]

#: AWS's code for what the account does not have in the region.
NOT_FOUND = "NotFoundException"

#: What a change of the certificate says once more, lest it be reset.
KEPT_CONFIGURATION = (
    "EndpointType",
    "IpAddressType",
    "OwnershipVerificationCertificateArn",
    "SecurityPolicy",
)


class DomainCalls(Calls):
    """The calls of ``apigatewayv2`` about custom domains that we make.

    Args:
        client: boto3's, of ``apigatewayv2``.
        zones: where the DNS records of domains are, by default in Route 53 of the same partition.
        sleep: waits a number of seconds.
    """

    def __init__(
        self,
        client: Any,
        *,
        zones: HostedZones | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(client, sleep=sleep)
        self._zones = zones

    @property
    def zones(self) -> HostedZones | None:
        """Where the DNS records of domains are; None for a local gateway, whose DNS is left alone.

        Raises:
            botocore.exceptions.ProfileNotFound: the profile does not exist.
        """
        meta = self._client.meta
        is_local = settings.endpoint_url is not None or is_loopback(meta.endpoint_url)
        if self._zones is None and not is_local:
            self._zones = get_hosted_zones(meta.region_name)
        return self._zones

    def get_domain_names(self) -> tuple[DomainName, ...]:
        """Return all custom domain names of the account in the region."""
        return tuple(map(DomainName.parse, self._pages("get_domain_names")))

    def find_domain_name(self, name: str) -> DomainName | None:
        """Return a custom domain name, or None when the account has none of that name."""
        try:
            return DomainName.parse(self._call("get_domain_name", DomainName=name))
        except ProvisioningError as error:
            if error.code == NOT_FOUND:
                return None
            raise

    def create_domain_name(
        self, name: str, *, certificate_arn: str, tags: Mapping[str, str]
    ) -> DomainName:
        """Create a regional custom domain name with TLS 1.2, the only kind WebSocket APIs can have.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html

        Args:
            certificate_arn: of a certificate for the name, in the same region.
        """
        configuration = {
            "CertificateArn": certificate_arn,
            "EndpointType": "REGIONAL",
            "SecurityPolicy": "TLS_1_2",
        }
        answer = self._call(
            "create_domain_name",
            DomainName=name,
            DomainNameConfigurations=[configuration],
            Tags=dict(tags),
        )
        return DomainName.parse(answer)

    def delete_domain_name(self, name: str) -> None:
        """Delete a custom domain name, which must map to nothing any more."""
        self._call("delete_domain_name", DomainName=name)

    def update_domain_name(self, domain: DomainName, *, certificate_arn: str) -> DomainName:
        """Give a custom domain name another certificate; its DNS target stays."""
        said = domain.configuration
        kept = {name: said[name] for name in KEPT_CONFIGURATION if name in said}
        answer = self._call(
            "update_domain_name",
            DomainName=domain.name,
            DomainNameConfigurations=[{**kept, "CertificateArn": certificate_arn}],
        )
        return DomainName.parse(answer)

    def get_api_mappings(self, name: str) -> tuple[ApiMapping, ...]:
        """Return all that a custom domain name maps to."""
        return tuple(map(ApiMapping.parse, self._pages("get_api_mappings", DomainName=name)))

    def get_mapped_domains(self, api_id: str) -> tuple[MappedDomain, ...]:
        """Return the custom domains that map to an API, with one call for each of the account's."""
        domains = (
            MappedDomain(domain=domain, mappings=self.get_api_mappings(domain.name))
            for domain in self.get_domain_names()
        )
        return tuple(domain for domain in domains if domain.of_api(api_id))

    def create_api_mapping(self, name: str, *, api_id: str, stage_name: str) -> ApiMapping:
        """Map the root of a custom domain name to a stage of an API."""
        answer = self._call("create_api_mapping", DomainName=name, ApiId=api_id, Stage=stage_name)
        return ApiMapping.parse(answer)

    def delete_api_mapping(self, name: str, mapping_id: str) -> None:
        """Delete a mapping; the custom domain name stays."""
        self._call("delete_api_mapping", DomainName=name, ApiMappingId=mapping_id)
