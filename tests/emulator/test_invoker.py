"""Running routes."""

from __future__ import annotations

from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator.answers import Answer
from django_aws_api_gateway_websockets.emulator.assumptions import Assumptions
from django_aws_api_gateway_websockets.emulator.backend import BackendError, BackendTimeout
from django_aws_api_gateway_websockets.emulator.invoker import Accepted, Reply
from django_aws_api_gateway_websockets.emulator.requests import BackendResponse
from django_aws_api_gateway_websockets.emulator.store import Store

from .doubles import Line, run
from .samples import deploy, make_connection, make_store

HEAD = Line(Store()).handshake().head
ERROR_FRAME = (
    b'{"message": "%s", "connectionId":"Qyi07eCbtjMCJKw=", "requestId":"Qyi3UG41tjMFlUg="}'
)


def line_with(outcome: BackendResponse | Exception, *keys: str, **integration: Any) -> Line:
    """Return a line whose backend always has the same outcome."""
    store = make_store(*keys)
    store.apis["abcdefghij"].integrations["int1"].update(integration)
    deploy(store)
    line = Line(store)
    line.backend.outcome = outcome
    return line


def assuming(line: Line, **values: Any) -> Line:
    """Return such a line whose gateway assumes something else."""
    other = Line(line.store, assume=Assumptions(**values))
    other.backend.outcome = line.backend.outcome
    return other


def two_way(line: Line) -> Line:
    """Give the route a route response."""
    line.store.apis["abcdefghij"].responses["chat"] = {"r": {}}
    deploy(line.store)
    return line


def reply_of(line: Line, text: str = "{}") -> Reply:
    """Return what a message leads to."""
    replies: list[Reply] = []

    async def scene() -> None:
        snapshot = line.store.live("abcdefghij", "dev")
        assert snapshot is not None
        replies.append(
            await line.invoker.message(
                make_connection(), snapshot, "chat", "Qyi3UG41tjMFlUg=", text
            )
        )

    run(scene)
    return replies[0]


def outcome_of(line: Line) -> Accepted | Answer:
    """Return what a handshake leads to."""
    outcomes: list[Accepted | Answer] = []

    async def scene() -> None:
        outcomes.append(await line.invoker.connect(make_connection(), HEAD))

    run(scene)
    return outcomes[0]


class TestConnect:
    """The connect route decides."""

    @pytest.mark.parametrize("status", [200, 204, 299])
    def test_accepts_with_2xx(self, status: int) -> None:
        """Any status of success lets the client in."""
        outcome = outcome_of(line_with(BackendResponse(status=status), "$connect"))

        assert isinstance(outcome, Accepted)
        assert outcome.subprotocol is None

    @pytest.mark.parametrize("status", [301, 401, 403, 501])
    def test_refuses_with_the_same_status(self, status: int) -> None:
        """The client sees the backend's status and nothing else of it."""
        response = BackendResponse(status=status, headers=(("X", "y"),), body=b"secret")

        assert outcome_of(line_with(response, "$connect")) == Answer(status=status)

    def test_passes_the_subprotocol_on(self) -> None:
        """The backend's header is the one that counts."""
        response = BackendResponse(status=200, headers=(("sec-websocket-protocol", "chat.v1"),))

        outcome = outcome_of(line_with(response, "$connect"))

        assert isinstance(outcome, Accepted)
        assert outcome.subprotocol == "chat.v1"

    def test_accepts_without_a_route(self) -> None:
        """An API needs no connect route."""
        line = line_with(BackendError("never called"), "chat")

        assert isinstance(outcome_of(line), Accepted)

    def test_accepts_without_an_integration(self) -> None:
        """Nor does its route need an integration."""
        line = line_with(BackendError("never called"), "$connect")
        line.store.apis["abcdefghij"].routes["$connect"]["Target"] = ""
        deploy(line.store)

        assert isinstance(outcome_of(line), Accepted)

    @pytest.mark.parametrize(
        ("error", "status", "body"),
        [
            (BackendError("refused"), 500, b'{"message": "Internal server error"}'),
            (BackendTimeout("slow"), 504, b'{"message": "Endpoint request timed out"}'),
        ],
    )
    def test_refuses_when_the_backend_fails(
        self, error: Exception, status: int, body: bytes
    ) -> None:
        """Without an answer nobody enters, and the log says why."""
        line = line_with(error, "$connect")

        outcome = outcome_of(line)

        assert isinstance(outcome, Answer)
        assert (outcome.status, outcome.body) == (status, body)
        assert line.journal.of("error")[0].detail == str(error)

    @pytest.mark.parametrize(
        ("error", "status"), [(BackendError("refused"), 502), (BackendTimeout("slow"), 503)]
    )
    def test_refuses_with_what_is_assumed(self, error: Exception, status: int) -> None:
        """What AWS says is not known."""
        line = assuming(line_with(error, "$connect"), unreachable_status=502, timeout_status=503)

        outcome = outcome_of(line)

        assert isinstance(outcome, Answer)
        assert outcome.status == status


