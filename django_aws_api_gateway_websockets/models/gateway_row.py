"""What the row of a gateway holds, and how far it says that the creation in AWS has come."""

from __future__ import annotations

from django.db import models

from .synced import SyncedModel
from .validators import (
    collect_errors,
    validate_api_name,
    validate_api_name_length,
    validate_domain_name,
    validate_integration_host,
    validate_integration_url,
    validate_tags,
)

__all__ = ["GatewayRow"]


class GatewayRow(SyncedModel):
    """The columns of ``ApiGateway``, and what follows from them alone."""

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
    deployment_due = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Something was changed in AWS that is not deployed yet.",
    )
    claimed_at = models.DateTimeField(null=True, blank=True, default=None, editable=False)
    created_on = models.DateTimeField(auto_now_add=True)
    updated_on = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["api_id"], name="django_aws__api_id_0da7ec_idx"),
            models.Index(fields=["domain_name"], name="django_aws__domain__3b4423_idx"),
            models.Index(fields=["custom_domain_created"], name="django_aws__custom__5e8390_idx"),
            models.Index(fields=["api_created"], name="django_aws__api_cre_376add_idx"),
            models.Index(fields=["created_on"], name="django_aws__created_32cf2a_idx"),
        ]

    def __str__(self) -> str:
        return self.api_name

    def clean(self) -> None:
        """Check what AWS or the project would refuse; blank values are not checked.

        What 4.1 has stored passes as long as it is not changed.

        Raises:
            ValidationError: keyed by field.
        """
        if not self.tags and not self.is_as_read("tags"):
            self.tags = {}
        name, base = self.api_name, self.target_base_endpoint
        collect_errors(
            (validate_api_name, name, "api_name"),
            (validate_domain_name, self.domain_name, "domain_name"),
            (validate_integration_host, base, "target_base_endpoint"),
            *self.of_changed(
                (validate_api_name_length, name, "api_name"),
                (validate_integration_url, base, "target_base_endpoint"),
                (validate_tags, self.tags, "tags"),
            ),
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
    def wants_custom_domain(self) -> bool:
        """Whether a custom domain is to be made; one without a certificate is made elsewhere."""
        return bool(self.domain_name and self.certificate_arn)

    @property
    def needs_custom_domain(self) -> bool:
        """Whether the API stands and its custom domain does not."""
        return self.effective_provisioning_status in (
            self.ProvisioningStatus.DEPLOYED,
            self.ProvisioningStatus.DOMAIN_CREATED,
        )
