"""The two kinds of response that the views make: plain text and JSON."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse

from ..protocol.messages import encode

__all__ = ["json_response", "text_response"]


def json_response(body: Any) -> HttpResponse:
    """Return ``body`` as JSON, or an empty response for None.

    Raises:
        PayloadTooLarge: it is longer than AWS carries.
        TypeError: it is not JSON.
    """
    content = b"" if body is None else encode(body, encoder=DjangoJSONEncoder)
    return HttpResponse(content, content_type="application/json")


def text_response(message: str, status: int) -> HttpResponse:
    """Return a refusal as plain text."""
    return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
