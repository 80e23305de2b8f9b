"""Calls that fail when they are told to."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from django_aws_api_gateway_websockets.emulator import ControlFault, Lost
from django_aws_api_gateway_websockets.emulator.answers import Answer
from django_aws_api_gateway_websockets.emulator.control.faults import ControlFaults

from ..errors import error_of
from ..support import SESSION, RawSocket, World

FAULT = ControlFault(operation="CreateApi")


def make_faults(*faults: ControlFault) -> ControlFaults:
    """Return a switch with two operations."""
    switch = ControlFaults(["CreateApi", "GetApi"])
    switch.add(*faults)
    return switch


def takes(faults: ControlFaults, *operations: str) -> list[bool]:
    """Return which calls run into a fault."""
    return [faults.take(operation) is not None for operation in operations]


class TestCounting:
    """Which calls fail."""

    def test_the_next(self) -> None:
        """Without a number it is the next one, once."""
        assert takes(make_faults(FAULT), "CreateApi", "CreateApi") == [True, False]

    def test_of_another_operation(self) -> None:
        """It is neither counted nor kept from anything."""
        assert takes(make_faults(FAULT), "GetApi", "CreateApi") == [False, True]

    def test_of_any_operation(self) -> None:
        """A fault without a name counts them all."""
        faults = make_faults(ControlFault(nth=2))

        assert takes(faults, "GetApi", "CreateApi", "GetApi") == [False, True, False]

    def test_several(self) -> None:
        """Calls fail from one number on."""
        faults = make_faults(ControlFault(nth=2, times=2))

        assert takes(faults, *["GetApi"] * 4) == [False, True, True, False]

    def test_two_faults(self) -> None:
        """Each counts every call; where both meet, the first decides."""
        first, second = ControlFault(times=2), ControlFault(times=3)
        faults = make_faults(first, second)

        taken = [faults.take("GetApi") for _ in range(3)]

        assert taken == [first, first, second]

    def test_unknown_operation(self) -> None:
        """A name that never comes would never fail."""
        with pytest.raises(ValueError, match=r"^The local gateway has no operation 'CreateX'\.$"):
            make_faults(ControlFault(operation="CreateX"))


class TestTakingBack:
    """Faults that are not to come any more."""

    def test_all(self) -> None:
        """Nothing fails after a clear."""
        faults = make_faults(FAULT)

        faults.clear()

        assert takes(faults, "CreateApi") == [False]

    def test_end_of_context(self) -> None:
        """The faults of a context end with it, an equal one from elsewhere stays."""
        faults = make_faults(ControlFault(operation="GetApi"))

        with faults.failing(FAULT, ControlFault(operation="GetApi", nth=9)):
            inside = takes(faults, "CreateApi")

        assert inside == [True]
        assert takes(faults, "CreateApi", "GetApi") == [False, True]


class TestOutcome:
    """What the client gets."""

    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [
            (ControlFault(), 500, "InternalFailure"),
            (ControlFault(status=429), 429, "TooManyRequestsException"),
            (ControlFault(status=403, code="ExpiredTokenException"), 403, "ExpiredTokenException"),
        ],
        ids=["default", "status", "code"],
    )
    def test_error(self, fault: ControlFault, status: int, code: str) -> None:
        """The code is the usual one of the status unless another is given."""
        answer = fault.outcome()

        assert isinstance(answer, Answer)
        assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (status, code)

    def test_none(self) -> None:
        """A lost answer has no status."""
        assert ControlFault(lost=Lost.CUT).outcome() is Lost.CUT


@pytest.fixture
def client(empty_world: World) -> Any:
    """Return a boto3 client that repeats nothing."""
    return make_client(empty_world)


def make_client(world: World, **options: Any) -> Any:
    """Return a boto3 client that repeats nothing."""
    config = Config(retries={"mode": "standard", "max_attempts": 0}, **options)
    return SESSION.client(
        "apigatewayv2", endpoint_url=world.thread.url, region_name="local", config=config
    )


def create_api(client: Any) -> None:
    """Create an API."""
    client.create_api(Name="a", ProtocolType="WEBSOCKET", RouteSelectionExpression="x")


class TestCalls:
    """What boto3 sees."""

    @pytest.mark.parametrize("done", [False, True])
    def test_error(self, empty_world: World, client: Any, done: bool) -> None:
        """An error, whether the call had its effect or not."""
        fault = ControlFault(operation="CreateApi", status=429, done=done)

        with empty_world.thread.faults.failing(fault):
            error = error_of(create_api, client=client)

        assert error == (429, "TooManyRequestsException", "Told to fail")
        assert len(client.get_apis()["Items"]) == done
        records = empty_world.journal.of("control")
        assert (records[-2].detail, records[-2].status) == ("CreateApi (fault)", 429)

    @pytest.mark.parametrize("done", [False, True])
    def test_cut(self, empty_world: World, client: Any, done: bool) -> None:
        """The connection ends without an answer, and the next call has a new one."""
        fault = ControlFault(operation="CreateApi", lost=Lost.CUT, done=done)

        with empty_world.thread.faults.failing(fault), pytest.raises(ConnectionClosedError):
            create_api(client)

        assert len(client.get_apis()["Items"]) == done
        assert empty_world.journal.of("control")[-2].status is None

    def test_silence(self, empty_world: World) -> None:
        """The client's own patience ends the call."""
        client = make_client(empty_world, read_timeout=0.05)
        fault = ControlFault(lost=Lost.SILENCE, done=True)

        with empty_world.thread.faults.failing(fault), pytest.raises(ReadTimeoutError):
            create_api(client)

        assert len(client.get_apis()["Items"]) == 1

    def test_silence_of_an_emulator_that_stops(self) -> None:
        """Nobody waits for a gateway that is gone."""
        with World() as world, RawSocket(world.thread.port) as client:
            world.thread.faults.add(ControlFault(lost=Lost.SILENCE))
            client.send(b"GET /v2/apis HTTP/1.1\r\nHost: localhost\r\n\r\n")
            world.journal.wait_for("control")

            world.thread.stop()

            assert client.read_to_end() == b""
