"""Checks of the gateways in the database, for ``check --deploy --database <alias>``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, router, transaction
from django.db.models import Q

from ..conf import settings
from ..models import ApiGateway
from .messages import check_id, some_of
from .routing import view_at

__all__ = [
    "check_gateways_refuse_unlisted_channels",
    "check_headers_are_mapped",
    "created_gateways",
]


@register(Tags.database, deploy=True)
def check_headers_are_mapped(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report gateways whose clients choose the address under which they are counted."""
    if settings.trusted_proxy_count is not None:
        return []
    names = [row.api_name for row in created_gateways(databases) if not row.headers_mapped]
    if not names:
        return []
    return [
        Warning(
            "The trusted headers are not mapped by every integration of these gateways, so "
            f"clients can forge their address: {some_of(names)}.",
            hint="Run updateApiGatewayIntegrations, which maps them, or set "
            'WEBSOCKETS["trusted_proxy_count"] to the number of proxies before Django, API Gateway '
            "among them; without either the address is the first entry of X-Forwarded-For.",
            id=check_id("W006"),
        )
    ]


@register(Tags.database, deploy=True)
def check_gateways_refuse_unlisted_channels(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report gateways that connect through the plain view, which leaves unlisted channels open."""
    names = [row.api_name for row in created_gateways(databases) if _connects_plainly(row)]
    if not names:
        return []
    return [
        Warning(
            "These gateways connect through the plain WebSocketView, so users may join any "
            f"channel that has no ChannelPermission: {some_of(names)}.",
            hint="Route a view with ALLOW_UNLISTED_CHANNELS = False below their "
            "target_base_endpoint, with events().",
            id=check_id("W008"),
        )
    ]


def created_gateways(databases: Iterable[str] | None) -> list[ApiGateway]:
    """Return the gateways that have an API in AWS, or none while the database has no answer.

    Args:
        databases: the aliases that checks may use; None for none.
    """
    alias = router.db_for_write(ApiGateway)
    if alias not in (databases or ()):
        return []
    rows = ApiGateway.objects.using(alias).filter(Q(api_created=True) | ~Q(api_id=""))
    try:
        # A savepoint: a missing table must not spoil a transaction that the caller may be in.
        with transaction.atomic(using=alias):
            return [row for row in rows.order_by("api_name") if not row.is_local]
    except DatabaseError:
        return []


def _connects_plainly(gateway: ApiGateway) -> bool:
    try:
        path = urlsplit(gateway.target_base_endpoint or "").path
    except ValueError:
        return False
    view = view_at(f"{path}connect")
    if view is None or not view.is_plain:
        return False
    return bool(view.attribute("ALLOW_UNLISTED_CHANNELS"))
