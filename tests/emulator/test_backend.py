"""The HTTP client that calls the backend, against real sockets."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator.backend import (
    Backend,
    BackendError,
    BackendTimeout,
)
from django_aws_api_gateway_websockets.emulator.requests import BackendRequest, BackendResponse

from .doubles import run

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """A server that says what it is told, one text for each request of a connection."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[bytes] = []
        self.connections = 0
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests until there are no answers left; then close."""
        self.connections += 1
        try:
            while self.answers:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self.answers.pop(0)
                writer.write(answer)
                await writer.drain()
                if b"Content-Length" not in answer:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    def request(self, path: str = "/a?b=c", **values: Any) -> BackendRequest:
        """Return a request to this server."""
        defaults: dict[str, Any] = {
            "method": "POST",
            "url": f"http://127.0.0.1:{self.port}{path}",
            "headers": (("Host", "x"), ("Content-Length", "0")),
            "body": b"",
            "timeout_seconds": 5.0,
        }
        return BackendRequest(**{**defaults, **values})


class Resetting(Server):
    """A server that reads a request and resets the connection."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Close without the usual farewell."""
        await reader.readuntil(b"\r\n\r\n")
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()


@asynccontextmanager
async def serving(server: Server, **options: Any) -> AsyncIterator[Backend]:
    """Run a server and a client."""
    listener = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    backend = Backend(**options)
    try:
        yield backend
    finally:
        await backend.close()
        listener.close()


async def turns() -> None:
    """Let the event loop go round until all timers that are due have been called."""
    due = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.001, due.set_result, None)
    await due


def answer_to(*texts: bytes) -> BackendResponse:
    """Return what the client makes of a server's bytes."""
    answers: list[BackendResponse] = []

    async def scene() -> None:
        server = Server(*texts)
        async with serving(server) as backend:
            answers.append(await backend.call(server.request()))

    run(scene)
    return answers[0]


class TestRequest:
    """What goes out."""

    def test_is_written_as_it_is(self) -> None:
        """Order, case and duplicates of headers stay, and text beyond Latin-1 is UTF-8."""

        async def scene() -> None:
            server = Server(OK)
            headers = (("X-b", "\xe9"), ("x-B", "\u20ac"), ("Content-Length", "0"))
            async with serving(server) as backend:
                await backend.call(server.request(headers=headers))

            assert server.heads[0] == (
                b"POST /a?b=c HTTP/1.1\r\nX-b: \xe9\r\nx-B: \xe2\x82\xac\r\n"
                b"Content-Length: 0\r\n\r\n"
            )

        run(scene)

    def test_has_a_path_at_least(self) -> None:
        """A URL without a path asks for the root."""

        async def scene() -> None:
            server = Server(OK)
            async with serving(server) as backend:
                await backend.call(server.request(path=""))

            assert server.heads[0].startswith(b"POST / HTTP/1.1\r\n")

        run(scene)


class TestAnswer:
    """What comes back."""

    def test_with_a_length(self) -> None:
        """Status, headers and body are read."""
        assert answer_to(OK) == BackendResponse(
            status=200, headers=(("Content-Length", "2"),), body=b"ok"
        )

    def test_in_chunks(self) -> None:
        """Extensions and trailers are passed over."""
        text = (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2;x=y\r\nab\r\n3\r\ncde\r\n0\r\nTrailer: z\r\n\r\n"
        )

        assert answer_to(text).body == b"abcde"

    def test_to_the_end_of_the_connection(self) -> None:
        """Without a length the end of the stream is the end."""
        assert answer_to(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100_000).body == b"x" * 100_000

    def test_without_a_body(self) -> None:
        """204 has none."""
        assert answer_to(b"HTTP/1.1 204 No Content\r\n\r\n").status == 204

    def test_after_an_interim_answer(self) -> None:
        """1xx is not the answer."""
        assert answer_to(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK).status == 200

    def test_is_not_followed(self) -> None:
        """A redirect is an answer like any other."""
        text = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"

        assert answer_to(text).status == 302


