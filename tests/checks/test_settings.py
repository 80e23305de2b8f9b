"""The checks of the settings: one id for each problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import CheckMessage, Error, Warning
from pytest_django import Settings

from django_aws_api_gateway_websockets.checks import (
    check_aws_region_is_set,
    check_gateway_secret_format,
    check_gateway_secret_is_set,
    check_transport,
    check_websockets_setting,
)
from django_aws_api_gateway_websockets.conf import DECLARED_SETTINGS
from django_aws_api_gateway_websockets.transports import BaseTransport

__all__ = [
    "PickyTransport",
    "TestGatewaySecretFormat",
    "TestGatewaySecretIsSet",
    "TestRegion",
    "TestTransport",
    "TestWebsocketsSetting",
]

PREFIX = "django_aws_api_gateway_websockets"
SECRET = "s" * 32
RULE = "at least 32 characters of A-Z a-z 0-9 . _ ~ + / = -"
LOCMEM = f"{PREFIX}.transports.locmem.LocMemTransport"


class PickyTransport(BaseTransport):
    """Finds fault with itself, once without an id and once with one."""

    def check(self) -> Iterator[CheckMessage]:
        """Yield both."""
        yield Error("Too slow.")
        yield Warning("Too loud.", id="picky.W001")


class TestGatewaySecretFormat:
    @pytest.mark.parametrize("value", [None, "", [], SECRET, [SECRET, "t" * 40]])
    def test_accepts(self, settings: Settings, value: object) -> None:
        """No secret and usable ones are fine."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        assert check_gateway_secret_format(None) == []

    @pytest.mark.parametrize(
        "value", [f"{SECRET}\n", "short", SECRET.encode(), 7, {SECRET}, {}, [SECRET, None], [""]]
    )
    def test_reports_what_cannot_be_used(self, settings: Settings, value: object) -> None:
        """A secret of a wrong type or form is one error, which does not show it."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        assert check_gateway_secret_format(None) == [
            Error(
                'WEBSOCKETS["gateway_secret"] holds a secret that cannot be used.',
                hint=f"Use {RULE}; look for a newline at the end of the value.",
                id=f"{PREFIX}.E001",
            )
        ]


class TestGatewaySecretIsSet:
    @pytest.mark.parametrize("value", [SECRET, "short", 7])
    def test_accepts(self, settings: Settings, value: object) -> None:
        """Any configured secret closes the door, if only for everybody."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        assert check_gateway_secret_is_set(None) == []

    @pytest.mark.parametrize("config", [None, {}, {"gateway_secret": ""}])
    def test_reports_none(self, settings: Settings, config: object) -> None:
        """Without a secret there is a warning."""
        settings.WEBSOCKETS = config

        assert check_gateway_secret_is_set(None) == [
            Warning(
                'WEBSOCKETS["gateway_secret"] is not set, so requests need not come from '
                "API Gateway.",
                hint=f"Set it to {RULE}; gateways created from then on send it.",
                id=f"{PREFIX}.W001",
            )
        ]


class TestWebsocketsSetting:
    @pytest.mark.parametrize("value", [None, {}, {"token_expiry_seconds": 5}])
    def test_accepts(self, settings: Settings, value: object) -> None:
        """Nothing, an empty dictionary and valid values are fine."""
        settings.WEBSOCKETS = value

        assert check_websockets_setting(None) == []

    def test_may_be_absent(self, settings: Settings) -> None:
        """The setting need not exist."""
        del settings.WEBSOCKETS

        assert check_websockets_setting(None) == []

    @pytest.mark.parametrize("value", ["text", 5, [], [("token_expiry_seconds", 5)], object(), 0])
    def test_reports_a_wrong_type(self, settings: Settings, value: object) -> None:
        """What is no dictionary is one error and no crash."""
        settings.WEBSOCKETS = value

        assert check_websockets_setting(None) == [
            Error(
                "WEBSOCKETS must be a dictionary.",
                hint="Correct it, or remove it to use the defaults.",
                id=f"{PREFIX}.E002",
            )
        ]

    @pytest.mark.parametrize(
        ("name", "number", "expected"),
        [
            ("token_rate_limit_per_minute", "E002", "an integer of at least 1"),
            ("token_expiry_seconds", "E002", "an integer from 1 to 1000000000"),
            ("rate_limit_max_attempts", "E002", "an integer of at least 1"),
            ("rate_limit_window_minutes", "E002", "an integer from 1 to 1000000000"),
            ("push_changes_to_aws", "E002", "True or False"),
            ("allowed_integration_hosts", "E002", "a host name or a list of host names"),
            ("endpoint_url", "E003", "an http:// or https:// URL"),
            ("transport", "E004", 'a dictionary with a "BACKEND"'),
            (
                "allowed_origins",
                "E005",
                'a list of scheme://host[:port]; a host may start with "*."',
            ),
            ("session_max_age_seconds", "E006", "an integer from 1 to 1000000000"),
            ("gone_grace_seconds", "E007", "an integer from 1 to 1000000000"),
            ("token_binding", "E008", '"session" or "user"'),
            ("trusted_proxy_count", "E009", "an integer of at least 0"),
            ("delivery_concurrency", "E010", "an integer from 1 to 4096"),
            ("delivery_max_per_second", "E011", "an integer of at least 1"),
        ],
    )
    def test_reports_an_invalid_value(
        self, settings: Settings, name: str, number: str, expected: str
    ) -> None:
        """An invalid value is an error that names the key and the rule."""
        settings.WEBSOCKETS = {name: b"sensitive"}

        assert check_websockets_setting(None) == [
            Error(
                f'WEBSOCKETS["{name}"] must be {expected}.',
                hint="Correct the value, or remove the key to use the default.",
                id=f"{PREFIX}.{number}",
            )
        ]

    def test_reports_each_key(self, settings: Settings) -> None:
        """Every invalid value has an error of its own."""
        settings.WEBSOCKETS = dict.fromkeys(DECLARED_SETTINGS, b"sensitive")

        assert len(check_websockets_setting(None)) == len(DECLARED_SETTINGS)

    def test_new_settings_have_their_own_ids(self) -> None:
        """Only the settings of 4.1 share an id."""
        ids = [setting.check_id for setting in DECLARED_SETTINGS.values()]
        new = [check_id for check_id in ids if check_id != "E002"]

        assert len(new) == len(set(new))
        assert "E001" not in new

    @pytest.mark.parametrize(("key", "shown"), [("tokenexpiry", "'tokenexpiry'"), (7, "7")])
    def test_warns_of_an_unknown_key(self, settings: Settings, key: object, shown: str) -> None:
        """An unknown key is a warning that names the key and not its value."""
        settings.WEBSOCKETS = {key: "sensitive"}

        assert check_websockets_setting(None) == [
            Warning(
                f"WEBSOCKETS has the unknown key {shown}.",
                hint="Look for a spelling mistake, or remove the key.",
                id=f"{PREFIX}.W002",
            )
        ]


