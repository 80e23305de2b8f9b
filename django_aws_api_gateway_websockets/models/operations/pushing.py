"""Pushes what was saved to AWS: at once, or after the commit with one deployment for a gateway."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, transaction

from ...aws.resources import Route
from ...conf import settings
from ...exceptions import ApiGatewaySyncError
from ...provisioning.run import StepResult
from .syncing import apply_plan, make_plan, sync_errors

if TYPE_CHECKING:
    from ..gateways import ApiGateway

__all__ = [
    "Batch",
    "collect_deferred_sync_errors",
    "pending_batch",
    "push_is_on",
    "push_when_committed",
    "run_aws_after_commit",
]

_collected: ContextVar[list[ApiGatewaySyncError] | None] = ContextVar("collected", default=None)
_pending = threading.local()


def push_is_on(push_to_aws: bool | None) -> bool:
    """Return whether a change is to be pushed: what the caller says, else what the setting says."""
    return settings.push_changes_to_aws if push_to_aws is None else push_to_aws


@dataclass(kw_only=True, slots=True)
class Batch:
    """What was changed of one gateway in one transaction.

    A savepoint that is rolled back leaves its changes here; they do no harm, because what is wanted
    is read from the rows.

    Args:
        ids: route and integration id by key, once they were pushed.
    """

    gateway: ApiGateway
    using: str
    fields: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    remove: list[Route] = field(default_factory=list)
    ids: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_done: bool = False

    def run(self) -> None:
        """Push everything, unless that was done.

        Raises:
            ApiGatewaySyncError: AWS and the rows differ now; the gateway's row says why.
        """
        if self.is_done:
            return
        self.is_done = True
        _batches().pop((self.using, self.gateway.pk), None)
        rows = type(self.gateway)._base_manager.using(self.using)
        gateway = rows.filter(pk=self.gateway.pk).first()
        if gateway is not None and gateway.is_deployed:
            with sync_errors(gateway, anything=True):
                self._push(gateway)

    def _push(self, gateway: ApiGateway) -> None:
        control = gateway.control_plane()
        plan = make_plan(gateway, control, fields=self.fields, keys=self.keys, remove=self.remove)
        for result in apply_plan(gateway, control, plan):
            self._take(result)

    def _take(self, result: StepResult) -> None:
        if result.route_id:
            self.ids[result.route_key] = (result.route_id, result.integration_id)


def pending_batch(gateway: ApiGateway, using: str | None) -> Batch:
    """Return the batch that collects the changes of a gateway until they are committed."""
    alias = using or DEFAULT_DB_ALIAS
    key = (alias, gateway.pk)
    return _batches().setdefault(key, Batch(gateway=gateway, using=alias))


def push_when_committed(batch: Batch, *, then: Callable[[], object]) -> None:
    """Push a batch, and call ``then`` when that succeeded.

    Raises:
        ApiGatewaySyncError: there is no transaction to wait for, and the push failed.
    """
    run_aws_after_commit(partial(_run, batch, then), using=batch.using)


def run_aws_after_commit(operation: Callable[[], object], *, using: str | None = None) -> None:
    """Run an operation once the transaction is committed, or at once when there is none.

    What fails after the commit is logged, and given to ``collect_deferred_sync_errors``; it never
    reaches the other callbacks of the commit. A rollback drops the operation.

    Raises:
        ApiGatewaySyncError: at once, without a transaction.
    """
    if transaction.get_connection(using).in_atomic_block:
        collecting = partial(_collecting, operation, _collected.get())
        transaction.on_commit(collecting, using=using, robust=True)
    else:
        operation()


@contextmanager
def collect_deferred_sync_errors() -> Iterator[list[ApiGatewaySyncError]]:
    """Yield a list that gets the errors of pushes that are asked for inside, at their commits."""
    errors: list[ApiGatewaySyncError] = []
    token = _collected.set(errors)
    try:
        yield errors
    finally:
        _collected.reset(token)


def _batches() -> dict[tuple[str, int], Batch]:
    if not hasattr(_pending, "batches"):
        _pending.batches = {}
    batches: dict[tuple[str, int], Batch] = _pending.batches
    return batches


def _run(batch: Batch, then: Callable[[], object]) -> None:
    batch.run()
    then()


def _collecting(
    operation: Callable[[], object], collected: list[ApiGatewaySyncError] | None
) -> None:
    try:
        operation()
    except ApiGatewaySyncError as error:
        if collected is not None:
            collected.append(error)
