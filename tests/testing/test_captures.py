"""Tests see what a block has sent, held back until a commit or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import TestCase

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing.captures import captured
from django_aws_api_gateway_websockets.transports import get_transport, locmem

ANN = WebSocketSession(connection_id="ann=")


@pytest.fixture(autouse=True)
def _empty_outbox() -> Iterator[None]:
    locmem.reset()
    yield
    locmem.reset()


def send(text: str, to: str = "ann=") -> None:
    """Post one message, which is a string."""
    get_transport().send("https://x", to, f'"{text}"'.encode())


def send_later(text: str) -> None:
    """Post one message once the transaction is committed."""
    transaction.on_commit(lambda: send(text))


class TestMessages:
    """What is sent at once."""

    def test_in_the_block(self) -> None:
        """Neither what was sent before, nor what is sent later."""
        send("before")
        with captured() as messages:
            send("inside")
        send("after")

        assert messages == ["inside"]

    @pytest.mark.parametrize("to", ["ann=", ANN])
    def test_to_one(self, to: WebSocketSession | str) -> None:
        """Of several connections, one."""
        with captured(to) as messages:
            send("hers")
            send("his", "bob=")

        assert messages == ["hers"]

    def test_emptied_outbox(self) -> None:
        """What was emptied meanwhile is not there."""
        send("before")
        with captured() as messages:
            send("inside")
            locmem.reset()

        assert messages == []


class TestCommits(TestCase):
    """Inside an ordinary test case, which never commits."""

    def test_callback(self) -> None:
        """A message that waits for the commit is sent at the end of the block."""
        with captured() as messages:
            send_later("committed")
            assert locmem.outbox == []

        assert messages == ["committed"]

    def test_callback_of_a_callback(self) -> None:
        """So is one that a callback registers."""
        with captured() as messages:
            transaction.on_commit(lambda: send_later("committed"))

        assert messages == ["committed"]

    def test_rolled_back(self) -> None:
        """What is rolled back is not sent."""
        with captured() as messages, transaction.atomic():
            send_later("rolled back")
            transaction.set_rollback(True)

        assert messages == []

    def test_once(self) -> None:
        """A block in a block sends nothing twice."""
        with captured() as outer, captured() as inner:
            send_later("committed")

        assert (outer, inner) == (["committed"], ["committed"])
        assert len(locmem.outbox) == 1

    def test_once_after_a_failure(self) -> None:
        """Nor does it where the inner block fails."""

        def send_and_fail() -> None:
            with captured():
                send_later("committed")
                raise LookupError

        with captured() as messages, pytest.raises(LookupError):
            send_and_fail()

        assert messages == ["committed"]


@pytest.mark.django_db(transaction=True)
class TestRealCommits:
    """Where transactions are committed in earnest."""

    def test_callback(self) -> None:
        """Django runs the callbacks, and the block has the messages."""
        with captured() as messages, transaction.atomic():
            send_later("committed")

        assert messages == ["committed"]
        assert len(locmem.outbox) == 1
