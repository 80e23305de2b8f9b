"""Posts to a stage: where they go, under which paths, signed by whom."""

from __future__ import annotations

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import CredentialRetrievalError

from django_aws_api_gateway_websockets.aws.direct import DirectAccess
from django_aws_api_gateway_websockets.transports.fanout.batches import Batch, Target
from django_aws_api_gateway_websockets.transports.fanout.lanes import Lane

__all__ = ["Expired", "TestBatch", "TestTarget"]

URL = "https://abc.execute-api.eu-west-1.amazonaws.com/live"


class Expired(Credentials):  # type: ignore[misc]
    """Cannot be renewed."""

    def get_frozen_credentials(self) -> None:
        """Fail as botocore does."""
        raise CredentialRetrievalError(provider="sso", error_msg="log in again")


def lane(url: str = URL, credentials: Credentials | None = None) -> Lane:
    """Return the lane below a URL."""
    access = DirectAccess("eu-west-1", credentials or Credentials("AKIDEXAMPLE", "x"), "roots.pem")
    return Lane(url, b"{}", access, connect_timeout=5.0, read_timeout=10.0)


def batch(lane: Lane, *names: str) -> Batch:
    """Return posts of an empty object."""
    return lane.batch(names, print)


class TestTarget:
    def test_has_all_that_a_connection_needs(self) -> None:
        """Host, port, authorities and time-outs are those of the URL, the access and the lane."""
        assert lane().target == Target(
            host="abc.execute-api.eu-west-1.amazonaws.com",
            port=443,
            tls=True,
            ca_bundle="roots.pem",
            connect_timeout=5.0,
            read_timeout=10.0,
        )

    @pytest.mark.parametrize(
        ("url", "host", "port", "tls"),
        [
            ("http://127.0.0.1/api/live", "127.0.0.1", 80, False),
            ("http://127.0.0.1:8001/api/live", "127.0.0.1", 8001, False),
            ("https://[::1]:8443/api/live", "::1", 8443, True),
            ("https://WS.example.com", "ws.example.com", 443, True),
        ],
    )
    def test_is_that_of_the_url(self, url: str, host: str, port: int, tls: bool) -> None:
        """The scheme tells the port, unless the URL does."""
        target = lane(url).target

        assert (target.host, target.port, target.tls) == (host, port, tls)

    @pytest.mark.parametrize(
        "url",
        [
            "https://ws.example.com/a b",
            "https://bücher.example",
            "https://ws.example.com:port",
            "https://[::1",
        ],
    )
    def test_refuses_what_http_cannot_ask_for(self, url: str) -> None:
        """A request that would not be what the URL says is not made."""
        with pytest.raises(ValueError, match=r".+"):
            lane(url)


class TestBatch:
    @pytest.mark.parametrize(
        ("url", "host", "path"),
        [
            (URL, "abc.execute-api.eu-west-1.amazonaws.com", "/live/@connections/a%3D"),
            ("https://ws.example.com:443", "ws.example.com", "/@connections/a%3D"),
            ("https://[::1]:8443/api/live", "[::1]:8443", "/api/live/@connections/a%3D"),
        ],
    )
    def test_is_below_the_url(self, url: str, host: str, path: str) -> None:
        """The id is one part of the path, whatever it is made of."""
        request = batch(lane(url), "a=").encode(0, 0.0).decode()

        assert request.startswith(f"POST {path} HTTP/1.1\r\nHost: {host}\r\n")

    def test_has_all_recipients_and_the_message(self) -> None:
        """The posts are in the order of the recipients."""
        posts = batch(lane(), "a", "b", "c")

        assert posts.parts == ["a", "b", "c"]
        assert posts.encode(0, 0.0).endswith(b"\r\nContent-Length: 2\r\n\r\n{}")
        assert posts.done is print

    def test_is_signed_with_the_credentials_of_this_moment(self) -> None:
        """A lane that lasts longer than its credentials takes the new ones."""
        credentials = Credentials("OLD", "x")
        used = lane(credentials=credentials)
        credentials.access_key = "NEW"

        request = batch(used, "a").encode(0, 0.0)

        assert b"Credential=NEW/" in request

    @pytest.mark.parametrize("name", ["", ".", ".."])
    def test_refuses_what_is_no_id(self, name: str) -> None:
        """A post may not go to another path than a connection's."""
        with pytest.raises(ValueError, match="is no connection id"):
            batch(lane(), "a", name)

    def test_needs_credentials(self) -> None:
        """Who cannot sign cannot post."""
        with pytest.raises(CredentialRetrievalError):
            batch(lane(credentials=Expired("a", "x")), "a")

    def test_needs_credentials_that_can_be_sent(self) -> None:
        """A key that would end its line is not put into a header."""
        with pytest.raises(ValueError, match="The access key"):
            batch(lane(credentials=Credentials("a\nb", "x")), "a")
