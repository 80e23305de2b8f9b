"""An event is believed as far as its secret, its headers and its gateway go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from django_aws_api_gateway_websockets.exceptions import ConnectionRefused, MessageRefused
from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.protocol.events import Event, GatewayContext, read_event
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.trust import (
    believe,
    check_api_id,
    check_headers,
    check_secret,
    client_address,
    find_gateway,
    is_connection_id,
    is_trusted,
    page_address,
    refusal_type,
)

SECRET = "s" * 32


def event(name: str = "default", *, remote_addr: str = "", **headers: str) -> Event:
    """Return what a request with these headers says; underscores stand for hyphens."""
    return read_event(
        name,
        headers={key.replace("_", "-"): value for key, value in headers.items()},
        query={},
        body=b"",
        remote_addr=remote_addr,
        max_body_bytes=0,
    )


def of_api(api_id: str) -> Event:
    """Return a message that an API sent."""
    return event(X_Amzn_Apigateway_Api_Id=api_id)


def with_secret(secret: str) -> Event:
    """Return a message that brings a secret."""
    return event(X_Ws_Gateway_Secret=secret)


class TestRefusing:
    """The kind of error follows the kind of event."""

    def test_connect(self) -> None:
        """A handshake is refused as a connection."""
        assert refusal_type(event("connect")) is ConnectionRefused

    @pytest.mark.parametrize("name", ["default", "disconnect"])
    def test_other(self, name: str) -> None:
        """Anything else is refused as a message."""
        assert refusal_type(event(name)) is MessageRefused


class TestSecret:
    """The secret is compared before anything is looked up."""

    def test_none_configured(self) -> None:
        """Without a secret in the settings any event passes."""
        check_secret(with_secret("anything"))

    def test_right(self, settings: Settings) -> None:
        """The configured secret passes."""
        settings.WEBSOCKETS = {"gateway_secret": SECRET}

        check_secret(with_secret(SECRET))

    @pytest.mark.parametrize("secret", ["n" * 32, SECRET])
    def test_rotated(self, settings: Settings, secret: str) -> None:
        """While secrets rotate, each of them passes."""
        settings.WEBSOCKETS = {"gateway_secret": ["n" * 32, SECRET]}

        check_secret(with_secret(secret))

    @pytest.mark.parametrize(
        ("sent", "detail"),
        [
            ("", "no gateway secret"),
            ("t" * 32, "wrong gateway secret"),
            (SECRET + " ", "wrong gateway secret"),
            ("\xff" * 32, "wrong gateway secret"),
        ],
    )
    def test_wrong(self, settings: Settings, sent: str, detail: str) -> None:
        """Anything else is refused, and the log never gets what was sent."""
        settings.WEBSOCKETS = {"gateway_secret": SECRET}

        with pytest.raises(MessageRefused) as caught:
            check_secret(with_secret(sent))

        assert (caught.value.status, caught.value.message) == (403, "Invalid request")
        assert str(caught.value) == f"invalid_secret: {detail}"

    @pytest.mark.parametrize(
        "value", [b"s" * 32, 7, True, {SECRET}, {SECRET: SECRET}, [7], [b"s" * 32], ["short"]]
    )
    def test_unusable(self, settings: Settings, value: Any) -> None:
        """A secret that cannot be compared refuses everything, the secret itself too."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        with pytest.raises(MessageRefused, match="wrong gateway secret"):
            check_secret(with_secret(SECRET))

    def test_unusable_and_none_sent(self, settings: Settings) -> None:
        """An empty header is not equal to an unusable secret."""
        settings.WEBSOCKETS = {"gateway_secret": 7}

        with pytest.raises(MessageRefused, match="no gateway secret"):
            check_secret(with_secret(""))


class TestHeaders:
    """What API Gateway always sends must be there."""

    def test_present(self) -> None:
        """The presence counts, not the value."""
        check_headers(event(), {"Host": "", "User-Agent": "x"}, ["Host", "User-Agent"])

    def test_missing(self) -> None:
        """The log names all that are missing."""
        with pytest.raises(MessageRefused) as caught:
            check_headers(event(), {"Host": "x"}, ["Host", "User-Agent", "X-Forwarded-For"])

        assert (caught.value.status, caught.value.message) == (400, "Invalid request headers")
        assert str(caught.value) == "missing_headers: missing User-Agent, X-Forwarded-For"


class TestConnectionId:
    """What may be looked up as the id of a connection."""

    @pytest.mark.parametrize("text", ["L0SM9cOFvHcCIhw=", "a", "-_=", "x" * 128])
    def test_is_one(self, text: str) -> None:
        """The letters of URL-safe base64, up to 128 of them."""
        assert is_connection_id(text)

    @pytest.mark.parametrize("text", ["", "x" * 129, "a b", "a\n", "a\x00", "\xe9", "a,b"])
    def test_is_none(self, text: str) -> None:
        """Anything else is not."""
        assert not is_connection_id(text)


