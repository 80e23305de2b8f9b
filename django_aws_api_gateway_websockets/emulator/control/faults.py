"""Calls of the control plane that fail when they are told to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..answers import Answer, Lost, error_answer

__all__ = ["ControlFault", "ControlFaults"]

_CODES: Final[Mapping[int, str]] = {
    400: "BadRequestException",
    403: "AccessDeniedException",
    404: "NotFoundException",
    409: "ConflictException",
    429: "TooManyRequestsException",
    503: "ServiceUnavailable",
}
_OTHER_CODE: Final = "InternalFailure"


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlFault:
    """What becomes of some calls of the control plane: an error, or no answer.

    Args:
        operation: the operation as AWS names it, for example ``CreateRoute``; None for all.
        nth: the first call that fails, counted from 1.
        times: how many calls fail, one after the other.
        done: whether the call has its effect all the same.
        lost: how the answer gets lost; None for an answer with `status`.
        status: HTTP status of the error.
        code: the error code that boto3 shows; empty for the usual one of the status.
    """

    operation: str | None = None
    nth: int = 1
    times: int = 1
    done: bool = False
    lost: Lost | None = None
    status: int = 500
    code: str = ""

    def outcome(self) -> Answer | Lost:
        """Return what the client gets."""
        if self.lost is not None:
            return self.lost
        code = self.code or _CODES.get(self.status, _OTHER_CODE)
        return error_answer(self.status, code, "Told to fail")


class ControlFaults:
    """The faults that are to come; may be used from any thread.

    Args:
        operations: the names that a fault can have.
    """

    def __init__(self, operations: Container[str]) -> None:
        self._operations = operations
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def add(self, *faults: ControlFault) -> None:
        """Let calls fail from now on; several faults count independently of each other.

        Raises:
            ValueError: there is no operation of that name.
        """
        self._arm(faults)

    def clear(self) -> None:
        """Let no further call fail."""
        with self._lock:
            self._armed.clear()

    @contextlib.contextmanager
    def failing(self, *faults: ControlFault) -> Iterator[None]:
        """Let calls fail for as long as the context lasts.

        Raises:
            ValueError: there is no operation of that name.
        """
        armed = self._arm(faults)
        try:
            yield
        finally:
            with self._lock:
                self._armed = [other for other in self._armed if other not in armed]

    def take(self, operation: str) -> ControlFault | None:
        """Count a call, and return the fault that it runs into."""
        with self._lock:
            hit = [armed.fault for armed in self._armed if armed.count(operation)]
        return hit[0] if hit else None

    def _arm(self, faults: tuple[ControlFault, ...]) -> list[_Armed]:
        for fault in faults:
            if fault.operation is not None and fault.operation not in self._operations:
                raise ValueError(f"The local gateway has no operation {fault.operation!r}.")
        armed = [_Armed(fault) for fault in faults]
        with self._lock:
            self._armed += armed
        return armed


class _Armed:
    """A fault, and the calls that it has seen."""

    def __init__(self, fault: ControlFault) -> None:
        self.fault = fault
        self._calls = 0

    def count(self, operation: str) -> bool:
        """Take note of a call, and tell whether it is to fail."""
        if self.fault.operation not in (None, operation):
            return False
        self._calls += 1
        return self.fault.nth <= self._calls < self.fault.nth + self.fault.times
