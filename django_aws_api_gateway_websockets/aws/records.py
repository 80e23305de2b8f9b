"""What Route 53 has: hosted zones and records, as values read from its answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = ["ALIAS_KINDS", "DnsRecord", "HostedZone", "dns_name"]

#: The kinds of the two records that lead a name to API Gateway, over IPv4 and over IPv6.
ALIAS_KINDS = ("A", "AAAA")

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
_ESCAPE = re.compile(r"\\([0-7]{3})")


def dns_name(text: str) -> str:
    """Return a name as people write it: in lower case, without escapes and the final dot."""
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), text)
    return plain.removesuffix(".").lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class HostedZone:
    """A hosted zone and the domain that it is about."""

    zone_id: str
    name: str

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the hosted zone of an answer."""
        return cls(zone_id=answer["Id"].rpartition("/")[2], name=dns_name(answer["Name"]))

    def holds(self, name: str) -> bool:
        """Return whether a name is the zone's own or below it."""
        return f".{dns_name(name)}".endswith(f".{self.name}")


@dataclass(frozen=True, kw_only=True, slots=True)
class DnsRecord:
    """One record of a name.

    Args:
        kind: ``A``, ``CNAME`` and so on.
        alias: name of the AWS resource that it is an alias of; empty when it is none.
        values: addresses or names; an alias has none.
        is_routed: one of several that a routing policy chooses from.
        answer: as Route 53 gave it, which is how it has to be deleted.
    """

    kind: str
    alias: str = ""
    values: tuple[str, ...] = ()
    is_routed: bool = False
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Return the record of an answer."""
        return cls(
            kind=answer["Type"],
            alias=dns_name(answer.get("AliasTarget", {}).get("DNSName", "")),
            values=tuple(item["Value"] for item in answer.get("ResourceRecords", ())),
            is_routed="SetIdentifier" in answer,
            answer=answer,
        )

    def is_alias_of(self, target: str) -> bool:
        """Return whether it is what we would make: a plain alias of ``target``."""
        is_ours = self.kind in ALIAS_KINDS and not self.is_routed
        return is_ours and bool(target) and self.alias == dns_name(target)

    def is_cname_of(self, target: str) -> bool:
        """Return whether it leads to ``target`` without being an alias."""
        names = [dns_name(value) for value in self.values]
        return self.kind == "CNAME" and not self.is_routed and names == [dns_name(target)]

    def __str__(self) -> str:
        where = self.alias or ", ".join(self.values)
        article = "an" if self.kind[0] in "AN" else "a"
        policy = " of a routing policy" if self.is_routed else ""
        return f"{article} {self.kind} record{policy} to {where}"
