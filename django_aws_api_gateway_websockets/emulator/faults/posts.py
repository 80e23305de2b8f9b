"""The leg from the backend to a client, on which posts may be late, lost, refused or overtaken."""

from __future__ import annotations

from collections.abc import Sequence

from ..answers import Answer, Lost
from ..connections import Connection
from ..gateway import Gateway
from ..management import Management
from .fates import Sending, decide_post, decide_sending
from .faults import Faults
from .overtaking import Overtaking
from .timetable import Timetable

__all__ = ["BreakablePosts"]


class BreakablePosts:
    """Answers for ``@connections`` as the faults let it.

    Args:
        gateway: the data plane.
        faults: what may happen.
        timetable: what happens later.
    """

    def __init__(self, gateway: Gateway, faults: Faults, timetable: Timetable) -> None:
        self.gateway = gateway
        self.faults = faults
        self.timetable = timetable
        self.management = Management(gateway, self._deliver)
        self._overtaking = Overtaking(timetable)

    async def handle(
        self, method: str, host: str, segments: Sequence[str], body: bytes
    ) -> Answer | Lost:
        """Answer a request; the parameters are those of `Management.handle`."""
        if self.faults.quiet:
            self._let_go(method, segments)
            return self.management.handle(method, host, segments, body)
        fate = decide_post(self.faults)
        await self.timetable.sleep(fate.delay)
        if fate.answer is None:
            self._let_go(method, segments)
        answer = self.management.handle(method, host, segments, body, instead=fate.answer)
        return Lost.CUT if fate.cut else answer

    def _let_go(self, method: str, segments: Sequence[str]) -> None:
        """Send what is held for a connection before it is deleted: late is not lost."""
        if method == "DELETE":
            self._overtaking.passed(segments[-1])

    def _deliver(self, connection: Connection, message: bytes) -> bool:
        """Send a message now, later or never; False when the client takes it not now."""
        waiting = self._overtaking.waits(connection.connection_id)
        if self.faults.quiet and not waiting:
            return self.gateway.deliver(connection, message)
        sending = decide_sending(self.faults, waiting=waiting)
        if sending is Sending.LOST:
            return True
        if sending is Sending.HELD:
            self._overtaking.hold(
                connection.connection_id, lambda: self._send_late(connection, message)
            )
            return True
        sent = self.gateway.deliver(connection, message)
        self._overtaking.passed(connection.connection_id)
        return sent

    def _send_late(self, connection: Connection, message: bytes) -> None:
        self.gateway.deliver(connection, message)
