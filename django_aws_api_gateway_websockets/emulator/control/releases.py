"""Deployments and stages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...protocol.limits import STAGES_PER_API
from ..answers import ServiceError
from ..store import Api, Deployment, Record
from .site import Handler, Site, drop_empty, merge, page, pick

__all__ = ["Deployments", "Stages"]

_STAGE_FIELDS = (
    "AccessLogSettings",
    "AutoDeploy",
    "ClientCertificateId",
    "DefaultRouteSettings",
    "DeploymentId",
    "Description",
    "RouteSettings",
    "StageVariables",
)
_STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}|\$default")


class Deployments:
    """Operations on deployments."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateDeployment": self.create,
            "DeleteDeployment": self.delete,
            "GetDeployment": self.get,
            "GetDeployments": self.list_page,
            "UpdateDeployment": self.update,
        }

    def create(self, params: Record) -> Record:
        """Deploy an API as it is now, to a stage when one is named."""
        api = self.store.api(params["ApiId"])
        stage = _stage(api, params["StageName"]) if "StageName" in params else {}
        if stage.get("AutoDeploy"):
            raise _chosen_by_itself(stage)
        record = self.site.deploy(api, params.get("Description")).record
        stage.update(DeploymentId=record["DeploymentId"], LastUpdatedDate=self.site.now())
        return record

    def get(self, params: Record) -> Record:
        """Return a deployment."""
        return _deployment(self.store.api(params["ApiId"]), params["DeploymentId"]).record

    def list_page(self, params: Record) -> Record:
        """Return a page of an API's deployments, the newest first."""
        deployments = list(self.store.api(params["ApiId"]).deployments.values())
        return page((deployment.record for deployment in reversed(deployments)), params)

    def update(self, params: Record) -> Record:
        """Change the description."""
        record = self.get(params)
        merge(record, pick(params, "Description"))
        return record

    def delete(self, params: Record) -> Record:
        """Delete a deployment that no stage uses."""
        api = self.store.api(params["ApiId"])
        deployment_id = _deployment(api, params["DeploymentId"]).record["DeploymentId"]
        if any(stage.get("DeploymentId") == deployment_id for stage in api.stages.values()):
            raise ServiceError.bad_request(
                "Active stages pointing to this deployment must be moved or deleted"
            )
        del api.deployments[deployment_id]
        return {}


class Stages:
    """Operations on stages."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.store = site.store

    def handlers(self) -> Mapping[str, Handler]:
        """Return the operations by name."""
        return {
            "CreateStage": self.create,
            "DeleteStage": self.delete,
            "GetStage": self.get,
            "GetStages": self.list_page,
            "UpdateStage": self.update,
        }

    def create(self, params: Record) -> Record:
        """Create a stage."""
        api, name = self.store.api(params["ApiId"]), params["StageName"]
        if _STAGE_NAME.fullmatch(name) is None:
            message = "Stage name only allows a-zA-Z0-9_- and '$default'"
            raise ServiceError.bad_request(message)
        if name in api.stages:
            raise ServiceError.conflict("Stage already exists")
        if len(api.stages) >= STAGES_PER_API:
            message = f"Maximum number of stages per API reached: {STAGES_PER_API}"
            raise ServiceError.bad_request(message)
        stage = {
            "AutoDeploy": False,
            "CreatedDate": self.site.now(),
            "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
            "RouteSettings": {},
            "StageName": name,
            "StageVariables": {},
            "Tags": params.get("Tags", {}),
        }
        self._change(api, stage, params)
        api.stages[name] = stage
        self.site.changed(api)
        return api.stages[name]

    def get(self, params: Record) -> Record:
        """Return a stage."""
        return _stage(self.store.api(params["ApiId"]), params["StageName"])

    def list_page(self, params: Record) -> Record:
        """Return a page of an API's stages."""
        return page(self.store.api(params["ApiId"]).stages.values(), params)

    def update(self, params: Record) -> Record:
        """Change what is given; a stage variable is removed by an empty value."""
        api = self.store.api(params["ApiId"])
        stage = _stage(api, params["StageName"])
        self._change(api, stage, params)
        self.site.changed(api)
        return stage

    def delete(self, params: Record) -> Record:
        """Delete a stage, unless a custom domain maps to it."""
        api = self.store.api(params["ApiId"])
        name = _stage(api, params["StageName"])["StageName"]
        mappings = [m for d in self.store.domains.values() for m in d.mappings.values()]
        if any((m["ApiId"], m["Stage"]) == (params["ApiId"], name) for m in mappings):
            raise ServiceError.bad_request(
                "Deleting stage failed. Please remove all API mappings related to the stage in "
                "your domains before you try to delete the stage."
            )
        del api.stages[name]
        return {}

    def _change(self, api: Api, stage: Record, params: Record) -> None:
        """Change a stage, after a look at the deployment that it asks for."""
        changes = drop_empty(pick(params, *_STAGE_FIELDS))
        if "DeploymentId" in changes:
            _deployment(api, changes["DeploymentId"])
            if changes.get("AutoDeploy", stage["AutoDeploy"]):
                raise _chosen_by_itself(stage)
        merge(stage, changes, maps=["StageVariables"])
        stage["LastUpdatedDate"] = self.site.now()


def _stage(api: Api, name: str) -> Record:
    if name not in api.stages:
        raise ServiceError.not_found(f"Invalid stage identifier specified {name}")
    return api.stages[name]


def _chosen_by_itself(stage: Record) -> ServiceError:
    """Return the error for a deployment to a stage that follows every change."""
    return ServiceError.bad_request(
        f"Deployment ID cannot be set on this stage {stage['StageName']} because AutoDeploy is "
        "enabled."
    )


def _deployment(api: Api, deployment_id: str) -> Deployment:
    if deployment_id not in api.deployments:
        message = f"Invalid deployment identifier specified {deployment_id}"
        raise ServiceError.not_found(message)
    return api.deployments[deployment_id]
