"""Every error of botocore becomes one of ours, and keeps the original as its cause."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as botocore_errors
from botocore.exceptions import ClientError
from django.core.exceptions import ImproperlyConfigured

from django_aws_api_gateway_websockets.aws.errors import (
    describe_error,
    error_code,
    original_error,
    translate_errors,
)
from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    PayloadTooLarge,
    ProvisioningError,
    Throttled,
    TransportError,
    WebSocketError,
)


def service_error(code: str = "", status: int | None = None) -> ClientError:
    """Return what boto3 raises for an answer with this code and status."""
    response: dict[str, Any] = {"Error": {"Code": code}, "ResponseMetadata": {}}
    response["ResponseMetadata"] = {"HTTPStatusCode": status} if status else {}
    return ClientError(response, "PostToConnection")


def translated(error: Exception, **context: str) -> Exception:
    """Return what ``translate_errors`` makes of an error."""
    expected = (WebSocketError, ImproperlyConfigured, RuntimeError)
    with pytest.raises(expected) as caught, translate_errors(**context):
        raise error
    return caught.value


class TestServiceErrors:
    """What AWS answers to a post, a close or a look-up."""

    @pytest.mark.parametrize(
        ("code", "status", "ours"),
        [
            ("GoneException", 410, ConnectionGone),
            ("GoneException", None, ConnectionGone),
            ("410", 410, ConnectionGone),
            ("UnknownError", 410, ConnectionGone),
            ("PayloadTooLargeException", 413, PayloadTooLarge),
            ("413", 413, PayloadTooLarge),
            ("LimitExceededException", 429, Throttled),
            ("429", 429, Throttled),
            ("ForbiddenException", 403, AccessDenied),
            ("MissingAuthenticationTokenException", 403, AccessDenied),
            ("BadRequestException", 400, TransportError),
            ("InternalServerError", 500, TransportError),
            ("", None, TransportError),
        ],
    )
    def test_becomes(self, code: str, status: int | None, ours: type[Exception]) -> None:
        """The code decides, and the status when the code says nothing."""
        assert type(translated(service_error(code, status))) is ours

    def test_keeps_the_original(self) -> None:
        """The error of boto3 is the cause."""
        original = service_error("GoneException", 410)

        assert translated(original).__cause__ is original

    def test_names_the_connection(self) -> None:
        """The message says which connection, and what AWS called the problem."""
        error = translated(service_error("GoneException", 410), connection_id="abc=")

        assert str(error) == "The connection is gone (connection abc=): GoneException"

    def test_too_large_is_a_value_error(self) -> None:
        """Who caught ``ValueError`` for a large message still does."""
        assert isinstance(translated(service_error("413", 413)), ValueError)


class TestLocalErrors:
    """What goes wrong before or without an answer."""

    @pytest.mark.parametrize(
        "error",
        [
            botocore_errors.EndpointConnectionError(endpoint_url="http://x"),
            botocore_errors.ConnectTimeoutError(endpoint_url="http://x"),
            botocore_errors.ReadTimeoutError(endpoint_url="http://x"),
            botocore_errors.ConnectionClosedError(endpoint_url="http://x"),
            botocore_errors.SSLError(endpoint_url="http://x", error="expired"),
            botocore_errors.ProxyConnectionError(proxy_url="http://x"),
        ],
    )
    def test_network(self, error: Exception) -> None:
        """No answer is an unreachable endpoint."""
        assert type(translated(error)) is EndpointUnreachable

    @pytest.mark.parametrize(
        "error",
        [
            botocore_errors.NoCredentialsError(),
            botocore_errors.CredentialRetrievalError(provider="x", error_msg="y"),
            botocore_errors.TokenRetrievalError(provider="x", error_msg="y"),
            botocore_errors.UnauthorizedSSOTokenError(),
        ],
    )
    def test_no_identity(self, error: Exception) -> None:
        """Nobody to sign as is a denied access."""
        assert type(translated(error)) is AccessDenied

    def test_anything_else(self) -> None:
        """What has no place of its own is a transport error with the class in it."""
        error = translated(botocore_errors.ParamValidationError(report="x"))

        assert str(error) == "The connection could not be reached: ParamValidationError"

    def test_misconfigured(self) -> None:
        """An unusable profile is the project's mistake, not the network's."""
        error = translated(botocore_errors.ProfileNotFound(profile="shop"))

        assert isinstance(error, ImproperlyConfigured)
        assert str(error) == "AWS is not configured: The config profile (shop) could not be found"

    def test_foreign_errors_pass(self) -> None:
        """What botocore did not raise is left alone."""
        error = RuntimeError("mine")

        assert translated(error) is error


class TestControlPlane:
    """What goes wrong while an API is set up."""

    @pytest.mark.parametrize(
        ("error", "message"),
        [
            (service_error("ConflictException", 409), "CreateApi failed: ConflictException"),
            (service_error("", 500), "CreateApi failed: 500"),
            (botocore_errors.NoCredentialsError(), "CreateApi failed: NoCredentialsError"),
        ],
    )
    def test_names_operation_and_code(self, error: Exception, message: str) -> None:
        """One class, which tells the operation and the code."""
        ours = translated(error, operation="CreateApi")

        assert isinstance(ours, ProvisioningError)
        assert str(ours) == message
        assert ours.__cause__ is error

    def test_misconfigured(self) -> None:
        """An unusable profile is no fault of the operation."""
        error = botocore_errors.ProfileNotFound(profile="shop")

        assert isinstance(translated(error, operation="CreateApi"), ImproperlyConfigured)


class TestErrorCode:
    """One word for any error."""

    def test_service(self) -> None:
        """AWS's own code."""
        assert error_code(service_error("ConflictException", 409)) == "ConflictException"

    def test_local(self) -> None:
        """The class of anything else."""
        assert error_code(KeyError("secret")) == "KeyError"


class TestOriginalError:
    """The way back from our error to boto3's."""

    def test_of_ours(self) -> None:
        """The cause of a translated error."""
        original = service_error("GoneException", 410)

        assert original_error(translated(original)) is original

    def test_of_ours_without_a_cause(self) -> None:
        """An error that we raised ourselves is its own original."""
        error = ConnectionGone("abc=")

        assert original_error(error) is error

    def test_of_others(self) -> None:
        """Any other error is its own original, whatever caused it."""
        error = RuntimeError("mine")

        assert original_error(error) is error


class TestDescribeError:
    """What is stored of an error: never more than its code."""

    def test_service(self) -> None:
        """An answer of AWS is told by its code."""
        assert describe_error(service_error("ConflictException")) == (
            "ClientError: ConflictException"
        )

    def test_translated(self) -> None:
        """A translated error is told like its original."""
        ours = translated(service_error("ConflictException"), operation="CreateApi")

        assert describe_error(ours) == "ClientError: ConflictException"

    def test_local(self) -> None:
        """Anything else is told by its class, since its text may hold a secret."""
        assert describe_error(ValueError("gateway secret hunter2")) == "ValueError"

    def test_fits_the_column(self) -> None:
        """However long the code, 255 characters are kept."""
        assert len(describe_error(service_error("x" * 300))) == 255
