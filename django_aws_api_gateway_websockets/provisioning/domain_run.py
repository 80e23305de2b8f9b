"""Executes the steps about a custom domain."""

from __future__ import annotations

from collections.abc import Mapping

from ..aws.control import ControlPlane
from ..aws.records import ALIAS_KINDS
from .state import ActualDomain, DesiredDomain
from .steps import Action, Step

__all__ = ["DomainRun"]


class DomainRun:
    """Executes the steps of one custom domain; each returns the ids that it brought."""

    def __init__(self, desired: DesiredDomain, actual: ActualDomain, control: ControlPlane) -> None:
        self.desired = desired
        self.actual = actual
        self.control = control
        self.found = actual.found

    def make(self, step: Step) -> Mapping[str, str]:
        """Create the domain, or give it another certificate."""
        certificate_arn = self.desired.certificate_arn
        if self.found is None:
            self.found = self.control.create_domain_name(
                self.desired.name, certificate_arn=certificate_arn, tags=self.desired.tags
            )
        elif step.action is Action.UPDATE:
            self.control.update_domain_name(self.found, certificate_arn=certificate_arn)
        return {"domain_target": self.found.target}

    def map(self, step: Step, *, api_id: str, stage_name: str) -> Mapping[str, str]:
        """Map the domain to the stage."""
        if step.skipped:
            return {"mapping_id": step.found_id}
        mapping = self.control.create_api_mapping(
            self.desired.name, api_id=api_id, stage_name=stage_name
        )
        return {"mapping_id": mapping.mapping_id}

    def point(self, step: Step) -> Mapping[str, str]:
        """Make the DNS records that are missing."""
        zones = self.control.zones
        if self.found and zones and not step.skipped:
            zones.create_aliases(
                self.desired.zone_id,
                self.desired.name,
                [change.name for change in step.changes] or ALIAS_KINDS,
                target=self.found.target,
                target_zone_id=self.found.target_zone_id,
            )
        return {}
