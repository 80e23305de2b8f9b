"""Takes a gateway out of AWS: its mappings first, because AWS keeps an API that is mapped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from ..aws.control import ControlPlane
from ..aws.resources import Api, MappedDomain
from .run import StepResult
from .state import CREATION_TAG
from .steps import Step, StepKind

__all__ = ["Removal", "plan_removal", "read_removal", "remove"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """What is to be taken away, in order, and what is left.

    Args:
        api_id: of the API, empty when AWS does not have it.
        left: sentences about what stays, and why.
    """

    api_id: str
    steps: tuple[Step, ...]
    left: tuple[str, ...] = ()


def read_removal(
    *, api_id: str, creation_id: str, own_domains: Collection[str], control: ControlPlane
) -> Removal:
    """Ask AWS what it has of a gateway, and return what is to be taken away.

    Args:
        api_id: of the API; when empty, it is looked for by its creation tag.
        creation_id: value of that tag; may be empty when the API's id is known.
        own_domains: names of the custom domains that may be deleted.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    api = _find_api(api_id, creation_id, control)
    domains = control.get_mapped_domains(api.api_id) if api else ()
    mapped = {item.domain.name for item in domains}
    idle = (control.find_domain_name(name) for name in own_domains if name not in mapped)
    unmapped = tuple(
        MappedDomain(domain=domain, mappings=control.get_api_mappings(domain.name))
        for domain in idle
        if domain
    )
    return plan_removal(api, (*domains, *unmapped), own_domains=own_domains)


def plan_removal(
    api: Api | None, domains: Collection[MappedDomain], *, own_domains: Collection[str]
) -> Removal:
    """Return what is to be taken away of what AWS has; pure.

    Args:
        domains: those that map to the API, and those of ``own_domains`` that exist.
        own_domains: names of the custom domains that may be deleted.
    """
    api_id = api.api_id if api else ""
    steps: list[Step] = []
    left: list[str] = []
    for item in domains:
        name, mappings = item.domain.name, item.of_api(api_id)
        steps.extend(_removal(StepKind.MAPPING, name, found.mapping_id) for found in mappings)
        if name not in own_domains:
            left.append(f"The domain {name} stays")
        elif len(mappings) < len(item.mappings):
            left.append(f"The domain {name} stays, because it maps to something else too")
        else:
            steps.append(_removal(StepKind.DOMAIN, name, name))
    if api:
        steps.append(_removal(StepKind.API, api.name, api.api_id))
    return Removal(api_id=api_id, steps=tuple(steps), left=tuple(left))


def remove(removal: Removal, *, control: ControlPlane) -> Iterator[StepResult]:
    """Take away what is to be taken away; yield each step's result before the next is begun.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    executors: Mapping[StepKind, Callable[[Step], None]] = {
        StepKind.MAPPING: lambda step: control.delete_api_mapping(step.subject, step.found_id),
        StepKind.DOMAIN: lambda step: control.delete_domain_name(step.subject),
        StepKind.API: lambda step: control.delete_api(step.found_id),
    }
    for step in removal.steps:
        executors[step.kind](step)
        yield StepResult.of(step)


def _find_api(api_id: str, creation_id: str, control: ControlPlane) -> Api | None:
    if api_id:
        return control.find_api(api_id)
    found = control.find_apis(CREATION_TAG, creation_id) if creation_id else ()
    return found[0] if found else None


def _removal(kind: StepKind, subject: str, found_id: str) -> Step:
    return Step(kind=kind, subject=subject, removes=True, found_id=found_id)
