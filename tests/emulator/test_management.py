"""The ``@connections`` API, through boto3 and through plain HTTP."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosedOK

from django_aws_api_gateway_websockets.emulator import Quotas

from .errors import error_of
from .support import PATIENCE, Given, Received, World, flood, running

UNKNOWN = "Qyi07eCbtjMCJKw="


def plain(world: World, method: str, path: str, **headers: str) -> tuple[int, str | None, bytes]:
    """Return status, error type and body of a plain request."""
    connection = http.client.HTTPConnection("127.0.0.1", world.thread.port, timeout=PATIENCE)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    outcome = response.status, response.getheader("x-amzn-ErrorType"), response.read()
    connection.close()
    return outcome


class TestPosting:
    """A message from the backend."""

    def test_reaches_the_client(self, world: World) -> None:
        """The text arrives as it was sent."""
        with world.connect() as client:
            world.management().post_to_connection(
                ConnectionId=world.connection_id(), Data="h\xe9llo"
            )

            assert client.recv(PATIENCE) == "h\xe9llo"

    def test_carries_128_kb(self, world: World) -> None:
        """A message larger than a frame arrives in one piece, empty ones too."""
        management = world.management()
        with world.connect(compression=None) as client:
            for size in (131_072, 32_768, 0):
                management.post_to_connection(ConnectionId=world.connection_id(), Data="x" * size)

            assert [len(client.recv(PATIENCE)) for _ in range(3)] == [131_072, 32_768, 0]

    def test_replaces_what_is_not_utf8(self, world: World) -> None:
        """A text frame is text."""
        with world.connect() as client:
            world.management().post_to_connection(ConnectionId=world.connection_id(), Data=b"a\xff")

            assert client.recv(PATIENCE) == "a\ufffd"

    def test_more_than_128_kb(self, world: World) -> None:
        """The service says 413."""
        with world.connect():
            error = error_of(
                world.management().post_to_connection,
                ConnectionId=world.connection_id(),
                Data=b"x" * 131_073,
            )

        assert error == (413, "PayloadTooLargeException", "Message too long")

    def test_client_that_does_not_read(self, world: World) -> None:
        """When its buffers are full the service says 429."""
        management = world.management()
        with world.connect_raw() as client:
            client.read_head()
            connection_id = world.connection_id()

            with pytest.raises(management.exceptions.LimitExceededException):
                flood(management, connection_id)

    def test_during_connect(self, world: World) -> None:
        """The connection cannot be reached before its handshake is answered."""
        errors: list[Any] = []

        def respond(received: Received) -> Given:
            connection_id = received.header("connectionId")
            params = {"ConnectionId": connection_id, "Data": b"early"}
            errors.append(error_of(world.management().post_to_connection, **params))
            return Given()

        world.backend.answers["connect"] = respond
        with world.connect():
            assert errors == [(410, "GoneException", "")]

    def test_beyond_the_quota(self) -> None:
        """The service says 429, whoever is meant."""
        with running(quotas=Quotas(burst=1)) as world:
            path = f"/{world.api_id}/dev/@connections/{UNKNOWN}"
            first, second = plain(world, "POST", path), plain(world, "POST", path)

        assert first[0] == 410
        assert second == (
            429,
            "LimitExceededException",
            b'{"message": "Too Many Requests"}',
        )
        assert world.journal.of("post")[1].status == 429


class TestGetting:
    """What is known of a connection."""

    def test_describes_it(self, world: World) -> None:
        """Times and identity, and activity follows the messages."""
        with world.connect(user_agent_header="Browser") as client:
            connection_id = world.connection_id()
            world.clock.advance(60.5)
            client.send("hello")
            world.journal.wait_for("message")

            answer = world.management().get_connection(ConnectionId=connection_id)

        del answer["ResponseMetadata"]
        assert answer == {
            "ConnectedAt": datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC),
            "Identity": {"SourceIp": "127.0.0.1", "UserAgent": "Browser"},
            "LastActiveAt": datetime(2025, 6, 15, 15, 7, 40, 500_000, tzinfo=UTC),
        }

    def test_writes_milliseconds(self, world: World) -> None:
        """Times are ISO 8601 with milliseconds; a client without a name has none."""
        with world.connect(user_agent_header=None):
            path = f"/{world.api_id}/dev/@connections/{quote(world.connection_id())}"
            status, _, body = plain(world, "GET", path)

        assert status == 200
        assert body == (
            b'{"connectedAt": "2025-06-15T15:06:40.000Z", "identity": {"sourceIp": "127.0.0.1",'
            b' "userAgent": null}, "lastActiveAt": "2025-06-15T15:06:40.000Z"}'
        )


class TestDeleting:
    """The end of a connection, from the backend."""

    def test_closes_with_1000(self, world: World) -> None:
        """The client sees a normal close, the backend a disconnect, the next post a 410."""
        management = world.management()
        with world.connect() as client:
            connection_id = world.connection_id()

            answer = management.delete_connection(ConnectionId=connection_id)
            gone = error_of(management.get_connection, ConnectionId=connection_id)
            with pytest.raises(ConnectionClosedOK) as caught:
                client.recv(PATIENCE)

        close = caught.value.rcvd
        assert close is not None
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        assert (close.code, close.reason) == (1000, "Connection Closed Normally")
        assert gone == (410, "GoneException", "")
        record = world.journal.wait_for("disconnect")
        assert (record.status, record.detail) == (1000, "Connection Closed Normally")
        assert world.backend.wait_for("disconnect").header("connectionId") == connection_id


class TestErrors:
    """What cannot be reached."""

    @pytest.mark.parametrize("verb", ["post", "get", "delete"])
    def test_connection_that_never_was(self, world: World, verb: str) -> None:
        """A well-formed id of nobody is gone, and boto3 has a class for that."""
        management = world.management()
        calls = {
            "post": lambda: management.post_to_connection(ConnectionId=UNKNOWN, Data=b"x"),
            "get": lambda: management.get_connection(ConnectionId=UNKNOWN),
            "delete": lambda: management.delete_connection(ConnectionId=UNKNOWN),
        }

        with pytest.raises(management.exceptions.GoneException):
            calls[verb]()

    @pytest.mark.parametrize("verb", ["post", "get", "delete"])
    def test_told_to(self, world: World, verb: str) -> None:
        """A fault answers instead, and the connection is left as it was."""
        management = world.management()
        with world.connect() as client:
            connection_id = world.connection_id()
            calls = {
                "post": lambda: management.post_to_connection(ConnectionId=connection_id, Data=b""),
                "get": lambda: management.get_connection(ConnectionId=connection_id),
                "delete": lambda: management.delete_connection(ConnectionId=connection_id),
            }

            world.thread.switchboard.set("post-410", "1x")

            assert error_of(calls[verb]) == (410, "GoneException", "")
            assert client.ping().wait(PATIENCE)

    def test_malformed_id(self, world: World) -> None:
        """An id of another form is a bad request."""
        assert error_of(world.management().get_connection, ConnectionId="a/b+c") == (
            400,
            "BadRequestException",
            "Invalid connectionId: a/b+c",
        )

    def test_connection_of_another_stage(self, world: World) -> None:
        """A connection belongs to its stage."""
        deployment = world.control.get_stage(ApiId=world.api_id, StageName="dev")["DeploymentId"]
        world.control.create_stage(ApiId=world.api_id, StageName="prod", DeploymentId=deployment)
        other = world.management(f"{world.thread.url}/{world.api_id}/prod")
        with world.connect():
            error = error_of(other.get_connection, ConnectionId=world.connection_id())

        assert error == (410, "GoneException", "")

    @pytest.mark.parametrize("path", ["", "/unknown/dev", "/{api}", "/{api}/unknown"])
    def test_wrong_stage(self, world: World, path: str) -> None:
        """What is no stage is forbidden."""
        management = world.management(world.thread.url + path.format(api=world.api_id))

        assert error_of(management.get_connection, ConnectionId=UNKNOWN) == (
            403,
            "ForbiddenException",
            "Forbidden",
        )

    @pytest.mark.parametrize(
        ("method", "tail"), [("PUT", quote(UNKNOWN)), ("GET", ""), ("GET", "a/b")]
    )
    def test_wrong_method_or_path(self, world: World, method: str, tail: str) -> None:
        """Nothing else is served there."""
        path = f"/{world.api_id}/dev/@connections/{tail}"

        assert plain(world, method, path)[:2] == (403, "ForbiddenException")


class TestPaths:
    """The ways to write the same address."""

    @pytest.mark.parametrize("marker", ["@connections", "%40connections"])
    def test_at_sign(self, world: World, marker: str) -> None:
        """Plain and encoded."""
        with world.connect():
            path = f"/{world.api_id}/dev/{marker}/{quote(world.connection_id(), safe='')}"

            assert plain(world, "GET", path)[0] == 200

    @pytest.mark.parametrize(("key", "base", "status"), [("", "", 404), ("chat", "/chat", 403)])
    def test_custom_domain(self, world: World, key: str, base: str, status: int) -> None:
        """There is no stage in the path of a custom domain."""
        world.map_domain(key=key)
        with world.connect():
            tail = f"@connections/{quote(world.connection_id())}"
            right = plain(world, "GET", f"{base}/{tail}", Host="ws.example.test:1")
            wrong = plain(world, "GET", f"{base}/dev/{tail}", Host="ws.example.test:1")

        assert (right[0], wrong[0]) == (200, status)

    def test_stage_on_a_custom_domain(self, world: World) -> None:
        """The commonest mistake has a message of its own."""
        world.map_domain()
        path = f"/dev/@connections/{UNKNOWN}"

        assert plain(world, "POST", path, Host="ws.example.test") == (
            404,
            "NotFoundException",
            b'{"message": "No method found matching route dev/@connections/Qyi07eCbtjMCJKw= '
            b'for http method POST."}',
        )

    def test_web_page(self, world: World) -> None:
        """No SDK sends an Origin; a page that does is kept out."""
        with world.connect():
            path = f"/{world.api_id}/dev/@connections/{quote(world.connection_id())}"

            assert plain(world, "DELETE", path, Origin="http://evil.test")[0] == 403


class TestLog:
    """What is told of it."""

    def test_says_size_and_outcome(self, world: World) -> None:
        """Never what the message said."""
        with world.connect():
            connection_id = world.connection_id()
            world.management().post_to_connection(ConnectionId=connection_id, Data=b"secret")

        record = world.journal.wait_for("post")
        assert (record.connection_id, record.status, record.size) == (connection_id, 200, 6)
        assert "secret" not in str(world.journal.records)

    def test_says_what_is_gone(self, world: World) -> None:
        """A post that came too late can be found."""
        error_of(world.management().post_to_connection, ConnectionId=UNKNOWN, Data=b"secret")

        record = world.journal.wait_for("post")
        assert (record.api_id, record.stage) == (world.api_id, "dev")
        assert (record.connection_id, record.status) == (UNKNOWN, 410)
