"""Posts go to AWS without boto3 where boto3 would do no more than sign and send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.credentials import Credentials
from botocore.exceptions import PartialCredentialsError, ProfileNotFound
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from django_aws_api_gateway_websockets.aws.clients import clear_client_cache, client_config
from django_aws_api_gateway_websockets.aws.direct import DirectAccess, get_direct_access

__all__ = ["TestAccess", "TestAuthorities", "TestNoAccess", "TestSigner"]

URL = "https://abcdefghij.execute-api.eu-west-2.amazonaws.com/live"
LOCAL_URL = "https://127.0.0.1:7/api/live"
PROXY = "http://127.0.0.1:1"

VARIABLES = [
    "ALL_PROXY",
    "AWS_CA_BUNDLE",
    "AWS_USE_FIPS_ENDPOINT",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Have credentials and nothing else in the environment."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "CHAIN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    clear_client_cache()
    yield monkeypatch
    clear_client_cache()


@pytest.fixture
def config_file(tmp_path: Path, environment: pytest.MonkeyPatch) -> Path:
    """Let AWS's configuration file be one of this test."""
    path = tmp_path / "config"
    environment.setenv("AWS_CONFIG_FILE", str(path))
    return path


def access(url: str = URL, **config: Any) -> DirectAccess:
    """Return how to post without boto3, which is possible."""
    found = get_direct_access(url, client_config(**config))
    assert found is not None
    return found


def signature(access: DirectAccess) -> str:
    """Return who signs a post, for which region."""
    key_id, _, region, *_ = access.signer().stamp(0).headers.split("/")
    return f"{key_id.rpartition('=')[2]} in {region}"


class TestAccess:
    def test_is_that_of_the_client(self) -> None:
        """Identity and region are those that boto3 would sign with."""
        assert signature(access()) == "CHAIN in eu-west-2"

    def test_has_the_keys_of_the_settings(self, settings: Settings) -> None:
        """A custom domain is signed for the region setting."""
        settings.AWS_ACCESS_KEY_ID = "KEYS"
        settings.AWS_SECRET_ACCESS_KEY = "x"

        assert signature(access("https://ws.example.com")) == "KEYS in eu-west-1"

    def test_has_the_profile_of_the_settings(self, settings: Settings, config_file: Path) -> None:
        """The profile names the keys, and the region if nothing else does."""
        settings.AWS_IAM_PROFILE, settings.AWS_GATEWAY_REGION_NAME = "access", None
        config_file.write_text(
            "[profile access]\naws_access_key_id = PROFILE\naws_secret_access_key = x\n"
            "region = ap-south-1\n"
        )

        assert signature(access("https://ws.example.com")) == "PROFILE in ap-south-1"

    def test_to_this_machine_has_no_identity(self, environment: pytest.MonkeyPatch) -> None:
        """A local gateway sees dummy keys; the shell's proxy and broken profile do not matter."""
        environment.setenv("AWS_PROFILE", "nobody")
        environment.setenv("HTTPS_PROXY", PROXY)

        assert signature(access(LOCAL_URL)) == "local in local"

    def test_is_there_without_a_proxy_for_this_host(self, environment: pytest.MonkeyPatch) -> None:
        """The environment may leave AWS out."""
        environment.setenv("HTTPS_PROXY", PROXY)
        environment.setenv("NO_PROXY", "amazonaws.com")

        assert signature(access()) == "CHAIN in eu-west-2"

    def test_is_there_when_the_client_has_no_proxy(self, environment: pytest.MonkeyPatch) -> None:
        """The client's own word comes before that of the environment."""
        environment.setenv("HTTPS_PROXY", PROXY)

        assert signature(access(proxies={})) == "CHAIN in eu-west-2"

    def test_is_there_when_the_signature_is_named(self) -> None:
        """It is the one that would be taken anyway."""
        assert signature(access(signature_version="v4")) == "CHAIN in eu-west-2"


