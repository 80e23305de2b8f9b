"""The sentences by which a failure is explained."""

from __future__ import annotations

import ssl

import pytest

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    Throttled,
    TransportError,
)
from django_aws_api_gateway_websockets.management.probe.causes import (
    explain_connection,
    explain_name,
    explain_sending,
    explain_status,
    explain_tls,
    manage_connections_arn,
)

__all__ = ["TestBelowWebSocket", "TestSending", "TestStatus"]

PUBLIC = "https://example.com/ws/connect"
STAGE = "https://abc.execute-api.eu-west-1.amazonaws.com/live"


class TestBelowWebSocket:
    def test_tells_a_name_that_takes_too_long(self) -> None:
        """A resolver that does not answer is another thing than a name that is not there."""
        fact, _ = explain_name("example.com", TimeoutError(), 2)

        assert fact == "the name example.com was not resolved within 2 s"

    def test_tells_a_place_that_does_not_answer(self) -> None:
        """Silence is what firewalls answer."""
        fact, advice = explain_connection("example.com:443", TimeoutError(), 2)

        assert fact == "example.com:443 did not answer within 2 s"
        assert advice.startswith("A firewall")

    def test_tells_a_network_that_has_no_way(self) -> None:
        """Any other error is told in the system's words."""
        fact, advice = explain_connection("[::1]:1", OSError(101, "Network is unreachable"), 2)

        assert fact == "[::1]:1 cannot be reached"
        assert advice == "Network is unreachable: look at the network of this machine."

    def test_tells_a_certificate_in_the_words_of_openssl(self) -> None:
        """A rarer reason is told as it is."""
        error = ssl.SSLCertVerificationError()
        error.verify_code, error.verify_message = 23, "certificate revoked"

        assert explain_tls("example.com:443", error, 2) == (
            "the certificate of example.com:443 is not accepted",
            "OpenSSL says: certificate revoked.",
        )

    def test_tells_an_issuer_that_is_missing(self) -> None:
        """OpenSSL has several numbers for a chain with a hole."""
        error = ssl.SSLCertVerificationError()
        error.verify_code, error.verify_message = 20, "unable to get local issuer certificate"

        fact, _ = explain_tls("example.com:443", error, 2)

        assert fact == "the certificate of example.com:443 is of an issuer that is not known here"


class TestStatus:
    def test_tells_what_is_no_answer(self) -> None:
        """What is no HTTP has no status."""
        fact, _ = explain_status(0, PUBLIC, is_local=False)

        assert fact == "the answer to the handshake is not one of a WebSocket server"

    @pytest.mark.parametrize(
        ("uri", "is_local", "words"),
        [
            (PUBLIC, False, "whether AWS may reach it"),
            ("http://127.0.0.1:8000/ws/connect", False, "AWS cannot reach this machine"),
            ("http://127.0.0.1:8000/ws/connect", True, "Look whether Django runs there, and at"),
        ],
    )
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_tells_an_integration_that_is_not_reached(
        self, status: int, uri: str, is_local: bool, words: str
    ) -> None:
        """The URL is named, and why it may be out of reach."""
        fact, advice = explain_status(status, uri, is_local=is_local)

        assert fact == f"the handshake was refused with {status}"
        assert advice.startswith(f"API Gateway got no answer of Django at {uri}, or an error.")
        assert words in advice

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (301, "redirects, and API Gateway follows no redirect"),
            (401, "API Gateway asks for an identity"),
            (404, f"{PUBLIC} is not found"),
            (405, "Something other than this package's view answers"),
            (418, "Look at the log of Django"),
            (426, "A proxy on the way drops the header Upgrade"),
            (429, "Too many connections or requests at once"),
        ],
    )
    def test_tells_any_other(self, status: int, words: str) -> None:
        """Each status has its likely cause."""
        assert words in explain_status(status, PUBLIC, is_local=False)[1]


class TestSending:
    @pytest.mark.parametrize(
        ("error", "fact", "words"),
        [
            (AccessDenied("id", "AccessDeniedException"), "AccessDeniedException", "has keys"),
            (ConnectionGone("id", "GoneException"), "GoneException", "region, stage_name and"),
            (Throttled("id", "LimitExceededException"), "LimitExceededException", "are used up"),
            (EndpointUnreachable("id", "SSLError"), "SSLError", "Look at the network"),
            (TransportError("id", "400"), "400", "Look at the AWS settings"),
            (RuntimeError("no region"), "no region", "Look at the AWS settings"),
        ],
    )
    def test_tells_what_aws_says(self, error: Exception, fact: str, words: str) -> None:
        """The code of the error is the fact; what to do follows from its class."""
        told, advice = explain_sending(error, STAGE, "abc", "live")

        assert told == f"{STAGE} answered: {fact}"
        assert words in advice

    def test_tells_silence(self) -> None:
        """No answer is not an answer."""
        fact, _ = explain_sending(TimeoutError(), STAGE, "abc", "live")

        assert fact == f"{STAGE} did not answer in time"

    @pytest.mark.parametrize(
        ("url", "api_id", "arn"),
        [
            (STAGE, "abc", "arn:aws:execute-api:eu-west-1:*:abc/live/*/@connections/*"),
            (
                "https://abc.execute-api.cn-north-1.amazonaws.com.cn/live",
                "abc",
                "arn:aws-cn:execute-api:cn-north-1:*:abc/live/*/@connections/*",
            ),
            (
                "https://abc.execute-api.us-gov-west-1.amazonaws.com/live",
                "abc",
                "arn:aws-us-gov:execute-api:us-gov-west-1:*:abc/live/*/@connections/*",
            ),
            ("https://ws.example.com", "", "arn:aws:execute-api:*:*:*/live/*/@connections/*"),
        ],
    )
    def test_names_the_resource(self, url: str, api_id: str, arn: str) -> None:
        """The pattern has the partition of its region, and a star for what is not known."""
        assert manage_connections_arn(url, api_id, "live") == arn
