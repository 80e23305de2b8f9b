"""One message on its way to many connections: through the fan-out, and what it leaves open, boto3.

The caller's thread hands over and collects; no other touches what the caller iterates over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any, Final, Generic

from ..aws.errors import AWS_ERRORS
from ..exceptions import ConnectionGone, Throttled, TransportError
from .base import DEFAULT_WORKERS, R, Sent
from .breaker import Breaker
from .fanout.batches import ACCEPTED, UNSETTLED, Batch
from .fanout.lanes import Lane
from .fanout.loop import Fanout

__all__ = ["Delivery"]

_BATCH_SIZE: Final = 100
"""Posts that are handed over together, at most."""

_ERRORS: Final[Mapping[int, type[TransportError]]] = {410: ConnectionGone, 429: Throttled}


class Delivery(Generic[R]):
    """Sends one message.

    Args:
        find_lane: returns how to post below a management URL, or None where only boto3 will do.
        fanout: is asked where there is a lane.
        post: asks boto3, in one of several threads; returns what went wrong.
        breaker: what ``post`` has learnt of gateways that fail.
        max_workers: posts in flight at once, in all; None leaves it to the fan-out and to boto3.
        concurrency: posts that the fan-out has in flight to one host, at most.
    """

    def __init__(
        self,
        *,
        find_lane: Callable[[str], Lane | None],
        fanout: Fanout,
        post: Callable[[R], Exception | None],
        breaker: Breaker,
        max_workers: int | None,
        concurrency: int,
    ) -> None:
        self._find_lane = find_lane
        self._lanes: dict[str, Lane | None] = {}
        self._fanout = fanout
        self._post = post
        self._breaker = breaker
        self._concurrency = concurrency
        # Twice as many as can be in flight, so that there is always another to begin.
        self._limit = max_workers or 2 * concurrency
        self._batch_size = min(_BATCH_SIZE, max(self._limit // 5, 1))
        self._threads = ThreadPoolExecutor(max_workers or DEFAULT_WORKERS)
        self._under_way = 0
        self._news: SimpleQueue[Callable[[], Iterator[Sent[R]]]] = SimpleQueue()

    def run(self, chunks: Iterable[Sequence[R]]) -> Iterator[Sent[R]]:
        """Yield each recipient with what went wrong, as that is known."""
        try:
            for chunk in self._fanout.turns.read(chunks):
                for url, recipients in _by_url(chunk).items():
                    yield from self._send(url, recipients)
            yield from self._collect(0)
        finally:
            self._threads.shutdown(cancel_futures=True)

    def _send(self, url: str, recipients: Sequence[R]) -> Iterator[Sent[R]]:
        for start in range(0, len(recipients), self._batch_size):
            part = recipients[start : start + self._batch_size]
            yield from self._collect(self._limit - len(part))
            self._under_way += len(part)
            if not self._hand_over(url, part):
                self._ask_boto3(part)

    def _collect(self, rest: int) -> Iterator[Sent[R]]:
        """Yield what is known, and what becomes known until no more than ``rest`` are under way."""
        while self._under_way > rest or not self._news.empty():
            for sent in self._news.get()():
                self._under_way -= 1
                yield sent

    def _hand_over(self, url: str, recipients: Sequence[R]) -> bool:
        """Let the fan-out send; return whether it does."""
        lane = self._lane(url)
        if lane is None or self._breaker.is_open(url):
            return False
        names = [recipient.connection_id for recipient in recipients]
        tell = partial(self._tell, partial(self._read, url, recipients))
        try:
            batch = lane.batch(names, tell)
        except (*AWS_ERRORS, ValueError):
            return False
        return self._fanout.submit(lane.target, batch, self._concurrency)

    def _lane(self, url: str) -> Lane | None:
        if url not in self._lanes:
            self._lanes[url] = self._find_lane(url)
        return self._lanes[url]

    def _ask_boto3(self, recipients: Sequence[R]) -> None:
        for recipient in recipients:
            future = self._threads.submit(self._post, recipient)
            future.add_done_callback(partial(self._tell, partial(self._hear, recipient)))

    def _tell(self, read: Callable[[Any], Iterator[Sent[R]]], news: object) -> None:
        """Let the caller's thread read what another has found out."""
        self._news.put(partial(read, news))

    def _read(self, url: str, recipients: Sequence[R], batch: Batch) -> Iterator[Sent[R]]:
        """Yield what the fan-out has found out, and let boto3 find out the rest."""
        if any(batch.statuses):
            self._breaker.note(url, None)
        for recipient, status in zip(recipients, batch.statuses, strict=True):
            if status == ACCEPTED:
                yield recipient, None
            elif status == UNSETTLED:
                self._ask_boto3([recipient])
            else:
                yield recipient, _ERRORS[status](recipient.connection_id)

    def _hear(self, recipient: R, future: Future[Exception | None]) -> Iterator[Sent[R]]:
        yield recipient, future.result()


def _by_url(recipients: Iterable[R]) -> dict[str, list[R]]:
    groups = defaultdict(list)
    for recipient in recipients:
        groups[recipient.management_url].append(recipient)
    return groups
