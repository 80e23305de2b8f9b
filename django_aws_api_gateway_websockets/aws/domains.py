"""Typed calls of API Gateway's control plane about custom domain names and what they map to."""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import ProvisioningError
from .calls import Calls
from .resources import ApiMapping, DomainName, MappedDomain

__all__ = ["NOT_FOUND", "DomainCalls"]

#: AWS's code for what the account does not have in the region.
NOT_FOUND = "NotFoundException"


class DomainCalls(Calls):
    """The calls of ``apigatewayv2`` about custom domains that we make."""

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
