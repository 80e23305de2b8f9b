"""The local gateway beside Django's live server: real sockets, for tests of the whole line."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.test import override_settings

from ..conf import get_websockets_config
from ..models import ApiGateway
from ..protocol.endpoints import with_page_host
from ..transports.fanout.loop import fanout_ends
from .requests import OpenRequests
from .switch import use_transport

try:
    from ..emulator import EmulatorThread
except ModuleNotFoundError as error:
    raise ImportError(
        f'LiveGateway needs {error.name}: pip install "django-aws-api-gateway-websockets[local]"'
    ) from error

__all__ = ["LiveGateway"]

_API_GATEWAY = {
    "BACKEND": "django_aws_api_gateway_websockets.transports.apigateway.APIGatewayTransport"
}
_PATIENCE_SECONDS = 5.0
"""How long what is under way at the end may take."""

_PAUSE_SECONDS = 0.002


class LiveGateway:
    """A local gateway for Django's live server, from ``with`` to its end.

    Inside, the control plane and the transport of the settings are those of the gateway, also under
    settings that a test overrides and that name neither. At the end
    everything that is under way is waited for, while Django still has its database; what is still
    connected is cut off, and Django does not hear of it.

    With a SQLite database in memory the events come to Django one after the other, unless
    ``concurrency`` says otherwise: the threads of the live server share one connection then, and
    Python's ``sqlite3`` fails when two of them run the same statement at once.

    Args:
        site: URL of the live server: ``live_server_url`` of a ``LiveServerTestCase``.
        path: path of the events on it, without ``connect``, ``disconnect`` or ``default``.
        routes: path of the integration of each additional route, by route key.
        fields: other values of the gateway's row.
        websockets: values of ``WEBSOCKETS`` to change.
        faults: what goes wrong, for example ``"message-delay=0.01-0.05"``.
        options: those of `EmulatorThread`.

    Attributes:
        emulator: the `EmulatorThread`.
        gateway: the row, created and deployed.
        site: URL of the live server.
    """

    gateway: ApiGateway

    def __init__(
        self,
        site: str,
        *,
        path: str = "/ws/",
        routes: Mapping[str, str] | None = None,
        fields: Mapping[str, Any] | None = None,
        websockets: Mapping[str, Any] | None = None,
        faults: Iterable[str] = (),
        **options: Any,
    ) -> None:
        self.site = site
        if _shares_a_connection():
            options.setdefault("concurrency", 1)
        self.emulator = EmulatorThread(**options)
        self._path = path
        self._routes = routes or {}
        self._fields = {"api_name": "test", **(fields or {})}
        self._websockets = websockets or {}
        self._faults = tuple(faults)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.emulator)
            stack.enter_context(use_transport(_API_GATEWAY, endpoint_url=self.emulator.url))
            settings = {**get_websockets_config(), **self._websockets}
            stack.enter_context(override_settings(WEBSOCKETS=settings))
            stack.enter_context(fanout_ends())
            stack.enter_context(OpenRequests().counted(_PATIENCE_SECONDS))
            stack.callback(self._end)
            self.gateway = self._create()
            stack.enter_context(self.emulator.switchboard.on(*self._faults))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(exc_type, exc, traceback)

    @property
    def url(self) -> str:
        """What a page of the live server opens, without a query: the socket's URL."""
        return with_page_host(self.gateway.connection_url, urlsplit(self.site).netloc)

    @property
    def endpoint_url(self) -> str:
        """URL of the control plane, for boto3."""
        return self.emulator.url

    def _create(self) -> ApiGateway:
        target = urljoin(self.site, self._path)
        gateway = ApiGateway.objects.create(target_base_endpoint=target, **self._fields)
        for key, path in self._routes.items():
            url = urljoin(self.site, path)
            gateway.additional_routes.create(name=key, route_key=key, integration_url=url)
        gateway.create_gateway()
        return gateway

    def _end(self) -> None:
        """Stop the gateway, when nothing is on its way any more or has been for too long."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.emulator.under_way and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
        self.emulator.stop()


def _shares_a_connection() -> bool:
    """Return whether all threads of the live server use one connection to a database."""
    return any(
        isinstance(connection, SQLite) and connection.is_in_memory_db()
        for connection in connections.all()
    )
