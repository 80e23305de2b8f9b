"""What the backend receives."""

from __future__ import annotations

import re

from .target import MAPPED, Api, Client, Given, Received

__all__ = ["TestConnect", "TestDisconnect", "TestEveryEvent", "TestMapping", "TestMessage"]

EVENT_ID = r"[A-Za-z0-9_-]{15}="
SOURCES = {
    "context.connectionId": EVENT_ID,
    "context.messageId": EVENT_ID,
    "context.requestId": EVENT_ID,
    "context.connectedAt": r"\d{13}",
    "context.requestTimeEpoch": r"\d{13}",
    "context.eventType": "MESSAGE",
    "context.routeKey": "mapped",
    "context.stage": "dev",
    "context.apiId": r"[a-z0-9]{10}",
    "context.identity.sourceIp": r"[\d.]+",
    "stageVariables.colour": "blue",
    "route.request.body.user.name": "Ann",
    "'fixed'": "fixed",
}


ENDING = {
    "context.eventType": "DISCONNECT",
    "context.routeKey": r"\$disconnect",
    "context.stage": "dev",
    "context.requestId": EVENT_ID,
    "context.connectedAt": r"\d{13}",
    "context.identity.sourceIp": r"[\d.]+",
}


def fits(pattern: str, value: str | None) -> bool:
    """Tell whether a header's value is what it should be."""
    return re.fullmatch(pattern, value or "") is not None


def say(client: Client, text: str = "hello") -> Received:
    """Send a message and return what the backend gets."""
    client.send(text)
    return client.event("MESSAGE")


def leave(client: Client) -> Received:
    """End the connection and return what the backend gets."""
    client.socket.close()
    return client.event("DISCONNECT")


class TestEveryEvent:
    """What all three kinds have in common."""

    def test_is_a_post(self, api: Api) -> None:
        """The integration's method and path."""
        with api.open() as client:
            events = [client.event("CONNECT"), say(client), leave(client)]

        assert [(r.method, r.path) for r in events] == [
            ("POST", "/ws/connect"),
            ("POST", "/ws/default"),
            ("POST", "/ws/disconnect"),
        ]

    def test_names_the_backend_as_host(self, api: Api) -> None:
        """The Host header is that of the integration's URI, not that of the gateway."""
        host = api.target.backend_url.split("/")[2]
        with api.open() as client:
            events = [client.event("CONNECT"), say(client), leave(client)]

        assert [r.header("Host") for r in events] == [host] * 3

    def test_has_amazon_s_headers(self, api: Api) -> None:
        """The API's id, a trace, and where the client is."""
        with api.open() as client:
            events = [client.event("CONNECT"), say(client), leave(client)]

        assert [r.header("X-Amzn-Apigateway-Api-Id") for r in events] == [api.id] * 3
        assert all(re.match("Root=1-", r.header("X-Amzn-Trace-Id") or "") for r in events)
        assert all(r.header("X-Forwarded-For") for r in events)
        assert all(r.header("X-Forwarded-Proto") for r in events)

    def test_has_no_connection_id_unless_mapped(self, api: Api) -> None:
        """Without request parameters the backend cannot know who it is."""
        with api.target.api() as other:
            other.add("$connect", RequestParameters={}).publish()
            received = api.target.backend.received[-1]

        assert received.path == "/ws/connect"
        assert received.header("connectionId") is None


class TestConnect:
    """The handshake as the backend sees it."""

    def test_has_the_query_string(self, api: Api) -> None:
        """As the client wrote it."""
        with api.open("?token=a%20b&x=1") as client:
            assert client.event("CONNECT").path == "/ws/connect?token=a%20b&x=1"

    def test_has_no_body(self, api: Api) -> None:
        """There is nothing to say yet."""
        with api.open() as client:
            assert client.event("CONNECT").body == b""

    def test_has_the_client_s_headers(self, api: Api) -> None:
        """Cookie, origin, user agent and what the client made up."""
        headers = {"Cookie": "sessionid=1", "X-Own": "yes"}
        with api.open(
            additional_headers=headers, origin="https://page.test", user_agent_header="Browser"
        ) as client:
            received = client.event("CONNECT")

        names = ("Cookie", "X-Own", "Origin", "User-Agent")
        assert [received.header(name) for name in names] == [
            "sessionid=1",
            "yes",
            "https://page.test",
            "Browser",
        ]

    def test_has_the_websocket_headers(self, api: Api) -> None:
        """The key and the version come through."""
        with api.open() as client:
            received = client.event("CONNECT")

        assert received.header("Sec-WebSocket-Key")
        assert received.header("Sec-WebSocket-Version") == "13"

    def test_lacks_headers_of_the_hop(self, api: Api) -> None:
        """What concerns the connection to the gateway stays there."""
        headers = {"TE": "trailers", "Via": "1.1 proxy", "Expect": "nothing"}
        with api.open(additional_headers=headers) as client:
            received = client.event("CONNECT")

        assert [received.header(name) for name in (*headers, "Upgrade")] == [None] * 4


