"""Gateways and their routes: what should exist in AWS, and what does."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from typing import Any

from django.db import models

from ..aws.clients import get_region_name
from ..aws.control import ControlPlane, get_control_plane
from ..protocol.endpoints import (
    execute_api_endpoint,
    is_loopback,
    management_url,
    stage_url,
    with_page_host,
)
from ..protocol.routes import DEFAULT, integration_uri, select_route
from ..provisioning.run import StepResult
from .creation import create_in_aws
from .validators import (
    collect_errors,
    validate_api_name,
    validate_domain_name,
    validate_integration_host,
)

__all__ = ["ApiGateway"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")


class ApiGateway(models.Model):
    """One WebSocket API: its settings, and how much of it exists in AWS."""

    class ProvisioningStatus(models.TextChoices):
        """How far the creation in AWS has come."""

        PENDING = "pending", "Pending"
        CREATING = "creating", "Creating"
        API_CREATED = "api_created", "API created"
        ROUTES_CREATED = "routes_created", "Routes created"
        DEPLOYED = "deployed", "Deployed"
        DOMAIN_CREATED = "domain_created", "Custom domain created"
        MAPPED = "mapped", "Custom domain mapped"

    api_name = models.CharField(max_length=255, unique=True)
    api_description = models.CharField(max_length=255, blank=True, default="")
    default_channel_name = models.CharField(max_length=128, blank=True, default="")
    domain_name = models.CharField(max_length=255, blank=True, default="")
    target_base_endpoint = models.URLField(null=True, blank=True, default=None)  # noqa: DJ001
    certificate_arn = models.CharField(max_length=255, blank=True, default="")
    hosted_zone_id = models.CharField(max_length=32, blank=True, default="")
    api_key_selection_expression = models.CharField(
        max_length=255, default="$request.header.x-api-key"
    )
    route_selection_expression = models.CharField(max_length=255, default="$request.body.action")
    route_key = models.CharField(max_length=255, default="$default")
    stage_name = models.CharField(max_length=63, blank=True, default="production")
    stage_description = models.CharField(max_length=63, blank=True, default="")
    deployment_id = models.CharField(max_length=32, blank=True, default="", editable=False)
    tags = models.JSONField(blank=True, default=dict)
    api_id = models.CharField(max_length=32, blank=True, default="")
    api_endpoint = models.CharField(max_length=255, blank=True, default="")
    api_gateway_domain_name = models.CharField(max_length=255, blank=True, default="")
    api_mapping_id = models.CharField(max_length=128, blank=True, default="")
    api_created = models.BooleanField(default=False, editable=False)
    custom_domain_created = models.BooleanField(default=False, editable=False)
    provisioning_status = models.CharField(
        max_length=16, choices=ProvisioningStatus.choices, default=ProvisioningStatus.PENDING
    )
    last_error = models.CharField(max_length=255, blank=True, default="", editable=False)
    two_way = models.BooleanField(
        default=True,
        db_default=False,
        help_text="What a handler returns reaches the client as the answer of its route.",
    )
    headers_mapped = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="All integrations of this gateway map the trusted X-Ws-* headers.",
    )
    creation_id = models.CharField(
        max_length=32, blank=True, default="", db_default="", editable=False
    )
    claimed_at = models.DateTimeField(null=True, blank=True, default=None, editable=False)
    created_on = models.DateTimeField(auto_now_add=True)
    updated_on = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["api_id"], name="django_aws__api_id_0da7ec_idx"),
            models.Index(fields=["domain_name"], name="django_aws__domain__3b4423_idx"),
            models.Index(fields=["custom_domain_created"], name="django_aws__custom__5e8390_idx"),
            models.Index(fields=["api_created"], name="django_aws__api_cre_376add_idx"),
            models.Index(fields=["created_on"], name="django_aws__created_32cf2a_idx"),
        ]

    def __str__(self) -> str:
        return self.api_name

    def save(self, **kwargs: Any) -> None:
        """Store the row; without ``update_fields`` it is validated first.

        Raises:
            ValidationError: a field is invalid.
        """
        if self.target_base_endpoint and not self.target_base_endpoint.endswith("/"):
            self.target_base_endpoint += "/"
        if kwargs.get("update_fields") is None:
            self.full_clean()
        super().save(**kwargs)

    def clean(self) -> None:
        """Check what AWS or the project would refuse; blank values are not checked.

        Raises:
            ValidationError: keyed by field.
        """
        collect_errors(
            (validate_api_name, self.api_name, "api_name"),
            (validate_domain_name, self.domain_name, "domain_name"),
            (validate_integration_host, self.target_base_endpoint, "target_base_endpoint"),
        )

    @property
    def is_deployed(self) -> bool:
        """Whether the API exists in AWS and has a deployment."""
        return bool(self.api_created and self.api_id and self.deployment_id)

    @property
    def effective_provisioning_status(self) -> str:
        """The stored status; rows from before it was stored are judged by their flags."""
        if self.provisioning_status != self.ProvisioningStatus.PENDING or not self.api_created:
            return self.provisioning_status
        if self.custom_domain_created:
            return self.ProvisioningStatus.MAPPED
        return self.ProvisioningStatus.DEPLOYED

    @property
    def needs_api_creation(self) -> bool:
        """Whether ``create_gateway()`` has something left to do."""
        return self.effective_provisioning_status not in (
            self.ProvisioningStatus.DEPLOYED,
            self.ProvisioningStatus.DOMAIN_CREATED,
            self.ProvisioningStatus.MAPPED,
        )

    @property
    def needs_custom_domain(self) -> bool:
        """Whether the API stands and its custom domain does not."""
        return self.effective_provisioning_status in (
            self.ProvisioningStatus.DEPLOYED,
            self.ProvisioningStatus.DOMAIN_CREATED,
        )

    def create_gateway(self, *, control: ControlPlane | None = None) -> bool:
        """Create the API in AWS with its routes and its stage, and deploy it.

        Safe to call again after a failure: what exists is found and not made twice.

        Args:
            control: the control plane to create it in, by default the one of the settings.

        Returns:
            False when the API was there already.

        Raises:
            ValueError: ``target_base_endpoint`` is empty, the gateway secret is unusable, or
                another run is creating the API.
            ValidationError: the row is not stored yet, and a field is invalid.
            Exception: whatever boto3 raised; ``last_error`` holds its code.
        """
        if not self.needs_api_creation:
            return False
        deque(self.creation_steps(control=control), maxlen=0)
        return True

    def creation_steps(self, *, control: ControlPlane | None = None) -> Iterator[StepResult]:
        """Do what ``create_gateway`` does, and yield each step as it is done.

        Raises:
            ValueError: see ``create_gateway``, as everything else that may be raised.
        """
        if not self.target_base_endpoint:
            raise ValueError("target_base_endpoint must be set before the API can be created.")
        if self._state.adding:
            self.save()
        return create_in_aws(self, control or get_control_plane())

    def forget_api(self) -> None:
        """Take the row, and its routes, for not created; nothing is done in AWS."""
        blank: dict[str, Any] = {
            "api_id": "",
            "api_endpoint": "",
            "deployment_id": "",
            "api_created": False,
            "headers_mapped": False,
            "creation_id": "",
            "claimed_at": None,
            "last_error": "",
            "provisioning_status": self.ProvisioningStatus.PENDING,
        }
        type(self).objects.filter(pk=self.pk).update(**blank)
        self.additional_routes.update(deployed=False, route_id="", integration_id="")
        self.refresh_from_db(fields=list(blank))

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

    def select_route(self, text: str) -> str:
        """Return the key of the route that a message takes, by what the row says."""
        keys = self.additional_routes.values_list("route_key", flat=True)
        return select_route(self.route_selection_expression, text, [DEFAULT, *keys]) or DEFAULT

    def integration_url(self, route_key: str) -> str:
        """Return the URL that the integration of a route calls."""
        additional = self.additional_routes.filter(route_key=route_key).first()
        if additional is not None:
            return additional.integration_url
        return integration_uri(self.target_base_endpoint or "", route_key)

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
