"""The control plane as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django_aws_api_gateway_websockets.emulator.answers import Answer
from django_aws_api_gateway_websockets.emulator.clock import ManualClock
from django_aws_api_gateway_websockets.emulator.control import ControlPlane, Site
from django_aws_api_gateway_websockets.emulator.store import Store


def make_plane(changed: Callable[[], None] = lambda: None) -> ControlPlane:
    """Return a control plane over an empty store."""
    site = Site(store=Store(), clock=ManualClock(), endpoint=lambda api_id: f"ws://x/{api_id}")
    return ControlPlane(site, changed)


CREATION = b'{"name": "a", "protocolType": "WEBSOCKET", "routeSelectionExpression": "x"}'


def handle(plane: ControlPlane, *request: Any) -> tuple[str, Answer]:
    """Return the operation's name and the answer."""
    name, answer = plane.handle(*request)
    assert isinstance(answer, Answer)
    return name, answer


class TestSchema:
    """botocore's model of the service."""

    def test_is_read_once(self) -> None:
        """It is the same for all control planes of a process."""
        assert make_plane().schema is make_plane().schema


class TestHandling:
    """Requests to answers."""

    def test_success(self) -> None:
        """The status is that of the model, the body JSON."""
        name, answer = handle(make_plane(), "POST", "/v2/apis", "", CREATION)

        assert (name, answer.status) == ("CreateApi", 201)
        assert answer.headers == {"Content-Type": "application/json"}
        assert json.loads(answer.body)["name"] == "a"

    def test_success_without_a_body(self) -> None:
        """A deletion is answered with 204 and nothing else."""
        plane = make_plane()
        api_id = json.loads(handle(plane, "POST", "/v2/apis", "", CREATION)[1].body)["apiId"]

        _, answer = handle(plane, "DELETE", f"/v2/apis/{api_id}", "", b"")

        assert (answer.status, answer.headers, answer.body) == (204, {}, b"")

    def test_refusal(self) -> None:
        """The error's code is in the header that boto3 reads."""
        name, answer = handle(make_plane(), "GET", "/v2/apis/x", "", b"")

        assert (name, answer.status) == ("GetApi", 404)
        assert answer.headers["x-amzn-ErrorType"] == "NotFoundException"

    def test_query(self) -> None:
        """Parameters of the query arrive."""
        _, answer = handle(make_plane(), "GET", "/v2/apis", "maxResults=nonsense", b"")

        assert json.loads(answer.body) == {"message": "Invalid value for maxResults: nonsense"}

    def test_unknown_path(self) -> None:
        """What no model names is not found."""
        name, answer = handle(make_plane(), "GET", "/v2/nothing", "", b"")

        assert (name, answer.status) == ("unknown", 404)
        assert json.loads(answer.body) == {"message": "No operation GET /v2/nothing"}

    def test_operation_that_is_missing_here(self) -> None:
        """It says so with a status that boto3 does not retry."""
        name, answer = handle(make_plane(), "GET", "/v2/vpclinks", "", b"")

        assert (name, answer.status) == ("GetVpcLinks", 501)
        assert json.loads(answer.body) == {
            "message": "The local gateway does not implement GetVpcLinks"
        }


class TestChanges:
    """Somebody may have to know of them."""

    def test_tells_of_what_was_done(self) -> None:
        """Once for each change; looking changes nothing, nor does what is refused."""
        changes: list[str] = []
        plane = make_plane(lambda: changes.append("changed"))

        handle(plane, "POST", "/v2/apis", "", CREATION)
        handle(plane, "POST", "/v2/apis", "", b"{}")
        handle(plane, "GET", "/v2/apis", "", b"")

        assert changes == ["changed"]
