"""Rows that remember how they were read: what a save changes in AWS, and what was there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, ClassVar, Self

from django.db import models

from .validators import Check

__all__ = ["SyncedModel"]


class SyncedModel(models.Model):
    """A row whose change is pushed to AWS when one of its ``synced_fields`` differs."""

    synced_fields: ClassVar[frozenset[str]]

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._synced: dict[str, Any] = {}

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a row of the database, which remembers how it was read."""
        instance = super().from_db(*args, **kwargs)
        instance.remember_synced()
        return instance

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Read the row again, and remember how it was read."""
        names = None if fields is None else list(fields)
        super().refresh_from_db(using, names, *args, **kwargs)
        loaded = self.__dict__ if names is None else {n: getattr(self, n) for n in names}
        self.remember_synced(loaded)

    def remember_synced(self, values: Mapping[str, Any] | None = None) -> None:
        """Take values for what AWS has: those given, or all that are loaded."""
        known = self.__dict__ if values is None else values
        self._synced.update(
            {name: deepcopy(known[name]) for name in self.synced_fields if name in known}
        )

    def changed_synced_fields(self) -> set[str]:
        """Return the names of the fields that are not what they were when they were read."""
        return {
            name for name, value in self._synced.items() if self.__dict__.get(name, value) != value
        }

    def is_as_read(self, name: str) -> bool:
        """Return whether a synced field has the value that it was read or stored with."""
        return name in self._synced and self._synced[name] == getattr(self, name)

    def of_changed(self, *checks: Check) -> Iterator[Check]:
        """Yield the checks of synced fields that were changed: a row of 4.1 may hold anything."""
        return (check for check in checks if not self.is_as_read(check[2]))
