"""The command that deletes the API of a gateway, under each of its names."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from django_aws_api_gateway_websockets.models import ApiGateway

from ..models.operations.in_aws import DOMAIN, client, created, emulator, unmapped

__all__ = ["client", "created", "emulator", "unmapped"]

pytestmark = pytest.mark.django_db

DELETE = "Chat: Delete the API Chat, which ends its connections"
DELETED = "Chat: Deleted the API Chat, which ended its connections"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what types a text at the command's question."""
    return lambda text: monkeypatch.setattr("sys.stdin", StringIO(text))


def run(*args: object, name: str = "deleteApiGateway") -> list[str]:
    """Run the command, and return the lines that it writes."""
    output = StringIO()
    call_command(name, *map(str, args), stdout=output, stderr=output)
    return output.getvalue().splitlines()


def exists(client: Any, gateway: ApiGateway) -> bool:
    """Return whether AWS has the API."""
    return gateway.api_id in [item["ApiId"] for item in client.get_apis()["Items"]]


class TestDeleting:
    def test_without_a_question(self, created: ApiGateway, client: Any) -> None:
        """Each step is told, and what is the case at the end."""
        lines = run("--pk", created.pk, "--no-input", name="deleteapigateway")

        assert lines == [DELETED, "Chat: not in AWS any more"]
        assert not exists(client, created)

    def test_confirmed(
        self, created: ApiGateway, client: Any, typed: Callable[[str], None]
    ) -> None:
        """What will be done is told before, and needs a yes."""
        typed("yes\n")

        lines = run("--pk", created.pk)

        assert lines == [DELETE, DELETED, "Chat: not in AWS any more"]
        assert not exists(client, created)

    @pytest.mark.parametrize("text", ["no\n", "y\n", ""], ids=["no", "unclear", "nobody"])
    def test_not_confirmed(
        self, created: ApiGateway, client: Any, typed: Callable[[str], None], text: str
    ) -> None:
        """Anything else leaves everything as it is."""
        typed(text)

        with pytest.raises(CommandError, match=r"^Cancelled; nothing was deleted\.$"):
            run("--pk", created.pk)

        assert exists(client, created)

    def test_keeps_the_domain(self, unmapped: ApiGateway) -> None:
        """What stays is told."""
        unmapped.create_custom_domain()

        lines = run("--pk", unmapped.pk, "--keep-domain", "--no-input")

        assert lines[0] == f"Chat: Mapped {DOMAIN} to the API no more"
        assert lines[2] == f"Chat: The domain {DOMAIN} stays"


class TestFailing:
    def test_no_such_row(self) -> None:
        """It is named by its key."""
        with pytest.raises(CommandError, match=r"^There is no ApiGateway with the primary key 9"):
            run("--pk", 9)

    def test_no_api(self) -> None:
        """A gateway that is not in AWS is named."""
        gateway = ApiGateway.objects.create(api_name="New")

        with pytest.raises(CommandError, match=r"^New: New has no API in AWS\.$"):
            run("--pk", gateway.pk, "--no-input")

    def test_no_answer(self, created: ApiGateway) -> None:
        """What the network does wrong has its code, and the row is as it was."""
        ApiGateway.objects.update(api_endpoint="ws://127.0.0.1:9/a1")

        with pytest.raises(CommandError, match=r"^Chat: EndpointConnectionError$"):
            run("--pk", created.pk, "--no-input")

        assert ApiGateway.objects.get().is_deployed
