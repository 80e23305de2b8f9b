"""Who may use ``@connections``: those who have signed with the dummy credentials, if it matters."""

from __future__ import annotations

from typing import Final

from ..protocol.signatures import SignatureRefused, SignedRequest, verify_signature
from ..protocol.sigv4 import Credentials
from .answers import Answer, error_answer
from .clock import Clock
from .heads import RequestHead

__all__ = ["CREDENTIALS", "Guard"]

CREDENTIALS: Final = Credentials(access_key="local", secret_key="local")
"""What this package signs with when it speaks to a gateway on the same machine."""

_REFUSED: Final = 403


class Guard:
    """Judges signatures.

    Args:
        clock: the time, of which only what the system says counts: who signs does not know of
            an advance.
        verify: False to let everybody in.
    """

    def __init__(self, clock: Clock, *, verify: bool) -> None:
        self.clock = clock
        self.verify = verify

    def refusal(self, head: RequestHead, body: bytes) -> Answer | None:
        """Return the answer to a request that is not signed as it should be, else None."""
        if not self.verify:
            return None
        request = SignedRequest(
            method=head.method, path=head.path, query=head.query, headers=head.headers, body=body
        )
        try:
            verify_signature(request, CREDENTIALS, self.clock.unmoved())
        except SignatureRefused as error:
            return error_answer(_REFUSED, error.code, error.message)
        return None
