"""Signs requests to the ``@connections`` API with AWS Signature Version 4.

Signed are the host, the time and the session token, as boto3 does, and the hash of the body; a
request has no query string. Who sends many requests hashes a message once and keeps one `Signer`:
it derives its key once a day and makes a `Stamp` once a second.

Source: "Create a signed AWS API request" of the AWS Identity and Access Management User Guide,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import quote

__all__ = [
    "ALGORITHM",
    "SERVICE",
    "Credentials",
    "DayKey",
    "Signer",
    "Stamp",
    "encode_again",
    "hash_payload",
    "signing_key",
]

ALGORITHM: Final = "AWS4-HMAC-SHA256"
"""How requests are signed."""

SERVICE: Final = "execute-api"
"""What the API signs as (botocore, apigatewaymanagementapi, ``signingName``)."""

_VISIBLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An identity of AWS.

    Args:
        access_key: names the identity.
        secret_key: never printed.
        session_token: of a temporary identity, else None or empty; never printed.

    Raises:
        ValueError: the access key or the token has a character that no header can carry.
    """

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _require_visible("The access key", self.access_key)
        if self.session_token:
            _require_visible("The session token", self.session_token)


def hash_payload(payload: bytes) -> str:
    """Return the hash of a body, which every signature of a request with this body covers."""
    return sha256(payload).hexdigest()


def signing_key(secret_key: str, date: str, region: str) -> bytes:
    """Return the key of a day's signatures.

    Args:
        secret_key: of the identity.
        date: for example ``20261126``.
        region: where the API is.
    """
    key = f"AWS4{secret_key}".encode()
    for part in (date, region, SERVICE, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


class Signer:
    """Signs requests of one identity in one region, by any number of threads.

    Args:
        credentials: whose requests they are.
        region: where the API is, for example ``eu-west-1``.

    Raises:
        ValueError: the region has a character that no header can carry.
    """

    def __init__(self, credentials: Credentials, region: str) -> None:
        _require_visible("The region", region)
        self._credentials = credentials
        self._region = region
        self._stamp = self._stamp_at(0, None)

    def stamp(self, moment: float) -> Stamp:
        """Return what signs at a time.

        Args:
            moment: seconds since 1970; AWS takes a signature for five minutes.
        """
        stamp, second = self._stamp, int(moment)
        if stamp.second != second:
            stamp = self._stamp = self._stamp_at(second, stamp)
        return stamp

    def _stamp_at(self, second: int, last: Stamp | None) -> Stamp:
        """Return what signs in a second; the key is the last one's on the same day."""
        text = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))
        date, token = text[:8], self._credentials.session_token
        return Stamp(
            second=second,
            text=text,
            scope=f"{date}/{self._region}/{SERVICE}/aws4_request",
            key=last.key if last and last.text[:8] == date else self._key_of(date),
            access_key=self._credentials.access_key,
            session_token=token or "",
        )

    def _key_of(self, date: str) -> DayKey:
        return DayKey(signing_key(self._credentials.secret_key, date, self._region))


class DayKey:
    """A day's key, ready for very many signatures.

    They are HMACs (RFC 2104), of which `hmac` would begin both hashes anew for each, or copy three.

    Args:
        key: of 64 bytes at most.

    Attributes:
        inner: the hash that takes in what is signed; to be copied.
        outer: the hash that takes in the result of the other; to be copied.
    """

    def __init__(self, key: bytes) -> None:
        block = key.ljust(64, b"\0")
        self.inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self.outer = sha256(bytes(byte ^ 0x5C for byte in block))


class Stamp:
    """Signs the requests of one second.

    Attributes:
        second: since 1970.
        text: the second, as the header has it.
        key: begins every signature; never printed.
        headers: that each request has, but for the signature at their end.
        canonical_headers: what is signed of them, and their names.
    """

    def __init__(
        self,
        *,
        second: int,
        text: str,
        scope: str,
        key: DayKey,
        access_key: str,
        session_token: str,
    ) -> None:
        names, lines, canonical = "host;x-amz-date", "", f"x-amz-date:{text}\n"
        if session_token:
            names += ";x-amz-security-token"
            lines = f"X-Amz-Security-Token: {session_token}\r\n"
            canonical += f"x-amz-security-token:{session_token}\n"
        self.second = second
        self.text = text
        self.key = key
        self.headers = (
            f"X-Amz-Date: {text}\r\n{lines}Authorization: {ALGORITHM} "
            f"Credential={access_key}/{scope}, SignedHeaders={names}, Signature="
        )
        self.canonical_headers = f"{canonical}\n{names}\n"
        self._begun = key.inner.copy()
        self._begun.update(f"{ALGORITHM}\n{text}\n{scope}\n".encode("ascii"))

    def sign(self, request: bytes) -> str:
        """Return the signature of a canonical request."""
        inner, outer = self._begun.copy(), self.key.outer.copy()
        inner.update(sha256(request).hexdigest().encode("ascii"))
        outer.update(inner.digest())
        return outer.hexdigest()


def encode_again(path: str) -> str:
    """Return a path encoded once more, as AWS does with an encoded one for all services but S3.

    Args:
        path: percent-encoded, without empty parts and without dots as parts.
    """
    return quote(path)


def _require_visible(name: str, value: str) -> None:
    if not _VISIBLE.fullmatch(value):
        raise ValueError(f"{name} has a character that no header can carry.")
