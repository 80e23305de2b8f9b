"""Who is asking, for views that only somebody who is signed in can reach."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

__all__ = ["signed_in_user"]


def signed_in_user(request: HttpRequest) -> User:
    """Return the user of a request; nobody connects without a token, which is somebody's."""
    assert isinstance(request.user, User)
    return request.user
