"""The signals that this package sends.

From a view, whose class is the sender: ``connection_opened(session, event)``,
``connection_closed(event)``, ``connection_refused(refusal, event, gateway)`` and
``message_refused(refusal, event, gateway)``. From sending, with ``WebSocketSession`` as the sender:
``delivery_finished(report)`` and ``sessions_gone(count, keys)``; and ``connection_closed``, when a
connection has ended in AWS without a word.
"""

from __future__ import annotations

from django.dispatch import Signal

__all__ = [
    "connection_closed",
    "connection_opened",
    "connection_refused",
    "delivery_finished",
    "message_refused",
    "sessions_gone",
]

connection_opened = Signal()
connection_closed = Signal()
connection_refused = Signal()
message_refused = Signal()
delivery_finished = Signal()
sessions_gone = Signal()
