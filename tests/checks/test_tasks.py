"""The check of who runs the tasks of ``enqueue_message()``."""

from __future__ import annotations

import sys

import pytest
from django.core.checks import CheckMessage, Info
from pytest_django import Settings

from django_aws_api_gateway_websockets.checks import check_tasks_run_elsewhere

from ..tasks import backend_settings

__all__ = ["TestBackend"]

WITHIN = "Tasks run where they are made, so enqueue_message() sends within the request."
NEVER = "Tasks are never run, so enqueue_message() sends nothing."


def info(fact: str) -> list[CheckMessage]:
    """Return what the check says of a backend without workers."""
    return [
        Info(
            fact,
            hint="Before you call it, choose a backend of TASKS that has workers.",
            id="django_aws_api_gateway_websockets.I001",
        )
    ]


class TestBackend:
    @pytest.mark.parametrize(
        ("name", "fact"), [("immediate.ImmediateBackend", WITHIN), ("dummy.DummyBackend", NEVER)]
    )
    def test_has_no_workers(self, settings: Settings, name: str, fact: str) -> None:
        """Those that come with either framework are for tests, and to begin with."""
        settings.TASKS = {"default": backend_settings(name)}

        assert check_tasks_run_elsewhere(None) == info(fact)

    def test_is_immediate_by_default(self) -> None:
        """So it is in a project that has never heard of tasks."""
        assert check_tasks_run_elsewhere(None) == info(WITHIN)

    def test_is_that_of_the_settings(self, settings: Settings) -> None:
        """Others may be as they are."""
        settings.TASKS = {"default": backend_settings(), "slow": {"BACKEND": "project.Backend"}}
        settings.WEBSOCKETS = {"task_backend": "slow"}

        assert check_tasks_run_elsewhere(None) == []

    @pytest.mark.parametrize("value", [None, {}, {"default": None}, {"default": {"BACKEND": 1}}])
    def test_may_be_missing(self, settings: Settings, value: object) -> None:
        """Whoever enqueues gets an error; a check has nothing to add."""
        settings.TASKS = value

        assert check_tasks_run_elsewhere(None) == []

    def test_needs_a_framework(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without one nothing can be enqueued."""
        monkeypatch.setitem(sys.modules, "django.tasks", None)
        monkeypatch.setitem(sys.modules, "django_tasks", None)

        assert check_tasks_run_elsewhere(None) == []
