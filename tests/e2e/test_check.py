"""The command that checks a gateway, on the whole line: what it says of each hop, and why."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
import trustme
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from pytest_django.live_server_helper import LiveServer

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ChannelPermission,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.transports import get_transport
from django_aws_api_gateway_websockets.transports.apigateway import APIGatewayTransport
from django_aws_api_gateway_websockets.transports.base import SendResult
from django_aws_api_gateway_websockets.urls import events

from ..aws.peer import Answer, Peer
from ..browser.tls import tls_front
from ..management.site import free_port
from .conftest import FOUL
from .urls import ChatView

__all__ = [
    "TestFaults",
    "TestHandshake",
    "TestMessage",
    "TestPassing",
    "TestPost",
    "TestSeveral",
    "TestSilence",
]

pytestmark = pytest.mark.django_db(transaction=True)

IN_ANY_WEATHER = pytest.mark.parametrize("weather", [(), FOUL], ids=["fair", "foul"])
IN_FOUL_WEATHER = pytest.mark.parametrize("weather", [FOUL], ids=["foul"])
"""Shows that what is wrong is told from what is merely late."""

PACKAGE = "django_aws_api_gateway_websockets"
SECRET = "integration.request.header.X-Ws-Gateway-Secret"


class StubbornView(ChatView):
    """Refuses what comes over the network, with the status that the channel names."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer as another project would, which this process does not know."""
        if "SERVER_SOFTWARE" in request.META:
            return HttpResponse(status=int(request.GET["channel"]))
        return super().dispatch(request, *args, **kwargs)


class BrokenView(ChatView):
    """Raises in the middle of the handshake."""

    SEND_EXCEPTION_MAIL = False

    def has_view_permissions(self, request: HttpRequest) -> bool:
        """Raise."""
        raise LookupError("secret detail")

    CHECK_PERMISSIONS_ON_CONNECT = True


class SlowView(ChatView):
    """Answers late."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Wait, and refuse."""
        time.sleep(1)
        return HttpResponse(status=400)


class ForgetfulView(ChatView):
    """Lets everybody in, and stores nothing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Accept."""
        return HttpResponse()


class ClosingView(ChatView):
    """Closes every connection that says something."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Close, and do not answer in time."""
        if kwargs["route"] == "default":
            session = WebSocketSession.objects.select_related("api_gateway").get()
            url = ApiGateway.objects.get().management_url
            get_transport().disconnect(url, session.connection_id)
        return super().dispatch(request, *args, **kwargs)


class ElsewhereTransport(APIGatewayTransport):
    """Posts to a server that stands for AWS."""

    def __init__(self, *, url: str) -> None:
        super().__init__(max_retries=0)
        self.url = url

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        """Post there."""
        return super().send(self.url, connection_id, payload)


class PostingTransport(APIGatewayTransport):
    """Closes nothing, and does not say so."""

    def disconnect(self, management_url: str, connection_id: str) -> None:
        """Do nothing."""


class OneSidedTransport(APIGatewayTransport):
    """Cannot close connections."""

    supports_disconnect = False


class ChattyView(ChatView):
    """Talks before it answers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Post something of the project's own."""
        response = super().dispatch(request, *args, **kwargs)
        if kwargs["route"] == "default":
            WebSocketSession.objects.all().send_message({"line": "hello"})
        return response


