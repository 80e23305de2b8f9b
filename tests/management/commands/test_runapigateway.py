"""The local gateway as a developer runs it: a process, its output and its end."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import trustme
from django.core.management import call_command
from django.core.management.base import CommandError
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from ..site import Running, Site, free_port

__all__ = [
    "TestAddresses",
    "TestBehaviour",
    "TestFaults",
    "TestGateways",
    "TestReloading",
    "TestRunserver",
    "TestState",
    "TestStopping",
]

pytestmark = pytest.mark.django_db

GATEWAY = "ApiGateway.objects.create(api_name='{}', target_base_endpoint='http://127.0.0.1:1/ws/')"
VISITOR = """
ApiGateway.objects.create(api_name="demo", target_base_endpoint="http://{}/echo/")
from django.contrib.auth.models import User
print(WebSocketToken.generate_token(User.objects.create_user("ada"), "").token)
"""
IN_AWS = "ApiGateway.objects.create(api_name='live', api_id='abc', api_endpoint='wss://abc')"
BEGUN = "ApiGateway.objects.create(api_name='begun', creation_id='a1b2c3')"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site with one local gateway and one in AWS."""
    site = Site(tmp_path_factory.mktemp("site"))
    route = "gateway.additional_routes.create(name='chat', route_key='chat', integration_url='{}')"
    demo = f"gateway = {GATEWAY.format('demo')}\n{route.format('http://127.0.0.1:1/chat/message')}"
    site.python("\n".join([demo, BEGUN, IN_AWS]))
    return site


@pytest.fixture
def port() -> int:
    """Return a free port."""
    return free_port()


@pytest.fixture
def gateway(site: Site, port: int) -> Iterator[Running]:
    """Run the local gateway."""
    with site.start("runapigateway", str(port)) as running:
        running.wait_until_says("live: left alone")
        yield running


def echo(socket: ClientConnection) -> Any:
    """Send a text and return what comes back."""
    socket.send(json.dumps({"handler": "echo", "text": "hello"}))
    return json.loads(socket.recv(timeout=10))


def change_until_noticed(running: Running, module: Path) -> None:
    """Change a file again and again: at first Django does not know yet what it was before."""

    def changed(output: str) -> bool:
        module.touch()
        return f"{module.name} changed, reloading." in output

    running.wait_for(changed)


def socket_url(running: Running) -> str:
    """Return the URL that the local gateway names."""
    url: str = running.wait_for(lambda output: re.search(r"demo: (ws://\S+)", output)).group(1)
    return url


class TestGateways:
    def test_creates_local_ones(self, gateway: Running, port: int) -> None:
        """A gateway without an API gets one, at the address of the command."""
        assert socket_url(gateway).startswith(f"ws://127.0.0.1:{port}/")
        assert "/production (routes chat)\n" in gateway.output

    def test_names_its_page(self, gateway: Running, port: int) -> None:
        """What happens can be looked at in a browser."""
        page = f"Connections and traffic: http://127.0.0.1:{port}/_emulator/\n"

        assert gateway.output.startswith(
            f"API Gateway for development: http://127.0.0.1:{port}\n{page}"
        )

    def test_leaves_others_alone(self, gateway: Running) -> None:
        """A gateway in AWS is listed and not touched."""
        assert "live: left alone, it is in AWS or was begun there" in gateway.output

    def test_leaves_alone_what_may_be_in_aws(self, gateway: Running) -> None:
        """An interrupted creation keeps the id by which its API is found again."""
        assert "begun: left alone, it is in AWS or was begun there" in gateway.output

    def test_gives_them_the_same_address_again(
        self, gateway: Running, site: Site, port: int
    ) -> None:
        """A page survives a restart."""
        first = socket_url(gateway)
        gateway.interrupt()

        with site.start("runapigateway", str(port)) as again:
            assert socket_url(again) == first

    def test_tells_how_on_demand(self, site: Site, port: int) -> None:
        """What provisioning asks the gateway for is for the curious."""
        with site.start("runapigateway", str(port), "--verbosity=2") as running:
            running.wait_until_says("CreateDeployment")

    def test_is_brief(self, gateway: Running) -> None:
        """By default it is not told."""
        assert "Create" not in gateway.output

    def test_names_those_that_cannot_be_created(self, tmp_path: Path, port: int) -> None:
        """A gateway without a target does not keep the others from theirs."""
        site = Site(tmp_path)
        site.python(f"ApiGateway.objects.create(api_name='odd')\n{GATEWAY.format('demo')}")

        with site.start("runapigateway", str(port)) as running:
            socket_url(running)

            assert "odd: target_base_endpoint must be set" in running.output


