"""What is seen of the calls of ``@connections`` and of the control plane."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator.answers import Lost
from django_aws_api_gateway_websockets.emulator.control import ControlFault
from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker

from ..support import PATIENCE, World, running
from .support import BrokenKeyring, BrokenMasker, Page, tired

__all__ = ["TestControl", "TestFailures", "TestInattention", "TestPosts"]

FAILURE = "The inspector could not take note: KeyError."
SECRET = "s" * 32
SECRET_PARAMETER = "integration.request.header.X-Ws-Gateway-Secret"


def control(world: World, operation: str) -> Any:
    """Return everything about a call of the control plane."""
    page = Page(world)
    [number, *_] = [e["number"] for e in page.events("control") if operation in e["detail"]]
    return json.loads(page.ask("GET", f"inspector/events/{number}")[2])


class TestPosts:
    """Calls of ``@connections``."""

    def test_post(self, world: World) -> None:
        """As it came, without its signature, and with its answer."""
        with world.connect():
            id_ = world.connection_id()
            world.management().post_to_connection(ConnectionId=id_, Data=b"hello")
            detail = Page(world).detail("post")

        assert (detail["said"], detail["status"], detail["connection_id"]) == ("hello", 200, id_)
        assert (detail["asked"]["method"], detail["answered"]["status"]) == ("POST", 200)
        assert detail["asked"]["url"].startswith(f"{world.stage_url}/@connections/")
        assert dict(detail["asked"]["headers"])["Authorization"] == "***"

    def test_elsewhere(self, world: World) -> None:
        """A call to a stage that does not exist, of which the log says nothing."""
        connection = http.client.HTTPConnection("127.0.0.1", world.thread.port, timeout=PATIENCE)
        connection.request("POST", "/nowhere/dev/@connections/x", "hello")
        connection.getresponse().read()
        connection.close()

        detail = Page(world).detail("post")

        assert (detail["status"], detail["said"]) == (403, "hello")
        assert json.loads(detail["answered"]["body"]) == {"message": "Forbidden"}
        assert detail["asked"]["url"] == f"{world.thread.url}/nowhere/dev/@connections/x"
        assert world.journal.of("post") == []

    def test_secret(self, world: World) -> None:
        """A constant of a mapping is hidden, although nobody maps a post."""
        with world.connect():
            id_ = world.connection_id()
            world.management().post_to_connection(ConnectionId=id_, Data=SECRET.encode())

        assert Page(world).detail("post")["asked"]["body"] == "***"

    def test_unsigned(self) -> None:
        """A call that is not signed is one event."""
        with running(verify_signatures=True) as world:
            with pytest.raises(Exception, match="UnrecognizedClient"):
                world.management().get_connection(ConnectionId="Qyi07eCbtjMCJKw=")
            events = Page(world).events("get")

        assert [(event["status"], event["detail"]) for event in events] == [
            (403, "UnrecognizedClientException")
        ]

    def test_lost_answer(self, world: World) -> None:
        """A call whose answer is lost has none."""
        with world.connect():
            id_ = world.connection_id()
            world.thread.switchboard.set("post-cut", "1x")
            world.management().post_to_connection(ConnectionId=id_, Data=b"tried again")
            detail = Page(world).detail("post")

        assert (detail["detail"], detail["answered"]) == ("the answer was lost", None)


class TestControl:
    """Calls of the control plane."""

    def test_request_and_answer(self, world: World) -> None:
        """Both bodies, in which a mapping's constant is hidden."""
        detail = control(world, "CreateIntegration")

        asked, answered = (json.loads(detail[side]["body"]) for side in ("asked", "answered"))
        assert (detail["status"], detail["asked"]["method"]) == (201, "POST")
        assert detail["asked"]["url"] == f"{world.thread.url}/v2/apis/{world.api_id}/integrations"
        assert asked["requestParameters"][SECRET_PARAMETER] == "***"
        assert answered["requestParameters"] == asked["requestParameters"]
        assert asked["integrationUri"] == f"{world.backend.url}/connect"
        assert dict(detail["asked"]["headers"])["Authorization"] == "***"

    def test_no_secret_anywhere(self, world: World) -> None:
        """Neither in the events of provisioning, nor in lists."""
        world.control.get_integrations(ApiId=world.api_id)
        page = Page(world)
        numbers = range(1, page.news()["last"] + 1)

        details = [page.ask("GET", f"inspector/events/{number}")[2] for number in numbers]

        assert [SECRET.encode() in detail for detail in details] == [False] * len(details)
        assert any(b"X-Ws-Gateway-Secret" in detail for detail in details)

    def test_refused(self, world: World) -> None:
        """The answer says why, without what it complains of."""
        with pytest.raises(world.control.exceptions.BadRequestException, match="opensesame"):
            world.add_route("chat", RequestParameters={SECRET_PARAMETER: "opensesame"})
        [event] = [e for e in Page(world).events("control") if e["status"] == 400]
        detail = json.loads(Page(world).ask("GET", f"inspector/events/{event['number']}")[2])

        assert json.loads(detail["answered"]["body"]) == {
            "message": "Invalid mapping expression specified: ***"
        }

    def test_lost_answer(self, world: World) -> None:
        """A call whose answer is lost has none, but a name."""
        fault = ControlFault(operation="GetApi", lost=Lost.CUT)
        with world.thread.faults.failing(fault):
            world.control.get_api(ApiId=world.api_id)
        detail = control(world, "GetApi")

        assert detail["detail"] == "GetApi (fault): the answer was lost"
        assert ("status" in detail, detail["answered"]) == (False, None)


@pytest.mark.parametrize("masker", [None, BrokenMasker()])
class TestFailures:
    """A note that cannot be taken changes nothing of what is answered."""

    def test_of_calls(self, world: World, masker: Masker | None) -> None:
        """Neither of ``@connections``, nor of the control plane."""
        with world.connect() as client:
            id_ = world.connection_id()
            world.thread.emulator.inspector.keyring = BrokenKeyring(masker)
            world.management().post_to_connection(ConnectionId=id_, Data=b"hello")
            found = world.control.get_api(ApiId=world.api_id)
            received = client.recv(PATIENCE)

        assert (received, found["ApiId"]) == ("hello", world.api_id)
        assert world.journal.of("post")[0].status == 200
        assert {record.detail for record in world.journal.of("error")} == {FAILURE}


class TestInattention:
    """Nobody looks, and there is too much to keep it all."""

    def test_no_content(self, world: World) -> None:
        """Everything is done, and nothing but the log's records is kept."""
        world.thread.emulator.inspector.attention = tired()
        with world.connect():
            id_ = world.connection_id()
            world.management().post_to_connection(ConnectionId=id_, Data=b"hello")
        world.control.get_api(ApiId=world.api_id)

        assert Page(world).detail("post")["asked"] is None
        assert control(world, "GetApi")["asked"] is None
