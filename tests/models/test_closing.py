"""How one connection is closed: its client is told why, then AWS ends it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from django_aws_api_gateway_websockets.exceptions import (
    ConnectionGone,
    ConnectionNotReady,
    Throttled,
)
from django_aws_api_gateway_websockets.models import ApiGateway, Outcome
from django_aws_api_gateway_websockets.models.closing import (
    close_connection,
    closing_transport,
    encode_farewell,
)
from django_aws_api_gateway_websockets.transports import locmem

from ..connections import LOCMEM, closed_in_aws, connect, fail, sent_to, transport_settings

__all__ = ["PoliteTransport", "TestCloseConnection", "TestFarewell", "TestTransport"]

FAREWELL = b'{"ws": "close"}'


class PoliteTransport(locmem.LocMemTransport):
    """Has clients that leave as soon as they are told to."""

    def disconnect(self, management_url: str, connection_id: str) -> None:
        """Find the connection gone."""
        raise ConnectionGone(connection_id)


class TestFarewell:
    def test_is_an_envelope(self) -> None:
        """Our client knows it."""
        assert encode_farewell("a.b-c_1") == (
            b'{"ws": "close", "code": "a.b-c_1", "reconnect": false}'
        )

    def test_fits_the_row(self) -> None:
        """A code of 32 characters does, one more does not."""
        encode_farewell("x" * 32)

        with pytest.raises(ValueError, match="32"):
            encode_farewell("x" * 33)

    @pytest.mark.parametrize("code", ["", "Revoked", "no spaces", "a\n", "é", None, 4000])
    def test_refuses_what_is_no_code(self, code: object) -> None:
        """The message says what a code is, and what was given."""
        with pytest.raises(ValueError, match="A close code has") as caught:
            encode_farewell(code)

        assert str(caught.value) == (
            "A close code has 1 to 32 lower-case letters, digits, dots, hyphens and underscores, "
            f"not {code!r}."
        )


class TestTransport:
    def test_is_the_configured_one(self) -> None:
        """The one that sends closes, too."""
        assert isinstance(closing_transport(), locmem.LocMemTransport)

    @override_settings(WEBSOCKETS=transport_settings("tests.connections.DeafTransport"))
    def test_must_be_able_to_close(self) -> None:
        """A transport says up front what it cannot do."""
        with pytest.raises(ImproperlyConfigured) as caught:
            closing_transport()

        assert str(caught.value) == (
            'WEBSOCKETS["transport"]: DeafTransport cannot close connections.'
        )


@pytest.mark.django_db
class TestCloseConnection:
    def test_tells_the_client_first(self, gateway: ApiGateway) -> None:
        """The farewell is posted as it is, then the connection ends."""
        session = connect("a", api_gateway=gateway)

        assert close_connection(session, FAREWELL) is Outcome.CLOSED
        assert [message.payload for message in locmem.outbox] == [FAREWELL]
        assert closed_in_aws() == ["a"]

    @override_settings(WEBSOCKETS=transport_settings("tests.connections.MuteTransport"))
    def test_closes_who_cannot_be_told(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The farewell is a courtesy; only the log for developers tells of its failure."""
        session = connect("a", api_gateway=gateway)

        with caplog.at_level(logging.DEBUG):
            assert close_connection(session, FAREWELL) is Outcome.CLOSED

        assert closed_in_aws() == ["a"]
        assert [record.levelno for record in caplog.records] == [logging.DEBUG]

    @override_settings(WEBSOCKETS=transport_settings(f"{__name__}.PoliteTransport"))
    def test_counts_who_leaves_when_told(self, gateway: ApiGateway) -> None:
        """A client that was told was connected, however young, and is so no more."""
        session = connect("a", age=timedelta(0), api_gateway=gateway)

        assert close_connection(session, FAREWELL) is Outcome.CLOSED

    @pytest.mark.parametrize(
        ("seconds", "outcome"),
        [(0, Outcome.NOT_READY), (29, Outcome.NOT_READY), (31, Outcome.GONE)],
    )
    @override_settings(WEBSOCKETS=transport_settings(LOCMEM, gone_grace_seconds=30))
    def test_tells_gone_from_not_ready_by_age(
        self, gateway: ApiGateway, seconds: int, outcome: Outcome
    ) -> None:
        """AWS answers 410 before a connection is open, too."""
        session = connect("a", age=timedelta(seconds=seconds), api_gateway=gateway)
        fail("a", ConnectionGone)

        assert close_connection(session, FAREWELL) is outcome

    def test_believes_a_transport_that_says_not_ready(self, gateway: ApiGateway) -> None:
        """Whatever the age."""
        session = connect("a", api_gateway=gateway)
        fail("a", ConnectionNotReady)

        assert close_connection(session, FAREWELL) is Outcome.NOT_READY

    def test_asks_nothing_about_what_is_outlived(self, gateway: ApiGateway) -> None:
        """AWS ended the connection long ago."""
        session = connect("a", age=timedelta(hours=3), api_gateway=gateway)

        assert close_connection(session, FAREWELL) is Outcome.GONE
        assert sent_to() == []

    def test_has_nothing_to_do_without_gateway(self) -> None:
        """There is nowhere to ask."""
        assert close_connection(connect("a"), FAREWELL) is Outcome.SKIPPED

    def test_raises_what_failed(self, gateway: ApiGateway) -> None:
        """Callers decide what a failure means to them."""
        session = connect("a", api_gateway=gateway)
        fail("a", Throttled)

        with pytest.raises(Throttled):
            close_connection(session, FAREWELL)
