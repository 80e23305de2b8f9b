"""Comparison of the ``Origin`` of a page with a ``Host`` or with a list of origins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["Origin", "origin_matches_host", "origin_matches_list"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A scheme, a lower-case host name and a port, as browsers compare them (RFC 6454)."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """Return the origin that ``text`` spells, or None when it spells none."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or not parts.hostname or _has_more(text):
            return None
        return cls(
            scheme=parts.scheme,
            host=parts.hostname.rstrip("."),
            port=port or _DEFAULT_PORTS[parts.scheme],
        )


def _has_more(text: str) -> bool:
    return text.count("/") != 2 or any(c in text for c in "?#@\\") or not text.isascii()


def origin_matches_host(origin: str, host: str) -> bool:
    """Return whether a page of ``origin`` is on ``host`` or on a sub-domain of it.

    Args:
        origin: the ``Origin`` header.
        host: the ``Host`` header; without a port it stands for the origin's default port.
    """
    page = Origin.parse(origin)
    site = page and Origin.parse(f"{page.scheme}://{host}")
    if not page or not site:
        return False
    return page.port == site.port and _is_same_or_below(page.host, site.host)


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
