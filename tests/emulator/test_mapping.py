"""Request parameter mapping."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.events import EventType
from django_aws_api_gateway_websockets.emulator.mapping import (
    apply_mapping,
    mapped_header_names,
    mapping_problem,
    substitute_stage_variables,
)

from .samples import make_event
from .support import request_head

HEAD = request_head("/?token=a%20b&tag=1&tag=2&empty=", ("X-Name", "first"), ("x-name", "second"))


def value_of(source: str, event_type: EventType = EventType.CONNECT) -> str | None:
    """Return what one source gives for an event with everything."""
    event = make_event(
        event_type,
        body='{"a": {"b": "deep"}}',
        handshake=HEAD if event_type is EventType.CONNECT else None,
        stage_variables={"colour": "blue"},
    )
    mapped = apply_mapping({"integration.request.header.X": source}, event)
    return mapped.headers.get("X")


class TestSources:
    """Where a value can come from."""

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("'static text'", "static text"),
            ("''", ""),
            ("context.connectionId", "Qyi07eCbtjMCJKw="),
            ("context.identity.sourceIp", "192.0.2.1"),
            ("stageVariables.colour", "blue"),
            ("route.request.header.x-NAME", "second"),
            ("route.request.multivalueheader.X-Name", "first,second"),
            ("route.request.querystring.token", "a b"),
            ("route.request.querystring.empty", ""),
            ("route.request.multivaluequerystring.tag", "1,2"),
            ("route.request.body.a.b", "deep"),
        ],
    )
    def test_gives_a_value(self, source: str, expected: str) -> None:
        """The source is read from the event."""
        assert value_of(source) == expected

    @pytest.mark.parametrize(
        "source",
        [
            "context.messageId",
            "context.disconnectStatusCode",
            "stageVariables.unknown",
            "route.request.header.Unknown",
            "route.request.querystring.unknown",
            "route.request.body.unknown",
        ],
    )
    def test_leaves_out_what_has_no_value(self, source: str) -> None:
        """A missing value is no header at all."""
        assert value_of(source) is None

    def test_reads_the_handshake_on_connect_only(self) -> None:
        """A message has neither headers nor a query."""
        assert value_of("route.request.header.X-Name", EventType.MESSAGE) is None

    def test_cannot_start_a_header_line(self) -> None:
        """Control characters of a client become spaces."""
        event = make_event(body='{"a": "x\\r\\nY: z"}')

        mapped = apply_mapping({"integration.request.header.A": "route.request.body.a"}, event)

        assert mapped.headers == {"A": "x  Y: z"}


class TestTargets:
    """Where a value can go."""

    def test_headers_query_and_path(self) -> None:
        """Each place gets its own values."""
        mapped = apply_mapping(
            {
                "integration.request.header.A": "'1'",
                "integration.request.querystring.b": "'2'",
                "integration.request.path.c": "'3'",
                "method.request.header.D": "'4'",
            },
            make_event(),
        )

        assert (mapped.headers, mapped.query, mapped.path) == ({"A": "1"}, {"b": "2"}, {"c": "3"})


class TestProblems:
    """What is refused when an integration is created."""

    @pytest.mark.parametrize(
        ("target", "source"),
        [
            ("integration.request.header.connectionId", "context.connectionId"),
            ("integration.request.querystring.a", "'text'"),
            ("integration.request.path.a", "route.request.body.a[0].b"),
            ("integration.request.header.A", "route.request.multivalueheader.B"),
            ("integration.request.header.A", "stageVariables.b"),
        ],
    )
    def test_well_formed(self, target: str, source: str) -> None:
        """Documented forms have no problem."""
        assert mapping_problem(target, source) is None

    @pytest.mark.parametrize(
        ("target", "source", "problem"),
        [
            (
                "integration.header.A",
                "'b'",
                "Invalid mapping expression parameter specified: integration.header.A",
            ),
            (
                "integration.request.header.A",
                "connectionId",
                "Invalid mapping expression specified: connectionId",
            ),
            (
                "integration.request.header.Content-Length",
                "'1'",
                "Header Content-Length is reserved and cannot be mapped",
            ),
        ],
    )
    def test_malformed(self, target: str, source: str, problem: str) -> None:
        """The sentence names what is wrong."""
        assert mapping_problem(target, source) == problem


class TestHeaderNames:
    """Which headers are the gateway's own."""

    def test_are_those_of_mapped_headers(self) -> None:
        """Other targets set no header."""
        parameters = {
            "integration.request.header.connectionId": "context.connectionId",
            "integration.request.querystring.id": "context.connectionId",
            "malformed": "'x'",
        }

        assert mapped_header_names(parameters) == {"connectionid"}


class TestStageVariables:
    """Variables in the URI."""

    def test_are_substituted(self) -> None:
        """A known variable has its value, an unknown one none."""
        text = "http://${stageVariables.host}/${stageVariables.other}"

        assert substitute_stage_variables(text, {"host": "a.test"}) == "http://a.test/"
