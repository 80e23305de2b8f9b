"""The transport is the one that the settings name."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from django_aws_api_gateway_websockets.transports import get_transport
from django_aws_api_gateway_websockets.transports.apigateway import APIGatewayTransport
from django_aws_api_gateway_websockets.transports.base import BaseTransport
from django_aws_api_gateway_websockets.transports.console import ConsoleTransport
from django_aws_api_gateway_websockets.transports.locmem import LocMemTransport

PACKAGE = "django_aws_api_gateway_websockets.transports"


class PickyTransport(BaseTransport):
    """Takes one option and forwards none."""

    def __init__(self, *, colour: str) -> None:
        super().__init__()
        self.colour = colour


def use(settings: Settings, backend: str, **options: object) -> None:
    """Name a transport in the settings."""
    settings.WEBSOCKETS = {"transport": {"BACKEND": backend, "OPTIONS": options}}


class TestChoice:
    """``WEBSOCKETS["transport"]`` decides."""

    def test_default(self, settings: Settings) -> None:
        """Without the setting, API Gateway delivers."""
        settings.WEBSOCKETS = {}

        assert isinstance(get_transport(), APIGatewayTransport)

    def test_named(self, settings: Settings) -> None:
        """The dotted path names the class."""
        use(settings, f"{PACKAGE}.console.ConsoleTransport")

        assert isinstance(get_transport(), ConsoleTransport)

    def test_is_not_that_of_a_thread_that_is_late(self, settings: Settings) -> None:
        """Whoever builds one of settings that have gone meanwhile does not decide for others."""
        use(settings, f"{PACKAGE}.console.ConsoleTransport")
        late = get_transport()
        settings.WEBSOCKETS["transport"] = {"BACKEND": f"{PACKAGE}.locmem.LocMemTransport"}

        assert isinstance(get_transport(), LocMemTransport)
        assert isinstance(late, ConsoleTransport)

    def test_options_may_be_missing(self, settings: Settings) -> None:
        """A transport without options needs no key for them."""
        settings.WEBSOCKETS = {"transport": {"BACKEND": f"{PACKAGE}.locmem.LocMemTransport"}}

        assert isinstance(get_transport(), LocMemTransport)

    def test_options(self, settings: Settings) -> None:
        """Options reach the class as keyword arguments."""
        use(settings, f"{__name__}.PickyTransport", colour="red")

        transport = get_transport()

        assert isinstance(transport, PickyTransport)
        assert transport.colour == "red"


class TestSharing:
    """One transport serves the process until the settings change."""

    def test_same(self) -> None:
        """The second call gets the first one's transport."""
        assert get_transport() is get_transport()

    def test_changed(self, settings: Settings) -> None:
        """Other settings, another transport."""
        first = get_transport()

        use(settings, f"{PACKAGE}.locmem.LocMemTransport")

        assert get_transport() is not first

    def test_other_settings(self, settings: Settings) -> None:
        """Settings of others change nothing."""
        first = get_transport()

        settings.SITE_ID = 3

        assert get_transport() is first


class TestMistakes:
    """A wrong setting is told with its path."""

    def test_no_such_module(self, settings: Settings) -> None:
        """A path that leads nowhere, with the error of the import as the cause."""
        use(settings, "nowhere.Transport")

        with pytest.raises(ImproperlyConfigured) as caught:
            get_transport()

        assert (
            str(caught.value) == 'WEBSOCKETS["transport"]["BACKEND"]: No module named \'nowhere\''
        )
        assert isinstance(caught.value.__cause__, ImportError)

    @pytest.mark.parametrize("path", ["", ".", "Transport", ".Transport", "..package.Transport"])
    def test_no_path(self, settings: Settings, path: str) -> None:
        """A text that can be no dotted path."""
        use(settings, path)

        with pytest.raises(
            ImproperlyConfigured, match=r'WEBSOCKETS\["transport"\]\["BACKEND"\]: .+'
        ):
            get_transport()

    @pytest.mark.parametrize("path", ["pathlib.Path", "json.decoder"])
    def test_no_transport(self, path: str, settings: Settings) -> None:
        """A path that leads to something else."""
        use(settings, path)

        with pytest.raises(ImproperlyConfigured) as caught:
            get_transport()

        assert str(caught.value) == (
            f'WEBSOCKETS["transport"]["BACKEND"]: {path} is not a subclass of BaseTransport.'
        )

    def test_unknown_option(self, settings: Settings) -> None:
        """An option that the transport does not have."""
        use(settings, f"{PACKAGE}.locmem.LocMemTransport", colour="red")

        with pytest.raises(ImproperlyConfigured) as caught:
            get_transport()

        assert str(caught.value) == (
            'WEBSOCKETS["transport"]["OPTIONS"]: LocMemTransport has no option \'colour\'.'
        )

    def test_missing_option(self, settings: Settings) -> None:
        """An option that the transport needs."""
        use(settings, f"{__name__}.PickyTransport")

        with pytest.raises(ImproperlyConfigured) as caught:
            get_transport()

        assert str(caught.value) == (
            'WEBSOCKETS["transport"]["OPTIONS"]: PickyTransport.__init__() missing 1 required '
            "keyword-only argument: 'colour'"
        )
