"""The wire form of the control plane."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator.answers import ServiceError
from django_aws_api_gateway_websockets.emulator.control.schema import Schema

SCHEMA = Schema()


def parse(method: str, path: str, body: Any = None, query: Any = None) -> dict[str, Any]:
    """Return the parameters of a request."""
    found = SCHEMA.match(method, path)
    assert found is not None
    operation, labels = found
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    return SCHEMA.parse(operation, labels, query or {}, content)


def problem_of(method: str, path: str, body: Any) -> str:
    """Return the sentence that refuses a request."""
    with pytest.raises(ServiceError) as caught:
        parse(method, path, body)
    assert (caught.value.status, caught.value.code) == (400, "BadRequestException")
    return caught.value.message


class TestMatching:
    """Method and path to an operation."""

    @pytest.mark.parametrize(
        ("method", "path", "name", "labels"),
        [
            ("POST", "/v2/apis", "CreateApi", {}),
            ("PATCH", "/v2/apis/abc", "UpdateApi", {"apiId": "abc"}),
            (
                "DELETE",
                "/v2/apis/abc/routes/r/routeresponses/x",
                "DeleteRouteResponse",
                {"apiId": "abc", "routeId": "r", "routeResponseId": "x"},
            ),
            (
                "GET",
                "/v2/tags/arn%3Aaws%3Aapigateway%3Alocal%3A%3A%2Fapis%2Fabc",
                "GetTags",
                {"resource-arn": "arn:aws:apigateway:local::/apis/abc"},
            ),
        ],
    )
    def test_finds_the_operation(
        self, method: str, path: str, name: str, labels: dict[str, str]
    ) -> None:
        """The labels of the path are decoded."""
        found = SCHEMA.match(method, path)

        assert found is not None
        assert (found[0].name, found[1]) == (name, labels)

    @pytest.mark.parametrize(("method", "path"), [("HEAD", "/v2/apis"), ("GET", "/v2/nothing")])
    def test_finds_nothing(self, method: str, path: str) -> None:
        """An unknown method or path is no operation."""
        assert SCHEMA.match(method, path) is None


class TestParsing:
    """Wire names to member names."""

    def test_renames_members_but_not_map_keys(self) -> None:
        """Structures, maps and lists are read to the bottom."""
        params = parse(
            "POST",
            "/v2/apis/abc/stages",
            {
                "stageName": "dev",
                "stageVariables": {"lowerCase": "x"},
                "defaultRouteSettings": {"throttlingBurstLimit": 5},
                "description": None,
                "unknown": 1,
            },
        )

        assert params == {
            "ApiId": "abc",
            "StageName": "dev",
            "StageVariables": {"lowerCase": "x"},
            "DefaultRouteSettings": {"ThrottlingBurstLimit": 5},
        }

    def test_reads_lists_of_structures(self) -> None:
        """Items are read as their shape says; what has no value is left out."""
        configurations = [{"certificateArn": "arn", "unknown": 1, "securityPolicy": None}]

        params = parse(
            "POST",
            "/v2/domainnames",
            {"domainName": "a.test", "domainNameConfigurations": configurations},
        )

        assert params["DomainNameConfigurations"] == [{"CertificateArn": "arn"}]

    def test_reads_the_query(self) -> None:
        """A list takes all values of a parameter, a text the last one."""
        several = parse("DELETE", "/v2/tags/arn", query={"tagKeys": ("a", "b")})
        one = parse("GET", "/v2/apis", query={"maxResults": ("1", "2")})

        assert (several["TagKeys"], one["MaxResults"]) == (["a", "b"], "2")

    def test_takes_an_empty_body(self) -> None:
        """No body is an empty one."""
        assert parse("GET", "/v2/apis", b"") == {}


class TestValidating:
    """What the model forbids."""

    def test_time_that_there_is_not(self) -> None:
        """It is refused as everything malformed is."""
        body = b'{"domainName": "a", "domainNameConfigurations": [{"certificateUploadDate": 1e30}]}'

        assert problem_of("POST", "/v2/domainnames", body) == "Invalid request input"

    @pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000, b'{"name": "\\ud800"}'])
    def test_body_is_no_object(self, body: bytes) -> None:
        """Only a JSON object will do."""
        assert problem_of("POST", "/v2/apis", body) == "Invalid request input"

    def test_member_is_missing(self) -> None:
        """A required member is named."""
        assert (
            problem_of("POST", "/v2/apis", {"protocolType": "WEBSOCKET"})
            == 'Missing required parameter in input: "Name"'
        )

    @pytest.mark.parametrize(
        "body",
        [
            {"name": 1, "protocolType": "WEBSOCKET"},
            {"name": "a", "protocolType": "WEBSOCKET", "tags": []},
            {"name": "a", "protocolType": "WEBSOCKET", "corsConfiguration": "x"},
            {
                "name": "a",
                "protocolType": "WEBSOCKET",
                "corsConfiguration": {"allowHeaders": "x"},
            },
        ],
    )
    def test_type_is_wrong(self, body: dict[str, Any]) -> None:
        """Every type is looked at."""
        assert "Invalid type for parameter" in problem_of("POST", "/v2/apis", body)

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (
                {"name": "a", "protocolType": "FTP"},
                "Invalid value 'FTP' at /protocolType: expected one of WEBSOCKET, HTTP",
            ),
            (
                {"name": "x" * 129, "protocolType": "WEBSOCKET"},
                "Invalid value at /name: more than the maximum of 128",
            ),
            (
                {"name": "", "protocolType": "WEBSOCKET"},
                "Invalid value at /name: less than the minimum of 1",
            ),
            (
                {"name": "a", "protocolType": "WEBSOCKET", "tags": {"k": "x" * 1601}},
                "Invalid value at /tags/k: more than the maximum of 1600",
            ),
            (
                {
                    "name": "a",
                    "protocolType": "HTTP",
                    "corsConfiguration": {"maxAge": 86401, "allowHeaders": ["a", "b"]},
                },
                "Invalid value at /corsConfiguration/maxAge: more than the maximum of 86400",
            ),
        ],
    )
    def test_value_is_out_of_bounds(self, body: dict[str, Any], problem: str) -> None:
        """Enums and the lengths that shapes have in their names."""
        assert problem_of("POST", "/v2/apis", body) == problem

    def test_empty_value_of_a_map(self) -> None:
        """It removes its key, so it is never too short."""
        body = {"requestParameters": {"integration.request.header.A": ""}}

        params = parse("PATCH", "/v2/apis/abc/integrations/x", body)

        assert params["RequestParameters"] == {"integration.request.header.A": ""}

    def test_lengths_in_kilobytes(self) -> None:
        """One name of a shape counts in units of 1024."""
        body = {"name": "m", "contentType": "x" * 257, "schema": "{}"}

        assert "at /contentType: more than" in problem_of("POST", "/v2/apis/abc/models", body)
        body = {"name": "m", "schema": "x" * 32_769}
        assert "at /schema: more than" in problem_of("POST", "/v2/apis/abc/models", body)


class TestSerialising:
    """Results to the wire."""

    def serialise(self, method: str, path: str, result: dict[str, Any]) -> Any:
        """Return the body of an answer."""
        found = SCHEMA.match(method, path)
        assert found is not None
        return SCHEMA.serialise(found[0], result)

    def test_writes_what_the_model_names(self) -> None:
        """Times are ISO 8601, nested names are lower camel case, the rest is left out."""
        item = {
            "StageName": "dev",
            "CreatedDate": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "Tags": {"Key": "v"},
            "DefaultRouteSettings": {"ThrottlingBurstLimit": 5},
            "Description": None,
            "Internal": "no",
        }

        body = self.serialise("GET", "/v2/apis/abc/stages", {"Items": [item], "NextToken": None})

        assert json.loads(body) == {
            "items": [
                {
                    "stageName": "dev",
                    "createdDate": "2026-01-02T03:04:05Z",
                    "tags": {"Key": "v"},
                    "defaultRouteSettings": {"throttlingBurstLimit": 5},
                }
            ]
        }

    def test_writes_nothing_without_an_output(self) -> None:
        """A deletion has no body."""
        assert self.serialise("DELETE", "/v2/apis/abc", {}) == b""
