"""Messages that are prepared once, however often they are sent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_aws_api_gateway_websockets.exceptions import PayloadTooLarge
from django_aws_api_gateway_websockets.models import Payload
from django_aws_api_gateway_websockets.models.sending.payloads import as_payload

__all__ = ["TestAsPayload", "TestPayload"]


class TestPayload:
    def test_is_json_as_django_writes_it(self) -> None:
        """A decimal is no obstacle."""
        assert Payload({"price": Decimal("9.50")}).content == b'{"price": "9.50"}'

    def test_keeps_what_the_data_was(self) -> None:
        """What happens to the data later does not matter."""
        data = {"n": 1}
        payload = Payload(data)

        data["n"] = 2

        assert payload.content == b'{"n": 1}'

    def test_cannot_be_changed(self) -> None:
        """Several sends may share it."""
        with pytest.raises(AttributeError):
            Payload({}).content = b"[]"  # type: ignore[misc]

    def test_refuses_what_aws_does_not_carry(self) -> None:
        """The error comes with the making."""
        with pytest.raises(PayloadTooLarge):
            Payload("x" * 131_072)

    def test_can_be_made_of_its_content(self) -> None:
        """What was encoded once can be stored, and sent later."""
        content = Payload({"n": 1}).content

        assert Payload.encoded(content).content == content


class TestAsPayload:
    def test_takes_a_payload_as_it_is(self) -> None:
        """It is not encoded again."""
        payload = Payload({})

        assert as_payload(payload) is payload

    def test_prepares_anything_else(self) -> None:
        """Data is encoded."""
        assert as_payload([1]).content == b"[1]"
