"""The URLs of a gateway and what their host names tell."""

from __future__ import annotations

import re

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.endpoints import (
    bracketed,
    connection_part,
    connections_path,
    execute_api_endpoint,
    host_header,
    host_is_allowed,
    is_loopback,
    management_url,
    origin_of,
    partition_of,
    region_from_endpoint,
    stage_url,
    with_page_host,
)

__all__ = [
    "TestAllowedHosts",
    "TestConnections",
    "TestLoopback",
    "TestPageHost",
    "TestPartition",
    "TestRegion",
    "TestUrls",
]

SESSION = botocore.session.get_session()
REGIONS = [
    (region, partition)
    for partition in SESSION.get_available_partitions()
    for region in SESSION.get_available_regions("ec2", partition)
]


class TestUrls:
    """Where browsers connect, and where posts go."""

    @pytest.mark.parametrize(
        ("region", "expected"),
        [
            ("eu-west-1", "wss://abc.execute-api.eu-west-1.amazonaws.com"),
            ("cn-north-1", "wss://abc.execute-api.cn-north-1.amazonaws.com.cn"),
        ],
    )
    def test_endpoint_of_an_api(self, region: str, expected: str) -> None:
        """An API's host name has its id, its region and the partition's domain."""
        assert execute_api_endpoint("abc", region) == expected

    @pytest.mark.parametrize(
        ("endpoint", "stage", "expected"),
        [
            ("wss://example.com", "live", "wss://example.com/live"),
            ("wss://example.com/", "live", "wss://example.com/live"),
            ("wss://example.com/", "", "wss://example.com"),
            ("https://example.com", "live", "wss://example.com/live"),
            ("http://127.0.0.1:8001/abc/", "live", "ws://127.0.0.1:8001/abc/live"),
            ("ws://[::1]:8001/abc", "live", "ws://[::1]:8001/abc/live"),
        ],
    )
    def test_url_of_a_stage(self, endpoint: str, stage: str, expected: str) -> None:
        """The stage is the last part of the path, and the scheme is a socket's."""
        assert stage_url(endpoint, stage) == expected

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("wss://example.com/live", "https://example.com/live"),
            ("ws://127.0.0.1:8001/abc/live", "http://127.0.0.1:8001/abc/live"),
            ("https://example.com", "https://example.com"),
        ],
    )
    def test_url_of_posts(self, url: str, expected: str) -> None:
        """Posts go to the same place over HTTP."""
        assert management_url(url) == expected


class TestParts:
    """What is taken out of a URL, or put into one."""

    @pytest.mark.parametrize("origin", ["wss://example.com", "http://[::1]:8000"])
    def test_origin(self, origin: str) -> None:
        """The origin is what comes before the path."""
        assert origin_of(f"{origin}/ws/connect?channel=a") == origin

    @pytest.mark.parametrize(("host", "text"), [("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")])
    def test_brackets(self, host: str, text: str) -> None:
        """Colons of an address are told from that of a port."""
        assert bracketed(host) == text


class TestRegion:
    """The region in a host name."""

    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("abc.execute-api.eu-west-1.amazonaws.com", "eu-west-1"),
            ("abc.execute-api.eu-west-1.amazonaws.com.", "eu-west-1"),
            ("ABC.EXECUTE-API.US-EAST-1.AMAZONAWS.COM", "us-east-1"),
            ("abc.execute-api.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("abc.execute-api.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("abc.execute-api.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
            ("abc.execute-api.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
            ("abc.execute-api.eu-west-1.api.aws", "eu-west-1"),
        ],
    )
    def test_is_read_in_every_partition(self, host: str, expected: str) -> None:
        """The label after ``execute-api`` is the region, whatever follows it."""
        assert region_from_endpoint(f"wss://{host}/live") == expected

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "wss://[",
            "wss://ws.example.com",
            "wss://execute-api.eu-west-1.amazonaws.com",
            "wss://www.abc.execute-api.eu-west-1.amazonaws.com",
            "wss://abc.execute-api.nowhere.amazonaws.com",
            "wss://example.com/abc.execute-api.eu-west-1.amazonaws.com",
            "wss://127.0.0.1:8001/abc",
        ],
    )
    def test_is_unknown_elsewhere(self, url: str) -> None:
        """A custom domain and a malformed URL have none."""
        assert region_from_endpoint(url) is None


class TestLoopback:
    """Whether a URL stays on this machine."""

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:8001",
            "ws://127.255.255.254/abc",
            "http://[::1]:8001",
            "http://localhost",
            "http://LOCALHOST.:8001",
            "http://app.localhost",
            "http://user@localhost",
            "//localhost:8000",
        ],
    )
    def test_yes(self, url: str) -> None:
        """Loopback addresses and the names under ``localhost`` do."""
        assert is_loopback(url)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "localhost",
            "http://[",
            "http://localhost:port",
            "http://localhost.example.com",
            "http://notlocalhost",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com",
            "http://example.com#localhost",
            "http://example.com\\@localhost",
            "http://local\thost",
            "http://0.0.0.0",
            "http://10.0.0.1",
        ],
    )
    def test_no(self, url: str) -> None:
        """Anything else does not, nor what could be read as another host."""
        assert not is_loopback(url)

    @given(st.text())
    def test_any_text_is_answered(self, text: str) -> None:
        """No text raises."""
        assert is_loopback(f"http://{text}") in (True, False)


