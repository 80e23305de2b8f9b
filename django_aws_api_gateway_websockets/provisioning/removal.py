"""Takes a gateway out of AWS: its mappings first, because AWS keeps an API that is mapped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ..aws.control import ControlPlane
from ..aws.records import DnsRecord
from ..aws.resources import Api, DomainName, MappedDomain
from .run import StepResult
from .state import CREATION_TAG, DesiredDomain
from .steps import Step, StepKind

__all__ = ["Removal", "plan_removal", "read_removal", "remove"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """What is to be taken away, in order, and what is left.

    Args:
        left: sentences about what stays, and why.
        zone_id: of the hosted zone with the records of the domain, when these go.
        target: the name that these records lead to.
    """

    steps: tuple[Step, ...] = ()
    left: tuple[str, ...] = ()
    zone_id: str = ""
    target: str = ""


def read_removal(
    *, api_id: str, creation_id: str, own: DesiredDomain | None, control: ControlPlane
) -> Removal:
    """Ask AWS what it has of a gateway, and return what is to be taken away.

    Args:
        api_id: of the API; when empty, it is looked for by its creation tag.
        creation_id: value of that tag; may be empty when the API's id is known.
        own: the custom domain that may go with it.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    api = _find_api(api_id, creation_id, control)
    domains = control.get_mapped_domains(api.api_id) if api else ()
    if own and own.name not in {item.domain.name for item in domains}:
        domains = (*domains, *_read_domain(own.name, control))
    return plan_removal(api, domains, own=own, records=_read_records(own, control))


def plan_removal(
    api: Api | None,
    domains: Collection[MappedDomain],
    *,
    own: DesiredDomain | None = None,
    records: Collection[DnsRecord] = (),
) -> Removal:
    """Return what is to be taken away of what AWS has; pure.

    Args:
        domains: those that map to the API, and ``own`` when it exists.
        own: the custom domain that may go.
        records: all DNS records of its name; none when DNS is not ours to change.
    """
    steps: list[Step] = []
    left: list[str] = []
    zone_id = target = ""
    for item in domains:
        name, mappings = item.domain.name, item.of_api(api.api_id if api else "")
        steps.extend(_removal(StepKind.MAPPING, name, found.mapping_id) for found in mappings)
        if own is None or name != own.name:
            left.append(f"The domain {name} stays")
        elif not _is_made_for(own, item.domain):
            left.append(f"The domain {name} stays, because it was not created here")
        elif len(mappings) < len(item.mappings):
            left.append(f"The domain {name} stays, because it maps to something else too")
        else:
            zone_id, target = own.zone_id, item.domain.target
            if any(record.is_alias_of(target) for record in records):
                steps.append(_removal(StepKind.ALIAS, name, target))
            steps.append(_removal(StepKind.DOMAIN, name, name))
    if api:
        steps.append(_removal(StepKind.API, api.name, api.api_id))
    return Removal(steps=tuple(steps), left=tuple(left), zone_id=zone_id, target=target)


def remove(removal: Removal, *, control: ControlPlane) -> Iterator[StepResult]:
    """Take away what is to be taken away; yield each step's result before the next is begun.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    executors: dict[StepKind, Callable[[Step], object]] = {
        StepKind.MAPPING: lambda step: control.delete_api_mapping(step.subject, step.found_id),
        StepKind.DOMAIN: lambda step: control.delete_domain_name(step.subject),
        StepKind.API: lambda step: control.delete_api(step.found_id),
    }
    zones = control.zones if removal.zone_id else None
    if zones:
        executors[StepKind.ALIAS] = lambda step: zones.delete_aliases(
            removal.zone_id, step.subject, target=removal.target
        )
    for step in removal.steps:
        executors[step.kind](step)
        yield StepResult.of(step)


def _is_made_for(own: DesiredDomain, domain: DomainName) -> bool:
    """Return whether a domain has the tag that it is created with; 4.1 gave none to look for."""
    wanted = own.tags.get(CREATION_TAG)
    return wanted is None or domain.tags.get(CREATION_TAG) == wanted


def _read_domain(name: str, control: ControlPlane) -> Iterator[MappedDomain]:
    domain = control.find_domain_name(name)
    if domain:
        yield MappedDomain(domain=domain, mappings=control.get_api_mappings(name))


def _read_records(own: DesiredDomain | None, control: ControlPlane) -> tuple[DnsRecord, ...]:
    zones = control.zones if own and own.zone_id else None
    return zones.find_records(own.zone_id, own.name) if own and zones else ()


def _find_api(api_id: str, creation_id: str, control: ControlPlane) -> Api | None:
    if api_id:
        return control.find_api(api_id)
    found = control.find_apis(CREATION_TAG, creation_id) if creation_id else ()
    return found[0] if found else None


def _removal(kind: StepKind, subject: str, found_id: str) -> Step:
    return Step(kind=kind, subject=subject, removes=True, found_id=found_id)
