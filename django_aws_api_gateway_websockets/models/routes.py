"""The routes of a gateway beside the three that every gateway has."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.db import models, transaction

from ..aws.control import ControlPlane
from ..aws.resources import Route
from ..provisioning.run import StepResult
from ..provisioning.state import DesiredRoute
from ..provisioning.steps import StepKind
from .gateways import ApiGateway
from .operations.pushing import Batch, pending_batch, push_is_on, push_when_committed
from .operations.syncing import SyncPlan, apply_plan, make_plan, sync_errors
from .synced import SyncedModel
from .validators import (
    collect_errors,
    validate_additional_key,
    validate_integration_host,
    validate_integration_url,
)

__all__ = ["ApiGatewayAdditionalRoute"]


class ApiGatewayAdditionalRoute(SyncedModel):
    """A route beside ``$connect``, ``$disconnect`` and ``$default``."""

    synced_fields = frozenset({"route_key", "integration_url"})

    api_gateway = models.ForeignKey(
        ApiGateway, on_delete=models.CASCADE, related_name="additional_routes"
    )
    name = models.CharField(max_length=63)
    route_key = models.CharField(max_length=64, db_index=True)
    integration_url = models.URLField()
    deployed = models.BooleanField(default=False, editable=False)
    route_id = models.CharField(max_length=32, blank=True, default="", editable=False)
    integration_id = models.CharField(max_length=32, blank=True, default="", editable=False)
    created_on = models.DateTimeField(auto_now_add=True)
    updated_on = models.DateTimeField(auto_now=True)

    class Meta:
        unique_together = [["api_gateway", "route_key"]]

    is_gone_from_aws = False
    """Whether ``delete`` has seen to AWS, so that the receiver of deletions need not."""

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, push_to_aws: bool | None = None, **kwargs: Any) -> None:
        """Store the row; without ``update_fields`` it is validated first. AWS follows.

        Of a gateway that is deployed, a new route is created in AWS and a changed one updated,
        after the commit, with one deployment for all that the transaction changes.

        Args:
            push_to_aws: False keeps AWS as it is; None leaves the update of a deployed route to
                ``WEBSOCKETS["push_changes_to_aws"]``.

        Raises:
            ValidationError: a field is invalid.
            ApiGatewaySyncError: there is no transaction, and AWS could not be changed; the row is
                stored.
        """
        if kwargs.get("update_fields") is None:
            self.full_clean()
        changed = self.changed_synced_fields()
        super().save(*args, **kwargs)
        self.remember_synced()
        if self._is_pushed(push_to_aws, changed):
            batch = pending_batch(self.api_gateway, self._state.db)
            batch.keys.add(self.route_key)
            push_when_committed(batch, then=partial(self._take_ids, batch))

    def delete(
        self, *args: Any, push_to_aws: bool | None = None, **kwargs: Any
    ) -> tuple[int, dict[str, int]]:
        """Delete the row, and the route in AWS.

        Without a transaction AWS comes first, and the row stays when that fails. In one, AWS
        follows after the commit.

        Args:
            push_to_aws: whether the route in AWS goes too; None leaves it to
                ``WEBSOCKETS["push_changes_to_aws"]``.

        Raises:
            ApiGatewaySyncError: there is no transaction, and AWS could not be changed.
        """
        using = kwargs.get("using") or self._state.db
        follows = push_is_on(push_to_aws) and self.deployed and self.api_gateway.is_deployed
        self.is_gone_from_aws = True  # whatever is to be done there is done here
        if not follows:
            return super().delete(*args, **kwargs)
        if transaction.get_connection(using).in_atomic_block:
            deleted = super().delete(*args, **kwargs)
            self.remove_when_committed(using)
            return deleted
        with sync_errors(self.api_gateway, anything=True):
            self._remove(self.api_gateway.control_plane())
        return super().delete(*args, **kwargs)

    def remove_when_committed(self, using: str | None) -> None:
        """Remove the route in AWS after the commit, when its row is gone.

        Raises:
            ApiGatewaySyncError: there is no transaction, and AWS could not be changed.
        """
        batch = pending_batch(self.api_gateway, using)
        batch.remove.append(self._remote())
        push_when_committed(batch, then=lambda: None)

    def create_route(self, client: Any, deploy: bool = True) -> None:
        """Create the route and its integration in AWS; what is there is found and put right.

        Args:
            client: boto3's ``apigatewayv2`` client.
            deploy: deploy the stage afterwards.

        Raises:
            ValueError: the gateway secret or the gateway's tags are unusable.
            ProvisioningError: AWS refused or could not be reached.
        """
        self._put(ControlPlane(client), deploy=deploy)

    def update_route(
        self, client: Any, previous_route_key: str | None = None, deploy: bool = True
    ) -> None:
        """Bring the route in AWS to what the row says; one that is not there is created.

        Args:
            client: boto3's ``apigatewayv2`` client.
            previous_route_key: the key that the route has in AWS, when its id is not known.
            deploy: deploy the stage afterwards.

        Raises:
            ValueError: the gateway secret or the gateway's tags are unusable.
            ProvisioningError: AWS refused or could not be reached.
        """
        control = ControlPlane(client)
        if previous_route_key and not self.route_id:
            routes = control.get_routes(self.api_gateway.api_id)
            found = [route.route_id for route in routes if route.key == previous_route_key]
            self._store(route_id="".join(found))
        self._put(control, deploy=deploy)

    def delete_route(self, client: Any, deploy: bool = True) -> None:
        """Remove the route and its integration in AWS; the row stays.

        Args:
            client: boto3's ``apigatewayv2`` client.
            deploy: deploy the stage afterwards.

        Raises:
            ValueError: the gateway secret or the gateway's tags are unusable.
            ProvisioningError: AWS refused or could not be reached.
        """
        self._remove(ControlPlane(client), deploy=deploy)

    def _is_pushed(self, push_to_aws: bool | None, changed: set[str]) -> bool:
        if push_to_aws is False or not self.api_gateway.deployment_id:
            return False
        return not self.deployed or (bool(changed) and push_is_on(push_to_aws))

    def _take_ids(self, batch: Batch) -> None:
        if self.route_key in batch.ids:
            self.route_id, self.integration_id = batch.ids[self.route_key]
            self.deployed = True

    def _put(self, control: ControlPlane, *, deploy: bool) -> None:
        plan = make_plan(
            self.api_gateway,
            control,
            fields=(),
            keys={self.route_key},
            leave_out=self.pk,
            add=DesiredRoute(key=self.route_key, uri=self.integration_url, route_id=self.route_id),
        )
        ids = [r for r in self._apply(control, plan, deploy=deploy) if r.route_id]
        self._store(deployed=True, route_id=ids[0].route_id, integration_id=ids[0].integration_id)

    def _remove(self, control: ControlPlane, *, deploy: bool = True) -> None:
        plan = make_plan(
            self.api_gateway, control, fields=(), remove=[self._remote()], leave_out=self.pk
        )
        self._apply(control, plan, deploy=deploy)

    def _apply(self, control: ControlPlane, plan: SyncPlan, *, deploy: bool) -> list[StepResult]:
        steps = tuple(s for s in plan.steps if deploy or s.kind is not StepKind.DEPLOYMENT)
        return list(apply_plan(self.api_gateway, control, replace(plan, steps=steps)))

    def _remote(self) -> Route:
        return Route(route_id=self.route_id, key=self.route_key, integration_id=self.integration_id)

    def _store(self, **values: Any) -> None:
        type(self)._base_manager.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)

    def clean(self) -> None:
        """Check what AWS or the project would refuse; what 4.1 has stored passes unchanged.

        Raises:
            ValidationError: keyed by field.
        """
        url = self.integration_url
        collect_errors(
            (validate_integration_host, url, "integration_url"),
            *self.of_changed(
                (validate_additional_key, self.route_key, "route_key"),
                (validate_integration_url, url, "integration_url"),
            ),
        )
