"""The task framework of the project: Django's own, or the package that brings it to Django 5.2."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import django
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from django_aws_api_gateway_websockets.models.queueing.task_framework import (
    background_task,
    task_framework,
)

from ...tasks import backend_settings

__all__ = ["TestFramework", "TestTask", "remember"]

OWN, PACKAGE = "django.tasks", "django_tasks"


def remember(key: int) -> None:
    """Stand for the function of a task."""


class TestFramework:
    def test_is_that_of_django_where_it_has_one(self) -> None:
        """A project of Django 6.0 that has the package too has one set of backends."""
        expected = OWN if django.VERSION >= (6, 0) else PACKAGE

        assert task_framework() is import_module(expected)

    def test_is_the_package_where_django_has_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Django 5.2 can run tasks too."""
        package = import_module(PACKAGE)
        monkeypatch.setitem(sys.modules, OWN, None)

        assert task_framework() is package

    def test_has_to_be_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error says what to install."""
        monkeypatch.setitem(sys.modules, OWN, None)
        monkeypatch.setitem(sys.modules, PACKAGE, None)

        with pytest.raises(ImproperlyConfigured) as caught:
            task_framework()

        assert str(caught.value) == (
            "enqueue_message() needs Django's task framework: install "
            "django-aws-api-gateway-websockets[tasks], or use Django 6.0 or newer."
        )

    def test_that_is_broken_is_not_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What it lacks itself is another matter."""
        monkeypatch.setitem(sys.modules, OWN, None)
        monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
        monkeypatch.setitem(sys.modules, "django_stubs_ext", None)

        with pytest.raises(ModuleNotFoundError, match="django_stubs_ext"):
            task_framework()


class TestTask:
    def test_goes_where_the_settings_say(self, settings: Settings) -> None:
        """A project may keep broadcasts out of the way of other tasks."""
        settings.TASKS = {"slow": backend_settings(QUEUES=["broadcasts"])}
        settings.WEBSOCKETS = {"task_backend": "slow", "task_queue": "broadcasts"}

        task: Any = background_task(remember)

        assert (task.func, task.backend, task.queue_name) == (remember, "slow", "broadcasts")

    def test_asks_for_a_backend(self, settings: Settings) -> None:
        """A name that TASKS does not have is an error of the configuration."""
        settings.WEBSOCKETS = {"task_backend": "absent"}

        with pytest.raises(ImproperlyConfigured, match="absent"):
            background_task(remember)
