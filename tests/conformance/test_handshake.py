"""From the request for a WebSocket to its answer."""

from __future__ import annotations

import select
from urllib.parse import urlsplit

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.typing import Subprotocol

from .target import Api, Gate, Given, Received, Wire

__all__ = ["TestAccepted", "TestAddress", "TestPending", "TestRefused"]


class TestPending:
    """While ``$connect`` runs."""

    def test_waits_for_connect(self, api: Api) -> None:
        """Nothing is said before the backend has answered."""
        said: list[object] = []

        def answer(received: Received) -> Given:
            said.append(select.select([wire.socket], [], [], 0)[0])
            return Given()

        api.target.backend.answers["connect"] = answer
        with Wire(api.url) as wire:
            wire.shake()

            assert wire.read_head()[0] == 101
            assert said == [[]]

    def test_needs_no_connect_route(self, api: Api) -> None:
        """Without the route everybody is let in."""
        with api.target.api() as other:
            other.add("$default").publish()

            assert other.status(other.url) == 101


class TestRefused:
    """When ``$connect`` says no, or nothing."""

    @pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 500, 501])
    def test_has_the_backend_s_status(self, api: Api, status: int) -> None:
        """Any status but 2xx is the answer to the handshake."""
        api.target.backend.answers["connect"] = Given(status=status)

        assert api.refusal() == status

    def test_has_no_disconnect(self, api: Api) -> None:
        """Who has not come does not leave."""
        api.target.backend.answers["connect"] = Given(status=403)
        api.refusal()
        refused = api.target.newest()

        del api.target.backend.answers["connect"]
        with api.open() as client:
            client.socket.close()
            client.event("DISCONNECT")

        assert api.target.events("DISCONNECT", refused) == []

    def test_when_the_backend_cannot_be_reached(self, api: Api) -> None:
        """A refused TCP connection."""
        with api.target.api() as other:
            other.add("$default").publish()
            other.add("$connect", IntegrationUri=api.target.dead_url).deploy()

            assert other.refusal() == 500

    def test_when_the_backend_is_slow(self, api: Api) -> None:
        """The integration's timeout."""
        gate = api.target.backend.answers["late"] = Gate()
        with api.target.api() as other:
            other.add("$default").publish()
            uri = f"{api.target.backend_url}/late"
            other.add("$connect", IntegrationUri=uri, TimeoutInMillis=50).deploy()

            assert other.refusal() == 504
            gate.opened.set()


class TestAccepted:
    """What a client gets with the 101."""

    def test_has_the_backend_s_subprotocol(self, api: Api) -> None:
        """The backend chooses, and the client learns it."""
        offered = [Subprotocol("a"), Subprotocol("b")]
        given = Given(headers=(("Sec-WebSocket-Protocol", "b"),))
        api.target.backend.answers["connect"] = given

        with api.open(subprotocols=offered) as client:
            assert client.socket.subprotocol == "b"
            assert client.event("CONNECT").header("Sec-WebSocket-Protocol") == "a, b"

    def test_has_no_subprotocol_unless_chosen(self, api: Api) -> None:
        """An offer alone is not an agreement."""
        with api.open(subprotocols=[Subprotocol("a")]) as client:
            assert client.socket.subprotocol is None

    def test_has_no_other_header_of_the_backend(self, api: Api) -> None:
        """A cookie cannot be set by a handshake."""
        given = Given(headers=(("Set-Cookie", "a=b"), ("X-Other", "c")))
        api.target.backend.answers["connect"] = given

        with api.open() as client:
            assert client.socket.response is not None
            assert not {"set-cookie", "x-other"} & {
                h.lower() for h in client.socket.response.headers
            }

    def test_is_compressed(self, api: Api) -> None:
        """permessage-deflate is agreed on with who offers it."""
        with api.open() as client:
            (extension,) = client.socket.protocol.extensions

            assert isinstance(extension, PerMessageDeflate)
            assert client.is_served()

    def test_is_not_compressed_unless_offered(self, api: Api) -> None:
        """A client without the extension is served as well."""
        with api.open(compression=None) as client:
            assert client.socket.protocol.extensions == []
            assert client.is_served()


class TestAddress:
    """What is asked for."""

    @pytest.mark.parametrize("end", ["/unknown", "", "/dev/more"])
    def test_unknown_stage(self, api: Api, end: str) -> None:
        """Another stage, none, or something after it."""
        assert api.refusal(api.endpoint + end) == 403

    def test_stage_without_a_deployment(self, api: Api) -> None:
        """A stage that serves nothing is as good as none."""
        with api.target.api() as other:
            other.control.create_stage(ApiId=other.id, StageName="dev")

            assert other.refusal() == 403

    def test_plain_http(self, api: Api) -> None:
        """A request without an upgrade."""
        assert api.ask("GET", "/dev")[0] == 426

    def test_url_too_long(self, api: Api) -> None:
        """4,096 characters, and one more."""
        rest = "x" * (4096 - len(urlsplit(api.url).path) - 1)

        assert api.status(f"{api.url}?{rest}") == 101
        assert api.refusal(f"{api.url}?{rest}x") == 414

    def test_headers_too_large(self, api: Api) -> None:
        """10,240 bytes are too much together with the others."""
        assert api.refusal(additional_headers={"Cookie": "x" * 10_240}) == 431
