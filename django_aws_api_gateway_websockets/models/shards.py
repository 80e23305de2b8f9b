"""Sends the shards of deliveries, each by one run at a time that knows where others stopped."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from .primary import on_primary
from .queueing.deliveries import Delivery, DeliveryShard, is_free
from .sending.payloads import Payload
from .sessions import WebSocketSession

__all__ = ["CHUNK_SIZE", "LEASE", "run_shard"]

CHUNK_SIZE = 200
"""Recipients after which is written down that they are done: who is killed repeats no more."""

LEASE = timedelta(minutes=5)
"""How long a run keeps others away from when it has last written something down."""


def run_shard(key: int) -> None:
    """Send a message to those recipients of a shard who have not been sent it yet.

    Nothing happens when the shard is finished, or while another run is at it. Whoever has closed
    meanwhile is left out. What AWS did not take is not repeated beyond what ``send_message`` does.

    Args:
        key: primary key of the shard.

    Raises:
        Exception: the run could not go on; the next one goes on where it stopped.
    """
    shard = _claim(key)
    if shard is None:
        return
    try:
        while chunk := shard.keys[shard.position : shard.position + CHUNK_SIZE]:
            _send(shard.delivery, chunk)
            if not _move_on(shard, len(chunk)):
                return
    except BaseException:
        # Else the lease ends by itself.
        with suppress(DatabaseError):
            _update(shard, claimed_until=None)
        raise
    _finish(shard)


def _claim(key: int) -> DeliveryShard | None:
    """Keep other runs away and return the shard; return None if it is finished, or another's."""
    moment = timezone.now()
    rows, until = on_primary(DeliveryShard).filter(pk=key), moment + LEASE
    if not rows.filter(is_free(moment)).update(claimed_until=until):
        return None
    return rows.filter(claimed_until=until).select_related("delivery").first()


def _send(delivery: Delivery, keys: list[int]) -> None:
    rows = WebSocketSession.objects.using(delivery.database).filter(pk__in=keys)
    # Drivers differ in the type of what they read from a binary column.
    rows.send_message(Payload.encoded(bytes(delivery.payload)), delivery.max_workers)


def _move_on(shard: DeliveryShard, count: int) -> bool:
    """Write down that so many more are done; return False when another run has taken over."""
    position, until = shard.position + count, timezone.now() + LEASE
    if not _update(shard, position=position, claimed_until=until):
        return False
    shard.position, shard.claimed_until = position, until
    return True


def _update(shard: DeliveryShard, **values: object) -> int:
    """Change the row while the claim is ours; its end tells it from the claims of others."""
    rows = on_primary(DeliveryShard).filter(pk=shard.pk, claimed_until=shard.claimed_until)
    return rows.update(**values)


def _finish(shard: DeliveryShard) -> None:
    """Delete the shard, and with the last one the delivery."""
    on_primary(DeliveryShard).filter(pk=shard.pk).delete()
    on_primary(Delivery).filter(pk=shard.delivery_id, shards=None).delete()
