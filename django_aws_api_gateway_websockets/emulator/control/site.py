"""What every room of the control plane shares: the store, the time, ids, paging, and redeploys."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ..answers import ServiceError
from ..clock import Clock
from ..identifiers import new_resource_id
from ..store import Api, Deployment, Record, Store

__all__ = ["NO_ROUTE", "Handler", "Site", "drop_empty", "merge", "page", "pick"]

NO_ROUTE: Final = "At least one route is required before deploying the Api"

_PAGE_SIZE = 25
"""Items in one page when none is asked for."""

_PAGE_MOST = 500
"""Items in one page at most."""

_NUMBER = re.compile("[0-9]{1,9}")

Handler = Callable[[Record], Record]
"""An operation: its parameters in, its result out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where the control plane works.

    Args:
        endpoint: what an API's ``ApiEndpoint`` is, from its id.
    """

    store: Store
    clock: Clock
    endpoint: Callable[[str], str]

    def now(self) -> datetime:
        """Return the time, as resources record it."""
        return datetime.fromtimestamp(int(self.clock.wall()), UTC)

    def deploy(self, api: Api, description: str | None = None, *, auto: bool = False) -> Deployment:
        """Add a deployment of an API as it is now.

        Raises:
            ServiceError: the API has no route.
        """
        if not api.routes:
            raise ServiceError.bad_request(NO_ROUTE)
        deployment_id = new_resource_id()
        record = {
            "AutoDeployed": auto,
            "CreatedDate": self.now(),
            "DeploymentId": deployment_id,
            "DeploymentStatus": "DEPLOYED",
            "Description": description,
        }
        deployment = Deployment(record=drop_empty(record), snapshot=api.snapshot())
        api.deployments[deployment_id] = deployment
        return deployment

    def changed(self, api: Api) -> None:
        """Deploy an API to its stages with automatic deployment."""
        stages = [stage for stage in api.stages.values() if stage["AutoDeploy"]]
        if not stages:
            return
        try:
            deployment_id = self.deploy(api, auto=True).record["DeploymentId"]
        except ServiceError as error:
            outcome = {"LastDeploymentStatusMessage": f"Deployment attempt failed: {error.message}"}
        else:
            message = f"Successfully deployed stage with deployment ID '{deployment_id}'"
            outcome = {"DeploymentId": deployment_id, "LastDeploymentStatusMessage": message}
        for stage in stages:
            stage.update(outcome, LastUpdatedDate=self.now())


def page(items: Iterable[Record], params: Mapping[str, Any]) -> Record:
    """Return one page of a list.

    Args:
        items: all items.
        params: may hold ``MaxResults`` and ``NextToken``, both texts.
    """
    rows = list(items)
    start = _start(params.get("NextToken"))
    stop = start + _size(params.get("MaxResults"))
    token = base64.urlsafe_b64encode(str(stop).encode()).decode() if stop < len(rows) else None
    return {"Items": rows[start:stop], "NextToken": token}


def pick(params: Mapping[str, Any], *names: str) -> Record:
    """Return the parameters of these names."""
    return {name: params[name] for name in names if name in params}


def drop_empty(record: Mapping[str, Any]) -> Record:
    """Return a record without the members that have no value."""
    return {name: value for name, value in record.items() if value is not None}


def merge(record: Record, changes: Mapping[str, Any], *, maps: Iterable[str] = ()) -> None:
    """Change a record.

    Args:
        record: changed in place.
        changes: the new values.
        maps: members that are merged key by key; an empty text removes a key.
    """
    for name, value in changes.items():
        if name in maps:
            merged = {**record.get(name, {}), **value}
            record[name] = {key: item for key, item in merged.items() if item != ""}
        else:
            record[name] = value


def _size(text: str | None) -> int:
    if text is None:
        return _PAGE_SIZE
    if _NUMBER.fullmatch(text) is None or not 1 <= int(text) <= _PAGE_MOST:
        raise ServiceError.bad_request(f"Invalid value for maxResults: {text}")
    return int(text)


def _start(token: str | None) -> int:
    try:
        start = 0 if token is None else int(base64.urlsafe_b64decode(token))
    except ValueError:
        start = -1
    if start < 0:
        raise ServiceError.bad_request("Invalid nextToken specified")
    return start