class Outcome:
    """What the command wrote, without times and addresses."""

    def __init__(self, *arguments: str) -> None:
        out, err = StringIO(), StringIO()
        self.error = ""
        try:
            call_command("checkApiGateway", "--timeout=10", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            self.error = str(error)
        self.text = out.getvalue() + err.getvalue()
        self.lines = [_plain(line) for line in out.getvalue().splitlines()]
        self.complaints = [_plain(line) for line in err.getvalue().splitlines()]


def _plain(line: str) -> str:
    return re.sub(r"\d+ ms", "N ms", line.removeprefix("e2e: "))


@pytest.fixture
def control(emulator: EmulatorThread, gateway: ApiGateway) -> Iterator[Any]:
    """Return boto3's client of the control plane."""
    session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret")
    client = session.client("apigatewayv2", endpoint_url=emulator.url, region_name="local")
    yield client
    client.close()


def integration_of(control: Any, gateway: ApiGateway, key: str) -> str:
    """Return the id of the integration of a route."""
    routes = control.get_routes(ApiId=gateway.api_id)["Items"]
    target: str = next(route["Target"] for route in routes if route["RouteKey"] == key)
    return target.removeprefix("integrations/")


def change_integration(control: Any, gateway: ApiGateway, key: str, **values: Any) -> None:
    """Change the integration of a route, and deploy."""
    integration = integration_of(control, gateway, key)
    control.update_integration(ApiId=gateway.api_id, IntegrationId=integration, **values)
    control.create_deployment(ApiId=gateway.api_id, StageName=gateway.stage_name)


def change_transport(settings: Any, name: str, **options: Any) -> None:
    """Let posts go through another transport."""
    transport = {"BACKEND": name, "OPTIONS": options}
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "transport": transport}


def make_one_way(gateway: ApiGateway) -> None:
    """Create the gateway anew without route responses."""
    ApiGateway.objects.update(two_way=False)
    gateway.refresh_from_db()
    gateway.forget_api()
    gateway.create_gateway()