class TestPool:
    """Connections are used again, as far as that is safe."""

    def test_uses_a_connection_again(self) -> None:
        """Two calls after each other need one connection."""

        async def scene() -> None:
            server = Server(OK, OK, OK)
            async with serving(server) as backend:
                await backend.call(server.request())
                await backend.call(server.request())

            assert server.connections == 1

        run(scene)

    @pytest.mark.parametrize(
        "text",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close\r\n\r\nok",
            b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ],
    )
    def test_does_not_keep_what_the_server_closes(self, text: bytes) -> None:
        """A connection that ends is not kept."""

        async def scene() -> None:
            server = Server(text, OK, OK)
            async with serving(server) as backend:
                await backend.call(server.request())
                await backend.call(server.request())

            assert server.connections == 2

        run(scene)

    def test_notices_that_an_idle_connection_is_closed(self) -> None:
        """A closed one is dropped before it is used."""

        async def scene() -> None:
            server = Server(OK)
            async with serving(server) as backend:
                await backend.call(server.request())
                await asyncio.sleep(0.05)
                server.answers.append(OK)
                await backend.call(server.request())

            assert server.connections == 2

        run(scene)

    def test_tries_a_stale_connection_s_request_once_more(self) -> None:
        """A kept connection that is closed instead of answered is replaced."""

        async def scene() -> None:
            server = Server(OK, b"", OK)
            async with serving(server) as backend:
                await backend.call(server.request())
                response = await backend.call(server.request())

            assert (response.body, server.connections, len(server.heads)) == (b"ok", 2, 3)

        run(scene)

    def test_keeps_what_a_burst_needed(self) -> None:
        """A second burst that follows at once needs no new connection."""

        async def scene() -> None:
            server = Server(*[OK] * 40)
            async with serving(server) as backend:
                await asyncio.gather(*(backend.call(server.request()) for _ in range(20)))
                await asyncio.gather(*(backend.call(server.request()) for _ in range(20)))

            assert server.connections == 20

        run(scene)

    def test_as_many_at_once_as_it_may(self) -> None:
        """The rest wait, and find a connection that is idle by then."""

        async def scene() -> None:
            server = Server(*[OK] * 20)
            async with serving(server, concurrency=3) as backend:
                await asyncio.gather(*(backend.call(server.request()) for _ in range(20)))

            assert server.connections == 3

        run(scene)

    def test_keeps_few_idle_connections(self) -> None:
        """The oldest idle connections go, a moment later, when there are more than sixteen."""

        async def scene() -> None:
            server = Server(*[OK] * 40)
            async with serving(server, surplus_seconds=0) as backend:
                await asyncio.gather(*(backend.call(server.request()) for _ in range(20)))
                await turns()
                await asyncio.gather(*(backend.call(server.request()) for _ in range(20)))

            assert server.connections == 24

        run(scene)


class TestFailure:
    """No valid answer."""

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (b"", "the connection was closed."),
            (b"HTTP/1.1 200 OK\r\nContent-Le", "27 bytes read on a total of undefined expected"),
            (b"HTTP/1.1 nonsense\r\n\r\n", "invalid literal for int"),
            (b"HTTP/1.1\r\n\r\n", "invalid literal for int"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n", "a body of 10485761 bytes"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "a body of -1 bytes"),
            (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, "Separator is not found"),
        ],
    )
    def test_is_an_error_with_its_reason(self, text: bytes, reason: str) -> None:
        """The sentence names the backend but not the path."""

        async def scene() -> None:
            server = Server(text)
            async with serving(server) as backend:
                with pytest.raises(BackendError) as caught:
                    await backend.call(server.request())

            assert str(caught.value).startswith(
                f"http://127.0.0.1:{server.port} gave no answer: {reason}"
            )

        run(scene)

    def test_connection_is_reset(self) -> None:
        """A reset before the answer is no answer."""

        async def scene() -> None:
            server = Resetting()
            async with serving(server) as backend:
                with pytest.raises(
                    BackendError, match=r"gave no answer: the connection was closed"
                ):
                    await backend.call(server.request())

        run(scene)

    def test_nobody_listens(self) -> None:
        """A refused connection is an error."""

        async def scene() -> None:
            server = Server()
            async with serving(server):
                pass

            with pytest.raises(BackendError, match=r"gave no answer: .*[Cc]onnect"):
                await Backend().call(server.request())

        run(scene)

    def test_nobody_speaks_tls(self) -> None:
        """An https backend needs a certificate that the system trusts."""

        async def scene() -> None:
            server = Server()
            async with serving(server) as backend:
                url = f"https://127.0.0.1:{server.port}/"
                with pytest.raises(BackendError, match=r"^https://127\.0\.0\.1:\d+ gave no answer"):
                    await backend.call(server.request(url=url))

        run(scene)

    @pytest.mark.parametrize("url", ["/no/host", "ftp://h.test/", "http://h.test:x/", "http://["])
    def test_nowhere_to_go(self, url: str) -> None:
        """A URI that stage variables have spoilt is an error."""

        async def scene() -> None:
            with pytest.raises(BackendError) as caught:
                await Backend().call(Server().request(url=url))

            assert str(caught.value) == ("The integration's URI is no http:// or https:// address.")

        run(scene)

    def test_takes_too_long(self) -> None:
        """The integration's timeout ends the call."""

        async def scene() -> None:
            server = Server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", OK)
            async with serving(server) as backend:
                with pytest.raises(BackendTimeout, match=r"gave no answer within 0\.05 s\.$"):
                    await backend.call(server.request(timeout_seconds=0.05))

        run(scene)

    def test_chunk_without_a_size(self) -> None:
        """A chunked body needs sizes."""

        async def scene() -> None:
            server = Server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
            async with serving(server) as backend:
                with pytest.raises(BackendError, match=r"invalid literal for int"):
                    await backend.call(server.request())

        run(scene)