class TestRunserver:
    def test_runs_django_beside_it(self, site: Site, port: int) -> None:
        """Events reach the project, which the command started too."""
        address = f"127.0.0.1:{free_port()}"
        site.python(
            f"ApiGateway.objects.filter(api_name='demo')"
            f".update(target_base_endpoint='http://{address}/chat/')"
        )

        with site.start("runapigateway", str(port), "--runserver", address) as running:
            running.wait_until_says("development server at")
            with pytest.raises(Exception, match="400"):
                connect(socket_url(running), proxy=None)

            running.wait_until_says("Connection refused: origin_not_allowed")

    def test_ends_with_django(self, site: Site, port: int) -> None:
        """A development server that cannot start ends the command."""
        taken = str(port)

        running = site.start("runapigateway", str(port), "--runserver", taken, "--noreload")

        assert running.wait() == 1
        assert "Django's development server has ended." in running.output

    def test_ends_django_with_it(self, site: Site, port: int) -> None:
        """After the command's end nobody listens on either port."""
        server = free_port()
        with site.start("runapigateway", str(port), "--runserver", str(server)) as running:
            running.wait_until_says("development server at")

        with pytest.raises(URLError):
            urlopen(f"http://127.0.0.1:{server}/", timeout=5)


class TestReloading:
    def test_keeps_sockets(self, tmp_path: Path, port: int) -> None:
        """When code has changed, Django starts anew, and who is connected stays so."""
        module, address = tmp_path / "reloaded.py", f"127.0.0.1:{free_port()}"
        module.write_text("from tests.testing.urls import urlpatterns\n")
        path = os.pathsep.join([str(tmp_path), *sys.path])
        site = Site(tmp_path, SITE_URLCONF="reloaded", PYTHONPATH=path)
        token = site.python(VISITOR.format(address)).strip()

        with site.start("runapigateway", str(port), "--runserver", address) as running:
            running.wait_until_says("development server at")
            url = f"{socket_url(running)}?channel=room&ws_token={token}"
            with connect(url, proxy=None, origin=Origin(f"http://{address}")) as socket:
                before = echo(socket)
                change_until_noticed(running, module)
                running.wait_for(lambda output: output.count("development server at") == 2)
                after = echo(socket)

        assert before == after == {"echo": "hello"}


class TestState:
    def test_keeps_the_apis(self, site: Site, port: int, tmp_path: Path) -> None:
        """They are there again after a restart, on another port too, and follow their rows."""
        state = f"--state={tmp_path / 'state.json'}"
        with site.start("runapigateway", str(port), state) as running:
            first = socket_url(running)

        site.python(
            "ApiGateway.objects.filter(api_name='demo')"
            ".update(target_base_endpoint='http://127.0.0.1:2/ws/')"
        )
        with site.start("runapigateway", str(free_port()), state, "-v2") as again:
            second = socket_url(again)

        assert urlsplit(first).path == urlsplit(second).path
        assert "UpdateIntegration" in again.output
        assert "CreateApi" not in again.output

    def test_refuses_another_file(self, tmp_path: Path) -> None:
        """One line says which, and why."""
        path = tmp_path / "state.json"
        path.write_text("SECRET_KEY = 1")

        with pytest.raises(CommandError) as caught:
            call_command("runapigateway", "0", state=str(path))

        reason = "was not written by the local gateway; name another one."
        assert str(caught.value) == f"The state file {path} {reason}"


class TestFaults:
    def test_are_set(self, site: Site, port: int) -> None:
        """Each is told, and can be looked up where it is switched."""
        faults = ["--fault=post-429=0.2", "--fault", "disconnect-lost", "--seed=7"]

        with site.start("runapigateway", str(port), *faults) as running:
            running.wait_until_says("disconnect-lost=1")
            with urlopen(f"http://127.0.0.1:{port}/_emulator/faults", timeout=5) as response:
                state = json.load(response)

        set_faults = {"post-429": "0.2", "disconnect-lost": "1"}
        assert (state["seed"], state["faults"]) == (7, set_faults)

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            ("tired", r"^--fault: There is no fault 'tired'\. There are: connect-delay, "),
            (
                "post-429=2",
                r"^--fault: post-429 takes a probability from 0 to 1, or .*; not '2'\.$",
            ),
        ],
    )
    def test_refuses_what_is_none(self, fault: str, message: str) -> None:
        """The refusal lists what there is."""
        with pytest.raises(CommandError, match=message):
            call_command("runapigateway", "0", fault=[fault])


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_ends_without_an_error(self, site: Site, port: int, number: int) -> None:
        """Ctrl-C and a terminate signal are the way to stop."""
        with site.start("runapigateway", str(port)) as running:
            running.wait_until_says("left alone")

            assert running.interrupt(number) == 0


