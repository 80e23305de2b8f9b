"""The pytest plugin helps projects that use this app, and leaves all others as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PACKAGE = "django_aws_api_gateway_websockets"
TIMEOUT_SECONDS = 60

# By its module, as the only one, wherever the package under test is installed or not.
PLUGIN = (f"-pno:{PACKAGE}", f"-p{PACKAGE}.testing.plugin", "-pno:randomly", "-pno:cacheprovider")
NO_DJANGO = "-pno:django"

SETTINGS = f"""
    DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
    INSTALLED_APPS = [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "{PACKAGE}",
    ]
    MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    ROOT_URLCONF = "urls"
    SECRET_KEY = "x" * 50
    STATIC_URL = "static/"
    USE_TZ = True
    WEBSOCKETS = {{"transport": {{"BACKEND": "{PACKAGE}.transports.console.ConsoleTransport"}}}}
"""
URLS = f"""
    from django.urls import include, path

    urlpatterns = [path("ws/", include("{PACKAGE}.urls"))]
"""
TRANSPORTS = f"""
    import pytest
    from django.test import SimpleTestCase, override_settings

    from {PACKAGE}.transports import get_transport

    API_GATEWAY = {{"BACKEND": "{PACKAGE}.transports.apigateway.APIGatewayTransport"}}

    def transport():
        return type(get_transport()).__name__

    def test_in_memory():
        assert transport() == "LocMemTransport"

    @pytest.mark.websocket_transport
    def test_configured():
        assert transport() == "ConsoleTransport"

    @pytest.mark.websocket_transport
    def test_configured_under_other_settings():
        with override_settings(WEBSOCKETS={{}}):
            assert transport() == "ConsoleTransport"

    @override_settings(WEBSOCKETS={{"token_expiry_seconds": 7}})
    class OverridingOthers(SimpleTestCase):
        def test_in_memory(self):
            assert transport() == "LocMemTransport"

    @override_settings(WEBSOCKETS={{"transport": API_GATEWAY}})
    class OverridingTheTransport(SimpleTestCase):
        def test_overridden(self):
            assert transport() == "APIGatewayTransport"
"""
FIXTURES = f"""
    import pytest
    from django.contrib.auth.models import User
    from django.utils import timezone

    from {PACKAGE}.models import ApiGateway
    from {PACKAGE}.testing import create_gateway
    from {PACKAGE}.transports import get_transport
    from websockets.sync.client import connect

    def transport():
        return type(get_transport()).__name__

    @pytest.mark.parametrize("number", [1, 2])
    def test_outbox_is_empty_at_first(number, gateway_client, websocket_outbox):
        assert websocket_outbox == []
        ann = gateway_client(User.objects.create_user("ann"))
        assert ann.connect().status_code == 200
        ann.session.send_message(number)
        assert [message.json for message in websocket_outbox] == [number]

    def test_clock(websocket_clock):
        websocket_clock.advance(days=400)
        assert timezone.now() == websocket_clock.now()

    def test_gateway(websocket_gateway):
        assert ApiGateway.objects.get() == websocket_gateway

    def test_live(live_gateway):
        assert ApiGateway.objects.get() == live_gateway.gateway
        assert transport() == "APIGatewayTransport"
        with pytest.raises(Exception, match="400"), connect(live_gateway.url, proxy=None):
            pass

    def test_client(gateway_client, websocket_gateway):
        two = create_gateway(api_name="two", api_id="two")
        assert gateway_client().gateway == websocket_gateway
        assert gateway_client(gateway=two, source_ip="192.0.2.1").gateway == two
"""
# What a project without this app relies on: nothing of it is imported.
UNTOUCHED = f"""
    import sys

    def test_models_are_not_imported(request):
        manager = request.config.pluginmanager
        assert manager.has_plugin("{PACKAGE}.testing.plugin")
        assert not manager.has_plugin("{PACKAGE}.testing.fixtures")
        assert "{PACKAGE}.models" not in sys.modules
"""
SET_UP = """
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    django.setup()
"""


def run(project: Path, *arguments: str, script: tuple[str, ...] = ("-m", "pytest")) -> str:
    """Run pytest in a project to a successful end, and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(project), *sys.path])}
    for name in ("DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, *script, "-q", *PLUGIN, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with this app, with every warning an error and every marker strict."""
    write(tmp_path, "pytest.ini", "[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n")
    write(tmp_path, "settings.py", SETTINGS)
    write(tmp_path, "urls.py", URLS)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    """Write a file of a project."""
    (project / name).write_text(dedent(text), encoding="utf-8")


class TestProjectsWithTheApp:
    """Messages stay in memory, and the fixtures are there."""

    def test_transport(self, project: Path) -> None:
        """Unless a test says otherwise, by its marker or by its settings."""
        write(project, "test_transports.py", TRANSPORTS)

        assert "5 passed" in run(project, "--ds=settings")

    def test_fixtures(self, project: Path) -> None:
        """Each does what it says, in the processes of pytest-xdist too."""
        write(project, "test_fixtures.py", FIXTURES)

        assert "6 passed" in run(project, "--ds=settings", "-n1")

    def test_without_pytest_django(self, project: Path) -> None:
        """A project may set Django up by itself."""
        write(project, "conftest.py", SET_UP)
        write(project, "test_transports.py", TRANSPORTS)

        assert "5 passed" in run(project, NO_DJANGO)

    def test_set_up_before_pytest(self, project: Path) -> None:
        """A script may set Django up, and run pytest then."""
        write(project, "run.py", dedent(SET_UP) + "import pytest, sys\nsys.exit(pytest.main())\n")
        write(project, "test_transports.py", TRANSPORTS)

        assert "5 passed" in run(project, NO_DJANGO, script=("run.py",))


class TestOtherProjects:
    """Where the package is merely installed, nothing happens."""

    def test_without_settings(self, project: Path) -> None:
        """A project that is none of Django."""
        write(project, "test_untouched.py", UNTOUCHED)

        assert "1 passed" in run(project)

    def test_without_plugins(self, project: Path) -> None:
        """One without pytest-django."""
        write(project, "test_untouched.py", UNTOUCHED)

        assert "1 passed" in run(project, NO_DJANGO)

    def test_without_the_app(self, project: Path) -> None:
        """A project of Django without this app."""
        write(project, "settings.py", "SECRET_KEY = 'x'\nUSE_TZ = True\n")
        write(project, "test_untouched.py", UNTOUCHED)

        assert "1 passed" in run(project, "--ds=settings")


class TestImporting:
    """pytest may find the package imported already."""

    def test_no_warning(self) -> None:
        """It would warn that it cannot rewrite the package's asserts, and there are none."""
        pytest.register_assert_rewrite(PACKAGE)
