"""The admin pages in a project whose users have no username."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from tests.upgrade import previous

__all__ = ["TestCustomUser"]


class TestCustomUser:
    def test_every_page_can_be_searched(self, tmp_path: Path) -> None:
        """A search for a user finds the token and the attempt of that user, and fails nowhere."""
        project = previous.project_settings(
            {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")},
            ALLOWED_HOSTS=["localhost"],
            AUTH_USER_MODEL="people.Person",
            INSTALLED_APPS=[*settings.INSTALLED_APPS, "tests.upgrade.people"],
            MIDDLEWARE=settings.MIDDLEWARE,
            ROOT_URLCONF=settings.ROOT_URLCONF,
            TEMPLATES=settings.TEMPLATES,
            STATIC_URL=settings.STATIC_URL,
        )

        output = previous.run(
            project, "migrate --verbosity=0", "fill ada", "search_admin ada@example"
        )

        assert sorted(output.splitlines()) == [
            "ApiGateway 200 0",
            "ApiGatewayAdditionalRoute 200 0",
            "ChannelPermission 200 0",
            "ConnectionRateLimit 200 1",
            "Delivery 200 0",
            "WebSocketSession 200 0",
            "WebSocketToken 200 1",
        ]
