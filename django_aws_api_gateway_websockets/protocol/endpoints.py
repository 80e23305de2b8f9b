"""The URLs of a gateway: where browsers connect, where posts go, and what the host name tells."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

__all__ = [
    "CONNECTIONS",
    "bracketed",
    "connection_part",
    "connections_path",
    "execute_api_endpoint",
    "host_header",
    "host_is_allowed",
    "is_loopback",
    "management_url",
    "origin_of",
    "partition_of",
    "region_from_endpoint",
    "stage_url",
    "with_page_host",
]

CONNECTIONS: Final = "@connections"
"""The part of a path under which a stage's connections are.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

# The region is the label after "execute-api" in every partition (amazonaws.com, amazonaws.com.cn,
# amazonaws.eu, c2s.ic.gov, ...), so the suffix needs no list.
# https://docs.aws.amazon.com/general/latest/gr/apigateway.html
_EXECUTE_API_HOST = re.compile(r"[^.]+\.execute-api\.(?P<region>[a-z]+(?:-[a-z]+)+-\d+)\..+")

# The start of a region's name tells its partition; all others are of "aws".
# Source: botocore, data/partitions.json.
_PARTITIONS = {
    "cn-": "aws-cn",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
}

# Parsers disagree on where the host ends in a URL that has one of these.
_AMBIGUOUS = re.compile(r"[\\\s\x00-\x1f\x7f]")
# What may be put into another URL as it is.
_PLAIN_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+:[0-9a-f:.]*", re.ASCII)

_SOCKET_SCHEMES = {"http": "ws", "https": "wss"}
_HTTP_SCHEMES = {"ws": "http", "wss": "https"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_USUAL_ID = re.compile(r"[A-Za-z0-9_=-]+")
# Servers and signatures take these parts of a path for steps and leave them out.
_STEPS = frozenset(("", ".", ".."))


def execute_api_endpoint(api_id: str, region: str) -> str:
    """Return the endpoint that AWS gives an API: ``wss://{api}.execute-api.{region}...``."""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"wss://{api_id}.execute-api.{region}.{suffix}"


def stage_url(endpoint: str, stage: str) -> str:
    """Return what a browser opens for a stage: scheme ``ws`` or ``wss``, no trailing slash.

    Raises:
        ValueError: the endpoint cannot be parsed.
    """
    parts = urlsplit(endpoint)
    scheme = _SOCKET_SCHEMES.get(parts.scheme, parts.scheme)
    path = "/".join(part for part in (parts.path.rstrip("/"), stage) if part)
    return urlunsplit((scheme, parts.netloc, path, "", ""))


def management_url(connection_url: str) -> str:
    """Return where posts go: the URL that browsers open, with an HTTP scheme.

    Raises:
        ValueError: the URL cannot be parsed.
    """
    parts = urlsplit(connection_url)
    return urlunsplit(parts._replace(scheme=_HTTP_SCHEMES.get(parts.scheme, parts.scheme)))


def connections_path(management_url: str) -> str:
    """Return the path under which a stage's connections are.

    Raises:
        ValueError: the URL cannot be parsed.
    """
    return f"{urlsplit(management_url).path.rstrip('/')}/{CONNECTIONS}"


def connection_part(connection_id: str) -> str:
    """Return the percent-encoded part of a path that names a connection.

    Raises:
        ValueError: no connection can have such an id.
    """
    if _USUAL_ID.fullmatch(connection_id):  # as quote() does, in a quarter of the time
        return connection_id.replace("=", "%3D")
    if connection_id in _STEPS:
        raise ValueError(f"{connection_id!r} is no connection id.")
    return quote(connection_id, safe="")


def host_header(url: str) -> str:
    """Return what the ``Host`` header of a request to a URL says: no port that goes without saying.

    Raises:
        ValueError: the URL cannot be parsed.
    """
    parts = urlsplit(url)
    host = bracketed(parts.hostname or "")
    is_default = parts.port in (None, _DEFAULT_PORTS.get(parts.scheme))
    return host if is_default else f"{host}:{parts.port}"


def region_from_endpoint(url: str) -> str | None:
    """Return the region of an API Gateway endpoint of any scheme, or None for a custom domain."""
    match = _EXECUTE_API_HOST.fullmatch(_host(url))
    return match["region"] if match else None


def partition_of(region: str) -> str:
    """Return the partition of a region, the second part of every ARN there."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as it spells them.

    Raises:
        ValueError: it cannot be parsed.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def bracketed(host: str) -> str:
    """Return a host as URLs have it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def is_loopback(url: str) -> bool:
    """Return whether a URL names this machine: ``localhost``, ``*.localhost`` or a loopback IP."""
    host = _host(url)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def with_page_host(url: str, page_host: str) -> str:
    """Return a loopback ``url`` under the loopback name that the page was asked for.

    A browser takes ``localhost`` and ``127.0.0.1`` for two sites and sends no cookie from one to
    the other. Any other URL, and any other page host, leaves ``url`` as it is.

    Args:
        url: what the page's script would open.
        page_host: the page's ``Host`` header.
    """
    page = _host(f"//{page_host}")
    if not (is_loopback(url) and is_loopback(f"//{page_host}") and _PLAIN_HOST.fullmatch(page)):
        return url
    parts = _split(url)
    name = f"[{page}]" if ":" in page else page
    netloc = name if parts.port is None else f"{name}:{parts.port}"
    return urlunsplit(parts._replace(netloc=netloc))


def host_is_allowed(url: str, patterns: Iterable[str]) -> bool:
    """Return whether the host of ``url`` is one of ``patterns``; the port does not count.

    Args:
        url: an integration's URL; one that cannot be parsed has no host and is not allowed.
        patterns: lower-case host names; ``*.x`` stands for every sub-domain of ``x``, not for
            ``x`` itself.
    """
    host = _host(url)
    return bool(host) and any(
        host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
        for pattern in patterns
    )


def _host(url: str) -> str:
    return (_split(url).hostname or "").removesuffix(".")


def _split(url: str) -> SplitResult:
    """Return the parts of a URL; of one that is malformed or ambiguous, empty ones."""
    try:
        parts = urlsplit(url)
        is_clear = parts.port != 0 and not _AMBIGUOUS.search(url)
    except ValueError:
        is_clear = False
    return parts if is_clear else SplitResult("", "", "", "", "")
