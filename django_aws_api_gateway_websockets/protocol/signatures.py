"""Verifies the signatures of requests to the ``@connections`` API, and says no in AWS's words.

The region of a signature is not judged, because a local gateway has none.

Source: "Troubleshoot Signature Version 4 signing for AWS API requests" of the AWS Identity and
Access Management User Guide, and answers of AWS in public reports.
"""

from __future__ import annotations

import base64
import calendar
import hmac
import re
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, quote

from ..exceptions import WebSocketError
from .heads import Headers, header_values
from .sigv4 import ALGORITHM, SERVICE, Credentials, hash_payload, signing_key

__all__ = ["SKEW_SECONDS", "SignatureRefused", "SignedRequest", "verify_signature"]

SKEW_SECONDS: Final = 300
"""How far the time of a signature may be from the time of the service."""

_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_TERMINATOR: Final = "aws4_request"
_PARAMETERS: Final = ("Credential", "Signature", "SignedHeaders")

_NO_DATE: Final = (
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
)
_UNSIGNED_HOST: Final = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedRequest:
    """A request as it came.

    Args:
        path: still percent-encoded.
        query: still percent-encoded, without a question mark.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes


class SignatureRefused(WebSocketError):
    """A request whose signature is not accepted; AWS answers it with 403.

    Args:
        code: the error code that boto3 shows.
        message: the sentence that boto3 shows; it holds no secret.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def verify_signature(request: SignedRequest, credentials: Credentials, moment: float) -> None:
    """Verify that an identity has signed a request, and when.

    Args:
        request: what came.
        credentials: the only identity that is known.
        moment: seconds since 1970.

    Raises:
        SignatureRefused: there is no signature, or it is not valid.
    """
    claim = _read_claim(request.headers)
    _check_scope(claim)
    _check_identity(claim, request.headers, credentials)
    _check_time(claim.stamp, moment)
    canonical = _canonical_request(request, claim)
    to_sign = f"{ALGORITHM}\n{claim.stamp}\n{claim.scope}\n{hash_payload(canonical.encode())}"
    key = signing_key(credentials.secret_key, claim.date, claim.region)
    expected = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise _invalid(
            f"{_MISMATCH}\n\nThe Canonical String for this request should have been\n"
            f"'{canonical}'\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """What a request says of its signature."""

    access_key: str
    date: str
    region: str
    service: str
    terminator: str
    stamp: str
    signed: str
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{self.terminator}"


def _read_claim(headers: Headers) -> _Claim:
    """Return what the headers say.

    Raises:
        SignatureRefused: they do not say enough.
    """
    authorization = _header(headers, "authorization")
    if not authorization:
        code = "MissingAuthenticationTokenException"
        raise SignatureRefused(code, "Missing Authentication Token")
    stamp = _header(headers, "x-amz-date")
    given = _parameters(authorization)
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in _PARAMETERS
        if name not in given
    ]
    missing += [] if stamp else [_NO_DATE]
    if missing:
        digest = base64.b64encode(sha256(authorization.encode()).digest()).decode()
        hashed = f"(Hashed with SHA-256 and encoded with Base64) Authorization={digest}"
        raise _incomplete(" ".join([*missing, hashed]))
    if not _is_date(stamp):
        raise _incomplete(f"Date must be in ISO-8601 'basic format'. Got '{stamp}'.")
    return _claim(given, stamp)


def _claim(given: dict[str, str], stamp: str) -> _Claim:
    """Return the claim that some parameters and a date make."""
    parts = given["Credential"].split("/")
    if len(parts) != 5:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{given['Credential']}'"
        )
    access_key, date, region, service, terminator = parts
    return _Claim(
        access_key=access_key,
        date=date,
        region=region,
        service=service,
        terminator=terminator,
        stamp=stamp,
        signed=given["SignedHeaders"],
        signature=given["Signature"],
    )


def _parameters(authorization: str) -> dict[str, str]:
    """Return the parameters of a header, none if it is of another algorithm."""
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        return {}
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {name: value for name, _, value in pairs}


def _check_scope(claim: _Claim) -> None:
    problems = []
    if claim.service != SERVICE:
        problems.append(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if claim.terminator != _TERMINATOR:
        problems.append(
            "Credential should be scoped with a valid terminator: "
            f"'{_TERMINATOR}', not '{claim.terminator}'."
        )
    if claim.date != claim.stamp[:8]:
        problems.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{claim.date}' != '{claim.stamp[:8]}', from '{claim.stamp}'."
        )
    if "host" not in claim.signed.split(";"):
        problems.append(_UNSIGNED_HOST)
    if problems:
        raise _invalid(" ".join(problems))


def _check_identity(claim: _Claim, headers: Headers, credentials: Credentials) -> None:
    token = _header(headers, "x-amz-security-token")
    known_token = credentials.session_token or ""
    if claim.access_key != credentials.access_key or not hmac.compare_digest(
        token.encode(), known_token.encode()
    ):
        message = "The security token included in the request is invalid."
        raise SignatureRefused("UnrecognizedClientException", message)


def _check_time(stamp: str, moment: float) -> None:
    signed_at = calendar.timegm(time.strptime(stamp, _FORMAT))
    earliest, latest = int(moment) - SKEW_SECONDS, int(moment) + SKEW_SECONDS
    if signed_at < earliest:
        raise _invalid(
            f"Signature expired: {stamp} is now earlier than {_stamp(earliest)} "
            f"({_stamp(moment)} - 5 min.)"
        )
    if signed_at > latest:
        raise _invalid(
            f"Signature not yet current: {stamp} is still later than {_stamp(latest)} "
            f"({_stamp(moment)} + 5 min.)"
        )


def _canonical_request(request: SignedRequest, claim: _Claim) -> str:
    """Return the text that is signed; an encoded path is encoded once more."""
    names = claim.signed.split(";")
    lines = "".join(f"{name}:{_header(request.headers, name)}\n" for name in names)
    return "\n".join(
        (
            request.method,
            _quote(_normalised(request.path), safe="/"),
            _canonical_query(request.query),
            lines,
            claim.signed,
            hash_payload(request.body),
        )
    )


def _normalised(path: str) -> str:
    """Return a path without empty parts and steps, as it is signed for all services but S3."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    end = "/" if parts and path.endswith("/") else ""
    return f"/{'/'.join(parts)}{end}"


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    encoded = sorted((_quote(name), _quote(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _quote(text: str, *, safe: str = "") -> str:
    """Return a text percent-encoded, also one with bytes that are not UTF-8."""
    return quote(text, safe=safe, errors="surrogateescape")


def _header(headers: Headers, name: str) -> str:
    """Return a header's values as they are signed: joined, and with single spaces."""
    return ",".join(" ".join(value.split()) for value in header_values(headers, name))


def _is_date(text: str) -> bool:
    try:
        time.strptime(text, _FORMAT)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def _stamp(moment: float) -> str:
    return time.strftime(_FORMAT, time.gmtime(moment))


def _incomplete(message: str) -> SignatureRefused:
    return SignatureRefused("IncompleteSignatureException", message)


def _invalid(message: str) -> SignatureRefused:
    return SignatureRefused("InvalidSignatureException", message)
