"""The routes of a gateway beside the three that every gateway has."""

from __future__ import annotations

from typing import Any

from django.db import models

from .gateways import ApiGateway
from .validators import collect_errors, validate_integration_host

__all__ = ["ApiGatewayAdditionalRoute"]


class ApiGatewayAdditionalRoute(models.Model):
    """A route beside ``$connect``, ``$disconnect`` and ``$default``."""

    api_gateway = models.ForeignKey(
        ApiGateway, on_delete=models.CASCADE, related_name="additional_routes"
    )
    name = models.CharField(max_length=63)
    route_key = models.CharField(max_length=64, db_index=True)
    integration_url = models.URLField()
    deployed = models.BooleanField(default=False, editable=False)
    route_id = models.CharField(max_length=32, blank=True, default="", editable=False)
    integration_id = models.CharField(max_length=32, blank=True, default="", editable=False)
    created_on = models.DateTimeField(auto_now_add=True)
    updated_on = models.DateTimeField(auto_now=True)

    class Meta:
        unique_together = [["api_gateway", "route_key"]]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        """Store the row; without ``update_fields`` it is validated first.

        Raises:
            ValidationError: a field is invalid.
        """
        if kwargs.get("update_fields") is None:
            self.full_clean()
        super().save(**kwargs)

    def clean(self) -> None:
        """Check that the integration's host is allowed.

        Raises:
            ValidationError: on ``integration_url``.
        """
        collect_errors((validate_integration_host, self.integration_url, "integration_url"))
