"""Context variables of events."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.events import EventType

from .samples import make_event


class TestVariables:
    """What a mapping can refer to."""

    def test_of_a_message(self) -> None:
        """Every documented variable that a message has is there."""
        event = make_event(message_id="JC1dgf9yoAMCK-g=", user_agent="Browser")

        assert event.variables() == {
            "apiId": "abcdefghij",
            "connectedAt": "1750000000123",
            "connectionId": "Qyi07eCbtjMCJKw=",
            "domainName": "gateway.test",
            "eventType": "MESSAGE",
            "extendedRequestId": "Qyi3UG41tjMFlUg=",
            "identity.sourceIp": "192.0.2.1",
            "identity.userAgent": "Browser",
            "messageId": "JC1dgf9yoAMCK-g=",
            "requestId": "Qyi3UG41tjMFlUg=",
            "requestTime": "15/Jun/2025:15:06:41 +0000",
            "requestTimeEpoch": "1750000001500",
            "routeKey": "chat",
            "stage": "dev",
        }

    def test_of_a_connect_event(self) -> None:
        """What the event lacks is no variable."""
        variables = make_event(EventType.CONNECT).variables()

        assert variables["eventType"] == "CONNECT"
        assert not {"messageId", "identity.userAgent"} & set(variables)

    def test_of_the_end(self) -> None:
        """How a connection ended is there when the event has it; an empty reason is none."""
        ended = make_event(EventType.DISCONNECT, ending=(1001, "Going away"))

        assert ended.variables()["disconnectStatusCode"] == "1001"
        assert ended.variables()["disconnectReason"] == "Going away"
        assert "disconnectReason" not in make_event(ending=(1001, "")).variables()
