"""The settings: their defaults, their rules, and what happens to invalid values."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from hypothesis import given
from pytest_django import Settings

from django_aws_api_gateway_websockets import conf
from django_aws_api_gateway_websockets.conf import (
    DECLARED_SETTINGS,
    KNOWN_KEYS,
    get_allowed_integration_hosts,
    get_boolean_setting,
    get_setting,
    get_websockets_config,
)

from .junk import JUNK

__all__ = [
    "TestAwsSettings",
    "TestContract",
    "TestDeclaredSettings",
    "TestGatewaySecret",
    "TestIntegrationHosts",
    "TestLog",
    "TestTheDictionary",
]

SECRET = "s" * 32
OTHER_SECRET = "Az09._~+/=-" * 3

COUNTS = ["token_rate_limit_per_minute", "rate_limit_max_attempts"]
DURATIONS = [
    "token_expiry_seconds",
    "rate_limit_window_minutes",
    "session_max_age_seconds",
    "gone_grace_seconds",
]


class TestDeclaredSettings:
    """Each key of the dictionary with a default."""

    @pytest.mark.parametrize(
        ("name", "default"),
        [
            ("token_rate_limit_per_minute", 20),
            ("token_expiry_seconds", 60),
            ("rate_limit_max_attempts", 20),
            ("rate_limit_window_minutes", 1),
            ("push_changes_to_aws", True),
            ("allowed_integration_hosts", None),
            ("endpoint_url", None),
            ("allowed_origins", None),
            ("session_max_age_seconds", 7500),
            ("gone_grace_seconds", 10),
            ("token_binding", "session"),
            ("trusted_proxy_count", None),
            ("delivery_concurrency", 256),
            ("delivery_max_per_second", None),
            (
                "transport",
                {
                    "BACKEND": "django_aws_api_gateway_websockets"
                    ".transports.apigateway.APIGatewayTransport",
                    "OPTIONS": {},
                },
            ),
        ],
    )
    def test_default(self, settings: Settings, name: str, default: object) -> None:
        """An absent key has its default."""
        settings.WEBSOCKETS = {}

        assert getattr(conf.settings, name) == default

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *((name, 1) for name in COUNTS + DURATIONS),
            *((name, 10**12) for name in COUNTS),
            *((name, 10**9) for name in DURATIONS),
            ("delivery_concurrency", 1),
            ("delivery_concurrency", 4096),
            ("delivery_max_per_second", 1),
            ("delivery_max_per_second", 10**12),
            ("push_changes_to_aws", False),
            ("allowed_integration_hosts", "example.com"),
            ("allowed_integration_hosts", {"example.com"}),
            ("endpoint_url", "http://127.0.0.1:8001"),
            ("endpoint_url", "https://[::1]/base"),
            ("transport", {"BACKEND": "dotted.Path"}),
            ("transport", OrderedDict(BACKEND="dotted.Path", OPTIONS={"stream": None})),
            ("allowed_origins", []),
            ("allowed_origins", ("https://example.com", "http://*.example.com:8000")),
            ("allowed_origins", frozenset({"HTTPS://[::1]:8443"})),
        ],
    )
    def test_valid_value(self, settings: Settings, name: str, value: object) -> None:
        """A value that keeps the rule is used as it is."""
        settings.WEBSOCKETS = {name: value}

        assert getattr(conf.settings, name) is value

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("transport", None),
            ("endpoint_url", ""),
            ("endpoint_url", "127.0.0.1:8001"),
            ("endpoint_url", "ws://127.0.0.1"),
            ("endpoint_url", "http://"),
            ("endpoint_url", "http://[::1"),
            ("endpoint_url", "http://127.0.0.1:port"),
            ("endpoint_url", "http://127.0.0.1:0"),
            ("endpoint_url", "http://127.0.0.1\n"),
            ("endpoint_url", "http://example.com\\@127.0.0.1"),
            ("endpoint_url", b"http://127.0.0.1"),
            ("transport", "dotted.Path"),
            ("transport", {}),
            ("transport", {"BACKEND": None}),
        ],
    )
    def test_invalid_guard(self, settings: Settings, name: str, value: object) -> None:
        """A value that was to keep messages away from AWS does not give way to AWS."""
        settings.WEBSOCKETS = {name: value}

        with pytest.raises(ImproperlyConfigured, match=rf'^WEBSOCKETS\["{name}"\] must be '):
            getattr(conf.settings, name)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *((name, value) for name in COUNTS + DURATIONS for value in (0, -1, True, "1", 1.5)),
            *((name, 10**9 + 1) for name in DURATIONS),
            *((name, None) for name in [*COUNTS, *DURATIONS, "push_changes_to_aws"]),
            *(("delivery_concurrency", value) for value in (0, 4097, True, "1", 1.5, None)),
            *(("delivery_max_per_second", value) for value in (0, True, "1", 1.5)),
            ("push_changes_to_aws", 0),
            ("push_changes_to_aws", "False"),
            ("task_backend", ""),
            ("task_queue", None),
            ("allowed_integration_hosts", b"example.com"),
            ("allowed_integration_hosts", {"example.com": True}),
            ("allowed_origins", ""),
            ("allowed_origins", "https://example.com"),
            ("allowed_origins", {"https://example.com": True}),
            ("allowed_origins", ["https://example.com", None]),
            ("allowed_origins", ["*"]),
            ("allowed_origins", ["example.com"]),
            ("allowed_origins", ["https://example.com/"]),
            ("allowed_origins", ["https://example.com\n"]),
            ("allowed_origins", ["https://example.com:65536"]),
            ("allowed_origins", ["https://user@example.com"]),
            ("allowed_origins", ["https://bücher.example"]),
            ("allowed_origins", ["https://*.*.example.com"]),
        ],
    )
    def test_invalid_value(self, settings: Settings, name: str, value: object) -> None:
        """A value that breaks the rule gives way to the default."""
        settings.WEBSOCKETS = {name: value}

        assert getattr(conf.settings, name) == DECLARED_SETTINGS[name].default

    @pytest.mark.parametrize("name", DECLARED_SETTINGS)
    @given(value=JUNK)
    def test_no_value_raises(self, name: str, value: object) -> None:
        """The rule answers for any value whatever."""
        assert DECLARED_SETTINGS[name].accepts(value) in (True, False)

    def test_is_read_on_each_access(self, settings: Settings) -> None:
        """A changed setting counts at once."""
        settings.WEBSOCKETS = {"token_expiry_seconds": 5}
        before = conf.settings.token_expiry_seconds
        settings.WEBSOCKETS = {"token_expiry_seconds": 6}

        assert (before, conf.settings.token_expiry_seconds) == (5, 6)

    def test_has_a_rule_in_words(self) -> None:
        """The class gives the declaration itself."""
        declared = conf.WebSocketSettings.token_expiry_seconds

        assert (declared.name, declared.check_id) == ("token_expiry_seconds", "E002")
        assert declared.expected == "an integer from 1 to 1000000000"


class TestTheDictionary:
    """``WEBSOCKETS`` itself."""

    @pytest.mark.parametrize("value", [None, {}, [], "", 5, "text", [("token_expiry_seconds", 5)]])
    def test_any_type_leaves_the_defaults(self, settings: Settings, value: object) -> None:
        """What is no dictionary reads as an empty one."""
        settings.WEBSOCKETS = value

        assert get_websockets_config() == {}
        assert conf.settings.token_expiry_seconds == 60

    def test_may_be_absent(self, settings: Settings) -> None:
        """The setting need not exist."""
        del settings.WEBSOCKETS

        assert get_websockets_config() == {}

    def test_may_be_any_mapping(self, settings: Settings) -> None:
        """Another mapping than a dictionary serves as well."""
        settings.WEBSOCKETS = OrderedDict(token_expiry_seconds=5)

        assert conf.settings.token_expiry_seconds == 5

    @given(value=JUNK)
    def test_no_value_raises(self, value: object) -> None:
        """Reading every setting survives any value whatever."""
        names = [name for name in dir(conf.settings) if not name.startswith("_")]
        with override_settings(WEBSOCKETS=value):
            read = [getattr(conf.settings, name) for name in names if name != SENT]

        assert len(read) == len(names) - 1


SENT = "sent_gateway_secret"


class TestLog:
    """Invalid settings at run time."""

    def test_names_the_key_and_not_the_value(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The message tells the key and the rule."""
        settings.WEBSOCKETS = {"token_expiry_seconds": "sensitive"}

        assert conf.settings.token_expiry_seconds == 60
        assert caplog.record_tuples == [
            (
                "django_aws_api_gateway_websockets.conf",
                logging.ERROR,
                'WEBSOCKETS["token_expiry_seconds"] must be an integer from 1 to 1000000000; '
                "using the default",
            )
        ]

    @pytest.mark.parametrize("value", [None, 0, "x"])
    def test_is_written_once(
        self, settings: Settings, caplog: pytest.LogCaptureFixture, value: object
    ) -> None:
        """Every access after the first is silent."""
        settings.WEBSOCKETS = {"token_expiry_seconds": value}

        assert (conf.settings.token_expiry_seconds, conf.settings.token_expiry_seconds) == (60, 60)
        assert len(caplog.messages) == 1

    def test_is_written_again_after_a_change(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Changed settings are judged anew."""
        settings.WEBSOCKETS = {"token_expiry_seconds": 0}
        first = conf.settings.token_expiry_seconds
        settings.WEBSOCKETS = {"token_expiry_seconds": 0}

        assert (first, conf.settings.token_expiry_seconds) == (60, 60)
        assert len(caplog.messages) == 2

    def test_names_an_unknown_key(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A misspelt key is named, once."""
        settings.WEBSOCKETS = {"tokenexpiry": "sensitive"}

        assert (conf.settings.token_expiry_seconds, conf.settings.gone_grace_seconds) == (60, 10)
        assert caplog.messages == ["WEBSOCKETS has the unknown key 'tokenexpiry'"]

    def test_names_the_setting_of_a_wrong_type(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A ``WEBSOCKETS`` that is no dictionary is reported as a whole."""
        settings.WEBSOCKETS = ["sensitive"]

        assert conf.settings.token_expiry_seconds == 60
        assert caplog.messages == ["WEBSOCKETS must be a dictionary; every setting has its default"]

    def test_is_silent_when_all_is_well(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Valid values and absent keys write nothing."""
        settings.WEBSOCKETS = {"token_expiry_seconds": 5, "gateway_secret": SECRET}

        assert (conf.settings.token_expiry_seconds, conf.settings.gone_grace_seconds) == (5, 10)
        assert conf.settings.gateway_secrets == (SECRET,)
        assert caplog.messages == []

    def test_is_silent_for_a_default_that_is_written_out(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """``None`` is valid where it is the default."""
        settings.WEBSOCKETS = {"endpoint_url": None, "allowed_origins": None}

        assert (conf.settings.endpoint_url, conf.settings.allowed_origins) == (None, None)
        assert caplog.messages == []


class TestGatewaySecret:
    """The secret that integrations send."""

    @pytest.mark.parametrize("config", [{}, {"gateway_secret": None}, {"gateway_secret": ""}])
    @pytest.mark.parametrize("empty", [[], ()])
    def test_none(self, settings: Settings, config: dict[str, Any], empty: object) -> None:
        """Unset and empty mean that there is no check."""
        settings.WEBSOCKETS = config or {"gateway_secret": empty}

        assert not conf.settings.gateway_secret_configured
        assert conf.settings.gateway_secrets_usable
        assert (conf.settings.gateway_secrets, conf.settings.sent_gateway_secret) == ((), None)

    @pytest.mark.parametrize(
        ("value", "secrets"),
        [
            (SECRET, (SECRET,)),
            ([OTHER_SECRET, SECRET], (OTHER_SECRET, SECRET)),
            ((SECRET,), (SECRET,)),
        ],
    )
    def test_usable(self, settings: Settings, value: object, secrets: tuple[str, ...]) -> None:
        """One secret or several, of which the first is sent."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        assert conf.settings.gateway_secret_configured
        assert conf.settings.gateway_secrets_usable
        assert conf.settings.gateway_secrets == secrets
        assert conf.settings.sent_gateway_secret == secrets[0]

    @pytest.mark.parametrize(
        "value",
        [
            SECRET.encode(),
            b"",
            0,
            7,
            False,
            True,
            1.5,
            {SECRET},
            set(),
            {SECRET: 1},
            {},
            frozenset({SECRET}),
            object(),
            "s" * 31,
            f"{SECRET}\n",
            f"{SECRET} ",
            f"{SECRET}é",
            [None],
            [""],
            ["", ""],
            [SECRET.encode()],
            [[SECRET]],
            [f"{SECRET}\n"],
        ],
    )
    def test_unusable(
        self, settings: Settings, caplog: pytest.LogCaptureFixture, value: object
    ) -> None:
        """A secret that cannot be compared keeps the check on, and nothing passes it."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        assert conf.settings.gateway_secret_configured
        assert not conf.settings.gateway_secrets_usable
        assert conf.settings.gateway_secrets == ()
        assert caplog.messages == [
            'WEBSOCKETS["gateway_secret"] is not usable; every request is refused'
        ]

    def test_partly_usable(self, settings: Settings) -> None:
        """What can be compared still passes."""
        settings.WEBSOCKETS = {"gateway_secret": [SECRET, None, "short"]}

        assert not conf.settings.gateway_secrets_usable
        assert conf.settings.gateway_secrets == (SECRET,)
        assert conf.settings.sent_gateway_secret == SECRET

    @pytest.mark.parametrize("value", [f"{SECRET}\n", 7, {SECRET}, ["short", SECRET], [None]])
    def test_unusable_is_not_sent(self, settings: Settings, value: object) -> None:
        """Provisioning stops before it stores a secret that no request will carry."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        with pytest.raises(ValueError, match="newline") as caught:
            _ = conf.settings.sent_gateway_secret

        assert str(caught.value) == (
            'The first secret of WEBSOCKETS["gateway_secret"] must be at least 32 characters of '
            "A-Z a-z 0-9 . _ ~ + / = -; look for a newline at its end."
        )

    @given(value=JUNK.filter(lambda value: value not in (None, "", [], ())))
    def test_no_value_switches_the_check_off(self, value: object) -> None:
        """Whatever is configured counts as configured."""
        with override_settings(WEBSOCKETS={"gateway_secret": value}):
            configured = conf.settings.gateway_secret_configured

        assert configured


class TestIntegrationHosts:
    """Where integrations may point."""

    @pytest.mark.parametrize("config", [{}, {"allowed_integration_hosts": None}])
    def test_any(self, settings: Settings, config: dict[str, Any]) -> None:
        """Without the setting any host may be used."""
        settings.WEBSOCKETS = config

        assert get_allowed_integration_hosts() is None

    @pytest.mark.parametrize(
        ("value", "hosts"),
        [
            (" Example.COM ", ["example.com"]),
            (("Example.com", "*.Example.org\n"), ["example.com", "*.example.org"]),
            ([], []),
            (["example.com", None, 7, b"evil.org"], ["example.com"]),
            ([None], []),
        ],
    )
    def test_some(self, settings: Settings, value: object, hosts: list[str]) -> None:
        """Names are trimmed and in lower case; what is no text allows nothing."""
        settings.WEBSOCKETS = {"allowed_integration_hosts": value}

        assert get_allowed_integration_hosts() == hosts


class TestAwsSettings:
    """Region and identity."""

    @pytest.mark.parametrize(
        ("gateway_region", "region", "expected"),
        [
            ("eu-west-1", "us-east-1", "eu-west-1"),
            ("", "us-east-1", "us-east-1"),
            (None, None, None),
        ],
    )
    def test_region(
        self,
        settings: Settings,
        gateway_region: str | None,
        region: str | None,
        expected: str | None,
    ) -> None:
        """The gateway's own region setting comes first."""
        settings.AWS_GATEWAY_REGION_NAME = gateway_region
        settings.AWS_REGION_NAME = region

        assert conf.settings.region_name == expected

    @pytest.mark.parametrize(("value", "expected"), [("dev", "dev"), ("", None), (None, None)])
    def test_profile(self, settings: Settings, value: str | None, expected: str | None) -> None:
        """An empty profile is none."""
        settings.AWS_IAM_PROFILE = value

        assert conf.settings.iam_profile == expected

    @pytest.mark.parametrize(
        ("key", "secret", "expected"),
        [("id", "key", ("id", "key")), ("id", None, None), ("", "key", None)],
    )
    def test_access_key(
        self,
        settings: Settings,
        key: str | None,
        secret: str | None,
        expected: tuple[str, str] | None,
    ) -> None:
        """Half of a key pair is none."""
        settings.AWS_ACCESS_KEY_ID = key
        settings.AWS_SECRET_ACCESS_KEY = secret

        assert conf.settings.access_key == expected

    def test_wrong_type(self, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
        """A value that is no text is not used, and reported once by name."""
        settings.AWS_GATEWAY_REGION_NAME = ["sensitive"]
        settings.AWS_REGION_NAME = "us-east-1"

        assert [conf.settings.region_name for _ in range(2)] == ["us-east-1", "us-east-1"]
        assert caplog.messages == ["AWS_GATEWAY_REGION_NAME must be a string; it is not used"]


class TestContract:
    """What projects of 4.1 import."""

    def test_defaults(self) -> None:
        """The numbers and the switch of 4.1 keep their defaults."""
        assert conf.DEFAULTS == {
            "token_rate_limit_per_minute": 20,
            "token_expiry_seconds": 60,
            "rate_limit_max_attempts": 20,
            "rate_limit_window_minutes": 1,
        }
        assert conf.BOOLEAN_DEFAULTS == {"push_changes_to_aws": True}

    def test_keys(self) -> None:
        """Every declared key and the secret are known, each in one group."""
        assert set(KNOWN_KEYS) == {*DECLARED_SETTINGS, "gateway_secret"}
        assert conf.OPTIONAL_KEYS.isdisjoint({*conf.DEFAULTS, *conf.BOOLEAN_DEFAULTS})
        assert {"gateway_secret", "allowed_integration_hosts"} <= conf.OPTIONAL_KEYS

    def test_getters(self, settings: Settings) -> None:
        """Settings can be read by name."""
        settings.WEBSOCKETS = {"token_expiry_seconds": 5, "push_changes_to_aws": False}

        assert get_setting("token_expiry_seconds") == 5
        assert get_boolean_setting("push_changes_to_aws") is False

    @pytest.mark.parametrize("getter", [get_setting, get_boolean_setting])
    @pytest.mark.parametrize("name", ["unknown", "gateway_secret", "transport"])
    def test_getters_know_their_own(self, getter: Any, name: str) -> None:
        """Another name is a ``KeyError``."""
        with pytest.raises(KeyError, match=name):
            getter(name)
