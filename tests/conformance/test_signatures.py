"""Who may use ``@connections``."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator import EmulatorThread

from .target import Api, Target, error_of

__all__ = ["TestAccepted", "TestRefused"]

UNKNOWN = "Qyi07eCbtjMCJKw="


class TestAccepted:
    """Signatures that do."""

    def test_of_boto3(self, api: Api) -> None:
        """All three methods; that there is no such connection shows that it was looked for."""
        management = api.management()
        calls = (management.get_connection, management.delete_connection)

        assert [error_of(call, ConnectionId=UNKNOWN)[0] for call in calls] == [410, 410]
        assert error_of(management.post_to_connection, ConnectionId=UNKNOWN, Data="x")[0] == 410

    def test_any_unless_told_otherwise(self, target: Target, local: object) -> None:
        """The emulator verifies on demand only."""
        with EmulatorThread() as emulator:
            management = target.client(
                "apigatewaymanagementapi", f"{emulator.url}/x/dev", aws_access_key_id="anybody"
            )

            assert error_of(management.get_connection, ConnectionId=UNKNOWN)[1:] == (
                "ForbiddenException",
                "Forbidden",
            )


class TestRefused:
    """Signatures that do not."""

    def test_none(self, api: Api) -> None:
        """A plain request."""
        assert api.ask("GET", f"/dev/@connections/{UNKNOWN}") == (
            403,
            "MissingAuthenticationTokenException",
            b'{"message": "Missing Authentication Token"}',
        )

    def test_unknown_key(self, api: Api) -> None:
        """An access key that is nobody's."""
        get = api.management(aws_access_key_id="AKIDNOBODY").get_connection

        assert error_of(get, ConnectionId=UNKNOWN) == (
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )

    def test_wrong_secret(self, api: Api) -> None:
        """The message says what should have been signed."""
        get = api.management(aws_secret_access_key="wrong").get_connection

        status, code, message = error_of(get, ConnectionId=UNKNOWN)

        assert (status, code) == (403, "InvalidSignatureException")
        assert message.startswith("The request signature we calculated does not match the signat")

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [(-310, "Signature expired: "), (310, "Signature not yet current: ")],
    )
    def test_out_of_time(self, api: Api, seconds: int, words: str) -> None:
        """A signature is good for five minutes."""
        path = f"/dev/@connections/{UNKNOWN}"

        status, code, body = api.ask("GET", path, **api.signature("GET", path, seconds))

        assert (status, code) == (403, "InvalidSignatureException")
        assert words.encode() in body

    def test_other_service(self, api: Api) -> None:
        """A signature for S3."""
        path = f"/dev/@connections/{UNKNOWN}"

        status, code, body = api.ask("GET", path, **api.signature("GET", path, service="s3"))

        assert (status, code) == (403, "InvalidSignatureException")
        assert b"Credential should be scoped to correct service: 'execute-api'" in body
