"""Under which URLs a gateway is reached, as its row says."""

from __future__ import annotations

import logging

from ..aws.clients import get_region_name
from ..protocol.endpoints import (
    execute_api_endpoint,
    is_loopback,
    management_url,
    stage_url,
    with_page_host,
)
from .gateway_row import GatewayRow

__all__ = ["GatewayAddresses"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")


class GatewayAddresses(GatewayRow):
    """The URLs of a gateway."""

    #: What they are made of.
    ADDRESS_FIELDS = (
        "api_name",
        "api_endpoint",
        "api_id",
        "stage_name",
        "domain_name",
        "certificate_arn",
        "provisioning_status",
        "api_created",
        "custom_domain_created",
    )

    class Meta(GatewayRow.Meta):
        abstract = True

    @property
    def connection_url(self) -> str:
        """What a browser opens, without a trailing slash.

        The custom domain when it is mapped, or when it has no certificate here and so was set up
        elsewhere; else the endpoint and the stage.

        Raises:
            RuntimeError: there is no API yet, or its row has no endpoint and no setting names a
                region.
        """
        endpoint = self._endpoint()
        if self._uses_custom_domain() and not is_loopback(endpoint):
            return f"wss://{self.domain_name}"
        return stage_url(endpoint, self.stage_name)

    def url_for_page(self, host: str) -> str | None:
        """Return what a page opens, or None without an API; the log says why.

        Args:
            host: the ``Host`` that the page was asked for. A gateway on this machine is reached
                under the same loopback name, so that the browser sends its cookie along.
        """
        try:
            url = self.connection_url
        except (RuntimeError, ValueError) as error:
            logger.warning("Gateway %s has no URL: %s", self, error)
            return None
        return with_page_host(url, host)

    @property
    def management_url(self) -> str:
        """Where posts to connections go: ``connection_url`` over HTTP.

        Raises:
            RuntimeError: there is no API yet, or its row has no endpoint and no setting names a
                region.
        """
        return management_url(self.connection_url)

    @property
    def is_local(self) -> bool:
        """Whether the API lives in an emulator on this machine."""
        return bool(self.api_endpoint) and is_loopback(self.api_endpoint)

    def _endpoint(self) -> str:
        if self.api_endpoint:
            return self.api_endpoint
        if not self.api_id:
            raise RuntimeError(f"{self.api_name} has no API yet; create it first.")
        return execute_api_endpoint(self.api_id, get_region_name())

    def _uses_custom_domain(self) -> bool:
        mapped = self.effective_provisioning_status == self.ProvisioningStatus.MAPPED
        return bool(self.domain_name) and (mapped or not self.certificate_arn)