class TestApiId:
    """The API must be named, and be the one that the view is for."""

    @pytest.mark.parametrize("pinned", [None, "one"])
    def test_served(self, pinned: str | None) -> None:
        """A view serves every API, or its own."""
        check_api_id(of_api("one"), pinned)

    @pytest.mark.parametrize(
        ("api_id", "pinned"),
        [("", None), ("", ""), ("two", "one"), ("two", ""), ("a\x00", None), ("a\x00", "a\x00")],
    )
    def test_refused(self, api_id: str, pinned: str | None) -> None:
        """No API, another API, and what no database looks up."""
        with pytest.raises(MessageRefused) as caught:
            check_api_id(of_api(api_id), pinned)

        assert (caught.value.status, caught.value.message) == (400, "Invalid request headers")
        assert str(caught.value) == f"unknown_gateway: API {api_id!r}"


@pytest.mark.django_db
class TestFindingTheGateway:
    """An event comes from a gateway that has a row."""

    def test_found(self) -> None:
        """The row of the API that is named."""
        gateway = create_gateway(api_id="one")

        assert find_gateway(of_api("one")) == gateway

    def test_unknown(self) -> None:
        """An API without a row is refused; the log shows no more than it must."""
        with pytest.raises(MessageRefused) as caught:
            find_gateway(of_api("x" * 70))

        assert (caught.value.status, caught.value.message) == (400, "Invalid request headers")
        assert str(caught.value) == f"unknown_gateway: API {'x' * 64!r}"

    def test_unnamed(self) -> None:
        """No id is not that of a gateway which is not created yet."""
        create_gateway(api_id="")

        with pytest.raises(MessageRefused, match="unknown_gateway: API ''"):
            find_gateway(of_api(""))

    def test_pinned(self) -> None:
        """The API that the view is for has its row."""
        gateway = create_gateway(api_id="one")

        assert find_gateway(of_api("one"), "one") == gateway

    def test_pinned_without_row(self) -> None:
        """The API that the view is for needs none."""
        assert find_gateway(of_api("one"), "one") is None

    def test_pinned_to_another(self) -> None:
        """Another API is refused, though it has a row."""
        create_gateway(api_id="one")

        with pytest.raises(MessageRefused, match="unknown_gateway: API 'one'"):
            find_gateway(of_api("one"), "two")


class TestTrust:
    """Mapped headers count when the secret is checked and all integrations map them."""

    def test_trusted(self, settings: Settings) -> None:
        """A secret, and a gateway that maps the headers."""
        settings.WEBSOCKETS = {"gateway_secret": SECRET}

        assert is_trusted(ApiGateway(headers_mapped=True))

    def test_no_secret(self) -> None:
        """Without a secret anyone could have sent them."""
        assert not is_trusted(ApiGateway(headers_mapped=True))

    @pytest.mark.parametrize("gateway", [None, ApiGateway(headers_mapped=False)])
    def test_not_mapped(self, settings: Settings, gateway: ApiGateway | None) -> None:
        """A client can send what is not mapped."""
        settings.WEBSOCKETS = {"gateway_secret": SECRET}

        assert not is_trusted(gateway)


class TestBelieving:
    """What the gateway says of an event counts where a client cannot say it."""

    @pytest.fixture
    def mapping(self, settings: Settings) -> ApiGateway:
        """Return a gateway that can be believed."""
        settings.WEBSOCKETS = {"gateway_secret": SECRET}
        return ApiGateway(headers_mapped=True)

    def test_takes_the_context(self, mapping: ApiGateway) -> None:
        """The event has what the headers say, and the rest as it was."""
        received = event("connect", remote_addr="192.0.2.1")
        headers = {"X-Ws-Event-Type": "CONNECT", "X-Ws-Source-Ip": "198.51.100.4"}

        believed = believe(received, mapping, headers)

        assert believed.context.source_ip == "198.51.100.4"
        assert believed.remote_addr == "192.0.2.1"

    @pytest.mark.parametrize("gateway", [None, ApiGateway(), ApiGateway(headers_mapped=False)])
    def test_leaves_out_what_a_client_may_say(
        self, mapping: ApiGateway, gateway: ApiGateway | None
    ) -> None:
        """Of a gateway that maps less, nothing is taken, and nothing is compared."""
        headers = {"X-Ws-Event-Type": "MESSAGE", "X-Ws-Source-Ip": "198.51.100.4"}

        assert believe(event("connect"), gateway, headers).context == GatewayContext()

    @pytest.mark.parametrize(
        ("name", "event_type"),
        [("connect", "CONNECT"), ("disconnect", "DISCONNECT"), ("x", "MESSAGE"), ("x", "")],
    )
    def test_agrees(self, mapping: ApiGateway, name: str, event_type: str) -> None:
        """A gateway that says nothing does not disagree."""
        believe(event(name), mapping, {"X-Ws-Event-Type": event_type})

    def test_disagrees(self, mapping: ApiGateway) -> None:
        """A message at the URL for handshakes."""
        with pytest.raises(ConnectionRefused) as caught:
            believe(event("connect"), mapping, {"X-Ws-Event-Type": "MESSAGE"})

        assert (caught.value.status, caught.value.message) == (400, "Invalid request headers")
        assert str(caught.value) == "event_type_mismatch: 'MESSAGE' at the URL of CONNECT"


