"""The HTTP side."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close

from .errors import error_of
from .support import PATIENCE, RawSocket, World, frame, handshake, running

LIST = b"GET /v2/apis HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def web(world: World) -> Iterator[http.client.HTTPConnection]:
    """Give a plain HTTP connection."""
    connection = http.client.HTTPConnection("127.0.0.1", world.thread.port, timeout=PATIENCE)
    yield connection
    connection.close()


class TestPlainRequests:
    """Requests that are no handshakes."""

    def test_stage_wants_an_upgrade(self, world: World, web: http.client.HTTPConnection) -> None:
        """A browser that opens the address of a socket is told so."""
        web.request("GET", f"/{world.api_id}/dev")

        response = web.getresponse()

        assert (response.status, response.getheader("Upgrade")) == (426, "websocket")
        assert json.loads(response.read()) == {"message": "Upgrade Required"}

    @pytest.mark.parametrize("path", ["/", "/unknown/dev"])
    def test_unknown_path(self, web: http.client.HTTPConnection, path: str) -> None:
        """What is no stage is forbidden."""
        web.request("GET", path)

        response = web.getresponse()

        assert response.status == 403
        assert json.loads(response.read()) == {"message": "Forbidden"}
        assert len(response.getheader("x-amzn-RequestId") or "") == 16

    def test_body_beyond_all_measure(self, web: http.client.HTTPConnection) -> None:
        """No request of the API is that large."""
        web.request("POST", "/v2/apis", body=b"x" * 2_000_000)

        response = web.getresponse()

        assert response.status == 413
        assert json.loads(response.read()) == {"message": "Request too large"}

    def test_message_beyond_all_measure(
        self, world: World, web: http.client.HTTPConnection
    ) -> None:
        """It is a message that is too large, as one of 128 KB and a byte is."""
        web.request("POST", f"/{world.api_id}/dev/@connections/x", body=b"x" * 2_000_000)

        response = web.getresponse()

        assert response.status == 413
        assert response.getheader("x-amzn-ErrorType") == "PayloadTooLargeException"

    def test_control_plane_of_a_web_page(self, web: http.client.HTTPConnection) -> None:
        """A page cannot change the gateway behind its user's back."""
        web.request("GET", "/v2/apis", headers={"Origin": "http://evil.test"})

        assert web.getresponse().status == 403

    @pytest.mark.parametrize("path", ["/v2/apis", "/x/dev/@connections/Qyi07eCbtjMCJKw%3D"])
    @pytest.mark.parametrize("host", ["evil.test:9000", "localhost.evil.test", ""])
    def test_other_host(self, web: http.client.HTTPConnection, path: str, host: str) -> None:
        """A page whose host has got the address of this machine is refused, and told why."""
        web.request("GET", path, headers={"Host": host})

        response = web.getresponse()

        assert response.status == 421
        assert response.getheader("x-amzn-ErrorType") == "MisdirectedRequestException"
        assert b"only requests for localhost, for a loopback address" in response.read()

    @pytest.mark.parametrize("host", ["localhost:9000", "API.LOCALHOST", "[::1]:9000", "127.0.0.2"])
    def test_hosts_of_this_machine(self, web: http.client.HTTPConnection, host: str) -> None:
        """Under each of its names it is the same gateway."""
        web.request("GET", "/v2/apis", headers={"Host": host})

        assert web.getresponse().status == 200

    def test_connections_on_a_custom_domain(
        self, world: World, web: http.client.HTTPConnection
    ) -> None:
        """Its own host serves the connections of a custom domain."""
        world.map_domain()
        headers = {"Host": "ws.example.test:9000"}
        web.request("GET", "/@connections/Qyi07eCbtjMCJKw%3D", headers=headers)

        assert web.getresponse().status == 410

    def test_control_plane_on_a_custom_domain(
        self, world: World, web: http.client.HTTPConnection
    ) -> None:
        """A custom domain has no control plane."""
        world.map_domain()
        web.request("GET", "/v2/apis", headers={"Host": "ws.example.test"})

        assert web.getresponse().status == 403


class TestOpenGateway:
    """A gateway that others may reach."""

    def test_any_host(self) -> None:
        """It does not know the names that lead to it."""
        with World(host="0.0.0.0") as world, RawSocket(world.thread.port) as client:
            client.send(b"GET /v2/apis HTTP/1.1\r\nHost: gateway.internal:9000\r\n\r\n")

            assert client.read_answer() == (200, b'{"items": []}')


