"""What lies between a socket and HTTP: TLS or nothing. Bytes in, bytes out, no socket.

asyncio's own TLS does the same and takes half as long again, as it has to serve every protocol.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401  # a child that is forked while ssl imports it never has it
import ssl
from typing import Protocol

__all__ = ["PlainStream", "Stream", "TLSStream"]

_READ_BYTES = 65_536
_ENDED = int(ssl.SSL_ERROR_ZERO_RETURN)


class Stream(Protocol):
    """Turns what HTTP says into what the socket carries, and back."""

    def shake_hands(self, data: memoryview) -> bool:
        """Take in bytes of the peer; return whether HTTP can be spoken now."""

    def encode(self, data: bytes) -> bytes:
        """Return what the socket carries."""

    def decode(self, data: memoryview) -> bytes:
        """Return what the peer says, which may be nothing yet."""

    def pending(self) -> bytes:
        """Return what has to be sent besides."""


class PlainStream:
    """Nothing: HTTP goes over the socket as it is."""

    def shake_hands(self, data: memoryview) -> bool:
        return True

    def encode(self, data: bytes) -> bytes:
        return data

    def decode(self, data: memoryview) -> bytes:
        return bytes(data)

    def pending(self) -> bytes:
        return b""


class TLSStream:
    """TLS, on the client's side.

    Args:
        context: how to verify the peer.
        host: whose certificate it must be.
    """

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def shake_hands(self, data: memoryview) -> bool:
        """Take in bytes of the peer; return whether HTTP can be spoken now.

        Raises:
            ssl.SSLError: the peer does not speak TLS, or is not who it should be.
        """
        self._incoming.write(data)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def encode(self, data: bytes) -> bytes:
        self._tls.write(data)  # all of it: memory takes any number of records
        return self._outgoing.read()

    def decode(self, data: memoryview) -> bytes:
        """Return what the peer says, which may be nothing yet.

        Raises:
            ssl.SSLError: nothing was said, and the bytes are not TLS or the peer has ended it.
        """
        self._incoming.write(data)
        said = b""
        try:
            # Asking once more than there are records costs an exception each time.
            while self._incoming.pending or self._tls.pending():
                part = self._tls.read(_READ_BYTES)
                if not part:
                    raise ssl.SSLZeroReturnError(_ENDED, "The peer has ended TLS.")
                said += part
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            if not said:  # what was said before the end counts
                raise
        return said

    def pending(self) -> bytes:
        return self._outgoing.read()
