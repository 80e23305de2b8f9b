"""Requests of servers that are not done with yet."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.client import ClientHandler

from django_aws_api_gateway_websockets.testing.requests import OpenRequests


@pytest.fixture(autouse=True)
def open_connections() -> Iterator[None]:
    """Leave the database of the tests alone, as Django's test client does."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


class TestWaiting:
    """The end of the block."""

    def test_for_an_answer(self) -> None:
        """It comes when the request is done with."""
        answer = threading.Timer(0.05, request_finished.send, [WSGIHandler])

        with OpenRequests().counted(5):
            request_started.send(WSGIHandler)
            answer.start()

        assert answer.finished.is_set()
        answer.join()

    def test_not_for_ever(self) -> None:
        """A request that does not end is an error."""
        with pytest.raises(TimeoutError) as caught, OpenRequests().counted(0.01):
            request_started.send(WSGIHandler)

        assert str(caught.value) == "Django has not answered 1 request(s) yet."

    @pytest.mark.parametrize("sender", [ClientHandler, None])
    def test_not_for_the_test_client(self, sender: type | None) -> None:
        """A response that a test does not read to its end is its own affair."""
        with OpenRequests().counted(0):
            request_started.send(sender)

    def test_not_after_an_error(self) -> None:
        """The test has failed already."""
        failing = OpenRequests().counted(5)
        failing.__enter__()
        request_started.send(WSGIHandler)

        assert not failing.__exit__(LookupError, LookupError(), None)

    def test_not_for_what_began_before(self) -> None:
        """Its end is no debt."""
        with OpenRequests().counted(0):
            request_finished.send(WSGIHandler)

    def test_no_longer_afterwards(self) -> None:
        """Django forgets it."""
        before = len(request_started.receivers)

        with OpenRequests().counted(0):
            during = len(request_started.receivers)

        assert (len(request_started.receivers), during) == (before, before + 1)
