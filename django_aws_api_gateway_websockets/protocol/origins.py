"""Comparison of the ``Origin`` of a page with a ``Host`` or with a list of origins."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .endpoints import is_loopback

__all__ = ["Origin", "origin_matches_host", "origin_matches_list"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535

# An origin has no path, user or white space, and browsers spell its host in ASCII.
_SERIALISED = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(:(?P<port>\d{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
_ENDS_IN_NUMBER = re.compile(r"(.*\.)?\d+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A scheme, a lower-case host name and a port, as browsers compare them (RFC 6454)."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """Return the origin that ``text`` spells, or None when it spells none."""
        match = _SERIALISED.fullmatch(text)
        if match is None:
            return None
        scheme, host = match["scheme"].lower(), _normalised(match["host"].lower())
        port = int(match["port"] or _DEFAULT_PORTS[scheme])
        if host is None or not 0 < port <= _MAX_PORT:
            return None
        return cls(scheme=scheme, host=host, port=port)


def _normalised(host: str) -> str | None:
    """Return the host name without its final dot, an IP in its usual form, None if it is neither.

    A browser takes every name whose last label is a number for an IPv4 address.
    """
    name = host.removesuffix(".")
    if not host.startswith("[") and not _ENDS_IN_NUMBER.fullmatch(name):
        return name
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return None


def origin_matches_host(origin: str, host: str) -> bool:
    """Return whether a page of ``origin`` is on ``host`` or on a sub-domain of it.

    All loopback names are one host: a page that was asked for as ``localhost`` may belong to a
    gateway that calls ``127.0.0.1``.

    Args:
        origin: the ``Origin`` header.
        host: the ``Host`` header; without a port it stands for the origin's default port.
    """
    page = Origin.parse(origin)
    site = page and Origin.parse(f"{page.scheme}://{host}")
    if not page or not site:
        return False
    is_local = is_loopback(_url(page)) and is_loopback(_url(site))
    return page.port == site.port and (is_local or _is_same_or_below(page.host, site.host))


def origin_matches_list(origin: str, allowed: Iterable[str]) -> bool:
    """Return whether ``origin`` is one of ``allowed``: ``scheme://host[:port]``, host ``*.x`` too.

    ``*.x`` stands for every sub-domain of ``x``, not for ``x`` itself.
    """
    page = Origin.parse(origin)
    return page is not None and any(_matches(page, entry) for entry in allowed)


def _matches(page: Origin, entry: str) -> bool:
    wildcard = "://*." in entry
    site = Origin.parse(entry.replace("://*.", "://", 1))
    if site is None or (page.scheme, page.port) != (site.scheme, site.port):
        return False
    return page.host.endswith(f".{site.host}") if wildcard else page.host == site.host


def _is_same_or_below(host: str, parent: str) -> bool:
    return host == parent or host.endswith(f".{parent}")


def _url(origin: Origin) -> str:
    return f"//[{origin.host}]" if ":" in origin.host else f"//{origin.host}"
