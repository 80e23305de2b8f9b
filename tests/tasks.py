"""The tasks that were made, kept by the backend that runs none, until a test runs them."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

from django_aws_api_gateway_websockets.models.queueing.task_framework import task_framework

__all__ = ["backend_settings", "forget", "made", "work"]


def backend_settings(name: str = "dummy.DummyBackend", **options: Any) -> dict[str, Any]:
    """Return an entry of ``TASKS`` for a backend of the framework that is there."""
    return {"BACKEND": f"{task_framework().__name__}.backends.{name}", **options}


def made(alias: str = "default") -> list[Any]:
    """Return the tasks made so far, in order, as the backend describes them."""
    results: list[Any] = task_framework().task_backends[alias].results
    return results


def forget(alias: str = "default") -> None:
    """Lose the tasks, as a broker does that is emptied."""
    made(alias).clear()


def work(alias: str = "default") -> None:
    """Run the tasks and forget them; each is found by its name, as a worker finds it."""
    for result in list(made(alias)):
        import_string(result.task.module_path).call(*result.args, **result.kwargs)
    forget(alias)