@IN_ANY_WEATHER
class TestPassing:
    def test_names_each_hop(self, gateway: ApiGateway, live_server: LiveServer) -> None:
        """A gateway that works gets a line for each hop."""
        User.objects.create_superuser("root")

        outcome = Outcome()

        assert outcome.lines == [
            f"opening {gateway.connection_url} as a page of {live_server} does",
            "resolved 127.0.0.1 to 127.0.0.1",
            "connected in N ms, without TLS",
            "handshake accepted in N ms, as root",
            "message answered in N ms",
            "post arrived in N ms",
            "closed in N ms",
            "$disconnect arrived in N ms",
            "works",
        ]
        assert (outcome.complaints, outcome.error) == ([], "")

    def test_leaves_nothing_behind(self, gateway: ApiGateway) -> None:
        """Login session, token and connection are gone, and nobody has logged in."""
        user = User.objects.create_superuser("root")

        Outcome()

        user.refresh_from_db()
        assert user.last_login is None
        assert not Session.objects.exists()
        assert not WebSocketToken.objects.exists()
        assert not WebSocketSession.objects.exists()

    def test_opens_tls_as_browsers_do(
        self,
        gateway: ApiGateway,
        emulator: EmulatorThread,
        settings: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A certificate that this machine trusts lets the probe through."""
        change_transport(settings, f"{PACKAGE}.transports.locmem.LocMemTransport")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "authority.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)

        with tls_front(context, emulator.port) as port:
            endpoint = f"wss://localhost:{port}/{gateway.api_id}"
            ApiGateway.objects.update(api_endpoint=endpoint)
            outcome = Outcome()

        assert outcome.lines[2:5] == [
            "connected in N ms, with TLSv1.3",
            "handshake accepted in N ms, as a visitor",
            "message answered in N ms",
        ]

    def test_looks_at_the_database_on_a_one_way_gateway(self, gateway: ApiGateway) -> None:
        """Where nothing comes back, the count of the session tells."""
        make_one_way(gateway)

        outcome = Outcome()

        assert "message arrived in N ms, on a one-way gateway" in outcome.lines
        assert outcome.lines[-1] == "works"

    def test_connects_as_a_visitor_without_a_superuser(self, gateway: ApiGateway) -> None:
        """Nobody need be logged in."""
        assert "handshake accepted in N ms, as a visitor" in Outcome().lines

    def test_takes_the_user_channel_and_route(self, gateway: ApiGateway) -> None:
        """Options say who joins what, and which way the message goes."""
        User.objects.create_user("ada")

        outcome = Outcome(
            "--user=ada", "--channel=room", "--route=chat", f"--pk={gateway.pk}", "--verbosity=2"
        )

        assert "handshake accepted in N ms, as ada" in outcome.lines
        assert "sending a ping along the route chat" in outcome.lines
        assert outcome.lines[-1] == "works"

    def test_is_silent_on_demand(self, gateway: ApiGateway) -> None:
        """Without verbosity success is silence."""
        assert Outcome("--verbosity=0").text == ""

    def test_answers_to_the_lower_case_name(self, gateway: ApiGateway) -> None:
        """The alias does the same."""
        output = StringIO()

        call_command("checkapigateway", timeout=10, stdout=output)

        assert output.getvalue().endswith("e2e: works\n")

    def test_works_without_login_sessions(self, gateway: ApiGateway, settings: Any) -> None:
        """A project of tokens alone needs no session middleware."""
        settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_binding": "user"}

        assert Outcome().lines[-1] == "works"

    def test_hears_the_pong_among_other_messages(self, gateway: ApiGateway, settings: Any) -> None:
        """What the project sends to its clients does not disturb."""
        settings.ROOT_URLCONF = (events("ws/", ChattyView),)

        assert Outcome().lines[-1] == "works"


@IN_FOUL_WEATHER
class TestHandshake:
    def test_names_the_code_of_a_refusal(self, gateway: ApiGateway) -> None:
        """The client sees a status; the checks of this process tell the code."""
        outcome = Outcome("--origin=https://evil.example")

        assert outcome.complaints == [
            "the handshake was refused with 400: origin_not_allowed: origin 'https://evil.example'",
            'Add the page\'s origin to WEBSOCKETS["allowed_origins"], or let target_base_endpoint '
            "have the page's host; --origin tries another page.",
        ]
        assert outcome.error == "e2e failed at the handshake."

    def test_leaves_nothing_behind(self, gateway: ApiGateway) -> None:
        """What the checks wrote is rolled back, and the visitor is gone."""
        Outcome("--origin=https://evil.example")

        assert not Session.objects.exists()
        assert not WebSocketToken.objects.exists()
        assert not WebSocketSession.objects.exists()

    def test_sends_no_cookie_to_another_site(self, gateway: ApiGateway, settings: Any) -> None:
        """A page elsewhere could not send the login cookie, so the probe does not either."""
        origin = "https://app.example"
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "allowed_origins": [origin]}

        outcome = Outcome(f"--origin={origin}")

        assert outcome.lines[-1] == (
            "no login cookie: a browser does not send that of https://app.example to 127.0.0.1"
        )
        assert outcome.complaints[0].startswith("the handshake was refused with 400: no_login_ses")

    def test_names_a_channel_that_is_denied(self, gateway: ApiGateway) -> None:
        """The channel's permission refuses with its own status."""
        ChannelPermission.objects.create(channel_name="staff", access="superuser_only")
        User.objects.create_user("ada")

        outcome = Outcome("--user=ada", "--channel=staff")

        assert outcome.complaints[0] == (
            "the handshake was refused with 403: channel_denied: channel 'staff'"
        )

    @pytest.mark.parametrize(
        ("secret", "what"),
        [("'other'", "sends another secret than these settings have"), ("", "sends no secret")],
    )
    def test_names_the_secret_of_the_integration(
        self, control: Any, gateway: ApiGateway, secret: str, what: str
    ) -> None:
        """AWS is asked what it sends; no secret is written."""
        change_integration(control, gateway, "$connect", RequestParameters={SECRET: secret})

        outcome = Outcome()

        assert outcome.complaints == [
            "the handshake was refused with 403",
            f"The integration of $connect {what}: let its request parameter {SECRET} be the first "
            'one of WEBSOCKETS["gateway_secret"], and deploy the stage.',
        ]
        assert "e2e-sss" not in outcome.text

    def test_names_both_causes_where_aws_looks_right(
        self, gateway: ApiGateway, settings: Any
    ) -> None:
        """A view of the deployed Django may refuse for what this process does not see."""
        settings.ROOT_URLCONF = (events("ws/", StubbornView),)

        outcome = Outcome("--channel=403")

        assert outcome.complaints[0] == "the handshake was refused with 403"
        assert outcome.complaints[1].startswith("What AWS has looks right. Either Django at")

    def test_names_both_causes_where_aws_does_not_answer(
        self, gateway: ApiGateway, settings: Any
    ) -> None:
        """An identity that may not look is told what it could not learn."""
        settings.ROOT_URLCONF = (events("ws/", StubbornView),)
        elsewhere = {**settings.WEBSOCKETS, "endpoint_url": "https://aws.example"}
        settings.WEBSOCKETS = elsewhere

        outcome = Outcome("--channel=403")

        assert outcome.complaints[1].startswith("AWS does not say more to this process. Either")

    @pytest.mark.parametrize("status", ["400", "404"])
    def test_names_a_django_with_other_settings(
        self, gateway: ApiGateway, settings: Any, status: str
    ) -> None:
        """What passes here and not there is explained by their difference."""
        settings.ROOT_URLCONF = (events("ws/", StubbornView),)

        outcome = Outcome(f"--channel={status}")

        assert outcome.complaints[0] == f"the handshake was refused with {status}"
        assert outcome.complaints[1].startswith("The Django that answers at http://")

    def test_names_the_error_of_a_view(self, gateway: ApiGateway, settings: Any) -> None:
        """A view that raises does so here too."""
        settings.ROOT_URLCONF = (events("ws/", BrokenView),)

        outcome = Outcome()

        assert outcome.complaints == [
            "the handshake was refused with 500: the view raised LookupError",
            "Correct it; its log has the traceback.",
        ]

    def test_names_what_this_process_refuses_otherwise(
        self, gateway: ApiGateway, settings: Any
    ) -> None:
        """Two refusals of two statuses have two causes; both are told."""
        settings.ROOT_URLCONF = (events("ws/", StubbornView),)

        outcome = Outcome("--channel=429", "--origin=https://evil.example")

        assert outcome.complaints[0] == "the handshake was refused with 429"
        assert outcome.complaints[1].endswith(
            "The checks of this process refuse it too: "
            "origin_not_allowed: origin 'https://evil.example'."
        )

    def test_names_a_django_that_is_slow(self, gateway: ApiGateway, settings: Any) -> None:
        """No answer within the time-out is told as such."""
        settings.ROOT_URLCONF = (events("ws/", SlowView),)

        outcome = Outcome("--timeout=0.3")

        assert outcome.complaints[0] == "the handshake was not answered within 0.3 s"

    def test_names_a_django_that_is_down(self, control: Any, gateway: ApiGateway) -> None:
        """The URL that was not reached is told."""
        url = f"http://127.0.0.1:{free_port()}/ws"
        change_integration(control, gateway, "$connect", IntegrationUri=f"{url}/connect")
        ApiGateway.objects.update(target_base_endpoint=f"{url}/")

        outcome = Outcome()

        assert outcome.complaints == [
            "the handshake was refused with 500",
            f"API Gateway got no answer of Django at {url}/connect, or an error. Look whether "
            "Django runs there, and at its log.",
        ]


@IN_FOUL_WEATHER
class TestMessage:
    def test_names_a_route_that_is_missing(self, control: Any, gateway: ApiGateway) -> None:
        """API Gateway's own Forbidden is told with the route."""
        routes = control.get_routes(ApiId=gateway.api_id)["Items"]
        default = next(route for route in routes if route["RouteKey"] == "$default")
        control.delete_route(ApiId=gateway.api_id, RouteId=default["RouteId"])
        control.create_deployment(ApiId=gateway.api_id, StageName=gateway.stage_name)

        outcome = Outcome()

        assert outcome.complaints == [
            "API Gateway answered the message with 'Forbidden'",
            "The API has no route $default: create it with its integration and deploy the stage.",
        ]
        assert outcome.error == "e2e failed at the message."
        assert not WebSocketSession.objects.exists()

    def test_names_an_integration_that_is_not_reached(
        self, control: Any, gateway: ApiGateway
    ) -> None:
        """API Gateway's own error is told with the URL."""
        url = f"http://127.0.0.1:{free_port()}/"
        change_integration(control, gateway, "$default", IntegrationUri=url)

        outcome = Outcome()

        assert outcome.complaints[0] == (
            "API Gateway answered the message with 'Internal server error'"
        )
        assert outcome.complaints[1].endswith(": correct the integration of $default.")

    def test_names_the_secret_of_the_integration(self, control: Any, gateway: ApiGateway) -> None:
        """Django's refusal is told, and what AWS sends."""
        change_integration(control, gateway, "$default", RequestParameters={SECRET: "'other'"})

        outcome = Outcome()

        assert outcome.complaints[0] == "Django answered the message with 'Invalid request'"
        assert outcome.complaints[1].startswith("The integration of $default sends another secret")

    def test_names_the_log_where_aws_looks_right(self, control: Any, gateway: ApiGateway) -> None:
        """A refusal that AWS has no part in is in Django's log."""
        parameters = {"integration.request.header.connectionId": "'elsewhere'"}
        change_integration(control, gateway, "$default", RequestParameters=parameters)

        outcome = Outcome()

        assert outcome.complaints == [
            "Django answered the message with 'Invalid connection ID'",
            "Its log names the code of the refusal: logger "
            "django_aws_api_gateway_websockets.dispatch.",
        ]

    def test_names_a_page(self, control: Any, gateway: ApiGateway, live_server: Any) -> None:
        """HTML is what other views answer."""
        change_integration(control, gateway, "$default", IntegrationUri=f"{live_server}/nowhere")

        outcome = Outcome()

        assert outcome.complaints[0] == "the message was answered with a page of HTML"

    def test_names_the_end_of_the_socket(self, gateway: ApiGateway, settings: Any) -> None:
        """A Django that closes the connection at once is told by the close code."""
        settings.ROOT_URLCONF = (events("ws/", ClosingView),)

        outcome = Outcome()

        assert outcome.complaints[0] == "the socket was closed with 1000"


@IN_FOUL_WEATHER
class TestPost:
    @pytest.mark.parametrize(
        ("name", "fact"),
        [
            ("locmem.LocMemTransport", "LocMemTransport delivers nothing to clients"),
            ("console.ConsoleTransport", "ConsoleTransport delivers nothing to clients"),
        ],
    )
    def test_names_a_transport_of_developers(
        self, gateway: ApiGateway, settings: Any, name: str, fact: str
    ) -> None:
        """What delivers nothing is no success."""
        change_transport(settings, f"{PACKAGE}.transports.{name}")

        outcome = Outcome()

        assert outcome.complaints[0] == fact
        assert outcome.error == "e2e failed at the post."

    def test_names_a_transport_that_is_none(self, gateway: ApiGateway, settings: Any) -> None:
        """A wrong name of the transport is told as the setting."""
        change_transport(settings, "tests.e2e.urls.ChatView")

        outcome = Outcome()

        assert outcome.complaints[0] == "there is no transport"

    def test_names_the_guard_of_the_endpoint(self, gateway: ApiGateway, settings: Any) -> None:
        """With the control plane elsewhere nothing is posted here."""
        elsewhere = {**settings.WEBSOCKETS, "endpoint_url": "https://aws.example"}
        settings.WEBSOCKETS = elsewhere

        outcome = Outcome()

        assert outcome.complaints[0] == "nothing may be sent to the gateway"
        assert outcome.complaints[1].endswith("Unset it to talk to AWS.")

    def test_names_the_permission_that_is_missing(self, gateway: ApiGateway, settings: Any) -> None:
        """An identity that may not post is told the action and the resource."""
        with Peer(Answer(status=403, error="AccessDeniedException")) as aws:
            change_transport(settings, f"{__name__}.ElsewhereTransport", url=aws.url)

            outcome = Outcome()

        assert outcome.complaints == [
            f"{gateway.management_url} answered: AccessDeniedException",
            "Let the AWS identity of this process have execute-api:ManageConnections on "
            f"arn:aws:execute-api:*:*:{gateway.api_id}/production/*/@connections/*, and see that "
            "it has keys.",
        ]

    def test_lets_a_transport_be_without_closing(self, gateway: ApiGateway, settings: Any) -> None:
        """What a transport cannot do is a warning."""
        change_transport(settings, f"{__name__}.OneSidedTransport")

        outcome = Outcome()

        assert outcome.complaints == ["OneSidedTransport cannot close connections"]
        assert outcome.lines[-1] == "works"


class TestFaults:
    @pytest.mark.parametrize(
        ("weather", "complaint"),
        [
            (("backend-error=1x",), "the handshake was refused with 500"),
            (("backend-timeout=1x",), "the handshake was refused with 504"),
            (("message-cut",), "the socket was closed with 1006"),
            (("post-410",), "GoneException"),
            (("post-lost",), "a post was accepted and did not arrive within 2 s"),
        ],
    )
    def test_are_told(self, gateway: ApiGateway, complaint: str) -> None:
        """What goes wrong on the way is named, and nothing is left behind."""
        outcome = Outcome("--timeout=2")

        assert complaint in outcome.complaints[0]
        assert not WebSocketSession.objects.exists()


class TestSilence:
    @pytest.mark.parametrize("weather", [("disconnect-lost",)])
    def test_is_content_without_disconnect(self, gateway: ApiGateway) -> None:
        """AWS promises no $disconnect, so its absence is a warning."""
        outcome = Outcome("--timeout=2")

        assert outcome.complaints == [
            "$disconnect has not arrived within 2 s; AWS promises none, but look at the "
            "integration of $disconnect when this is the rule"
        ]
        assert outcome.lines[-1] == "works"

    def test_names_another_database(self, gateway: ApiGateway, settings: Any) -> None:
        """A socket without a session here belongs to a Django that stores it elsewhere."""
        settings.ROOT_URLCONF = (events("ws/", ForgetfulView),)

        outcome = Outcome("--timeout=2")

        assert outcome.complaints[0] == (
            "the socket is open, and its session is not in this database"
        )

    def test_names_an_answer_that_does_not_come_back(self, gateway: ApiGateway) -> None:
        """A row that is two-way alone awaits what never comes."""
        make_one_way(gateway)
        ApiGateway.objects.update(two_way=True)

        outcome = Outcome("--timeout=2")

        assert outcome.complaints[0] == (
            "the message reached Django and its answer did not come back"
        )

    def test_names_a_message_that_does_not_arrive(
        self, control: Any, gateway: ApiGateway, live_server: Any
    ) -> None:
        """On a one-way gateway silence is explained by what AWS has."""
        make_one_way(gateway)
        change_integration(control, gateway, "$default", RequestParameters={SECRET: "'other'"})

        outcome = Outcome("--timeout=2")

        assert outcome.complaints[0] == "the message did not reach Django within 2 s"
        assert outcome.complaints[1].startswith("The integration of $default sends another secret")

    def test_names_a_close_that_does_not_arrive(self, gateway: ApiGateway, settings: Any) -> None:
        """A close that the client does not see is a failure."""
        change_transport(settings, f"{__name__}.PostingTransport")

        outcome = Outcome("--timeout=2")

        assert outcome.complaints[0] == "after the close the client saw nothing instead of 1000"
        assert outcome.error == "e2e failed at the close."


@IN_FOUL_WEATHER
class TestSeveral:
    def test_goes_on_after_a_failure(self, gateway: ApiGateway) -> None:
        """Every gateway that has an API is probed, and the failed ones are listed."""
        ApiGateway.objects.create(api_name="none", target_base_endpoint="http://127.0.0.1:1/")
        ApiGateway.objects.create(
            api_name="far",
            api_id="abc",
            api_endpoint="wss://abc.execute-api.eu-west-1.amazonaws.invalid",
            target_base_endpoint="http://127.0.0.1:1/",
        )

        outcome = Outcome()

        assert "works" in outcome.lines
        assert "far: the name abc.execute-api.eu-west-1.amazonaws.invalid cannot be resolved" in (
            outcome.complaints
        )
        assert outcome.error == "far failed at the name resolution."
