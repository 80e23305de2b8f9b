"""Compares the custom domain that is wanted with what AWS has, and lists what is to be done.

Pure: nothing here calls AWS. What belongs to somebody else is refused before anything is done.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..aws.records import ALIAS_KINDS, DnsRecord, HostedZone, dns_name
from ..aws.resources import ApiMapping
from .state import ActualDomain, ActualGateway, DesiredDomain, DesiredGateway
from .steps import Change, Step, StepKind

__all__ = ["domain_steps"]

#: Records that decide where a name leads to; there may be others beside ours, such as TXT.
_LEADING_KINDS = frozenset({*ALIAS_KINDS, "CNAME"})


def domain_steps(desired: DesiredGateway, actual: ActualGateway) -> tuple[Step, ...]:
    """Return the steps of the custom domain, its mapping and its DNS record; none if unwanted.

    Raises:
        ValueError: the domain is mapped to another API or stage, its name leads elsewhere, or the
            hosted zone is not the one of the name.
    """
    if desired.domain is None:
        return ()
    api_id = actual.api.api_id if actual.api else ""
    _check_mapping(desired.domain, actual.domain.root, api_id, desired.stage_name)
    return (
        _domain_step(desired.domain, actual.domain),
        _mapping_step(desired.domain, actual.domain.root),
        *_alias_steps(desired.domain, actual.domain),
    )


def _check_mapping(
    desired: DesiredDomain, root: ApiMapping | None, api_id: str, stage_name: str
) -> None:
    if root and (root.api_id, root.stage_name) != (api_id, stage_name):
        raise ValueError(
            f"{desired.name} is mapped to the stage {root.stage_name} of the API {root.api_id} "
            "already; remove that mapping first."
        )


def _domain_step(desired: DesiredDomain, actual: ActualDomain) -> Step:
    if actual.found is None:
        return Step(kind=StepKind.DOMAIN, subject=desired.name)
    changes = []
    if actual.found.certificate_arn != desired.certificate_arn:
        changes.append(
            Change(
                name="CertificateArn",
                before=actual.found.certificate_arn,
                after=desired.certificate_arn,
                todo=f"Change the certificate of {desired.name}",
                done=f"Changed the certificate of {desired.name}",
            )
        )
    return Step(
        kind=StepKind.DOMAIN,
        subject=desired.name,
        skipped=not changes,
        found_id=actual.found.name,
        changes=tuple(changes),
    )


def _mapping_step(desired: DesiredDomain, root: ApiMapping | None) -> Step:
    found_id = root.mapping_id if root else ""
    return Step(
        kind=StepKind.MAPPING, subject=desired.name, skipped=bool(found_id), found_id=found_id
    )


def _alias_steps(desired: DesiredDomain, actual: ActualDomain) -> Iterator[Step]:
    if not desired.zone_id:
        return
    if actual.zone is None:
        note = f"Left the DNS record of {desired.name} alone: the gateway is local"
        yield Step(kind=StepKind.ALIAS, subject=desired.name, skipped=True, note=note)
        return
    _check_zone(desired, actual.zone)
    records = [record for record in actual.records if _leads(record, desired, actual.zone)]
    _check_records(desired, actual, records)
    yield _alias_step(desired, actual, records)


def _leads(record: DnsRecord, desired: DesiredDomain, zone: HostedZone) -> bool:
    """Return whether a record decides where the name leads to; NS takes it to another zone."""
    return record.kind in _LEADING_KINDS or (
        record.kind == "NS" and zone.name != dns_name(desired.name)
    )


def _check_zone(desired: DesiredDomain, zone: HostedZone) -> None:
    if not zone.holds(desired.name):
        raise ValueError(
            f"{desired.name} is not in the hosted zone {zone.zone_id}, which is that of "
            f"{zone.name}."
        )


def _check_records(desired: DesiredDomain, actual: ActualDomain, records: list[DnsRecord]) -> None:
    others = [record for record in records if not _is_right(record, actual.target)]
    if others:
        raise ValueError(
            f"{desired.name} has {' and '.join(map(str, others))} in the hosted zone "
            f"{desired.zone_id} already; remove that first, or leave hosted_zone_id empty."
        )


def _is_right(record: DnsRecord, target: str) -> bool:
    return record.is_alias_of(target) or record.is_cname_of(target)


def _alias_step(desired: DesiredDomain, actual: ActualDomain, records: list[DnsRecord]) -> Step:
    """Make both records; a CNAME that leads to the same name does as well."""
    kinds = {record.kind for record in records}
    missing = [] if "CNAME" in kinds else [kind for kind in ALIAS_KINDS if kind not in kinds]
    changes = [
        Change(
            name=kind,
            before="",
            after=actual.target,
            todo=f"Add the {kind} record of {desired.name}",
            done=f"Added the {kind} record of {desired.name}",
        )
        for kind in missing
        if kinds
    ]
    return Step(
        kind=StepKind.ALIAS,
        subject=desired.name,
        skipped=not missing,
        found_id=", ".join(sorted(kinds)),
        changes=tuple(changes),
    )
