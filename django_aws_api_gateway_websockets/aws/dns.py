"""Typed calls of Route 53 about the records that lead a custom domain to API Gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .calls import Calls
from .clients import client_config, get_client
from .records import DnsRecord, HostedZone, dns_name

__all__ = ["HostedZones", "get_hosted_zones"]

#: Answers of Route 53 that name the page to go on with, and the parameters that take it.
NEXT_PAGE = {
    "NextRecordName": "StartRecordName",
    "NextRecordType": "StartRecordType",
    "NextRecordIdentifier": "StartRecordIdentifier",
}


def get_hosted_zones(region_name: str) -> HostedZones:
    """Return the hosted zones of the account, in the partition of a region.

    Raises:
        botocore.exceptions.ProfileNotFound: the profile does not exist.
    """
    config = client_config(max_retries=0)
    return HostedZones(get_client("route53", config=config, region_name=region_name))


class HostedZones(Calls):
    """The calls of ``route53`` that we make; a zone id may begin with ``/hostedzone/``.

    Every method raises ``ProvisioningError`` for what AWS or the network does wrong.
    """

    def get_zone(self, zone_id: str) -> HostedZone:
        """Return a hosted zone by its id."""
        return HostedZone.parse(self._call("get_hosted_zone", Id=zone_id)["HostedZone"])

    def find_records(self, zone_id: str, name: str) -> tuple[DnsRecord, ...]:
        """Return all records of one name; they count as soon as they are made, before DNS knows."""
        return tuple(map(DnsRecord.parse, self._records(zone_id, name)))

    def create_aliases(
        self, zone_id: str, name: str, kinds: Iterable[str], *, target: str, target_zone_id: str
    ) -> None:
        """Make records that are aliases of ``target``, all of them or none.

        A record that is there already is not replaced; AWS refuses then.

        Args:
            kinds: of ``ALIAS_KINDS``.
            target_zone_id: the zone of ``target``, which is AWS's own.
        """
        alias = {"HostedZoneId": target_zone_id, "DNSName": target, "EvaluateTargetHealth": False}
        records = [{"Name": name, "Type": kind, "AliasTarget": alias} for kind in kinds]
        self._change(zone_id, "CREATE", records)

    def delete_aliases(self, zone_id: str, name: str, *, target: str) -> tuple[DnsRecord, ...]:
        """Delete the records of a name that are aliases of ``target``, and return them.

        What points elsewhere by now is left alone.
        """
        found = self.find_records(zone_id, name)
        ours = tuple(record for record in found if record.is_alias_of(target))
        if ours:
            self._change(zone_id, "DELETE", [record.answer for record in ours])
        return ours

    def _change(self, zone_id: str, action: str, records: Iterable[Mapping[str, Any]]) -> None:
        changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
        self._call(
            "change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch={"Changes": changes}
        )

    def _records(self, zone_id: str, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield the records of a name; a list begins anywhere and goes on to the zone's end."""
        start = {"StartRecordName": name}
        while start:
            page = self._call("list_resource_record_sets", HostedZoneId=zone_id, **start)
            for record in page["ResourceRecordSets"]:
                if dns_name(record["Name"]) != dns_name(name):
                    return
                yield record
            start = {ours: page[theirs] for theirs, ours in NEXT_PAGE.items() if theirs in page}