class TestNoAccess:
    @pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    def test_behind_the_proxy_of_the_environment(
        self, environment: pytest.MonkeyPatch, name: str
    ) -> None:
        """Nothing goes past it."""
        environment.setenv(name, PROXY)

        assert get_direct_access(URL, client_config()) is None

    @pytest.mark.parametrize(
        "options",
        [
            {"proxies": {"https": PROXY}},
            {"use_fips_endpoint": True},
            {"client_cert": "client.pem"},
            {"client_cert": ("client.pem", "key.pem")},
            {"signature_version": "v4a"},
            {"signature_version": UNSIGNED},
        ],
    )
    def test_where_the_client_does_more(self, options: dict[str, Any]) -> None:
        """A proxy, FIPS, a certificate of the client and another signature are left to boto3."""
        assert get_direct_access(URL, client_config(**options)) is None

    def test_in_fips_mode(self, environment: pytest.MonkeyPatch) -> None:
        """Cryptography that is not validated is not used where only such may be."""
        environment.setenv("AWS_USE_FIPS_ENDPOINT", "true")

        assert get_direct_access(URL, client_config()) is None

    def test_by_another_protocol(self) -> None:
        """What is neither HTTP nor HTTPS is not spoken here."""
        assert get_direct_access("ftp://127.0.0.1", client_config()) is None

    def test_without_credentials(self, environment: pytest.MonkeyPatch) -> None:
        """Who has none gets boto3's error from boto3."""
        environment.delenv("AWS_ACCESS_KEY_ID")
        environment.delenv("AWS_SECRET_ACCESS_KEY")

        assert get_direct_access(URL, client_config()) is None

    def test_with_half_of_the_credentials(self, environment: pytest.MonkeyPatch) -> None:
        """What botocore says of them is passed on."""
        environment.delenv("AWS_SECRET_ACCESS_KEY")

        with pytest.raises(PartialCredentialsError):
            get_direct_access(URL, client_config())

    def test_with_an_unknown_profile(self, settings: Settings) -> None:
        """It is an error, as it is to boto3."""
        settings.AWS_IAM_PROFILE = "nobody"

        with pytest.raises(ProfileNotFound):
            get_direct_access(URL, client_config())

    def test_without_a_region(self, settings: Settings) -> None:
        """Nothing can be signed."""
        settings.AWS_GATEWAY_REGION_NAME = None

        with pytest.raises(RuntimeError):
            get_direct_access("https://ws.example.com", client_config())

    def test_to_production(self, settings: Settings) -> None:
        """While ``endpoint_url`` is set, nothing goes to another host."""
        settings.WEBSOCKETS = {"endpoint_url": LOCAL_URL}

        with pytest.raises(ImproperlyConfigured):
            get_direct_access(URL, client_config())


class TestSigner:
    def test_is_kept(self) -> None:
        """A key is derived once, for all posts."""
        direct = access()

        assert direct.signer() is direct.signer()

    def test_is_replaced_with_the_credentials(self) -> None:
        """From the moment when botocore has others, they sign."""
        credentials = Credentials("OLD", "x", "token-1")
        direct = DirectAccess("eu-west-1", credentials, None)
        before = signature(direct)

        credentials.access_key = "NEW"

        assert (before, signature(direct)) == ("OLD in eu-west-1", "NEW in eu-west-1")

    def test_has_the_token_of_the_moment(self) -> None:
        """A token alone may change, too."""
        credentials = Credentials("ROLE", "x", "token-1")
        direct = DirectAccess("eu-west-1", credentials, None)
        direct.signer()
        credentials.token = "token-2"

        headers = direct.signer().stamp(0).headers

        assert "X-Amz-Security-Token: token-2\r\n" in headers

    def test_needs_keys_that_can_be_sent(self) -> None:
        """A character that no header can carry is refused before anything is sent."""
        direct = DirectAccess("eu-west-1", Credentials("a b", "x"), None)

        with pytest.raises(ValueError, match="The access key"):
            direct.signer()


class TestAuthorities:
    """Who vouches for AWS, in the order in which boto3 looks for them."""

    def test_are_those_of_the_system(self) -> None:
        """Nothing else is configured."""
        assert access().ca_bundle is None

    def test_are_named_for_all_programs(self, environment: pytest.MonkeyPatch) -> None:
        """The variable of another library counts last."""
        environment.setenv("REQUESTS_CA_BUNDLE", "requests.pem")

        assert access().ca_bundle == "requests.pem"

    def test_are_named_by_the_profile(
        self, environment: pytest.MonkeyPatch, settings: Settings, config_file: Path
    ) -> None:
        """The configuration file counts before that."""
        environment.setenv("REQUESTS_CA_BUNDLE", "requests.pem")
        settings.AWS_IAM_PROFILE = "authorities"
        config_file.write_text(
            "[profile authorities]\naws_access_key_id = PROFILE\naws_secret_access_key = x\n"
            "ca_bundle = profile.pem\n"
        )

        assert access().ca_bundle == "profile.pem"

    def test_are_named_by_the_environment(self, environment: pytest.MonkeyPatch) -> None:
        """AWS's own variable counts first."""
        environment.setenv("REQUESTS_CA_BUNDLE", "requests.pem")
        environment.setenv("AWS_CA_BUNDLE", "aws.pem")

        assert access().ca_bundle == "aws.pem"
