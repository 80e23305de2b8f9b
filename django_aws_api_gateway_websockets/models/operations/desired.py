"""The gateway that is wanted in AWS, as its rows and the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...conf import settings
from ...provisioning.state import CREATION_TAG, DesiredDomain, DesiredGateway, DesiredRoute

if TYPE_CHECKING:
    from ..gateways import ApiGateway

__all__ = ["check_desired", "creation_tags", "desired_gateway"]


def check_desired(gateway: ApiGateway) -> None:
    """Refuse what AWS could not be given: 4.1 stored any tags, and never sent them.

    Raises:
        ValueError: the tags are not texts by texts, or the gateway secret is unusable.
    """
    tags: object = gateway.tags
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise ValueError('tags must be an object of texts, such as {"team": "chat"}.')
    settings.sent_gateway_secret  # noqa: B018  # raises when it is unusable


def desired_gateway(
    gateway: ApiGateway,
    *,
    leave_out: int | None = None,
    add: DesiredRoute | None = None,
    domain: bool = False,
) -> DesiredGateway:
    """Return what is wanted of a gateway.

    Args:
        leave_out: primary key of a route whose row does not count.
        add: a route that is wanted beside those of the rows.
        domain: with its custom domain, when it wants one.

    Raises:
        ValueError: see ``check_desired``.
    """
    check_desired(gateway)
    routes = gateway.additional_routes.order_by("pk")
    return DesiredGateway(
        name=gateway.api_name,
        creation_id=gateway.creation_id,
        target_base=gateway.target_base_endpoint or "",
        description=gateway.api_description,
        route_selection_expression=gateway.route_selection_expression,
        api_key_selection_expression=gateway.api_key_selection_expression,
        stage_name=gateway.stage_name,
        stage_description=gateway.stage_description,
        tags=gateway.tags,
        two_way=gateway.two_way,
        secret=settings.sent_gateway_secret,
        additional_routes=(
            *(
                DesiredRoute(
                    key=route.route_key, uri=route.integration_url, route_id=route.route_id
                )
                for route in routes
                if route.pk != leave_out
            ),
            *((add,) if add else ()),
        ),
        deployment_due=gateway.deployment_due,
        domain=_desired_domain(gateway) if domain and gateway.wants_custom_domain else None,
    )


def creation_tags(gateway: ApiGateway) -> dict[str, str]:
    """Return the tag by which what was created for a gateway is known; 4.1 gave none."""
    return {CREATION_TAG: gateway.creation_id} if gateway.creation_id else {}


def _desired_domain(gateway: ApiGateway) -> DesiredDomain:
    """Return the custom domain that is wanted for a gateway; it has the name of one."""
    return DesiredDomain(
        name=gateway.domain_name,
        certificate_arn=gateway.certificate_arn,
        zone_id=gateway.hosted_zone_id,
        tags={**gateway.tags, **creation_tags(gateway)},
    )
