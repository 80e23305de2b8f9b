"""The headers of an integration are compared with those that Django trusts."""

from __future__ import annotations

from django_aws_api_gateway_websockets.protocol.routes import request_parameters
from django_aws_api_gateway_websockets.provisioning.headers import changed_parameters

SECRET = "s" * 32
SECRET_PARAMETER = "integration.request.header.X-Ws-Gateway-Secret"


class TestChangedParameters:
    """Only what differs is sent."""

    def test_nothing(self) -> None:
        """An integration of ours is right as it is."""
        assert changed_parameters(request_parameters(SECRET), SECRET) == {}

    def test_everything(self) -> None:
        """An integration that maps nothing gets all of it."""
        assert changed_parameters({}, SECRET) == request_parameters(SECRET)

    def test_new_secret(self) -> None:
        """A renewed secret takes the place of the old one."""
        assert changed_parameters(request_parameters("t" * 32), SECRET) == {
            SECRET_PARAMETER: f"'{SECRET}'"
        }

    def test_no_secret(self) -> None:
        """Without a secret, one that is mapped is taken away."""
        assert changed_parameters(request_parameters(SECRET), None) == {SECRET_PARAMETER: ""}

    def test_other_source(self) -> None:
        """A trusted header that comes from elsewhere is put right."""
        name = "integration.request.header.X-Ws-Source-Ip"
        forged = {**request_parameters(None), name: "route.request.header.X-Ws-Source-Ip"}

        assert changed_parameters(forged, None) == {name: "context.identity.sourceIp"}

    def test_parameters_of_others(self) -> None:
        """What is not ours is not sent, and so stays."""
        others = {"integration.request.header.Colour": "'red'"}

        assert changed_parameters({**request_parameters(SECRET), **others}, SECRET) == {}