class TestAddresses:
    def test_names_a_port_that_is_taken(self, gateway: Running, site: Site, port: int) -> None:
        """One line names the port."""
        second = site.start("runapigateway", str(port))

        assert second.wait() == 1
        assert second.output.startswith(f"CommandError: Port {port} of 127.0.0.1 cannot be used")
        assert second.output.count("\n") == 1

    def test_serves_custom_domains_on_a_second_port(
        self, site: Site, port: int, tmp_path: Path
    ) -> None:
        """The second port speaks TLS with the given certificate."""
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost")
        certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
        context = ssl.create_default_context()
        authority.configure_trust(context)
        tls_port = free_port()
        options = [f"--tls-port={tls_port}", f"--tls-certificate={tmp_path / 'both.pem'}"]

        with site.start("runapigateway", str(port), *options) as running:
            running.wait_until_says("left alone")
            with pytest.raises(Exception, match="403"):
                connect(f"wss://localhost:{tls_port}/", ssl=context, proxy=None)

    def test_wants_a_certificate_for_it(self) -> None:
        """TLS without a certificate is no TLS."""
        with pytest.raises(CommandError, match=r"^--tls-port needs --tls-certificate\.$"):
            call_command("runapigateway", "0", tls_port=0)

    def test_names_an_unusable_certificate(self, tmp_path: Path) -> None:
        """A certificate that cannot be read is named."""
        with pytest.raises(CommandError, match=r"^The certificate cannot be used: "):
            call_command("runapigateway", "0", tls_port=0, tls_certificate=str(tmp_path / "no"))

    @pytest.mark.parametrize("text", ["http", "127.0.0.1:", "127.0.0.1:65536", ""])
    def test_refuses_what_is_no_address(self, text: str) -> None:
        """Neither a port nor an address with a port."""
        with pytest.raises(CommandError, match="is neither a port nor an address with a port"):
            call_command("runapigateway", text)

    def test_stays_on_this_machine(self) -> None:
        """An address that others reach has to be allowed."""
        with pytest.raises(CommandError, match=r"^0\.0\.0\.0 can be reached by others"):
            call_command("runapigateway", "0.0.0.0:9000")

    def test_brackets_ipv6(self, site: Site) -> None:
        """The loopback address of IPv6 is this machine, too."""
        port = free_port()
        with site.start("runapigateway", f"[::1]:{port}") as running:
            assert socket_url(running).startswith(f"ws://[::1]:{port}/")

    def test_names_the_extra(self, site: Site) -> None:
        """Without the emulator's libraries the message says what to install."""
        code = (
            "import sys; sys.modules['aiohttp'] = None\n"
            "from django.core.management import execute_from_command_line\n"
            "execute_from_command_line(['manage.py', 'runapigateway'])"
        )

        running = site.start_python(code)

        assert running.wait() == 1
        assert running.output == (
            "CommandError: The local gateway needs aiohttp: "
            'pip install "django-aws-api-gateway-websockets[local]"\n'
        )


class TestBehaviour:
    def test_is_what_the_options_say(self, site: Site, port: int) -> None:
        """A dead backend is 502, a second handshake too much, an unsigned call refused."""
        options = ["--assume=unreachable_status=502", "--rate=0.001", "--burst=1"]
        with site.start("runapigateway", str(port), "--verify-signatures", *options) as running:
            running.wait_until_says("left alone")
            url = socket_url(running)
            with pytest.raises(Exception, match="502"):
                connect(url, proxy=None)
            with pytest.raises(Exception, match="429"):
                connect(url, proxy=None)
            with pytest.raises(HTTPError) as caught:
                urlopen(f"{url.replace('ws', 'http', 1)}/@connections/x", timeout=5)

        with caught.value as answer:
            assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"assume": ["x=1"]}, r"^'x' is none of unreachable_status, "),
            ({"burst": 0}, r"^rate must be more than 0"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, options: dict[str, object], message: str) -> None:
        """The message says what would."""
        with pytest.raises(CommandError, match=message):
            call_command("runapigateway", "0", **options)