class TestControlPlane:
    """What the control plane leads to."""

    def test_is_logged_by_name(self, world: World) -> None:
        """The operation and its status, and nothing of its content."""
        records = world.journal.of("control")

        assert (records[0].detail, records[0].status) == ("CreateApi", 201)
        assert "s" * 32 not in str(records)

    @pytest.mark.parametrize("what", ["api", "stage"])
    def test_deleting_ends_the_connections(self, world: World, what: str) -> None:
        """Nobody stays on a stage that is no more, and nobody else comes to it."""
        with world.connect() as client:
            connection_id = world.connection_id()

            self.delete(world, what)

            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)
            assert closed.value.rcvd == Close(1001, "Going away")
        with pytest.raises(InvalidStatus) as refused:
            world.connect()
        assert refused.value.response.status_code == 403
        post = world.management().post_to_connection
        assert error_of(post, ConnectionId=connection_id, Data=b"x")[0] == 403

    def delete(self, world: World, what: str) -> None:
        """Delete the API, or its stage alone."""
        stage = {"stage": {"StageName": "dev"}}.get(what, {})
        getattr(world.control, f"delete_{what}")(ApiId=world.api_id, **stage)


class TestPanel:
    """What the emulator serves of itself."""

    def test_is_served(self, web: http.client.HTTPConnection) -> None:
        """No stage can have its path."""
        web.request("GET", "/_emulator/faults")

        response = web.getresponse()

        assert (response.status, json.load(response)["faults"]) == (200, {})

    def test_of_a_web_page(self, web: http.client.HTTPConnection) -> None:
        """A page cannot break the gateway behind its user's back."""
        web.request("DELETE", "/_emulator/faults", headers={"Origin": "http://evil.test"})

        assert web.getresponse().status == 403


class TestConnections:
    """What the connections API leads to."""

    def test_is_served(self, world: World, web: http.client.HTTPConnection) -> None:
        """An unknown connection is gone."""
        web.request("GET", f"/{world.api_id}/dev/@connections/Qyi07eCbtjMCJKw%3D")

        response = web.getresponse()

        assert (response.status, response.read()) == (410, b"")
        assert response.getheader("x-amzn-ErrorType") == "GoneException"


class TestSignatures:
    """A gateway that verifies them."""

    def test_are_wanted(self) -> None:
        """A request without one is refused, and the log says why."""
        with running(verify_signatures=True) as world:
            path = f"/{world.api_id}/dev/@connections/Qyi07eCbtjMCJKw%3D"
            web = http.client.HTTPConnection("127.0.0.1", world.thread.port, timeout=PATIENCE)
            web.request("GET", path)
            response = web.getresponse()
            web.close()
            record = world.journal.wait_for("get")

        assert (response.status, record.status) == (403, 403)
        assert response.getheader("x-amzn-ErrorType") == "MissingAuthenticationTokenException"
        assert record.detail == "MissingAuthenticationTokenException"


class TestKeptAliveConnection:
    """A handshake after another request."""

    def test_can_be_upgraded(self, world: World) -> None:
        """The connection changes hands, and works in both directions."""
        world.control.delete_route(ApiId=world.api_id, RouteId=self.default_route(world))
        world.deploy()
        with RawSocket(world.thread.port) as client:
            client.send(LIST)
            client.read_answer()
            client.send(handshake(f"/{world.api_id}/dev"))
            status, _, _ = client.read_head()
            client.send(frame(1, b"hello"))

            assert status == 101
            assert client.read(24)[2:] == b'{"message": "Forbidden'

        assert world.journal.wait_for("disconnect").status == 1006

    def test_survives_neither_stop_nor_close(self, world: World) -> None:
        """The end of the emulator is the end of the connection."""
        with RawSocket(world.thread.port) as client:
            client.send(LIST)
            client.read_answer()
            client.send(handshake(f"/{world.api_id}/dev"))
            client.read_head()

            world.thread.stop()

            assert client.read_to_end() == b"\x88\x0c\x03\xe9Going away"

    def default_route(self, world: World) -> str:
        """Return the id of the default route."""
        items = world.control.get_routes(ApiId=world.api_id)["Items"]
        (route_id,) = [item["RouteId"] for item in items if item["RouteKey"] == "$default"]
        identifier: str = route_id
        return identifier
