"""Check of who runs the tasks of ``enqueue_message()``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Info, Tags, register
from django.core.exceptions import ImproperlyConfigured

from ..conf import settings
from ..models.queueing.task_framework import task_framework
from .messages import check_id

__all__ = ["check_tasks_run_elsewhere"]

_FACTS = {
    "backends.immediate.ImmediateBackend": (
        "Tasks run where they are made, so enqueue_message() sends within the request."
    ),
    "backends.dummy.DummyBackend": "Tasks are never run, so enqueue_message() sends nothing.",
}


@register(Tags.compatibility, deploy=True)
def check_tasks_run_elsewhere(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a task backend that has no workers.

    It is no warning, because a project need not enqueue anything; whether it does cannot be seen.
    Where it cannot, for want of a task framework or of the backend, ``enqueue_message()`` raises.
    """
    fact = _FACTS.get(_backend())
    hint = "Before you call it, choose a backend of TASKS that has workers."
    return [Info(fact, hint=hint, id=check_id("I001"))] if fact else []


def _backend() -> str:
    """Return the backend's name within its task framework, or the empty text."""
    try:
        framework = f"{task_framework().__name__}."
    except ImproperlyConfigured:
        return ""
    # Django 5.2 has no TASKS; the package has this default then, as Django has it from 6.0 on.
    default = {"default": {"BACKEND": f"{framework}backends.immediate.ImmediateBackend"}}
    backends = getattr(django_settings, "TASKS", default)
    backend = backends.get(settings.task_backend) if isinstance(backends, Mapping) else None
    path = backend.get("BACKEND") if isinstance(backend, Mapping) else None
    return path.removeprefix(framework) if isinstance(path, str) else ""
