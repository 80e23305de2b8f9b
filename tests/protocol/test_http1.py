"""Posts on a connection of HTTP/1.1, and what may come back."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.endpoints import (
    connection_part,
    connections_path,
    host_header,
)
from django_aws_api_gateway_websockets.protocol.http1 import (
    BODY_MAX_BYTES,
    HEAD_MAX_BYTES,
    Answer,
    Connection,
    NotUnderstood,
    Reason,
    State,
)
from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer

from ..emulator.support import PATIENCE, RawSocket, running

__all__ = [
    "TestAnswers",
    "TestAnyBytes",
    "TestConnection",
    "TestLocalGateway",
    "TestNotUnderstood",
]

SIGNER = Signer(Credentials(access_key="AKIDEXAMPLE", secret_key="s"), "local")

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
GONE = (
    b"HTTP/1.1 410 Gone\r\nDate: Fri, 27 Nov 2026 00:00:00 GMT\r\n"
    b"Content-Type: application/json\r\ncontent-length:\t20\r\nConnection: keep-alive\r\n"
    b"x-amzn-RequestId: 5f2c\r\nx-amzn-ErrorType: GoneException:http://x/\r\n\r\n"
    b'{"message": "bye"}\r\n'
)
KEPT = OK.replace(b"\r\n\r\n", b"\r\nconnection: Keep-Alive\r\nX-Request: 5f2c\r\n\r\n")
CLOSING = OK.replace(b"\r\n\r\n", b"\r\nConnection: x ,Close\r\n\r\n")
NO_CONTENT = b"HTTP/1.1 204 \r\nX: y\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"

SAMPLES = [
    OK,
    KEPT,
    KEPT.replace(b"Keep-Alive", b"Keep-Alive, close"),
    KEPT + KEPT,
    GONE,
    CLOSING,
    NO_CONTENT,
    CHUNKED,
    OK + b"more",
    GONE[:-1],
    GONE[:-25],
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    b"HTTP/1.1 500 Oh\r\nX: " + b"x" * HEAD_MAX_BYTES + b"\r\nContent-Length: 0\r\n\r\n",
    b"\r\n" + OK,
]

Outcome = tuple[Answer | None, Reason | None, int | None, bool]

words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E))
text = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
names = st.from_regex(r"X-[A-Za-z]+", fullmatch=True)
line = st.binary(max_size=8) | st.sampled_from(
    [b"HTTP/1.1 ", b"200", b" OK", b"\r\n", b"Content-Length: ", b"3", b"Connection: close", b":"]
)
answer_like = st.lists(line, max_size=12).map(b"".join) | st.binary()


def receive(*pieces: bytes) -> tuple[list[Answer], State]:
    """Return the answers that come of bytes after a post, and the state of the connection."""
    connection = Connection()
    connection.begin()
    answers = [answer for piece in pieces if (answer := connection.receive_data(piece))]
    return answers, connection.state


def converse(*pieces: bytes) -> Outcome:
    """Return what comes of bytes after a post: answer or error, and whether another can follow."""
    connection = Connection()
    connection.begin()
    answer, reusable = None, False
    try:
        for piece in pieces:
            answer = connection.receive_data(piece) or answer
        reusable = connection.state is State.IDLE
        connection.receive_eof()
    except NotUnderstood as error:
        return answer, error.reason, error.status, reusable
    return answer, None, None, reusable


def split(data: bytes, places: list[int]) -> list[bytes]:
    """Return bytes in pieces, none of them empty."""
    marks = sorted({0, len(data), *(place for place in places if place < len(data))})
    return [data[start:end] for start, end in pairwise(marks)]


def exchange(connection: Connection, raw: RawSocket, url: str, connection_id: str) -> Answer:
    """Post to a connection of a real gateway, and return its answer, read byte by byte."""
    host = host_header(url)
    encoder = PostEncoder(host=host, connections=connections_path(url), body=b"hi", signer=SIGNER)
    connection.begin()
    raw.send(encoder.encode(connection_part(connection_id), 1.5))
    while (answer := connection.receive_data(raw.read(1))) is None:
        pass
    return answer


class TestLocalGateway:
    """The answers of the local gateway, which its HTTP server writes."""

    def test_posts(self) -> None:
        """On one connection, a post reaches its client and the next one finds nobody."""
        connection = Connection()
        with running() as world, world.connect() as client, RawSocket(world.thread.port) as raw:
            sent = exchange(connection, raw, world.stage_url, world.connection_id())
            gone = exchange(connection, raw, world.stage_url, "L0SM9cOFvHcCIhw=")

            assert client.recv(PATIENCE) == "hi"
        assert (sent.status, sent.body, gone.status) == (200, b"", 410)


class TestAnswers:
    """What is understood."""

    @pytest.mark.parametrize(
        ("data", "status", "body"),
        [
            (OK, 200, b""),
            (KEPT, 200, b""),
            (GONE, 410, b'{"message": "bye"}\r\n'),
            (NO_CONTENT, 204, b""),
            (NO_CONTENT.replace(b"X: y", b"Content-Length: 0"), 204, b""),
            (OK.replace(b" OK", b""), 200, b""),
            (OK.replace(b"200 OK", b"599 \xfc"), 599, b""),
        ],
    )
    def test_read(self, data: bytes, status: int, body: bytes) -> None:
        """Status and body; then the connection is idle again."""
        assert receive(data) == ([Answer(status=status, body=body)], State.IDLE)

    @pytest.mark.parametrize(
        "data",
        [CLOSING, KEPT.replace(b"Keep-Alive", b"close"), OK + b"more", GONE + OK, KEPT + KEPT],
    )
    def test_last_one(self, data: bytes) -> None:
        """After ``close``, or more than was announced, the connection is of no use."""
        answers, state = receive(data)

        assert len(answers) == 1
        assert state is State.ENDED

    def test_size(self) -> None:
        """The longest body is taken."""
        length = b"%d" % BODY_MAX_BYTES
        answers, _ = receive(OK.replace(b": 0", b": " + length), bytes(BODY_MAX_BYTES))

        assert [len(answer.body) for answer in answers] == [BODY_MAX_BYTES]


class TestNotUnderstood:
    """What is reported, and not guessed."""

    @pytest.mark.parametrize(
        ("data", "reason", "status"),
        [
            (b"", Reason.NO_ANSWER, None),
            (OK[:-1], Reason.CUT_OFF, None),
            (GONE[:-1], Reason.CUT_OFF, 410),
            (b"x" * HEAD_MAX_BYTES, Reason.HEAD_TOO_LONG, None),
            (KEPT.replace(b"5f2c", b"5" * HEAD_MAX_BYTES), Reason.HEAD_TOO_LONG, None),
            (OK.replace(b"OK", b"O" * HEAD_MAX_BYTES), Reason.HEAD_TOO_LONG, None),
            (OK.replace(b"OK\r\n", b"OK\r\nX: y\r\n folded\r\n"), Reason.MALFORMED, None),
            (OK.replace(b"OK\r\n", b"OK\n"), Reason.MALFORMED, None),
            (OK.replace(b"HTTP/1.1", b"HTTP/1.0"), Reason.NOT_HTTP_1_1, None),
            (OK.replace(b"HTTP/1.1", b"HTTP/2"), Reason.NOT_HTTP_1_1, None),
            (OK.replace(b"200", b"0200"), Reason.NOT_HTTP_1_1, None),
            (OK.replace(b"200", b"2000"), Reason.NOT_HTTP_1_1, None),
            (OK.replace(b"200", b"600"), Reason.NOT_HTTP_1_1, None),
            (OK.replace(b"200", b"\xb2\xb20"), Reason.NOT_HTTP_1_1, None),
            (b"\r\n" + OK, Reason.MALFORMED, None),
            (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Reason.INTERIM, None),
            (b"HTTP/1.1 101 Switching\r\n\r\n", Reason.INTERIM, None),
            (CHUNKED, Reason.TRANSFER_CODING, 200),
            (CHUNKED.replace(b": chunked", b":\r\nContent-Length: 0"), Reason.TRANSFER_CODING, 200),
            (NO_CONTENT.replace(b"X", b"transfer-encoding"), Reason.TRANSFER_CODING, 204),
            (NO_CONTENT.replace(b"X: y", b"Content-Length: 1"), Reason.LENGTH, 204),
            (OK.replace(b"200", b"304"), Reason.LENGTH, 304),
            (OK.replace(b"Content-Length: 0", b"X: y"), Reason.LENGTH, 200),
            (OK.replace(b": 0", b": -1"), Reason.LENGTH, 200),
            (OK.replace(b": 0", b": +1"), Reason.LENGTH, 200),
            (OK.replace(b": 0", b": 1_0"), Reason.LENGTH, 200),
            (OK.replace(b": 0", b":"), Reason.LENGTH, 200),
            (OK.replace(b": 0", b": 0, 0"), Reason.LENGTH, 200),
            (OK.replace(b": 0", b": 0\r\ncontent-length: 5"), Reason.LENGTH, 200),
            (OK.replace(b": 0", b": 0\r\nContent-Length: 0"), Reason.LENGTH, 200),
            (KEPT.replace(b"X-Request", b"Transfer-encoding"), Reason.TRANSFER_CODING, 200),
            (KEPT.replace(b"5f2c", b"5\n2c"), Reason.MALFORMED, None),
            (OK.replace(b": 0", b": 65537"), Reason.BODY_TOO_LONG, 200),
            (OK.replace(b": 0", b": 99999999999"), Reason.LENGTH, 200),
        ],
    )
    def test_reported(self, data: bytes, reason: Reason, status: int | None) -> None:
        """There is a reason, a status where a whole head has told it, and no next post."""
        assert converse(data) == (None, reason, status, False)

    def test_sentence(self) -> None:
        """The error says what is not understood, and of which status."""
        assert str(NotUnderstood(Reason.LENGTH, 200)) == (
            "The answer with status 200 is not understood: "
            "its head does not tell the length of its body."
        )
        assert str(NotUnderstood(Reason.NO_ANSWER)) == (
            "The answer is not understood: the connection ended before it began."
        )

    def test_the_end(self) -> None:
        """What comes after it is ignored, and nothing can be sent."""
        connection = Connection()
        connection.begin()
        with pytest.raises(NotUnderstood):
            connection.receive_data(CHUNKED)

        assert connection.receive_data(OK) is None
        assert connection.state is State.ENDED


class TestConnection:
    """One post after another."""

    def test_goes_on(self) -> None:
        """After an answer the next post can be sent."""
        connection = Connection()

        connection.begin()
        first = connection.receive_data(GONE)
        connection.begin()
        second = connection.receive_data(OK)

        assert (first and first.status, second and second.status) == (410, 200)

    def test_one_at_a_time(self) -> None:
        """No post can be sent while an answer is awaited."""
        connection = Connection()
        connection.begin()

        with pytest.raises(
            RuntimeError,
            match=r"^Expected a connection that is idle, got one that is waiting for an answer\.$",
        ):
            connection.begin()

    def test_bytes_that_nobody_asked_for(self) -> None:
        """They are no answer to the next post."""
        connection = Connection()

        assert connection.receive_data(OK) is None
        assert connection.state is State.ENDED

    def test_end_of_an_idle_connection(self) -> None:
        """A server may end what it no longer needs."""
        connection = Connection()

        connection.receive_eof()

        assert connection.state is State.ENDED


class TestAnyBytes:
    """No bytes do harm."""

    @given(st.sampled_from(SAMPLES) | answer_like, st.lists(st.integers(0, 400)))
    @example(GONE, list(range(400)))
    def test_pieces(self, data: bytes, places: list[int]) -> None:
        """It does not matter in which pieces an answer comes."""
        assert converse(*split(data, places)) == converse(data)

    @given(answer_like)
    @example(OK)
    def test_status(self, data: bytes) -> None:
        """A status is one that stands in the first line of a head; everything else is an error."""
        answer, reason, status, _ = converse(data)

        line = re.match(rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [^\r\n]*)?\r\n", data)
        told = answer.status if answer else status
        assert (answer is None) is (reason is not None)
        assert told is None or (line is not None and told == int(line[1]))

    def test_memory(self) -> None:
        """A head without an end is given up in time."""
        assert receive(*[b"x" * 1024] * 15) == ([], State.WAITING)
        with pytest.raises(NotUnderstood, match=r"its head is longer than 16384 bytes\.$"):
            receive(*[b"x" * 1024] * 16)
