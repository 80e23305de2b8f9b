"""Which requests Django's live server has not done with yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started

__all__ = ["OpenRequests"]


class OpenRequests:
    """Counts the requests of servers; those of Django's test client are not among them."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = Condition()

    @contextmanager
    def counted(self, seconds: float) -> Iterator[None]:
        """Count from here on, and wait at the end until there are none.

        Args:
            seconds: how long to wait.

        Raises:
            TimeoutError: there still are some.
        """
        request_started.connect(self._begin)
        request_finished.connect(self._end)
        try:
            yield
            self._wait(seconds)
        finally:
            request_started.disconnect(self._begin)
            request_finished.disconnect(self._end)

    def _wait(self, seconds: float) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._count <= 0, seconds):
                raise TimeoutError(f"Django has not answered {self._count} request(s) yet.")

    def _begin(self, sender: Any, **kwargs: Any) -> None:
        self._add(sender, 1)

    def _end(self, sender: Any, **kwargs: Any) -> None:
        self._add(sender, -1)

    def _add(self, sender: Any, number: int) -> None:
        if isinstance(sender, type) and issubclass(sender, ASGIHandler | WSGIHandler):
            with self._changed:
                self._count += number
                self._changed.notify_all()
