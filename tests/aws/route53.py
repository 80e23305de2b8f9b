"""A small Route 53 on a free port: zones and records that boto3 reads and changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from django_aws_api_gateway_websockets.aws.clients import client_config, get_client

__all__ = ["OWN_ZONE", "Route53", "alias_record", "record"]

#: Id of the zone of ``example.com`` that every server has.
OWN_ZONE = "Z0OWN"

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
PREFIX = "/2013-04-01/hostedzone/"


def record(name: str, kind: str, *values: str, identifier: str = "") -> ElementTree.Element:
    """Return a record with values."""
    xml = _record(name, kind, identifier)
    items = ElementTree.SubElement(xml, "ResourceRecords")
    for value in values:
        _text(ElementTree.SubElement(items, "ResourceRecord"), "Value", value)
    return xml


def alias_record(name: str, kind: str, target: str, *, identifier: str = "") -> ElementTree.Element:
    """Return a record that is an alias."""
    xml = _record(name, kind, identifier)
    alias = ElementTree.SubElement(xml, "AliasTarget")
    _text(alias, "HostedZoneId", "Z0AWS")
    _text(alias, "DNSName", f"{target}.")
    _text(alias, "EvaluateTargetHealth", "false")
    return xml


def _record(name: str, kind: str, identifier: str) -> ElementTree.Element:
    xml = ElementTree.Element("ResourceRecordSet")
    _text(xml, "Name", name)
    _text(xml, "Type", kind)
    if identifier:
        _text(xml, "SetIdentifier", identifier)
    return xml


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text


class Refusal(Exception):
    """An error that the service answers with."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


Key = tuple[list[str], str, str]


def _key(xml: ElementTree.Element) -> Key:
    """Return by what records are sorted, and known: name from its end, type and identifier."""
    name = xml.findtext("Name", "").rstrip(".").lower()
    return name.split(".")[::-1], xml.findtext("Type", ""), xml.findtext("SetIdentifier", "")


@dataclass(kw_only=True, slots=True)
class Zone:
    """A hosted zone."""

    name: str
    records: list[ElementTree.Element] = field(default_factory=list)

    def change(self, action: str, xml: ElementTree.Element) -> None:
        """Create or delete one record.

        Raises:
            Refusal: it is there already, or is not there as it is to be deleted.
        """
        same = [found for found in self.records if _key(found) == _key(xml)]
        if action == "CREATE" and not same:
            self.records = sorted([*self.records, xml], key=_key)
        elif action == "DELETE" and [_content(xml)] == [_content(found) for found in same]:
            self.records.remove(same[0])
        else:
            raise Refusal(400, "InvalidChangeBatch")

    def begin_at(self, query: Mapping[str, list[str]]) -> list[ElementTree.Element]:
        """Return the records from the one that a query names on."""
        [name], [kind] = query.get("name", [""]), query.get("type", [""])
        start = _key(_record(name, kind, query.get("identifier", [""])[0]))
        return [found for found in self.records if _key(found) >= start]


def _content(xml: ElementTree.Element) -> list[tuple[str, str]]:
    return sorted((item.tag, (item.text or "").strip().rstrip(".")) for item in xml.iter())


