"""Clients get the right identity, region, address and time-outs, and are shared."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ProfileNotFound
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from django_aws_api_gateway_websockets.aws.clients import (
    clear_client_cache,
    client_config,
    get_client,
    get_credentials,
    get_region_name,
)

from .peer import Peer

NO_REGION = "AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME must be set within settings.py"
ENDPOINT = "http://abcdefghij.execute-api.eu-west-2.amazonaws.com/live"


@pytest.fixture(autouse=True)
def _no_clients_left() -> Iterator[None]:
    clear_client_cache()
    yield
    clear_client_cache()


@pytest.fixture
def proxy() -> Iterator[Peer]:
    """Stand between the client and AWS, so that requests to AWS's host names come here."""
    with Peer() as peer:
        yield peer


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """Name a profile with keys of its own in the settings, and return its configuration file."""
    config = tmp_path / "config"
    config.write_text("[profile shop]\naws_access_key_id = PROFILE\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    settings.AWS_IAM_PROFILE = "shop"
    return config


def run_python(script: str) -> str:
    """Return what a new process prints."""
    setup = (
        "import django.conf\n"
        "django.conf.settings.configure(AWS_GATEWAY_REGION_NAME='eu-west-1')\n"
        "from django_aws_api_gateway_websockets.aws.clients import get_client\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", setup + script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done.stdout


def signature(peer: Peer, endpoint_url: str = ENDPOINT, **kwargs: Any) -> str:
    """Post through the proxy and return who signed it, for which region."""
    config = client_config(max_retries=0, proxies={"http": peer.url})
    client = get_client(
        "apigatewaymanagementapi", endpoint_url=endpoint_url, config=config, **kwargs
    )
    client.post_to_connection(ConnectionId="abc=", Data=b"hello")
    key_id, _, region, *_ = peer.received[0].headers["authorization"].split("/")
    return f"{key_id.rpartition('=')[2]} in {region}"


class TestIdentity:
    """Requests are signed by the profile, else the keys, else boto3's own chain."""

    def test_default_chain(self, proxy: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without settings, boto3 looks for credentials itself."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "CHAIN")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)

        assert signature(proxy) == "CHAIN in eu-west-2"

    def test_both_keys(self, proxy: Peer, settings: Settings) -> None:
        """Both key settings together are used."""
        settings.AWS_ACCESS_KEY_ID = "KEYS"
        settings.AWS_SECRET_ACCESS_KEY = "x"

        assert signature(proxy) == "KEYS in eu-west-2"

    def test_profile_wins(self, proxy: Peer, settings: Settings, profile: Path) -> None:
        """A profile is preferred to the keys."""
        settings.AWS_ACCESS_KEY_ID = "KEYS"
        settings.AWS_SECRET_ACCESS_KEY = "x"

        assert signature(proxy) == "PROFILE in eu-west-2"

    def test_unknown_profile(self, settings: Settings) -> None:
        """A profile that does not exist is botocore's own error."""
        settings.AWS_IAM_PROFILE = "nobody"

        with pytest.raises(ProfileNotFound, match="nobody"):
            get_client("apigatewayv2")

    def test_own_arguments(self, proxy: Peer) -> None:
        """Arguments of the caller reach boto3."""
        own = {"aws_access_key_id": "OWN", "aws_secret_access_key": "x"}

        assert signature(proxy, region_name="sa-east-1", **own) == "OWN in sa-east-1"


class TestCredentials:
    """Who asks for the credentials themselves gets those that clients sign with."""

    def test_default_chain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without settings, boto3 looks for them itself, once."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "CHAIN")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)

        found = get_credentials(ENDPOINT)

        assert found.get_frozen_credentials()[:3] == ("CHAIN", "x", None)
        assert get_credentials(ENDPOINT) is found

    def test_none_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The default chain may end without any."""
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)

        assert get_credentials(ENDPOINT) is None

    def test_both_keys(self, settings: Settings) -> None:
        """Both key settings together are used."""
        settings.AWS_ACCESS_KEY_ID = "KEYS"
        settings.AWS_SECRET_ACCESS_KEY = "y"

        found = get_credentials(ENDPOINT)

        assert found.get_frozen_credentials()[:3] == ("KEYS", "y", None)

    def test_profile_wins(self, settings: Settings, profile: Path) -> None:
        """A profile is preferred to the keys."""
        settings.AWS_ACCESS_KEY_ID = "KEYS"
        settings.AWS_SECRET_ACCESS_KEY = "y"

        found = get_credentials(ENDPOINT)

        assert found.get_frozen_credentials()[:3] == ("PROFILE", "x", None)

    def test_unknown_profile(self, settings: Settings) -> None:
        """A profile that does not exist is botocore's own error."""
        settings.AWS_IAM_PROFILE = "nobody"

        with pytest.raises(ProfileNotFound, match="nobody"):
            get_credentials(ENDPOINT)

    def test_local_gateway(self, settings: Settings, profile: Path) -> None:
        """A gateway on this machine sees dummy keys, whatever is configured."""
        settings.AWS_ACCESS_KEY_ID = "KEYS"
        settings.AWS_SECRET_ACCESS_KEY = "y"

        found = get_credentials("http://localhost:7/api/live")

        assert found.get_frozen_credentials()[:3] == ("local", "local", None)


class TestRegion:
    """The region is the endpoint's, else the setting, else the profile's."""

    @pytest.mark.parametrize(
        ("suffix", "region"),
        [
            ("amazonaws.com.cn", "cn-north-1"),
            ("c2s.ic.gov", "us-iso-east-1"),
            ("amazonaws.eu", "eusc-de-east-1"),
            ("amazonaws.com", "us-gov-west-1"),
        ],
    )
    def test_endpoint(self, suffix: str, region: str, proxy: Peer, profile: Path) -> None:
        """An endpoint of AWS tells its own region, in every partition."""
        endpoint = f"http://abcdefghij.execute-api.{region}.{suffix}/live"

        assert signature(proxy, endpoint) == f"PROFILE in {region}"

    def test_setting(self, settings: Settings) -> None:
        """The control plane is that of the region setting."""
        settings.AWS_GATEWAY_REGION_NAME = "ca-central-1"

        assert get_client("apigatewayv2").meta.region_name == "ca-central-1"

    def test_setting_serves_a_custom_domain(
        self, proxy: Peer, settings: Settings, profile: Path
    ) -> None:
        """A custom domain is signed for the region setting."""
        settings.AWS_GATEWAY_REGION_NAME = "ca-central-1"

        assert signature(proxy, "http://ws.example.com") == "PROFILE in ca-central-1"

    def test_profile_alone(self, proxy: Peer, settings: Settings, profile: Path) -> None:
        """A profile with a region needs no setting, not even to send."""
        settings.AWS_GATEWAY_REGION_NAME = None
        profile.write_text(f"{profile.read_text()}region = ap-south-1\n")

        assert signature(proxy, "http://ws.example.com") == "PROFILE in ap-south-1"

    def test_none_at_all(self, settings: Settings) -> None:
        """Without a region nothing can be built."""
        settings.AWS_GATEWAY_REGION_NAME = None

        with pytest.raises(RuntimeError) as caught:
            get_client("apigatewayv2")

        assert str(caught.value) == NO_REGION

    def test_name(self, settings: Settings) -> None:
        """The setting is there for who builds a host name."""
        settings.AWS_GATEWAY_REGION_NAME = "ca-central-1"

        assert get_region_name() == "ca-central-1"

    def test_no_name(self, settings: Settings) -> None:
        """Without the setting there is no name to give."""
        settings.AWS_GATEWAY_REGION_NAME = None

        with pytest.raises(RuntimeError) as caught:
            get_region_name()

        assert str(caught.value) == NO_REGION

    def test_failure_is_not_remembered(self, settings: Settings, profile: Path) -> None:
        """A client that could not be built is tried again."""
        settings.AWS_GATEWAY_REGION_NAME = None
        with pytest.raises(RuntimeError):
            get_client("apigatewayv2")

        profile.write_text(f"{profile.read_text()}region = ap-south-1\n")

        assert get_client("apigatewayv2").meta.region_name == "ap-south-1"


class TestLocalGateway:
    """A gateway on this machine never sees the developer's identity."""

    def test_static_identity(self, settings: Settings, profile: Path) -> None:
        """Dummy keys sign for the region ``local``, whatever is configured."""
        own = {"aws_access_key_id": "OWN", "aws_secret_access_key": "x"}
        with Peer() as peer:
            assert signature(peer, peer.url, **own) == "local in local"

    def test_environment_has_no_say(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither a proxy, nor a broken profile, nor a kind of addresses of the shell is used."""
        monkeypatch.setenv("AWS_PROFILE", "nobody")
        monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
        monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        with Peer() as peer:
            client = get_client("apigatewaymanagementapi", endpoint_url=peer.url)
            client.post_to_connection(ConnectionId="abc=", Data=b"hello")

        assert [request.target for request in peer.received] == ["/@connections/abc%3D"]

    def test_addresses_of_aws_are_not_read(self) -> None:
        """They take longer than all the rest, and a gateway on this machine is at none of them."""
        script = (
            "import logging, sys\n"
            "log = logging.getLogger('botocore.loaders')\n"
            "log.setLevel('DEBUG')\n"
            "log.addHandler(logging.StreamHandler(sys.stdout))\n"
            "get_client('apigatewayv2', endpoint_url='http://127.0.0.1:7')\n"
        )

        read = run_python(script)

        assert "service-2.json" in read
        assert "endpoints.json" not in read

    def test_control_plane_goes_there(self, settings: Settings) -> None:
        """While ``endpoint_url`` is set, it is the control plane."""
        settings.WEBSOCKETS = {"endpoint_url": "http://127.0.0.1:7"}

        assert get_client("apigatewayv2").meta.endpoint_url == "http://127.0.0.1:7"

    def test_any_name_of_this_machine(self, settings: Settings) -> None:
        """``localhost`` is the same machine as ``127.0.0.1``."""
        settings.WEBSOCKETS = {"endpoint_url": "http://127.0.0.1:7"}
        url = "http://localhost:8/api/live"

        client = get_client("apigatewaymanagementapi", endpoint_url=url)

        assert client.meta.endpoint_url == url

    def test_same_other_machine(self, settings: Settings) -> None:
        """A local gateway may live in a container with a name."""
        settings.WEBSOCKETS = {"endpoint_url": "http://gateway:7"}

        client = get_client("apigatewaymanagementapi", endpoint_url="http://gateway:8/api/live")

        assert client.meta.endpoint_url == "http://gateway:8/api/live"

    @pytest.mark.parametrize("service", ["apigatewayv2", "apigatewaymanagementapi"])
    def test_production_is_out_of_reach(self, service: str, settings: Settings) -> None:
        """While ``endpoint_url`` is set, nothing goes to another host."""
        settings.WEBSOCKETS = {"endpoint_url": "http://127.0.0.1:7"}

        with pytest.raises(ImproperlyConfigured) as caught:
            get_client(service, endpoint_url=ENDPOINT)

        assert str(caught.value) == (
            'WEBSOCKETS["endpoint_url"] is set to this machine, so nothing is sent to '
            "abcdefghij.execute-api.eu-west-2.amazonaws.com. Unset it to talk to AWS."
        )


class TestSharing:
    """One client serves a process for as long as nothing changes."""

    def test_equal_calls(self) -> None:
        """The second call gets the first one's client."""
        assert get_client("apigatewayv2") is get_client("apigatewayv2")

    def test_equal_configs(self) -> None:
        """Configs are compared by value."""
        first = get_client("apigatewayv2", config=client_config(read_timeout=3))

        assert get_client("apigatewayv2", config=client_config(read_timeout=3)) is first

    @pytest.mark.parametrize(
        "options",
        [
            {"config": client_config(read_timeout=3)},
            {"config": client_config(max_retries=0)},
            {"region_name": "us-east-1"},
            {"endpoint_url": "http://127.0.0.1:7"},
        ],
    )
    def test_different_calls(self, options: dict[str, Any]) -> None:
        """Another config, argument or endpoint is another client."""
        assert get_client("apigatewayv2", **options) is not get_client("apigatewayv2")

    def test_lists_in_a_config(self) -> None:
        """A config may hold what cannot be hashed."""
        config = client_config(client_cert=["cert.pem", "key.pem"])

        assert get_client("apigatewayv2", config=config)

    def test_default_config(self) -> None:
        """Default time-outs are the package's own."""
        config = get_client("apigatewayv2").meta.config

        assert (config.connect_timeout, config.read_timeout) == (5, 20)
        assert config.retries["mode"] == "standard"

    def test_changed_settings(self, settings: Settings) -> None:
        """Other credentials are another client."""
        first = get_client("apigatewayv2")

        settings.AWS_ACCESS_KEY_ID = "KEYS"
        settings.AWS_SECRET_ACCESS_KEY = "x"

        assert get_client("apigatewayv2") is not first

    def test_dropped_when_settings_change(self, settings: Settings) -> None:
        """A changed setting of ours empties the cache, even if nothing depends on it."""
        first = get_client("apigatewayv2")

        settings.WEBSOCKETS = {}

        assert get_client("apigatewayv2") is not first

    def test_kept_when_others_change(self, settings: Settings) -> None:
        """Anybody else's setting does not."""
        first = get_client("apigatewayv2")

        settings.SITE_ID = 3

        assert get_client("apigatewayv2") is first

    def test_threads_share(self) -> None:
        """Threads that ask at the same time get the same client."""
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(lambda _: get_client("apigatewayv2"), range(32)))

        assert len(found) == 1

    def test_processes_do_not(self) -> None:
        """A forked worker builds its own client."""
        script = (
            "import os\n"
            "first = get_client('apigatewayv2')\n"
            "child = os.fork()\n"
            "if not child:\n"
            "    os._exit(get_client('apigatewayv2') is first)\n"
            "print(os.waitpid(child, 0)[1])\n"
        )

        assert run_python(script) == "0\n"


class TestForgetting:
    """What is forgotten is closed."""

    def test_ends_connections(self) -> None:
        """They do not wait for the garbage collector."""
        with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
            server.settimeout(5)
            client = get_client(
                "apigatewaymanagementapi",
                endpoint_url=f"http://127.0.0.1:{server.getsockname()[1]}",
                config=client_config(max_retries=0, read_timeout=5),
            )
            post = pool.submit(client.post_to_connection, ConnectionId="abc=", Data=b"hello")
            connection, _ = server.accept()
            connection.settimeout(5)
            with connection, connection.makefile("rb") as incoming:
                assert list(iter(incoming.readline, b"\r\n"))
                assert incoming.read(5) == b"hello"
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                post.result(5)

                clear_client_cache()

                assert incoming.read(1) == b""

    def test_leaves_doubles_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a test puts in a client's place need not know how to close."""
        monkeypatch.setattr("boto3.DEFAULT_SESSION", SimpleNamespace(client=lambda *_, **__: 7))
        assert get_client("apigatewayv2") == 7

        clear_client_cache()
