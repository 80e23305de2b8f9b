"""The tests of the upgrade cannot pass without the package that they upgrade from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from . import previous

__all__ = ["TestInstall", "TestRun"]

# What pip installs without looking anywhere.
NOTHING = ("no-such-package ; python_version < '3'",)


class TestInstall:
    def test_says_that_the_package_is_out_of_reach(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A failed installation is an error that names the package and the likely reason."""
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

        with pytest.raises(previous.PreviousPackageMissing) as caught:
            previous.install(tmp_path / "venv")

        assert str(caught.value) == (
            "The upgrade tests need django-aws-api-gateway-websockets==4.1.0, and it could not be "
            "installed. Is the package index within reach? ERROR: No matching distribution found "
            "for django-aws-api-gateway-websockets==4.1.0"
        )

    def test_starts_again_after_a_failure(self, tmp_path: Path) -> None:
        """An environment that was not finished is built anew, a finished one is kept."""
        environment = tmp_path / "venv"
        environment.mkdir()
        leftover = environment / "leftover"
        leftover.touch()

        previous.install(environment, requirements=NOTHING)
        python = previous.install(environment, requirements=("no-such-package-is-asked-for",))

        assert python.exists()
        assert not leftover.exists()


class TestRun:
    def test_shows_why_a_project_failed(self) -> None:
        """A command that fails in the other process fails here, with its error."""
        project = previous.project_settings({"ENGINE": "django.db.backends.dummy"})

        with pytest.raises(AssertionError, match="Unknown command: 'nonsense'"):
            previous.run(project, "nonsense")

    def test_uses_the_package_under_test(self) -> None:
        """Without another interpreter the project runs under this one."""
        project = previous.project_settings({"ENGINE": "django.db.backends.sqlite3"})

        output = previous.run(project, "shell --no-imports -c 'import sys; print(sys.prefix)'")

        assert output == f"{sys.prefix}\n"
