"""What a probe is going to do, once the row and the settings are known to be usable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...conf import settings
from ...models import ApiGateway
from ...protocol.endpoints import is_loopback, origin_of
from ...protocol.routes import DEFAULT
from .network import Place, parse_place
from .report import ProbeFailed

__all__ = ["Plan", "make_plan"]


_NO_URL = (
    "manage.py createApiGateway creates an API; one that is there needs api_endpoint, or a region "
    "in the settings."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A probe of one gateway.

    Args:
        user: who connects; None for a visitor.
        origin: of the page that is said to connect.
        channel: to join; empty for the gateway's own.
        route: key that the message names.
        timeout: seconds that each hop may take.
        url: what is opened.
    """

    gateway: ApiGateway
    user: Any
    origin: str
    channel: str
    route: str
    timeout: float
    url: str
    place: Place

    @property
    def is_local(self) -> bool:
        """Whether the gateway is on this machine."""
        return is_loopback(self.url)


def make_plan(
    gateway: ApiGateway,
    *,
    user: Any = None,
    origin: str = "",
    channel: str = "",
    route: str = DEFAULT,
    timeout: float = 10.0,
) -> Plan:
    """Return what there is to do.

    Args:
        origin: by default that of ``target_base_endpoint``.

    Raises:
        ProbeFailed: the row or the settings cannot work.
    """
    try:
        url = gateway.connection_url
    except (RuntimeError, ValueError) as error:
        raise ProbeFailed(f"there is no URL to open: {str(error).rstrip('.')}", _NO_URL) from error
    _check_usable(gateway)
    return Plan(
        gateway=gateway,
        user=user,
        origin=origin or origin_of(gateway.target_base_endpoint or ""),
        channel=channel,
        route=route,
        timeout=timeout,
        url=url,
        place=parse_place(url),
    )


def _check_usable(gateway: ApiGateway) -> None:
    if gateway.creation_id and gateway.needs_api_creation:
        raise ProbeFailed(
            f"the creation of the API stopped at {gateway.effective_provisioning_status!r}",
            f"Run manage.py createApiGateway --pk {gateway.pk} again.",
        )
    if not gateway.target_base_endpoint:
        raise ProbeFailed(
            "target_base_endpoint is empty, so nothing says where Django answers",
            "Set it to the URL below which connect, disconnect and default are.",
        )
    if settings.gateway_secret_configured and not settings.gateway_secrets:
        raise ProbeFailed(
            'WEBSOCKETS["gateway_secret"] is not usable, so every request is refused',
            "manage.py check says which rule it breaks.",
        )
