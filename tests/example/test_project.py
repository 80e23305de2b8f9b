"""The example project is sound, and its own tests pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from .project import ExampleProject

__all__ = ["TestCommands", "TestProject"]


@pytest.fixture
def project(tmp_path: Path) -> ExampleProject:
    """Return the project with an empty database."""
    return ExampleProject(tmp_path)


class TestProject:
    def test_passes_the_system_checks(self, project: ExampleProject) -> None:
        """Neither an error nor a warning."""
        output = project.call("check", "--fail-level=WARNING")

        assert output == "System check identified no issues (0 silenced).\n"

    def test_has_all_its_migrations(self, project: ExampleProject) -> None:
        """The models and the migrations agree."""
        assert project.call("makemigrations", "--check") == "No changes detected\n"

    def test_passes_its_own_tests(self, project: ExampleProject) -> None:
        """What the apps test about themselves holds."""
        assert "\nOK\n" in project.call("test", "config", "dashboard", "blog", "chat")


class TestCommands:
    def test_seeds_twice(self, project: ExampleProject) -> None:
        """A second run finds everything and follows a new address."""
        project.call("migrate", "--verbosity=0")
        project.call("seed")
        project.call("seed", "http://127.0.0.1:8123")

        output = project.call("dumpdata", "django_aws_api_gateway_websockets.apigateway")

        assert output.count('"target_base_endpoint": "http://127.0.0.1:8123/ws/"') == 1
