"""What botocore signs is accepted, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.signatures import (
    SignatureRefused,
    SignedRequest,
    verify_signature,
)
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials

__all__ = ["TestAccepted", "TestIncomplete", "TestInvalid", "TestTime"]

LASTING = Credentials(access_key="local", secret_key="local")
PASSING = Credentials(access_key="ASIAEXAMPLE", secret_key="secret", session_token="to/ken==")
PATH = "/abc/dev/@connections/L0SM9cOFvHcCIhw%3D"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()
STAMP = "20261126T120000Z"
CREDENTIAL = "local/20261126/eu-west-1/execute-api/aws4_request"

text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))


def signed(
    credentials: Credentials = LASTING,
    *,
    method: str = "POST",
    path: str = PATH,
    query: str = "",
    body: bytes = b"hello",
    headers: dict[str, str] | None = None,
    region: str = "eu-west-1",
) -> SignedRequest:
    """Return a request that botocore has signed at noon: ``add_auth`` without its clock."""
    identity = BotocoreCredentials(
        credentials.access_key, credentials.secret_key, credentials.session_token
    )
    url = f"https://gateway.test{path}?{query}"
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    request.headers["Host"] = "gateway.test"
    request.context["timestamp"] = STAMP
    auth = SigV4Auth(identity, "execute-api", region)
    auth._modify_request_before_signing(request)
    to_sign = auth.string_to_sign(request, auth.canonical_request(request))
    auth._inject_signature_to_request(request, auth.signature(to_sign, request))
    pairs = tuple((name, str(value)) for name, value in request.headers.items())
    return SignedRequest(method=method, path=path, query=query, headers=pairs, body=body)


def with_header(request: SignedRequest, name: str, value: str | None) -> SignedRequest:
    """Return a request with another value of a header, or without it."""
    others = tuple(pair for pair in request.headers if pair[0].lower() != name.lower())
    return replace(request, headers=others if value is None else (*others, (name, value)))


def authorization(
    *, credential: str = CREDENTIAL, signed_headers: str = "host;x-amz-date", signature: str = "0"
) -> SignedRequest:
    """Return a request with an Authorization header that is made of these parts."""
    value = (
        f"AWS4-HMAC-SHA256 Credential={credential}, "
        f"SignedHeaders={signed_headers}, Signature={signature}"
    )
    return with_header(signed(), "Authorization", value)


def refusal(
    request: SignedRequest, credentials: Credentials = LASTING, moment: float = NOON
) -> tuple[str, str]:
    """Return the code and the message with which a request is refused."""
    with pytest.raises(SignatureRefused) as caught:
        verify_signature(request, credentials, moment)
    assert str(caught.value) == f"{caught.value.code}: {caught.value.message}"
    return caught.value.code, caught.value.message


class TestAccepted:
    """What the identity has signed."""

    @pytest.mark.parametrize("credentials", [LASTING, PASSING])
    @pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
    def test_request_of_botocore(self, credentials: Credentials, method: str) -> None:
        """Each method, with and without a session token."""
        verify_signature(signed(credentials, method=method), credentials, NOON)

    @given(st.binary(), text.map(lambda value: f"/{quote(value)}"), text)
    def test_any_request(self, body: bytes, path: str, value: str) -> None:
        """Any body, path and header."""
        headers = {"X-Amz-Meta": " ".join(value.split())}

        verify_signature(signed(path=path, body=body, headers=headers), LASTING, NOON)

    @pytest.mark.parametrize("path", ["//", "/a//b/", "/a/../b", "/./a", "/..", "/a/.", "/a/.."])
    def test_path_with_steps(self, path: str) -> None:
        """Steps and empty parts are left out before a path is signed."""
        verify_signature(signed(path=path), LASTING, NOON)

    def test_query(self) -> None:
        """Parameters are sorted and encoded before they are signed."""
        query = "b=2&a=%C3%A9&a=1+2".replace("+", "%20")

        verify_signature(signed(query=query), LASTING, NOON)

    def test_any_region(self) -> None:
        """A local gateway has no region."""
        verify_signature(signed(region="local"), LASTING, NOON)

    def test_header_that_is_not_signed(self) -> None:
        """Proxies add headers."""
        verify_signature(with_header(signed(), "Via", "proxy"), LASTING, NOON)


class TestInvalid:
    """What somebody else has signed, or for something else."""

    @pytest.mark.parametrize(
        "change",
        [
            {"body": b"hallo"},
            {"method": "GET"},
            {"path": PATH.replace("dev", "live")},
            {"path": "/\udcff"},
            {"query": "a=1"},
            {"query": "a=\udcff"},
        ],
    )
    def test_changed_request(self, change: dict[str, str | bytes]) -> None:
        """Everything that is signed counts."""
        code, message = refusal(replace(signed(), **change))  # type: ignore[arg-type]  # each value fits its field

        assert code == "InvalidSignatureException"
        assert message.startswith("The request signature we calculated does not match")

    @pytest.mark.parametrize(("name", "value"), [("Host", "other"), ("X-Amz-Date", STAMP[:-2])])
    def test_changed_header(self, name: str, value: str) -> None:
        """A signed header counts."""
        changed = with_header(signed(), name, value.ljust(len(STAMP) - 1, "1") + "Z")

        assert refusal(changed)[0] == "InvalidSignatureException"

    def test_other_secret(self) -> None:
        """The message says what should have been signed, and not with what."""
        request = signed(Credentials(access_key="local", secret_key="other"), body=b"")

        code, message = refusal(request, Credentials(access_key="local", secret_key="s3cret"))

        assert code == "InvalidSignatureException"
        assert message.partition("\n\n")[2].splitlines() == [
            "The Canonical String for this request should have been",
            "'POST",
            "/abc/dev/%40connections/L0SM9cOFvHcCIhw%253D",
            "",
            "host:gateway.test",
            f"x-amz-date:{STAMP}",
            "",
            "host;x-amz-date",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
            "",
            "The String-to-Sign should have been",
            "'AWS4-HMAC-SHA256",
            STAMP,
            "20261126/eu-west-1/execute-api/aws4_request",
            message.splitlines()[-1],
        ]

    @pytest.mark.parametrize("signature", ["", "0", "f" * 64, "\xe9"])
    def test_made_up_signature(self, signature: str) -> None:
        """Whatever stands there."""
        assert refusal(authorization(signature=signature))[0] == "InvalidSignatureException"

    @pytest.mark.parametrize(
        ("request_", "known"),
        [
            (signed(PASSING), LASTING),
            (signed(LASTING), replace(PASSING, access_key="local")),
            (signed(PASSING), replace(PASSING, session_token="other")),
        ],
    )
    def test_unknown_identity(self, request_: SignedRequest, known: Credentials) -> None:
        """Access key and session token are those of the known identity."""
        assert refusal(request_, known) == (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )

    @pytest.mark.parametrize(
        ("credential", "message"),
        [
            (
                CREDENTIAL.replace("execute-api", "s3"),
                "Credential should be scoped to correct service: 'execute-api'.",
            ),
            (
                CREDENTIAL.replace("aws4", "aws5"),
                "Credential should be scoped with a valid terminator: "
                "'aws4_request', not 'aws5_request'.",
            ),
            (
                CREDENTIAL.replace("1126", "1127"),
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                f"from HTTP: '20261127' != '20261126', from '{STAMP}'.",
            ),
        ],
    )
    def test_other_scope(self, credential: str, message: str) -> None:
        """A signature is for one service and one day."""
        assert refusal(authorization(credential=credential)) == (
            "InvalidSignatureException",
            message,
        )

    def test_host_is_not_signed(self) -> None:
        """Else a request to one stage would do for another host."""
        assert refusal(authorization(signed_headers="x-amz-date")) == (
            "InvalidSignatureException",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        )


class TestIncomplete:
    """What is no signature."""

    def test_nothing(self) -> None:
        """A request without the header."""
        assert refusal(with_header(signed(), "Authorization", None)) == (
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )

    def test_other_algorithm(self) -> None:
        """What is missing is named, and what was sent is not repeated."""
        request = with_header(signed(), "Authorization", "Bearer secret")

        assert refusal(with_header(request, "X-Amz-Date", None)) == (
            "IncompleteSignatureException",
            "Authorization header requires 'Credential' parameter. "
            "Authorization header requires 'Signature' parameter. "
            "Authorization header requires 'SignedHeaders' parameter. "
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            "(Hashed with SHA-256 and encoded with Base64) "
            "Authorization=v/3iBBM0e3oA4TY94/l8pp5BncCupV9KSnUBj6s6Do4=",
        )

    @pytest.mark.parametrize("credential", ["", "local", f"{CREDENTIAL}/x"])
    def test_credential(self, credential: str) -> None:
        """A credential has five parts."""
        assert refusal(authorization(credential=credential)) == (
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{credential}'",
        )

    @pytest.mark.parametrize(
        "date", ["now", "20261126T120000", "20261326T120000Z", "2026112T1:0:00Z"]
    )
    def test_date(self, date: str) -> None:
        """The date has one form."""
        assert refusal(with_header(signed(), "X-Amz-Date", date)) == (
            "IncompleteSignatureException",
            f"Date must be in ISO-8601 'basic format'. Got '{date}'.",
        )


class TestTime:
    """A signature is good for five minutes, in both directions."""

    @pytest.mark.parametrize("moment", [NOON - 300, NOON + 300.9])
    def test_within(self, moment: float) -> None:
        """Clocks differ."""
        verify_signature(signed(), LASTING, moment)

    @pytest.mark.parametrize(
        ("moment", "message"),
        [
            (
                NOON + 301,
                f"Signature expired: {STAMP} is now earlier than 20261126T120001Z "
                "(20261126T120501Z - 5 min.)",
            ),
            (
                NOON - 301,
                f"Signature not yet current: {STAMP} is still later than 20261126T115959Z "
                "(20261126T115459Z + 5 min.)",
            ),
        ],
    )
    def test_beyond(self, moment: float, message: str) -> None:
        """The message has the service's time."""
        assert refusal(signed(), moment=moment) == ("InvalidSignatureException", message)
