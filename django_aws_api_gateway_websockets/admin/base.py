"""What the admin pages of this package have in common."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest

__all__ = ["BaseAdmin", "RecordAdmin", "user_search_fields"]


class BaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """An admin page that does not count a whole table to say how many rows a search left out.

    A URL that is typed without a scheme means ``https``, on every version of Django.
    """

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    show_full_result_count = False


class RecordAdmin(BaseAdmin):
    """An admin page of rows that only this package writes: they can be seen and deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def user_search_fields(user_model: type[models.Model]) -> tuple[str, ...]:
    """Return the look-ups of a user's name and e-mail address, as the user model calls them."""
    names = {
        getattr(user_model, "USERNAME_FIELD", "username"): None,
        getattr(user_model, "EMAIL_FIELD", "email"): None,
    }
    return tuple(f"user__{name}" for name in names if _has_field(user_model, name))


def _has_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
