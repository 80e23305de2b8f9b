"""Administrators hear of each kind of exception once per interval."""

from __future__ import annotations

import django
import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from django_aws_api_gateway_websockets.views.alerts import ExceptionMailer

# Django 6.0 takes addresses, 5.2 pairs of a name and an address.
ADMIN = "ops@example.com" if django.VERSION >= (6, 0) else ("Ops", "ops@example.com")


class Time:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    """Return the clock of the mailer."""
    return Time()


@pytest.fixture
def mailer(settings: Settings, time: Time) -> ExceptionMailer:
    """Return a mailer that has not mailed yet."""
    settings.ADMINS = [ADMIN]
    return ExceptionMailer(time)


class TestMailing:
    """One exception is one mail."""

    def test_mail(self, mailer: ExceptionMailer, mailoutbox: list[EmailMessage]) -> None:
        """The subject is always the same, so that it can be filtered."""
        mailer.mail(int, ValueError("No room."), interval=60)

        assert mailoutbox[0].subject == "[Django] Unexpected Websocket Exception"
        assert mailoutbox[0].body == "No room."
        assert mailoutbox[0].to == ["ops@example.com"]

    def test_real_clock(self, settings: Settings, mailoutbox: list[EmailMessage]) -> None:
        """A mailer brings its own clock."""
        settings.ADMINS = [ADMIN]
        mailer = ExceptionMailer()

        mailer.mail(int, ValueError(), interval=60)
        mailer.mail(int, ValueError(), interval=60)

        assert len(mailoutbox) == 1

    def test_failure(
        self, settings: Settings, mailer: ExceptionMailer, caplog: pytest.LogCaptureFixture
    ) -> None:
        """What keeps a mail back hides no exception behind another."""
        settings.ADMINS = [7]

        mailer.mail(int, ValueError(), interval=60)

        assert "Administrators could not be told by mail: " in caplog.text


class TestInterval:
    """The same again is mailed when the interval is over."""

    @pytest.mark.parametrize(("seconds", "mails"), [(0, 1), (59.9, 1), (60, 2)])
    def test_later(
        self,
        mailer: ExceptionMailer,
        time: Time,
        mailoutbox: list[EmailMessage],
        seconds: float,
        mails: int,
    ) -> None:
        """An interval counts from the last mail."""
        mailer.mail(int, ValueError(), interval=60)
        time.now += seconds

        mailer.mail(int, ValueError(), interval=60)

        assert len(mailoutbox) == mails

    @pytest.mark.parametrize(
        ("source", "error"), [(int, KeyError()), (str, ValueError())], ids=["error", "view"]
    )
    def test_another_kind(
        self,
        mailer: ExceptionMailer,
        mailoutbox: list[EmailMessage],
        source: type,
        error: Exception,
    ) -> None:
        """Another exception, and that of another view, have their own."""
        mailer.mail(int, ValueError(), interval=60)

        mailer.mail(source, error, interval=60)

        assert len(mailoutbox) == 2

    def test_zero(self, mailer: ExceptionMailer, mailoutbox: list[EmailMessage]) -> None:
        """No interval mails every one."""
        mailer.mail(int, ValueError(), interval=0)
        mailer.mail(int, ValueError(), interval=0)

        assert len(mailoutbox) == 2
