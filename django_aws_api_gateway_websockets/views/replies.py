"""How one message of one connection is answered: in the response, or by a post."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import AsyncIterable, Awaitable, Iterable, Mapping, Sequence
from typing import Any

from asgiref.sync import async_to_sync
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse

from ..answers import Answer, answer_error, answer_result
from ..exceptions import PayloadTooLarge
from ..models import ApiGateway, WebSocketSession
from ..protocol.limits import MESSAGE_MAX_BYTES
from ..protocol.messages import encode
from .responses import json_response

__all__ = ["Replier"]

logger = logging.getLogger("django_aws_api_gateway_websockets.views")


class Replier:
    """Answers one message.

    Args:
        gateway: what the message came through, or None when it has no row.
        session: the connection that sent the message, or None when it is unknown.
        message_id: id under which the client awaits a reply, or None when it awaits none.
    """

    def __init__(
        self,
        gateway: ApiGateway | None,
        session: WebSocketSession | None,
        message_id: str | None,
    ) -> None:
        self._two_way = gateway is not None and gateway.two_way
        self._session = session
        self.message_id = message_id

    @property
    def can_reply(self) -> bool:
        """Whether the client awaits a reply that can reach it."""
        return self.message_id is not None and (self._two_way or self._session is not None)

    def result(self, value: Any) -> HttpResponseBase:
        """Answer with what a handler returned: None, a JSON value, a response, or a coroutine.

        Raises:
            PayloadTooLarge: it is longer than AWS carries.
            TypeError: it is not JSON.
        """
        value = async_to_sync(_await)(value) if inspect.isawaitable(value) else value
        if isinstance(value, StreamingHttpResponse):
            value = _whole(value)
        if isinstance(value, HttpResponse):
            return value if self.message_id is None else self._response(value)
        return self._send(answer_result(value, message_id=self.message_id, two_way=self._two_way))

    def error(
        self, code: str, message: str, *, fields: Mapping[str, Sequence[str]] | None = None
    ) -> HttpResponseBase:
        """Answer a client that awaits a reply with an error."""
        assert self.message_id is not None
        return self._send(
            answer_error(
                code, message, message_id=self.message_id, two_way=self._two_way, fields=fields
            )
        )

    def _response(self, response: HttpResponse) -> HttpResponseBase:
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        text = response.content.decode(response.charset)
        if response.status_code >= 400:
            return self.error("refused", text)
        return self.result(_json_or_text(text))

    def _send(self, answer: Answer) -> HttpResponseBase:
        if answer.posted is not None:
            self._post(answer.posted)
        return json_response(answer.body)

    def _post(self, envelope: dict[str, Any]) -> None:
        """Post a reply; the handler has run, so a failure to deliver is not one of the message."""
        assert self._session is not None
        encode(envelope, encoder=DjangoJSONEncoder)
        try:
            self._session.send_message(envelope)
        except Exception as error:
            logger.warning("Reply to %s not delivered: %s", self._session, error)


async def _await(result: Awaitable[Any]) -> Any:
    return await result


def _whole(response: StreamingHttpResponse) -> HttpResponse:
    """Return a stream as a response: AWS carries no streams, and WSGI and ASGI but one kind each.

    Raises:
        PayloadTooLarge: it is longer than AWS carries; a stream may have no end.
    """
    chunks: Any = response.streaming_content
    try:
        content = async_to_sync(_ajoin)(chunks) if response.is_async else _join(chunks)
    finally:
        # Not close(), which would also tell Django that the request is over.
        for close in response._resource_closers:  # type: ignore[attr-defined]  # no public name
            close()
    return HttpResponse(content, status=response.status_code, headers=dict(response.items()))


def _join(chunks: Iterable[bytes]) -> bytes:
    content = bytearray()
    for chunk in chunks:
        _append(content, chunk)
    return bytes(content)


async def _ajoin(chunks: AsyncIterable[bytes]) -> bytes:
    content = bytearray()
    async for chunk in chunks:
        _append(content, chunk)
    return bytes(content)


def _append(content: bytearray, chunk: bytes) -> None:
    content += chunk
    if len(content) > MESSAGE_MAX_BYTES:
        raise PayloadTooLarge(detail=f"more than {MESSAGE_MAX_BYTES} bytes")


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
