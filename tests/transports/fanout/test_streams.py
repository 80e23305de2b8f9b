"""TLS without a socket: both sides in memory, the server's with a certificate of its own."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest
import trustme

from django_aws_api_gateway_websockets.transports.fanout.streams import (
    PlainStream,
    Stream,
    TLSStream,
)

__all__ = ["Server", "TestEnd", "TestHandshake", "TestPlain", "TestTalk"]

NOTHING = memoryview(b"")


class Server:
    """The other side."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def shake_hands(self, data: bytes) -> memoryview:
        """Take in what the client sends; return what is sent back."""
        self._incoming.write(data)
        with suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
        return memoryview(self._outgoing.read())

    def say(self, *messages: bytes) -> memoryview:
        """Return what is sent, each message in a record of its own."""
        for message in messages:
            self._tls.write(message)
        return memoryview(self._outgoing.read())

    def hear(self, data: bytes) -> bytes:
        """Return what the client says."""
        self._incoming.write(data)
        said = b""
        while self._incoming.pending:
            said += self._tls.read(65_536)
        return said

    def end(self) -> memoryview:
        """Return what ends TLS."""
        with pytest.raises(ssl.SSLWantReadError):
            self._tls.unwrap()
        return memoryview(self._outgoing.read())


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def client_context(request: pytest.FixtureRequest, authority: trustme.CA) -> ssl.SSLContext:
    """Return what trusts the authority, and speaks one version of TLS."""
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = request.param
    authority.configure_trust(context)
    return context


@pytest.fixture
def server(server_context: ssl.SSLContext) -> Server:
    """Return a server that ``localhost`` and ``127.0.0.1`` stand for."""
    return Server(server_context)


@pytest.fixture
def stream(client_context: ssl.SSLContext, server: Server) -> Stream:
    """Return a stream whose handshake is over."""
    stream = TLSStream(client_context, "localhost")
    assert meet(stream, server)
    return stream


def meet(stream: Stream, server: Server) -> bool:
    """Let both sides shake hands; return whether the server has said nothing else."""
    is_done = stream.shake_hands(NOTHING)
    while not is_done:
        is_done = stream.shake_hands(server.shake_hands(stream.pending()))
    tickets = server.shake_hands(stream.pending())
    return stream.decode(tickets) == b""


class TestHandshake:
    def test_begins_with_the_client(self, client_context: ssl.SSLContext) -> None:
        """There is something to send before anything was received, and HTTP has to wait."""
        stream = TLSStream(client_context, "localhost")

        assert not stream.shake_hands(NOTHING)
        assert stream.pending()
        assert not stream.pending()

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    def test_ends_when_the_server_is_known(
        self, client_context: ssl.SSLContext, server: Server, host: str
    ) -> None:
        """The certificate is of the host, be it a name or an address."""
        assert meet(TLSStream(client_context, host), server)

    def test_takes_bytes_one_by_one(self, client_context: ssl.SSLContext, server: Server) -> None:
        """However the network cuts them, they are understood."""
        stream = TLSStream(client_context, "localhost")
        stream.shake_hands(NOTHING)
        flight = server.shake_hands(stream.pending())

        done = [stream.shake_hands(flight[at : at + 1]) for at in range(len(flight))]

        assert not any(done[:-1])
        assert stream.pending()

    @pytest.mark.parametrize("host", ["example.com", "127.0.0.2", "a.localhost"])
    def test_refuses_another_host(
        self, client_context: ssl.SSLContext, server: Server, host: str
    ) -> None:
        """A certificate of somebody else is none."""
        with pytest.raises(ssl.SSLCertVerificationError, match=r"mismatch|is not valid for"):
            meet(TLSStream(client_context, host), server)

    def test_refuses_another_authority(self, server: Server) -> None:
        """Who is not known to the system cannot vouch for anybody."""
        with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
            meet(TLSStream(ssl.create_default_context(), "localhost"), server)

    def test_refuses_what_is_not_tls(self, client_context: ssl.SSLContext) -> None:
        """An answer in the clear is no handshake."""
        stream = TLSStream(client_context, "localhost")
        stream.shake_hands(NOTHING)

        with pytest.raises(ssl.SSLError):
            stream.shake_hands(memoryview(b"HTTP/1.1 400 Bad Request\r\n\r\n"))


class TestTalk:
    @pytest.mark.parametrize("size", [1, 16_384, 16_385, 131_072])
    def test_reaches_the_server(self, stream: Stream, server: Server, size: int) -> None:
        """What the client says arrives as it is, in as many records as it takes."""
        message = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

        assert server.hear(stream.encode(message)) == message

    def test_reaches_the_client(self, stream: Stream, server: Server) -> None:
        """What the server says arrives as it is."""
        assert stream.decode(server.say(b"hello")) == b"hello"

    def test_takes_several_records_at_once(self, stream: Stream, server: Server) -> None:
        """All that has come is returned."""
        assert stream.decode(server.say(b"one ", b"two ", b"x" * 16_384)) == (
            b"one two " + b"x" * 16_384
        )

    def test_waits_for_the_rest_of_a_record(self, stream: Stream, server: Server) -> None:
        """Half a record says nothing, and the other half says all."""
        record = server.say(b"hello")

        assert (stream.decode(record[:10]), stream.decode(record[10:])) == (b"", b"hello")

    def test_keeps_what_is_before_half_a_record(self, stream: Stream, server: Server) -> None:
        """What is complete is not held back."""
        records = server.say(b"one ", b"two")

        assert (stream.decode(records[:-1]), stream.decode(records[-1:])) == (b"one ", b"two")

    def test_goes_on(self, stream: Stream, server: Server) -> None:
        """One message follows the other, in both directions."""
        assert server.hear(stream.encode(b"one?")) == b"one?"
        assert stream.decode(server.say(b"one!")) == b"one!"
        assert server.hear(stream.encode(b"two?")) == b"two?"
        assert stream.decode(server.say(b"two!")) == b"two!"

    def test_leaves_nothing_to_be_sent(self, stream: Stream) -> None:
        """What was encoded was handed out with it."""
        stream.encode(b"hello")

        assert stream.pending() == b""


class TestEnd:
    def test_is_no_message(self, stream: Stream, server: Server) -> None:
        """Nothing can come any more."""
        with pytest.raises(ssl.SSLZeroReturnError, match=r"^The peer has ended TLS\."):
            stream.decode(server.end())

    def test_comes_after_the_last_message(self, stream: Stream, server: Server) -> None:
        """What was said before the end counts, though both come together."""
        said = server.say(b"bye")

        assert stream.decode(memoryview(bytes(said) + bytes(server.end()))) == b"bye"

    def test_may_be_a_mistake(self, stream: Stream, server: Server) -> None:
        """A record that was changed on its way is an error."""
        record = bytearray(server.say(b"hello"))
        record[-1] ^= 1

        with pytest.raises(ssl.SSLError):
            stream.decode(memoryview(record))

    def test_keeps_what_is_before_a_mistake(self, stream: Stream, server: Server) -> None:
        """What arrived unchanged counts."""
        records = bytearray(server.say(b"one", b"two"))
        records[-1] ^= 1

        assert stream.decode(memoryview(records)) == b"one"


class TestPlain:
    def test_needs_no_handshake(self) -> None:
        """HTTP can be spoken at once."""
        assert PlainStream().shake_hands(NOTHING)

    def test_changes_nothing(self) -> None:
        """What is said is what the socket carries, in both directions."""
        stream = PlainStream()

        assert stream.encode(b"hello") == b"hello"
        assert stream.decode(memoryview(b"hello")) == b"hello"
        assert stream.pending() == b""
