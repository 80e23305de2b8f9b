"""AWS is asked about many sessions, at a pace, and past what it does not answer."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    EndpointUnreachable,
    Throttled,
    TransportError,
)
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.models.asking import Inquiry
from django_aws_api_gateway_websockets.models.sending.pacing import Pace

from ..connections import connect
from .sending.test_pacing import Watch

__all__ = ["Service", "TestAnswers", "TestPacing", "TestSilence"]

pytestmark = pytest.mark.django_db


class Service:
    """Answers with the name of the API, or fails as it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.errors: dict[str, Exception] = {}

    def __call__(self, session: WebSocketSession) -> str:
        """Answer."""
        self.asked.append(session.connection_id)
        if session.connection_id in self.errors:
            raise self.errors[session.connection_id]
        return str(session.api_gateway)


@pytest.fixture
def service() -> Service:
    """Return a service that answers everything."""
    return Service()


@pytest.fixture
def watch() -> Watch:
    """Return a clock that goes on only while somebody sleeps."""
    return Watch()


def ask(service: Service, watch: Watch, batch_size: int = 2, **options: int) -> Inquiry:
    """Ask about every session, ten requests a second, and return the inquiry."""
    inquiry = Inquiry(Pace(10, clock=watch, sleep=watch.sleep), batch_size)
    list(inquiry.ask(WebSocketSession.objects.all(), service, **options))
    return inquiry


class TestAnswers:
    def test_come_in_batches(
        self,
        gateway: ApiGateway,
        service: Service,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        """Each batch is one query, gateways and all."""
        rows = [connect(name, api_gateway=gateway) for name in "abc"]

        with django_assert_num_queries(3):
            batches = list(Inquiry(Pace(1000), 2).ask(WebSocketSession.objects.all(), service))

        assert batches == [
            [(rows[0], "Chat"), (rows[1], "Chat")],
            [(rows[2], "Chat")],
        ]

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (AccessDenied("a"), "AccessDenied"),
            (EndpointUnreachable("a"), "EndpointUnreachable"),
            (Throttled("a"), "Throttled"),
            (TransportError("a"), "TransportError"),
            (RuntimeError("has no API"), "RuntimeError"),
            (ValueError("is no code"), "ValueError"),
        ],
    )
    def test_that_do_not_come_are_counted(
        self, gateway: ApiGateway, service: Service, error: Exception, reason: str
    ) -> None:
        """The others of the batch are not held up."""
        connect("a", api_gateway=gateway)
        other = connect("b", api_gateway=gateway)
        service.errors["a"] = error
        inquiry = Inquiry(Pace(1000), 2)

        batches = list(inquiry.ask(WebSocketSession.objects.all(), service))

        assert batches == [[(other, "Chat")]]
        assert inquiry.failed == {reason: 1}

    def test_are_not_expected_without_a_gateway(self, service: Service, watch: Watch) -> None:
        """Nobody knows where to ask."""
        connect("a")

        ask(service, watch)

        assert service.asked == []


class TestPacing:
    def test_spaces_questions(self, gateway: ApiGateway, service: Service, watch: Watch) -> None:
        """Three questions are two intervals, over batches too."""
        for name in "abc":
            connect(name, api_gateway=gateway)

        ask(service, watch)

        assert watch.now == pytest.approx(100.2)

    def test_counts_requests(self, gateway: ApiGateway, service: Service, watch: Watch) -> None:
        """A question of three requests takes as long as three questions."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)

        ask(service, watch, requests=3)

        assert watch.now == pytest.approx(100.3)

    def test_pauses_when_throttled(
        self, gateway: ApiGateway, service: Service, watch: Watch
    ) -> None:
        """AWS is given a second, and asked on."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)
        service.errors["a"] = Throttled("a")

        ask(service, watch, batch_size=1)

        assert service.asked == ["a", "b"]
        assert watch.now == pytest.approx(101.0)


class TestSilence:
    def test_is_not_asked_again(self, gateway: ApiGateway, service: Service, watch: Watch) -> None:
        """After a batch without an answer a gateway is left alone, and no other."""
        other = ApiGateway.objects.create(api_name="Other")
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)
        connect("c", api_gateway=gateway)
        connect("d", api_gateway=other)
        service.errors = {"a": EndpointUnreachable("a"), "b": AccessDenied("b")}

        inquiry = ask(service, watch)

        assert sorted(service.asked) == ["a", "b", "d"]
        assert inquiry.failed == {"AccessDenied": 1, "EndpointUnreachable": 1}

    def test_ends_with_an_answer(self, gateway: ApiGateway, service: Service, watch: Watch) -> None:
        """One answer in a batch shows that the gateway can be asked."""
        for name in "abc":
            connect(name, api_gateway=gateway)
        service.errors["a"] = EndpointUnreachable("a")

        ask(service, watch)

        assert sorted(service.asked) == ["a", "b", "c"]