class Route53:
    """Serves the zone of ``example.com``.

    Args:
        records: what is in it from the start.
        page_size: records of one page of a list.
    """

    def __init__(self, *records: ElementTree.Element, page_size: int = 100) -> None:
        self.calls: list[str] = []
        self.page_size = page_size
        self.zones = {OWN_ZONE: Zone(name="example.com.", records=sorted(records, key=_key))}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def client(self) -> Any:
        """Return boto3's client of this server."""
        url = f"http://127.0.0.1:{self._server.server_port}"
        return get_client("route53", endpoint_url=url, config=client_config(max_retries=0))

    def reset(self) -> None:
        """Take all records away."""
        self.zones[OWN_ZONE].records.clear()

    def leads(self) -> list[tuple[str, str, str]]:
        """Return name, type and alias of every record; the alias of one that is none is empty."""
        return [
            (xml.findtext("Name", ""), xml.findtext("Type", ""), xml.findtext(".//DNSName", ""))
            for xml in self.zones[OWN_ZONE].records
        ]

    def answer(self, method: str, target: str, body: bytes) -> ElementTree.Element:
        """Return what a request is answered with.

        Raises:
            Refusal: it is answered with an error.
        """
        url = urlsplit(target)
        zone_id, _, rest = url.path.removeprefix(PREFIX).partition("/")
        if zone_id not in self.zones:
            raise Refusal(404, "NoSuchHostedZone")
        zone = self.zones[zone_id]
        if method == "POST":
            return _changed(zone, body)
        if rest:
            return self._page(zone.begin_at(parse_qs(url.query)))
        return _zone(zone_id, zone)

    def _page(self, records: list[ElementTree.Element]) -> ElementTree.Element:
        answer = ElementTree.Element("ListResourceRecordSetsResponse")
        ElementTree.SubElement(answer, "ResourceRecordSets").extend(records[: self.page_size])
        following = records[self.page_size : self.page_size + 1]
        _text(answer, "IsTruncated", str(bool(following)).lower())
        for name, text in ((name, text) for xml in following for name, text in _next(xml)):
            _text(answer, name, text)
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # a body that is sent apart from its head waits for an ACK

            def handle_request(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.calls.append(f"{self.command} {self.path}")
                try:
                    answer, status = service.answer(self.command, self.path, body), 200
                except Refusal as refusal:
                    answer, status = _error(refusal), refusal.status
                answer.set("xmlns", NAMESPACE)
                self.send(status, ElementTree.tostring(answer))

            def send(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                """Keep quiet."""

        for method in ("GET", "POST"):
            setattr(Handler, f"do_{method}", Handler.handle_request)
        return Handler


def _changed(zone: Zone, body: bytes) -> ElementTree.Element:
    """Make all changes of a batch, or none."""
    trial = Zone(name=zone.name, records=list(zone.records))
    for action, xml in _changes(body):
        trial.change(action, xml)
    zone.records = trial.records
    answer = ElementTree.Element("ChangeResourceRecordSetsResponse")
    info = ElementTree.SubElement(answer, "ChangeInfo")
    _text(info, "Id", "/change/C1")
    _text(info, "Status", "PENDING")
    return answer


def _changes(body: bytes) -> Iterator[tuple[str, ElementTree.Element]]:
    root = ElementTree.fromstring(body)
    for item in root.iter():
        item.tag = item.tag.rpartition("}")[2]
    for change in root.iter("Change"):
        xml = change.find("ResourceRecordSet")
        assert xml is not None
        name = xml.find("Name")
        assert name is not None
        name.text = f"{(name.text or '').rstrip('.')}."
        yield change.findtext("Action", ""), xml


def _zone(zone_id: str, zone: Zone) -> ElementTree.Element:
    answer = ElementTree.Element("GetHostedZoneResponse")
    xml = ElementTree.SubElement(answer, "HostedZone")
    _text(xml, "Id", f"/hostedzone/{zone_id}")
    _text(xml, "Name", zone.name)
    _text(xml, "CallerReference", "1")
    return answer


def _next(xml: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for ours, theirs in (("Name", "Name"), ("Type", "Type"), ("SetIdentifier", "Identifier")):
        text = xml.findtext(ours)
        if text:
            yield f"NextRecord{theirs}", text


def _error(refusal: Refusal) -> ElementTree.Element:
    answer = ElementTree.Element("ErrorResponse")
    error = ElementTree.SubElement(answer, "Error")
    _text(error, "Type", "Sender")
    _text(error, "Code", refusal.code)
    _text(error, "Message", refusal.code)
    return answer
