"""The gateway that is wanted, from its rows, and what AWS has of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..aws.records import DnsRecord, HostedZone
from ..aws.resources import Api, ApiMapping, DomainName, Integration, Route, Stage
from ..protocol.routes import CONNECT, DEFAULT, DISCONNECT, integration_uri, request_parameters

__all__ = [
    "BUILT_IN",
    "CREATION_TAG",
    "ActualDomain",
    "ActualGateway",
    "DesiredDomain",
    "DesiredGateway",
    "DesiredRoute",
    "maps_all_headers",
]

#: Tag of an API that holds the id saved before it was created, so that a lost answer loses no API;
#: a custom domain has it as well.
CREATION_TAG = "django-aws-api-gateway-websockets:creation-id"

#: The routes that every gateway has, in the order in which they are created.
BUILT_IN = (CONNECT, DISCONNECT, DEFAULT)


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredRoute:
    """A route key and the URL that its messages are posted to.

    Args:
        route_id: of the route that AWS had when it was last looked at; empty when it had none.
    """

    key: str
    uri: str
    route_id: str = ""

    @property
    def takes_messages(self) -> bool:
        """Whether clients send messages to it, which it may then answer."""
        return self.key not in (CONNECT, DISCONNECT)

    @property
    def response_expression(self) -> str:
        """What chooses its route response; empty when it has none to choose."""
        return DEFAULT if self.takes_messages else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredDomain:
    """The custom domain that is wanted for a gateway.

    Args:
        zone_id: of the hosted zone in which the name is to lead to it; empty when somebody else
            sees to DNS.
        tags: of the domain when it is created.
    """

    name: str
    certificate_arn: str
    zone_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredGateway:
    """The gateway that is wanted.

    Args:
        creation_id: unique to this gateway, and saved before the API is created; empty for one
            that was created elsewhere.
        target_base: URL that ``connect``, ``disconnect`` and ``default`` are appended to.
        secret: sent to the backend with every request; None sends none.
        two_way: whether what the backend answers to a message reaches the client.
        tags: of the API and of the stage.
        deployment_due: whether an earlier run changed something that it did not deploy.
        domain: None when none is wanted, or it is not to be looked at.
    """

    name: str
    creation_id: str
    target_base: str
    description: str = ""
    route_selection_expression: str = "$request.body.action"
    api_key_selection_expression: str = "$request.header.x-api-key"
    stage_name: str = "production"
    stage_description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    two_way: bool = True
    secret: str | None = field(default=None, repr=False)
    additional_routes: tuple[DesiredRoute, ...] = ()
    deployment_due: bool = False
    domain: DesiredDomain | None = None

    @property
    def routes(self) -> tuple[DesiredRoute, ...]:
        """All routes; an additional one that repeats a key is left out."""
        by_key: dict[str, DesiredRoute] = {}
        for route in (*map(self._built_in, BUILT_IN), *self.additional_routes):
            by_key.setdefault(route.key, route)
        return tuple(by_key.values())

    @property
    def request_parameters(self) -> dict[str, str]:
        """What every integration maps."""
        return request_parameters(self.secret)

    @property
    def api_tags(self) -> dict[str, str]:
        """Tags of the API: the wanted ones, and the one by which it is found again."""
        own = {CREATION_TAG: self.creation_id} if self.creation_id else {}
        return {**self.tags, **own}

    def _built_in(self, key: str) -> DesiredRoute:
        return DesiredRoute(key=key, uri=integration_uri(self.target_base, key))


@dataclass(frozen=True, kw_only=True, slots=True)
class ActualDomain:
    """What AWS has of a custom domain; empty when it has nothing.

    Args:
        root: what the domain is mapped to as a whole.
        zone: where its DNS records are; None when DNS is not ours to change.
        records: all DNS records of its name.
    """

    found: DomainName | None = None
    root: ApiMapping | None = None
    zone: HostedZone | None = None
    records: tuple[DnsRecord, ...] = ()

    @property
    def target(self) -> str:
        """The name that DNS must lead to; empty while there is no domain."""
        return self.found.target if self.found else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActualGateway:
    """What AWS has of a gateway; empty when it has nothing.

    Args:
        responses: ids of the route responses, by the id of their route.
    """

    api: Api | None = None
    integrations: tuple[Integration, ...] = ()
    routes: tuple[Route, ...] = ()
    responses: Mapping[str, str] = field(default_factory=dict)
    stage: Stage | None = None
    domain: ActualDomain = field(default_factory=ActualDomain)


def maps_all_headers(actual: ActualGateway) -> bool:
    """Return whether every integration in use maps all the headers that Django trusts."""
    used = {route.integration_id for route in actual.routes}
    wanted = request_parameters(None).items()
    return bool(used) and all(
        wanted <= item.request_parameters.items()
        for item in actual.integrations
        if item.integration_id in used
    )
