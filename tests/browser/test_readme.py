"""The quickstart of the README, typed into a new project as it stands there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from playwright.sync_api import Browser, Page

from ..e2e.conftest import FOUL
from ..management.site import Running, free_port
from .conftest import PATIENCE

__all__ = ["TestQuickstart"]

README = Path(__file__).parents[2] / "README.rst"
PACKAGE = "django_aws_api_gateway_websockets"
LOGIN = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_user("ada"))
print("cookie:", client.cookies["sessionid"].value)
"""


class NewProject:
    """A project that ``startproject`` makes, with what the README says added to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "mysite.settings",
            "PYTHONPATH": os.pathsep.join(["", *sys.path]),
            "PYTHONSAFEPATH": "",
            "PYTHONUNBUFFERED": "1",
        }
        self.port, self._gateway_port = free_port(), free_port()
        self.run(
            "-m", "django", "startproject", "mysite", ".", "--settings=django.conf.global_settings"
        )
        self.run("manage.py", "startapp", "wall")
        self._follow_readme()

    def run(self, *arguments: str) -> str:
        """Run Python to its end and return what it wrote."""
        running = self.start(*arguments)
        assert running.wait() == 0, running.output
        return running.output

    def start(self, *arguments: str) -> Running:
        """Start Python."""
        output = self._folder / f"{len(list(self._folder.iterdir()))}.txt"
        command = [sys.executable, *arguments]
        return Running(command, output, cwd=self._folder, env=self._environment)

    def serve(self) -> Running:
        """Run what the last line of the README's commands runs, on ports that are free.

        It is a bad day, with what people do not see.
        """
        ports = [f"{self._gateway_port}", "--runserver", f"127.0.0.1:{self.port}", "--noreload"]
        return self.start("manage.py", "runapigateway", *ports, *(f"--fault={f}" for f in FOUL))

    def _follow_readme(self) -> None:
        text = README.read_text(encoding="utf-8")
        found = re.findall(r"^\.\. code-block:: \S+\n\n((?:    .*\n|\n)+)", text, re.MULTILINE)
        views, urls, template, script, commands = map(dedent, found)
        self._add("mysite/settings.py", f"INSTALLED_APPS += ['wall', '{PACKAGE}']\n")
        self._add("mysite/urls.py", urls)
        self._add("wall/views.py", views)
        self._add("wall/templates/wall.html", template)
        self._add("wall/static/wall.js", script)
        [rows] = re.findall(r"shell -c '\n(.*?)'", commands, re.DOTALL)
        self.run("manage.py", "migrate", "--verbosity=0")
        self.run("manage.py", "shell", "-c", rows.replace(":8000/", f":{self.port}/"))

    def _add(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[NewProject]:
    """Serve a new project that follows the README."""
    project = NewProject(tmp_path)
    with project.serve() as running:
        running.wait_until_says("Starting development server")
        yield project


def write(page: Page, text: str) -> None:
    """Write a line on the wall."""
    page.locator("input").fill(text)
    page.keyboard.press("Enter")


class TestQuickstart:
    def test_line_reaches_the_other_window(self, project: NewProject, browser: Browser) -> None:
        """Who is logged in writes, and every window shows it."""
        [cookie] = re.findall(r"cookie: (\w+)", project.run("manage.py", "shell", "-c", LOGIN))
        url = f"http://127.0.0.1:{project.port}"
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        first, second = context.new_page(), context.new_page()
        first.goto(f"{url}/wall/")
        second.goto(f"{url}/wall/")

        write(second, "I am here")
        second.locator("pre", has_text="I am here").wait_for()
        write(first, "Twelve lines")

        second.locator("pre", has_text="Twelve lines").wait_for()
        context.close()