class TestClientAddress:
    """One client is counted under one address."""

    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("203.0.113.7", "203.0.113.7"),
            (" 203.0.113.7 , 10.0.0.1", "203.0.113.7"),
            ("203.0.113.7:5123", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::"),
            ("fe80::1%eth0", "fe80::"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("unknown", "0.0.0.0"),
            (" , 203.0.113.7", "0.0.0.0"),
            ("203.0.113.7\x00", "0.0.0.0"),
            ("999.1.1.1", "0.0.0.0"),
        ],
    )
    def test_forwarded(self, text: str, address: str) -> None:
        """The first entry, normalised: without its port, an IPv6 network as one."""
        assert client_address(event(X_Forwarded_For=text)) == address

    def test_peer(self) -> None:
        """Without the header it is the peer's own."""
        assert client_address(event(remote_addr="192.0.2.1")) == "192.0.2.1"

    def test_nothing(self) -> None:
        """A server on a socket file knows no address at all."""
        assert client_address(event()) == "0.0.0.0"

    def test_mapped(self) -> None:
        """The gateway's own word goes before what the client could forge."""
        spoofed = event(X_Forwarded_For="203.0.113.7")
        believed = replace(spoofed, context=GatewayContext(source_ip="2001:db8:1:2:3:4:5:6"))

        assert client_address(believed) == "2001:db8:1:2::"


class TestProxies:
    """Behind so many proxies, the entry that the outermost of them wrote is the client's."""

    @pytest.mark.parametrize(
        ("count", "forwarded_for", "address"),
        [
            (None, "192.0.2.1, 192.0.2.2, 192.0.2.3", "192.0.2.1"),
            (1, "192.0.2.1, 192.0.2.2, 192.0.2.3", "192.0.2.3"),
            (2, "192.0.2.1, 192.0.2.2:443, 192.0.2.3", "192.0.2.2"),
            (3, "192.0.2.1, 192.0.2.2, 192.0.2.3", "192.0.2.1"),
            (4, "192.0.2.1, 192.0.2.2, 192.0.2.3", "192.0.2.9"),
            (1, "", "0.0.0.0"),
            (2, "", "192.0.2.9"),
            (0, "192.0.2.1", "192.0.2.9"),
            ("2", "192.0.2.1, 192.0.2.2", "192.0.2.1"),
        ],
    )
    def test_address(
        self, settings: Settings, count: object, forwarded_for: str, address: str
    ) -> None:
        """With fewer entries than proxies, somebody has gone past them: the peer counts."""
        settings.WEBSOCKETS = {"trusted_proxy_count": count}

        received = event(remote_addr="192.0.2.9", X_Forwarded_For=forwarded_for)

        assert client_address(received) == address

    @pytest.mark.parametrize(
        ("count", "forwarded_for", "address"),
        [
            (None, "192.0.2.1, 192.0.2.2", "192.0.2.1"),
            (None, "", "192.0.2.9"),
            (0, "192.0.2.1, 192.0.2.2", "192.0.2.9"),
            (1, "192.0.2.1, 192.0.2.2", "192.0.2.9"),
            (2, "192.0.2.1, 192.0.2.2", "192.0.2.2"),
            (3, "192.0.2.1, 192.0.2.2", "192.0.2.1"),
            (4, "192.0.2.1, 192.0.2.2", "192.0.2.9"),
        ],
    )
    def test_address_of_a_page(
        self, settings: Settings, count: int | None, forwarded_for: str, address: str
    ) -> None:
        """A page is asked for without API Gateway, which is one of the proxies of an event."""
        settings.WEBSOCKETS = {"trusted_proxy_count": count}

        assert page_address(forwarded_for, "192.0.2.9") == address
