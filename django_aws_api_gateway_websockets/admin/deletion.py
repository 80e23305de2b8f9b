"""The admin action that deletes APIs in AWS, once it is confirmed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from ..models import ApiGateway
from ..provisioning.removal import Removal
from ..provisioning.steps import StepKind
from .syncing import FAILURES, TEMPLATES, describe_failure

__all__ = ["delete_api_gateway"]

logger = logging.getLogger("django_aws_api_gateway_websockets.admin")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prospect:
    """What would become of one gateway.

    Args:
        error: why nothing can be done; empty when it can.
    """

    gateway: ApiGateway
    plan: Removal | None = None
    error: str = ""

    @property
    def has_domain(self) -> bool:
        """Whether a custom domain would be deleted."""
        steps = self.plan.steps if self.plan else ()
        return any(step.kind is StepKind.DOMAIN for step in steps)


@admin.action(permissions=["delete"], description="Delete API Gateway in AWS")
def delete_api_gateway(
    modeladmin: admin.ModelAdmin[ApiGateway],
    request: HttpRequest,
    queryset: QuerySet[ApiGateway],
) -> TemplateResponse | None:
    """Show what would be deleted in AWS; delete it when that was confirmed. The rows stay."""
    if request.POST.get("confirmed"):
        for gateway in queryset:
            _delete(modeladmin, request, gateway)
        return None
    prospects = list(map(_prospect, queryset))
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": "Delete in AWS",
        "opts": modeladmin.opts,
        "prospects": prospects,
        "possible": any(not prospect.error for prospect in prospects),
        "domains": any(prospect.has_domain for prospect in prospects),
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "action": delete_api_gateway.__name__,
    }
    return TemplateResponse(request, f"{TEMPLATES}/delete_api.html", context)


def _prospect(gateway: ApiGateway) -> _Prospect:
    try:
        return _Prospect(gateway=gateway, plan=gateway.plan_deletion())
    except FAILURES as error:
        return _Prospect(gateway=gateway, error=describe_failure(error))


def _delete(
    modeladmin: admin.ModelAdmin[ApiGateway], request: HttpRequest, gateway: ApiGateway
) -> None:
    logger.info("%s deletes the API of %s in AWS", request.user.get_username(), gateway)
    try:
        done = list(_sentences(gateway, keep_domain="keep_domain" in request.POST))
    except FAILURES as error:
        text = f"{gateway}: could not be deleted in AWS ({describe_failure(error)})"
        modeladmin.message_user(request, text, messages.ERROR)
    else:
        text = "; ".join(done) or "AWS had nothing of it"
        modeladmin.log_change(request, gateway, f"Deleted in AWS: {text}")
        modeladmin.message_user(request, f"{gateway}: {text}", messages.SUCCESS)


def _sentences(gateway: ApiGateway, *, keep_domain: bool) -> Iterator[str]:
    """Delete the API, and yield what was done."""
    plan = gateway.plan_deletion(keep_domain=keep_domain)
    for step in gateway.deletion_steps(plan):
        yield step.sentence
    yield from plan.left
