"""What is done to all connections at once, in the thread of the event loop."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from ..gateway import Gateway
from ..sockets import Peer
from .catalogue import Fault
from .faults import Faults
from .timetable import Timetable

__all__ = ["Acts"]


class Acts:
    """Does what a switchboard says; belongs to one event loop.

    Args:
        gateway: the data plane.
        peers: everybody who is connected.
        faults: say how often connections are lost.
        timetable: what happens later.
    """

    def __init__(
        self, gateway: Gateway, peers: Collection[Peer], faults: Faults, timetable: Timetable
    ) -> None:
        self.gateway = gateway
        self.peers = peers
        self.faults = faults
        self.timetable = timetable
        self._plan = 0

    def cut(self) -> None:
        """End all sockets without a close frame."""
        for peer in list(self.peers):
            peer.cut()

    def restart(self) -> None:
        """Lose all connections and what is under way, as if the gateway had died."""
        self.gateway.cancel()
        for peer in list(self.peers):
            peer.vanish()

    def plan(self) -> None:
        """Restart as often as the faults say from now on; an earlier plan is given up."""
        self._plan += 1
        seconds = self.faults.seconds(Fault.RESTART_EVERY)
        if seconds is not None:
            self.timetable.after(seconds, partial(self._follow, self._plan))

    def _follow(self, plan: int) -> None:
        """Restart if that is still the plan."""
        if plan == self._plan:
            self.restart()
            self.plan()
