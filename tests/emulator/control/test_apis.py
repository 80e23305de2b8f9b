"""APIs and tags, through boto3."""

from __future__ import annotations

from datetime import datetime

from ..errors import error_of, outcome
from ..support import World

EXPRESSION = "$request.body.action"


def create(world: World, name: str = "chat", **params: object) -> str:
    """Create an API and return its id."""
    answer = world.control.create_api(
        Name=name, ProtocolType="WEBSOCKET", RouteSelectionExpression=EXPRESSION, **params
    )
    world.api_id = answer["ApiId"]
    return world.api_id


class TestCreating:
    """A new API."""

    def test_answers_as_aws(self, empty_world: World) -> None:
        """Defaults are filled in, and the endpoint is the emulator's own."""
        answer = outcome(
            empty_world.control.create_api,
            Name="chat",
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression=EXPRESSION,
            Description="a",
            Tags={"k": "v"},
            RouteKey="$default",
            Target="https://ignored.test/",
        )

        created = answer.pop("CreatedDate")
        assert isinstance(created, datetime)
        assert answer == {
            "ApiEndpoint": f"ws://127.0.0.1:{empty_world.thread.port}/{answer['ApiId']}",
            "ApiId": answer["ApiId"],
            "ApiKeySelectionExpression": "$request.header.x-api-key",
            "Description": "a",
            "DisableExecuteApiEndpoint": False,
            "DisableSchemaValidation": False,
            "IpAddressType": "ipv4",
            "Name": "chat",
            "ProtocolType": "WEBSOCKET",
            "RouteSelectionExpression": EXPRESSION,
            "Tags": {"k": "v"},
        }

    def test_names_are_not_unique(self, empty_world: World) -> None:
        """A second call makes a second API."""
        assert create(empty_world) != create(empty_world)

    def test_needs_a_selection_expression(self, empty_world: World) -> None:
        """A WebSocket API cannot do without."""
        assert error_of(empty_world.control.create_api, Name="chat", ProtocolType="WEBSOCKET") == (
            400,
            "BadRequestException",
            "RouteSelectionExpression is required for WebSocket protocol",
        )

    def test_serves_websockets_only(self, empty_world: World) -> None:
        """HTTP APIs are another thing."""
        assert error_of(empty_world.control.create_api, Name="chat", ProtocolType="HTTP") == (
            400,
            "BadRequestException",
            "The local gateway has WebSocket APIs only",
        )


class TestReading:
    """One API and all of them."""

    def test_one(self, empty_world: World) -> None:
        """An API is found by its id."""
        api_id = create(empty_world)

        assert empty_world.control.get_api(ApiId=api_id)["Name"] == "chat"

    def test_unknown(self, empty_world: World) -> None:
        """The error is the one that boto3 has a class for."""
        assert error_of(empty_world.control.get_api, ApiId="x") == (
            404,
            "NotFoundException",
            "Invalid API identifier specified x",
        )

    def test_all_in_pages(self, empty_world: World) -> None:
        """The paginator of boto3 finds every one."""
        created = [create(empty_world, f"api {number}") for number in range(5)]

        pages = empty_world.control.get_paginator("get_apis").paginate(
            PaginationConfig={"PageSize": 2}
        )
        found = [[item["ApiId"] for item in page["Items"]] for page in pages]

        assert found == [created[:2], created[2:4], created[4:]]


class TestChanging:
    """Updates and deletions."""

    def test_update_keeps_the_rest(self, empty_world: World) -> None:
        """Only what is given changes."""
        api_id = create(empty_world, Description="a")

        empty_world.control.update_api(ApiId=api_id, Name="new")

        answer = empty_world.control.get_api(ApiId=api_id)
        assert (answer["Name"], answer["Description"]) == ("new", "a")

    def test_delete(self, empty_world: World) -> None:
        """A deleted API is unknown."""
        api_id = create(empty_world)

        empty_world.control.delete_api(ApiId=api_id)

        assert error_of(empty_world.control.delete_api, ApiId=api_id)[1] == "NotFoundException"

    def test_delete_of_a_mapped_api(self, world: World) -> None:
        """A custom domain keeps its API."""
        world.map_domain()

        assert error_of(world.control.delete_api, ApiId=world.api_id) == (
            400,
            "BadRequestException",
            f"Deleting API {world.api_id} failed. Please remove all API mappings for the API from "
            "your custom domain names.",
        )


class TestTags:
    """Tags of every kind of resource."""

    def test_of_an_api(self, empty_world: World) -> None:
        """Tags are added, changed, removed and read."""
        arn = f"arn:aws:apigateway:eu-west-1::/apis/{create(empty_world, Tags={'a': '1'})}"
        control = empty_world.control

        control.tag_resource(ResourceArn=arn, Tags={"a": "2", "b/c": "3", "d": "4"})
        control.untag_resource(ResourceArn=arn, TagKeys=["a", "d", "unknown"])

        assert control.get_tags(ResourceArn=arn)["Tags"] == {"b/c": "3"}
        assert control.get_api(ApiId=empty_world.api_id)["Tags"] == {"b/c": "3"}

    def test_of_a_stage(self, world: World) -> None:
        """A stage has tags of its own."""
        arn = f"arn:aws:apigateway:local::/apis/{world.api_id}/stages/dev"

        world.control.tag_resource(ResourceArn=arn, Tags={"a": "1"})

        assert world.control.get_tags(ResourceArn=arn)["Tags"] == {"a": "1"}

    def test_of_a_domain(self, world: World) -> None:
        """So has a custom domain."""
        world.map_domain()
        arn = "arn:aws:apigateway:local::/domainnames/ws.example.test"

        world.control.tag_resource(ResourceArn=arn, Tags={"a": "1"})

        assert world.control.get_tags(ResourceArn=arn)["Tags"] == {"a": "1"}

    def test_of_something_unknown(self, world: World) -> None:
        """The ARN is named."""
        arn = f"arn:aws:apigateway:local::/apis/{world.api_id}/stages/unknown"

        assert error_of(world.control.get_tags, ResourceArn=arn) == (
            404,
            "NotFoundException",
            f"Invalid resource ARN specified {arn}",
        )
