"""What is taken off a view: the guards that a project puts before all of its views."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import connections, transaction
from django.http import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

__all__ = ["open_view"]


def open_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return ``view`` without what a project puts before all of its views.

    It is free of the CSRF check, of the login that ``LoginRequiredMiddleware`` asks for, and of
    ``ATOMIC_REQUESTS``: in a transaction of the whole request a row lock would last as long as a
    handler, and limits could not see each other.
    """
    view = login_not_required(csrf_exempt(view))
    for alias in connections:
        view = transaction.non_atomic_requests(alias)(view)
    return view
