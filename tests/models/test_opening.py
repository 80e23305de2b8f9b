"""The connection whose own handshake is being handled."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from django_aws_api_gateway_websockets.models.opening import handling_connect, is_opening

__all__ = ["TestOpening"]


class TestOpening:
    def test_is_known_in_its_handshake(self) -> None:
        """This one is opening, and no other."""
        with handling_connect("a"):
            assert [is_opening("a"), is_opening("b")] == [True, False]

    def test_is_known_in_asynchronous_code(self) -> None:
        """A handshake may run through several threads."""
        with handling_connect("a"):
            assert async_to_sync(sync_to_async(is_opening, thread_sensitive=False))("a")

    def test_is_forgotten_after_it(self) -> None:
        """Also when the handshake fails."""
        with pytest.raises(ZeroDivisionError), handling_connect("a"):
            raise ZeroDivisionError

        assert not is_opening("a")
