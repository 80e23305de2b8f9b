"""The transport of production: the ``@connections`` API of AWS API Gateway, through boto3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ..aws.clients import CONNECT_TIMEOUT, MAX_RETRIES, client_config, get_client
from ..aws.errors import translate_errors
from .base import BaseTransport, ConnectionInfo, SendResult

__all__ = ["APIGatewayTransport"]

#: Seconds to wait for the answer to a post.
READ_TIMEOUT = 10
#: Connections that are kept open to one stage; as many posts may be in flight at once.
MAX_POOL_CONNECTIONS = 256


class APIGatewayTransport(BaseTransport):
    """Posts to the ``@connections`` API of AWS API Gateway.

    Args:
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer.
        max_retries: how often a request that failed for a passing reason is repeated at most. A
            post whose answer was lost is repeated too, so a client may get it twice; 0 never
            repeats.
        max_pool_connections: connections to one stage that are kept open.

    Raises:
        ImproperlyConfigured: a value is not usable, or an option is unknown.
    """

    def __init__(
        self,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        max_retries: int = MAX_RETRIES,
        max_pool_connections: int = MAX_POOL_CONNECTIONS,
        **unknown: Any,
    ) -> None:
        super().__init__(**unknown)
        _require_seconds(connect_timeout=connect_timeout, read_timeout=read_timeout)
        _require_count(0, max_retries=max_retries)
        _require_count(1, max_pool_connections=max_pool_connections)
        self._config = client_config(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            max_retries=max_retries,
            max_pool_connections=max_pool_connections,
        )

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        self.refuse_oversized(connection_id, payload)
        with translate_errors(connection_id=connection_id):
            client = self._client(management_url)
            answer = client.post_to_connection(ConnectionId=connection_id, Data=payload)
        return _send_result(answer["ResponseMetadata"])

    def disconnect(self, management_url: str, connection_id: str) -> None:
        with translate_errors(connection_id=connection_id):
            self._client(management_url).delete_connection(ConnectionId=connection_id)

    def info(self, management_url: str, connection_id: str) -> ConnectionInfo:
        with translate_errors(connection_id=connection_id):
            client = self._client(management_url)
            answer = client.get_connection(ConnectionId=connection_id)
        return _connection_info(answer)

    def _client(self, management_url: str) -> Any:
        return get_client(
            "apigatewaymanagementapi", endpoint_url=management_url, config=self._config
        )


def _send_result(metadata: Mapping[str, Any]) -> SendResult:
    return SendResult(status=metadata["HTTPStatusCode"], request_id=metadata.get("RequestId") or "")


def _connection_info(answer: Mapping[str, Any]) -> ConnectionInfo:
    identity = answer.get("Identity", {})
    return ConnectionInfo(
        connected_at=answer["ConnectedAt"],
        last_active_at=answer["LastActiveAt"],
        source_ip=identity.get("SourceIp") or "",
        user_agent=identity.get("UserAgent") or "",
    )


def _require_seconds(**options: float) -> None:
    for name, value in options.items():
        if type(value) not in (int, float) or value <= 0:  # a bool is no number here
            rule = "a positive number of seconds"
            raise ImproperlyConfigured(f"{name!r} must be {rule}, not {value!r}.")


def _require_count(least: int, **options: int) -> None:
    for name, value in options.items():
        if type(value) is not int or value < least:
            rule = f"a whole number, {least} or more"
            raise ImproperlyConfigured(f"{name!r} must be {rule}, not {value!r}.")
