"""The signals that this package sends; the sender is the view class.

Only ``connection_closed`` has another, ``WebSocketSession``, when a connection has ended in AWS
without a word.

``connection_opened(session, event)``, ``connection_closed(event)``,
``connection_refused(refusal, event, gateway)`` and ``message_refused(refusal, event, gateway)``.
"""

from __future__ import annotations

from django.dispatch import Signal

__all__ = ["connection_closed", "connection_opened", "connection_refused", "message_refused"]

connection_opened = Signal()
connection_closed = Signal()
connection_refused = Signal()
message_refused = Signal()
