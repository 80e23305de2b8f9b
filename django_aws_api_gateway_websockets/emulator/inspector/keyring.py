"""What is secret in all that is provisioned: it is hidden wherever it turns up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..store import Api, Store
from .masking import Masker

__all__ = ["Keyring"]


class Keyring:
    """Knows the constants of all mappings, now and as deployed, and the variables of all stages.

    Args:
        store: what is provisioned.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._masker: Masker | None = None

    def masker(self) -> Masker:
        """Return what hides them."""
        if self._masker is None:
            self._masker = Masker(*self._mappings(), variables=self._variables())
        return self._masker

    def changed(self) -> None:
        """Take note that something else may be provisioned now."""
        self._masker = None

    def _variables(self) -> Iterator[str]:
        """Yield the values of variables, but no stage's name, which stands in every address."""
        for api in self.store.apis.values():
            for stage in api.stages.values():
                values = stage.get("StageVariables", {}).values()
                yield from (value for value in values if value not in api.stages)

    def _mappings(self) -> Iterator[Mapping[str, str]]:
        for api_id, api in self.store.apis.items():
            for integration in api.integrations.values():
                yield integration.get("RequestParameters", {})
            yield from self._deployed(api_id, api)

    def _deployed(self, api_id: str, api: Api) -> Iterator[Mapping[str, str]]:
        """Yield the mappings that the stages of an API use."""
        snapshots = [self.store.live(api_id, stage) for stage in api.stages]
        routes = [route for snapshot in snapshots if snapshot for route in snapshot.routes.values()]
        yield from (route.integration.parameters for route in routes if route.integration)
