"""Messages and the frames that they are made of: the gateway takes text in UTF-8 alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from websockets.frames import Frame, Opcode

from ..exceptions import WebSocketError
from ..protocol.limits import FRAME_MAX_BYTES

__all__ = ["Assembler", "Unacceptable", "in_frames"]

_UNSUPPORTED_DATA: Final = 1003
_INVALID_DATA: Final = 1007


class Unacceptable(WebSocketError):
    """A frame that ends the connection.

    Args:
        code: close code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Assembler:
    """Collects the frames of a message until it is complete."""

    def __init__(self) -> None:
        self._data = bytearray()

    def take(self, frames: Iterable[Frame]) -> Iterator[str]:
        """Yield the messages that are complete; control frames are passed over.

        Raises:
            Unacceptable: a binary message begins (1003), or a text is not UTF-8 (1007).
        """
        for frame in frames:
            if frame.opcode is Opcode.BINARY:
                raise Unacceptable(_UNSUPPORTED_DATA)
            if frame.opcode in (Opcode.TEXT, Opcode.CONT):
                self._data += frame.data
                if frame.fin:
                    yield self._complete()

    def _complete(self) -> str:
        data, self._data = self._data, bytearray()
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise Unacceptable(_INVALID_DATA) from error


def in_frames(data: bytes) -> list[bytes]:
    """Return data in parts of at most one frame; empty data is one empty part."""
    starts = range(0, len(data), FRAME_MAX_BYTES)
    return [data[start : start + FRAME_MAX_BYTES] for start in starts] or [b""]
