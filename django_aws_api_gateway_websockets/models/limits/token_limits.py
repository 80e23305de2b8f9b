"""How many tokens somebody gets: so many within a minute, also when many ask at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Func, Max, Q, Subquery
from django.utils import timezone

from ...conf import settings
from ..primary import on_primary
from ..tokens import WebSocketToken
from .claims import FIRST, claim
from .purging import purge_now_and_then

__all__ = ["TokenLimit", "TokenStanding"]

RETENTION_SECONDS = 300
"""How long a token stays at least, used or expired as it may be."""

_INT = models.BigIntegerField()
_ISSUED = Q(previous__isnull=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStanding:
    """How many tokens somebody got within the minute, and the newest that was issued.

    Attributes:
        last: primary key of that token, or None.
    """

    recent: int
    last: int | None
    max_per_minute: int

    @property
    def is_open(self) -> bool:
        """Whether one more token may be issued."""
        return self.recent < self.max_per_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLimit:
    """How many tokens somebody may have within a minute.

    Args:
        user: of any user model, or None for the visitors of an address.
        ip_address: of the visitors.
        max_per_minute: tokens within a minute.
    """

    user: Any
    ip_address: str | None = None
    max_per_minute: int

    def look(self) -> TokenStanding:
        """Count, in one query."""
        counts = self._rows().aggregate(
            recent=Count("pk", filter=Q(created_at__gte=_a_minute_ago())),
            last=Max("pk", filter=_ISSUED),
        )
        return TokenStanding(max_per_minute=self.max_per_minute, **counts)

    def look_beside(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Annotate ``rows``, so that what a query has to load anyway brings the counts along."""
        mine = self._rows().order_by()
        recent = mine.filter(created_at__gte=_a_minute_ago())
        annotated: models.QuerySet[Any] = rows.annotate(
            token_recent=Subquery(recent.values(n=Func("pk", function="COUNT", output_field=_INT))),
            token_last=Subquery(
                mine.filter(_ISSUED).values(n=Func("pk", function="MAX", output_field=_INT))
            ),
        )
        return annotated

    def standing(self, row: Any) -> TokenStanding:
        """Return the standing that ``look_beside`` has annotated a row with."""
        return TokenStanding(
            recent=row.token_recent, last=row.token_last, max_per_minute=self.max_per_minute
        )

    def issue(self, session_key: str, standing: TokenStanding) -> WebSocketToken | None:
        """Create a token, or return None when the limit is used up by now.

        Args:
            session_key: see ``generate_token``.
            standing: by which the request was let through so far.
        """
        token = claim(
            WebSocketToken,
            standing,
            look=self.look,
            store=lambda seen: WebSocketToken.generate_token(
                self.user, session_key, ip_address=self.ip_address, previous=seen.last or FIRST
            ),
        )
        retention = max(RETENTION_SECONDS, settings.token_expiry_seconds)
        purge_now_and_then(WebSocketToken.older_than(retention), "tokens")
        return token

    def retry_after(self) -> int:
        """Return the seconds until one more token may be issued, at least 1."""
        recent = self._rows().filter(created_at__gte=_a_minute_ago()).order_by("-created_at")
        moments = recent.values_list("created_at", flat=True)
        oldest = moments[self.max_per_minute - 1 : self.max_per_minute].first()
        wait = (oldest - _a_minute_ago()).total_seconds() if oldest else 0
        return max(1, math.ceil(wait))

    def _rows(self) -> models.QuerySet[WebSocketToken]:
        return on_primary(WebSocketToken).filter(user=self.user, **self._visitor())

    def _visitor(self) -> dict[str, Any]:
        return {"ip_address": self.ip_address} if self.user is None else {}


def _a_minute_ago() -> datetime:
    return timezone.now() - timedelta(minutes=1)
