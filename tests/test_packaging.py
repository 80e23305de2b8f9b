"""The wheel holds what a project needs and nothing else, and says the truth about itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from email.message import Message
from email.parser import HeaderParser
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pytest

import django_aws_api_gateway_websockets

__all__ = ["TestContent", "TestMetadata", "TestReadme", "TestVersion", "TestWheelUnderTest"]

ROOT = Path(__file__).parents[1]
PACKAGE = "django_aws_api_gateway_websockets"
VERSION = django_aws_api_gateway_websockets.__version__
BUILD_TIMEOUT_SECONDS = 120


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Build the wheel of the checkout, without the network."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=BUILD_TIMEOUT_SECONDS,
    )
    [path] = target.iterdir()
    return ZipFile(path)


@pytest.fixture(scope="module")
def names(wheel: ZipFile) -> frozenset[str]:
    """Return the names of all files in the wheel."""
    return frozenset(wheel.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    """Return the wheel's METADATA."""
    name = f"{PACKAGE}-{VERSION}.dist-info/METADATA"
    return HeaderParser().parsestr(wheel.read(name).decode())


class TestContent:
    @pytest.mark.parametrize("suffix", ["py", "js", "d.ts", "html", "css", "svg", "typed"])
    def test_holds_every_file_of_the_package(self, names: frozenset[str], suffix: str) -> None:
        """Modules, static files, templates, migrations and ``py.typed`` are all installed."""
        files = (ROOT / PACKAGE).rglob(f"*.{suffix}")

        assert {path.relative_to(ROOT).as_posix() for path in files} <= names

    @pytest.mark.parametrize(
        "name", ["__init__.py", "py.typed", "migrations/__init__.py", "models/__init__.py"]
    )
    def test_holds_the_landmarks(self, names: frozenset[str], name: str) -> None:
        """What type checkers and Django look for is in its place."""
        assert f"{PACKAGE}/{name}" in names

    @pytest.mark.parametrize(
        "pattern",
        [
            "emulator/static/inspector.html",
            "emulator/static/inspector.js",
            "emulator/static/inspector.svg",
            "migrations/0001_*.py",
            "static/*/admin.css",
            "static/*/client.js",
            "static/*/client.d.ts",
            "templates/admin/*/*/preview.html",
        ],
    )
    def test_holds_what_is_no_module(self, names: frozenset[str], pattern: str) -> None:
        """Each kind of file that Django and pages need is among them."""
        [first, *_] = (ROOT / PACKAGE).glob(pattern)

        assert first.relative_to(ROOT).as_posix() in names

    def test_holds_nothing_beside_the_package(self, names: frozenset[str]) -> None:
        """Tests, documentation and the example project stay in the checkout."""
        roots = {name.partition("/")[0] for name in names}

        assert roots == {PACKAGE, f"{PACKAGE}-{VERSION}.dist-info"}

    def test_holds_no_leftovers(self, names: frozenset[str]) -> None:
        """Nothing that a run leaves behind is packed."""
        assert {name for name in names if "__pycache__" in name or "node_modules" in name} == set()


class TestMetadata:
    def test_names_the_distribution(self, metadata: Message) -> None:
        """The name on the package index is that of the package it succeeds."""
        assert metadata["Name"] == "django-aws-api-gateway-websockets"

    def test_names_the_licence_as_an_expression(self, metadata: Message) -> None:
        """The licence is an SPDX expression, with its text in the wheel."""
        assert (metadata["License-Expression"], metadata["License-File"]) == ("MIT", "LICENSE")

    def test_requires_django_and_boto3_alone(self, metadata: Message) -> None:
        """Everything else is an extra."""
        requirements = [str(value) for value in metadata.get_all("Requires-Dist", [])]
        core = [value.partition(">")[0] for value in requirements if "extra ==" not in value]

        assert sorted(core) == ["boto3", "django"]

    def test_admits_what_the_lowest_lane_tests(self, metadata: Message) -> None:
        """Every lower bound is a version that the tests ran with."""
        requirements = [str(value) for value in metadata.get_all("Requires-Dist", [])]
        bounds = {value.partition(";")[0] for value in requirements}
        pins = re.findall(r"lowest: (\S+==\S+)", (ROOT / "tox.ini").read_text(encoding="utf-8"))

        assert {bound.replace(">=", "==") for bound in bounds} == {pin.lower() for pin in pins}

    def test_offers_the_extras(self, metadata: Message) -> None:
        """The local gateway and the task framework of Django 5.2 are optional."""
        assert metadata.get_all("Provides-Extra") == ["local", "tasks"]

    def test_brings_the_plugin_of_pytest(self, wheel: ZipFile) -> None:
        """pytest finds the plugin by itself."""
        entry_points = wheel.read(f"{PACKAGE}-{VERSION}.dist-info/entry_points.txt").decode()

        assert entry_points == f"[pytest11]\n{PACKAGE} = {PACKAGE}.testing.plugin\n"

    def test_admits_the_pythons_that_are_tested(self, metadata: Message) -> None:
        """The oldest Python is the oldest lane."""
        assert metadata["Requires-Python"] == ">=3.11"


class TestVersion:
    def test_is_what_the_wheel_says(self, metadata: Message) -> None:
        """The wheel's version comes from the package."""
        assert metadata["Version"] == VERSION

    def test_is_what_the_changelog_says(self) -> None:
        """The newest heading of the changelog is this version."""
        lines = (ROOT / "docs" / "changelog.rst").read_text(encoding="utf-8").splitlines()
        headings = [line for line, below in pairwise(lines) if below[:3] == "---"]

        assert headings[0].split()[0] == VERSION


class TestReadme:
    def test_gives_the_command_that_ci_runs(self) -> None:
        """What a newcomer types is what is tested."""
        script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
        [command] = re.findall(r"^(python3 -m venv .*tox) \|\|", script, re.MULTILINE)

        assert command in (ROOT / "README.rst").read_text(encoding="utf-8")


class TestWheelUnderTest:
    @pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="only tox installs the wheel")
    def test_is_the_installed_one(self) -> None:
        """The lanes test what users install, not the checkout."""
        installed = Path(sysconfig.get_path("purelib"), PACKAGE, "__init__.py")

        assert Path(django_aws_api_gateway_websockets.__file__) == installed
