"""What is not kept of the control plane's bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator.inspector.documents import DocumentMasker
from django_aws_api_gateway_websockets.emulator.inspector.entries import BODY_MAX_BYTES
from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker

__all__ = ["TestBodies", "TestEchoes"]

DOOR = "integration.request.header.X-Door"
KNOWN = Masker({DOOR: "'opensesame'"})


def shown(document: Any) -> Any:
    """Return a document as it is kept."""
    return json.loads(DocumentMasker(KNOWN).body(json.dumps(document).encode()))


class TestBodies:
    """Bodies of requests."""

    @pytest.mark.parametrize(
        "value",
        ["'a secret'", "'", "unquoted", "context.", "context.a b", 12345678, ["'a'"], {"a": 1}],
    )
    @pytest.mark.parametrize(
        "name",
        ["requestParameters", "RequestParameters", "requestTemplates", "ResponseTemplates"],
    )
    def test_constants_of_mappings(self, name: str, value: Any) -> None:
        """Whatever takes its value from nowhere is one."""
        text = json.dumps(shown({name: {"integration.request.header.X-Any": value}}))

        assert "***" in text
        assert json.dumps(value).strip('[]"') not in text

    @pytest.mark.parametrize(
        "value",
        ["context.connectionId", "stageVariables.door", "route.request.header.X-A", "", None],
    )
    def test_sources_of_mappings(self, value: str | None) -> None:
        """Where a value comes from is no secret, nor that it is removed."""
        document = {"requestParameters": {DOOR: value}}

        assert shown(document) == document

    def test_stage_variables(self) -> None:
        """They may be the constant of a mapping."""
        assert shown({"stageVariables": {"door": "a", "host": "b"}}) == {
            "stageVariables": {"door": "***", "host": "***"}
        }

    def test_names(self) -> None:
        """Tags have names too, and those of AWS's own members only sound so."""
        document = {"tags": {"password": "x", "team": "y"}, "authorizationType": "NONE"}

        assert shown(document) == {**document, "tags": {"password": "***", "team": "y"}}

    @pytest.mark.parametrize("name", ["credentials", "stageVariables"])
    def test_below_names(self, name: str) -> None:
        """What is in a secret is one."""
        document = {name: {"user": "hunter2", "all": [{"id": 1}, "x"], "none": None}}

        assert shown(document) == {
            name: {"user": "***", "all": [{"id": "***"}, "***"], "none": None}
        }

    def test_below_harmless_names(self) -> None:
        """What AWS names so has members of other names."""
        document = {"authorizationScopes": [{"id": "x", "password": "y"}]}

        assert shown(document) == {"authorizationScopes": [{"id": "x", "password": "***"}]}

    def test_texts(self) -> None:
        """Addresses have queries, and a known constant may stand anywhere."""
        document = [{"integrationUri": "http://me:x@a.test/?token=y"}, "an opensesame", 1, True]

        assert shown(document) == [
            {"integrationUri": "http://***@a.test/?token=***"},
            "an ***",
            1,
            True,
        ]

    @pytest.mark.parametrize("before", ["${stageVariables.host}/x", "/x", ""])
    def test_queries(self, before: str) -> None:
        """Not every address says that it is one."""
        assert shown([f"{before}?token=abc&a=b"]) == [f"{before}?token=***&a=b"]

    def test_repeated_names(self) -> None:
        """Nothing of what a later value replaces is left."""
        body = b'{"requestParameters": {"x": "\'secret\'"}, "requestParameters": {}}'

        assert DocumentMasker(KNOWN).body(body) == b'{"requestParameters": {}}'

    def test_long_ones(self) -> None:
        """They are not read, as no more than their beginning would be kept."""
        body = b'"' + b"x" * (BODY_MAX_BYTES - 2) + b'"'

        assert DocumentMasker(KNOWN).body(body) == body
        assert DocumentMasker(KNOWN).body(b" " + body) == b"***"

    @pytest.mark.parametrize("body", [b"{'secret", b"\xff", b"[" * 100_000])
    def test_no_json(self, body: bytes) -> None:
        """Who knows what is secret in it."""
        assert DocumentMasker(KNOWN).body(body) == b"***"

    @pytest.mark.parametrize(
        ("body", "kept"), [(b"", b""), (b'"\\ud800 \\u00e9"', b'"? \xc3\xa9"')]
    )
    def test_others(self, body: bytes, kept: bytes) -> None:
        """An empty body stays one, and characters are shown as such."""
        assert DocumentMasker(KNOWN).body(body) == kept


class TestEchoes:
    """Errors repeat what they complain of."""

    @pytest.mark.parametrize("spelled", ["it's \\ secret", r"it's \\ secret"])
    def test_are_hidden(self, spelled: str) -> None:
        """As it was, and as Python writes it."""
        masker = DocumentMasker(KNOWN)
        masker.body(json.dumps({"requestParameters": {DOOR: "it's \\ secret"}}).encode())

        answer = masker.body(json.dumps({"message": f"Invalid: {spelled}"}).encode())

        assert answer == b'{"message": "Invalid: ***"}'

    def test_short_ones_stay(self) -> None:
        """They may be any word."""
        document = {"stageVariables": {"env": "prod"}, "stageName": "prod"}

        assert shown(document) == {"stageVariables": {"env": "***"}, "stageName": "prod"}

    def test_parts_of_words_stay(self) -> None:
        """A longer word is another one."""
        document = {"names": ["production", "productions"], "stageVariables": {"a": "production"}}

        assert shown(document) == {
            "names": ["***", "productions"],
            "stageVariables": {"a": "***"},
        }

    def test_many(self) -> None:
        """Where there are too many to look for, nothing is shown."""
        few = {"stageVariables": {f"v{n}": f"a secret {n}" for n in range(200)}}
        more = {"stageVariables": {f"v{n}": f"a secret {n}" for n in range(201)}}

        assert set(shown(few)["stageVariables"].values()) == {"***"}
        assert shown(more) == "***"
