"""Posts as bytes; that their signatures are right is said in `test_sigv4`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.endpoints import connection_part
from django_aws_api_gateway_websockets.protocol.heads import END_OF_HEAD, parse_head
from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer

__all__ = ["TestEncoding", "TestRefusals"]

PASSING = Credentials(access_key="ASIAEXAMPLE", secret_key="secret", session_token="token")


def encoder(
    host: str = "example.com", connections: str = "/live/@connections", body: bytes = b""
) -> PostEncoder:
    """Return one that signs with a session token."""
    signer = Signer(PASSING, "eu-west-1")
    return PostEncoder(host=host, connections=connections, body=body, signer=signer)


class TestEncoding:
    """A request as a server reads it."""

    def test_bytes(self) -> None:
        """Host, what signs it, the length, and the body as it is."""
        request = encoder(body=b"\xff\r\n").encode("a%3D", 1.5)

        head, _, body = request.partition(END_OF_HEAD)
        names = [name for name, _ in parse_head(head).headers]
        assert head.startswith(
            b"POST /live/@connections/a%3D HTTP/1.1\r\nHost: example.com\r\n"
            b"X-Amz-Date: 19700101T000001Z\r\nX-Amz-Security-Token: token\r\n"
        )
        assert names[-2:] == ["Authorization", "Content-Length"]
        assert (head.rpartition(b" ")[2], body) == (b"3", b"\xff\r\n")

    @given(st.text(min_size=1).filter(lambda text: text not in (".", "..")), st.binary())
    def test_is_one_request(self, connection_id: str, body: bytes) -> None:
        """No connection id and no body can add a header or a request."""
        request = encoder(body=body).encode(connection_part(connection_id), 1.5)

        head, _, rest = request.partition(END_OF_HEAD)
        parsed = parse_head(head)
        path = f"/live/@connections/{connection_part(connection_id)}"
        assert parsed.first_line == f"POST {path} HTTP/1.1"
        assert len(parsed.headers) == 5
        assert (dict(parsed.headers)["Content-Length"], rest) == (str(len(body)), body)


class TestRefusals:
    """What would end a line, or a word of it, is refused."""

    @pytest.mark.parametrize(
        "junk", ["\r\nX: y", "\n", "\r", "\0", "\t", "\x7f", " ", "é", "\u2028"]
    )
    @pytest.mark.parametrize("name", ["host", "path"])
    def test_junk(self, name: str, junk: str) -> None:
        """It is told which of the two it is, and nothing of its text."""
        with pytest.raises(ValueError, match=rf"^The {name} has a character that no request can"):
            encoder(f"x{junk}") if name == "host" else encoder(connections=f"/x{junk}")
