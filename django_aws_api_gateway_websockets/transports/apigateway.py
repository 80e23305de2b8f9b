"""The transport of production: the ``@connections`` API of AWS API Gateway.

One message to one connection goes through boto3. One to many goes through the fan-out, which does
the same with a fraction of the work, and comes to boto3 with what is not plain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ..aws.clients import CONNECT_TIMEOUT, MAX_RETRIES, client_config, get_client
from ..aws.direct import get_direct_access
from ..aws.errors import AWS_ERRORS, translate_errors
from .base import CONCURRENCY, BaseTransport, ConnectionInfo, R, SendResult, Sent
from .breaker import Breaker
from .deliveries import Delivery
from .fanout.lanes import Lane
from .fanout.loop import get_fanout, threads_are_real

__all__ = ["APIGatewayTransport"]

#: Seconds to wait for the answer to a post.
READ_TIMEOUT = 10
#: Connections that are kept open to one stage; as many posts may be in flight at once.
MAX_POOL_CONNECTIONS = 256

#: Bytes of messages in flight to one host, at most, so that long ones do not fill the memory.
_IN_FLIGHT_BYTES = 8_388_608


class APIGatewayTransport(BaseTransport):
    """Posts to the ``@connections`` API of AWS API Gateway.

    Args:
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer.
        max_retries: how often a request that failed for a passing reason is repeated at most. A
            post whose answer was lost is repeated too, so a client may get it twice; 0 never
            repeats.
        max_pool_connections: connections to one stage that boto3 keeps open.
        fast: whether messages to many go through the fan-out.

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
        fast: bool = True,
        **unknown: Any,
    ) -> None:
        super().__init__(**unknown)
        _require_seconds(connect_timeout=connect_timeout, read_timeout=read_timeout)
        _require_count(0, max_retries=max_retries)
        _require_count(1, max_pool_connections=max_pool_connections)
        if type(fast) is not bool:
            raise ImproperlyConfigured(f"'fast' must be True or False, not {fast!r}.")
        self._is_fast = fast
        self._timeouts = {"connect_timeout": connect_timeout, "read_timeout": read_timeout}
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

    def send_many(
        self,
        chunks: Iterable[Sequence[R]],
        payload: bytes,
        *,
        max_workers: int | None = None,
        concurrency: int = CONCURRENCY,
    ) -> Iterator[Sent[R]]:
        self.refuse_oversized("", payload)
        if not (self._is_fast and threads_are_real()):
            return super().send_many(
                chunks, payload, max_workers=max_workers, concurrency=concurrency
            )
        breaker = Breaker()
        delivery: Delivery[R] = Delivery(
            find_lane=partial(self._find_lane, payload),
            fanout=get_fanout(),
            post=partial(self.try_to_send, breaker, payload),
            breaker=breaker,
            max_workers=max_workers,
            concurrency=min(concurrency, _IN_FLIGHT_BYTES // max(len(payload), 1)),
        )
        return delivery.run(chunks)

    def disconnect(self, management_url: str, connection_id: str) -> None:
        with translate_errors(connection_id=connection_id):
            self._client(management_url).delete_connection(ConnectionId=connection_id)

    def info(self, management_url: str, connection_id: str) -> ConnectionInfo:
        with translate_errors(connection_id=connection_id):
            client = self._client(management_url)
            answer = client.get_connection(ConnectionId=connection_id)
        return _connection_info(answer)

    def _find_lane(self, payload: bytes, management_url: str) -> Lane | None:
        """Return how the fan-out posts below a URL; of what it cannot do, boto3 says why."""
        with suppress(*AWS_ERRORS, RuntimeError, ValueError):
            if access := get_direct_access(management_url, self._config):
                return Lane(management_url, payload, access, **self._timeouts)
        return None

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
