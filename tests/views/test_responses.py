"""The views answer in plain text or in JSON."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.views.responses import json_response, text_response


class TestJson:
    """A response of JSON."""

    @pytest.mark.parametrize(("body", "content"), [(None, b""), ({}, b"{}"), ([1], b"[1]")])
    def test_body(self, body: object, content: bytes) -> None:
        """None is no body at all."""
        response = json_response(body)

        assert (response.status_code, response.content) == (200, content)
        assert response["Content-Type"] == "application/json"


class TestText:
    """A response of text."""

    def test_plain_text(self) -> None:
        """A text is never taken for HTML."""
        response = text_response("<b>", 400)

        assert response["Content-Type"] == "text/plain; charset=utf-8"
