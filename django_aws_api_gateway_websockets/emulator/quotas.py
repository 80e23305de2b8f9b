"""How much an AWS account may ask of the gateway in a time, and what is too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..protocol.limits import ACCOUNT_BURST, ACCOUNT_REQUESTS_PER_SECOND, CONNECTIONS_PER_SECOND
from .clock import Clock

__all__ = ["Quotas", "Throttle"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Quotas:
    """What all APIs of the account may do together; the defaults are those of a new account.

    Source: API Gateway Developer Guide, "Amazon API Gateway quotas".

    Args:
        rate: requests a second: handshakes, messages, and calls of ``@connections``.
        burst: requests that may come at once.
        connect_rate: handshakes a second, and at once.

    Raises:
        ValueError: one of them is not positive.
    """

    rate: float = ACCOUNT_REQUESTS_PER_SECOND
    burst: int = ACCOUNT_BURST
    connect_rate: float = CONNECTIONS_PER_SECOND

    def __post_init__(self) -> None:
        if not (self.rate > 0 and self.burst >= 1 and self.connect_rate >= 1):
            raise ValueError("rate must be more than 0, burst and connect_rate at least 1.")


class Throttle:
    """Counts what an account does.

    Args:
        quotas: what it may do.
        clock: the time.
    """

    def __init__(self, quotas: Quotas, clock: Clock) -> None:
        self._requests = _Bucket(quotas.rate, quotas.burst, clock.now)
        self._connections = _Bucket(quotas.connect_rate, quotas.connect_rate, clock.now)

    def admits_request(self) -> bool:
        """Count a request, and tell whether it may be answered."""
        return self._requests.take()

    def admits_connection(self) -> bool:
        """Count a handshake, which is a request too, and tell whether it may be answered."""
        return self._connections.take() and self._requests.take()


class _Bucket:
    """A token bucket.

    Args:
        rate: tokens that come in a second.
        size: tokens that it holds, and has at first.
        now: tells the time in seconds.
    """

    def __init__(self, rate: float, size: float, now: Callable[[], float]) -> None:
        self.rate = rate
        self.size = size
        self.now = now
        self._tokens = size
        self._filled_at = now()

    def take(self) -> bool:
        """Take a token if there is one."""
        now = self.now()
        gained = (now - self._filled_at) * self.rate
        self._tokens = min(self.size, self._tokens + gained)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
