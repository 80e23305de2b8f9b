"""Makes the rows of an API that exists: built by hand, by infrastructure code, or by 4.1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q

from ...aws.control import ControlPlane, get_control_plane
from ...aws.resources import Api, ApiMapping, DomainName, Stage
from ...provisioning.state import BUILT_IN, CREATION_TAG, ActualGateway
from .pulling import pull_routes, read_remote, remote_values

if TYPE_CHECKING:
    from ..gateways import ApiGateway

__all__ = ["Adoption", "GatewayManager"]

#: Tags that AWS gives, and that nobody else may.
AWS_TAG_PREFIX = "aws:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Adoption:
    """A row that was made of an API.

    Args:
        notes: sentences about what the row cannot hold, and what is to be done by hand.
    """

    gateway: ApiGateway
    notes: tuple[str, ...] = ()


class GatewayManager(models.Manager["ApiGateway"]):
    """The gateways of this project."""

    def import_api(
        self,
        api_id: str,
        *,
        stage_name: str = "",
        name: str = "",
        control: ControlPlane | None = None,
    ) -> Adoption:
        """Store a row, with its routes, of an API that exists in AWS; AWS is only read.

        Args:
            api_id: AWS's id of the API.
            stage_name: which of its stages; needed when it has several.
            name: for the row, by default the name that the API has.
            control: the control plane to ask, by default the one of the settings.

        Raises:
            ValueError: there is no such API or stage, it is no WebSocket API, or a row has it.
            ValidationError: a row cannot hold what AWS has; keyed by field.
            ProvisioningError: AWS refused or could not be reached.
        """
        used = control or get_control_plane()
        api = _find_api(used, api_id)
        _refuse_known(self.model, api)
        stage = _choose(used.get_stages(api_id), stage_name)
        gateway = _new_gateway(self.model, api, stage, name)
        actual = read_remote(gateway, used)
        _fill(gateway, {**remote_values(gateway, actual, used), "api_name": gateway.api_name})
        served = _served(gateway, used)
        _fill(gateway, _domain_values(gateway, served))
        with transaction.atomic(using=self.db):
            gateway.save(push_to_aws=False)
            list(pull_routes(gateway, actual))
            return Adoption(gateway=gateway, notes=tuple(_notes(gateway, actual, served)))


def _find_api(control: ControlPlane, api_id: str) -> Api:
    api = control.find_api(api_id)
    if api is None:
        raise ValueError(f"There is no API {api_id} in this account and region.")
    if not api.takes_websockets:
        raise ValueError(f"{api.name} is no WebSocket API, but one of the kind {api.protocol}.")
    return api


def _refuse_known(model: type[ApiGateway], api: Api) -> None:
    creation_id = api.tags.get(CREATION_TAG)
    created = Q(creation_id=creation_id) if creation_id else Q()
    known = model._base_manager.filter(Q(api_id=api.api_id) | created).first()
    if known is not None:
        raise ValueError(f"The gateway {known} (primary key {known.pk}) has this API already.")


def _choose(stages: Sequence[Stage], name: str) -> Stage | None:
    names = ", ".join(stage.name for stage in stages)
    if name:
        found = next((stage for stage in stages if stage.name == name), None)
        if found is None:
            raise ValueError(f"The API has no stage {name}, but: {names or 'none'}.")
        return found
    if len(stages) > 1:
        raise ValueError(f"The API has several stages; choose one of: {names}.")
    return stages[0] if stages else None


def _own_tags(api: Api) -> dict[str, str]:
    return {
        key: value
        for key, value in api.tags.items()
        if key != CREATION_TAG and not key.startswith(AWS_TAG_PREFIX)
    }


def _new_gateway(model: type[ApiGateway], api: Api, stage: Stage | None, name: str) -> ApiGateway:
    """Return a row that knows how far the API is; what is not deployed can be finished."""
    status = model.ProvisioningStatus
    is_deployed = bool(stage and stage.deployment_id)
    return model(
        api_name=name or api.name,
        api_id=api.api_id,
        api_created=is_deployed,
        provisioning_status=status.DEPLOYED if is_deployed else status.API_CREATED,
        tags=_own_tags(api),
        creation_id=api.tags.get(CREATION_TAG, ""),
        **({"stage_name": stage.name} if stage else {}),
    )


def _served(gateway: ApiGateway, control: ControlPlane) -> list[tuple[DomainName, ApiMapping]]:
    """Return the custom domains under which the stage is served, those without a path first."""
    found = [
        (item.domain, mapping)
        for item in control.get_mapped_domains(gateway.api_id)
        for mapping in item.of_api(gateway.api_id)
        if mapping.stage_name == gateway.stage_name
    ]
    return sorted(found, key=lambda pair: (pair[1].key, pair[0].name))


def _domain_values(
    gateway: ApiGateway, served: Sequence[tuple[DomainName, ApiMapping]]
) -> dict[str, Any]:
    """Return the custom domain; a row has one, and none with a path."""
    if not served or served[0][1].key or not gateway.api_created:
        return {}
    domain, mapping = served[0]
    return {
        "domain_name": domain.name,
        "certificate_arn": domain.certificate_arn,
        "api_gateway_domain_name": domain.target,
        "api_mapping_id": mapping.mapping_id,
        "provisioning_status": gateway.ProvisioningStatus.MAPPED,
    }


def _fill(gateway: ApiGateway, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(gateway, name, value)


def _notes(
    gateway: ApiGateway,
    actual: ActualGateway,
    served: Sequence[tuple[DomainName, ApiMapping]],
) -> Iterator[str]:
    known = {*BUILT_IN, *gateway.additional_routes.values_list("route_key", flat=True)}
    for route in actual.routes:
        if route.key not in known:
            yield f"The {route.key} route leads to no URL that a row can hold, and stays as it is"
    for domain, mapping in served:
        if mapping.mapping_id != gateway.api_mapping_id:
            yield f"{domain.name}/{mapping.key} leads to it too, which the row does not say"
    if not gateway.target_base_endpoint:
        yield "The $default route shows no base URL; set target_base_endpoint before a sync"
