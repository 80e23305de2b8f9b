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
    connection_path,
    connections_path,
    host_header,
)
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer, hash_payload

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
    signer: Signer, connection_id: str, body: bytes, moment: float, url: str = URL, **options: str
) -> dict[str, str]:
    """Return our headers of a request to a connection."""
    return signer.headers(
        host=host_header(url),
        path=connection_path(connections_path(url), connection_id),
        payload_hash=hash_payload(body),
        moment=moment,
        **options,
    )


def key_at(signer: Signer, moment: float) -> object:
    """Return the key with which a request is signed."""
    sign(signer, CONNECTION_ID, b"", moment)
    return signer._stamp.key


def lower_case(headers: dict[str, str]) -> dict[str, str]:
    """Return headers with their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def sign_with_botocore(
    credentials: Credentials,
    region: str,
    url: str,
    body: bytes,
    moment: float,
    method: str = "POST",
) -> dict[str, str]:
    """Return the headers that botocore's signer adds: ``add_auth`` without its clock."""
    identity = BotocoreCredentials(
        credentials.access_key, credentials.secret_key, credentials.session_token
    )
    auth = SigV4Auth(identity, "execute-api", region)
    request = AWSRequest(method=method, url=url, data=body)
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

        assert theirs.target == connection_path(connections_path(url), connection_id)
        assert theirs.headers["host"] == host_header(url)
        assert lower_case(ours).items() <= theirs.headers.items()

    @given(identities, visible, connection_ids, st.binary(), moments)
    @example(LASTING, "eu-west-1", CONNECTION_ID, b"", MIDNIGHT)
    @example(PASSING, "eu-west-1", CONNECTION_ID, b"", MIDNIGHT - 0.001)
    def test_any_request(
        self, credentials: Credentials, region: str, connection_id: str, body: bytes, moment: float
    ) -> None:
        """Any identity, region, connection, body and time."""
        url = f"{URL}{connection_path('/@connections', connection_id)}"

        ours = sign(Signer(credentials, region), connection_id, body, moment)

        assert ours == sign_with_botocore(credentials, region, url, body, moment)

    @given(st.lists(moments | st.floats(MIDNIGHT - 2, MIDNIGHT + 2), max_size=4))
    @example([MIDNIGHT - 1, MIDNIGHT - 0.5, MIDNIGHT, MIDNIGHT + 86_400, MIDNIGHT - 1])
    def test_one_signer(self, times: list[float]) -> None:
        """A signer that goes on over seconds and days, and back, signs as a new one."""
        signer = Signer(PASSING, "eu-west-1")
        url = f"{URL}{connection_path('/@connections', CONNECTION_ID)}"

        ours = [sign(signer, CONNECTION_ID, b"x", moment) for moment in times]

        assert ours == [sign_with_botocore(PASSING, "eu-west-1", url, b"x", at) for at in times]

    @given(st.text("aZ09-_.~%!$&'()*+,;=:@é"))
    @example("/@connections/d%3D")
    def test_any_path(self, end: str) -> None:
        """A custom domain may have any path, or none."""
        path = f"/x{end}"
        url, moment = f"https://example.com{path}", 1.5

        ours = Signer(LASTING, "local").headers(
            host="example.com", path=path, payload_hash=hash_payload(b""), moment=moment
        )

        assert ours == sign_with_botocore(LASTING, "local", url, b"", moment)

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_other_methods(self, method: str) -> None:
        """Looking at a connection and ending it are signed too."""
        url = f"{URL}{connection_path('/@connections', CONNECTION_ID)}"

        ours = sign(Signer(LASTING, "eu-west-1"), CONNECTION_ID, b"", 1.5, method=method)

        assert ours == sign_with_botocore(LASTING, "eu-west-1", url, b"", 1.5, method)


class TestKey:
    """The key is derived once a day."""

    def test_kept(self) -> None:
        """Two signatures of a day come from one key, those of two days do not."""
        signer = Signer(LASTING, "eu-west-1")

        first, last = key_at(signer, MIDNIGHT), key_at(signer, MIDNIGHT + 86_399.9)

        assert first is last
        assert key_at(signer, MIDNIGHT + 86_400) is not last


class TestSecrets:
    """Nothing prints what must stay secret."""

    def test_hidden(self) -> None:
        """The secret key and the token are in no representation."""
        printed = repr((PASSING, Signer(PASSING, "eu-west-1"), Signer(PASSING, "eu-west-1")._stamp))

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
