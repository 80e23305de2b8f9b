"""Mail to the administrators about a handler that raised, at a bounded rate."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable

from django.core.mail import mail_admins

__all__ = ["ExceptionMailer"]

logger = logging.getLogger("django_aws_api_gateway_websockets.views")

_SUBJECT = "Unexpected Websocket Exception"


class ExceptionMailer:
    """Mails one exception of each kind per interval and process; failing to mail is only logged.

    Args:
        clock: the seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def mail(self, source: type, error: Exception, *, interval: float) -> None:
        """Mail what ``error`` says, unless one like it was mailed a moment ago.

        Args:
            source: the view's class; with the error's class it makes the kind.
            error: what was raised.
            interval: seconds between two mails of a kind; 0 mails every one.
        """
        if not self._is_due((source, type(error)), interval):
            return
        try:
            mail_admins(_SUBJECT, str(error))
        except Exception as failure:
            logger.warning("Administrators could not be told by mail: %r", failure)

    def _is_due(self, kind: Hashable, interval: float) -> bool:
        now = self._clock()
        with self._lock:
            last = self._sent.get(kind)
            if last is not None and now - last < interval:
                return False
            self._sent[kind] = now
            return True
