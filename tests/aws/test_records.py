"""Records and zones are read as Route 53 writes them."""

from __future__ import annotations

from typing import Any

import pytest

from django_aws_api_gateway_websockets.aws.records import DnsRecord, HostedZone, dns_name

TARGET = "d-1.execute-api.test"
ALIAS = DnsRecord(kind="A", alias=TARGET)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("WS.Example.com.", "ws.example.com"),
            (r"\052.example.com.", "*.example.com"),
            ("ws.example.com", "ws.example.com"),
        ],
    )
    def test_as_people_write_them(self, text: str, name: str) -> None:
        """Case, escapes and the final dot say nothing."""
        assert dns_name(text) == name


class TestZones:
    ZONE = HostedZone.parse({"Id": "/hostedzone/Z1", "Name": "example.com."})

    def test_parsed(self) -> None:
        """The id is the last part of what Route 53 gives."""
        assert (self.ZONE.zone_id, self.ZONE.name) == ("Z1", "example.com")

    @pytest.mark.parametrize(
        ("name", "holds"),
        [
            ("ws.example.com", True),
            ("Example.com", True),
            ("badexample.com", False),
            ("example.org", False),
        ],
    )
    def test_holds(self, name: str, holds: bool) -> None:
        """Its own name is in it, and every name below."""
        assert self.ZONE.holds(name) is holds


class TestRecords:
    def test_alias(self) -> None:
        """An alias has a target, and no values."""
        answer = {
            "Name": "ws.example.com.",
            "Type": "A",
            "AliasTarget": {"DNSName": f"{TARGET}.", "HostedZoneId": "Z2"},
        }

        assert DnsRecord.parse(answer) == ALIAS
        assert DnsRecord.parse(answer).answer == answer

    def test_values(self) -> None:
        """Any other record has values; one of several has an identifier."""
        answer = {
            "Name": "ws.example.com.",
            "Type": "A",
            "SetIdentifier": "eu",
            "ResourceRecords": [{"Value": "192.0.2.1"}, {"Value": "192.0.2.2"}],
        }

        assert DnsRecord.parse(answer) == DnsRecord(
            kind="A", values=("192.0.2.1", "192.0.2.2"), is_routed=True
        )

    @pytest.mark.parametrize(
        ("record", "text"),
        [
            (ALIAS, f"an A record to {TARGET}"),
            (DnsRecord(kind="NS", values=("a", "b")), "an NS record to a, b"),
            (DnsRecord(kind="CNAME", values=("a",)), "a CNAME record to a"),
            (
                DnsRecord(kind="A", values=("a",), is_routed=True),
                "an A record of a routing policy to a",
            ),
        ],
    )
    def test_in_words(self, record: DnsRecord, text: str) -> None:
        """Its text says what it leads to."""
        assert str(record) == text

    @pytest.mark.parametrize(
        ("changes", "target", "is_ours"),
        [
            ({}, "D-1.execute-api.test.", True),
            ({"kind": "AAAA"}, TARGET, True),
            ({"kind": "HTTPS"}, TARGET, False),
            ({"is_routed": True}, TARGET, False),
            ({}, "d-2.execute-api.test", False),
            ({"alias": ""}, "", False),
        ],
    )
    def test_alias_of(self, changes: dict[str, Any], target: str, is_ours: bool) -> None:
        """A plain alias of the target is as we would make it."""
        record = DnsRecord(**{"kind": "A", "alias": TARGET, **changes})

        assert record.is_alias_of(target) is is_ours

    @pytest.mark.parametrize(
        ("changes", "leads"),
        [
            ({}, True),
            ({"kind": "TXT"}, False),
            ({"is_routed": True}, False),
            ({"values": ("other.test.",)}, False),
        ],
    )
    def test_cname_of(self, changes: dict[str, Any], leads: bool) -> None:
        """A plain CNAME leads to its value."""
        record = DnsRecord(**{"kind": "CNAME", "values": (f"{TARGET}.",), **changes})

        assert record.is_cname_of(TARGET) is leads
