"""The task that workers run.

Importing it needs a task framework, so that the package itself does not: workers import it, and
whoever enqueues, by its name.
"""

from __future__ import annotations

from .models.queueing.task_framework import background_task
from .models.shards import run_shard

__all__ = ["deliver_shard"]


@background_task
def deliver_shard(shard_id: int) -> None:
    """Send a message to those recipients of a shard who have not been sent it yet."""
    run_shard(shard_id)
