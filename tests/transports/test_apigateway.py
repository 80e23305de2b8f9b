"""The transport of production asks the ``@connections`` API, and tells what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import ClientConnection, connect

from django_aws_api_gateway_websockets.aws.control import get_control_plane
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    PayloadTooLarge,
    Throttled,
    TransportError,
)
from django_aws_api_gateway_websockets.protocol.endpoints import management_url
from django_aws_api_gateway_websockets.provisioning.run import create
from django_aws_api_gateway_websockets.provisioning.state import DesiredGateway
from django_aws_api_gateway_websockets.transports.apigateway import APIGatewayTransport
from django_aws_api_gateway_websockets.transports.base import ConnectionInfo, SendResult

from ..aws.peer import DROPPED, Answer, Peer
from .contract import TransportContract

GONE = Answer(status=410, error="GoneException")
INFO = (
    b'{"connectedAt": "2026-02-03T01:46:33.523Z", "lastActiveAt": "2026-02-03T01:46:34.000Z",'
    b' "identity": {"sourceIp": "192.0.2.7", "userAgent": null}}'
)


@pytest.fixture
def transport() -> APIGatewayTransport:
    """Return a transport that repeats nothing."""
    return APIGatewayTransport(max_retries=0)


@pytest.fixture
def peer() -> Iterator[Peer]:
    """Accept whatever is asked."""
    with Peer() as peer:
        yield peer


class Socket:
    """A browser's connection to a local gateway."""

    def __init__(self, socket: ClientConnection, management_url: str, connection_id: str) -> None:
        self.socket = socket
        self.address = (management_url, connection_id)

    def receive(self) -> str:
        """Return the next message."""
        return str(self.socket.recv(timeout=5))

    def is_closed(self) -> bool:
        """Return whether the gateway closes the connection as it says that it does."""
        with pytest.raises(ConnectionClosedOK):
            self.socket.recv(timeout=5)
        return self.socket.close_code == 1000


@pytest.fixture(scope="module")
def gateway() -> Iterator[tuple[str, Peer]]:
    """Yield the URL of a stage of a local gateway, and the backend behind it."""
    with Peer() as backend, EmulatorThread() as emulator:
        desired = DesiredGateway(name="shop", creation_id="c1", target_base=f"{backend.url}/ws/")
        api, *_ = create(desired, control=get_control_plane(emulator.url))
        yield f"{api.api_endpoint}/production", backend


@pytest.fixture
def connection(gateway: tuple[str, Peer]) -> Iterator[Socket]:
    """Yield an open connection to the local gateway."""
    url, backend = gateway
    with connect(url) as socket:
        connects = [item for item in backend.received if item.target == "/ws/connect"]
        connection_id = connects[-1].headers["connectionid"]
        yield Socket(socket, management_url(url), connection_id)


class TestContract(TransportContract):
    """It does what every transport does, with a gateway at the other end."""


class TestContractOfBoto3(TransportContract):
    """It does so without the fan-out, too."""

    @pytest.fixture
    def transport(self) -> APIGatewayTransport:
        """Return a transport that leaves everything to boto3."""
        return APIGatewayTransport(max_retries=0, fast=False)


class TestRequests:
    """What goes over the wire."""

    def test_send(self, transport: APIGatewayTransport, peer: Peer) -> None:
        """A message is posted as it is, below the stage."""
        transport.send(f"{peer.url}/live", "a/b=", '"ü"'.encode())

        request = peer.received[0]
        assert (request.method, request.target) == ("POST", "/live/@connections/a%2Fb%3D")
        assert request.body == '"ü"'.encode()

    def test_signature(self, transport: APIGatewayTransport, peer: Peer) -> None:
        """Requests are signed for ``execute-api``."""
        transport.send(f"{peer.url}/live", "abc=", b"{}")

        assert "/local/execute-api/aws4_request" in peer.received[0].headers["authorization"]

    def test_disconnect(self, transport: APIGatewayTransport, peer: Peer) -> None:
        """A close is a DELETE."""
        transport.disconnect(f"{peer.url}/live", "abc=")

        request = peer.received[0]
        assert (request.method, request.target) == ("DELETE", "/live/@connections/abc%3D")

    def test_info(self, transport: APIGatewayTransport) -> None:
        """A look-up is a GET, and what is unknown is empty."""
        with Peer(Answer(body=INFO)) as peer:
            info = transport.info(f"{peer.url}/live", "abc=")

        assert peer.received[0].method == "GET"
        assert info == ConnectionInfo(
            connected_at=datetime(2026, 2, 3, 1, 46, 33, 523000, tzinfo=UTC),
            last_active_at=datetime(2026, 2, 3, 1, 46, 34, tzinfo=UTC),
            source_ip="192.0.2.7",
            user_agent="",
        )


