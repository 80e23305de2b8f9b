"""Signs requests to the ``@connections`` API with AWS Signature Version 4.

Signed are the host, the time and the session token, as boto3 does, and the hash of the body; a
request has no query string. Who sends many requests hashes a message once and keeps one `Signer`:
it derives its key once a day and writes the time down once a second.

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

__all__ = ["ALGORITHM", "SERVICE", "Credentials", "Signer", "hash_payload", "signing_key"]

ALGORITHM: Final = "AWS4-HMAC-SHA256"
"""How requests are signed."""

SERVICE: Final = "execute-api"
"""What the API signs as (botocore, apigatewaymanagementapi, ``signingName``)."""

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_ENCODED = re.compile(r"[A-Za-z0-9/%._~-]*")


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
        token = credentials.session_token
        self._credentials = credentials
        self._region = region
        self._token_header = {"X-Amz-Security-Token": token} if token else {}
        self._token_line = f"x-amz-security-token:{token}\n" if token else ""
        self._signed = "host;x-amz-date;x-amz-security-token" if token else "host;x-amz-date"
        self._stamp = self._stamp_at(0, None)

    def headers(
        self, *, host: str, path: str, payload_hash: str, moment: float, method: str = "POST"
    ) -> dict[str, str]:
        """Return the headers that a request needs besides its ``Host``.

        Args:
            host: the ``Host`` header.
            path: of the URL, percent-encoded, without empty parts and without dots as parts.
            payload_hash: `hash_payload` of the body.
            moment: seconds since 1970; AWS takes a signature for five minutes.
            method: of HTTP, in capitals.
        """
        stamp = self._stamp
        if stamp.second != int(moment):
            stamp = self._stamp = self._stamp_at(int(moment), stamp)
        request = (
            f"{method}\n{_encode_again(path)}\n\nhost:{host}\nx-amz-date:{stamp.text}\n"
            f"{self._token_line}\n{self._signed}\n{payload_hash}"
        )
        signature = stamp.key.copy()
        signature.update(f"{stamp.to_sign}{sha256(request.encode()).hexdigest()}".encode())
        return {
            "X-Amz-Date": stamp.text,
            **self._token_header,
            "Authorization": f"{stamp.authorization}{signature.hexdigest()}",
        }

    def _stamp_at(self, second: int, last: _Stamp | None) -> _Stamp:
        """Return what a second's signatures share; the key is the last one's on the same day."""
        text = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))
        date = text[:8]
        scope = f"{date}/{self._region}/{SERVICE}/aws4_request"
        credential = f"{self._credentials.access_key}/{scope}"
        return _Stamp(
            second=second,
            text=text,
            date=date,
            key=last.key if last and last.date == date else self._key_of(date),
            to_sign=f"{ALGORITHM}\n{text}\n{scope}\n",
            authorization=f"{ALGORITHM} Credential={credential}, "
            f"SignedHeaders={self._signed}, Signature=",
        )

    def _key_of(self, date: str) -> hmac.HMAC:
        """Return the start of every signature of a day; a copy is cheaper than a new one."""
        key = signing_key(self._credentials.secret_key, date, self._region)
        return hmac.new(key, digestmod="sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    """What all signatures of one second have in common.

    Attributes:
        second: since 1970.
        text: the second, as the header has it.
        date: its first part.
        key: signs what follows.
        to_sign: what stands before the hash of the request.
        authorization: the header, up to the signature.
    """

    second: int
    text: str
    date: str
    key: hmac.HMAC = field(repr=False)
    to_sign: str
    authorization: str


def _encode_again(path: str) -> str:
    """Return a path encoded once more, as AWS does with an encoded one for all services but S3."""
    usual = path.replace("%", "%25").replace("@", "%40")
    # quote() comes to the same, and takes seven times as long.
    return usual if _ENCODED.fullmatch(usual) else quote(path)


def _require_visible(name: str, value: str) -> None:
    if not _VISIBLE.fullmatch(value):
        raise ValueError(f"{name} has a character that no header can carry.")
