"""Check of the Content-Security-Policy in the settings against the gateways in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Tags, Warning, register

from ..models import ApiGateway
from ..protocol.csp import allows_socket, connect_sources
from ..protocol.endpoints import origin_of
from .gateways import created_gateways
from .messages import check_id, some_of

__all__ = ["check_policy_allows_sockets"]

_DJANGO_MIDDLEWARE = {"django.middleware.csp.ContentSecurityPolicyMiddleware"}
_DJANGO_CSP_MIDDLEWARE = {
    "csp.middleware.CSPMiddleware",
    "csp.contrib.rate_limiting.RateLimitedCSPMiddleware",
}
_DJANGO_CSP_3 = {"CSP_CONNECT_SRC": "connect-src", "CSP_DEFAULT_SRC": "default-src"}
_DJANGO_CSP_DEFAULTS = {"default-src": ["'self'"]}
"""What django-csp adds to a policy that does not say otherwise."""


@register(Tags.database, deploy=True)
def check_policy_allows_sockets(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report a policy under which browsers do not open the socket of a gateway.

    Policies that only report, and those that a view sets for itself, are not looked at.
    """
    gateways = created_gateways(databases)
    blocked = {name: _blocked_origins(policy, gateways) for name, policy in _policies()}
    return [
        Warning(
            f"{name} keeps pages from connecting to {some_of(origins)}.",
            hint="Add each, as it is written here, to connect-src: browsers apply neither https: "
            "nor a host without wss:// to sockets.",
            id=check_id("W007"),
        )
        for name, origins in blocked.items()
        if origins
    ]


def _policies() -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Yield the policies that are enforced: where each is set, and its directives."""
    if _uses(_DJANGO_MIDDLEWARE):
        yield "SECURE_CSP", _mapping(getattr(django_settings, "SECURE_CSP", None))
    if _uses(_DJANGO_CSP_MIDDLEWARE):
        yield from _django_csp_policies()


def _django_csp_policies() -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Yield the policy of django-csp 4 when it is set, else that of its version 3."""
    policy = _mapping(getattr(django_settings, "CONTENT_SECURITY_POLICY", None))
    names = [name for name in _DJANGO_CSP_3 if hasattr(django_settings, name)]
    if policy:
        directives = _mapping(policy.get("DIRECTIVES"))
        yield "CONTENT_SECURITY_POLICY", {**_DJANGO_CSP_DEFAULTS, **directives}
    elif names and not getattr(django_settings, "CSP_REPORT_ONLY", False):
        values = {_DJANGO_CSP_3[name]: getattr(django_settings, name) for name in names}
        yield names[0], {**_DJANGO_CSP_DEFAULTS, **values}


def _uses(middleware: set[str]) -> bool:
    names = getattr(django_settings, "MIDDLEWARE", None)
    return isinstance(names, list | tuple) and any(name in names for name in middleware)


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _blocked_origins(policy: Mapping[Any, Any], gateways: Iterable[ApiGateway]) -> list[str]:
    sources = connect_sources(policy)
    if sources is None:
        return []
    origins: list[str] = []
    for gateway in gateways:
        # A row without a usable address is no socket yet.
        with suppress(RuntimeError, ValueError):
            url = gateway.connection_url
            if not allows_socket(sources, url, site_hosts=_site_hosts()):
                origins.append(origin_of(url))
    return list(dict.fromkeys(origins))


def _site_hosts() -> set[str]:
    """Return the hosts that the site is certain to have; a wildcard may stand for none."""
    hosts = getattr(django_settings, "ALLOWED_HOSTS", None)
    texts = hosts if isinstance(hosts, list | tuple) else []
    return {host.lower() for host in texts if isinstance(host, str)}
