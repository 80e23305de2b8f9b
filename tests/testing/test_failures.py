"""Failures of AWS happen to order, to whom and as often as a test says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.utils import timezone

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    ConnectionNotReady,
    EndpointUnreachable,
    PayloadTooLarge,
    Throttled,
    TransportError,
)
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.testing.failures import failing_transport
from django_aws_api_gateway_websockets.transports import get_transport, locmem

ANN = WebSocketSession(connection_id="ann=")


@pytest.fixture(autouse=True)
def _empty_outbox() -> Iterator[None]:
    locmem.reset()
    yield
    locmem.reset()


def send(to: str = "ann=") -> None:
    """Post one message."""
    get_transport().send("https://x", to, b"1")


class TestAnswers:
    """Each failure is what boto3 makes of AWS's answer."""

    @pytest.mark.parametrize(
        ("error", "code", "status"),
        [
            (ConnectionGone, "GoneException", 410),
            (PayloadTooLarge, "PayloadTooLargeException", 413),
            (Throttled, "LimitExceededException", 429),
            (AccessDenied, "ForbiddenException", 403),
            (TransportError, "InternalServerErrorException", 500),
        ],
    )
    def test_answer(self, error: type[TransportError], code: str, status: int) -> None:
        """Our error names the connection, and AWS's is its cause."""
        with failing_transport(error), pytest.raises(error) as caught:
            send()

        assert type(caught.value) is error
        assert (caught.value.connection_id, caught.value.detail) == ("ann=", code)
        cause = caught.value.__cause__
        assert isinstance(cause, ClientError)
        assert cause.response["ResponseMetadata"]["HTTPStatusCode"] == status

    def test_no_answer(self) -> None:
        """No answer is a failure too."""
        with failing_transport(EndpointUnreachable), pytest.raises(EndpointUnreachable) as caught:
            send()

        assert isinstance(caught.value.__cause__, EndpointConnectionError)

    def test_unknown(self) -> None:
        """What AWS never does is refused."""
        with pytest.raises(ValueError, match=r"^No answer of AWS is ConnectionNotReady\.$"):
            failing_transport(ConnectionNotReady).__enter__()

    @pytest.mark.parametrize("verb", ["disconnect", "info"])
    def test_every_verb(self, verb: str) -> None:
        """Closing and looking up fail as well."""
        with failing_transport(Throttled), pytest.raises(Throttled):
            getattr(get_transport(), verb)("https://x", "ann=")


class TestExtent:
    """To whom, and how often."""

    @pytest.mark.parametrize("to", ["ann=", ANN])
    def test_one_connection(self, to: WebSocketSession | str) -> None:
        """The others are well."""
        with failing_transport(Throttled, to=to):
            send("bob=")
            with pytest.raises(Throttled):
                send("ann=")

        assert [message.connection_id for message in locmem.outbox] == ["bob="]

    def test_times(self) -> None:
        """After so many failures all is well."""
        with failing_transport(Throttled, to="ann=", times=2):
            send("bob=")
            for _ in range(2):
                with pytest.raises(Throttled):
                    send()
            send()

        assert [message.connection_id for message in locmem.outbox] == ["bob=", "ann="]

    def test_end_of_the_block(self) -> None:
        """Without a number it fails until the end."""
        with failing_transport(Throttled):
            for _ in range(3):
                with pytest.raises(Throttled):
                    send()

        send()

        assert len(locmem.outbox) == 1

    def test_reset(self) -> None:
        """An outbox that is emptied meanwhile ends no failure."""
        with failing_transport(Throttled):
            locmem.reset()
            with pytest.raises(Throttled):
                send()

    def test_innermost(self) -> None:
        """The innermost failure comes first, then the next."""
        with failing_transport(Throttled), failing_transport(ConnectionGone, times=1):
            with pytest.raises(ConnectionGone):
                send()
            with pytest.raises(Throttled):
                send()


@pytest.mark.django_db
class TestSessions:
    """What the models make of a failure."""

    @pytest.fixture
    def session(self) -> WebSocketSession:
        """Return an open connection of a minute ago."""
        session = WebSocketSession.objects.create(
            connection_id="ann=", api_gateway=create_gateway()
        )
        session.created_on = timezone.now() - timedelta(minutes=1)
        session.save(update_fields=["created_on"])
        return session

    def test_one_message(self, session: WebSocketSession) -> None:
        """A session raises what boto3 raises."""
        with failing_transport(Throttled), pytest.raises(ClientError, match="LimitExceeded"):
            session.send_message(1)

    def test_broadcast(self, session: WebSocketSession) -> None:
        """A broadcast counts, across its threads."""
        other = WebSocketSession.objects.create(
            connection_id="bob=", api_gateway=session.api_gateway
        )

        with failing_transport(AccessDenied, times=1):
            report = WebSocketSession.objects.filter(pk__in=[session.pk, other.pk]).send_message(1)

        assert (report.sent, report.failed) == (1, 1)

    def test_gone(self, session: WebSocketSession) -> None:
        """A 410 closes the row."""
        with failing_transport(ConnectionGone, to=session):
            assert session.send_message(1) is None

        session.refresh_from_db()
        assert session.connected is False
