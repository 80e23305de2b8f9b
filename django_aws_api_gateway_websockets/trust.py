"""Whether an HTTP request comes from one of our gateways, and what of it can be believed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from django.utils.crypto import constant_time_compare

from .conf import settings
from .exceptions import ConnectionRefused, MessageRefused
from .models import ApiGateway
from .models.primary import on_primary
from .protocol.events import ConnectEvent, Event, GatewayContext

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "believe",
    "check_api_id",
    "check_headers",
    "check_secret",
    "client_address",
    "find_gateway",
    "is_connection_id",
    "is_trusted",
    "page_address",
    "refusal_type",
]

E = TypeVar("E", bound=Event)

_CONNECTION_ID = re.compile(r"[A-Za-z0-9_=-]{1,128}")


def refusal_type(event: Event) -> type[ConnectionRefused] | type[MessageRefused]:
    """Return the error with which ``event`` is refused."""
    return ConnectionRefused if isinstance(event, ConnectEvent) else MessageRefused


def check_secret(event: Event) -> None:
    """Refuse an event without one of the configured secrets; needs no database.

    A configured but unusable secret refuses everything.

    Raises:
        ConnectionRefused | MessageRefused: with status 403.
    """
    if not settings.gateway_secret_configured:
        return
    matches = [constant_time_compare(event.secret, secret) for secret in settings.gateway_secrets]
    if not any(matches):
        detail = "wrong gateway secret" if event.secret else "no gateway secret"
        raise refusal_type(event)("invalid_secret", "Invalid request", status=403, detail=detail)


def check_headers(event: Event, headers: Mapping[str, str], required: Iterable[str]) -> None:
    """Refuse a request that lacks a header which API Gateway always sends.

    Raises:
        ConnectionRefused | MessageRefused: with status 400.
    """
    missing = [name for name in required if name not in headers]
    if missing:
        raise refusal_type(event)(
            "missing_headers", "Invalid request headers", detail=f"missing {', '.join(missing)}"
        )


def is_connection_id(text: str) -> bool:
    """Return whether ``text`` can be the id of a connection, and be looked up in a database."""
    return _CONNECTION_ID.fullmatch(text) is not None


def check_api_id(event: Event, pinned_api_id: str | None) -> None:
    """Refuse an event of no API, or of another one than the view serves; needs no database.

    Args:
        event: what was received.
        pinned_api_id: the only API that the view serves, or None for any.

    Raises:
        ConnectionRefused | MessageRefused: with status 400.
    """
    named = bool(event.api_id) and event.api_id.isprintable()
    if not named or pinned_api_id not in (None, event.api_id):
        raise _unknown_gateway(event)


def find_gateway(event: Event, pinned_api_id: str | None = None) -> ApiGateway | None:
    """Return the row of the gateway that sent ``event``.

    Args:
        event: what was received.
        pinned_api_id: the only API that the view serves; it need not have a row.

    Raises:
        ConnectionRefused | MessageRefused: the gateway is unknown, or is not the pinned one.
    """
    check_api_id(event, pinned_api_id)
    gateway = on_primary(ApiGateway).filter(api_id=event.api_id).first()
    if gateway is None and pinned_api_id is None:
        raise _unknown_gateway(event)
    return gateway


def _unknown_gateway(event: Event) -> ConnectionRefused | MessageRefused:
    return refusal_type(event)(
        "unknown_gateway", "Invalid request headers", detail=f"API {event.api_id[:64]!r}"
    )


def is_trusted(gateway: ApiGateway | None) -> bool:
    """Return whether the mapped headers of an event of ``gateway`` can be believed.

    They can when a secret is configured, which the event has passed, and when every integration of
    the gateway maps them, so that a client's own are overwritten.
    """
    return settings.gateway_secret_configured and gateway is not None and gateway.headers_mapped


def believe(event: E, gateway: ApiGateway | None, headers: Mapping[str, str]) -> E:
    """Return ``event`` with what the mapped headers say, or as it is when a client may say it.

    Args:
        event: what was received.
        gateway: the row of the gateway that sent it.
        headers: a case-insensitive mapping.

    Raises:
        ConnectionRefused | MessageRefused: with status 400; the URL is that of another kind of
            event.
    """
    if not is_trusted(gateway):
        return event
    context = GatewayContext.from_headers(headers)
    if context.event_type not in ("", event.type):
        raise refusal_type(event)(
            "event_type_mismatch",
            "Invalid request headers",
            detail=f"{context.event_type[:16]!r} at the URL of {event.type}",
        )
    return replace(event, context=context)


def client_address(event: Event) -> str:
    """Return the client's address, or ``0.0.0.0`` when there is no usable one.

    It is the gateway's own word when that is believed; else what the proxies say.
    """
    if event.context.source_ip:
        return _normalised_address(event.context.source_ip)
    return _forwarded_address(event.forwarded_for, event.remote_addr, settings.trusted_proxy_count)


def page_address(forwarded_for: str, remote_addr: str) -> str:
    """Return the address of the client of a page, or ``0.0.0.0`` when there is no usable one.

    API Gateway, which ``trusted_proxy_count`` counts, is not on the way of a page.

    Args:
        forwarded_for: the ``X-Forwarded-For`` header, empty when there is none.
        remote_addr: address of the peer that spoke HTTP to Django.
    """
    count = settings.trusted_proxy_count
    proxies = None if count is None else max(0, count - 1)
    return _forwarded_address(forwarded_for, remote_addr, proxies)


def _forwarded_address(forwarded_for: str, remote_addr: str, proxies: int | None) -> str:
    """Return the entry that the outermost proxy wrote; a client can forge all before it.

    Fewer entries than proxies mean that somebody has gone past them, so the peer counts. Without a
    number of proxies it is the first entry, whoever wrote it.
    """
    entries = forwarded_for.split(",")
    if proxies is None:
        candidate = entries[0] or remote_addr
    else:
        candidate = entries[-proxies] if 0 < proxies <= len(entries) else remote_addr
    return _normalised_address(candidate)


def _normalised_address(text: str) -> str:
    text = text.strip()
    host = text[1:].split("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.split(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "0.0.0.0"
    if isinstance(address, ipaddress.IPv6Address):
        return _normalised_ipv6(address)
    return str(address)


def _normalised_ipv6(address: ipaddress.IPv6Address) -> str:
    """Return the /64 network, of which one client may use every address; IPv4 stays itself."""
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False).network_address)
