"""The task framework of the project: Django's own, or the package that brings it to Django 5.2."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured

from ...conf import settings

__all__ = ["BackgroundTask", "background_task", "task_framework"]

_FRAMEWORKS = ("django.tasks", "django_tasks")
"""The first one that is there is used; Django has its own from 6.0 on."""


class BackgroundTask(Protocol):
    """What either framework makes of a function."""

    def enqueue(self, *args: object) -> object:
        """Let a worker call the function with these arguments, which have to fit into JSON."""

    def using(self, *, backend: str, queue_name: str) -> BackgroundTask:
        """Return a copy that goes to this backend and queue."""


def task_framework() -> ModuleType:
    """Return the module that has ``task`` and ``task_backends``.

    Raises:
        ImproperlyConfigured: there is none.
    """
    for name in _FRAMEWORKS:
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    raise ImproperlyConfigured(
        "enqueue_message() needs Django's task framework: install "
        "django-aws-api-gateway-websockets[tasks], or use Django 6.0 or newer."
    )


def background_task(function: Callable[[int], None]) -> BackgroundTask:
    """Make a task of a function that a module defines, for the backend and queue of the settings.

    Raises:
        ImproperlyConfigured: there is no task framework, or no such backend.
    """
    decorate = task_framework().task(backend=settings.task_backend, queue_name=settings.task_queue)
    task: BackgroundTask = decorate(function)
    return task
