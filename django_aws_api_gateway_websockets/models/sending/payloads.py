"""Messages that are prepared once, however often they are sent."""

from __future__ import annotations

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder

from ...protocol.messages import encode

__all__ = ["Payload", "as_payload"]


class Payload:
    """A message, encoded when it is made: later changes of ``data`` do not change it.

    Args:
        data: any value that Django's JSON encoder takes; at most 128 KB as JSON.

    Raises:
        PayloadTooLarge: the message is longer than AWS carries.
        TypeError: the encoder does not know a value of ``data``.
        ValueError: ``data`` contains itself, or a number that JSON does not know, such as NaN.
    """

    __slots__ = ("_content",)

    def __init__(self, data: Any) -> None:
        self._content = encode(data, encoder=DjangoJSONEncoder)

    @classmethod
    def encoded(cls, content: bytes) -> Self:
        """Return the message that has this content; it is not encoded again."""
        payload = cls.__new__(cls)
        payload._content = content
        return payload

    @property
    def content(self) -> bytes:
        """The message as it travels."""
        return self._content


def as_payload(data: Any) -> Payload:
    """Return ``data`` itself when it is prepared already, else prepare it."""
    return data if isinstance(data, Payload) else Payload(data)