class TestMessage:
    """A message as the backend sees it."""

    def test_has_the_text(self, api: Api) -> None:
        """Byte by byte, whatever it looks like."""
        text = ' { "b": 1,\t"a": "h\xe9" } '
        with api.open() as client:
            assert say(client, text).body == text.encode()

    def test_has_no_query_string(self, api: Api) -> None:
        """What the handshake said is said once."""
        with api.open("?token=a") as client:
            assert say(client).path == "/ws/default"

    def test_has_none_of_the_client_s_headers(self, api: Api) -> None:
        """Cookie and origin came with the handshake; the user agent is the gateway's."""
        with api.open(additional_headers={"Cookie": "a=b"}, origin="https://page.test") as client:
            received = say(client)

        assert [received.header(name) for name in ("Cookie", "Origin")] == [None, None]
        assert received.header("User-Agent") == f"AmazonAPIGateway_{api.id}"


class TestDisconnect:
    """The end as the backend sees it."""

    def test_has_neither_body_nor_query(self, api: Api) -> None:
        """All that there is to say is mapped."""
        with api.open("?token=a") as client:
            received = leave(client)

        assert (received.path, received.body) == ("/ws/disconnect", b"")
        assert received.header("User-Agent") == f"AmazonAPIGateway_{api.id}"

    def test_has_its_context(self, api: Api) -> None:
        """The variables are those of the connection, which has ended."""
        names = {f"X-Value-{at}": source for at, source in enumerate(ENDING)}
        parameters = {f"integration.request.header.{n}": source for n, source in names.items()}
        with api.target.api() as other:
            other.add("$connect").add("$disconnect", RequestParameters={**MAPPED, **parameters})
            with other.publish().open() as client:
                received = leave(client)

        values = {source: received.header(name) for name, source in names.items()}
        assert [s for s, value in values.items() if not fits(ENDING[s], value)] == []


class TestMapping:
    """Request parameters of an integration."""

    def test_sources(self, api: Api) -> None:
        """Each kind of source gives its value."""
        names = {source: f"X-Value-{at}" for at, source in enumerate(SOURCES)}
        parameters = {f"integration.request.header.{n}": source for source, n in names.items()}
        with api.target.api() as other:
            other.add("$connect").add("mapped", RequestParameters={**MAPPED, **parameters})
            other.publish(StageVariables={"colour": "blue"})
            with other.open() as client:
                received = say(client, '{"action": "mapped", "user": {"name": "Ann"}}')

        values = {source: received.header(name) for source, name in names.items()}
        assert [s for s, value in values.items() if not fits(SOURCES[s], value)] == []

    def test_of_the_handshake(self, api: Api) -> None:
        """Header and query parameters can be mapped on ``$connect``."""
        parameters = {
            **MAPPED,
            "integration.request.header.X-Token": "route.request.querystring.token",
            "integration.request.querystring.agent": "route.request.header.User-Agent",
        }
        declared = ("route.request.querystring.token", "route.request.header.User-Agent")
        with api.target.api() as other:
            (connect,) = other.add("$connect", RequestParameters=parameters).routes()
            other.control.update_route(
                ApiId=other.id,
                RouteId=connect["RouteId"],
                RequestParameters={name: {"Required": False} for name in declared},
            )
            with other.publish().open("?token=a", user_agent_header="Browser") as client:
                received = client.event("CONNECT")

        assert received.header("X-Token") == "a"
        assert received.path == "/ws/connect?token=a&agent=Browser"

    def test_overrides_the_client(self, api: Api) -> None:
        """A client cannot send a header that is mapped, in any case of its name."""
        with api.open(additional_headers={"CONNECTIONID": "forged", "x-event": "x"}) as client:
            assert client.event("CONNECT").header("connectionId") == client.id

    def test_redirects_are_not_followed(self, api: Api) -> None:
        """A 3xx is an answer like any other."""
        api.target.backend.answers["ask"] = Given(
            status=302, headers=(("Location", "/ws/other"),), body=b"moved"
        )
        with api.open() as client:
            client.send('{"action": "ask"}')

            assert client.receive() == "moved"
        assert "/ws/other" not in [r.path for r in api.target.backend.received]
