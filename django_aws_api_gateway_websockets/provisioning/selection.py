"""Chooses the steps that a change of some fields or routes calls for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .steps import ROUTE_KINDS, Step, StepKind

__all__ = ["Selection", "select"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Parts of a gateway.

    Args:
        api: names of changes of the API, such as ``Name``.
        stage: names of changes of the stage, such as ``Description``.
        keys: of routes, with their integrations and responses.
    """

    api: frozenset[str] = frozenset()
    stage: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()


def select(steps: Iterable[Step], selection: Selection, *, due: bool = False) -> tuple[Step, ...]:
    """Return the steps of a plan that are about the selection, and the removals.

    Args:
        due: whether a deployment is due anyway; otherwise it stays only when something is done.
    """
    kept = list(_selected(steps, selection))
    is_idle = all(step.skipped for step in kept if step.kind is not StepKind.DEPLOYMENT)
    return tuple(
        step for step in kept if step.kind is not StepKind.DEPLOYMENT or due or not is_idle
    )


def _selected(steps: Iterable[Step], selection: Selection) -> Iterator[Step]:
    names = {StepKind.API: selection.api, StepKind.STAGE: selection.stage}
    for step in steps:
        if step.kind in names:
            changes = tuple(change for change in step.changes if change.name in names[step.kind])
            yield replace(step, changes=changes, skipped=not changes)
        elif step.subject in selection.keys or _is_about_no_wanted_route(step):
            yield step


def _is_about_no_wanted_route(step: Step) -> bool:
    """Return whether a step is the deployment, or takes away a route that no row wants."""
    takes_away = step.removes and step.kind is not StepKind.ROUTE_RESPONSE
    return step.kind not in ROUTE_KINDS or takes_away
