"""A looker-on at the calls of ``@connections`` and of the control plane, who changes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable
from typing import Final

from ..answers import Answer, Lost
from ..heads import RequestHead
from ..log import LogRecord
from .exchanges import CALL, Call, Exchange
from .inspector import Inspector

__all__ = ["WatchedRequests"]

_LOST: Final = "the answer was lost"

Answering = Awaitable[Answer | Lost]


class WatchedRequests:
    """Looks on while a call is answered.

    Args:
        inspector: is told of each call.
    """

    def __init__(self, inspector: Inspector) -> None:
        self.inspector = inspector

    async def connections(
        self, head: RequestHead, body: bytes, answering: Answering
    ) -> Answer | Lost:
        """Return the answer to a call of ``@connections``."""
        return await self._watch(head, body, answering, self.inspector.exchange())

    async def control(self, head: RequestHead, body: bytes, answering: Answering) -> Answer | Lost:
        """Return the answer to a call of the control plane."""
        exchange = self.inspector.exchange(documents=True)
        return await self._watch(head, body, answering, exchange)

    async def _watch(
        self, head: RequestHead, body: bytes, answering: Answering, exchange: Exchange | None
    ) -> Answer | Lost:
        if exchange is None:
            return await answering
        clock = self.inspector.clock
        at, started = clock.wall(), clock.now()
        with self.inspector.noting():
            exchange.arrive(self.inspector.base(), head, body)
        call = Call()
        token = CALL.set(call)
        try:
            answer = await answering
        finally:
            CALL.reset(token)
        if isinstance(answer, Answer) and exchange.asked is not None:
            with self.inspector.noting():
                exchange.reply(answer)
        record = call.record or LogRecord(kind=head.method.lower(), at=at)
        seconds = clock.now() - started if record.seconds is None else record.seconds
        self.inspector.keep(_completed(record, answer, seconds), exchange)
        return answer


def _completed(record: LogRecord, answer: Answer | Lost, seconds: float) -> LogRecord:
    """Return a record with what is known when there is an answer, or none."""
    if isinstance(answer, Answer):
        return dataclasses.replace(record, status=answer.status, seconds=seconds)
    detail = ": ".join(filter(None, (record.detail, _LOST)))
    return dataclasses.replace(record, status=None, seconds=seconds, detail=detail)
