"""How one message of one connection is answered: in the response, or by a post."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Awaitable
from typing import Any

from asgiref.sync import async_to_sync
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, HttpResponseBase

from ..dispatch import Answer, answer_error, answer_result
from ..models import WebSocketSession
from ..protocol.messages import encode

__all__ = ["Replier", "json_response"]

logger = logging.getLogger("django_aws_api_gateway_websockets.views")


class Replier:
    """Answers one message.

    Args:
        session: the connection that sent the message.
        message_id: id under which the client awaits a reply, or None when it awaits none.
    """

    def __init__(self, session: WebSocketSession, message_id: str | None) -> None:
        self._session = session
        self._two_way = session.api_gateway is not None and session.api_gateway.two_way
        self.message_id = message_id

    def result(self, value: Any) -> HttpResponseBase:
        """Answer with what a handler returned: None, a JSON value, a response, or a coroutine.

        Raises:
            PayloadTooLarge: it is longer than AWS carries.
            TypeError: it is not JSON.
        """
        value = async_to_sync(_await)(value) if inspect.isawaitable(value) else value
        if isinstance(value, HttpResponseBase):
            return value if self.message_id is None else self._response(value)
        return self._send(answer_result(value, message_id=self.message_id, two_way=self._two_way))

    def error(self, code: str, message: str) -> HttpResponseBase:
        """Answer a client that awaits a reply with an error."""
        assert self.message_id is not None
        return self._send(
            answer_error(code, message, message_id=self.message_id, two_way=self._two_way)
        )

    def _response(self, response: HttpResponseBase) -> HttpResponseBase:
        text = b"".join(response).decode(response.charset)
        if response.status_code >= 400:
            return self.error("refused", text)
        return self.result(_json_or_text(text))

    def _send(self, answer: Answer) -> HttpResponseBase:
        if answer.posted is not None:
            self._post(answer.posted)
        return json_response(answer.body)

    def _post(self, envelope: dict[str, Any]) -> None:
        """Post a reply; the handler has run, so a failure to deliver is not one of the message."""
        encode(envelope, encoder=DjangoJSONEncoder)
        try:
            self._session.send_message(envelope)
        except Exception as error:
            logger.warning("Reply to %s not delivered: %s", self._session, error)


def json_response(body: Any) -> HttpResponse:
    """Return ``body`` as JSON, or an empty response for None.

    Raises:
        PayloadTooLarge: it is longer than AWS carries.
        TypeError: it is not JSON.
    """
    content = b"" if body is None else encode(body, encoder=DjangoJSONEncoder)
    return HttpResponse(content, content_type="application/json")


async def _await(result: Awaitable[Any]) -> Any:
    return await result


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
