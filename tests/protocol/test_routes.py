"""Route selection, integration URIs and mapped headers."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.protocol.routes import (
    CONNECT,
    CONNECTION_ID_HEADER,
    CONTEXT_HEADERS,
    DEFAULT,
    DISCONNECT,
    SECRET_HEADER,
    evaluate_selection,
    integration_uri,
    request_parameters,
    select_route,
)

ACTION = "$request.body.action"


class TestEvaluatingAnExpression:
    """Each form of a selection expression, and each kind of value."""

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("$request.body.action", "chat"),
            ("${request.body.action}", "chat"),
            ("${request.body.service}/${request.body.action}", "shop/chat"),
            ("$request.body.nested.deep.name", "pearl"),
            ("$request.body.items[1].id", "8"),
            ("${request.body['odd key']}", "odd"),
            ('${request.body["odd key"]}', "odd"),
            ("$request.body.kebab-key", "k"),
            ("action", "action"),
            (r"\$default", "$default"),
            (r"\$${request.body.action}", "$chat"),
            ("", ""),
        ],
    )
    def test_renders_the_form(self, expression: str, expected: str) -> None:
        """The expression gives the documented text."""
        body = (
            '{"action": "chat", "service": "shop", "nested": {"deep": {"name": "pearl"}},'
            ' "items": [{"id": 7}, {"id": 8}], "odd key": "odd", "kebab-key": "k"}'
        )

        assert evaluate_selection(expression, body) == expected

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ('"text"', "text"),
            ("7", "7"),
            ("1.5", "1.5"),
            ("true", "true"),
            ("null", ""),
            ('["item1", "item2"]', "[item1, item2]"),
            ("[1, [null, false]]", "[1, [null, false]]"),
            ('{"a": 1, "b": "c"}', "{a=1, b=c}"),
        ],
    )
    def test_turns_the_value_into_text(self, value: str, expected: str) -> None:
        """A value of any JSON type becomes a string."""
        assert evaluate_selection(ACTION, f'{{"action": {value}}}') == expected

    @pytest.mark.parametrize(
        ("expression", "body"),
        [
            (ACTION, "{}"),
            (ACTION, "[]"),
            (ACTION, '"action"'),
            (ACTION, "not JSON"),
            (ACTION, '{"action": NaN}'),
            (ACTION, "[" * 100_000),
            ("$request.body.action.deeper", '{"action": "chat"}'),
            ("$request.body.action[0]", '{"action": {}}'),
            ("$request.body.action[3]", '{"action": [1]}'),
            ("$request.body.action[", '{"action": "chat"}'),
            ("$request.bodyaction", '{"action": "chat"}'),
            ("$context.routeKey", '{"action": "chat"}'),
            ("${}", '{"action": "chat"}'),
        ],
    )
    def test_missing_path_is_empty(self, expression: str, body: str) -> None:
        """A path that leads nowhere gives an empty string."""
        assert evaluate_selection(expression, body) == ""

    def test_the_path_may_be_the_whole_body(self) -> None:
        """Without a path the body itself is the value."""
        assert evaluate_selection("$request.body", '"chat"') == "chat"


class TestSelectingARoute:
    """The value must equal a route key exactly, else the default route serves."""

    def test_selects_the_named_route(self) -> None:
        """A message that names a route takes it."""
        assert select_route(ACTION, '{"action": "chat"}', ["chat", DEFAULT]) == "chat"

    @pytest.mark.parametrize(
        "body", ['{"action": "CHAT"}', '{"action": "other"}', "{}", "ping", ""]
    )
    def test_falls_back_to_default(self, body: str) -> None:
        """Another case, an unknown name, no name and no JSON go to the default route."""
        assert select_route(ACTION, body, ["chat", DEFAULT]) == DEFAULT

    def test_text_goes_to_default_whatever_the_expression(self) -> None:
        """A text that is not JSON takes the default route even under a static expression."""
        assert select_route("chat", "hello", ["chat", DEFAULT]) == DEFAULT

    def test_nothing_matches(self) -> None:
        """Without a default route an unknown name selects nothing."""
        assert select_route(ACTION, '{"action": "other"}', ["chat"]) is None

    @pytest.mark.parametrize("key", [CONNECT, DISCONNECT])
    def test_never_selects_a_life_cycle_route(self, key: str) -> None:
        """A message cannot run the connect or disconnect route."""
        body = f'{{"action": "{key}"}}'

        assert select_route(ACTION, body, [CONNECT, DISCONNECT, DEFAULT]) == DEFAULT


class TestIntegrationUri:
    """The base endpoint and the route's name make the URI."""

    @pytest.mark.parametrize(
        ("base", "name", "expected"),
        [
            ("https://example.com/ws/", "connect", "https://example.com/ws/connect"),
            ("https://example.com/ws", "default", "https://example.com/ws/default"),
            ("https://example.com/", "$disconnect", "https://example.com/disconnect"),
        ],
    )
    def test_joins_with_one_slash(self, base: str, name: str, expected: str) -> None:
        """One slash stands between, and a route key loses its dollar sign."""
        assert integration_uri(base, name) == expected


class TestRequestParameters:
    """What every integration maps."""

    def test_maps_all_trusted_headers(self) -> None:
        """The connection id and every context header are mapped."""
        assert request_parameters(None) == {
            "integration.request.header.connectionId": "context.connectionId",
            "integration.request.header.X-Ws-Event-Type": "context.eventType",
            "integration.request.header.X-Ws-Source-Ip": "context.identity.sourceIp",
            "integration.request.header.X-Ws-Route-Key": "context.routeKey",
            "integration.request.header.X-Ws-Connected-At": "context.connectedAt",
            "integration.request.header.X-Ws-Request-Id": "context.requestId",
            "integration.request.header.X-Ws-Message-Id": "context.messageId",
            "integration.request.header.X-Ws-Api-Stage": "context.stage",
        }

    def test_adds_the_secret_in_quotes(self) -> None:
        """A secret is a static value, in single quotes."""
        parameters = request_parameters("s3cret")

        assert parameters["integration.request.header.X-Ws-Gateway-Secret"] == "'s3cret'"

    @pytest.mark.parametrize("secret", [None, ""])
    def test_leaves_an_empty_secret_out(self, secret: str | None) -> None:
        """Without a secret its header is not mapped."""
        assert f"integration.request.header.{SECRET_HEADER}" not in request_parameters(secret)

    def test_context_headers_leave_the_connection_id_apart(self) -> None:
        """The connection id has its own header name, the one that 4.1 mapped."""
        assert CONNECTION_ID_HEADER not in CONTEXT_HEADERS
