"""Signatures are those of botocore, whose signer is the judge of every case here."""

from __future__ import annotations

from datetime import UTC, datetime

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import example, given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.endpoints import (
    connection_part,
    connections_path,
    host_header,
)
from django_aws_api_gateway_websockets.protocol.heads import parse_head
from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer

from ..aws.peer import Peer

__all__ = ["TestBotocore", "TestKey", "TestRefusals", "TestSecrets"]

FORMAT = "%Y%m%dT%H%M%SZ"
URL = "https://abc.execute-api.eu-west-1.amazonaws.com/live"
CONNECTION_ID = "L0SM9cOFvHcCIhw="
MIDNIGHT = datetime(2026, 11, 27, tzinfo=UTC).timestamp()

LASTING = Credentials(access_key="AKIDEXAMPLE", secret_key="secret/key+1")
PASSING = Credentials(access_key="ASIAEXAMPLE", secret_key="secret", session_token="to/ken==")

visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
identities = st.builds(
    Credentials,
    access_key=visible,
    secret_key=st.text(),
    session_token=st.none() | st.just("") | visible,
)
connection_ids = st.text(min_size=1).filter(lambda text: text not in (".", ".."))
moments = st.floats(min_value=0, max_value=4e9)


def sign(
    signer: Signer, connection_id: str, body: bytes, moment: float, url: str = URL
) -> dict[str, str]:
    """Return the headers that sign a post to a connection."""
    encoder = PostEncoder(
        host=host_header(url), connections=connections_path(url), body=body, signer=signer
    )
    return signature_of(encoder, connection_id, moment)


def signature_of(encoder: PostEncoder, connection_id: str, moment: float) -> dict[str, str]:
    """Return the headers that sign a post."""
    request = encoder.encode(connection_part(connection_id), moment)
    headers = parse_head(request.partition(b"\r\n\r\n")[0]).headers
    return {name: value for name, value in headers if name not in ("Host", "Content-Length")}


def url_of(connection_id: str, url: str = URL) -> str:
    """Return the URL of a connection."""
    return f"{url}/@connections/{connection_part(connection_id)}"


def lower_case(headers: dict[str, str]) -> dict[str, str]:
    """Return headers with their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def sign_with_botocore(
    credentials: Credentials,
    region: str,
    url: str,
    body: bytes,
    moment: float,
) -> dict[str, str]:
    """Return the headers that botocore's signer adds: ``add_auth`` without its clock."""
    identity = BotocoreCredentials(
        credentials.access_key, credentials.secret_key, credentials.session_token
    )
    auth = SigV4Auth(identity, "execute-api", region)
    request = AWSRequest(method="POST", url=url, data=body)
    request.context["timestamp"] = datetime.fromtimestamp(int(moment), UTC).strftime(FORMAT)
    auth._modify_request_before_signing(request)
    to_sign = auth.string_to_sign(request, auth.canonical_request(request))
    auth._inject_signature_to_request(request, auth.signature(to_sign, request))
    return dict(request.headers.items())


def post_with_boto3(credentials: Credentials, url: str, connection_id: str, body: bytes) -> None:
    """Post as boto3 does."""
    client = boto3.client(
        "apigatewaymanagementapi",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.session_token,
        config=Config(proxies={}),
    )
    client.post_to_connection(ConnectionId=connection_id, Data=body)


