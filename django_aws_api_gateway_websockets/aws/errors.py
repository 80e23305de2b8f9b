"""Turns botocore's errors into ours, in one place, always with the original as the cause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from django.core.exceptions import ImproperlyConfigured

from ..exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    PayloadTooLarge,
    ProvisioningError,
    Throttled,
    TransportError,
    WebSocketError,
)

__all__ = ["AWS_ERRORS", "describe_error", "error_code", "original_error", "translate_errors"]

#: Every error that boto3 raises, for callers above this package to catch.
AWS_ERRORS = (BotoCoreError, ClientError)

#: Most characters of ``ApiGateway.last_error``.
MAX_DESCRIPTION = 255

# Some answers lack the error-type header and then carry the status as their code, so both are
# looked up. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
SERVICE_ERRORS: dict[str, type[TransportError]] = {
    "GoneException": ConnectionGone,
    "410": ConnectionGone,
    "PayloadTooLargeException": PayloadTooLarge,
    "413": PayloadTooLarge,
    "LimitExceededException": Throttled,
    "TooManyRequestsException": Throttled,
    "ThrottlingException": Throttled,
    "429": Throttled,
    "ForbiddenException": AccessDenied,
    "AccessDeniedException": AccessDenied,
    "401": AccessDenied,
    "403": AccessDenied,
}

# The most specific comes first.
LOCAL_ERRORS: tuple[tuple[tuple[type[Exception], ...], type[TransportError]], ...] = (
    ((HTTPClientError, ConnectionError, IncompleteReadError), EndpointUnreachable),
    (
        (
            NoCredentialsError,
            CredentialRetrievalError,
            NoAuthTokenError,
            TokenRetrievalError,
            SSOError,
        ),
        AccessDenied,
    ),
)

MISCONFIGURED = (
    ConfigNotFound,
    ConfigParseError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)


@contextmanager
def translate_errors(*, connection_id: str = "", operation: str = "") -> Iterator[None]:
    """Raise our error for whatever botocore raises inside, ``from`` the original.

    Args:
        connection_id: the connection concerned, for the data plane.
        operation: the control-plane operation, for example ``CreateApi``; when given, what the
            service or the network did wrong is a ``ProvisioningError``.

    Raises:
        TransportError: (a subclass of it) a connection could not be reached.
        ProvisioningError: a control-plane operation failed.
        ImproperlyConfigured: the AWS profile, keys or region are unusable.
    """
    try:
        yield
    except MISCONFIGURED as error:
        raise ImproperlyConfigured(f"AWS is not configured: {error}") from error
    except (BotoCoreError, ClientError) as error:
        if operation:
            raise ProvisioningError(operation, error_code(error)) from error
        raise _transport_error(error)(connection_id, error_code(error)) from error


def error_code(error: BaseException) -> str:
    """Return the error code of the service, or the class name of any other error."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code") or _status(error))
    return type(error).__name__


def original_error(error: BaseException) -> BaseException:
    """Return what botocore raised when ``error`` is our translation of it, else ``error``."""
    if isinstance(error, WebSocketError | ImproperlyConfigured):
        cause = error.__cause__
        return cause if isinstance(cause, BotoCoreError | ClientError) else error
    return error


def describe_error(error: BaseException) -> str:
    """Return ``ClientError: <code>`` or the class name: enough to act on, and never a secret.

    Returns:
        At most 255 characters, so that it fits ``ApiGateway.last_error``.
    """
    original = original_error(error)
    prefix = "ClientError: " if isinstance(original, ClientError) else ""
    return f"{prefix}{error_code(original)}"[:MAX_DESCRIPTION]


def _transport_error(error: Exception) -> type[TransportError]:
    if isinstance(error, ClientError):
        by_status = SERVICE_ERRORS.get(_status(error), TransportError)
        return SERVICE_ERRORS.get(error_code(error), by_status)
    for classes, ours in LOCAL_ERRORS:
        if isinstance(error, classes):
            return ours
    return TransportError


def _status(error: ClientError) -> str:
    return str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
