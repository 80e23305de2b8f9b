"""Custom domains, which are known by the Host header."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .target import Api, Wire

__all__ = ["TestDefaultEndpoint", "TestDomains"]

DOMAIN = "ws.example.test"
CERTIFICATE = "arn:aws:acm:local:0:certificate/x"


@pytest.fixture(params=["", "chat"])
def mapped(request: pytest.FixtureRequest, api: Api, local: object) -> Iterator[str]:
    """Give the path at which a custom domain serves the stage."""
    control, key = api.control, request.param
    control.create_domain_name(
        DomainName=DOMAIN, DomainNameConfigurations=[{"CertificateArn": CERTIFICATE}]
    )
    control.create_api_mapping(DomainName=DOMAIN, ApiId=api.id, Stage="dev", ApiMappingKey=key)
    yield f"/{key}" if key else ""
    control.delete_domain_name(DomainName=DOMAIN)


def status(api: Api, path: str) -> int:
    """Return the status of a handshake with the domain."""
    with Wire(api.url) as wire:
        wire.shake(path=path, host=DOMAIN)
        return wire.read_head()[0]


class TestDomains:
    """A domain that is mapped to the stage, with and without a key."""

    def test_handshake(self, api: Api, mapped: str) -> None:
        """There is no stage in the path."""
        assert [status(api, mapped or "/"), status(api, f"{mapped}/dev")] == [101, 403]

    def test_connections(self, api: Api, mapped: str) -> None:
        """Posts have no stage in their path either."""
        with api.open() as client:
            path = mapped + client.path.removeprefix("/dev")
            answer = api.at(DOMAIN, "GET", path)

        assert answer[0] == 200

    def test_connections_with_a_stage(self, api: Api, mapped: str) -> None:
        """The commonest mistake; without a key AWS names the path."""
        expected = {
            "": (404, "No method found matching route dev/@connections/x for http method POST."),
            "/chat": (403, "Forbidden"),
        }

        code, _, body = api.at(DOMAIN, "POST", f"{mapped}/dev/@connections/x")

        assert (code, body) == (
            expected[mapped][0],
            f'{{"message": "{expected[mapped][1]}"}}'.encode(),
        )


class TestDefaultEndpoint:
    """The address that is not a custom domain."""

    def test_disabled(self, api: Api) -> None:
        """After a deployment it serves neither sockets nor posts."""
        with api.target.api() as other:
            other.add("$default").publish()
            other.control.update_api(ApiId=other.id, DisableExecuteApiEndpoint=True)
            before = other.status(other.url)
            other.deploy()

            assert [before, other.refusal()] == [101, 403]
            path = "/dev/@connections/x"
            assert other.ask("GET", path, **other.signature("GET", path))[0] == 403
