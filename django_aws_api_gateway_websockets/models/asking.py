"""Asks AWS about many sessions where nobody waits: at a pace, and past what it does not answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..exceptions import Throttled, TransportError
from .batches import in_batches
from .sending.pacing import Pace
from .session_queryset import WebSocketSessionQuerySet
from .sessions import WebSocketSession

__all__ = ["Inquiry"]

Answer = TypeVar("Answer")

_WORKERS = 20
"""Questions in flight at once."""


class Inquiry:
    """What AWS is asked in one run, and how often it failed to answer.

    Args:
        pace: when the next question may be asked.
        batch_size: sessions that are held in memory at once.

    Attributes:
        failed: unanswered questions, by class of the error.
    """

    def __init__(self, pace: Pace, batch_size: int) -> None:
        self.failed: Counter[str] = Counter()
        self._pace = pace
        self._batch_size = batch_size

    def ask(
        self,
        rows: WebSocketSessionQuerySet,
        question: Callable[[WebSocketSession], Answer],
        *,
        requests: int = 1,
    ) -> Iterator[list[tuple[WebSocketSession, Answer]]]:
        """Yield the sessions that AWS had an answer for, with that answer, a batch at a time.

        Sessions without a gateway are left out. A gateway that says nothing to a whole batch is
        not asked again.

        Args:
            rows: of any order, which is not kept.
            question: called by several threads at once, with the gateway at hand; what it raises
                is counted.
            requests: how many requests the question takes.
        """
        silent: set[int | None] = set()
        rows = rows.filter(api_gateway__isnull=False).select_related("api_gateway")
        with ThreadPoolExecutor(_WORKERS) as pool:
            for batch in in_batches(rows, self._batch_size):
                todo = [session for session in batch if session.api_gateway_id not in silent]
                results = list(pool.map(self._guard(question), self._paced(todo, requests)))
                pairs = list(zip(todo, results, strict=True))
                silent |= _silent(pairs)
                self.failed.update(type(r).__name__ for r in results if isinstance(r, Exception))
                yield [(s, r) for s, r in pairs if not isinstance(r, Exception)]

    def _paced(
        self, sessions: Iterable[WebSocketSession], requests: int
    ) -> Iterator[WebSocketSession]:
        for session in sessions:
            self._pace.wait(requests)
            yield session

    def _guard(
        self, question: Callable[[WebSocketSession], Answer]
    ) -> Callable[[WebSocketSession], Answer | Exception]:
        """Return the question as one that fails by returning what went wrong."""

        def guarded(session: WebSocketSession) -> Answer | Exception:
            try:
                return question(session)
            except Throttled as error:
                self._pace.pause()
                return error
            except (RuntimeError, TransportError, ValueError) as error:
                return error

        return guarded


def _silent(pairs: Iterable[tuple[WebSocketSession, object]]) -> set[int | None]:
    """Return the gateways of which nothing was heard, not even that it was asked too fast."""
    failing: set[int | None] = set()
    heard: set[int | None] = set()
    for session, result in pairs:
        is_silent = isinstance(result, Exception) and not isinstance(result, Throttled)
        (failing if is_silent else heard).add(session.api_gateway_id)
    return failing - heard
