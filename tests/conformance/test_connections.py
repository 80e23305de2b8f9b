"""The ``@connections`` API."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .target import Api, Given, Received, Wire, error_of

__all__ = ["TestDelete", "TestErrors", "TestGet", "TestPost"]

UNKNOWN = "Qyi07eCbtjMCJKw="
GONE = (410, "GoneException")


def outcome(management: Any, verb: str, connection_id: str) -> tuple[int, str]:
    """Return status and code of the error that a call ends in."""
    body = {"Data": b"x"} if verb == "post_to_connection" else {}
    return error_of(getattr(management, verb), ConnectionId=connection_id, **body)[:2]


class TestPost:
    """A message from the backend."""

    def test_reaches_the_client(self, api: Api) -> None:
        """As a text, whether boto3 was given text or bytes."""
        with api.open() as client:
            client.post("h\xe9llo", "\u2603".encode())

            assert [client.receive(), client.receive()] == ["h\xe9llo", "\u2603"]

    def test_arrives_in_order(self, api: Api) -> None:
        """Each post waits for the one before."""
        with api.open() as client:
            sent = [str(number) for number in range(20)]
            client.post(*sent)

            assert [client.receive() for _ in sent] == sent

    def test_of_128_kb(self, api: Api) -> None:
        """It arrives in frames of 32 KB, which are one message."""
        with api.open(compression=None) as client:
            client.post("x" * 131_072)

            sizes = [len(part) for part in client.socket.recv_streaming()]
            assert sizes == [32_768] * 4

    def test_more_than_128_kb(self, api: Api) -> None:
        """One byte more is too much, and so are two megabytes."""
        with api.open() as client:
            post = api.management().post_to_connection
            errors = [
                error_of(post, ConnectionId=client.id, Data=b"x" * size)[:2]
                for size in (131_073, 2_000_000)
            ]

            assert errors == [(413, "PayloadTooLargeException")] * 2

    def test_during_connect(self, api: Api) -> None:
        """The connection is not open before its client has been told so."""
        errors: list[tuple[int, str]] = []

        def answer(received: Received) -> Given:
            connection_id = received.header("connectionId") or ""
            errors.append(outcome(api.management(), "post_to_connection", connection_id))
            return Given()

        api.target.backend.answers["connect"] = answer
        with api.open():
            assert errors == [GONE]

    def test_while_a_message_is_handled(self, api: Api) -> None:
        """A post that the handler makes overtakes its answer."""

        def answer(received: Received) -> Given:
            connection_id = received.header("connectionId")
            api.management().post_to_connection(ConnectionId=connection_id, Data="posted")
            return Given(body=b"answer")

        api.target.backend.answers["ask"] = answer
        with api.open() as client:
            client.send('{"action": "ask"}')

            assert [client.receive(), client.receive()] == ["posted", "answer"]

    def test_to_a_client_that_never_reads(self, api: Api) -> None:
        """Once its buffers are full the service says so, and does not wait."""
        with Wire(api.url) as wire:
            wire.shake()
            assert wire.read_head()[0] == 101
            post = api.management().post_to_connection
            params = {"ConnectionId": api.target.newest(), "Data": b"x" * 131_072}

            with pytest.raises(api.management().exceptions.LimitExceededException):
                [post(**params) for _ in range(1000)]


class TestGet:
    """What is known of a connection."""

    def test_describes_it(self, api: Api) -> None:
        """Since when, when last, where from and with what."""
        with api.open(user_agent_header="Browser") as client:
            assert client.is_served()
            found = api.management().get_connection(ConnectionId=client.id)

        now = datetime.now(UTC)
        assert now - found["ConnectedAt"] < timedelta(days=1)
        assert found["ConnectedAt"] <= found["LastActiveAt"]
        assert found["Identity"]["UserAgent"] == "Browser"
        assert found["Identity"]["SourceIp"]

    def test_writes_times(self, api: Api) -> None:
        """Keys begin in lower case, times have milliseconds and a Z."""
        with api.open() as client:
            answer = api.ask("GET", client.path, **api.signature("GET", client.path))

        found = json.loads(answer[2])
        assert set(found) == {"connectedAt", "identity", "lastActiveAt"}
        assert re.fullmatch(r"[\d-]{10}T[\d:]{8}\.\d{3}Z", found["connectedAt"])


class TestDelete:
    """The end of a connection."""

    def test_closes_with_1000(self, api: Api) -> None:
        """The client and the backend learn of it."""
        with api.open() as client:
            api.management().delete_connection(ConnectionId=client.id)

            assert client.ending()[0] == 1000
            client.event("DISCONNECT")

    def test_is_at_once(self, api: Api) -> None:
        """Nothing can be done to the connection afterwards."""
        with api.open() as client:
            api.management().delete_connection(ConnectionId=client.id)

            verbs = ("post_to_connection", "get_connection", "delete_connection")
            assert [outcome(api.management(), verb, client.id) for verb in verbs] == [GONE] * 3


class TestErrors:
    """What is refused."""

    @pytest.mark.parametrize("verb", ["post_to_connection", "get_connection", "delete_connection"])
    def test_closed_connection(self, api: Api, verb: str) -> None:
        """A connection that its client has closed."""
        with api.open() as client:
            client.socket.close()
            client.event("DISCONNECT")

            assert outcome(api.management(), verb, client.id) == GONE

    @pytest.mark.parametrize("verb", ["post_to_connection", "get_connection", "delete_connection"])
    def test_connection_that_never_was(self, api: Api, verb: str) -> None:
        """An id that is well formed."""
        assert outcome(api.management(), verb, UNKNOWN) == GONE

    @pytest.mark.parametrize("connection_id", ["x", "Qyi07eCbtjMCJKw", f"{UNKNOWN}=", "a/b+c=="])
    def test_malformed_id(self, api: Api, connection_id: str) -> None:
        """An id that none can have."""
        get = api.management().get_connection

        assert error_of(get, ConnectionId=connection_id) == (
            400,
            "BadRequestException",
            f"Invalid connectionId: {connection_id}",
        )

    def test_unknown_stage(self, api: Api) -> None:
        """Another stage, and none."""
        urls = [f"{api.endpoint}/other", api.endpoint]

        errors = [outcome(api.management(url), "get_connection", UNKNOWN) for url in urls]

        assert errors == [(403, "ForbiddenException")] * 2

    def test_connection_of_another_api(self, api: Api) -> None:
        """A connection is found at its own stage only."""
        with api.target.api() as other, api.open() as client:
            management = other.add("$default").publish().management()

            assert outcome(management, "post_to_connection", client.id) == GONE

    def test_at_sign_is_encoded(self, api: Api) -> None:
        """Some SDKs write ``%40connections``."""
        with api.open() as client:
            path = client.path.replace("@", "%40")

            assert api.ask("GET", path, **api.signature("GET", path))[0] == 200