class TestTransport:
    def test_leaves_an_invalid_value_to_the_check_of_settings(self, settings: Settings) -> None:
        """What is no transport at all is reported once."""
        settings.WEBSOCKETS = {"transport": "locmem"}

        assert check_transport(None) == []

    def test_accepts(self, settings: Settings) -> None:
        """A transport that can be built is fine."""
        settings.WEBSOCKETS = {"transport": {"BACKEND": LOCMEM}}

        assert check_transport(None) == []

    @pytest.mark.parametrize(
        ("transport", "message"),
        [
            (
                {"BACKEND": ".Transport"},
                'WEBSOCKETS["transport"]["BACKEND"]: Empty module name',
            ),
            (
                {"BACKEND": "nowhere.Transport"},
                'WEBSOCKETS["transport"]["BACKEND"]: No module named \'nowhere\'',
            ),
            (
                {"BACKEND": "datetime.date"},
                'WEBSOCKETS["transport"]["BACKEND"]: datetime.date is not a subclass of '
                "BaseTransport.",
            ),
            (
                {"BACKEND": LOCMEM, "OPTIONS": {"size": 7}},
                'WEBSOCKETS["transport"]["OPTIONS"]: LocMemTransport has no option \'size\'.',
            ),
        ],
    )
    def test_reports_what_cannot_be_built(
        self, settings: Settings, transport: dict[str, Any], message: str
    ) -> None:
        """A wrong class or option is an error with the path of the setting."""
        settings.WEBSOCKETS = {"transport": transport}

        assert check_transport(None) == [
            Error(
                message,
                hint="Name a subclass of BaseTransport, and only options that it takes.",
                id=f"{PREFIX}.E004",
            )
        ]

    def test_asks_the_transport(self, settings: Settings) -> None:
        """What the transport finds is reported, with our id where it has none."""
        settings.WEBSOCKETS = {"transport": {"BACKEND": f"{__name__}.PickyTransport"}}

        assert check_transport(None) == [
            Error("Too slow.", id=f"{PREFIX}.E004"),
            Warning("Too loud.", id="picky.W001"),
        ]


class TestRegion:
    @pytest.mark.parametrize("name", ["AWS_GATEWAY_REGION_NAME", "AWS_REGION_NAME"])
    def test_accepts(self, settings: Settings, name: str) -> None:
        """Either setting is enough."""
        settings.AWS_GATEWAY_REGION_NAME = settings.AWS_REGION_NAME = None
        setattr(settings, name, "eu-west-1")

        assert check_aws_region_is_set(None) == []

    @pytest.mark.parametrize("value", [None, "", 7])
    def test_reports_none(self, settings: Settings, value: object) -> None:
        """Without a usable region there is a warning."""
        settings.AWS_GATEWAY_REGION_NAME = settings.AWS_REGION_NAME = value

        assert check_aws_region_is_set(None) == [
            Warning(
                "Neither AWS_GATEWAY_REGION_NAME nor AWS_REGION_NAME is set.",
                hint="Set one of them to the region of your API Gateways.",
                id=f"{PREFIX}.W003",
            )
        ]
