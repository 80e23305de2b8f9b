"""How the admin shows what a save could not do in AWS, and what a sync would do there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import router, transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from ..aws.errors import AWS_ERRORS, describe_error
from ..exceptions import ApiGatewaySyncError, WebSocketError
from ..models import ApiGateway, collect_deferred_sync_errors
from ..models.operations.creation import running_since
from ..models.operations.syncing import SyncPlan, change_sentences

__all__ = ["FAILURES", "TEMPLATES", "PreviewMixin", "SyncErrorMessageMixin", "describe_failure"]

logger = logging.getLogger("django_aws_api_gateway_websockets.admin")

TEMPLATES = "admin/django_aws_api_gateway_websockets/apigateway"

#: What may go wrong between a gateway and AWS.
FAILURES = (*AWS_ERRORS, WebSocketError, ImproperlyConfigured, RuntimeError, ValueError)


class SyncErrorMessageMixin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Tells what could not be pushed to AWS, a message each; the rows are stored all the same."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer the page of one row."""
        return _telling(super().changeform_view, request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer the page that deletes one row."""
        return _telling(super().delete_view, request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer the list, with its actions."""
        return _telling(super().changelist_view, request, *args, **kwargs)


class PreviewMixin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Adds the page that shows what is to be done in AWS, and does it."""

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the model, with one more for each row."""
        view = self.admin_site.admin_view(self.preview_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [path("<path:object_id>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Show the steps to take in AWS, or take them.

        Raises:
            PermissionDenied: the user may not change the gateway.
        """
        gateway = self.get_object(request, unquote(object_id))
        if gateway is None:
            response: HttpResponseBase = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]  # Django's own, as its views use it
                request, self.opts, object_id
            )
            return response
        if not self.has_change_permission(request, gateway):
            raise PermissionDenied
        if request.method == "POST":
            return self._apply(request, gateway)
        return self._show(request, gateway)

    def _show(self, request: HttpRequest, gateway: ApiGateway) -> TemplateResponse:
        plan, error = _preview(gateway)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Changes in AWS: {gateway}",
            "opts": self.opts,
            "original": gateway,
            "plan": plan,
            "running_since": running_since(gateway),
            "is_behind": gateway.wants_custom_domain and gateway.needs_custom_domain,
            "error": error,
        }
        return TemplateResponse(request, f"{TEMPLATES}/preview.html", context)

    def _apply(self, request: HttpRequest, gateway: ApiGateway) -> HttpResponseRedirect:
        user = request.user.get_username()
        logger.info("%s applies the changes of %s in AWS", user, gateway)
        try:
            sentences = _apply_changes(gateway, prune="prune" in request.POST)
        except FAILURES as error:
            self.message_user(request, f"{gateway}: {describe_failure(error)}", messages.ERROR)
        else:
            text = "; ".join(sentences) or "nothing to do"
            self.log_change(request, gateway, f"Applied in AWS: {text}")
            self.message_user(request, f"{gateway}: {text}", messages.SUCCESS)
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[gateway.pk]))


def _telling(
    view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    with collect_deferred_sync_errors() as errors:
        response = view(request, *args, **kwargs)
    # With ATOMIC_REQUESTS the commit, and so the push, comes after the view.
    transaction.on_commit(partial(_tell, request, errors), using=router.db_for_write(ApiGateway))
    return response


def _tell(request: HttpRequest, errors: list[ApiGatewaySyncError]) -> None:
    for error in errors:
        messages.error(request, f"Saved here, but AWS could not be changed ({error}).")


def _preview(gateway: ApiGateway) -> tuple[SyncPlan | None, str]:
    try:
        return gateway.preview(), ""
    except FAILURES as error:
        return None, describe_failure(error)


def _apply_changes(gateway: ApiGateway, *, prune: bool) -> list[str]:
    if gateway.needs_api_creation:
        return change_sentences(list(gateway.creation_steps(domain=True)))
    return change_sentences(list(gateway.sync_steps(plan=gateway.plan_sync(prune=prune))))


def describe_failure(error: Exception) -> str:
    """Return AWS's code, or what is wrong on this side."""
    is_of_aws = isinstance(error, AWS_ERRORS)
    return describe_error(error) if is_of_aws else str(error)
