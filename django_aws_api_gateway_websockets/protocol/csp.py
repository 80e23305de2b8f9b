"""Whether a Content-Security-Policy lets a page open a socket, as browsers decide it.

All of them compare a source with the socket's own URL, so that neither ``https:`` nor a host
without a scheme allows ``wss://``, whatever their specification says of the request behind it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

__all__ = ["allows_socket", "connect_sources"]

_DEFAULT_PORTS = {"ws": 80, "wss": 443}

# https://www.w3.org/TR/CSP3/#framework-directive-source-list
_SCHEME_SOURCE = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):", re.ASCII | re.IGNORECASE)
_HOST_SOURCE = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*)"
    r"(:(?P<port>\d{1,5}|\*))?(?P<path>/[^?#]*)?",
    re.ASCII | re.IGNORECASE,
)


def connect_sources(directives: Mapping[Any, object]) -> list[str] | None:
    """Return the sources that a page may connect to, or None when it may connect to all.

    Args:
        directives: values by the names of their directives, as the settings of Django and of
            django-csp have them: a text or a collection of texts, None or False for no directive,
            True for one without a value.
    """
    values = {name.lower(): value for name, value in directives.items() if isinstance(name, str)}
    connect = _sources(values.get("connect-src"))
    return _sources(values.get("default-src")) if connect is None else connect


def _sources(value: object) -> list[str] | None:
    if value is True:
        return []
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list | tuple | set | frozenset):
        texts = [text for text in value if isinstance(text, str)]
        return " ".join(texts).split() if texts else None
    return None


def allows_socket(
    sources: Iterable[str], url: str, *, site_hosts: Collection[str] = frozenset()
) -> bool:
    """Return whether one of ``sources`` lets a page open a socket.

    Args:
        sources: of ``connect-src``.
        url: what the page opens.
        site_hosts: lower-case hosts of the page's site, which ``'self'`` stands for.

    Raises:
        ValueError: the URL cannot be parsed.
    """
    parts = urlsplit(url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    return any(_matches(source, parts, port, site_hosts) for source in sources)


def _matches(source: str, url: SplitResult, port: int | None, site_hosts: Collection[str]) -> bool:
    if source == "*":
        return True
    if source.lower() == "'self'":
        return url.hostname in site_hosts and _port_matches(None, url.scheme, port)
    if match := _SCHEME_SOURCE.fullmatch(source):
        return _scheme_matches(match["scheme"].lower(), url.scheme)
    if match := _HOST_SOURCE.fullmatch(source):
        return (
            _scheme_matches(match["scheme"].lower(), url.scheme)
            and _host_matches(match["host"].lower(), url.hostname or "")
            and _port_matches(match["port"], url.scheme, port)
            and _path_matches(unquote(match["path"] or "/"), unquote(url.path or "/"))
        )
    return False


def _scheme_matches(allowed: str, scheme: str) -> bool:
    """Return whether the schemes are one, or the socket has the secure form of what is allowed."""
    return allowed == scheme or (allowed, scheme) == ("ws", "wss")


def _host_matches(allowed: str, host: str) -> bool:
    if allowed.startswith("*"):
        return host.endswith(allowed[1:])
    return host == allowed


def _port_matches(allowed: str | None, scheme: str, port: int | None) -> bool:
    if allowed is None:
        return port == _DEFAULT_PORTS.get(scheme)
    return allowed == "*" or int(allowed) == port


def _path_matches(allowed: str, path: str) -> bool:
    return path.startswith(allowed) if allowed.endswith("/") else path == allowed
