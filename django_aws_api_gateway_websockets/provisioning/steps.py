"""What is to be done for a gateway, one thing at a time, in words and as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["DOMAIN_KINDS", "ROUTE_KINDS", "Action", "Change", "Step", "StepKind"]


class StepKind(StrEnum):
    """What a step is about, in the order in which it is made."""

    API = "api"
    INTEGRATION = "integration"
    ROUTE = "route"
    ROUTE_RESPONSE = "route-response"
    STAGE = "stage"
    DEPLOYMENT = "deployment"
    DOMAIN = "domain"
    MAPPING = "mapping"
    ALIAS = "alias"


class Action(StrEnum):
    """What a step does."""

    NONE = "none"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


#: The kinds of steps that are about one route.
ROUTE_KINDS = frozenset({StepKind.INTEGRATION, StepKind.ROUTE, StepKind.ROUTE_RESPONSE})

#: The kinds of steps that are about the custom domain.
DOMAIN_KINDS = frozenset({StepKind.DOMAIN, StepKind.MAPPING, StepKind.ALIAS})

# To do, done, and found done already.
SENTENCES: Mapping[StepKind, tuple[str, str, str]] = {
    StepKind.API: ("Create the API {}", "Created the API {}", "Found the API {}"),
    StepKind.INTEGRATION: (
        "Create the integration of {}",
        "Created the integration of {}",
        "Found the integration of {}",
    ),
    StepKind.ROUTE: ("Create the {} route", "Created the {} route", "Found the {} route"),
    StepKind.ROUTE_RESPONSE: (
        "Let the {} route answer",
        "Let the {} route answer",
        "Found that the {} route answers",
    ),
    StepKind.STAGE: ("Create the stage {}", "Created the stage {}", "Found the stage {}"),
    StepKind.DEPLOYMENT: ("Deploy the stage", "Deployed the stage", "Found the stage deployed"),
    StepKind.DOMAIN: ("Create the domain {}", "Created the domain {}", "Found the domain {}"),
    StepKind.MAPPING: (
        "Map {} to the stage",
        "Mapped {} to the stage",
        "Found {} mapped to the stage",
    ),
    StepKind.ALIAS: (
        "Point the DNS record of {} to API Gateway",
        "Pointed the DNS record of {} to API Gateway",
        "Found that the DNS record of {} points to API Gateway",
    ),
}

REMOVALS: Mapping[StepKind, tuple[str, str]] = {
    StepKind.API: (
        "Delete the API {}, which ends its connections",
        "Deleted the API {}, which ended its connections",
    ),
    StepKind.INTEGRATION: ("Remove the integration of {}", "Removed the integration of {}"),
    StepKind.ROUTE: ("Remove the {} route", "Removed the {} route"),
    StepKind.ROUTE_RESPONSE: ("Make the {} route one-way", "Made the {} route one-way"),
    StepKind.DOMAIN: ("Delete the domain {}", "Deleted the domain {}"),
    StepKind.MAPPING: ("Map {} to the API no more", "Mapped {} to the API no more"),
    StepKind.ALIAS: ("Delete the DNS record of {}", "Deleted the DNS record of {}"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing in which AWS differs from what is wanted; a secret is shown as ``***``.

    Args:
        name: of what differs.
        before: what AWS has.
        after: what is wanted.
        todo: what is to be done, in words.
        done: the same, once it is.
    """

    name: str
    before: str
    after: str
    todo: str
    done: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to make, to change or to remove, or to skip because it is as it should be.

    Args:
        subject: the route key, or the name of the API, stage or domain.
        skipped: it is as it should be already.
        removes: what is there is to go.
        found_id: AWS's id of what is there, if it has one.
        changes: in what it differs, when it is there.
        note: why it is skipped, when that is not because it is as it should be.
    """

    kind: StepKind
    subject: str
    skipped: bool = False
    removes: bool = False
    found_id: str = ""
    changes: tuple[Change, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """Stable name: ``api``, ``integration:$connect``, ``route:chat``, ``stage``, ..."""
        return f"{self.kind}:{self.subject}" if self.kind in ROUTE_KINDS else str(self.kind)

    @property
    def action(self) -> Action:
        """What the step does."""
        if self.skipped:
            return Action.NONE
        if self.removes:
            return Action.DELETE
        return Action.UPDATE if self.changes else Action.CREATE

    @property
    def sentence(self) -> str:
        """What is to be done, or that it is done already."""
        return "; ".join(self._sentences(done=False))

    @property
    def outcome(self) -> str:
        """What has been done, once it is."""
        return "; ".join(self.outcomes)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What has been done, a sentence for each change."""
        return self._sentences(done=True)

    def _sentences(self, *, done: bool) -> tuple[str, ...]:
        if self.note:
            return (self.note,)
        if self.action is Action.UPDATE:
            return tuple(change.done if done else change.todo for change in self.changes)
        if self.action is Action.DELETE:
            return (REMOVALS[self.kind][done].format(self.subject),)
        return (SENTENCES[self.kind][2 if self.skipped else done].format(self.subject),)