class TestAnswers:
    """What becomes of the answer."""

    def test_accepted(self, transport: APIGatewayTransport) -> None:
        """The result has the status and AWS's id of the request."""
        with Peer(Answer(headers={"x-amzn-RequestId": "r-1"})) as peer:
            result = transport.send(peer.url, "abc=", b"{}")

        assert result == SendResult(status=200, request_id="r-1")

    def test_without_request_id(self, transport: APIGatewayTransport, peer: Peer) -> None:
        """An answer without an id of the request will do."""
        assert transport.send(peer.url, "abc=", b"{}") == SendResult()

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (GONE, ConnectionGone),
            (Answer(status=410, body=b""), ConnectionGone),
            (Answer(status=413, error="PayloadTooLargeException"), PayloadTooLarge),
            (Answer(status=429, error="LimitExceededException"), Throttled),
            (Answer(status=403, body=b'{"message": "Forbidden"}'), AccessDenied),
            (Answer(status=400, error="BadRequestException"), TransportError),
            (DROPPED, EndpointUnreachable),
        ],
    )
    def test_error(
        self, answer: Answer, error: type[Exception], transport: APIGatewayTransport
    ) -> None:
        """Each refusal has its own class."""
        with Peer(answer) as peer, pytest.raises(TransportError) as caught:
            transport.send(peer.url, "abc=", b"{}")

        assert type(caught.value) is error

    def test_client_error_is_the_cause(self, transport: APIGatewayTransport) -> None:
        """The error of boto3 can be had."""
        with Peer(GONE) as peer, pytest.raises(ConnectionGone) as caught:
            transport.send(peer.url, "abc=", b"{}")

        assert isinstance(caught.value.__cause__, ClientError)

    def test_too_large_is_not_asked(self, transport: APIGatewayTransport, peer: Peer) -> None:
        """What AWS would refuse is not even sent."""
        with pytest.raises(PayloadTooLarge):
            transport.send(peer.url, "abc=", b"x" * 131_073)

        assert peer.received == []

    def test_close_of_a_closed_one(self, transport: APIGatewayTransport) -> None:
        """A close can come too late."""
        with Peer(GONE) as peer, pytest.raises(ConnectionGone):
            transport.disconnect(peer.url, "abc=")

    def test_look_up_of_a_closed_one(self, transport: APIGatewayTransport) -> None:
        """Nothing is known of a closed connection."""
        with Peer(GONE) as peer, pytest.raises(ConnectionGone):
            transport.info(peer.url, "abc=")

    def test_repeats(self) -> None:
        """What fails for a passing reason is repeated, as the options say."""
        transport = APIGatewayTransport(max_retries=1)
        with Peer(Answer(status=503), Answer()) as peer:
            transport.send(peer.url, "abc=", b"{}")

        assert len(peer.received) == 2

    def test_never_leaves_the_local_gateway(
        self, transport: APIGatewayTransport, settings: Settings
    ) -> None:
        """While a local gateway is set, posts to others are a mistake of the project."""
        settings.WEBSOCKETS = {"endpoint_url": "http://127.0.0.1:7"}

        with pytest.raises(ImproperlyConfigured):
            transport.send("https://ws.example.com", "abc=", b"{}")

    def test_no_such_profile(self, transport: APIGatewayTransport, settings: Settings) -> None:
        """A profile that does not exist is a mistake of the project."""
        settings.AWS_IAM_PROFILE = "nobody"

        with pytest.raises(ImproperlyConfigured, match="nobody"):
            transport.send("https://ws.example.com", "abc=", b"{}")


class TestOptions:
    """Times and counts can be chosen."""

    def test_defaults_are_fine(self) -> None:
        """There is nothing to report about them."""
        assert list(APIGatewayTransport().check()) == []

    def test_no_retries_are_fine(self) -> None:
        """Never to repeat is a choice."""
        assert list(APIGatewayTransport(max_retries=0).check()) == []

    @pytest.mark.parametrize(
        ("name", "value", "rule"),
        [
            ("connect_timeout", 0, "a positive number of seconds"),
            ("read_timeout", "10", "a positive number of seconds"),
            ("max_retries", -1, "a whole number, 0 or more"),
            ("fast", 1, "True or False"),
            ("max_retries", True, "a whole number, 0 or more"),
            ("max_pool_connections", 1.5, "a whole number, 1 or more"),
        ],
    )
    def test_wrong(self, name: str, value: object, rule: str) -> None:
        """An unusable value is refused when the transport is built, and the value is told."""
        with pytest.raises(ImproperlyConfigured) as caught:
            APIGatewayTransport(**{name: value})  # type: ignore[arg-type]  # that is the test

        assert str(caught.value) == f"{name!r} must be {rule}, not {value!r}."

    def test_unknown(self) -> None:
        """An unknown option is named."""
        with pytest.raises(ImproperlyConfigured) as caught:
            APIGatewayTransport(colour="red")

        assert str(caught.value) == "APIGatewayTransport has no option 'colour'."