class TestMessage:
    """A message's route answers, or keeps silent."""

    def test_one_way_says_nothing(self) -> None:
        """Whatever the backend answers stays with the gateway."""
        line = line_with(BackendResponse(status=500, body=b"oops"), "chat")

        assert reply_of(line, "hello") == Reply(status=500)
        assert line.backend.requests[0].body == b"hello"

    @pytest.mark.parametrize("status", [200, 400, 500])
    def test_two_way_sends_the_body(self, status: int) -> None:
        """The status does not matter."""
        line = two_way(line_with(BackendResponse(status=status, body=b"answer"), "chat"))

        assert reply_of(line) == Reply(status=status, message=b"answer")

    @pytest.mark.parametrize(
        ("status", "message"),
        [(399, b"answer"), (400, ERROR_FRAME % b"Internal server error")],
    )
    def test_two_way_hides_errors_if_so_assumed(self, status: int, message: bytes) -> None:
        """Then the body of a failure stays with the gateway."""
        line = two_way(line_with(BackendResponse(status=status, body=b"answer"), "chat"))

        assert reply_of(assuming(line, error_bodies=False)).message == message

    @pytest.mark.parametrize(("assumed", "message"), [(False, b""), (True, b"answer")])
    def test_expression_is_two_way_if_so_assumed(self, assumed: bool, message: bytes) -> None:
        """Without a route response, what the expression does is not known."""
        line = line_with(BackendResponse(status=200, body=b"answer"), "chat")
        line.store.apis["abcdefghij"].routes["chat"]["RouteResponseSelectionExpression"] = (
            "$default"
        )
        deploy(line.store)

        assert reply_of(assuming(line, expression_is_two_way=assumed)).message == message

    @pytest.mark.parametrize(
        ("error", "status", "message"),
        [
            (BackendError("refused"), 500, b"Internal server error"),
            (BackendTimeout("slow"), 504, b"Endpoint request timed out"),
        ],
    )
    def test_failure_is_told(self, error: Exception, status: int, message: bytes) -> None:
        """The client gets an error frame even on one way."""
        assert reply_of(line_with(error, "chat")) == Reply(
            status=status, message=ERROR_FRAME % message
        )

    def test_answer_that_is_too_large(self) -> None:
        """More than 128 KB cannot be sent."""
        response = BackendResponse(status=200, body=b"x" * 131_073)

        assert reply_of(two_way(line_with(response, "chat"))) == Reply(
            status=413, message=ERROR_FRAME % b"Internal server error"
        )

    def test_mock_needs_no_backend(self) -> None:
        """A mock integration is always content."""
        line = line_with(BackendError("never called"), "chat", IntegrationType="MOCK")

        assert reply_of(line) == Reply(status=200)

    def test_lambda_cannot_run_here(self) -> None:
        """The log says which route it is."""
        line = line_with(BackendError("never called"), "chat", IntegrationType="AWS_PROXY")

        assert reply_of(line).status == 500
        assert (
            line.journal.of("error")[0].detail
            == "The route chat has no integration that can run here."
        )

    def test_address_that_a_stage_variable_breaks(self) -> None:
        """It is an integration that cannot be called."""
        uri = "http://${stageVariables.x}"
        line = line_with(BackendResponse(status=200), "chat", IntegrationUri=uri)
        line.store.apis["abcdefghij"].stages["dev"]["StageVariables"] = {"x": "["}

        assert reply_of(line) == Reply(status=500, message=ERROR_FRAME % b"Internal server error")
        assert line.journal.of("error")[0].detail.endswith("is not valid: Invalid IPv6 URL")

    def test_route_without_an_integration(self) -> None:
        """It fails as an integration fails."""
        line = line_with(BackendError("never called"), "chat")
        line.store.apis["abcdefghij"].routes["chat"]["Target"] = ""
        deploy(line.store)

        assert reply_of(line).status == 500

    def test_has_a_message_id_and_a_request_id(self) -> None:
        """Both are new for each message, and the request id is that of the frame."""
        parameters = {
            "integration.request.header.M": "context.messageId",
            "integration.request.header.R": "context.requestId",
        }
        line = line_with(BackendResponse(status=200), "chat", RequestParameters=parameters)

        reply_of(line)

        assert len(line.backend.header("M")) == 16
        assert line.backend.header("R") == "Qyi3UG41tjMFlUg="


class TestDisconnect:
    """The disconnect route is told, and that is all."""

    @pytest.mark.parametrize("outcome", [BackendResponse(status=500), BackendError("refused")])
    def test_ignores_the_outcome(self, outcome: BackendResponse | Exception) -> None:
        """Nothing is tried again."""
        line = line_with(outcome, "$disconnect")

        run(lambda: line.invoker.disconnect(make_connection()))

        assert len(line.backend.requests) == 1
        assert line.backend.requests[0].body == b""

    @pytest.mark.parametrize("stage", ["dev", "deleted"])
    def test_needs_no_route(self, stage: str) -> None:
        """Without a route, or without a stage, nobody is told."""
        line = line_with(BackendResponse(status=200), "chat")

        run(lambda: line.invoker.disconnect(make_connection(stage=stage)))

        assert line.backend.requests == []
