"""How one message to one stage gets into the fan-out: its host, its paths, its signatures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from ...aws.direct import DirectAccess
from ...protocol.endpoints import connection_part, connections_path, host_header
from ...protocol.posts import PostEncoder
from ...protocol.sigv4 import Signer
from .batches import Batch, Target

__all__ = ["Lane"]

_PORTS = {"http": 80, "https": 443}


class Lane:
    """Makes batches of posts of one message to one stage.

    Args:
        management_url: of the stage.
        payload: the message.
        access: who posts.
        connect_timeout: seconds until a connection must be open.
        read_timeout: seconds until an answer must be complete.

    Raises:
        ValueError: the URL is not one that HTTP can ask for as it is.
    """

    def __init__(
        self,
        management_url: str,
        payload: bytes,
        access: DirectAccess,
        *,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        parts = urlsplit(management_url)
        self._access = access
        self._management_url = management_url
        self._payload = payload
        self.target = Target(
            host=parts.hostname or "",
            port=parts.port or _PORTS[parts.scheme],
            tls=parts.scheme == "https",
            ca_bundle=access.ca_bundle,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
        )
        self._signer = access.signer()
        self._encoder = self._encoder_for(self._signer)

    def batch(self, connection_ids: Sequence[str], done: Callable[[Batch], object]) -> Batch:
        """Return posts, to be signed with the credentials of this moment.

        Args:
            connection_ids: to whom.
            done: see ``Batch``.

        Raises:
            botocore.exceptions.BotoCoreError: there are no valid credentials.
            ValueError: an id is none, or the credentials cannot be sent.
        """
        signer = self._access.signer()
        if signer is not self._signer:
            self._signer, self._encoder = signer, self._encoder_for(signer)
        parts = list(map(connection_part, connection_ids))
        return Batch(parts=parts, encoder=self._encoder, done=done)

    def _encoder_for(self, signer: Signer) -> PostEncoder:
        return PostEncoder(
            host=host_header(self._management_url),
            connections=connections_path(self._management_url),
            body=self._payload,
            signer=signer,
        )