class TestPageHost:
    """The name under which a page reaches a gateway on the same machine."""

    @pytest.mark.parametrize(
        ("url", "page_host", "expected"),
        [
            ("ws://127.0.0.1:8001/abc/live", "localhost:8000", "ws://localhost:8001/abc/live"),
            ("ws://localhost:8001/abc/live", "127.0.0.1:8000", "ws://127.0.0.1:8001/abc/live"),
            ("ws://localhost:8001/abc/live", "[::1]:8000", "ws://[::1]:8001/abc/live"),
            ("ws://localhost/abc/live", "127.0.0.1", "ws://127.0.0.1/abc/live"),
            ("ws://user:pw@localhost/abc", "127.0.0.1", "ws://127.0.0.1/abc"),
        ],
    )
    def test_takes_the_name_of_the_page(self, url: str, page_host: str, expected: str) -> None:
        """A loopback gateway has the page's own loopback name, and its own port."""
        assert with_page_host(url, page_host) == expected

    @pytest.mark.parametrize("url", ["wss://ws.example.com", "ws://localhost:port/abc", "ws://["])
    def test_leaves_other_gateways(self, url: str) -> None:
        """A gateway elsewhere, and a malformed URL, stay as they are."""
        assert with_page_host(url, "localhost:8000") == url

    @pytest.mark.parametrize(
        "page_host",
        ["", "example.com", "[", "127.0.0.1:port", "localhost\n", 'a"b.localhost', "a b.localhost"],
    )
    def test_leaves_the_gateway_to_other_pages(self, page_host: str) -> None:
        """A page elsewhere, and a malformed host, change nothing."""
        assert with_page_host("ws://127.0.0.1:8001/abc", page_host) == "ws://127.0.0.1:8001/abc"

    @given(st.text())
    def test_any_host_leads_to_this_machine(self, page_host: str) -> None:
        """No page host raises or leads elsewhere."""
        assert is_loopback(with_page_host("ws://127.0.0.1:8001/abc", page_host))


class TestPartition:
    @pytest.mark.parametrize(("region", "partition"), REGIONS)
    def test_is_the_one_that_botocore_knows(self, region: str, partition: str) -> None:
        """Every region of a partition is taken for one of it."""
        assert partition_of(region) == partition

    def test_newest(self) -> None:
        """So is one that older versions of botocore have no region of."""
        assert partition_of("eusc-de-east-1") == "aws-eusc"

    def test_unknown_region(self) -> None:
        """What names no partition is of the first one."""
        assert partition_of("*") == "aws"


class TestConnections:
    """What a request to a connection asks which host for."""

    @pytest.mark.parametrize(
        ("url", "path"),
        [
            ("https://example.com", "/@connections"),
            ("https://example.com/", "/@connections"),
            ("https://example.com/live", "/live/@connections"),
            ("http://127.0.0.1:8001/abc/live/", "/abc/live/@connections"),
        ],
    )
    def test_path_of_all(self, url: str, path: str) -> None:
        """The connections of a stage are below its own path."""
        assert connections_path(url) == path

    @pytest.mark.parametrize(
        ("connection_id", "part"),
        [("L0SM9cOFvHcCIhw=", "L0SM9cOFvHcCIhw%3D"), ("a/b ü", "a%2Fb%20%C3%BC"), ("a.b", "a.b")],
    )
    def test_path_of_one(self, connection_id: str, part: str) -> None:
        """A connection id is one part of the path, whatever is in it."""
        assert connection_part(connection_id) == part

    @pytest.mark.parametrize("connection_id", ["", ".", ".."])
    def test_path_of_none(self, connection_id: str) -> None:
        """What would lead elsewhere is refused."""
        with pytest.raises(ValueError, match=rf"^'{re.escape(connection_id)}' is no connection"):
            connection_part(connection_id)

    @pytest.mark.parametrize(
        ("url", "host"),
        [
            ("https://Example.com/live", "example.com"),
            ("https://user@example.com:443", "example.com"),
            ("https://example.com:80", "example.com:80"),
            ("http://example.com:80", "example.com"),
            ("http://example.com:443", "example.com:443"),
            ("http://[::1]:8001/abc", "[::1]:8001"),
            ("//", ""),
        ],
    )
    def test_host(self, url: str, host: str) -> None:
        """The port is left out where the scheme says it."""
        assert host_header(url) == host


class TestAllowedHosts:
    """Which hosts integrations may point at."""

    @pytest.mark.parametrize(
        ("url", "pattern"),
        [
            ("https://example.com:8443/ws/", "example.com"),
            ("https://Example.COM./ws/", "example.com"),
            ("https://a.b.example.com", "*.example.com"),
            ("https://[::1]/", "::1"),
        ],
    )
    def test_allows(self, url: str, pattern: str) -> None:
        """A host is allowed by its name, or as a sub-domain by a wildcard."""
        assert host_is_allowed(url, ["other.example", pattern])

    @pytest.mark.parametrize(
        ("url", "pattern"),
        [
            ("https://example.com", "*.example.com"),
            ("https://evilexample.com", "*.example.com"),
            ("https://example.com.evil.org", "example.com"),
            ("https://example.com@evil.org", "example.com"),
            ("https://evil.org\\@example.com", "example.com"),
            ("https://evil.org#@example.com", "example.com"),
            ("https://example.com", "*"),
            ("https://[", "["),
            ("/path", ""),
            ("", ""),
        ],
    )
    def test_refuses(self, url: str, pattern: str) -> None:
        """Another host, and a URL with none or with an ambiguous one, are refused."""
        assert not host_is_allowed(url, [pattern])

    def test_empty_list_refuses_all(self) -> None:
        """Without patterns no host is allowed."""
        assert not host_is_allowed("https://example.com", [])
