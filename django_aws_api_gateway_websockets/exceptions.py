"""The errors that this package raises, free of any vendor's types.

::

    WebSocketError
    ├── TransportError
    │   ├── ConnectionGone
    │   ├── ConnectionNotReady
    │   ├── PayloadTooLarge (also ValueError)
    │   ├── Throttled
    │   ├── AccessDenied
    │   └── EndpointUnreachable
    ├── ProvisioningError
    ├── ApiGatewaySyncError
    ├── ConnectionRefused
    └── MessageRefused

Misconfiguration is Django's ``ImproperlyConfigured`` and stands outside this tree, so that
``except WebSocketError`` never hides it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = [
    "AccessDenied",
    "ApiGatewaySyncError",
    "ConnectionGone",
    "ConnectionNotReady",
    "ConnectionRefused",
    "EndpointUnreachable",
    "MessageRefused",
    "PayloadTooLarge",
    "ProvisioningError",
    "Throttled",
    "TransportError",
    "WebSocketError",
]


class WebSocketError(Exception):
    """Base of every error of this package."""


class TransportError(WebSocketError):
    """Something could not be done to a connection.

    Args:
        connection_id: the connection concerned, or an empty string when there is none.
        detail: what the service answered, without secrets.
    """

    fact = "The connection could not be reached"

    def __init__(self, connection_id: str = "", detail: str = "") -> None:
        super().__init__(connection_id, detail)
        self.connection_id = connection_id
        self.detail = detail

    def __str__(self) -> str:
        subject = f" (connection {self.connection_id})" if self.connection_id else ""
        return f"{self.fact}{subject}: {self.detail}" if self.detail else f"{self.fact}{subject}."


class ConnectionGone(TransportError):
    """The connection is closed or never existed (HTTP 410)."""

    fact = "The connection is gone"


class ConnectionNotReady(TransportError):
    """The connection's own ``$connect`` is not answered yet, so nothing can be posted to it."""

    fact = "The connection is not open yet"


class PayloadTooLarge(TransportError, ValueError):
    """The message is larger than API Gateway carries (128 KB)."""

    fact = "Message exceeds AWS limit"


class Throttled(TransportError):
    """The account's request rate is used up, or the client does not read (HTTP 429)."""

    fact = "The request was throttled"


class AccessDenied(TransportError):
    """The AWS identity may not do this, or there is no identity (HTTP 403)."""

    fact = "Access was denied"


class EndpointUnreachable(TransportError):
    """No answer came from the endpoint: name, network, TLS or a time-out."""

    fact = "The endpoint could not be reached"


class ProvisioningError(WebSocketError):
    """AWS refused or failed a control-plane operation.

    Args:
        operation: the API operation, for example ``CreateApi``.
        code: the error code of the service, or the class name of a local error.
    """

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(operation, code)
        self.operation = operation
        self.code = code

    def __str__(self) -> str:
        return f"{self.operation} failed: {self.code}"


class ApiGatewaySyncError(WebSocketError):
    """A row and AWS could not be brought together; the original error is the cause.

    Its text is ``<class>: <code>`` of what AWS or the network did wrong, or the class alone.
    """


class _Refused(WebSocketError):
    """A client's event that is answered with a refusal.

    Args:
        code: stable, for logs and for the client's code; never shown by the contract's texts.
        message: public text of the answer.
        status: HTTP status of the answer.
        detail: for the log only: what was wrong, without secrets or cookies.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, detail: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail or self.message}"


class ConnectionRefused(_Refused):
    """A ``$connect`` that is refused: the handshake fails with this status."""


class MessageRefused(_Refused):
    """A message that is refused: the connection stays.

    Args:
        fields: public texts by the part of the message that is at fault; they go with a reply.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        detail: str = "",
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(code, message, status=status, detail=detail)
        self.fields = fields or {}
