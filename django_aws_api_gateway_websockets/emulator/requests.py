"""The HTTP request that the backend receives for an event."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from .events import Event, EventType
from .identifiers import new_trace_id
from .mapping import apply_mapping, mapped_header_names, substitute_stage_variables
from .store import Integration

__all__ = ["BackendRequest", "BackendResponse", "build_request"]

_DROPPED = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-md5",
        "expect",
        "host",
        "keep-alive",
        "max-forwards",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "www-authenticate",
        "x-amzn-apigateway-api-id",
        "x-amzn-trace-id",
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
    }
)
"""Headers of the client that stay behind, because the gateway sets them or AWS drops them."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendRequest:
    """A request to the backend; headers keep their order, case and duplicates."""

    method: str
    url: str
    headers: Headers
    body: bytes
    timeout_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendResponse:
    """The backend's answer."""

    status: int
    headers: Headers = ()
    body: bytes = b""


def build_request(integration: Integration, event: Event) -> BackendRequest:
    """Return the request that an HTTP integration sends for an event.

    A mapped header replaces one of the same name that the client sent, even if it has no value.
    """
    mapped = apply_mapping(integration.parameters, event)
    uri = substitute_stage_variables(integration.uri, event.stage_variables)
    body = event.body.encode()
    replaced = mapped_header_names(integration.parameters)
    headers = [("Host", urlsplit(uri).netloc.rpartition("@")[2]), *_own_headers(event)]
    headers.append(("Content-Length", str(len(body))))
    return BackendRequest(
        method=integration.method,
        url=_with_query(_with_path(uri, mapped.path), _client_query(event), mapped.query),
        headers=(*_without(headers, replaced), *mapped.headers.items()),
        body=body,
        timeout_seconds=integration.timeout_seconds,
    )


def _own_headers(event: Event) -> Headers:
    """Return the client's headers for a handshake, the gateway's own for everything else."""
    forwarded_for = [event.source_ip]
    if event.handshake is None:
        headers: Headers = (
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
            ("User-Agent", f"AmazonAPIGateway_{event.api_id}"),
        )
    else:
        headers = tuple(pair for pair in event.handshake.headers if pair[0].lower() not in _DROPPED)
        forwarded_for = [event.handshake.header("x-forwarded-for"), event.source_ip]
    return (
        *headers,
        ("X-Amzn-Apigateway-Api-Id", event.api_id),
        ("X-Amzn-Trace-Id", new_trace_id(event.at)),
        ("X-Forwarded-For", ", ".join(filter(None, forwarded_for))),
        ("X-Forwarded-Port", str(event.port)),
        ("X-Forwarded-Proto", event.scheme),
    )


def _without(headers: Iterable[tuple[str, str]], names: Container[str]) -> Headers:
    """Return the headers without those of some lower-case names."""
    return tuple(pair for pair in headers if pair[0].lower() not in names)


def _client_query(event: Event) -> str:
    """Return the query of a handshake; no other event has one."""
    return event.handshake.query if event.kind is EventType.CONNECT and event.handshake else ""


def _with_path(uri: str, values: Mapping[str, str]) -> str:
    """Fill the ``{name}`` parts of a URI."""
    for name, value in values.items():
        uri = uri.replace(f"{{{name}}}", quote(value, safe=""))
    return uri


def _with_query(uri: str, query: str, mapped: Mapping[str, str]) -> str:
    """Append the client's query and the mapped values to a URI."""
    extra = "&".join(filter(None, (query, urlencode(mapped))))
    if not extra:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{extra}"
