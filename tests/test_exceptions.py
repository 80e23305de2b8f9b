"""The error tree, what its members carry, and the sentences that they make."""

from __future__ import annotations

import pickle

import pytest

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    ConnectionNotReady,
    ConnectionRefused,
    EndpointUnreachable,
    MessageRefused,
    PayloadTooLarge,
    ProvisioningError,
    Throttled,
    TransportError,
    WebSocketError,
)

__all__ = [
    "TestProvisioning",
    "TestRefusals",
    "TestRefusedMessage",
    "TestTransport",
    "TestTree",
]

TRANSPORT_ERRORS = [
    TransportError,
    ConnectionGone,
    ConnectionNotReady,
    PayloadTooLarge,
    Throttled,
    AccessDenied,
    EndpointUnreachable,
]


class TestTree:
    @pytest.mark.parametrize(
        "error", [TransportError, ProvisioningError, ConnectionRefused, MessageRefused]
    )
    def test_has_one_root(self, error: type[Exception]) -> None:
        """Every kind of error is a ``WebSocketError``."""
        assert issubclass(error, WebSocketError)

    @pytest.mark.parametrize("error", TRANSPORT_ERRORS)
    def test_has_one_branch_for_connections(self, error: type[Exception]) -> None:
        """What can go wrong with a connection is a ``TransportError``."""
        assert issubclass(error, TransportError)

    def test_too_large_is_a_value_error(self) -> None:
        """Callers who catch ``ValueError`` for a large message still do."""
        assert issubclass(PayloadTooLarge, ValueError)

    def test_not_ready_is_not_gone(self) -> None:
        """A connection that is not open yet must not be taken for a closed one."""
        assert not issubclass(ConnectionNotReady, ConnectionGone)

    def test_refusals_differ(self) -> None:
        """A refused message is no refused connection."""
        assert not issubclass(MessageRefused, ConnectionRefused)


class TestTransport:
    @pytest.mark.parametrize(
        ("error", "sentence"),
        [
            (TransportError("c="), "The connection could not be reached (connection c=)."),
            (ConnectionGone("c="), "The connection is gone (connection c=)."),
            (ConnectionNotReady("c="), "The connection is not open yet (connection c=)."),
            (PayloadTooLarge("c="), "Message exceeds AWS limit (connection c=)."),
            (Throttled("c="), "The request was throttled (connection c=)."),
            (AccessDenied("c="), "Access was denied (connection c=)."),
            (EndpointUnreachable("c="), "The endpoint could not be reached (connection c=)."),
        ],
    )
    def test_names_the_connection(self, error: TransportError, sentence: str) -> None:
        """The sentence says what happened, and to which connection."""
        assert str(error) == sentence

    def test_ends_with_the_answer(self) -> None:
        """What the service said stands at the end."""
        error = Throttled("c=", "LimitExceededException")

        assert str(error) == "The request was throttled (connection c=): LimitExceededException"

    def test_needs_no_connection(self) -> None:
        """Without a connection the sentence names none."""
        assert str(AccessDenied()) == "Access was denied."

    def test_carries_its_parts(self) -> None:
        """Connection and answer can be read."""
        error = ConnectionGone(connection_id="c=", detail="410")

        assert (error.connection_id, error.detail) == ("c=", "410")

    @pytest.mark.parametrize("kind", TRANSPORT_ERRORS)
    def test_survives_pickling(self, kind: type[TransportError]) -> None:
        """It reaches another process whole."""
        error = pickle.loads(pickle.dumps(kind("c=", "detail")))

        assert (type(error), error.connection_id, error.detail) == (kind, "c=", "detail")


class TestProvisioning:
    def test_names_operation_and_code(self) -> None:
        """The sentence says what AWS was asked, and its answer."""
        error = ProvisioningError("CreateApi", "AccessDeniedException")

        assert str(error) == "CreateApi failed: AccessDeniedException"
        assert (error.operation, error.code) == ("CreateApi", "AccessDeniedException")

    def test_survives_pickling(self) -> None:
        """It reaches another process whole."""
        error = pickle.loads(pickle.dumps(ProvisioningError("CreateApi", "NotFound")))

        assert (error.operation, error.code) == ("CreateApi", "NotFound")


class TestRefusedMessage:
    def test_has_fields(self) -> None:
        """What is wrong is said for each part of a message."""
        error = MessageRefused("invalid_message", "n: No.", fields={"n": ["No."]})

        assert error.fields == {"n": ["No."]}
        assert str(error) == "invalid_message: n: No."

    def test_has_no_fields(self) -> None:
        """Most refusals concern none."""
        assert MessageRefused("not_now", "Not now").fields == {}

    def test_survives_pickling_with_fields(self) -> None:
        """They reach another process, too."""
        error = pickle.loads(pickle.dumps(MessageRefused("code", "text", fields={"n": ["No."]})))

        assert error.fields == {"n": ["No."]}


@pytest.mark.parametrize("kind", [ConnectionRefused, MessageRefused])
class TestRefusals:
    def test_is_a_bad_request(self, kind: type[ConnectionRefused]) -> None:
        """Unless told otherwise the answer's status is 400, and the log repeats the answer."""
        error = kind("invalid_channel", "Invalid channel")

        assert (error.code, error.message) == ("invalid_channel", "Invalid channel")
        assert (error.status, error.detail) == (400, "")
        assert str(error) == "invalid_channel: Invalid channel"

    def test_log_has_the_detail(self, kind: type[ConnectionRefused]) -> None:
        """The detail is for the log, in place of the public text."""
        error = kind("invalid_secret", "Invalid request", status=403, detail="no secret")

        assert error.status == 403
        assert str(error) == "invalid_secret: no secret"

    def test_survives_pickling(self, kind: type[ConnectionRefused]) -> None:
        """It reaches another process whole."""
        error = pickle.loads(pickle.dumps(kind("code", "text", status=403, detail="why")))

        assert (error.code, error.message, error.status) == ("code", "text", 403)
        assert error.detail == "why"
