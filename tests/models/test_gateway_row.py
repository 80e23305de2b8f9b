"""What the row of a gateway may hold, and what 4.1 has left in one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = ["TestNewValues", "TestOldValues"]

pytestmark = pytest.mark.django_db

ODD: dict[str, Any] = {
    "api_name": "x" * 129,
    "target_base_endpoint": "https://www.example.com/?site=1/",
    "tags": {"nested": [1]},
}


def errors(gateway: ApiGateway) -> list[str]:
    """Save a gateway to its error, and return the fields at which it stands."""
    with pytest.raises(ValidationError) as caught:
        gateway.save()
    return sorted(caught.value.message_dict)


@pytest.fixture
def odd() -> ApiGateway:
    """Return a gateway that no check was made of."""
    gateway = ApiGateway.objects.create(api_name="Chat")
    ApiGateway.objects.filter(pk=gateway.pk).update(**ODD)
    return ApiGateway.objects.get()


class TestNewValues:
    def test_new_gateway(self) -> None:
        """Each error stands at its field."""
        assert errors(ApiGateway(**ODD)) == sorted(ODD)

    @pytest.mark.parametrize("name", ODD)
    def test_changed_value(self, name: str) -> None:
        """A stored gateway is looked at where it is changed."""
        gateway = ApiGateway.objects.create(api_name="Chat")
        setattr(gateway, name, ODD[name])

        assert errors(gateway) == [name]

    @pytest.mark.parametrize("empty", [None, [], "", {}])
    def test_no_tags(self, empty: object) -> None:
        """Nothing, however it is written, is no tags."""
        gateway = ApiGateway.objects.create(api_name="Chat", tags={"team": "chat"})
        gateway.tags = empty

        gateway.save()

        assert ApiGateway.objects.get().tags == {}


class TestOldValues:
    def test_unchanged_values(self, odd: ApiGateway) -> None:
        """Other fields can be changed without putting the old ones right."""
        odd.api_description = "New"

        odd.save()

        stored = ApiGateway.objects.get()
        assert stored.api_description == "New"
        assert {name: getattr(stored, name) for name in ODD} == ODD

    @pytest.mark.parametrize("name", ODD)
    def test_another_odd_value(self, odd: ApiGateway, name: str) -> None:
        """One that is changed has to be put right."""
        odd.api_name, odd.target_base_endpoint, odd.tags = "y" * 130, "https://a.test/#/", ["a"]
        good = {other: ODD[other] for other in ODD if other != name}
        vars(odd).update(good)

        assert errors(odd) == [name]

    def test_deferred_values(self, odd: ApiGateway) -> None:
        """What is loaded late is what was stored."""
        ApiGateway.objects.only("api_description").get().save()

        assert ApiGateway.objects.get().tags == ODD["tags"]

    def test_unloaded_value_that_is_changed(self, odd: ApiGateway) -> None:
        """What was never read counts as changed."""
        gateway = ApiGateway.objects.only("api_description").get()
        gateway.tags = {"nested": [1]}

        assert errors(gateway) == ["tags"]

    def test_refreshed_values(self) -> None:
        """What somebody else has stored meanwhile is no change of ours."""
        gateway = ApiGateway.objects.create(api_name="Chat")
        ApiGateway.objects.filter(pk=gateway.pk).update(**ODD)
        gateway.refresh_from_db()

        gateway.save()

        assert ApiGateway.objects.get().tags == ODD["tags"]