class TestBotocore:
    """Our headers are botocore's."""

    @pytest.mark.parametrize("credentials", [LASTING, PASSING])
    @pytest.mark.parametrize("connection_id", [CONNECTION_ID, "a/b+c~d.e_f-g %41@ü\N{SNOWMAN}"])
    def test_request_of_boto3(self, credentials: Credentials, connection_id: str) -> None:
        """What boto3 sends to a connection has our path and our headers."""
        with Peer() as peer:
            url = f"{peer.url}/live"
            post_with_boto3(credentials, url, connection_id, b"hello")
        theirs = peer.received[0]
        stamp = datetime.strptime(theirs.headers["x-amz-date"], FORMAT).replace(tzinfo=UTC)
        signer = Signer(credentials, "eu-west-1")

        ours = sign(signer, connection_id, b"hello", stamp.timestamp(), url)

        assert theirs.target == f"/live/@connections/{connection_part(connection_id)}"
        assert theirs.headers["host"] == host_header(url)
        assert lower_case(ours).items() <= theirs.headers.items()

    @given(identities, visible, connection_ids, st.binary(), moments)
    @example(LASTING, "eu-west-1", CONNECTION_ID, b"", MIDNIGHT)
    @example(PASSING, "eu-west-1", CONNECTION_ID, b"", MIDNIGHT - 0.001)
    def test_any_request(
        self, credentials: Credentials, region: str, connection_id: str, body: bytes, moment: float
    ) -> None:
        """Any identity, region, connection, body and time."""
        url = url_of(connection_id)

        ours = sign(Signer(credentials, region), connection_id, body, moment)

        assert ours == sign_with_botocore(credentials, region, url, body, moment)

    @given(st.lists(moments | st.floats(MIDNIGHT - 2, MIDNIGHT + 2), max_size=4))
    @example([MIDNIGHT - 1, MIDNIGHT - 0.5, MIDNIGHT, MIDNIGHT + 86_400, MIDNIGHT - 1])
    def test_one_signer(self, times: list[float]) -> None:
        """A signer that goes on over seconds and days, and back, signs as a new one."""
        signer = Signer(PASSING, "eu-west-1")
        url = url_of(CONNECTION_ID)

        ours = [sign(signer, CONNECTION_ID, b"x", moment) for moment in times]

        assert ours == [sign_with_botocore(PASSING, "eu-west-1", url, b"x", at) for at in times]

    @given(st.lists(moments | st.floats(MIDNIGHT - 2, MIDNIGHT + 2), max_size=4))
    def test_one_encoder(self, times: list[float]) -> None:
        """One that writes posts for longer than a second signs each for its own."""
        encoder = PostEncoder(
            host=host_header(URL),
            connections="/live/@connections",
            body=b"x",
            signer=Signer(LASTING, "local"),
        )
        url = url_of(CONNECTION_ID)

        ours = [signature_of(encoder, CONNECTION_ID, moment) for moment in times]

        assert ours == [sign_with_botocore(LASTING, "local", url, b"x", at) for at in times]

    @given(st.text("aZ09-_.~%!$&'()*+,;=:@"))
    def test_any_path(self, end: str) -> None:
        """A custom domain may have any path, or none."""
        url = f"https://example.com/x{end}"

        ours = sign(Signer(LASTING, "local"), "a", b"", 1.5, url)

        assert ours == sign_with_botocore(LASTING, "local", url_of("a", url), b"", 1.5)


class TestKey:
    """The key is derived once a day."""

    def test_kept(self) -> None:
        """Two signatures of a day come from one key, those of two days do not."""
        signer = Signer(LASTING, "eu-west-1")

        first, last = signer.stamp(MIDNIGHT).key, signer.stamp(MIDNIGHT + 86_399.9).key

        assert first is last
        assert signer.stamp(MIDNIGHT + 86_400).key is not last


class TestSecrets:
    """Nothing prints what must stay secret."""

    def test_hidden(self) -> None:
        """The secret key and the token are in no representation."""
        printed = repr(
            (PASSING, Signer(PASSING, "eu-west-1"), Signer(PASSING, "eu-west-1").stamp(0))
        )

        assert "ASIAEXAMPLE" in printed
        assert "secret'" not in printed
        assert "to/ken" not in printed


class TestRefusals:
    """What no header can carry is refused, and not repeated."""

    @pytest.mark.parametrize("value", ["", "a b", "a\r\nb", "a\nb", "\x7f", "ü"])
    def test_access_key(self, value: str) -> None:
        """An access key is visible ASCII."""
        with pytest.raises(ValueError, match=r"^The access key has a character that no header"):
            Credentials(access_key=value, secret_key="")

    @pytest.mark.parametrize("value", [" ", "a b", "a\r\nb", "a\nb", "\x7f", "ü"])
    def test_session_token(self, value: str) -> None:
        """A session token is visible ASCII."""
        with pytest.raises(ValueError, match=r"^The session token has a character that no header"):
            Credentials(access_key="a", secret_key="", session_token=value)

    @pytest.mark.parametrize("value", ["", "a b", "a\r\nb", "ü"])
    def test_region(self, value: str) -> None:
        """A region is visible ASCII."""
        with pytest.raises(ValueError, match=r"^The region has a character that no header can"):
            Signer(LASTING, value)
