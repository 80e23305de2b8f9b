"""What the emulator serves of itself."""

from __future__ import annotations

import json

import pytest

from django_aws_api_gateway_websockets.emulator.answers import Answer, ServiceError
from django_aws_api_gateway_websockets.emulator.panel import Panel, PanelRequest, json_answer


def show(request: PanelRequest) -> Answer:
    """Answer with what was asked."""
    return json_answer({"names": dict(request.names), "body": request.body.decode()})


def refuse(request: PanelRequest) -> Answer:
    """Refuse."""
    raise ServiceError.conflict("No.")


PANEL = Panel({"GET things": show, "PUT things/{name}": show}, {"DELETE things/{name}": refuse})


class TestRouting:
    """From a request to its handler."""

    @pytest.mark.parametrize(
        ("method", "path", "names"),
        [
            ("GET", "/_emulator/things", {}),
            ("PUT", "/_emulator/things/a%20b", {"name": "a b"}),
        ],
    )
    def test_finds_it(self, method: str, path: str, names: dict[str, str]) -> None:
        """The handler gets the body, and the names in the path."""
        answer = PANEL.handle(method, path, b"x")

        assert json.loads(answer.body) == {"names": names, "body": "x"}
        assert (answer.status, answer.headers) == (200, {"Content-Type": "application/json"})

    @pytest.mark.parametrize(
        "path", ["/_emulator/", "/_emulator/other", "/_emulator/other/a", "/_emulator/things/a/b"]
    )
    def test_unknown_path(self, path: str) -> None:
        """There is nothing else."""
        answer = PANEL.handle("GET", path, b"")

        assert (answer.status, json.loads(answer.body)) == (
            404,
            {"message": f"There is nothing at {path}"},
        )

    def test_other_method(self) -> None:
        """The answer says which there are."""
        answer = PANEL.handle("POST", "/_emulator/things/a", b"")

        assert (answer.status, answer.headers["Allow"]) == (405, "PUT, DELETE")
        assert json.loads(answer.body) == {"message": "Use PUT, DELETE"}

    def test_refusal(self) -> None:
        """An error of a handler is an answer."""
        answer = PANEL.handle("DELETE", "/_emulator/things/a", b"")

        assert (answer.status, json.loads(answer.body)) == (409, {"message": "No."})
