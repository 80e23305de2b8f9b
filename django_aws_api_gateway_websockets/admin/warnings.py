"""What the admin warns of after a save that is no error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from ..conf import settings
from ..models import ApiGateway, ApiGatewayAdditionalRoute
from ..protocol.endpoints import is_loopback

__all__ = ["ClearTextWarningMixin"]


class ClearTextWarningMixin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Warns of URLs to which the gateway secret travels in clear."""

    def save_related(self, request: HttpRequest, form: Any, *args: Any) -> None:
        """Store what belongs to the row, and look at its URLs."""
        super().save_related(request, form, *args)
        if not settings.gateway_secret_configured:
            return
        for url in filter(_is_clear, _urls(form.instance)):
            text = f"The gateway secret travels in clear to {url}; use https."
            self.message_user(request, text, messages.WARNING)


def _urls(row: ApiGateway | ApiGatewayAdditionalRoute) -> Iterator[str]:
    if isinstance(row, ApiGatewayAdditionalRoute):
        yield row.integration_url
        return
    yield row.target_base_endpoint or ""
    yield from row.additional_routes.order_by("pk").values_list("integration_url", flat=True)


def _is_clear(url: str) -> bool:
    return url.lower().startswith("http://") and not is_loopback(url)
