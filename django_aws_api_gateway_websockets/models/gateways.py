"""Gateways and their routes: what should exist in AWS, and what does."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from typing import Any

from ..aws.control import ControlPlane, get_control_plane
from ..protocol.endpoints import management_url, origin_of, region_from_endpoint
from ..protocol.routes import DEFAULT, integration_uri, select_route
from ..provisioning.removal import Removal
from ..provisioning.run import StepResult
from .gateway_addresses import GatewayAddresses
from .operations.adoption import GatewayManager
from .operations.creation import create_in_aws
from .operations.domains import check_domain, create_domain_in_aws
from .operations.pulling import pull
from .operations.pushing import pending_batch, push_is_on, push_when_committed
from .operations.removal import forget, make_removal, remove_from_aws
from .operations.syncing import (
    SYNCED_FIELDS,
    SyncPlan,
    apply_plan,
    change_sentences,
    make_plan,
    require_base,
    require_deployed,
    sync_errors,
)

__all__ = ["ApiGateway"]


class ApiGateway(GatewayAddresses):
    """One WebSocket API: its settings, and how much of it exists in AWS."""

    synced_fields = SYNCED_FIELDS

    objects = GatewayManager()

    class Meta(GatewayAddresses.Meta):
        abstract = False

    def save(self, *args: Any, push_to_aws: bool | None = None, **kwargs: Any) -> None:
        """Store the row; without ``update_fields`` it is validated first, and pushed to AWS.

        Args:
            push_to_aws: whether a changed field of a deployed gateway changes AWS too, after the
                commit; None leaves it to ``WEBSOCKETS["push_changes_to_aws"]``.

        Raises:
            ValidationError: a field is invalid.
            ApiGatewaySyncError: there is no transaction, and AWS could not be changed; the row is
                stored.
        """
        if self.target_base_endpoint and not self.target_base_endpoint.endswith("/"):
            self.target_base_endpoint += "/"
        if kwargs.get("update_fields") is not None:
            super().save(*args, **kwargs)
            return
        self.full_clean()
        changed = self.changed_synced_fields()
        super().save(*args, **kwargs)
        self.remember_synced()
        if changed and self.is_deployed and push_is_on(push_to_aws):
            batch = pending_batch(self, self._state.db)
            batch.fields |= changed
            push_when_committed(batch, then=self._refresh_pushed)

    def _refresh_pushed(self) -> None:
        self.refresh_from_db(fields=["deployment_id", "deployment_due", "last_error"])

    def create_gateway(self, *, control: ControlPlane | None = None) -> bool:
        """Create the API in AWS with its routes and its stage, and deploy it.

        Safe to call again after a failure: what exists is found and not made twice.

        Args:
            control: the control plane to create it in, by default the one of the settings.

        Returns:
            False when the API was there already.

        Raises:
            ValueError: ``target_base_endpoint`` is empty, the gateway secret is unusable, or
                another run is creating the API.
            ValidationError: the row is not stored yet, and a field is invalid.
            Exception: whatever boto3 raised; ``last_error`` holds its code.
        """
        if not self.needs_api_creation:
            return False
        deque(self.creation_steps(control=control), maxlen=0)
        return True

    def creation_steps(
        self, *, control: ControlPlane | None = None, domain: bool = False
    ) -> Iterator[StepResult]:
        """Do what ``create_gateway`` does, and yield each step as it is done.

        Args:
            control: the control plane to create it in, by default the one of the settings.
            domain: go on to the custom domain, when the row has its name and certificate.

        Raises:
            ValueError: see ``create_gateway``, as everything else that may be raised.
        """
        require_base(self)
        if self._state.adding:
            self.save()
        return create_in_aws(self, control or get_control_plane(), domain=domain)

    def control_plane(self) -> ControlPlane:
        """Return the control plane of the API: that of its region, or of this machine.

        Raises:
            RuntimeError: nothing names a region.
            ImproperlyConfigured: ``WEBSOCKETS["endpoint_url"]`` names another host.
        """
        if self.is_local:
            return get_control_plane(origin_of(management_url(self.api_endpoint)))
        return get_control_plane(region_name=region_from_endpoint(self.api_endpoint))

    def plan_sync(self, *, control: ControlPlane | None = None, prune: bool = False) -> SyncPlan:
        """Return what ``sync_to_aws`` would do, as ``preview`` does; nothing is changed.

        Raises:
            ValueError: the gateway is not deployed, or see ``preview``.
            ApiGatewaySyncError: AWS could not be asked; ``last_error`` says why.
        """
        require_deployed(self)
        return self.preview(control=control, prune=prune)

    def preview(self, *, control: ControlPlane | None = None, prune: bool = False) -> SyncPlan:
        """Return what is left to do in AWS, to create the gateway or to bring it up to date.

        Args:
            control: the control plane to ask, by default that of the API.
            prune: take the routes that only AWS has for routes to remove.

        Raises:
            ValueError: ``target_base_endpoint`` is empty, the tags or the secret are unusable, or
                the domain or the DNS record of it belong to something else.
            ApiGatewaySyncError: AWS could not be asked; ``last_error`` says why.
        """
        with sync_errors(self):
            return make_plan(self, control or self.control_plane(), prune=prune)

    def sync_steps(
        self, *, control: ControlPlane | None = None, plan: SyncPlan | None = None
    ) -> Iterator[StepResult]:
        """Do what ``sync_to_aws`` does, and yield each step as it is done.

        Args:
            control: the control plane to change, by default that of the API.
            plan: what to do, of ``plan_sync``; by default all that differs.

        Raises:
            ValueError: see ``plan_sync``, as everything else that may be raised.
        """
        require_deployed(self)
        with sync_errors(self):
            used = control or self.control_plane()
            yield from apply_plan(self, used, plan or make_plan(self, used))

    def sync_to_aws(self, client: Any = None, fields: Collection[str] | None = None) -> list[str]:
        """Bring AWS to what the rows say, with one deployment when something was changed.

        A custom domain of which the row has name and certificate is made, mapped and, with
        ``hosted_zone_id``, pointed to as well. Routes that only AWS has are left alone.

        Args:
            client: boto3's ``apigatewayv2`` client, by default one of the settings.
            fields: only what these fields of the gateway call for; None for everything.

        Returns:
            A sentence for each change; empty when there was nothing to change.

        Raises:
            ValueError: see ``plan_sync``.
            ApiGatewaySyncError: AWS refused or could not be reached; ``last_error`` says why.
        """
        require_deployed(self)
        with sync_errors(self):
            control = ControlPlane(client) if client else self.control_plane()
            plan = make_plan(self, control, fields=fields)
            return change_sentences(list(apply_plan(self, control, plan)))

    def sync_from_aws(self, client: Any = None) -> list[str]:
        """Bring the rows to what AWS has; nothing is pushed back.

        Args:
            client: boto3's ``apigatewayv2`` client, by default one of the settings.

        Returns:
            A sentence for each change; empty when there was nothing to change.

        Raises:
            ValueError: the gateway is not deployed.
            ApiGatewaySyncError: AWS refused or could not be reached; ``last_error`` says why.
        """
        require_deployed(self)
        with sync_errors(self):
            return pull(self, ControlPlane(client) if client else self.control_plane())

    def deploy_api(self, client: Any) -> None:
        """Deploy the stage; the deployment's id is set on the instance and not stored.

        Args:
            client: boto3's ``apigatewayv2`` client.

        Raises:
            ProvisioningError: AWS refused or could not be reached.
        """
        deployment = ControlPlane(client).create_deployment(
            self.api_id, stage_name=self.stage_name, description=self.stage_description
        )
        self.deployment_id = deployment.deployment_id

    def create_custom_domain(self, *, control: ControlPlane | None = None) -> None:
        """Create the custom domain in AWS, map it to the stage, and make its DNS record.

        Safe to call again after a failure, and without effect once the domain is mapped. The
        record is made in the hosted zone ``hosted_zone_id``; without one, ``domain_name`` must be
        made to point to ``api_gateway_domain_name``.

        Args:
            control: the control plane to create it in, by default that of the API.

        Raises:
            ValueError: the API, the certificate or the name is missing, another run is at it, the
                domain is mapped to another API, or its name leads elsewhere.
            Exception: whatever boto3 raised; ``last_error`` holds its code.
        """
        if self.effective_provisioning_status != self.ProvisioningStatus.MAPPED:
            deque(self.domain_steps(control=control), maxlen=0)

    def domain_steps(self, *, control: ControlPlane | None = None) -> Iterator[StepResult]:
        """Do what ``create_custom_domain`` does, and yield each step as it is done.

        Raises:
            ValueError: see ``create_custom_domain``, as everything else that may be raised.
        """
        check_domain(self)
        return create_domain_in_aws(self, control or self.control_plane())

    def plan_deletion(
        self, *, keep_domain: bool = False, control: ControlPlane | None = None
    ) -> Removal:
        """Return what ``delete_api`` would take away; nothing is changed.

        Raises:
            ValueError: the gateway has no API.
            ProvisioningError: AWS refused or could not be reached.
        """
        return make_removal(self, control or self.control_plane(), keep_domain=keep_domain)

    def deletion_steps(
        self, plan: Removal, *, control: ControlPlane | None = None
    ) -> Iterator[StepResult]:
        """Do what ``delete_api`` does, by a plan of ``plan_deletion``; yield each step once done.

        Raises:
            ValueError: see ``delete_api``, as everything else that may be raised.
        """
        return remove_from_aws(self, control or self.control_plane(), plan)

    def delete_api(self, *, keep_domain: bool = False, control: ControlPlane | None = None) -> None:
        """Delete the API in AWS, what maps to it, and the custom domain that was created for it.

        Its connections end. The row and its routes stay, as those of a gateway that is still to be
        created. Safe to call again after a failure.

        Args:
            keep_domain: leave the custom domain, which then maps to nothing of this API.
            control: the control plane to change, by default that of the API.

        Raises:
            ValueError: the gateway has no API, or another run is at it.
            Exception: whatever boto3 raised; ``last_error`` holds its code.
        """
        used = control or self.control_plane()
        plan = self.plan_deletion(keep_domain=keep_domain, control=used)
        deque(self.deletion_steps(plan, control=used), maxlen=0)

    def forget_api(self) -> None:
        """Take the row, and its routes, for not created; nothing is done in AWS."""
        forget(self)

    def select_route(self, text: str) -> str:
        """Return the key of the route that a message takes, by what the row says."""
        keys = self.additional_routes.values_list("route_key", flat=True)
        return select_route(self.route_selection_expression, text, [DEFAULT, *keys]) or DEFAULT

    def integration_url(self, route_key: str) -> str:
        """Return the URL that the integration of a route calls."""
        additional = self.additional_routes.filter(route_key=route_key).first()
        if additional is not None:
            return additional.integration_url
        return integration_uri(self.target_base_endpoint or "", route_key)
