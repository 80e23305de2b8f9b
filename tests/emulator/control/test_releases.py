"""Deployments and stages, through boto3."""

from __future__ import annotations

import pytest

from ..errors import error_of, outcome
from ..support import World


class TestDeployments:
    """The life of a deployment."""

    def test_newest_first(self, world: World) -> None:
        """A list begins with the deployment that was made last."""
        made = world.control.create_deployment(ApiId=world.api_id, Description="second")

        items = world.control.get_deployments(ApiId=world.api_id)["Items"]

        assert [item.get("Description") for item in items] == ["second", None]
        assert items[0]["DeploymentId"] == made["DeploymentId"]
        assert items[0]["DeploymentStatus"] == "DEPLOYED"

    def test_reaches_the_stage_that_it_names(self, world: World) -> None:
        """Without a stage it reaches none."""
        before = world.control.get_stage(ApiId=world.api_id, StageName="dev")["DeploymentId"]

        world.control.create_deployment(ApiId=world.api_id)
        between = world.control.get_stage(ApiId=world.api_id, StageName="dev")["DeploymentId"]
        made = world.control.create_deployment(ApiId=world.api_id, StageName="dev")
        after = world.control.get_stage(ApiId=world.api_id, StageName="dev")["DeploymentId"]

        assert (between, after) == (before, made["DeploymentId"])

    def test_update(self, world: World) -> None:
        """Only its description can change."""
        where = {
            "ApiId": world.api_id,
            "DeploymentId": world.control.create_deployment(ApiId=world.api_id)["DeploymentId"],
        }

        world.control.update_deployment(**where, Description="new")

        assert world.control.get_deployment(**where)["Description"] == "new"

    def test_delete(self, world: World) -> None:
        """A deleted one is unknown."""
        where = {
            "ApiId": world.api_id,
            "DeploymentId": world.control.create_deployment(ApiId=world.api_id)["DeploymentId"],
        }

        world.control.delete_deployment(**where)

        assert error_of(world.control.get_deployment, **where) == (
            404,
            "NotFoundException",
            f"Invalid deployment identifier specified {where['DeploymentId']}",
        )

    def test_delete_of_one_in_use(self, world: World) -> None:
        """A stage keeps its deployment."""
        stage = world.control.get_stage(ApiId=world.api_id, StageName="dev")

        assert error_of(
            world.control.delete_deployment,
            ApiId=world.api_id,
            DeploymentId=stage["DeploymentId"],
        ) == (
            400,
            "BadRequestException",
            "Active stages pointing to this deployment must be moved or deleted",
        )

    def test_without_a_route(self, empty_world: World) -> None:
        """An API needs a route before it can be deployed."""
        api = empty_world.control.create_api(
            Name="x", ProtocolType="WEBSOCKET", RouteSelectionExpression="x"
        )

        assert error_of(empty_world.control.create_deployment, ApiId=api["ApiId"]) == (
            400,
            "BadRequestException",
            "At least one route is required before deploying the Api",
        )

    def test_to_an_unknown_stage(self, world: World) -> None:
        """The stage comes first."""
        params = {"ApiId": world.api_id, "StageName": "unknown"}

        assert error_of(world.control.create_deployment, **params) == (
            404,
            "NotFoundException",
            "Invalid stage identifier specified unknown",
        )


class TestStages:
    """The life of a stage."""

    def test_create(self, world: World) -> None:
        """What is given is kept, and a deployment may be chosen."""
        deployment_id = world.control.create_deployment(ApiId=world.api_id)["DeploymentId"]

        answer = outcome(
            world.control.create_stage,
            ApiId=world.api_id,
            StageName="prod",
            Description="a",
            DeploymentId=deployment_id,
            StageVariables={"k": "v"},
            Tags={"t": "u"},
        )

        del answer["CreatedDate"], answer["LastUpdatedDate"]
        assert answer == {
            "AutoDeploy": False,
            "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
            "DeploymentId": deployment_id,
            "Description": "a",
            "RouteSettings": {},
            "StageName": "prod",
            "StageVariables": {"k": "v"},
            "Tags": {"t": "u"},
        }

    def test_list(self, world: World) -> None:
        """All stages are found."""
        items = world.control.get_stages(ApiId=world.api_id)["Items"]

        assert [item["StageName"] for item in items] == ["dev"]

    def test_update_merges_variables(self, world: World) -> None:
        """A variable is removed by an empty value."""
        where = {"ApiId": world.api_id, "StageName": "dev"}
        world.control.update_stage(**where, StageVariables={"a": "1", "b": "2"})

        answer = world.control.update_stage(**where, StageVariables={"a": "", "c": "3"})

        assert answer["StageVariables"] == {"b": "2", "c": "3"}

    def test_delete(self, world: World) -> None:
        """A deleted stage is unknown."""
        where = {"ApiId": world.api_id, "StageName": "dev"}

        world.control.delete_stage(**where)

        assert error_of(world.control.get_stage, **where)[1] == "NotFoundException"

    def test_delete_of_a_mapped_stage(self, world: World) -> None:
        """A custom domain keeps its stage."""
        world.map_domain()

        status, code, message = error_of(
            world.control.delete_stage, ApiId=world.api_id, StageName="dev"
        )

        assert (status, code) == (400, "BadRequestException")
        assert message.startswith("Deleting stage failed. Please remove all API mappings")

    @pytest.mark.parametrize("name", ["a b", "a/b", "$other"])
    def test_name_that_is_not_valid(self, world: World, name: str) -> None:
        """Only letters, digits, hyphens and underscores."""
        params = {"ApiId": world.api_id, "StageName": name}

        assert error_of(world.control.create_stage, **params) == (
            400,
            "BadRequestException",
            "Stage name only allows a-zA-Z0-9_- and '$default'",
        )

    def test_name_that_exists(self, world: World) -> None:
        """Names are unique in an API."""
        params = {"ApiId": world.api_id, "StageName": "dev"}

        assert error_of(world.control.create_stage, **params) == (
            409,
            "ConflictException",
            "Stage already exists",
        )

    def test_there_are_too_many(self, world: World) -> None:
        """An API has at most ten."""
        world.api.stages.update({str(n): {"AutoDeploy": False} for n in range(9)})
        params = {"ApiId": world.api_id, "StageName": "one-more"}

        assert (
            error_of(world.control.create_stage, **params)[2]
            == "Maximum number of stages per API reached: 10"
        )


class TestAutomaticDeployment:
    """Stages that follow every change."""

    def test_follows_a_new_route(self, world: World) -> None:
        """No deployment has to be made."""
        params = {"ApiId": world.api_id, "StageName": "auto"}
        first = world.control.create_stage(**params, AutoDeploy=True)["DeploymentId"]

        world.control.create_route(ApiId=world.api_id, RouteKey="new")

        stage = world.control.get_stage(**params)
        assert stage["DeploymentId"] != first
        assert "Successfully deployed" in stage["LastDeploymentStatusMessage"]

    def test_takes_no_deployment_by_hand(self, world: World) -> None:
        """Neither when it is made nor when it is chosen."""
        params = {"ApiId": world.api_id, "StageName": "auto"}
        stage = world.control.create_stage(**params, AutoDeploy=True)

        made = error_of(world.control.create_deployment, **params)
        chosen = error_of(world.control.update_stage, **params, DeploymentId=stage["DeploymentId"])

        message = "Deployment ID cannot be set on this stage auto because AutoDeploy is enabled."
        assert made == chosen == (400, "BadRequestException", message)
