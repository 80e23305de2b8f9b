"""Posts to the connections of a stage as bytes: HTTP/1.1, signed."""

from __future__ import annotations

from .sigv4 import Signer, Stamp, encode_again, hash_payload

__all__ = ["PostEncoder"]


class PostEncoder:
    """Encodes posts of one message to the connections of one stage, in one thread.

    What does not change from post to post is written once, or once a second.

    Args:
        host: the ``Host`` header.
        connections: the path below which the connections are.
        body: the message.
        signer: whose posts they are.

    Raises:
        ValueError: the host or the path has a character that would end its line, or its word.
    """

    def __init__(self, *, host: str, connections: str, body: bytes, signer: Signer) -> None:
        _require_word("host", host)
        _require_word("path", connections)
        self._host = host
        self._signer = signer
        self._payload_hash = hash_payload(body)
        self._start = f"POST {connections}/"
        self._canonical_start = f"POST\n{encode_again(connections)}/"
        self._end = f"\r\nContent-Length: {len(body)}\r\n\r\n".encode("ascii") + body
        self._begin_second(signer.stamp(0))

    def encode(self, part: str, moment: float) -> bytes:
        """Return a request.

        Args:
            part: names the connection in the path: what `connection_part` returns.
            moment: seconds since 1970, which the signature tells.
        """
        if self._stamp.second != int(moment):
            self._begin_second(self._signer.stamp(moment))
        again = part.replace("%", "%25")  # as `encode_again` does, with what is encoded already
        canonical = f"{self._canonical_start}{again}{self._canonical_end}"
        signature = self._stamp.sign(canonical.encode("ascii"))
        return f"{self._start}{part}{self._headers}{signature}".encode("ascii") + self._end

    def _begin_second(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._headers = f" HTTP/1.1\r\nHost: {self._host}\r\n{stamp.headers}"
        self._canonical_end = (
            f"\n\nhost:{self._host}\n{stamp.canonical_headers}{self._payload_hash}"
        )


def _require_word(name: str, text: str) -> None:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError(f"The {name} has a character that no request can carry.")
